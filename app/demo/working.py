"""A client's work as records: trials, jobs and whether they were kept, and the plans for support in them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from app.clock import new_id
from app.demo.agenda import copied, soon, working_day
from app.demo.beginning import make
from app.demo.notes import Writer
from app.demo.path import Path
from app.demo.people import Job, Person
from app.demo.picks import between
from app.demo.signatures import signed
from app.record import Record
from app.services.coaching.codes import MAINTENANCE, SUPPORT
from app.services.coaching.dates import months_after
from app.services.coaching.work import KEPT_MONTHS

RENEWED_BEFORE = timedelta(weeks=10)
"""A wage subsidy is renewed so long before it would end."""
_RENEWED_FOR = 24  # months
_EXPERT = "Työllisyyspalvelujen asiantuntija"


def work(person: Person, way: Path, of: dict[str, Any], coach: str, writer: Writer) -> Iterator[Record]:
    """Give everything of a client's work."""
    trial_id = None
    if person.trial:
        made = _trial(person, of, writer)
        trial_id = made.id
        yield made
    for job in person.jobs:
        values = _job(person, job, way.day) | {"trial_id": trial_id if job.found == "trial" else None}
        record = make("employment", of | {"id": new_id()} | values)
        yield record
        yield from _checks(job, record.id, person, way, of, writer)
        yield from _support_plans(job, record.id, person, way, of, coach, writer)


def _trial(person: Person, of: dict[str, Any], writer: Writer) -> Record:
    """Give the work trial: a short one of about two months that the employment services decided (L692-705)."""
    trial = person.trial
    assert trial is not None
    values = {
        "employer": trial.employer,
        "title": trial.title,
        "industry": trial.industry,
        "decided_on": working_day(trial.on - timedelta(days=between(6, 13, person.label, "decided")), -1),
        "decided_by": _EXPERT,
        "started_on": trial.on,
        "agreed_until": trial.to,
        "ended_on": trial.to,
        "end_reason": "job" if trial.continued else "agreed_end",
        "feedback_on": working_day(trial.to - timedelta(days=4)),
        "feedback": writer.sentence("work", "trial_job" if trial.continued else "trial_feedback"),
        "continued_as_job": trial.continued,
    }
    return make("work_trial", of | values)


def _job(person: Person, job: Job, day: date) -> dict[str, Any]:
    return {
        "employer": job.employer,
        "title": job.title,
        "industry": job.industry,
        "started_on": job.on,
        "ended_on": job.to,
        "end_reason": job.why,
        "contract": job.contract,
        "weekly_hours": str(job.hours),
        "hourly_wage": str(job.wage),
        "wage_subsidy_until": _subsidy(person, job, day),
        "found_by": job.found,
    }


def _subsidy(person: Person, job: Job, day: date) -> date | None:
    """Return the end of a job's wage subsidy, renewed as long as the job has gone on (L729-731)."""
    until, special = job.subsidy, soon(person).subsidy_in
    if until is None or job.to is not None:
        return until
    if special is not None:
        return day + timedelta(days=special)
    while until < day + RENEWED_BEFORE:
        until = months_after(until, _RENEWED_FOR)
    return until


def _checks(
    job: Job, job_id: Any, person: Person, way: Path, of: dict[str, Any], writer: Writer
) -> Iterator[Record]:
    """Give what was asked at three, six and twelve months; once a job is over nothing more is asked."""
    for months in KEPT_MONTHS:
        due = months_after(job.on, months)
        on = min(way.day, working_day(due + timedelta(days=between(0, 6, person.label, due))))
        if due > way.day:
            return
        gone = job.to is not None and job.to < due
        values = {"employment_id": job_id, "months": months, "on": on, "kept": "no" if gone else "yes"}
        yield make(
            "job_check",
            of | values | {"note": writer.sentence("work", "gone_notes" if gone else "check_notes")},
        )
        if gone:
            return


def _support_plans(
    job: Job, job_id: Any, person: Person, way: Path, of: dict[str, Any], coach: str, writer: Writer
) -> Iterator[Record]:
    """Give the plan made at a job's start and, where support goes on, the latest one."""
    days = [working_day(job.on + timedelta(days=between(-4, 8, person.label, job.employer)), -1)]
    special = soon(person).support_in
    if job.to is None and way.phases[-1].phase in (SUPPORT, MAINTENANCE):
        days.append(working_day(way.day - timedelta(days=between(50, 190, person.label, "support plan")), -1))
    for number, made_on in enumerate(days):
        latest = number == len(days) - 1
        review = months_after(made_on, 12 if latest else 6)
        if latest and special is not None:
            review = way.day + timedelta(days=special)
        values = _support_plan(person, job, made_on, writer) | {"employment_id": job_id, "review_on": review}
        values["copied_on"] = copied(made_on, person, way.day)
        names = {"client": person.label, "worker": coach}
        yield signed(make("support_plan", of | values), names, made_on)


_PLAIN = (
    "strengths",
    "support_needs",
    "by_coach",
    "by_team",
    "by_family",
    "first_weeks",
    "adjustments",
    "benefit_reporting",
    "warning_signs",
    "whom_to_call",
    "fading",
)
_UNKNOWING = "Työnantaja ei tiedä valmennuksesta asiakkaan toiveesta."


def _support_plan(person: Person, job: Job, made_on: date, writer: Writer) -> dict[str, Any]:
    values: dict[str, Any] = {name: writer.sentence("work", name) for name in _PLAIN}
    by_employer = writer.sentence("work", "by_employer") if person.seen else _UNKNOWING
    return values | {"made_on": made_on, "job": f"{job.title}, {job.employer}", "by_employer": by_employer}
