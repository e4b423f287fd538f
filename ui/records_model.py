"""The rows of one kind as a table: made ready off the GUI thread, filtered and sorted without delay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.i18n import _
from app.record import Row, shape
from app.services import SPECS
from app.spec import RecordSpec
from ui.fields.kinds import kind_of
from ui.screens.words import NOTHING, as_text, first_line, fold, title_of

Index = QModelIndex | QPersistentModelIndex
# Letters that Finnish and Swedish put after z.
_LAST = str.maketrans({"å": "{", "ä": "|", "ö": "}"})
_NONE = (1, "")
ROLE_ROW = int(Qt.ItemDataRole.UserRole)


@dataclass
class Lines:
    """Rows made ready for a list, off the GUI thread: per row its texts, its sort keys and its folded text."""

    rows: list[Row] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    keys: list[list[tuple[int, Any]]] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)


WHO = "client_id"
"""The column that says whose a row is, first in a list of everybody's rows."""


def columns_of(spec: RecordSpec, *, everybody: bool) -> tuple[str, ...]:
    """Return the columns of a list: those declared, and who comes first where the rows are of all clients."""
    return (WHO, *spec.columns) if everybody and WHO in spec.table.model_fields else spec.columns


def lines_of(
    spec: RecordSpec, rows: Sequence[Row], names: Mapping[str, str], clients: Mapping[str, str] | None = None
) -> Lines:
    """Make the rows of a kind ready for their list.

    `names` are those of the workers by id; `clients` those of the clients, for a list of everybody's rows.
    """
    lines = Lines(list(rows))
    made: list[list[_Cell]] = []
    for name in columns_of(spec, everybody=clients is not None):
        declared = next((one for one in spec.fields() if one.name == name), None)
        whose = clients if name == WHO and clients is not None else None
        # The same days, choices and names come again and again: each is written once.
        known: dict[Any, _Cell] = {}
        column = []
        for row in lines.rows:
            value = row[name]
            memo = (
                tuple(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
            )
            try:
                cell = known.get(memo)
            except TypeError:  # a list of entries
                column.append(_cell(declared, name, value, names))
                continue
            if cell is None:
                cell = known[memo] = (
                    _cell(declared, name, value, names) if whose is None else _who(value, whose)
                )
            column.append(cell)
        made.append(column)
    for cells in zip(*made, strict=True):
        lines.texts.append([cell[0] for cell in cells])
        lines.keys.append([cell[1] for cell in cells])
        lines.folded.append(" ".join([cell[2] for cell in cells]))
    return lines


_Cell = tuple[str, tuple[int, Any], str]


def _cell(declared: Any, name: str, value: Any, names: Mapping[str, str]) -> _Cell:
    """Return a value's text, its sort key and its folded text."""
    text = _text(declared, name, value, names)
    return text, _key(value, text), fold(text)


def _who(value: Any, clients: Mapping[str, str]) -> _Cell:
    text = clients.get(str(value), "")
    return text, _key(text, text), fold(text)


def _text(declared: Any, name: str, value: Any, names: Mapping[str, str]) -> str:
    if name == "kind" and value in SPECS:
        return _(SPECS[value].one)
    text = as_text(declared, value, names)
    return "" if text == NOTHING else first_line(text)


def _key(value: Any, text: str) -> tuple[int, Any]:
    if value is None or text == "":
        return _NONE
    if isinstance(value, int | float):
        return (0, f"{value:020.4f}")
    iso = isinstance(value, str) and value[4:5] == "-" and value[:4].isdigit()
    if iso:
        return (0, value)
    try:
        return (0, f"{float(value):020.4f}")
    except (TypeError, ValueError):
        return (0, text.casefold().translate(_LAST))


class RecordsModel(QAbstractTableModel):
    """The rows of one kind in the columns that it declares, filtered and sorted here for speed."""

    def __init__(self, spec: RecordSpec, parent: QObject | None = None, *, everybody: bool = False) -> None:
        super().__init__(parent)
        self.spec, self.columns = spec, columns_of(spec, everybody=everybody)
        self._lines = Lines()
        self._shown: list[int] = []
        self._filter = ""
        self._sort: tuple[int, bool] | None = None
        model = shape(spec.table)
        self._right = {
            n
            for n, name in enumerate(self.columns)
            if name != WHO and kind_of(model, name).holds in ("whole", "amount")
        }

    def show(self, lines: Lines) -> None:
        """Show other rows, filtered and sorted as before."""
        self._lines = lines
        self._again()

    def filter(self, text: str) -> None:
        """Show only the rows that hold every word of the text, whatever its case and accents."""
        self._filter = text
        self._again()

    def _again(self) -> None:
        words = fold(self._filter).split()
        folded = self._lines.folded
        self.beginResetModel()
        self._shown = [n for n in range(len(folded)) if all(word in folded[n] for word in words)]
        self._order()
        self.endResetModel()

    def _order(self) -> None:
        if self._sort is None:
            return
        column, down = self._sort
        keys = self._lines.keys
        # What has no value comes last both ways.
        self._shown.sort(key=lambda n: keys[n][column], reverse=down)
        if down:
            self._shown.sort(key=lambda n: keys[n][column] == _NONE)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 leaves the order in which the rows came."""
        self._sort = None if column < 0 else (column, order == Qt.SortOrder.DescendingOrder)
        self._again()

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._lines.rows)

    def row(self, number: int) -> Row:
        """Return the stored row of a shown line."""
        return self._lines.rows[self._shown[number]]

    def number_of(self, record_id: str) -> int:
        """Return the line that shows a record, or -1."""
        return next((n for n in range(len(self._shown)) if self.row(n)["id"] == record_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell; its row under ROLE_ROW."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole or role == Qt.ItemDataRole.ToolTipRole:
            return self._lines.texts[self._shown[index.row()]][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._right:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == ROLE_ROW:
            return self.row(index.row())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            name = self.columns[section]
            return _("Client") if name == WHO else title_of(self.spec.kind, name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in self._right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None
