"""The phases of coaching as a line: where the client has been, is and may go, told by shape and words.

The phases in use stand in it, and those out of use that the client is or has been in.
"""

from collections.abc import Mapping
from datetime import date
from html import escape

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.coaching_phases import USUAL, CoachingPhases, Phase
from app.i18n import _, format_date
from app.services.coaching import codes
from ui.screens import words
from ui.theme import colours

MOST_LINES = 3
SMALLEST = 8
"""So small, in pixels, a name may be drawn."""
_WRAPPED = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


def told(one: Phase) -> str:
    """Say a phase in full: its name, what is done in it here, and which of THL's phases it is."""
    thl = _("In THL's model: {number} {phase}").format(
        number=one.thl, phase=words.choice(codes.THL_PHASES, one.thl)
    )
    return "\n".join(filter(None, (one.name, one.guided, thl if one.thl else "")))


class PhaseLine(QWidget):
    """A picture of the phases with their days. Passed: filled with a tick; present: a ring; to come: hollow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase = ""
        self._level = ""
        self._days: Mapping[str, date] = {}
        self._shown: tuple[Phase, ...] = USUAL.seen()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_phase(
        self, phase: str, days: Mapping[str, date], level: str = "", ours: CoachingPhases = USUAL
    ) -> None:
        """Show the present phase, the days on which phases began, and the level of maintenance."""
        self._phase, self._days, self._level = phase, days, level
        self._shown = ours.seen({phase, *days})
        self._fit()
        said = words.phase(phase, ours)
        said = f"{said} ({words.level(level)})" if level else said
        self.setAccessibleName(_("Phase: {phase}").format(phase=said))
        begun = (f"{one.name} {format_date(days[one.value])}" for one in self._shown if one.value in days)
        self.setAccessibleDescription("; ".join(begun))
        present = ours.get(phase)
        self.setToolTip(_wrapped(told(present)) if present else self.accessibleName())
        self.update()

    def event(self, event: QEvent) -> bool:
        """Tell of the phase that the mouse points at."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = int(event.pos().x() / (self.width() / len(self._shown)))
            one = self._shown[max(0, min(number, len(self._shown) - 1))]
            QToolTip.showText(event.globalPos(), _wrapped(told(one)), self)
            return True
        return super().event(event)

    def _lines(self) -> int:
        """Return how many lines the longest name needs at the present width, as far as there is room for it."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        metrics, room = QFontMetrics(bold), int(self.width() / len(self._shown)) - 4
        tall = max(
            metrics.boundingRect(QRect(0, 0, room, 1000), _WRAPPED, one.name).height() for one in self._shown
        )
        return max(1, min(MOST_LINES, round(tall / metrics.lineSpacing())))

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
        order = [one.value for one in self._shown]
        present = order.index(self._phase) if self._phase in order else -1
        width = self.width() / len(order)
        radius = self._radius()
        middle = radius + 4
        self._draw_line(painter, width, middle, present, len(order))
        for number, one in enumerate(self._shown):
            centre = QPointF(width * (number + 0.5), middle)
            self._draw_mark(painter, centre, radius, number, present)
            box = QRectF(
                width * number + 2, middle + radius + 8, width - 4, self.height() - middle - radius - 8
            )
            self._draw_words(painter, box, one.value, one.name, number == present)
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
        line = QFontMetrics(self.font()).lineSpacing()
        lines = self._lines()
        room = QRect(0, 0, int(box.width()), line * lines)
        # A long name or word in large type is drawn smaller rather than cut.
        size = QFontInfo(font).pixelSize()
        while size > SMALLEST and not _fits(font, room, title):
            size -= 1
            font.setPixelSize(size)
        painter.setFont(font)
        painter.setPen(QColor(colours().text if present else colours().quiet))
        painter.drawText(QRectF(box.left(), box.top(), box.width(), line * lines), _WRAPPED, title)
        if phase in self._days:
            painter.setFont(self.font())
            painter.drawText(
                QRectF(box.left(), box.top() + line * lines, box.width(), line),
                _WRAPPED,
                format_date(self._days[phase]),
            )


def _fits(font: QFont, room: QRect, text: str) -> bool:
    needed = QFontMetrics(font).boundingRect(QRect(0, 0, room.width(), 1000), _WRAPPED, text)
    return needed.width() <= room.width() and needed.height() <= room.height() + 2


def _wrapped(text: str) -> str:
    """Make a text into a tooltip that is broken into lines; what somebody wrote is never taken for markup."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>"
