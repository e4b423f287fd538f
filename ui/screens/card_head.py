"""The head of a card: its title and the buttons at its right, which go below it where there is no room for both."""

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QLabel, QLayoutItem, QWidget

from ui.fields.flow import Flow
from ui.theme import spacing

WIDE = 400
"""The width that a head asks for; a wider one has its things on one line sooner."""


class CardHead(Flow):
    """Keeps the title on one line as long as it can, and never breaks a word of it; no button is ever cut."""

    def __init__(self, title: QLabel) -> None:
        super().__init__(gap=spacing(1))
        self._title = title
        self.addWidget(title)

    def add(self, widget: QWidget) -> None:
        """Put a thing at the end, after the title and what is beside it already."""
        self.addWidget(widget)

    def sizeHint(self) -> QSize:
        """Return the size on one line, or as much of it as a card asks for."""
        width = min(self._whole() + self._needed(self._beside()), WIDE)
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        """Return the width of the longest word or the widest button, whichever is more."""
        metrics = self._title.fontMetrics()
        words = [metrics.horizontalAdvance(word) for word in self._title.text().split()]
        size = QSize(max(words, default=0) + 2, self._items[0].minimumSize().height())
        for item in self._beside():
            size = size.expandedTo(item.minimumSize())
        return size

    def _beside(self) -> list[QLayoutItem]:
        return [item for item in self._items[1:] if not item.isEmpty()]

    def _whole(self) -> int:
        """Return the width of the title on one line."""
        self._title.ensurePolished()
        return self._title.fontMetrics().horizontalAdvance(self._title.text()) + 2

    def _needed(self, items: list[QLayoutItem]) -> int:
        return sum(item.sizeHint().width() + self._gap for item in items)

    def _place(self, rect: QRect, *, move: bool) -> int:
        title, beside = self._items[0], self._beside()
        needed = self._needed(beside)
        if not beside or self._whole() + needed <= rect.width():
            room = rect.width() - needed
            height = max([_height(title, room), *(item.sizeHint().height() for item in beside)])
            self._line(
                [(title, room), *((item, item.sizeHint().width()) for item in beside)], rect, height, move
            )
            return height
        top = _height(title, rect.width())
        self._line([(title, rect.width())], rect, top, move)
        below = top
        for items in self._lines(beside, rect.width()):
            height = max(item.sizeHint().height() for item, _width in items)
            below += self._gap // 2
            self._line(items, rect.translated(0, below), height, move)
            below += height
        return below

    def _lines(self, items: list[QLayoutItem], room: int) -> list[list[tuple[QLayoutItem, int]]]:
        """Return what stands on each line below the title, with its width."""
        lines: list[list[tuple[QLayoutItem, int]]] = [[]]
        used = 0
        for item in items:
            width = min(item.sizeHint().width(), room)
            if lines[-1] and used + width > room:
                lines.append([])
                used = 0
            lines[-1].append((item, width))
            used += width + self._gap
        return lines

    def _line(self, items: list[tuple[QLayoutItem, int]], rect: QRect, height: int, move: bool) -> None:
        """Set things on one line, each in the middle of its height."""
        x = rect.x()
        for item, width in items if move else ():
            high = _height(item, width)
            item.setGeometry(QRect(QPoint(x, rect.y() + (height - high) // 2), QSize(width, high)))
            x += width + self._gap


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
