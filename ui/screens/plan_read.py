"""A signed plan, to be read: its words, its goals as they stand today, and the signatures as they were drawn."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.i18n import _
from app.record import Row
from app.services import SPECS
from ui.form import WIDEST
from ui.screens.sign_reading import signatures, tell
from ui.screens.story import GoalView
from ui.theme import button, heading, look, px, spacing


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
        tell(column, SPECS["career_plan"], plan, goals=goals)
        column.addWidget(heading(_("Signatures"), 3))
        column.addLayout(signatures(plan))
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
