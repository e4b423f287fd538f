"""Career plans with their versions, signatures and the progress of their steps, as values for records."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from app.clock import new_id
from app.demo.agenda import soon, working_day
from app.demo.notes import Writer
from app.demo.path import Path
from app.demo.people import Person
from app.demo.picks import between
from app.demo.signatures import strokes
from app.record import Record, to_row, validated
from app.services.coaching.codes import ASSESSMENT, ENDED, REFERRAL, SEARCH
from app.services.coaching.records import CareerPlan, PlanProgress
from app.signing import seal

STATES = ("done", "done", "started", "done", "done", "dropped", "done", "started")
YEAR = relativedelta(years=1)


def plan_days(person: Person, way: Path) -> list[date]:
    """Return the day of each version: the first after the assessment, then about one a year (L676)."""
    days = [way.assessed]
    over = person.end.on if person.end else way.day
    if person.now in (ENDED, REFERRAL):
        if person.stays and between(0, 1, person.label, "second") == 0:
            days.append(working_day(person.stays[-1].on + timedelta(days=40)))
        return [day for day in days if day < over]
    special = soon(person).review_in
    last = way.day - timedelta(days=between(40, 320, person.label, "plan"))
    if person.now in ("job_search", "assessment"):
        last = way.day - timedelta(days=between(14, 28, person.label, "plan"))
        return [days[0], working_day(last, -1)]
    if special is not None:
        last = way.day + timedelta(days=special) - YEAR
    while last > days[0] + timedelta(days=200):
        days.insert(1, last)
        last = working_day(last - timedelta(days=between(345, 362, person.label, last)), -1)
    return days


def plans(person: Person, client_id: Any, way: Path, coach: str, writer: Writer) -> Iterator[Record]:
    """Give every version of a client's plan, signed or not, and how its steps went."""
    before: CareerPlan | None = None
    days = plan_days(person, way)
    for place, made_on in enumerate(days):
        values = _content(person, made_on, place, writer)
        values |= {"client_id": client_id, "version_no": place + 1, "replaces": before.id if before else None}
        plan = validated(CareerPlan, values)
        latest = place == len(days) - 1
        being_made = latest and person.now == SEARCH
        if not being_made and between(0, 5, person.label, place, "signed"):
            plan = _signed(plan, person, made_on, coach)
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


def _signed(plan: CareerPlan, person: Person, on: date, coach: str) -> CareerPlan:
    """Let both sign: what was signed is frozen by its hash."""
    row = to_row(plan)
    names = {"client": person.label, "worker": coach}
    row["signatures"] = [
        {"id": str(new_id()), "role": role, "name": name, "strokes": strokes(name)}
        for role, name in names.items()
    ]
    row |= {"signed_on": on.isoformat(), "content_hash": seal(CareerPlan, to_row(plan))}
    return validated(CareerPlan, row)


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
