"""What is signed, to be read: its words section by section, a plan's goals as goals, the signatures as drawn."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import _, format_date
from app.record import Row
from app.spec import F, RecordSpec
from ui.screens.goals import GoalsPanel
from ui.screens.story import GoalView, goals_of
from ui.screens.words import NOTHING, as_text, day_of
from ui.theme import colours, heading, label, px, spacing

IN_THE_HEAD = ("version_no", "signatures", "signed_on", "content_hash")


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


def tell(
    column: QVBoxLayout,
    spec: RecordSpec,
    row: Row,
    names: Mapping[str, str] | None = None,
    goals: Sequence[GoalView] | None = None,
) -> None:
    """Put what a record says into a column. `goals` are a plan's with how far they are; else they stand as written."""
    for section in spec.form:
        filled = [one for one in section.fields if one.name not in IN_THE_HEAD and _holds(one, row, goals)]
        if filled:
            column.addWidget(heading(_(section.title), 3))
        for field in filled:
            if spec.kind == "career_plan" and field.name == "goals":
                panel = GoalsPanel(states=goals is not None)
                panel.show_goals(goals if goals is not None else goals_of(row, ()))
                column.addWidget(panel)
            else:
                column.addLayout(_pair(field, row, names, titled=field.title != section.title))


def _holds(field: F, row: Row, goals: Sequence[GoalView] | None) -> bool:
    if field.refers and field.refers != "worker":
        return False  # an identifier says nothing to a reader
    return bool(row.get(field.name)) and as_text(field, row.get(field.name)) != NOTHING


def _pair(field: F, row: Row, names: Mapping[str, str] | None, *, titled: bool) -> QVBoxLayout:
    part = QVBoxLayout()
    part.setSpacing(2)
    if titled:
        part.addWidget(label(_(field.title), "small"))
    said = label(as_text(field, row[field.name], names))
    said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    said.setAccessibleName(f"{_(field.title)}: {said.text()}")
    part.addWidget(said)
    return part


def signatures(row: Row) -> QHBoxLayout:
    """Return the signatures beside each other, as drawn, with names and day."""
    line = QHBoxLayout()
    line.setSpacing(spacing(2))
    day = format_date(day_of(row["signed_on"]))
    for signature in row["signatures"]:
        part = QVBoxLayout()
        if signature["strokes"]:
            part.addWidget(Drawn(signature["name"], signature["strokes"]))
        else:
            part.addWidget(label(_("Signed on paper"), "quiet"))
        part.addWidget(label(f"{signature['name']}, {day}", "small"))
        line.addLayout(part, 1)
    return line
