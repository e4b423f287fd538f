"""The support-need check: situations one below another, what they speak for beside them, saved in one go."""

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.clock import today
from app.i18n import _, _n
from app.record import Row, to_row, validated
from app.services.clients.records import SupportNeedCheck
from app.support_need import Suggestion, in_use, suggestions
from ui.context import Context, write
from ui.fields import LongText, YesNo
from ui.fields.box import FieldBox
from ui.form import DRAFT_AFTER
from ui.screens.client_cards import Card
from ui.screens.situation_line import SituationLine
from ui.theme import button, heading, label, look, px, spacing

if TYPE_CHECKING:
    from storage.writing import Changes

SIDE_BY_SIDE = 900
Lists = tuple[list[Row], list[Row], Row | None]


class NeedCheck(QWidget):
    """A new check. What is ticked and written is kept as a draft until it is saved."""

    closed = Signal()
    saved = Signal(dict, bool)

    def __init__(self, context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.client_id = context, client_id
        self.situations: list[SituationLine] = []
        self.agreed: dict[str, YesNo] = {}
        self.suggested: tuple[Suggestion, ...] = ()
        self._catalogue: list[Row] = []
        self._yes: set[str] = set()
        self._loaded = self._saving = False
        self.setAccessibleName(_("Support-need check"))
        self._draft_timer = QTimer(self, singleShot=True, interval=DRAFT_AFTER)
        self._draft_timer.timeout.connect(self.keep_draft)
        self._build()

    # ---- loading and drafts ----

    @property
    def draft_key(self) -> str:
        """The name under which the draft is kept."""
        return f"support_need_check:{self.client_id}:guided"

    def begin(self) -> None:
        """Read the lists and the draft, and go to the first situation."""
        if self._loaded:
            self._enter()
            return
        store, key = self.context.store, self.draft_key

        def read() -> Lists:
            return store.rows("support_situation"), store.rows("catalogue_service"), store.draft(key)

        self.context.tasks.run(read, self._show, owner=self)

    def _show(self, lists: Lists) -> None:
        rows, self._catalogue, draft = lists
        self._loaded = True
        held = (draft or {}).get("situations", {})
        self._yes = set((draft or {}).get("agreed", ()))
        for row in in_use(rows):
            line = SituationLine(row)
            line.tick(row["id"] in held, held.get(row["id"], ""))
            line.changed.connect(self._changed)
            line.moved.connect(partial(self._move, line))
            self.situations.append(line)
            self._list.body.addWidget(line)
        if not self.situations:
            self._list.quiet(_("The list of situations is empty. A coordinator fills it under Clients."))
        self.summary.set_value((draft or {}).get("summary", ""))
        self._notice.setVisible(bool(draft))
        self._suggest()
        self._enter()

    def _enter(self) -> None:
        target: QWidget = self.situations[0].box.box if self.situations else self.close_button
        target.setFocus()

    def keep_draft(self) -> None:
        """Keep what is ticked and written in the store."""
        self._draft_timer.stop()
        if self._saving or not self._loaded:
            return
        store, key, client = self.context.store, self.draft_key, self.client_id
        values = {
            "situations": {line.row["id"]: line.note.text() for line in self.situations if line.ticked},
            "agreed": sorted(self._yes),
            "summary": self.summary.value(),
        }

        def keep() -> None:
            if any(values.values()):
                store.save_draft(key, values, kind="support_need_check", client_id=client, record_id=None)
            else:
                store.drop_draft(key)

        self.context.tasks.run(keep)

    # ---- what a person does ----

    def _changed(self) -> None:
        self._suggest()
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def _move(self, line: SituationLine, step: int) -> None:
        place = self.situations.index(line) + step
        if 0 <= place < len(self.situations):
            self.situations[place].box.box.setFocus()
            self._scroll.ensureWidgetVisible(self.situations[place], 0, spacing(2))

    def _agree(self, service: str) -> None:
        (self._yes.add if self.agreed[service].value() else self._yes.discard)(service)
        self._tell()
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def leave(self) -> None:
        """Go back; what is not saved stays as a draft."""
        if self._draft_timer.isActive():
            self.keep_draft()
        self.closed.emit()

    def start_over(self) -> None:
        """Give up the draft."""
        for line in self.situations:
            line.tick(False)
        self._yes.clear()
        self.summary.set_value("")
        self._notice.hide()
        self._suggest()
        self.keep_draft()
        self._enter()

    def record(self) -> SupportNeedCheck:
        """Return the check as it stands on the screen."""
        return validated(
            SupportNeedCheck,
            {
                "client_id": self.client_id,
                "on": today(),
                "situations": [
                    {"situation_id": one.row["id"], "text": one.row["text"], "note": one.note.text().strip()}
                    for one in self.situations
                    if one.ticked
                ],
                "suggested": [
                    {
                        "service_id": one.id,
                        "name": one.service["name"],
                        "agreed": one.id in self._yes,
                    }
                    for one in self.suggested
                ],
                "summary": self.summary.value(),
            },
        )

    def save(self, referring: bool = False) -> None:
        """Save the check; `referring`: and make the referrals that were agreed."""
        if self._saving or not self._loaded:
            return
        if not any(line.ticked for line in self.situations) and not self.summary.value():
            self._say(_("Tick what holds for the client, or write a summary."), "problem")
            return
        record, store, key = self.record(), self.context.store, self.draft_key
        self._saving = True
        self._draft_timer.stop()

        def op() -> "Changes":
            return store.save(record, draft_key=key)

        write(self.context, op, partial(self._done, to_row(record), referring), self._refused)

    def _done(self, row: Row, referring: bool) -> None:
        self._saving = False
        self.context.say(_("The check is saved."))
        self.saved.emit(row, referring)

    def _refused(self, error: Any) -> None:
        self._saving = False
        self._say(str(error), "problem")
        self._draft_timer.start()

    # ---- suggestions ----

    def _suggest(self) -> None:
        """Show what the ticked situations speak for. What was agreed stays so while it is suggested."""
        rows = [line.row for line in self.situations]
        ticked = {line.row["id"] for line in self.situations if line.ticked}
        self.suggested = suggestions(rows, self._catalogue, ticked)
        self._yes &= {one.id for one in self.suggested}
        self._services.clear()
        self.agreed.clear()
        for one in self.suggested:
            self._services.body.addWidget(self._service(one))
        if not self.suggested:
            self._services.quiet(_("Services appear here when a situation is ticked."))
        self._order()
        self._tell()

    def _service(self, one: Suggestion) -> QFrame:
        frame = look(QFrame(), "sunken")
        column = QVBoxLayout(frame)
        column.setContentsMargins(spacing(1.5), spacing(1), spacing(1.5), spacing(1))
        column.setSpacing(spacing(0.25))
        yes = self.agreed[one.id] = YesNo(one.service["name"])
        because = _("Because: {situations}").format(situations="; ".join(one.because))
        yes.box.setAccessibleName(_("Agreed: {service}").format(service=one.service["name"]))
        yes.set_help(because)
        yes.set_value(one.id in self._yes)
        yes.changed.connect(partial(self._agree, one.id))
        column.addWidget(yes)
        for text, tone in ((because, "quiet"), (one.service["how_to_refer"], "small")):
            if text:
                said = label(text, tone)
                said.setContentsMargins(px(16) + 22, 0, 0, 0)
                column.addWidget(said)
        return frame

    def _tell(self) -> None:
        count = len(self._yes)
        text = _n("Save and make {count} referral", "Save and make {count} referrals", count)
        self.refer_button.setText(text.format(count=count))
        self.refer_button.setVisible(bool(count))
        found = len(self.suggested)
        said = _n("{count} service suggested", "{count} services suggested", found).format(count=found)
        self._say(said if found else "")

    def _say(self, text: str, tone: str = "quiet") -> None:
        self._state.setText(text)
        look(self._state, tone)

    def _order(self) -> None:
        stops: list[QWidget] = [stop for line in self.situations for stop in (line.box.box, line.note)]
        stops += [yes.box for yes in self.agreed.values()]
        stops += [*self.summary.stops(), self.close_button, self.refer_button, self.save_button]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    # ---- building ----

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        page = look(QWidget(), "page")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(spacing(3), spacing(2), spacing(3), spacing(3))
        inside.setSpacing(spacing(1.5))
        inside.addWidget(heading(_("Support-need check"), 2))
        inside.addWidget(
            label(
                _("Go through the list with the client: arrows move, space ticks, Tab goes to the note."),
                "quiet",
            )
        )
        inside.addWidget(self._make_notice())
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(spacing(2))
        self._list, self._services = Card(_("What holds for the client")), Card(_("What could help"))
        self._services.quiet("")
        self.summary = LongText(_("Summary"), 3)
        self.summary.changed.connect(self._changed_summary)
        right = QVBoxLayout()
        right.setSpacing(spacing(2))
        right.addWidget(self._services)
        right.addWidget(FieldBox(self.summary, _("What was agreed, in the client's words.")))
        right.addStretch(1)
        left = QVBoxLayout()
        left.addWidget(self._list)
        left.addStretch(1)
        self._sides.addLayout(left, 1)
        self._sides.addLayout(right, 1)
        inside.addLayout(self._sides, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(page)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._make_bar())
        for keys, press in (
            ("Ctrl+S", self.save),
            ("Ctrl+Return", self._save_all),
            ("Ctrl+Enter", self._save_all),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, press)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _changed_summary(self) -> None:
        self._tell()
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def _save_all(self) -> None:
        self.save(bool(self._yes))

    def _make_notice(self) -> QFrame:
        self._notice = look(QFrame(), "notice")
        row = QHBoxLayout(self._notice)
        row.addWidget(label(_("What you wrote here before is back. It is not saved yet.")), 1)
        over = button(_("Start over"), "quiet")
        over.clicked.connect(self.start_over)
        row.addWidget(over)
        self._notice.hide()
        return self._notice

    def _make_bar(self) -> QFrame:
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(3), spacing(1), spacing(3), spacing(1))
        row.setSpacing(spacing(1))
        self._state = label("", "quiet")
        row.addWidget(self._state, 1)
        self.close_button = button(
            _("Close"), tip=_("Close; what you wrote stays as a draft ({key})").format(key="Esc")
        )
        self.close_button.clicked.connect(self.leave)
        self.refer_button = button("", tip=_("Save and refer ({key})").format(key="Ctrl+Enter"))
        self.refer_button.clicked.connect(lambda: self.save(True))
        self.refer_button.hide()
        self.save_button = button(_("Save"), "primary", tip=_("Save ({key})").format(key="Ctrl+S"))
        self.save_button.clicked.connect(lambda: self.save())
        for made in (self.close_button, self.refer_button, self.save_button):
            row.addWidget(made)
        return bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(SIDE_BY_SIDE)
        self._sides.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
