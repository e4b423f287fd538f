"""A plain list of lines that came from the centre: sorted by its heads, filtered while typing, chosen by key."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QTableView

from app.i18n import _
from ui.screens.words import fold
from ui.theme import px
from ui.widths import Widths

_ID = int(Qt.ItemDataRole.UserRole)
_KEY = _ID + 1

Cell = str | tuple[str, str]
"""What a cell says; with what it is sorted by, where that is something else."""


class _Shown(QSortFilterProxyModel):
    """Shows the lines that hold every word, whatever its case and accents."""

    def __init__(self) -> None:
        super().__init__()
        self.setSortRole(_KEY)
        self.words: list[str] = []

    def look_for(self, text: str) -> None:
        """Show only lines with these words."""
        self.beginFilterChange()
        self.words = fold(text).split()
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        source = self.sourceModel()
        said = " ".join(str(source.index(row, n, parent).data()) for n in range(source.columnCount()))
        found = fold(said)
        return all(word in found for word in self.words)


class Table(QTableView):
    """Lines with an id each. `chosen_changed` tells the id of the line that the keyboard or the mouse chose, or ""."""

    chosen_changed = Signal(str)

    def __init__(self, title: str, name: str, columns: Sequence[tuple[str, str]]) -> None:
        """`columns` are names, for the widths that are remembered, and titles."""
        super().__init__()
        self.setAccessibleName(title)
        self._lines = QStandardItemModel(0, len(columns))
        self._lines.setHorizontalHeaderLabels([text for _name, text in columns])
        self.shown = _Shown()
        self.shown.setSourceModel(self._lines)
        self.setModel(self.shown)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(px(36))
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        self.setMinimumHeight(px(220))
        self._widths = Widths(self, f"administration-{name}", [one for one, _text in columns])
        self.selectionModel().currentRowChanged.connect(self._moved)

    def show_lines(self, lines: Sequence[tuple[str, Sequence[Cell]]]) -> None:
        """Show these lines, each with its id; the chosen one stays chosen if it is still there."""
        before, first = self.chosen(), not self._lines.rowCount()
        self._lines.removeRows(0, self._lines.rowCount())
        for one, cells in lines:
            self._lines.appendRow([_item(one, cell) for cell in cells])
        if first:
            self._widths.measure()
        self.choose(before)

    def choose(self, wanted: str) -> None:
        """Choose a line by its id, else the first."""
        for row in range(self.shown.rowCount()):
            if self.shown.index(row, 0).data(_ID) == wanted:
                self.setCurrentIndex(self.shown.index(row, 0))
                return
        self.setCurrentIndex(self.shown.index(0, 0))
        if not self.shown.rowCount():
            self.chosen_changed.emit("")

    def chosen(self) -> str:
        """Return the id of the chosen line, or nothing."""
        index = self.currentIndex()
        return str(index.siblingAtColumn(0).data(_ID)) if index.isValid() else ""

    def texts(self) -> list[list[str]]:
        """Return what is shown, line by line."""
        columns = range(self.shown.columnCount())
        return [
            [str(self.shown.index(row, n).data()) for n in columns] for row in range(self.shown.rowCount())
        ]

    def _moved(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self.chosen_changed.emit(self.chosen())


def _item(one: str, cell: Cell) -> QStandardItem:
    text, key = cell if isinstance(cell, tuple) else (cell, fold(cell))
    made = QStandardItem(text)
    made.setData(one, _ID)
    made.setData(key, _KEY)
    made.setToolTip(text)
    return made


def filter_of(table: Table, title: str) -> QLineEdit:
    """Return the line above a table that filters it; Down leads into it."""
    line = QLineEdit()
    line.setPlaceholderText(_("Filter"))
    line.setAccessibleName(_("Filter: {title}").format(title=title))
    line.setClearButtonEnabled(True)
    line.setMaximumWidth(px(360))
    line.textChanged.connect(table.shown.look_for)
    line.returnPressed.connect(lambda: table.setFocus())
    return line
