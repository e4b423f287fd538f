"""Kykyviisari's results as a picture of change: for each part the occasions under each other, with their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _, format_date
from app.record import Row
from app.services.coaching import codes
from app.services.coaching.papers import MEASURES, change, number, said
from ui.screens import words
from ui.theme import colours, px, spacing

MOST = 4  # occasions; of more the first and the latest ones are shown
WIDE = 330  # pixels that a part needs beside another one
TOPS = {"work_ability": 10.0}


@dataclass(frozen=True)
class Part:
    """One part of Kykyviisari: its name, the top of its scale, and its value on each occasion."""

    title: str
    top: float
    values: tuple[float | None, ...]

    def told(self) -> str:
        """Say the values and their change in words."""
        each = ", ".join(said(value) if value is not None else _("not told") for value in self.values)
        step = change(self.values)
        return _("{part}: {values}").format(part=self.title, values=each) + (
            f" ({step})" if step != "–" else ""
        )


def shown(rows: Sequence[Row]) -> list[Row]:
    """Return the occasions that are drawn, oldest first: the first one and the latest ones."""
    every = sorted(rows, key=lambda row: (row["on"], row["id"]))
    return every if len(every) <= MOST else [every[0], *every[1 - MOST :]]


def parts(rows: Sequence[Row]) -> list[Part]:
    """Return the six parts over the given occasions."""
    return [
        Part(_(title), TOPS.get(name, 100.0), tuple(number(row[name]) for row in rows))
        for name, title in MEASURES
    ]


class ChangePicture(QWidget):
    """Bars for every occasion with the day at the left and the number at the right: nothing is told by colour alone.

    The screen reader gets every number as the description.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.parts: list[Part] = []
        self.setAccessibleName(_("Change in Kykyviisari"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_results(self, rows: Sequence[Row]) -> None:
        """Show these results."""
        self.rows = shown(rows)
        self.parts = parts(self.rows)
        days = ", ".join(self._days())
        told = ". ".join(part.told() for part in self.parts)
        self.setAccessibleDescription(_("Occasions: {days}. {results}.").format(days=days, results=told))
        self._fit()
        self.update()

    def _days(self) -> list[str]:
        return [
            f"{words.choice(codes.OCCASIONS, row['occasion'])} {format_date(words.day_of(row['on']))}"
            for row in self.rows
        ]

    # ---- measures ----

    def _line(self) -> int:
        return QFontMetrics(self.font()).lineSpacing() + 4

    def _columns(self) -> int:
        return max(1, min(3, self.width() // px(WIDE)))

    def _block(self) -> int:
        """Return how high a part is: its name and a bar for every occasion."""
        return self._line() * (len(self.rows) + 1) + spacing(2)

    def _fit(self) -> None:
        columns = self._columns()
        lines = -(-len(self.parts) // columns)
        height = lines * self._block() + 4
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(px(WIDE) * 2, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(px(240), self.height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # ---- drawing ----

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = self._columns()
        gap = spacing(3)
        width = (self.width() - 8 - gap * (columns - 1)) / columns
        for place, part in enumerate(self.parts):
            left = 4 + (place % columns) * (width + gap)
            top = 2 + (place // columns) * self._block()
            self._draw_part(painter, QRectF(left, top, width, self._block()), part)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours().accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _draw_part(self, painter: QPainter, box: QRectF, part: Part) -> None:
        line = self._line()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(colours().text))
        flags = Qt.AlignmentFlag.AlignVCenter
        head = QRectF(box.left(), box.top(), box.width(), line)
        painter.drawText(head, int(flags | Qt.AlignmentFlag.AlignLeft), part.title)
        step = change(part.values)
        if step != "–":
            painter.drawText(head, int(flags | Qt.AlignmentFlag.AlignRight), step)
        painter.setFont(self.font())
        metrics = QFontMetrics(self.font())
        days = [format_date(words.day_of(row["on"])) for row in self.rows]
        left = max((metrics.horizontalAdvance(day) for day in days), default=0) + spacing(1)
        right = metrics.horizontalAdvance("100,00") + spacing(1)
        for place, (day, value) in enumerate(zip(days, part.values, strict=True)):
            row = QRectF(box.left(), box.top() + line * (place + 1), box.width(), line)
            painter.setPen(QColor(colours().quiet))
            painter.drawText(row, int(flags | Qt.AlignmentFlag.AlignLeft), day)
            track = QRectF(row.left() + left, row.top() + line * 0.25, row.width() - left - right, line * 0.5)
            self._draw_bar(painter, track, value, part.top, latest=place == len(days) - 1)
            painter.setPen(QColor(colours().text if value is not None else colours().quiet))
            painter.drawText(row, int(flags | Qt.AlignmentFlag.AlignRight), said(value))

    def _draw_bar(
        self, painter: QPainter, track: QRectF, value: float | None, top: float, *, latest: bool
    ) -> None:
        """Draw the scale as a line under the bar; the latest bar is full, the earlier ones are outlined."""
        c = colours()
        style = Qt.PenStyle.SolidLine if value is not None else Qt.PenStyle.DotLine
        painter.setPen(QPen(QColor(c.line if value is not None else c.control), 1, style))
        middle = track.center().y()
        painter.drawLine(QPointF(track.left(), middle), QPointF(track.right(), middle))
        if value is None:
            return
        wide = max(2.0, track.width() * min(max(value / top, 0.0), 1.0))
        bar = QRectF(track.left(), track.top(), wide, track.height())
        painter.setPen(QPen(QColor(c.accent), 1.5))
        painter.setBrush(QColor(c.accent if latest else c.accent_soft))
        painter.drawRoundedRect(bar, 3, 3)
