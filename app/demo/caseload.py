"""The pilot's caseload written into a store: 42 invented people with everything a coach would have of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from app.clock import new_id
from app.demo import details, guiding, staff
from app.demo.agenda import copied
from app.demo.allowing import consents
from app.demo.beginning import beginnings, make
from app.demo.notes import Writer
from app.demo.path import Meeting, Path, path
from app.demo.people import Person, people
from app.demo.picks import between
from app.demo.plans import plans
from app.demo.seeking import Held, search
from app.demo.working import work
from app.record import Record, Row, from_row
from app.services import SPECS

HEALTH_OF = 2  # every second client has a note on health
FINANCES_OF = 4  # every fourth one on finances
# What points to something comes after it; else as the services declare it.
_ORDER = {kind: place for place, kind in enumerate(SPECS)}
_ORDER["support_visit"] = _ORDER["search_plan"]


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
    the other coach hers (`those_of`), since nobody may assign clients to others from a device. Referrals name the
    services of the catalogue that the store has (`shared` makes some).
    """
    writer, ids, records = Writer(), {}, list[Record]()
    around = Around(store.rows("catalogue_service"), store.rows("support_situation"))
    for place, person in enumerate(people()):
        client_id = ids[person.label] = new_id()
        records += list(_records(person, place, client_id, coaches[person.coach - 1], day, around, writer))
    records.sort(key=lambda record: _ORDER[str(record.__tablename__)])
    store.save(*records, *staff.of_coach(1, day, writer), *staff.survey(writer))
    _assign_since_start(store, ids)
    return ids


@dataclass(frozen=True)
class Around:
    """What everybody shares and clients' records speak of."""

    services: Sequence[Row]
    situations: Sequence[Row]


def shared(store: Keeper) -> list[Record]:
    """Return what only those who keep the common lists may write: targets, and services where there are none yet."""
    return [*([] if store.rows("catalogue_service") else guiding.shared()), *staff.targets()]


def of_second(day: date) -> list[Record]:
    """Return what the second coach writes for herself, on her own device."""
    return staff.of_coach(2, day, Writer())


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
    person: Person, place: int, client_id: UUID, coach: Coach, day: date, around: Around, writer: Writer
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
    planned = list(plans(person, client_id, way, coach.name, writer))
    yield from planned
    visits = list(_visits(person, way, of, coach, writer))
    yield from (visit for _meeting, visit in visits)
    yield from beginnings(person, way, of, begun, planned[0], coach.name, writer)
    yield from search(person, way, of, visits, coach.name, writer)
    yield from work(person, way, of, coach.name, writer)
    yield from consents(person, way, of, planned[0], coach.name, writer)
    yield from guiding.guided(person, way, of, around.services, around.situations, writer)


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
    if between(1, FINANCES_OF, person.label, "finances") == 1:
        yield make("client_finances", of | details.finances(way.assessed, writer))
    if person.label == "Toni Leppäluoto":
        words = "Sakkoja liikenteestä, ei vaikuta haettuihin tehtäviin. Ei kerrota, ellei ajokorttia kysytä."
        values = {"noted_on": way.assessed, "affects_work": words, "told_to_employer": "later"}
        yield make("profile_criminal_record", of | values)


def _visits(person: Person, way: Path, of: dict[str, Any], coach: Coach, writer: Writer) -> Iterator[Held]:
    following = [*way.meetings[1:], None]
    for meeting, after in zip(way.meetings, following, strict=True):
        values = _visit(person, meeting, after, coach, writer)
        values["copied_on"] = copied(meeting.on, person, way.day) if meeting.state == "done" else None
        yield meeting, make("support_visit", of | values)


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
