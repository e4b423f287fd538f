"""Two versions side by side: only what differs, field by field, lists entry by entry, words marked in the texts."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _, format_date
from app.record import Row
from app.services import SPECS
from app.spec import RecordSpec
from ui.screens.marked_text import marked
from ui.screens.plan_differences import STATES, Line, lines, summary
from ui.screens.words import day_of
from ui.theme import button, heading, label, look, spacing

CHIPS = {"added": "chip-good", "removed": "chip-danger", "changed": "chip-warn", "moved": "chip"}


def version_name(row: Row) -> str:
    """Say which version this is, of which day, and whether it is signed."""
    signed = day_of(row.get("signed_on"))
    made = format_date(day_of(row["made_on"]))
    if "version_no" not in row:
        state = _("signed {day}").format(day=format_date(signed)) if signed else _("not signed")
        return _("Made {day}, {state}").format(day=made, state=state)
    if "signed_on" not in row:
        return _("Version {number}, made {day}").format(number=row["version_no"], day=made)
    state = _("signed {day}").format(day=format_date(signed)) if signed else _("not signed")
    return _("Version {number}, {state}").format(number=row["version_no"], state=state)


def newest_first(rows: Iterable[Row]) -> list[Row]:
    """Return versions newest first, by their numbers or else their days."""
    return sorted(rows, key=lambda row: (row.get("version_no", 0), row["made_on"], row["id"]), reverse=True)


class ComparePage(QWidget):
    """The older version at the left, the newer at the right. `left` goes back, as does `closed`."""

    left = Signal()
    closed = Signal()

    def __init__(
        self, plans: Sequence[Row], spec: RecordSpec = SPECS["career_plan"], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.plans, self.spec = newest_first(plans), spec
        self.lines: list[Line] = []
        self.setAccessibleName(_("Compare versions"))
        self.older, self.newer = QComboBox(), QComboBox()
        for box, name, at in ((self.older, _("Older version"), 1), (self.newer, _("Newer version"), 0)):
            box.setAccessibleName(name)
            box.addItems([version_name(plan) for plan in self.plans])
            box.setCurrentIndex(min(at, len(self.plans) - 1))
            box.currentIndexChanged.connect(self.compare)
        self.back = button(_("Back"), tip=_("Esc"))
        self.back.clicked.connect(self.left)
        self.left.connect(self.closed)
        self._build()
        self.compare()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(2))
        column.setSpacing(spacing(2))
        head = QHBoxLayout()
        head.addWidget(heading(_("What has changed"), 1), 1)
        head.addWidget(self.back)
        column.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(spacing(2))
        row.addWidget(self.older, 1)
        row.addWidget(self.newer, 1)
        column.addLayout(row)
        self.summary = label("", "quiet")
        column.addWidget(self.summary)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll.setAccessibleName(_("What has changed"))
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll, 1)
        self.setFocusProxy(self.older)

    def compare(self) -> None:
        """Show what differs between the two chosen versions."""
        older, newer = self.plans[self.older.currentIndex()], self.plans[self.newer.currentIndex()]
        self.lines = lines(self.spec, older, newer)
        self.summary.setText(summary(self.lines) if self.lines else _("The two versions say the same."))
        self._scroll.setAccessibleDescription(" ".join(line.spoken() + "." for line in self.lines))
        page = look(QWidget(), "page")
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, spacing(1), 0)
        grid.setHorizontalSpacing(spacing(2))
        grid.setVerticalSpacing(spacing(1))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for number, line in enumerate(self.lines):
            self._add(grid, number * 2, line)
        grid.setRowStretch(len(self.lines) * 2 + 1, 1)
        self._scroll.setWidget(page)

    def _add(self, grid: QGridLayout, place: int, line: Line) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(spacing(2) * line.level, 0, 0, 0)
        head.setSpacing(spacing(1))
        if line.state:
            head.addWidget(label(_(STATES[line.state]), CHIPS[line.state], wraps=False))
        title = label(line.title, "strong" if line.level == 0 else "")
        title.setAccessibleName(line.spoken())
        head.addWidget(title, 1)
        grid.addLayout(head, place, 0, 1, 2)
        if not line.left and not line.right:
            return
        for side, pieces in enumerate((line.left, line.right)):
            frame = look(QFrame(), "sunken" if side == 0 else "card")
            inside = QVBoxLayout(frame)
            said = marked(pieces)
            which = _("before") if side == 0 else _("after")
            text = "".join(piece.text for piece in pieces)
            nothing = _("nothing")
            said.setAccessibleName(f"{line.title}, {which}: {text or nothing}")
            inside.addWidget(said)
            inside.addStretch(1)
            outside = QWidget()
            pad = QVBoxLayout(outside)
            pad.setContentsMargins(spacing(2) * line.level if side == 0 else 0, 0, 0, 0)
            pad.addWidget(frame)
            grid.addWidget(outside, place + 1, side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
