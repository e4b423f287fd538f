"""Layouts that put widgets side by side as far as the width goes: as wide as each is, or in equal shares."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """Left to right, then down; the height follows the width."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, or None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give an item away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Take no more room than needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say that the height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that this width needs."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        sizes = [item.sizeHint() for item in self._items]
        width = sum(s.width() for s in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(min(width, 400), self.heightForWidth(min(width, 400)))

    def minimumSize(self) -> QSize:
        """Return the size of the widest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():  # hidden
                continue
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + self._gap, 0
            if move:
                width = min(size.width(), rect.width())
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line - rect.y()


class Shares(QLayout):
    """Puts fields side by side in shares of the width, and in more lines where a share would be too narrow.

    `least` is the narrowest share in pixels. Each field has its share of its line, by weight.
    """

    def __init__(self, least: int, gap: int = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._weights: list[int] = []
        self._least, self._gap = least, gap
        self.setContentsMargins(0, 0, 0, 0)

    def add(self, widget: QWidget, weight: int = 1) -> None:
        """Take a field at the end."""
        self._weights.append(weight)
        self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many fields there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, or None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give an item away."""
        if not 0 <= index < len(self._items):
            return None
        self._weights.pop(index)
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:
        """Take the width there is."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Say that the height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that this width needs."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the fields."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """Return the size of all on one line."""
        count = max(1, len(self._items))
        width = max((item.sizeHint().width() for item in self._items), default=0)
        width = max(width, self._least * count + self._gap * (count - 1))
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        """Return the size of the widest field: all may stand below each other."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, move: bool) -> int:
        count = len(self._items)
        if not count:
            return 0
        most = max(1, (rect.width() + self._gap) // (self._least + self._gap))
        lines = -(-count // most)
        y = rect.y()
        for line in range(lines):
            among = range(line * count // lines, (line + 1) * count // lines)
            y += self._line(among, QRect(rect.x(), y, rect.width(), 0), move=move) + self._gap
        return y - self._gap - rect.y()

    def _line(self, among: range, rect: QRect, *, move: bool) -> int:
        """Place one line; return its height."""
        room = rect.width() - self._gap * (len(among) - 1)
        weight = sum(self._weights[number] for number in among)
        x, tallest = rect.x(), 0
        for number in among:
            item = self._items[number]
            width = room * self._weights[number] // weight
            height = item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
            height = max(height, item.minimumSize().height())
            if move:
                item.setGeometry(QRect(x, rect.y(), width, height))
            x += width + self._gap
            tallest = max(tallest, height)
        return tallest
