"""Everything a client's page shows, gathered in one go on the database thread and free of widgets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from app.clock import today
from app.coaching_phases import USUAL, CoachingPhases, ours
from app.due import Case, DueItem, due
from app.i18n import _
from app.record import Row
from app.services.coaching import codes
from ui.screens.words import day_of


class Entry(Protocol):
    """One record on a client's timeline."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> UUID: ...
    @property
    def on(self) -> date | None: ...
    @property
    def row(self) -> Row: ...


@dataclass(frozen=True)
class StepView:
    """A step of a plan as it stands today: its words and how far it is."""

    id: UUID
    what: str
    by: str = ""
    by_when: date | None = None
    state: str = "open"
    note: str = ""
    since: date | None = None

    def late(self, day: date) -> bool:
        """Tell whether the step should have been done already."""
        return bool(self.by_when and self.by_when < day and self.state in ("open", "doing"))


@dataclass(frozen=True)
class GoalView:
    """A goal in the client's own words, with its steps."""

    text: str
    steps: tuple[StepView, ...] = ()

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.state == "done" for step in self.steps)


@dataclass(frozen=True)
class Story:
    """One client, whole."""

    client: Row
    case: Case
    due: tuple[DueItem, ...] = ()
    entries: tuple[Entry, ...] = ()
    goals: tuple[GoalView, ...] = ()
    network: tuple[Row, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    phases: CoachingPhases = USUAL
    conflicts: tuple[Row, ...] = ()
    me: str = ""

    def of(self, kind: str) -> list[Row]:
        """Return the rows of a kind, newest first."""
        return [entry.row for entry in self.entries if entry.kind == kind]

    def latest(self, kind: str) -> Row | None:
        """Return the newest row of a kind."""
        return next(iter(self.of(kind)), None)

    def phase_days(self) -> dict[str, date]:
        """Return the day on which the present coaching last came into each phase."""
        days: dict[str, date] = {}
        for row in self.of("phase_change"):
            day = day_of(row["on"])
            same = self.case.relationship_id is None or row["relationship_id"] == str(
                self.case.relationship_id
            )
            if day and same:
                days.setdefault(row["phase"], day)
        return days


def gather(store: Any, client_id: UUID) -> Story | None:
    """Read a client's whole story; None when the client is not (or no longer) on this device."""
    client = store.row("client", client_id)
    day = today()
    case = store.case(client_id)
    if client is None or client.get("deleted") or case is None:
        return None
    entries = tuple(entry for entry in store.timeline(client_id) if entry.kind != "client")
    rows = {kind: [e.row for e in entries if e.kind == kind] for kind in ("career_plan", "plan_progress")}
    plan = present_plan(rows["career_plan"])
    return Story(
        client=client,
        case=case,
        due=tuple(due([case], day)),
        entries=entries,
        goals=goals_of(plan, rows["plan_progress"]),
        network=tuple(store.rows("network_member", client_id=client_id, order=("name",))),
        names=store.worker_names(),
        phases=ours(store),
        conflicts=tuple(
            store.rows("conflict", client_id=client_id, where={"state": "open"}, order=("mine_at",))
        ),
        me=str(store.worker),
    )


def open_things(story: Story) -> list[tuple[str, int]]:
    """Count what is open with a client: what waits for others, what goes on; only what there is."""
    referrals = story.of("referral")
    found = [
        (_("Referrals waiting"), sum(row["state"] in ("made", "received") for row in referrals)),
        (
            _("Services going on"),
            sum(bool(row["state"] == "accepted" and row["begun_on"]) for row in referrals),
        ),
        (_("Applications sent"), sum(row["state"] == "sent" for row in story.of("job_application"))),
        (_("Visits agreed"), len(story.case.planned)),
    ]
    return [(text, count) for text, count in found if count]


def present_plan(plans: Iterable[Row]) -> Row | None:
    """Return the plan that holds: the highest version, a signed one before a draft of the same number."""
    held = [plan for plan in plans if not plan.get("deleted")]
    return max(held, key=lambda p: (p["version_no"], bool(p["signed_on"]), p["id"]), default=None)


def goals_of(plan: Row | None, progress: Sequence[Row]) -> tuple[GoalView, ...]:
    """Return a plan's goals with the latest state of each step; progress is written beside a signed plan."""
    if plan is None:
        return ()
    latest: dict[str, Row] = {}
    for row in sorted(progress, key=lambda r: (r["on"], r["id"])):
        latest[row["step_id"]] = row
    return tuple(
        GoalView(goal.get("text", ""), tuple(_step(step, latest.get(step["id"])) for step in goal["steps"]))
        for goal in plan["goals"]
    )


def _step(step: Row, progress: Row | None) -> StepView:
    return StepView(
        id=UUID(step["id"]),
        what=step.get("what", ""),
        by=step.get("by", ""),
        by_when=day_of(step.get("by_when")),
        state=progress["state"] if progress else "open",
        note=progress["note"] if progress else "",
        since=day_of(progress["on"]) if progress else None,
    )


def next_state(state: str) -> str:
    """Return the state that one press gives a step: not started, under way, done, dropped, and round again."""
    order = [one.value for one in codes.STEP_STATES]
    return order[(order.index(state) + 1) % len(order)] if state in order else order[0]
