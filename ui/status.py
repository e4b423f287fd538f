"""The status line: what is saved, what waits for the centre and since when, in honest words.

"At the centre" is said only when the centre has acknowledged everything. The sentences come from one pure
function, so that each of them is tested without a window.
"""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app import clock
from app.i18n import _, _n, format_date, format_instant, language
from ui.theme import by_enter


@dataclass(frozen=True)
class SyncState:
    """What is known about the way to the centre.

    `known` is False until the store has been asked for the first time; `oldest` is when the oldest unsent change
    was saved; `later` of the unsent changes wait until the centre is updated; `files` is how many attached files wait
    to be sent; `last` is when the centre last had everything; `retry_at` is set after a failure; `held` is how many
    changes the centre did not take (they stay here);
    `hidden` says what is not shown since the centre has not been reached for too long;
    `refusal` is the centre's own word when it will not have this device; `login` whether logging in helps.
    """

    known: bool = False
    joined: bool = False
    unsent: int = 0
    later: int = 0
    files: int = 0
    oldest: datetime | None = None
    last: datetime | None = None
    running: bool = False
    retry_at: datetime | None = None
    refusal: str = ""
    decisions: int = 0
    held: int = 0
    hidden: str = ""
    login: bool = False


def status_text(state: SyncState, now: datetime | None = None) -> str:
    """Return the sentences of the status line as seen at `now` (aware; the present instant if not given)."""
    if not state.known:
        return ""
    now = now or clock.now()
    if not state.joined:
        return _("All saved here. No centre has been joined.")
    return " ".join(
        part
        for part in (
            state.hidden,
            _saved(state, now),
            _later(state),
            _files(state),
            _held(state),
            _way(state, now),
        )
        if part
    )


def decisions_text(state: SyncState) -> str:
    """Return how many entries wait for a person's decision, or nothing."""
    if not state.decisions:
        return ""
    return _n("{count} entry needs a decision", "{count} entries need a decision", state.decisions).format(
        count=state.decisions
    )


def _saved(state: SyncState, now: datetime) -> str:
    if state.unsent:
        text = _n(
            "All saved here. {count} change waits for the centre (oldest {age}).",
            "All saved here. {count} changes wait for the centre (oldest {age}).",
            state.unsent,
        )
        return text.format(
            count=state.unsent, age=duration_text((now - (state.oldest or now)).total_seconds())
        )
    if state.files:  # the centre has not everything yet
        return _("All saved here.")
    if state.last is None:
        return _("All saved here. The centre has not answered yet.")
    return _("All saved here and at the centre ({time}).").format(time=_when(state.last, now))


def _later(state: SyncState) -> str:
    if not state.later:
        return ""
    text = _n(
        "Of these, {count} waits until the centre's program is updated.",
        "Of these, {count} wait until the centre's program is updated.",
        state.later,
    )
    return text.format(count=state.later)


def _files(state: SyncState) -> str:
    if not state.files:
        return ""
    text = _n("{count} file waits for the centre.", "{count} files wait for the centre.", state.files)
    return text.format(count=state.files)


def _held(state: SyncState) -> str:
    if not state.held:
        return ""
    return _n(
        "{count} change was not accepted by the centre.",
        "{count} changes were not accepted by the centre.",
        state.held,
    ).format(count=state.held)


def _way(state: SyncState, now: datetime) -> str:
    if state.running:
        return _("Exchanging changes with the centre…")
    if state.refusal:
        return state.refusal
    if state.retry_at is None:
        return ""
    wait = (state.retry_at - now).total_seconds()
    if wait <= 0:
        return _("The centre cannot be reached; trying again now.")
    return _("The centre cannot be reached; trying again in {time}.").format(
        time=duration_text(wait, up=True)
    )


def duration_text(seconds: float, *, up: bool = False) -> str:
    """Write a length of time in its largest whole unit: "2 h"; `up` rounds up, as for a wait."""
    whole = max(0, int(-(-seconds // 1)))
    for size, text in ((86_400, _("{count} d")), (3_600, _("{count} h")), (60, _("{count} min"))):
        if whole >= size:
            return text.format(count=-(-whole // size) if up else whole // size)
    return _("{count} s").format(count=whole) if up else _("under a minute")


def _when(moment: datetime, now: datetime) -> str:
    local = moment.astimezone()
    if local.date() != now.astimezone().date():
        return (
            format_instant(moment) if language() == "en" else f"{format_date(local.date())} {_clock(local)}"
        )
    return _clock(local)


def _clock(local: datetime) -> str:
    return f"{local.hour}:{local.minute:02d}" if language() == "en" else f"{local.hour}.{local.minute:02d}"


class StatusLine(QWidget):
    """The line at the bottom of the window. `decide` is sent when the person clicks what needs a decision."""

    decide = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = SyncState()
        self.label = QLabel(self)
        self.label.setObjectName("status")
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.decisions = by_enter(QPushButton(self))
        self.decisions.setObjectName("link")
        self.decisions.setFlat(True)
        self.decisions.setCursor(Qt.CursorShape.PointingHandCursor)
        self.decisions.clicked.connect(self.decide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 4)
        row.setSpacing(16)
        row.addWidget(self.label, 1)
        row.addWidget(self.decisions)
        self._minute = QTimer(self)
        self._minute.setInterval(10_000)  # ages and waits in the sentence grow old by themselves
        self._minute.timeout.connect(self.refresh)
        self._minute.start()
        self.refresh()

    def show_state(self, state: SyncState) -> None:
        """Say this state from now on."""
        self._state = state
        self.refresh()

    def refresh(self) -> None:
        """Write the sentences anew: time has passed or the language has changed."""
        text = status_text(self._state)
        if text != self.label.text():
            self.label.setText(text)
            self.label.setAccessibleName(text or _("Status"))
        needs = decisions_text(self._state)
        self.decisions.setText(needs)
        self.decisions.setAccessibleName(needs)
        self.decisions.setVisible(bool(needs))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)
