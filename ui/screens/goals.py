"""The client's goals with their steps, as a panel that stands beside what is being written."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.clock import today
from app.i18n import _, format_date
from app.services.coaching import codes
from ui.screens import words
from ui.screens.story import GoalView, StepView
from ui.theme import by_enter, label, look, spacing

# A state is told by its mark and its word; colour only repeats it.
MARKS = {"open": "○", "doing": "◐", "done": "●", "dropped": "✕"}


class GoalsPanel(QWidget):
    """Shows goals and steps. With `press`, each step is a button that Space or a click moves on.

    `states` False leaves out how far the steps are.
    """

    def __init__(
        self,
        press: Callable[[StepView], None] | None = None,
        *,
        states: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._states = states
        self._press = press
        self.steps: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.setAccessibleName(_("Goals"))

    def show_goals(self, goals: Sequence[GoalView]) -> None:
        """Show other goals; the focused step keeps the focus."""
        focused = next((n for n, button in enumerate(self.steps) if button.hasFocus()), None)
        self._clear()
        if not goals:
            self._column.addWidget(label(_("No goals yet. They come from the career plan."), "quiet"))
        for number, goal in enumerate(goals, 1):
            self._add_goal(number, goal)
        if focused is not None and focused < len(self.steps):
            self.steps[focused].setFocus()

    def _clear(self) -> None:
        self.steps = []
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()

    def _add_goal(self, number: int, goal: GoalView) -> None:
        said = goal.text or _("A goal without words yet")
        self._column.addWidget(label(f"{number}. {said}", "strong"))
        for step in goal.steps:
            self._column.addWidget(self._step(step))

    def _step(self, step: StepView) -> QWidget:
        row = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        row.setSizePolicy(policy)
        line = QHBoxLayout(row)
        line.setContentsMargins(8, 0, 0, 0)
        line.setSpacing(8)
        state = words.choice(codes.STEP_STATES, step.state)
        mark = MARKS.get(step.state, "○")
        if not self._states:
            line.addWidget(label("•", wraps=False), 0, Qt.AlignmentFlag.AlignTop)
        elif self._press is None:
            line.addWidget(label(f"{mark} {state}", "quiet"), 0, Qt.AlignmentFlag.AlignTop)
        else:
            button = look(by_enter(QPushButton(f"{mark} {state}")), "quiet")
            button.setStyleSheet("text-align: left;")
            button.setMinimumWidth(self._widest())
            button.setAccessibleName(_("{step}: {state}").format(step=step.what, state=state))
            button.setToolTip(_("Space changes the state: not started, under way, done, dropped"))
            button.clicked.connect(partial(self._press, step))
            self.steps.append(button)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        late = self._states and step.late(today())
        said = label(self._said(step, late), "strong" if late else "")
        line.addWidget(said, 1)
        return row

    def _widest(self) -> int:
        """Return the width that the longest state needs, so that the steps' words stand in one column."""
        metrics = self.fontMetrics()
        return max(metrics.horizontalAdvance(f"○ {_(one.title)}") for one in codes.STEP_STATES) + spacing(5)

    @staticmethod
    def _said(step: StepView, late: bool) -> str:
        by = words.choice(codes.STEP_BY, step.by) if step.by else ""
        until = ""
        if step.by_when:
            until = (_("late, by {day}") if late else _("by {day}")).format(day=format_date(step.by_when))
        beside = ", ".join(part for part in (by, until) if part)
        return f"{step.what} ({beside})" if beside else step.what
