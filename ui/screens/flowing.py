"""Small things side by side that go to the next line where the width ends, so that nothing is cut."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QHBoxLayout, QLayoutItem, QSizePolicy, QWidget

from ui.fields.flow import Flow
from ui.theme import label, spacing


class _Levelled(Flow):
    """Sets what stands on one line on one level, whatever its height."""

    def _place(self, rect: QRect, *, move: bool) -> int:
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        x = rect.x()
        for item in self._items:
            size = item.sizeHint()
            if lines[-1] and x + size.width() > rect.right() + 1:
                lines.append([])
                x = rect.x()
            lines[-1].append((item, size))
            x += size.width() + self._gap
        y = rect.y()
        for of_line in lines:
            height = max((size.height() for _item, size in of_line), default=0)
            x = rect.x()
            for item, size in of_line:
                if move:
                    wide = QSize(min(size.width(), rect.width()), size.height())
                    item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), wide))
                x += size.width() + self._gap
            y += height + self._gap
        return y - self._gap - rect.y()


class Flowing(QWidget):
    """Small things side by side, going to the next line where the width ends."""

    def __init__(self, chips: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._flow = _Levelled(self, gap=spacing(1))
        self.below: QHBoxLayout | None = None
        """The line under it, where there is one."""
        self.beside: QHBoxLayout | None = None
        """The place at its right where its buttons are, where there is one."""
        # A wider place may need more height than a narrow one, where a tall thing comes up beside low ones.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for text, tone in chips:
            self.add(label(text, f"chip-{tone}" if tone else "chip", wraps=False))

    def add(self, widget: QWidget) -> None:
        """Put a thing at the end."""
        self._flow.addWidget(widget)

    def count(self) -> int:
        """Return how many things there are."""
        return self._flow.count()
