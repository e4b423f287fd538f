"""The pilot's caseload written into a store: 42 invented people with everything a coach would have of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from app.clock import new_id
from app.demo import details
from app.demo.notes import Writer
from app.demo.path import Meeting, Path, path
from app.demo.people import Job, Person, people
from app.demo.picks import between
from app.demo.plans import plans
from app.record import Record, from_row, validated
from app.services import SPECS
from app.services.coaching.dates import months_after
from app.services.coaching.work import KEPT_MONTHS

HEALTH_OF = 2  # every second client has a note on health
RENEWED_BEFORE = timedelta(weeks=10)  # a wage subsidy is renewed so long before it would end


class Keeper(Protocol):
    """A store to write into."""

    @property
    def worker(self) -> UUID:
        """Whose store it is."""

    def save(self, *records: Record) -> Any:
        """Save records, all or none."""

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return the rows of a kind."""


@dataclass(frozen=True)
class Coach:
    """A job coach as the centre knows her."""

    id: UUID
    name: str


def build(store: Keeper, coaches: Sequence[Coach], day: date) -> dict[str, UUID]:
    """Write the caseload as it stands on a day; return the clients' ids by "first last".

    Each client has one coach of her own. The store's worker, who registers them, holds all 42; the centre gives
    the other coach hers (`those_of`), since nobody may assign clients to others from a device.
    """
    writer, ids, records = Writer(), {}, list[Record]()
    for place, person in enumerate(people()):
        client_id = ids[person.label] = new_id()
        records += list(_records(person, place, client_id, coaches[person.coach - 1], day, writer))
    order = list(SPECS)
    records.sort(key=lambda record: order.index(str(record.__tablename__)))
    store.save(*records)
    _assign_since_start(store, ids)
    return ids


def make(kind: str, values: Mapping[str, Any]) -> Record:
    """Make a checked record of a kind."""
    return validated(SPECS[kind].table, values)


def those_of(coach: int, ids: Mapping[str, UUID]) -> list[tuple[UUID, date]]:
    """Return the clients of one coach (1 or 2), each with the day on which the coaching began."""
    return [(ids[person.label], person.start) for person in people() if person.coach == coach]


def _assign_since_start(store: Keeper, ids: Mapping[str, UUID]) -> None:
    """Let the assignments begin with the coaching, not with today."""
    starts = {str(ids[person.label]): person.start.isoformat() for person in people()}
    table = SPECS["assignment"].table
    rows = [{**row, "valid_from": starts[row["client_id"]]} for row in store.rows("assignment")]
    store.save(*(from_row(table, row) for row in rows))


def _records(
    person: Person, place: int, client_id: UUID, coach: Coach, day: date, writer: Writer
) -> Iterator[Record]:
    way = path(person, day)
    yield make("client", {"id": client_id, **details.client(person, place + 1, writer)})
    of = {"client_id": client_id}
    for member in details.network(person, place, writer):
        yield make("network_member", of | member)
    begun = make("coaching_relationship", of | {"coach_id": coach.id} | details.relationship(person, way))
    yield begun
    yield from _phases(way, of | {"relationship_id": begun.id})
    yield from _profiles(person, place, way, of, writer)
    yield from plans(person, client_id, way, coach.name, writer)
    yield from _work(person, of, day)
    yield from _visits(person, way, of, coach, writer)


def _phases(way: Path, of: Mapping[str, Any]) -> Iterator[Record]:
    for phase in way.phases:
        yield make("phase_change", {**of, **vars(phase)})


def _profiles(person: Person, place: int, way: Path, of: dict[str, Any], writer: Writer) -> Iterator[Record]:
    first = details.profile(person, way.assessed, writer)
    yield make("vocational_profile", of | first)
    if person.stays:
        stay = person.stays[0]
        on = stay.on + timedelta(days=between(50, 66, person.label, "profile"))
        yield make("vocational_profile", of | details.updated(person, first, on, stay.employer, writer))
    if between(1, HEALTH_OF, person.label, "health") == 1 or person.source in (
        "psychosis",
        "work_ability_check",
    ):
        yield make("profile_health", of | details.health(person, way.assessed, writer))
    if person.label == "Toni Leppäluoto":
        words = "Sakkoja liikenteestä, ei vaikuta haettuihin tehtäviin. Ei kerrota, ellei ajokorttia kysytä."
        values = {"noted_on": way.assessed, "affects_work": words, "told_to_employer": "later"}
        yield make("profile_criminal_record", of | values)


def _work(person: Person, of: dict[str, Any], day: date) -> Iterator[Record]:
    if person.trial:
        trial = person.trial
        values = {
            "employer": trial.employer,
            "title": trial.title,
            "industry": trial.industry,
            "started_on": trial.on,
            "ended_on": trial.to,
            "feedback_on": trial.to - timedelta(days=4),
            "continued_as_job": trial.continued,
        }
        yield make("work_trial", of | values)
    for job in person.jobs:
        values = {
            "employer": job.employer,
            "title": job.title,
            "industry": job.industry,
            "started_on": job.on,
            "ended_on": job.to,
            "end_reason": job.why,
            "contract": job.contract,
            "weekly_hours": str(job.hours),
            "hourly_wage": str(job.wage),
            "wage_subsidy_until": _renewed(job, day),
            "found_by": job.found,
        }
        made = make("employment", of | values)
        yield made
        for months in KEPT_MONTHS:
            asked = months_after(job.on, months)
            if asked <= day and (job.to is None or job.to >= asked):
                kept = {"employment_id": made.id, "months": months, "on": asked, "kept": "yes"}
                yield make("job_check", of | kept)


def _renewed(job: Job, day: date) -> date | None:
    """Return the end of a job's wage subsidy, renewed as long as the job has gone on."""
    until = job.subsidy
    while until is not None and job.to is None and until < day + RENEWED_BEFORE:
        until = months_after(until, 24)
    return until


def _visits(person: Person, way: Path, of: dict[str, Any], coach: Coach, writer: Writer) -> Iterator[Record]:
    following = [*way.meetings[1:], None]
    for meeting, after in zip(way.meetings, following, strict=True):
        yield make("support_visit", of | _visit(person, meeting, after, coach, writer))


def _visit(
    person: Person, meeting: Meeting, after: Meeting | None, coach: Coach, writer: Writer
) -> dict[str, Any]:
    done = meeting.state == "done"
    told = after is not None and after.on > meeting.on and between(0, 2, person.label, meeting.on) > 0
    people_there = f"{person.label}, {coach.name}" + (", esihenkilö" if meeting.seen else "")
    return {
        "state": meeting.state,
        "on": meeting.on,
        "start_time": meeting.time.rjust(5, "0"),
        "minutes": meeting.minutes if done or meeting.state == "planned" else 0,
        "place": meeting.place,
        "participants": people_there if done else "",
        "topics": list(dict.fromkeys(meeting.topics)) if meeting.state in ("done", "planned") else [],
        "seen_by_employer": meeting.seen and done,
        "notes": writer.note(person, meeting),
        "next_steps": writer.next_steps(person, meeting),
        "next_on": after.on if told and after else None,
    }
