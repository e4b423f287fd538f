"""Services around a client as records: how she came, where she was guided on, and support-need checks.

The service catalogue is the centre's; one that has none gets the pilot's (`shared`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.demo.agenda import working_day
from app.demo.beginning import guided_to_kela, make
from app.demo.notes import Writer
from app.demo.path import Path
from app.demo.people import Person
from app.demo.picks import between, choose
from app.record import Record, Row
from app.services.coaching import codes
from app.support_need import pilot_services, pilot_situations, suggestions

Catalogue = Mapping[str, Row]
"""Services of the catalogue by kind of service, one each."""
SILENT = "Fatuma Hassan Omar"
"""Whose referral nobody has answered."""
CHECKED_EVERY = 3
_OF_SOURCE = {
    "rehabilitative_work": ("Kuntouttava työtoiminta", "work_activity"),
    "coaching_queue": ("Tuetun työllistymisen palvelun jono", "coaching"),
    "coordinators": ("Työkykykoordinaattorit", "coaching"),
    "work_ability_check": ("Työkykyselvitys", "health"),
    "psychosis": ("Psykoosipalvelu", "mental_health"),
    "employment_services": ("Työllisyyspalvelut", "employment"),
    "social_rehabilitation": ("Sosiaalinen kuntoutus", "social"),
}
_REFUSALS = (
    "Jono on täynnä, pyydettiin uusi lähete keväällä.",
    "Edellytykset eivät täyttyneet tällä hetkellä.",
)


def shared() -> list[Record]:
    """Return what everybody knows, for a store or centre without any: services, situations, how phases are meant."""
    return [*pilot_services(), *pilot_situations(), *_phases()]


_GUIDANCE = {
    codes.ASSESSMENT: (
        "2-6 tapaamista. Kykyviisari ja urasuunnitelma tehdään ennen työnhaun aloittamista.",
        "2-6 träffar. Kykyviisari och karriärplanen görs innan jobbsökningen inleds.",
        "2-6 meetings. Kykyviisari and the career plan are made before the search for work begins.",
    ),
    codes.MAINTENANCE: (
        "Yhteydenpidon taso sovitaan yhdessä; asiakas ja työnantaja saavat aina soittaa.",
        "Kontaktens nivå avtalas tillsammans; klienten och arbetsgivaren får alltid ringa.",
        "The level of contact is agreed together; the client and the employer may always call.",
    ),
}


def _phases() -> Iterator[Record]:
    """Give the organisation's own words for what is done in a phase; names stay as usual."""
    for phase, texts in _GUIDANCE.items():
        said = dict(zip(("guidance_fi", "guidance_sv", "guidance_en"), texts, strict=True))
        yield make("coaching_phase", {"phase": phase, **said})


def by_category(services: Sequence[Row]) -> Catalogue:
    """Return one service of each kind in use: the one that is meant here, else the first by name."""
    found: dict[str, Row] = {}
    for row in sorted(services, key=lambda row: (row["name"] not in _NAMES.values(), str(row["name"]))):
        if row["active"]:
            found.setdefault(row["category"], row)
    return found


def guided(
    person: Person,
    way: Path,
    of: dict[str, Any],
    services: Sequence[Row],
    situations: Sequence[Row],
    writer: Writer,
) -> Iterator[Record]:
    """Give a client's way in, the services she was guided to, and what was found to need support."""
    yield _in(person, way, of, writer)
    yield from _out(person, way, of, by_category(services), writer)
    if situations and between(1, CHECKED_EVERY, person.label, "check") == 1:
        yield _check(person, way, of, services, situations, writer)


def _in(person: Person, way: Path, of: dict[str, Any], writer: Writer) -> Record:
    name, _category = _OF_SOURCE[person.source]
    met = way.meetings[0].on
    values = {
        "direction": "in",
        "service": name,
        "organisation": "Helsingin kaupunki",
        "made_on": working_day(person.start - timedelta(days=between(0, 6, person.label, "referred")), -1),
        "reason": writer.sentence("guide", "in_reason"),
        "state": "accepted",
        "received_on": person.start,
        "decided_on": met,
        "begun_on": met,
    }
    if way.over < way.day:
        values |= {"state": "ended", "ended_on": way.over}
    return make("referral", of | values)


def _out(
    person: Person, way: Path, of: dict[str, Any], catalogue: Catalogue, writer: Writer
) -> Iterator[Record]:
    begun, label = way.assessed, (person.label, "out")
    wanted = ["rehabilitation"] if guided_to_kela(person) else []
    wanted += ["debt"] if between(0, 3, *label, "debt") == 0 else []
    wanted += ["education"] if person.languages[0] not in ("fi", "sv") and between(0, 1, *label) else []
    wanted += ["health"] if person.source == "psychosis" or between(0, 6, *label, "health") == 0 else []
    for place, category in enumerate(wanted):
        on = working_day(begun + timedelta(days=9 + 30 * place))
        if on < way.over - timedelta(days=150):
            yield _referral(of, category, on, catalogue, writer, refused=between(0, 7, *label, category) == 0)
    if person.label == SILENT:
        on = working_day(way.day - timedelta(days=33), -1)
        yield make("referral", of | _to("health", catalogue) | {"made_on": on, "reason": _WORK_ABILITY})


_WORK_ABILITY = "Työkyvyn arvio ennen työnetsinnän jatkamista."
_REASONS = {
    "debt": "Velkojen selvittely ennen ensimmäistä palkkaa.",
    "health": _WORK_ABILITY,
    "education": "Suomen kielen kurssi työnhaun rinnalle.",
    "rehabilitation": "Ammatillinen kuntoutus työnhaun tueksi.",
}
_NAMES = {
    "debt": "Talous- ja velkaneuvonta",
    "health": "Työttömän terveystarkastus",
    "education": "Suomen kielen kurssi",
    "rehabilitation": "Kelan ammatillinen kuntoutus",
}


def _to(category: str, catalogue: Catalogue) -> dict[str, Any]:
    row = catalogue.get(category)
    if row and row["name"] not in _NAMES.values():
        row = None  # another one of its kind
    return {
        "direction": "out",
        "service_id": UUID(row["id"]) if row else None,
        "service": row["name"] if row else _NAMES[category],
        "organisation": row["organisation"] if row else "",
    }


def _referral(
    of: dict[str, Any], category: str, on: date, catalogue: Catalogue, writer: Writer, *, refused: bool
) -> Record:
    values = _to(category, catalogue) | {"made_on": on, "reason": _REASONS[category]}
    received, decided = on + timedelta(days=3), on + timedelta(days=18)
    if refused:
        why = choose(_REFUSALS, category, on)
        values |= {"state": "refused", "received_on": received, "decided_on": decided, "refusal_reason": why}
        return make("referral", of | values)
    values |= {
        "state": "ended",
        "received_on": received,
        "decided_on": decided,
        "begun_on": on + timedelta(days=30),
        "ended_on": on + timedelta(days=120),
        "result": writer.sentence("guide", "results"),
    }
    return make("referral", of | values)


def _check(
    person: Person,
    way: Path,
    of: dict[str, Any],
    services: Sequence[Row],
    situations: Sequence[Row],
    writer: Writer,
) -> Record:
    """Give a support-need check: two or three situations and the services they speak for (L328-332)."""
    ordered = sorted(situations, key=lambda row: (row["place"], row["text"]))
    found = [row for n, row in enumerate(ordered) if n == 0 or between(0, 5, person.label, n, "found") == 0][
        :4
    ]
    speaks_for = suggestions(situations, services, {row["id"] for row in found})
    values = {
        "on": way.meetings[0].on,
        "situations": [{"situation_id": row["id"], "text": row["text"]} for row in found],
        "suggested": [
            {"service_id": one.id, "name": one.service["name"], "agreed": number == 0}
            for number, one in enumerate(speaks_for)
        ],
        "summary": writer.sentence("guide", "summary"),
    }
    return make("support_need_check", of | values)
