"""Column widths that are remembered between runs. Nothing but widths is kept here: the file is not encrypted."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QTableView

from ui.theme import px

LEAST = 40
MOST = 360
NARROWEST = 96  # at the usual text size, of a column that nobody has sized


def _file() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "tyopari", "columns")


def kept_width(name: str, column: str) -> int:
    """Return the width that a person gave a column, or nought."""
    return int(str(_file().value(f"{name}/{column}", 0, int)))


def keep_width(name: str, column: str, width: int) -> None:
    """Remember the width that a person gave a column."""
    _file().setValue(f"{name}/{column}", width)


class Widths(QObject):
    """Sizes the columns of a table: as a person left them, else by the words in them and the room there is.

    `measure` is called when the table has been filled. The last column takes what is left over.
    """

    def __init__(self, table: QTableView, name: str, columns: Sequence[str]) -> None:
        super().__init__(table)
        self._table, self._name, self._columns = table, name, columns
        self._fitting = False
        self._wanted = dict[int, int]()
        self._least = dict[int, int]()
        self._kept = {n: max(LEAST, w) for n, one in enumerate(columns) if (w := kept_width(name, one))}
        header = table.horizontalHeader()
        for number in range(len(columns)):
            header.resizeSection(number, self._kept.get(number, px(190 if number == 0 else 150)))
        header.sectionResized.connect(self._resized)
        table.viewport().installEventFilter(self)

    def measure(self) -> None:
        """Read how much room the words in view take, within reason, and share the width out."""
        header = self._table.horizontalHeader()
        for number in range(len(self._columns)):
            words = self._table.sizeHintForColumn(number) + px(16)
            self._least[number] = max(header.sectionSizeHint(number), px(NARROWEST))
            self._wanted[number] = max(self._least[number], min(words, px(MOST)))
        self._share()

    def _share(self) -> None:
        free = [number for number in self._wanted if number not in self._kept]
        room = self._table.viewport().width() - sum(self._kept.values())
        given = shared_out(room, {n: self._wanted[n] for n in free}, {n: self._least[n] for n in free})
        self._fitting = True
        for number, width in given.items():
            self._table.horizontalHeader().resizeSection(number, width)
        self._fitting = False

    def _resized(self, number: int, before: int, after: int) -> None:
        # Only what was dragged by hand; the last column stretches by itself.
        if before != after and number < len(self._columns) - 1 and not self._fitting:
            self._kept[number] = after
            keep_width(self._name, self._columns[number], after)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the width out again when it changes."""
        if event.type() == QEvent.Type.Resize:
            self._share()
        return False


def shared_out(room: int, wanted: Mapping[int, int], least: Mapping[int, int]) -> dict[int, int]:
    """Make the widest columns narrower until all fit into the room, none narrower than its least.

    Where even that does not fit, each has what it wants, and the table is moved sideways.
    """
    if sum(wanted.values()) <= room or sum(least.values()) > room:
        return dict(wanted)

    def at_most(limit: int) -> dict[int, int]:
        return {one: max(least[one], min(width, limit)) for one, width in wanted.items()}

    low, high = 0, max(wanted.values())
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(at_most(middle).values()) <= room else (low, middle - 1)
    return at_most(low)
