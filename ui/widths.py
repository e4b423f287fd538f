"""Column widths that are remembered between runs. Nothing but widths is kept here: the file is not encrypted."""

from collections.abc import Sequence

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHeaderView, QTableView

from ui.theme import px

LEAST = 40
MOST = 360
_FITTING = "fitting"


def _file() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "tyopari", "columns")


def kept_width(name: str, column: str) -> int:
    """Return the width that a person gave a column, or nought."""
    return int(str(_file().value(f"{name}/{column}", 0, int)))


def keep_width(name: str, column: str, width: int) -> None:
    """Remember the width that a person gave a column."""
    _file().setValue(f"{name}/{column}", width)


def remember_widths(header: QHeaderView, name: str, columns: Sequence[str]) -> None:
    """Give a header the widths it had, and keep those that a person gives it."""
    for number, column in enumerate(columns):
        kept = kept_width(name, column)
        header.resizeSection(number, max(LEAST, kept) if kept else px(190 if number == 0 else 150))

    def resized(number: int, before: int, after: int) -> None:
        # Only what was dragged by hand; the last column stretches by itself.
        if before != after and number < len(columns) - 1 and not header.property(_FITTING):
            keep_width(name, columns[number], after)

    header.sectionResized.connect(resized)


def fit_widths(table: QTableView, name: str, columns: Sequence[str]) -> None:
    """Give each column that nobody has sized the width of the words in view, within reason."""
    header = table.horizontalHeader()
    header.setProperty(_FITTING, True)
    for number, column in enumerate(columns):
        if not kept_width(name, column):
            wanted = max(table.sizeHintForColumn(number) + px(16), header.sectionSizeHint(number))
            header.resizeSection(number, min(max(wanted, px(96)), px(MOST)))
    header.setProperty(_FITTING, False)
