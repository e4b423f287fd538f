"""Finding the other client to merge with: those who may be the same person first, then everybody by name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.i18n import _
from app.services.clients.rules import name_of
from ui.context import Context
from ui.screens.words import as_text, fold
from ui.theme import label, px, spacing

SHOWN = 200
WHO = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Other:
    """A client to choose: id, name, birth date as shown, and whether she may be the same person."""

    id: UUID
    name: str
    born: str
    same: bool


def others(store: Any, client_id: UUID) -> list[Other]:
    """Return the other clients on the database thread, the likely ones first."""
    row = store.row("client", client_id)
    same = {one["id"] for one in store.duplicates(row)} if row is not None and not row["deleted"] else set()
    found = [
        Other(UUID(one["id"]), name_of(one), as_text(None, one["born_on"]) if one["born_on"] else "", one["id"] in same)
        for one in store.rows("client", order=("last_name", "first_name"))
        if one["id"] != str(client_id)
    ]  # fmt: skip
    return sorted(found, key=lambda one: not one.same)


class Picker(QWidget):
    """A line that filters and the clients below it; Enter or a click chooses."""

    chosen = Signal(object)

    def __init__(self, context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.client_id = context, client_id
        self._others: list[Other] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Filter by name"))
        self.search.setAccessibleName(_("Filter by name"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._fill())
        self.search.returnPressed.connect(self._take)
        self.list = QListWidget()
        self.list.setAccessibleName(_("The other client"))
        self.list.setMinimumHeight(px(280))
        self.list.itemClicked.connect(self._choose)
        self.empty = label(_("There is no other client with this name on this computer."), "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(1))
        for widget in (self.search, self.list, self.empty):
            column.addWidget(widget)

    def reload(self) -> None:
        """Read the clients."""
        store, client = self.context.store, self.client_id
        self.context.tasks.run(lambda: others(store, client), self._show)

    def _show(self, found: list[Other]) -> None:
        self._others = found
        self._fill()

    def _fill(self) -> None:
        parts = fold(self.search.text()).split()
        fitting = [one for one in self._others if all(part in fold(one.name) for part in parts)]
        self.list.clear()
        for one in fitting[:SHOWN]:
            text = _("{name}, born {day}").format(name=one.name, day=one.born) if one.born else one.name
            if one.same:
                text = _("{name} – perhaps the same person").format(name=text)
            item = QListWidgetItem(text)
            item.setSizeHint(QSize(0, px(36)))
            item.setData(WHO, one.id)
            self.list.addItem(item)
        self.list.setVisible(bool(fitting))
        self.empty.setVisible(not fitting)
        if fitting:
            self.list.setCurrentRow(0)

    def _take(self) -> None:
        self._choose(self.list.currentItem())

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(WHO))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down leads from the filter into the list; Enter chooses there."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.hasFocus():
            self._take()
        else:
            super().keyPressEvent(event)
