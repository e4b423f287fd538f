"""A client's search for work as records: the plans for it, the applications made at meetings, and the interviews."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from app.clock import new_id
from app.demo.agenda import copied, soon, time_of, working_day, working_days_from
from app.demo.beginning import make
from app.demo.notes import Writer
from app.demo.path import CUT_OFF, Meeting, Path
from app.demo.people import Job, Person
from app.demo.picks import between, choose
from app.demo.signatures import signed
from app.record import Record
from app.services.coaching.codes import SEARCH

Held = tuple[Meeting, Record]
"""A meeting and its visit."""
_STANDS = timedelta(days=84)  # the program asks for a review within 90 days
_WAITED = {"Mika Hietaranta": 1, "Sami Jokivarsi": 0}
"""Who still waits for an answer: to what was sent so many meetings ago."""
_DRAFT_OF = "Outi Saarikettu"
_HOW = (
    ("Soitettiin", "phone"),
    ("Vi ringde", "phone"),
    ("Avoin", "open_application"),
    ("Öppen", "open_application"),
    ("kutsui", "visit"),
)
_FOUND = {
    "open_application": "open_application",
    "advertised": "advertised",
    "coach": "coach",
    "own": "email",
}


def search(
    person: Person, way: Path, of: dict[str, Any], visits: Sequence[Held], coach: str, writer: Writer
) -> Iterator[Record]:
    """Give everything of a client's search; `visits` are her meetings, oldest first."""
    yield from _plans(person, way, of, coach, writer)
    held = [
        (meeting, visit)
        for meeting, visit in visits
        if meeting.purpose == "search" and meeting.state == "done"
    ]
    led = {job.employer: _last_before(job, held) for job in person.jobs if job.found in _FOUND}
    yield from _applications(person, way, of, held, [one[0] for one in led.values() if one], writer)
    for job in person.jobs:
        if job.employer in led:  # else a trial became the job
            yield from _way_to(job, person, of, led[job.employer], visits, writer)
    yield from _trial_interview(person, of, writer)
    agreed = soon(person).interview_in
    if agreed is not None:
        title, employer = writer.opening(person)
        on = working_days_from(way.day, agreed)
        values = {"on": on, "start_time": "10:15", "employer": employer, "job": title, "state": "agreed"}
        yield make("interview", of | values | {"prepared_together": True, "place": "Työpaikalla"})


# ---- plans for the search ----


def _plans(person: Person, way: Path, of: dict[str, Any], coach: str, writer: Writer) -> Iterator[Record]:
    for begun, end in way.spans(SEARCH):
        days = _plan_days(
            begun, end or way.day, going_on=end is None, special=soon(person).search_in, day=way.day
        )
        for number, made_on in enumerate(days):
            latest = end is None and number == len(days) - 1
            review = made_on + _STANDS
            if latest and soon(person).search_in is not None:
                review = way.day + timedelta(days=soon(person).search_in or 0)
            values = _plan(person, made_on, writer) | {"review_on": review}
            values["copied_on"] = copied(made_on, person, way.day)
            made = make("search_plan", of | values)
            if latest and person.label == "Mika Hietaranta":  # his new one is being written
                yield made
            else:
                yield signed(made, {"client": person.label, "worker": coach}, made_on)


def _plan_days(begun: date, end: date, *, going_on: bool, special: int | None, day: date) -> list[date]:
    """Return the days of a search's plans: about every twelve weeks, the last one fresh where it goes on."""
    days = [begun]
    while days[-1] + _STANDS < end - timedelta(days=21):
        days.append(working_day(days[-1] + _STANDS - timedelta(days=2), -1))
    if going_on and special is None and day - days[-1] > timedelta(days=55):
        days.append(working_day(day - timedelta(days=20), -1))
    return days


def _plan(person: Person, made_on: date, writer: Writer) -> dict[str, Any]:
    seen = "together" if person.seen else "client"
    steps = list(dict.fromkeys(writer.piece("search", "steps") for _ in range(3)))
    return {
        "made_on": made_on,
        "goal": person.goals[0][0],
        "target_jobs": person.dream,
        "target_employers": f"{writer.sentence('search', 'employers')} {person.area}.",
        "who_contacts": seen,
        "frequency": writer.sentence("search", "frequency"),
        "steps": [
            {
                "what": what,
                "by": by,
                "by_when": made_on + timedelta(days=14 * (number + 1)),
                "done": number == 0,
            }
            for number, (what, by) in enumerate(steps)
        ],
        "documents_to_update": writer.sentence("search", "documents"),
    }


# ---- applications ----


def _applications(
    person: Person,
    way: Path,
    of: dict[str, Any],
    held: Sequence[Held],
    led: Sequence[Meeting],
    writer: Writer,
) -> Iterator[Record]:
    """Give one or two applications for each meeting of the search (L684): the one that its note speaks of first.

    `led` are the meetings at which the applications were made that led to a job: those count among the two.
    """
    for place, (meeting, visit) in enumerate(held):
        ago = len(held) - 1 - place
        most = 2 - led.count(meeting)
        for number in range(min(most, between(1, 2, person.label, meeting.on, "applications"))):
            values = _application(person, meeting, number, writer)
            waits = number == 0 and _WAITED.get(person.label) == ago and meeting.on > CUT_OFF
            values |= {"state": "sent"} if waits else _answer(person, meeting.on, number, way.day, writer)
            made = make("job_application", of | values | {"visit_id": visit.id})
            yield made
            if values["state"] == "interview":
                yield _in_vain(made, values, person, of, way.day, writer)
    if person.label == _DRAFT_OF and held:
        meeting, visit = held[-1]
        values = _application(person, meeting, 1, writer) | {"state": "draft", "visit_id": visit.id}
        yield make("job_application", of | values | {"apply_by": way.day + timedelta(days=5)})


def _application(person: Person, meeting: Meeting, number: int, writer: Writer) -> dict[str, Any]:
    noted = writer.applied.get((person.label, meeting.on)) if number == 0 else None
    title, employer, sentence = noted or (*writer.opening(person), "")
    how = next((channel for word, channel in _HOW if word in sentence), "")
    return {
        "on": meeting.on,
        "employer": employer,
        "job": title,
        "industry": person.industry,
        "channel": how
        or choose(("advertised", "open_application", "advertised", "email"), employer, meeting.on),
    }


def _answer(person: Person, on: date, number: int, day: date, writer: Writer) -> dict[str, Any]:
    ways = ("refused", "no_answer", "no_answer", "refused", "refused", "withdrawn", "interview")
    state = choose(ways, person.label, on, number, "answer")
    answered = min(day, on + timedelta(days=between(4, 18, person.label, on, number)))
    if state in ("no_answer", "withdrawn"):
        return {"state": state}
    words = writer.sentence("search", "refused") if state == "refused" else ""
    return {"state": state, "answered_on": answered, "answer": words}


# ---- the application and the interview that led to a job ----


def _way_to(
    job: Job, person: Person, of: dict[str, Any], made_at: Held | None, visits: Sequence[Held], writer: Writer
) -> Iterator[Record]:
    with_coach = next((m.on for m, _ in visits if m.purpose == "interview_with" and m.on < job.on), None)
    on = with_coach or working_day(job.on - timedelta(days=6), -1)
    sent = made_at[0].on if made_at else working_day(on - timedelta(days=8), -1)
    application = new_id()
    yield make(
        "job_application",
        of
        | {
            "id": application,
            "on": sent,
            "visit_id": made_at[1].id if made_at else None,
            "employer": job.employer,
            "job": job.title,
            "industry": job.industry,
            "channel": _FOUND[job.found],
            "state": "offer",
            "answered_on": on + timedelta(days=2),
            "answer": "",
        },
    )
    along = with_coach is not None and job is person.jobs[0]
    values = _interview(person, on, job.employer, job.title, "job", writer)
    if along:
        values |= {"coach_present": True, "notes": writer.sentence("search", "with_coach")}
    yield make("interview", of | values | {"application_id": application})


def _last_before(job: Job, held: Sequence[Held]) -> Held | None:
    """Return the last meeting of the search early enough before a job began."""
    before = [one for one in held if one[0].on <= job.on - timedelta(days=10)]
    return before[-1] if before else None


def _in_vain(
    application: Record, sent: dict[str, Any], person: Person, of: dict[str, Any], day: date, writer: Writer
) -> Record:
    """Give the interview that an application led to, after which somebody else was chosen."""
    on = min(day, working_day(sent["answered_on"] + timedelta(days=between(3, 8, person.label, sent["on"]))))
    values = _interview(person, on, sent["employer"], sent["job"], "no", writer)
    note = writer.sentence("search", "interview_no")
    return make("interview", of | values | {"application_id": application.id, "notes": note})


def _interview(
    person: Person, on: date, employer: str, title: str, outcome: str, writer: Writer
) -> dict[str, Any]:
    return {
        "on": on,
        "start_time": time_of(person.label, on, "interview"),
        "employer": employer,
        "job": title,
        "place": "Työpaikalla",
        "state": "held",
        "prepared_together": between(1, 12, person.label, on, "prepared") > 1,  # L700: nearly all
        "outcome": outcome,
        "notes": writer.sentence("search", "interview_notes"),
    }


def _trial_interview(person: Person, of: dict[str, Any], writer: Writer) -> Iterator[Record]:
    """Give the talk at which a work trial was agreed, with about half of them (L686-688)."""
    trial = person.trial
    if trial and between(0, 1, person.label, "trial talk"):
        on = working_day(trial.on - timedelta(days=18), -1)
        yield make("interview", of | _interview(person, on, trial.employer, trial.title, "trial", writer))
