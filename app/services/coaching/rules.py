"""The rules of job coaching that are more than one field's: dates that can be, signing, what is due when."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.clock import today
from app.due import COPY, MEET, Case, DueItem
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Row
from app.services.coaching.codes import ACTIVE, ENDED, LIGHT, MAINTENANCE, REFERRAL, SUFFICIENT, SUPPORT
from app.services.coaching.dates import months_after, working_day
from app.signing import check_signed

if TYPE_CHECKING:
    from app.services.coaching import records

# Months. L725-729: a visit about monthly; every two to three months; every six months.
RHYTHM = {ACTIVE: 1, SUFFICIENT: 3, LIGHT: 6}
# Before maintenance the pilot met its clients one to four times a month (L684-685); support is at least as close.
BEFORE_MAINTENANCE = timedelta(weeks=2)
REVIEW = 12  # months; L676: the plan is updated when needed, at least yearly
SUPPORTED = (SUPPORT, MAINTENANCE)
CONTACT_ONLY = ("phone", "remote")
SUBSIDY_AHEAD = timedelta(weeks=6)
"""How long before its end Today speaks of a wage subsidy: a new one is decided before the old one ends."""
SUBSIDY_OVER = timedelta(weeks=4)
"""How long after its end Today still speaks of it: what nobody has renewed by then is over, and the job goes on."""

VISIT_DUE = Message(N_("Support visit"))
VISIT_AGREED = Message(N_("Visit agreed"))
VISIT_UNWRITTEN = Message(N_("Visit agreed: not written down yet"))
CONTACT_AT_RENEWAL = Message(N_("Contact about the renewal of the wage subsidy"))
PLAN_MISSING = Message(N_("Career plan is missing"))
PLAN_REVIEW = Message(N_("Career plan review"))
SUPPORT_REVIEW = Message(N_("Support plan review"))


def next_contact(phase: str, level: str, last: date | None, since: date) -> date | None:
    """Return the day by which the client is to be met or called next; None when nothing is due.

    `last` is the day of the last contact that counts on this level, `since` the day the phase began.
    """
    if phase in ("", ENDED, REFERRAL):
        return None
    begin = max(last, since) if last else since
    if phase != MAINTENANCE:
        return begin + BEFORE_MAINTENANCE
    return months_after(begin, RHYTHM.get(level, RHYTHM[ACTIVE]))


def next_visit_proposal(phase: str, level: str, visit: date) -> date:
    """Return the working day to propose for the visit after one held on `visit`."""
    return working_day(next_contact(phase, level, visit, visit) or visit + BEFORE_MAINTENANCE)


def found_work(jobs: Iterable[Row], since: date, on: date) -> bool:
    """Tell whether a job that began (or is agreed to begin) since a day has not ended by another.

    What was planned for the search before it is past then. A job from before is none of that: whoever went back to the
    search beside it looks for another.
    """
    first, now = since.isoformat(), on.isoformat()
    return any(
        job["started_on"] >= first and not (job["ended_on"] and job["ended_on"] <= now) for job in jobs
    )


def due_contact(case: Case, on: date) -> Iterable[DueItem]:
    """Tell when the client is to be met next, by phase and maintenance level (L725-729).

    On the light level also when a wage subsidy is to be renewed (L729-731). One visit or call answers both, so the
    earlier of the two is told.
    """
    if case.phase_since is None:
        return
    agreed = min((visit["on"] for visit in case.planned if visit["on"] >= on.isoformat()), default="")
    # On the two lighter levels a call may replace a visit (L727-728).
    calls_count = case.phase == MAINTENANCE and case.level in (SUFFICIENT, LIGHT)
    last = case.last_contact if calls_count else case.last_visit
    day = None if agreed else next_contact(case.phase, case.level, last, case.phase_since)
    title = VISIT_DUE
    if case.phase == MAINTENANCE and case.level == LIGHT:
        renewal = _renewal(case, agreed)
        if renewal is not None and (day is None or renewal <= day):
            day, title = renewal, CONTACT_AT_RENEWAL
    if day is not None:
        yield DueItem(day, title, case.client_id, "support_visit", None)


def _renewal(case: Case, agreed: str) -> date | None:
    """Return the day from which a wage subsidy's renewal wants a contact that has not been, nor is agreed."""
    found = None
    for job in case.rows.get("employment", ()):
        if not job["wage_subsidy_until"] or job["ended_on"]:
            continue
        ends = date.fromisoformat(job["wage_subsidy_until"])
        begins = ends - SUBSIDY_AHEAD
        met = case.last_contact is not None and case.last_contact >= begins
        known = case.phase_since is not None and ends >= case.phase_since
        if known and not met and not ("" < agreed <= ends.isoformat()):
            found = min(found or begins, begins)
    return found


def due_planned(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of each planned visit: as an appointment, or, its day past, as one to be written down."""
    for visit in case.planned:
        day = date.fromisoformat(visit["on"])
        title = VISIT_AGREED if day >= on else VISIT_UNWRITTEN
        yield DueItem(
            *(day, title, case.client_id, "support_visit", UUID(visit["id"]), visit["start_time"]),
            act=MEET,
            minutes=visit.get("minutes") or 60,
            place=visit.get("place") or "",
        )


def due_plan(case: Case, on: date) -> Iterable[DueItem]:
    """Tell when the career plan is to be reviewed: on its review date, and at least yearly (L676)."""
    if case.phase in ("", ENDED, REFERRAL):
        return
    plan = case.plan
    if plan is None:
        if case.phase_since:
            day = months_after(case.phase_since, 2)
            yield DueItem(day, PLAN_MISSING, case.client_id, "career_plan", None)
        return
    made = date.fromisoformat(plan["signed_on"] or plan["made_on"])
    review = date.fromisoformat(plan["review_on"]) if plan["review_on"] else date.max
    day = min(months_after(made, REVIEW), review)
    yield DueItem(day, PLAN_REVIEW, case.client_id, "career_plan", UUID(plan["id"]))


def due_support_plan(case: Case, on: date) -> Iterable[DueItem]:
    """Tell when the newest support plan is to be reviewed, while support is given in its job."""
    if case.phase not in SUPPORTED:
        return
    newest = max(case.rows.get("support_plan", ()), key=lambda row: (row["made_on"], row["id"]), default=None)
    if (
        newest is not None
        and newest["review_on"]
        and not is_over(newest, case.rows.get("employment", ()), on)
    ):
        day = date.fromisoformat(newest["review_on"])
        yield DueItem(day, SUPPORT_REVIEW, case.client_id, "support_plan", UUID(newest["id"]))


def is_over(plan: Row, jobs: Iterable[Row], on: date) -> bool:
    """Tell whether the job of a support plan has ended by a day; of a plan without a job that is not known."""
    return any(
        job["id"] == plan["employment_id"]
        and job["ended_on"] is not None
        and job["ended_on"] <= on.isoformat()
        for job in jobs
    )


def due_copying(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of visits held that are not in the official register yet: it is the record, this is a working tool."""
    if case.uncopied and case.uncopied_since:
        title = Message(N_("Visits not in the official register: {count}"), count=case.uncopied)
        yield DueItem(case.uncopied_since, title, case.client_id, "support_visit", None, act=COPY)


def check_visit(visit: "records.SupportVisit") -> list[Problem]:
    """Check that a visit said to be done is not in the future, and that the next one comes after it."""
    found = []
    if visit.state == "done" and visit.on > today():
        found.append(
            Problem(
                "on",
                Message(
                    N_("A visit in the future cannot be done yet. Mark it as planned, or change the date.")
                ),
            )
        )
    if visit.state == "missed" and visit.on > today():
        said = N_("Nobody can have stayed away from a visit in the future. Change the state or the date.")
        found.append(Problem("on", Message(said)))
    if visit.next_on and visit.next_on <= visit.on:
        found.append(Problem("next_on", Message(N_("The next visit must be after this one."))))
    return found


def check_relationship(row: "records.CoachingRelationship") -> list[Problem]:
    """Check that a refusal has its reason, and that the days of the start can be and follow each other."""
    found = []
    if row.decision == "refused" and not row.refusal_reason:
        found.append(Problem("refusal_reason", Message(N_("Write why the referral was refused."))))
    for name in ("started_on", "first_meeting_on", "decided_on"):
        day = getattr(row, name)
        if day and day > today():
            found.append(Problem(name, Message(N_("This date is in the future."))))
    return found


def check_phase(row: "records.PhaseChange") -> list[Problem]:
    """Check that maintenance has a level and an end a reason (L723-734)."""
    found = []
    if row.phase == MAINTENANCE and not row.level:
        found.append(Problem("level", Message(N_("Choose the level of maintenance."))))
    if row.phase != MAINTENANCE and row.level:
        found.append(Problem("level", Message(N_("Only maintenance has a level."))))
    if row.phase == ENDED and not row.end_reason:
        found.append(Problem("end_reason", Message(N_("Choose the reason of the end."))))
    if row.on > today():
        found.append(Problem("on", Message(N_("This date is in the future."))))
    return found


def check_plan(plan: "records.CareerPlan") -> list[Problem]:
    """Check that every goal says something, and that a signed plan is still what was signed."""
    found = [
        Problem(f"goals.{number}.{name}", Message(N_("This is needed.")))
        for number, goal in enumerate(plan.goals)
        for name in (["text"] if not goal.text else [])
    ]
    if plan.review_on and plan.review_on <= plan.made_on:
        found.append(Problem("review_on", Message(N_("The review must be after the day the plan is made."))))
    return [*found, *check_signed(plan)]
