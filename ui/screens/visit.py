"""A visit in under a minute: the form at the left, the client's goals and what was agreed last time beside it."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.clock import today
from app.coaching_phases import USUAL, CoachingPhases, ours
from app.i18n import _, _n
from app.record import Row
from app.services.coaching import codes
from ui.context import Context
from ui.screens import words
from ui.screens.goals import GoalsPanel
from ui.screens.story import GoalView, goals_of, present_plan
from ui.screens.visit_form import DONE, PLANNED, VisitForm
from ui.theme import heading, label, look, px, spacing

SIDE_BY_SIDE = 860


@dataclass(frozen=True)
class Beside:
    """What stands beside a visit of a client."""

    client_id: UUID
    name: str
    phase: str
    level: str
    planned_days: frozenset[str]
    goals: tuple[GoalView, ...]
    last: Row | None
    missed: int = 0
    phases: CoachingPhases = USUAL


def beside(store: Any, client_id: UUID, visit_id: UUID | None) -> Beside | None:
    """Read the client's goals, phase and last visit on the database thread."""
    case = store.case(client_id)
    if case is None:
        return None
    plan = present_plan(store.rows("career_plan", client_id=client_id))
    visits = store.rows("support_visit", client_id=client_id, order=("-on",))
    earlier = [row for row in visits if row["state"] == DONE and row["id"] != str(visit_id)]
    return Beside(
        client_id=client_id,
        name=case.name,
        phase=case.phase,
        level=case.level,
        planned_days=frozenset(row["on"] for row in visits if row["state"] == PLANNED),
        goals=goals_of(plan, store.rows("plan_progress", client_id=client_id)),
        last=earlier[0] if earlier else None,
        missed=_missed(visits),
        phases=ours(store),
    )


def _missed(visits: list[Row]) -> int:
    """Return how many visits in a row, the latest ones, the client has not come to."""
    held = [row["state"] for row in visits if row["state"] in (DONE, "missed")]
    return next((number for number, state in enumerate(held) if state == DONE), len(held))


class QuickVisit(QWidget):
    """Writes a visit. `record_id` opens one that was planned or written; `closed` says that it is left."""

    saved = Signal(object)
    closed = Signal()

    def __init__(
        self,
        context: Context,
        client_id: UUID | None = None,
        record_id: UUID | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context, self.client_id, self.record_id = context, client_id, record_id
        self.form: VisitForm | None = None
        self.setAccessibleName(_("Visit"))
        self.title = heading(_("Visit"), 1)
        self.side = _Side()
        self._build()
        if record_id is None:
            self._begin(None)
        else:
            context.tasks.run(partial(_read, context.store, record_id), self._begin)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, spacing(2), 0, 0)
        column.setSpacing(spacing(1))
        self.title.setContentsMargins(spacing(3), 0, spacing(3), 0)
        column.addWidget(self.title)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(0)
        self._sides.addWidget(self.side, 2)
        column.addLayout(self._sides, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(SIDE_BY_SIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop
        if self._sides.direction() != way:
            self._sides.setDirection(way)
        self.side.setMaximumHeight(16777215 if wide else max(px(120), self.height() // 4))

    def _begin(self, row: Row | None) -> None:
        """Build the form when the visit, if there is one, has been read."""
        if self.record_id is not None and row is None:
            self._sides.insertWidget(0, label(_("This visit is no longer here."), "quiet"), 3)
            return
        if row is not None:
            self.client_id = UUID(row["client_id"])
        values = {"state": DONE, "on": today().isoformat()}
        self.form = VisitForm(self.context, row, client_id=self.client_id, values=values)
        self.form.saved.connect(self.saved)
        self.form.closed.connect(self.closed)
        self.form.chosen.connect(self._learn)
        self._sides.insertWidget(0, self.form, 3)
        self.setFocusProxy(self.form)
        if self.client_id is None:
            self.context.tasks.run(partial(_names, self.context.store), self.form.offer_clients)
        else:
            self._learn(self.client_id)
        self.form.focus_first()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Whoever shows the page gives the focus to its first control; what is to be written comes after that.
        QTimer.singleShot(0, self, self.focus_first)

    def focus_first(self) -> None:
        """Go to the first thing to write."""
        if self.form is not None:
            self.form.focus_first()

    def _learn(self, client_id: UUID) -> None:
        self.client_id = client_id
        self.context.tasks.run(
            partial(beside, self.context.store, client_id, self.record_id), self._show_beside
        )

    def _show_beside(self, found: Beside | None) -> None:
        if found is None or self.form is None or found.client_id != self.client_id:
            return
        self.title.setText(_("Visit: {name}").format(name=found.name))
        self.form.know(found.phase, found.level, found.planned_days)
        self.side.show_beside(found)


def _read(store: Any, record_id: UUID) -> Row | None:
    """Read a visit and log that it was read."""
    return None if store.get("support_visit", record_id) is None else store.row("support_visit", record_id)


def _names(store: Any) -> list[tuple[UUID, str]]:
    return [(case.client_id, case.name) for case in store.clients() if case.phase != codes.ENDED]


class _Side(QScrollArea):
    """Goals, and what was agreed the last time."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = look(QWidget(), "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(spacing(2), spacing(2), spacing(3), spacing(2))
        frame = look(QFrame(), "sunken")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        inner.setSpacing(spacing(1))
        self.phase = label("", "small")
        self.missed = label("", "chip-warn", wraps=False)
        self.goals = GoalsPanel()
        self.last_title = heading("", 3)
        self.last = label()
        inner.addWidget(heading(_("Goals"), 3))
        inner.addWidget(self.phase)
        inner.addWidget(self.missed, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self.goals, self.last_title, self.last):
            inner.addWidget(widget)
        column.addWidget(frame)
        column.addStretch(1)
        self.setWidget(page)
        self.hide()

    def show_beside(self, found: Beside) -> None:
        """Show what is known of the client."""
        self.show()
        level = words.level(found.level)
        phase = words.phase(found.phase, found.phases)
        self.phase.setText(f"{phase} ({level})" if level else phase)
        self.missed.setVisible(found.missed > 0)
        count = _n("{count} missed visit in a row", "{count} missed visits in a row", found.missed)
        self.missed.setText(count.format(count=found.missed))
        self.goals.show_goals(found.goals)
        self.last_title.setVisible(found.last is not None)
        self.last.setVisible(found.last is not None)
        if found.last is None:
            return
        day = words.day_of(found.last["on"])
        self.last_title.setText(_("Last time, {when}").format(when=words.ago(day, today())))
        place = words.choice(codes.PLACES, found.last["place"])
        texts = [place, found.last["notes"], found.last["next_steps"]]
        self.last.setText("\n".join(words.first_line(text, 400) for text in texts if text))
