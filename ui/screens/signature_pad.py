"""A pad to sign on with a pen, a finger or a mouse, three times as wide as high."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _
from ui.theme import colours, px

MOST_STROKES = 500
# Points nearer to each other than this share of the width say nothing more about the line.
APART = 0.003


class SignaturePad(QWidget):
    """Holds strokes of points, each coordinate 0..1 of the pad's width and height, origin top left."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strokes: list[list[tuple[float, float]]] = []
        self._drawing = False
        self.setAccessibleName(name)
        self.setAccessibleDescription(
            _("Draw the signature with a pen, a finger or the mouse. Delete clears it.")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(420), px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        height = max(80, self.width() // 3)
        if height != self.height():
            self.setFixedHeight(height)

    def clear(self) -> None:
        """Take the signature away."""
        self.strokes = []
        self.update()
        self.changed.emit()

    def show_strokes(self, strokes: Sequence[Sequence[Sequence[float]]]) -> None:
        """Show a signature that was drawn before."""
        self.strokes = [[(point[0], point[1]) for point in stroke] for stroke in strokes]
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or len(self.strokes) >= MOST_STROKES:
            return
        self._drawing = True
        self.strokes.append([self._share(event.position())])
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._drawing:
            return
        here, last = self._share(event.position()), self.strokes[-1][-1]
        if abs(here[0] - last[0]) + abs(here[1] - last[1]) >= APART:
            self.strokes[-1].append(here)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drawing and event.button() == Qt.MouseButton.LeftButton:
            self._drawing = False
            self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
            return
        super().keyPressEvent(event)

    def _share(self, at: QPointF) -> tuple[float, float]:
        x, y = at.x() / max(1, self.width()), at.y() / max(1, self.height())
        return round(min(1.0, max(0.0, x)), 4), round(min(1.0, max(0.0, y)), 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = 2 if self.hasFocus() else 1
        painter.setPen(QPen(QColor(c.accent if self.hasFocus() else c.control), edge))
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        line = self.height() * 0.78
        painter.setPen(QPen(QColor(c.line), 1))
        painter.drawLine(QPointF(16, line), QPointF(self.width() - 16, line))
        if not self.strokes:
            painter.setPen(QColor(c.quiet))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("Sign here"))
        pen = QPen(QColor(c.text), max(2.0, self.height() / 60))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self.strokes:
            self._draw(painter, [QPointF(x * self.width(), y * self.height()) for x, y in stroke])
        painter.end()

    @staticmethod
    def _draw(painter: QPainter, points: Sequence[QPointF]) -> None:
        if len(points) == 1:
            painter.drawPoint(points[0])
            return
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        painter.drawPath(path)
