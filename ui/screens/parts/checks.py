"""Lines of a checklist that records fill, and the way from each to its record or to the form that fills it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.assessment import Item
from app.i18n import N_, _, format_date
from ui.context import Context
from ui.lists import Lists
from ui.screens.sign import lay_over
from ui.theme import button, heading, label, px, spacing

DONE, MISSING, HIDDEN = N_("Done"), N_("Missing"), N_("Not visible to you")


def open_record(
    over: QWidget, context: Context, client_id: UUID, kind: str, record_id: UUID | None, **values: Any
) -> None:
    """Open a record of any kind where it is written, or a new one with these values."""
    if kind == "support_visit":
        context.quick_visit(client_id, record_id)
    elif kind == "career_plan":
        context.open_plan(client_id, record_id)
    elif kind == "attachment" and _documents(over):
        return  # files are added where they are kept
    else:
        context.edit(kind, record_id, client_id=client_id, values=values or None)


def _documents(within: QWidget) -> bool:
    """Show the documents on the client's page on which a widget stands; False where it stands on none."""
    from ui.screens.part_tabs import PartTabs

    tabs: QWidget | None = within
    while tabs is not None and not isinstance(tabs, PartTabs):
        tabs = tabs.parentWidget()
    if tabs is None:
        return False
    tabs.show_part("documents").setFocus()
    return True


class CheckLine(QWidget):
    """One item: done or missing in words, a name that opens it by Enter or a click, its day and note below."""

    def __init__(self, over: QWidget, context: Context, client_id: UUID, item: Item) -> None:
        super().__init__()
        self.item = item
        self._over, self._context, self._client_id = over, context, client_id
        state = _(DONE) if item.done else _(HIDDEN) if item.hidden else _(MISSING)
        said = self._said(item)
        self.link: QPushButton = button(str(item.title), "link")
        self.link.setAccessibleName(", ".join(part for part in (str(item.title), state, said) if part))
        tip = _("Open it") if item.done else _("Fill it in")
        self.link.setToolTip(_("Others who work with the client may see it.") if item.hidden else tip)
        self.link.clicked.connect(self.open)
        self.link.setEnabled(not item.hidden)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing(1))
        sign = "✓" if item.done else "–" if item.hidden else "○"
        chip = label(f"{sign} {state}", "chip-good" if item.done else "chip", wraps=False)
        chip.setMinimumWidth(self._widest())
        row.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        if said:
            note = label(said, "small")
            note.setContentsMargins(spacing(0.5), 0, 0, 0)
            column.addWidget(note)
        row.addLayout(column, 1)

    def _widest(self) -> int:
        metrics = self.fontMetrics()
        return max(metrics.horizontalAdvance(f"✓ {_(text)}") for text in (DONE, MISSING)) + px(26)

    @staticmethod
    def _said(item: Item) -> str:
        days = [by.day for by in item.by if by.day]
        parts = [format_date(max(days))] if days else []
        parts += [str(item.note)] if item.note else []
        return " · ".join(parts)

    def open(self) -> None:
        """Open the record that fills the item, the latest of them; a missing one's form."""
        item = self.item
        if item.done and item.by:
            by = item.by[-1]
            open_record(self._over, self._context, self._client_id, by.kind, by.id)
        else:
            fill = item.fill
            open_record(self._over, self._context, self._client_id, fill.kind, fill.id, **fill.values)


class EntriesPage(QWidget):
    """Every entry of some kinds of one client, as lists over the page; Escape goes back."""

    closed = Signal()

    def __init__(self, context: Context, client_id: UUID, title: str, kinds: tuple[str, ...]) -> None:
        from app.services import SPECS

        super().__init__()
        self.client_id = client_id
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(1))
        head = QHBoxLayout()
        self.back = button(_("Back"), "quiet", tip=_("Esc"))
        head.addWidget(self.back)
        head.addWidget(heading(title, 2), 1)
        column.addLayout(head)
        self.lists = Lists(context, title, tuple(SPECS[kind] for kind in kinds), client_id)
        column.addWidget(self.lists, 1)
        self.setAccessibleName(title)
        self.setFocusProxy(self.lists.kinds if len(kinds) > 1 else self.lists)
        self.back.clicked.connect(self.closed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)


def entries_button(press: Callable[[], Any]) -> QPushButton:
    """Make the way to every entry of a part."""
    made = button(
        _("All entries"), "quiet", tip=_("Every entry of this part as lists ({key})").format(key="W")
    )
    made.clicked.connect(lambda: press())
    return made


def show_entries(
    over: QWidget, context: Context, client_id: UUID, title: str, kinds: tuple[str, ...]
) -> None:
    """Lay the lists over the page on which a widget stands."""
    lay_over(over, EntriesPage(context, client_id, title, kinds))
