"""A list in groups for scanning: when, who, what. Thousands of lines without delay, Enter opens one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
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
    QTreeView,
    QWidget,
)

from app.i18n import _
from ui.theme import colours, px

Index = QModelIndex | QPersistentModelIndex
TONE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Line:
    """One thing to act on. `tone` is late, today or plain; `open` is what Enter does."""

    when: str
    who: str
    what: str
    open: Callable[[], None]
    tone: str = "plain"


@dataclass(frozen=True)
class Group:
    """A titled part of the list."""

    title: str
    lines: Sequence[Line]
    counted: bool = True


class GroupModel(QAbstractItemModel):
    """Groups at the top level, their lines below; columns when, who, what."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.groups: Sequence[Group] = ()

    def show(self, groups: Sequence[Group]) -> None:
        """Replace everything shown; empty groups are left out."""
        self.beginResetModel()
        self.groups = tuple(group for group in groups if group.lines)
        self.endResetModel()

    def line(self, index: Index) -> Line | None:
        """Return the line at an index, None for a group's title."""
        if not index.isValid() or not index.internalId():
            return None
        return self.groups[index.internalId() - 1].lines[index.row()]

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        # Lines carry their group's number from 1; groups carry 0.
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Index = QModelIndex()) -> Any:  # type: ignore[override]  # noqa: B008
        if not child.isValid() or not child.internalId():
            return QModelIndex()
        return self.createIndex(child.internalId() - 1, 0, 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self.groups)
        if parent.internalId() or parent.column() > 0:
            return 0
        return len(self.groups[parent.row()].lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 3

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if not index.internalId():
            return Qt.ItemFlag.ItemIsEnabled
        leaf = Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | leaf

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.line(index)
        if line is None:
            return self._title(self.groups[index.row()], index.column(), role)
        text = (line.when, line.who, line.what)[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (line.who, line.what, line.when) if part)
        return line.tone if role == TONE else None

    def _title(self, group: Group, column: int, role: int) -> Any:
        if column == 0 and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if not group.counted:
                return group.title
            return _("{title} ({count})").format(title=group.title, count=len(group.lines))
        return None


class _Look(QStyledItemDelegate):
    """Group titles stand apart from their lines; a day that has passed is seen to be late."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        c = colours()
        ink = c.text
        if not index.parent().isValid():
            option.font.setWeight(QFont.Weight.DemiBold)
        elif index.column() == 0:
            tone = index.data(TONE)
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
        if not index.parent().isValid():
            painter.fillRect(option.rect, QColor(colours().sunken))
        super().paint(painter, option, index)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(40, px(34))


class GroupView(QTreeView):
    """Shows a GroupModel: arrows move from line to line, Enter or a click opens."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = GroupModel(self)
        self.setModel(self.lines)
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIndentation(0)
        self.setItemsExpandable(False)
        self.setExpandsOnDoubleClick(False)
        self.setAllColumnsShowFocus(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.header().setMinimumSectionSize(24)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.header().setStretchLastSection(True)
        self.setItemDelegate(_Look(self))
        self.clicked.connect(self._open)
        self.lines.modelReset.connect(self._unfold)

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show other groups and keep the place in the list as well as it can be kept."""
        before = self.lines.line(self.currentIndex())
        self.lines.show(groups)
        self._widths()
        self._go_back_to(before)

    def _go_back_to(self, before: Line | None) -> None:
        if before is None:
            if self.hasFocus():
                self._begin()
            return
        for number, group in enumerate(self.lines.groups):
            for row, line in enumerate(group.lines):
                if (line.who, line.what) == (before.who, before.what):
                    self.setCurrentIndex(self.lines.index(row, 0, self.lines.index(number, 0)))
                    return
        self._begin()

    def _begin(self) -> None:
        """Make the first line current."""
        first = self.lines.index(0, 0, self.lines.index(0, 0))
        if first.isValid() and self.lines.line(first) is not None:
            self.setCurrentIndex(first)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.lines.line(self.currentIndex()) is None:
            self._begin()

    def _unfold(self) -> None:
        for row in range(self.lines.rowCount()):
            self.setFirstColumnSpanned(row, QModelIndex(), True)
        self.expandAll()

    def _widths(self) -> None:
        """Give the day what its longest text needs and the name a third of the rest, cheaply."""
        metrics = QFontMetrics(self.font())
        words = {line.when for group in self.lines.groups for line in group.lines}
        widest = max((metrics.horizontalAdvance(text) for text in words), default=0)
        self.setColumnWidth(0, widest + 40 if widest else 24)
        rest = max(0, self.viewport().width() - self.columnWidth(0))
        self.setColumnWidth(1, min(rest * 2 // 5, metrics.averageCharWidth() * 32))

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
