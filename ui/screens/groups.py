"""A list in groups for scanning: when, who, what. Thousands of lines without delay, Enter or a click opens one."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.i18n import _
from ui.theme import colours, px

Index = QModelIndex | QPersistentModelIndex
TONE = Qt.ItemDataRole.UserRole + 1
NEAR = 60  # rows around the former place in which the same line is looked for


@dataclass(frozen=True)
class Line:
    """One thing to act on. `tone` is late, today or plain; `open` is what Enter does."""

    when: str
    who: str
    what: str
    open: Callable[[], None]
    tone: str = "plain"


class Lines(Sequence[Line]):
    """Lines that are made when they are looked at, since of ten thousand a person sees thirty.

    `whens` holds every text that the first column may show, for its width.
    """

    def __init__(self, items: Sequence[Any], make: Callable[[Any], Line], whens: Iterable[str]) -> None:
        self._items, self.whens = items, frozenset(whens)
        self._made = lru_cache(maxsize=512)(lambda number: make(items[number]))  # a place is quick to look up

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self._made(place) for place in range(*number.indices(len(self._items)))]
        return self._made(number)


@dataclass(frozen=True)
class Group:
    """A titled part of the list."""

    title: str
    lines: Sequence[Line]
    counted: bool = True

    def whens(self) -> frozenset[str]:
        """Return the texts of the first column."""
        if isinstance(self.lines, Lines):
            return self.lines.whens
        return frozenset(line.when for line in self.lines)

    def heading(self) -> str:
        """Return the title, with the number of lines where it says something."""
        if not self.counted:
            return self.title
        return _("{title} ({count})").format(title=self.title, count=len(self.lines))


class GroupModel(QAbstractTableModel):
    """Each group's title in a row of its own, its lines below; columns when, who, what.

    A flat table, since a tree of ten thousand lines takes seconds to unfold.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.groups: Sequence[Group] = ()
        self._starts: list[int] = []
        self._count = 0

    def show(self, groups: Sequence[Group]) -> None:
        """Replace everything shown; empty groups are left out."""
        self.beginResetModel()
        self.groups = tuple(group for group in groups if group.lines)
        self._starts = list(accumulate((len(group.lines) + 1 for group in self.groups), initial=0))
        self._count = self._starts.pop()
        self.endResetModel()

    def at(self, row: int) -> Group | Line | None:
        """Return the title or the line in a row."""
        if not 0 <= row < self._count:
            return None
        number = bisect_right(self._starts, row) - 1
        place, group = row - self._starts[number], self.groups[number]
        return group if place == 0 else group.lines[place - 1]

    def line(self, index: Index) -> Line | None:
        """Return the line at an index, None for a group's title."""
        row = self.at(index.row()) if index.isValid() else None
        return row if isinstance(row, Line) else None

    def titles(self) -> Sequence[int]:
        """Return the rows that are titles."""
        return self._starts

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 3

    def flags(self, index: Index) -> Qt.ItemFlag:
        # Titles are not enabled, so that the arrow keys go from line to line.
        if not index.isValid() or index.row() in self._starts:
            return Qt.ItemFlag.NoItemFlags
        leaf = Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | leaf

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.at(index.row())
        if isinstance(line, Group) or line is None:
            shown = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return line.heading() if line and shown and index.column() == 0 else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (line.when, line.who, line.what)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            group = self.groups[bisect_right(self._starts, index.row()) - 1]
            parts = (group.title, line.when, line.who, line.what)
            return ", ".join(part for part in parts if part)
        return line.tone if role == TONE else None


class _Look(QStyledItemDelegate):
    """Group titles stand apart from their lines; a day that has passed is seen to be late."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        c = colours()
        tone = index.data(TONE)
        ink = c.text
        if tone is None:
            option.font.setWeight(QFont.Weight.DemiBold)
        elif index.column() == 0:
            ink = {"late": c.danger, "today": c.accent}.get(tone, c.quiet)
            option.font.setWeight(QFont.Weight.Medium if tone != "plain" else QFont.Weight.Normal)
        elif index.column() == 1:
            option.font.setWeight(QFont.Weight.Medium)
        else:
            ink = c.quiet
        option.palette.setColor(QPalette.ColorRole.Text, QColor(ink))
        option.palette.setColor(QPalette.ColorRole.HighlightedText, QColor(ink))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        option.state &= ~QStyle.StateFlag.State_MouseOver
        if index.data(TONE) is None:
            painter.fillRect(option.rect.adjusted(1, 0, -1, 0), QColor(colours().sunken))
        super().paint(painter, option, index)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(40, px(34))


class GroupView(QTableView):
    """Shows a GroupModel: arrows move from line to line, Enter or a click opens."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = GroupModel(self)
        self._widest = 0
        self.setModel(self.lines)
        self.setItemDelegate(_Look(self))
        self.setAccessibleName(name)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(24)
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(px(34))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.clicked.connect(self._open)

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show other groups and keep the place in the list as well as it can be kept."""
        place = self.currentIndex().row()
        before = self.lines.line(self.currentIndex())
        self.clearSpans()
        self.lines.show(groups)
        for row in self.lines.titles():
            self.setSpan(row, 0, 1, 3)
        self._measure()
        self._widths()
        if before is not None:
            self._go_back_to(before, place)
        elif self.hasFocus():
            self._begin()

    def _go_back_to(self, before: Line, place: int) -> None:
        """Go to the same line near where it was, else to the one that has taken its place."""
        near = sorted(range(place - NEAR, place + NEAR + 1), key=lambda row: abs(row - place))
        for row in near:
            line = self.lines.at(row)
            if isinstance(line, Line) and (line.who, line.what) == (before.who, before.what):
                self.setCurrentIndex(self.lines.index(row, 0))
                return
        for row in (place, place - 1, place - 2):
            if isinstance(self.lines.at(row), Line):
                self.setCurrentIndex(self.lines.index(row, 0))
                return
        self._begin()

    def _begin(self) -> None:
        """Make the first line current."""
        if self.lines.rowCount() > 1:
            self.setCurrentIndex(self.lines.index(1, 0))
            self.scrollToTop()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.lines.line(self.currentIndex()) is None:
            self._begin()

    def _measure(self) -> None:
        metrics = QFontMetrics(self.font())
        words = {text for group in self.lines.groups for text in group.whens()}
        self._widest = max((metrics.horizontalAdvance(text) for text in words), default=0)

    def _widths(self) -> None:
        """Give the day what its longest text needs and the name a part of the rest."""
        self.setColumnWidth(0, self._widest + 40 if self._widest else 24)
        rest = max(0, self.viewport().width() - self.columnWidth(0))
        self.setColumnWidth(1, min(rest * 2 // 5, QFontMetrics(self.font()).averageCharWidth() * 32))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        line = self.lines.line(index)
        if line is not None:
            line.open()
