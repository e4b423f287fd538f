"""A field to sign in, with a mouse, a pen or a finger. Who cannot or will not draw signs the printed page."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from ui.theme import button, colours, label, px, spacing

Point = tuple[float, float]
Stroke = list[Point]
MOST_STROKES = 500
LEAST_MOVE = 0.001


class _Paper(QWidget):
    """What is drawn on. Points are kept as parts of the width and height, so that any size shows them right."""

    drawn = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.strokes: list[Stroke] = []
        self._drawing = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:
        """Be as wide as a signature line and a third as high."""
        return QSize(px(480), px(160))

    def minimumSizeHint(self) -> QSize:
        """Let a narrow panel be narrow."""
        return QSize(px(200), px(160))

    def begin(self, at: QPointF) -> None:
        """Put the pen down."""
        if len(self.strokes) < MOST_STROKES:
            self._drawing = True
            self.strokes.append([self._point(at)])
            self.update()

    def go_on(self, at: QPointF) -> None:
        """Draw on to a point."""
        if not self._drawing:
            return
        x, y = self._point(at)
        before = self.strokes[-1][-1]
        if abs(x - before[0]) >= LEAST_MOVE or abs(y - before[1]) >= LEAST_MOVE:
            self.strokes[-1].append((x, y))
            self.update()

    def end(self) -> None:
        """Lift the pen."""
        if self._drawing:
            self._drawing = False
            self.drawn.emit()

    def _point(self, at: QPointF) -> Point:
        return (_part(at.x(), self.width()), _part(at.y(), self.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke with the left button."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        self.go_on(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        self.end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a pen."""
        if event.type() == QEvent.Type.TabletPress:
            self.begin(event.position())
        elif event.type() == QEvent.Type.TabletMove:
            self.go_on(event.position())
        else:
            self.end()
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Draw with one finger."""
        if isinstance(event, QTouchEvent) and event.points():
            at = event.points()[0].position()
            if event.type() == QEvent.Type.TouchBegin:
                self.begin(at)
            elif event.type() == QEvent.Type.TouchUpdate:
                self.go_on(at)
            else:
                self.end()
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the paper, the line to sign on, and what is drawn. Ink is dark on light in every appearance."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QColor(colours().accent if self.hasFocus() else colours().control)
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.setBrush(QColor("#ffffff"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.setPen(QPen(QColor("#75878a"), 1, Qt.PenStyle.DashLine))
        base = self.height() * 0.75
        painter.drawLine(QPointF(self.width() * 0.06, base), QPointF(self.width() * 0.94, base))
        ink = QPen(QColor("#14262a"), max(2.0, self.height() / 64))
        ink.setCapStyle(Qt.PenCapStyle.RoundCap)
        ink.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(ink)
        for stroke in self.strokes:
            points = [QPointF(x * self.width(), y * self.height()) for x, y in stroke]
            if len(points) == 1:
                painter.drawPoint(points[0])
            else:
                painter.drawPolyline(points)


class SignaturePad(QWidget):
    """The paper with its buttons. `strokes()` is empty when nothing is drawn, also when paper will be signed.

    Delete or Backspace on the paper takes the last stroke back.
    """

    changed = Signal()

    def __init__(self, who: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.who = who
        self._on_paper = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(0.5))
        column.addWidget(label(who, "field"))
        self.paper = _Paper()
        self.paper.drawn.connect(self._drawn)
        column.addWidget(self.paper)
        self.state = label("", "small")
        column.addWidget(self.state)
        row = QHBoxLayout()
        self.clear_button = button(_("Clear"), "quiet")
        self.clear_button.setAccessibleName(_("Clear the signature: {who}").format(who=who))
        self.clear_button.clicked.connect(self.clear)
        self.paper_button = button(_("Sign on paper instead"), "quiet")
        self.paper_button.setAccessibleName(_("Sign on paper instead: {who}").format(who=who))
        self.paper_button.setCheckable(True)
        self.paper_button.clicked.connect(self.sign_on_paper)
        row.addWidget(self.clear_button)
        row.addWidget(self.paper_button)
        row.addStretch(1)
        column.addLayout(row)
        self._tell()

    def strokes(self) -> list[Stroke]:
        """Return what is drawn: strokes of (x, y), each 0..1 of the pad's width and height, four decimals."""
        return [list(stroke) for stroke in self.paper.strokes]

    def set_strokes(self, strokes: Sequence[Sequence[Sequence[float]]]) -> None:
        """Show a signature."""
        self.paper.strokes = [[(float(p[0]), float(p[1])) for p in stroke] for stroke in strokes]
        self._on_paper = False
        self._tell()

    @property
    def on_paper(self) -> bool:
        """Whether the person chose to sign the printed page."""
        return self._on_paper

    def clear(self) -> None:
        """Take away all that is drawn."""
        self._set_strokes_by_hand([])

    def take_back(self) -> None:
        """Take the last stroke back."""
        self._set_strokes_by_hand(self.paper.strokes[:-1])

    def _set_strokes_by_hand(self, strokes: list[Stroke]) -> None:
        if strokes != self.paper.strokes:
            self.paper.strokes = strokes
            self._tell()
            self.changed.emit()

    def sign_on_paper(self, on: bool = True) -> None:
        """Leave the field empty: the document then has a line to sign on. Pressing again allows drawing."""
        self._on_paper = on
        self.paper.strokes = []
        self._tell()
        self.changed.emit()

    def _drawn(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        """Say in words, also for the screen reader, whether there is a signature."""
        if self._on_paper:
            text = _("Signed on paper: the document has a line for it. Nothing is kept here as a signature.")
        elif self.paper.strokes:
            text = _("Signed here.")
        else:
            text = _("Not signed yet. Draw with the mouse, a pen or a finger.")
        self.state.setText(text)
        self.paper.setAccessibleName(_("Signature: {who}").format(who=self.who))
        self.paper.setAccessibleDescription(text)
        self.paper.setEnabled(not self._on_paper)
        self.paper_button.setChecked(self._on_paper)
        self.clear_button.setEnabled(bool(self.paper.strokes))
        self.paper.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the last stroke back by Delete or Backspace."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.take_back()
        else:
            super().keyPressEvent(event)


def _part(length: float, whole: int) -> float:
    return round(min(max(length / max(1, whole), 0.0), 1.0), 4)
