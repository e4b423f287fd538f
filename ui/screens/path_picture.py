"""A client's way through services as a picture: a bar for each referral, from when it was made to its end."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import N_, Message, _, format_date
from app.record import Row
from app.services.clients.path import Stretch, standing, stretches
from ui.theme import colours, px, spacing

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
TO_US = N_("From {service}")


def name_of(row: Row) -> str:
    """Name a referral: the service, and that the client came from it where it was so."""
    name = row["service"] or row["organisation"]
    return str(Message(TO_US, service=name)) if row["direction"] == "in" else str(name)


class PathPicture(QWidget):
    """Waiting is a dashed line, the service a bar, refused a cross; each with its state in words above.

    The screen reader gets every referral with its state as the description; the list below has the same.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stretches: list[Stretch] = []
        self._today = date.min
        self.setAccessibleName(_("Picture of the service path"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_path(self, rows: Sequence[Row], today: date) -> None:
        """Show these referrals as seen on a day."""
        self.stretches, self._today = stretches(rows, today), today
        told = [f"{name_of(one.row)}: {standing(one.row)}" for one in self.stretches]
        self.setAccessibleDescription(". ".join(told))
        self.setVisible(bool(self.stretches))
        self._fit()
        self.update()

    # ---- measures ----

    def _text(self) -> int:
        return QFontMetrics(self.font()).lineSpacing()

    def _wide(self, one: Stretch) -> bool:
        """Tell whether a name and its state fit on one line."""
        bold = QFontMetrics(self._bold()).horizontalAdvance(name_of(one.row))
        said = QFontMetrics(self.font()).horizontalAdvance(str(standing(one.row)))
        return bold + said + spacing(3) <= self.width()

    def _height(self, one: Stretch) -> int:
        return self._text() * (1 if self._wide(one) else 2) + px(14) + spacing(1.5)

    def _fit(self) -> None:
        height = sum(map(self._height, self.stretches)) + self._text() + 8
        if height != self.height():
            self.setFixedHeight(height)

    def _bold(self) -> QFont:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Medium)
        return bold

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(px(480), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(px(240), self.height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def place_of(self, day: date) -> float:
        """Return where on the line of time a day stands."""
        first = min(one.made for one in self.stretches)
        days = max((self._today - first).days, 1)
        inner = self.width() - 2 * px(8)
        return px(8) + inner * min(max((day - first).days / days, 0.0), 1.0)

    # ---- drawing ----

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.stretches:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 2.0
        for one in self.stretches:
            height = self._height(one)
            self._draw(painter, one, top, height)
            top += height
        self._draw_days(painter, top)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours().accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _draw(self, painter: QPainter, one: Stretch, top: float, height: int) -> None:
        c, line = colours(), self._text()
        head = QRectF(px(8), top, self.width() - 2 * px(8), line)
        painter.setFont(self._bold())
        painter.setPen(QColor(c.text))
        painter.drawText(head, int(LEFT), _cut(self._bold(), name_of(one.row), head.width()))
        painter.setFont(self.font())
        painter.setPen(QColor(c.quiet))
        said = head if self._wide(one) else head.translated(0, line)
        painter.drawText(
            said,
            int(RIGHT if self._wide(one) else LEFT),
            _cut(self.font(), str(standing(one.row)), said.width()),
        )
        self._draw_bar(painter, one, said.bottom() + px(7))

    def _draw_bar(self, painter: QPainter, one: Stretch, y: float) -> None:
        c = colours()
        start, waited = self.place_of(one.made), self.place_of(one.waited_until)
        painter.setPen(QPen(QColor(c.control), 2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(start, y), QPointF(max(waited, start + 3), y))
        painter.setPen(QPen(QColor(c.control), 2))
        painter.setBrush(QColor(c.surface))
        painter.drawEllipse(QPointF(start, y), px(4), px(4))
        if one.begun is not None and one.until is not None:
            left, right = self.place_of(one.begun), self.place_of(one.until)
            bar = QRectF(left, y - px(5), max(right - left, px(6)), px(10))
            painter.setPen(QPen(QColor(c.accent), 1))
            painter.setBrush(QColor(c.accent) if one.goes_on else QColor(c.accent_soft))
            painter.drawRoundedRect(bar, px(3), px(3))
        elif one.row["state"] == "refused":
            x, arm = max(waited, start + px(12)), px(4)
            painter.setPen(QPen(QColor(c.danger), 2))
            painter.drawLine(QPointF(x - arm, y - arm), QPointF(x + arm, y + arm))
            painter.drawLine(QPointF(x - arm, y + arm), QPointF(x + arm, y - arm))

    def _draw_days(self, painter: QPainter, top: float) -> None:
        first = min(one.made for one in self.stretches)
        line = QRectF(px(8), top + 4, self.width() - 2 * px(8), self._text())
        painter.setPen(QColor(colours().line))
        painter.drawLine(QPointF(px(8), top), QPointF(self.width() - px(8), top))
        painter.setFont(self.font())
        painter.setPen(QColor(colours().quiet))
        painter.drawText(line, int(LEFT), format_date(first))
        painter.drawText(line, int(RIGHT), _("today"))


def _cut(font: QFont, text: str, width: float) -> str:
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(width))
