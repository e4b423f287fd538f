"""Two versions of a plan side by side: only what differs, field by field."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.i18n import _, format_date
from app.record import Row
from ui.screens.plan_versions import difference, ordered
from ui.screens.words import day_of
from ui.theme import button, heading, label, look, spacing


def version_name(plan: Row) -> str:
    """Say which version this is, of which day, and whether it is signed."""
    signed = day_of(plan["signed_on"])
    state = _("signed {day}").format(day=format_date(signed)) if signed else _("not signed")
    return _("Version {number}, {state}").format(number=plan["version_no"], state=state)


class ComparePage(QWidget):
    """The older version at the left, the newer at the right. `left` goes back."""

    left = Signal()

    def __init__(self, plans: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plans = ordered(plans)
        self.setAccessibleName(_("Compare versions"))
        self.older, self.newer = QComboBox(), QComboBox()
        for box, name, at in ((self.older, _("Older version"), 1), (self.newer, _("Newer version"), 0)):
            box.setAccessibleName(name)
            box.addItems([version_name(plan) for plan in self.plans])
            box.setCurrentIndex(min(at, len(self.plans) - 1))
            box.currentIndexChanged.connect(self.compare)
        self.back = button(_("Back"), tip=_("Esc"))
        self.back.clicked.connect(self.left)
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
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll, 1)

    def compare(self) -> None:
        """Show what differs between the two chosen versions."""
        older, newer = self.plans[self.older.currentIndex()], self.plans[self.newer.currentIndex()]
        page = look(QWidget(), "page")
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(spacing(2))
        grid.setVerticalSpacing(spacing(1))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        found = difference(older, newer)
        for number, (title, before, after) in enumerate(found):
            grid.addWidget(label(title, "strong"), number * 2, 0, 1, 2)
            for side, text in enumerate((before, after)):
                frame = look(QFrame(), "sunken" if side == 0 else "card")
                inside = QVBoxLayout(frame)
                said = label(text)
                which = _("before") if side == 0 else _("after")
                said.setAccessibleName(f"{title}, {which}: {text}")
                said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                inside.addWidget(said)
                inside.addStretch(1)
                grid.addWidget(frame, number * 2 + 1, side)
        if not found:
            grid.addWidget(label(_("The two versions say the same."), "quiet"), 0, 0, 1, 2)
        grid.setRowStretch(len(found) * 2 + 1, 1)
        self._scroll.setWidget(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
