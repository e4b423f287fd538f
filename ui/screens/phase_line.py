"""The six phases of coaching as a line: where the client has been, is and may go, told by shape and words."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _, format_date
from app.services.coaching import codes
from ui.screens import words
from ui.theme import colours


class PhaseLine(QWidget):
    """A picture of the phases with their days. Passed: filled with a tick; present: a ring; to come: hollow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase = ""
        self._days: Mapping[str, date] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_phase(self, phase: str, days: Mapping[str, date], level: str = "") -> None:
        """Show the present phase, the days on which phases began, and the level of maintenance."""
        self._phase, self._days, self._level = phase, days, level
        self._fit()
        self.setAccessibleName(_("Phase: {phase}").format(phase=self._said()))
        self.setAccessibleDescription(
            "; ".join(
                f"{_(one.title)} {format_date(days[one.value])}" for one in codes.PHASES if one.value in days
            )
        )
        thl = codes.THL_PHASE_OF.get(phase)
        self.setToolTip(
            _("In THL's model: {number} {phase}").format(
                number=thl, phase=words.choice(codes.THL_PHASES, thl)
            )
            if thl
            else self.accessibleName()
        )
        self.update()

    def _said(self) -> str:
        said = words.phase(self._phase)
        return f"{said} ({words.level(self._level)})" if self._level else said

    def _lines(self) -> int:
        """Return how many lines the longest name needs at the present width."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        widest = max(QFontMetrics(bold).horizontalAdvance(_(one.title)) for one in codes.PHASES)
        return 1 if widest <= self.width() / len(codes.PHASES) - 4 else 2

    def _fit(self) -> None:
        line = QFontMetrics(self.font()).lineSpacing()
        height = self._radius() * 2 + 16 + line * (self._lines() + 1)
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(560, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self.height())

    def _radius(self) -> int:
        return max(8, QFontMetrics(self.font()).height() // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        order = [one.value for one in codes.PHASES]
        present = order.index(self._phase) if self._phase in order else -1
        width = self.width() / len(order)
        radius = self._radius()
        middle = radius + 4
        self._draw_line(painter, width, middle, present, len(order))
        for number, one in enumerate(codes.PHASES):
            centre = QPointF(width * (number + 0.5), middle)
            self._draw_mark(painter, centre, radius, number, present)
            box = QRectF(
                width * number + 2, middle + radius + 8, width - 4, self.height() - middle - radius - 8
            )
            self._draw_words(painter, box, one.value, _(one.title), number == present)
        painter.end()

    def _draw_line(self, painter: QPainter, width: float, middle: float, present: int, count: int) -> None:
        quiet = QColor(colours().control)
        accent = QColor(colours().accent)
        for number in range(count - 1):
            style = Qt.PenStyle.SolidLine if number < present else Qt.PenStyle.DotLine
            painter.setPen(QPen(accent if number < present else quiet, 2, style))
            painter.drawLine(QPointF(width * (number + 0.5), middle), QPointF(width * (number + 1.5), middle))

    def _draw_mark(self, painter: QPainter, centre: QPointF, radius: int, number: int, present: int) -> None:
        accent, ground = QColor(colours().accent), QColor(colours().surface)
        if number == present:
            painter.setPen(QPen(accent, 3))
            painter.setBrush(ground)
            painter.drawEllipse(centre, radius, radius)
            painter.setBrush(accent)
            painter.drawEllipse(centre, radius * 0.4, radius * 0.4)
        elif number < present:
            painter.setPen(QPen(accent, 2))
            painter.setBrush(accent)
            painter.drawEllipse(centre, radius * 0.7, radius * 0.7)
            painter.setPen(QPen(QColor(colours().on_accent), 2))
            r = radius * 0.35
            painter.drawPolyline(
                [
                    centre + QPointF(-r, 0),
                    centre + QPointF(-r * 0.2, r * 0.75),
                    centre + QPointF(r, -r * 0.7),
                ]
            )
        else:
            painter.setPen(QPen(QColor(colours().control), 2))
            painter.setBrush(ground)
            painter.drawEllipse(centre, radius * 0.6, radius * 0.6)

    def _draw_words(self, painter: QPainter, box: QRectF, phase: str, title: str, present: bool) -> None:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if present else QFont.Weight.Normal)
        # A long word in large type is drawn smaller rather than cut.
        widest = max(QFontMetrics(font).horizontalAdvance(word) for word in title.split())
        if widest > box.width():
            font.setPixelSize(max(8, int(QFontInfo(font).pixelSize() * box.width() / widest)))
        painter.setFont(font)
        painter.setPen(QColor(colours().text if present else colours().quiet))
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        line = QFontMetrics(self.font()).lineSpacing()
        lines = self._lines()
        painter.drawText(QRectF(box.left(), box.top(), box.width(), line * lines), flags, title)
        if phase in self._days:
            painter.setFont(self.font())
            painter.drawText(
                QRectF(box.left(), box.top() + line * lines, box.width(), line),
                flags,
                format_date(self._days[phase]),
            )
