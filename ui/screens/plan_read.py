"""A signed plan, to be read: its words, its goals as they stand today, and the signatures as they were drawn."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.i18n import _, format_date
from app.record import Row
from app.services import SPECS
from ui.form import WIDEST
from ui.screens.goals import GoalsPanel
from ui.screens.story import GoalView
from ui.screens.words import NOTHING, as_text, day_of
from ui.theme import button, colours, heading, label, look, px, spacing

_IN_THE_HEAD = ("version_no", "signatures", "signed_on", "content_hash")


class Drawn(QWidget):
    """A signature as it was drawn: points 0..1 of a field three times as wide as high."""

    def __init__(self, who: str, strokes: Sequence[Sequence[Sequence[float]]]) -> None:
        super().__init__()
        self._strokes = strokes
        self.setAccessibleName(_("Signature: {who}").format(who=who))
        self.setFixedSize(px(270), px(90))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(colours().text), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        for stroke in self._strokes:
            points = [QPointF(x * self.width(), y * self.height()) for x, y in stroke]
            if len(points) == 1:
                painter.drawPoint(points[0])
            else:
                painter.drawPolyline(points)
        painter.end()


class PlanReading(QWidget):
    """Shows one version. `closed` says that the reader leaves."""

    closed = Signal()

    def __init__(self, plan: Row, goals: Sequence[GoalView], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Signed plan"))
        page = look(QWidget(), "page")
        outside = QHBoxLayout(page)
        outside.setContentsMargins(spacing(3), spacing(2), spacing(3), spacing(3))
        inner = QWidget()
        inner.setMaximumWidth(px(WIDEST))
        outside.addWidget(inner)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(1.5))
        self._tell(column, plan, goals)
        column.addWidget(heading(_("Signatures"), 3))
        column.addLayout(self._signatures(plan))
        column.addStretch(1)
        self._text = QScrollArea()
        self._text.setWidgetResizable(True)
        self._text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._text.setAccessibleName(_("Signed plan"))
        self._text.setWidget(page)
        self.setFocusProxy(self._text)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._text, 1)
        outer.addWidget(self._bar())

    def _tell(self, column: QVBoxLayout, plan: Row, goals: Sequence[GoalView]) -> None:
        for section in SPECS["career_plan"].form:
            column.addWidget(heading(_(section.title), 3))
            for field in section.fields:
                text = as_text(field, plan.get(field.name))
                if field.name == "goals":
                    panel = GoalsPanel()
                    panel.show_goals(goals)
                    column.addWidget(panel)
                elif field.name not in _IN_THE_HEAD and text != NOTHING:
                    part = QVBoxLayout()
                    part.setSpacing(2)
                    part.addWidget(label(_(field.title), "small"))
                    said = label(text)
                    said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                    part.addWidget(said)
                    column.addLayout(part)

    def _signatures(self, plan: Row) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(spacing(2))
        day = format_date(day_of(plan["signed_on"]))
        for signature in plan["signatures"]:
            part = QVBoxLayout()
            if signature["strokes"]:
                part.addWidget(Drawn(signature["name"], signature["strokes"]))
            else:
                part.addWidget(label(_("Signed on paper"), "quiet"))
            part.addWidget(label(f"{signature['name']}, {day}", "small"))
            row.addLayout(part, 1)
        return row

    def _bar(self) -> QFrame:
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(3), spacing(1), spacing(3), spacing(1))
        row.addStretch(1)
        close = button(_("Close"), tip=_("Esc"))
        close.clicked.connect(self.closed)
        row.addWidget(close)
        return bar

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
