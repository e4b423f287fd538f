"""Career plans with their versions, signatures and the progress of their steps, as values for records."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from app.demo.agenda import copied, soon, working_day
from app.demo.notes import Writer
from app.demo.path import Path
from app.demo.people import Person
from app.demo.picks import between
from app.demo.signatures import signed
from app.record import Record, to_row, validated
from app.services.coaching.codes import ASSESSMENT, ENDED, REFERRAL, SEARCH
from app.services.coaching.records import CareerPlan, PlanProgress

STATES = ("done", "done", "started", "done", "done", "dropped", "done", "started")
YEAR = relativedelta(years=1)
LONGEST = timedelta(days=364)
"""How long a plan stands before it is renewed (L676: at least yearly)."""


def plan_days(person: Person, way: Path) -> list[date]:
    """Return the day of each version: the first after the assessment, then about one a year (L676)."""
    days = [way.assessed]
    ended = next((phase.on for phase in way.phases if phase.phase == ENDED), way.day)
    if person.now in (ENDED, REFERRAL, SEARCH, ASSESSMENT):
        while ended - days[-1] > LONGEST:
            days.append(working_day(days[-1] + timedelta(days=between(300, 350, person.label, days[-1])), -1))
        if person.now in (SEARCH, ASSESSMENT):
            days.append(working_day(way.day - timedelta(days=between(14, 28, person.label, "plan")), -1))
        return days
    special = soon(person).review_in
    last = way.day - timedelta(days=between(40, 320, person.label, "plan"))
    if special is not None:
        last = way.day + timedelta(days=special) - YEAR
    while last > days[0] + timedelta(days=200):
        days.insert(1, last)
        last = working_day(last - timedelta(days=between(345, 362, person.label, last)), -1)
    if days[1] - days[0] > LONGEST:
        days.insert(1, working_day(days[0] + (days[1] - days[0]) / 2, -1))
    return days


def plans(person: Person, client_id: Any, way: Path, coach: str, writer: Writer) -> Iterator[Record]:
    """Give every version of a client's plan, signed or not, and how its steps went."""
    before: CareerPlan | None = None
    days = plan_days(person, way)
    for place, made_on in enumerate(days):
        values = _content(person, made_on, place, writer)
        values |= {"client_id": client_id, "version_no": place + 1, "replaces": before.id if before else None}
        values["copied_on"] = copied(made_on, person, way.day)
        plan = validated(CareerPlan, values)
        latest = place == len(days) - 1
        being_made = latest and person.now == SEARCH
        if not being_made and between(0, 5, person.label, place, "signed"):
            plan = signed(plan, {"client": person.label, "worker": coach}, made_on)
        yield plan
        yield from _progress(plan, person, client_id, way.day, latest, writer)
        before = plan


def _content(person: Person, made_on: date, place: int, writer: Writer) -> dict[str, Any]:
    chosen = [writer.piece("plan", "services") for _ in range(between(1, 2, person.label, place))]
    services = [("Työhönvalmennus", "Työn etsiminen ja tuki työssä", "Työhönvalmentaja"), *chosen]
    values = {
        name: writer.sentence("plan", name)
        for name in ("client_view", "worker_view", "responsibilities", "follow_up", "duration")
    }
    return {
        **values,
        "made_on": made_on,
        "strengths": person.strengths,
        "goals": _goals(person, made_on, place, writer),
        "services": [
            {"service": service, "purpose": purpose, "responsible": by}
            for service, purpose, by in dict.fromkeys(services)
        ],
        "review_on": made_on + YEAR,
    }


def _goals(person: Person, made_on: date, place: int, writer: Writer) -> list[dict[str, Any]]:
    """Return the goals in the client's own words: her first ones, later ones beside the most lasting of them."""
    goals = [(text, steps) for text, *steps in person.goals]
    first, between_ = (55, 62) if place and person.now not in (SEARCH, ASSESSMENT) else (21, 24)
    if place:
        kind = "search" if person.now in (SEARCH, ASSESSMENT) else "later"
        kind = "sv" if person.swedish else kind
        fresh = writer.sentence("plan", f"{kind}_goals")
        goals = [(fresh, [writer.piece("plan", f"{kind}_steps") for _ in range(2)]), *goals[-1:]]
    return [
        {
            "text": text,
            "steps": [
                {
                    "what": what,
                    "by": by,
                    "by_when": made_on + timedelta(days=first + between_ * (number + nth)),
                }
                for nth, (what, by) in enumerate(dict.fromkeys(map(tuple, steps)))
            ],
        }
        for number, (text, steps) in enumerate(goals)
    ]


def _progress(
    plan: CareerPlan, person: Person, client_id: Any, day: date, latest: bool, writer: Writer
) -> Iterator[Record]:
    steps = [step for goal in to_row(plan)["goals"] for step in goal["steps"]]
    for place, step in enumerate(steps):
        on = date.fromisoformat(step["by_when"]) - timedelta(days=between(-9, 15, person.label, step["what"]))
        left = latest and place and place == len(steps) - 1
        if on >= day or on <= plan.made_on or left:
            continue
        state = STATES[between(0, len(STATES) - 1, person.label, place, str(on))]
        if latest and person.now != ENDED and place:
            state = "started" if place % 2 else "done"
        note = writer.sentence("plan", "progress_notes") if between(0, 1, person.label, on) else ""
        values = {"client_id": client_id, "step_id": step["id"], "on": on, "state": state, "note": note}
        yield validated(PlanProgress, values)
