"""A part of a client's page made of cards: read in one task, shown again when something of it changes."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _, _n
from app.record import Row
from ui.context import Context
from ui.form_page import FormPage
from ui.screens import words
from ui.screens.client_cards import Card
from ui.screens.flowing import Flowing
from ui.screens.pictured import pictured
from ui.theme import button, label, look, px, spacing

SIDE_BY_SIDE = 1000
LONGEST = 60  # letters of a name on one line
FILES = "attachment"
Rows = dict[str, list[Row]]


def present_phase(rows: Rows) -> tuple[str, date | None]:
    """Return the phase in which the client is, and since when; nothing before the first."""
    newest = max(rows["phase_change"], key=lambda row: (row["on"], row["id"]), default=None)
    return (newest["phase"], words.day_of(newest["on"])) if newest else ("", None)


class PartPage(QWidget):
    """Two columns of cards. A part names its `kinds`, and fills its cards from their rows in `show_rows`."""

    kinds: tuple[str, ...] = ()

    def __init__(self, context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.client_id = context, client_id
        self._stale = True
        self.files: list[Row] = []
        self.left, self.right, self.top = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        page = look(QWidget(), "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(spacing(3), spacing(2), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        column.addLayout(self.top)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(spacing(2))
        for side in (self.left, self.right):
            side.setSpacing(spacing(2))
            self._sides.addLayout(side, 1)
        column.addLayout(self._sides)
        column.addStretch(1)
        self.view = QScrollArea()
        self.view.setWidgetResizable(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.view)
        self.build()
        context.bus.changed.connect(self._changed)

    def build(self) -> None:
        """Put the cards into `top`, `left` and `right`."""
        raise NotImplementedError

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards; each kind's rows come newest first."""
        raise NotImplementedError

    def key(self, keys: str, press: Callable[[], Any]) -> None:
        """Let a key do something while the part has the focus."""
        shortcut = QShortcut(QKeySequence(keys), self, press)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def edit(self, kind: str, row: Row | None = None, values: Row | None = None) -> None:
        """Open the form of a row, or of a new one that begins with values."""
        record = UUID(row["id"]) if row else None
        self.context.edit(kind, record, client_id=self.client_id, values=values)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(SIDE_BY_SIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._sides.direction() != way:
            self._sides.setDirection(way)

    def _changed(self, changes: Any) -> None:
        if changes.clients and self.client_id not in changes.clients:
            return
        if changes.kinds & {*self.kinds, FILES}:
            self._stale = True
            if self.isVisible():
                self.reload()

    def reload(self) -> None:
        """Read the rows again, in one task."""
        self._stale = False
        kinds = (*self.kinds, FILES)
        self.context.tasks.run(partial(read, self.context.store, self.client_id, kinds), self._show)

    def _show(self, rows: Rows) -> None:
        focused, buttons = self.focusWidget(), self._buttons()
        name = focused.accessibleName() if focused is not None else ""
        place = buttons.index(focused) if focused in buttons and focused.hasFocus() else None
        self.files = rows[FILES]
        self.setUpdatesEnabled(False)
        self.show_rows(rows)
        self.setUpdatesEnabled(True)
        if name:  # once what was made has been shown
            QTimer.singleShot(0, self, partial(self._go_back_to, name, place))

    def _buttons(self) -> list[QPushButton]:
        return [made for made in self.findChildren(QPushButton) if made.isVisible()]

    def attach(self, row: Flowing, kind: str, record: Row, name: str) -> None:
        """Add to a line how many files belong to its entry, and the button that attaches one."""
        count = sum(one["of_id"] == record["id"] for one in self.files)
        said = _n("{count} file", "{count} files", count).format(count=count)
        made = button(said if count else "", "tool", tip=_("Attach a file"))
        pictured(made, "mdi6.paperclip")
        made.setAccessibleName(_("Attach a file: {name}").format(name=f"{name}, {said}" if count else name))
        made.clicked.connect(partial(self._attach, kind, UUID(record["id"])))
        if row.below is not None and row.beside is None:
            row.below.addWidget(made)
        else:
            put(row, made)

    def _attach(self, kind: str, record_id: UUID, *_pressed: Any) -> None:
        from ui.screens.attachment_add import attach_to

        attach_to(self.context, self.client_id, kind, record_id, self)

    def _go_back_to(self, name: str, place: int | None) -> None:
        """Give the focus to what carries the same name as what had it before the cards were filled anew.

        What had it may be gone, such as the button of a step that is done now: then to what stands in its `place`.
        Not while it is elsewhere, such as in a form beside the page in which somebody is typing.
        """
        now = QApplication.focusWidget()
        elsewhere = now is not None and now is not self and not self.isAncestorOf(now)
        if not self.isVisible() or (elsewhere and (place is None or _in_form(now))):
            return
        buttons = self._buttons()
        same = next((made for made in buttons if made.accessibleName() == name), None)
        if same is None and place is not None and buttons:
            same = buttons[min(place, len(buttons) - 1)]
        if same is not None:
            same.setFocus()
            self.view.ensureWidgetVisible(same)


def _in_form(widget: QWidget | None) -> bool:
    """Tell whether a widget stands in a form."""
    while widget is not None and not isinstance(widget, FormPage):
        widget = widget.parentWidget()
    return widget is not None


def read(store: Any, client_id: UUID, kinds: Sequence[str]) -> Rows:
    """Read a client's rows of some kinds, newest first, and whole lists that all share, on the database thread."""
    from app.services import SPECS

    return {
        kind: store.rows(
            kind,
            client_id=client_id if SPECS[kind].scope == "client" else None,
            order=(f"-{SPECS[kind].dated}",) if SPECS[kind].dated else (),
        )
        for kind in kinds
    }


def put(row: Flowing, made: QPushButton) -> None:
    """Put a button where a line has its buttons: at its right, else at its end."""
    if row.beside is not None:
        row.beside.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
    else:
        row.add(made)


def line(
    card: Card,
    name: str,
    open_it: Callable[[], Any],
    chips: Sequence[tuple[str, str]] = (),
    said: str = "",
    *,
    beside: bool = False,
) -> Flowing:
    """Add a line to a card: a name that opens it, chips beside, a quiet text below. Return the line for buttons.

    With `beside` its buttons stand at the right of it all, so that a long list stays low.
    """
    row = Flowing()
    link = button(words.first_line(name, LONGEST), "link", tip=name if len(name) > LONGEST else "")
    link.setAccessibleName(", ".join(part for part in (name, *(text for text, _tone in chips), said) if part))
    link.setMinimumWidth(
        px(80)
    )  # a name that is longer than a narrow window is cut rather than its neighbours
    link.clicked.connect(lambda: open_it())
    row.add(link)
    for text, tone in chips:
        row.add(label(text, f"chip-{tone}" if tone else "chip", wraps=False))
    body = card.body
    if beside:
        row.beside, body = QHBoxLayout(), QVBoxLayout()
        body.setSpacing(0)
        row.beside.setSpacing(spacing(1))
        row.beside.addLayout(body, 1)
        card.body.addLayout(row.beside)
    body.addWidget(row)
    if said:
        row.below = QHBoxLayout()
        row.below.addWidget(label(said, "small"), 1)
        body.addLayout(row.below)
    return row


def act(row: Flowing, text: str, name: str, press: Callable[[], Any], look_: str = "quiet") -> QPushButton:
    """Add a button to a line; `name` says also what it is about, for the screen reader."""
    made = button(text, look_)
    made.setAccessibleName(name)
    made.clicked.connect(lambda: press())
    put(row, made)
    return made


def big(text: str, tone: str) -> QLabel:
    """Make a statement that is read from across the table."""
    made = label(text, f"chip-{tone}")
    made.setStyleSheet(f"font-size: {px(18)}px; font-weight: 500; padding: {px(8)}px {px(14)}px;")
    return made
