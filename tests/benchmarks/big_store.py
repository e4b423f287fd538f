"""Large stores for measurements: 100,000 rows of invented people, as a pull from the centre leaves them.

Names, places and sentences repeat the way that a coach's notes do: some words stand in every second note, some
in a handful of a hundred thousand. Everything follows from the number of the row, so each run measures the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

from app import roles
from app.clock import now, today
from app.record import Row, iso
from app.services.coaching import codes
from storage import outbox, rows, search
from storage.store import Store
from storage.tables import metadata
from tests.stores import new_store

ROWS = 100_000


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Aada Aino Anneli Antti Arto Eero Eeva Elina Emil Hanna Heikki Helmi Ilona Inka Jari Jenni Joonas Juha Kaisa"
    " Kalle Katri Lauri Leena Liisa Maija Mari Mika Mohamed Niina Olli Oskari Päivi Pekka Ragnhild Riikka Saara"
    " Sami Satu Tapio Tiina Tuomas Ulla Veera Ville Väinö Yasmin Åsa Öystein"
)
LAST_BEGINS = _words(
    "Aho Halme Heikki Jaako Karhu Kivi Koivu Korho Laakso Lehto Mäke Niemi Palo Peso Ranta Salo Vesa"
)
LAST_ENDS = ("nen", "la", "lainen", "järvi", "mäki", "ström", "virta", "saari")
SENTENCES = (
    "Tavattiin {where} ja käytiin läpi kuluneen viikon työvuorot.",
    "Asiakas kertoi, että työ {firm} sujuu paremmin kuin viime kuussa.",
    "Harjoiteltiin haastattelua ja kirjoitettiin hakemus paikkaan {firm}.",
    "Työnantaja oli tyytyväinen, mutta toivoi enemmän oma-aloitteisuutta.",
    "Puhuttiin jaksamisesta, unesta ja lääkityksen vaikutuksesta aamuvuoroihin.",
    "Sovittiin, että valmentaja soittaa esimiehelle ennen perjantaita.",
    "Kela on pyytänyt lisäselvitystä; täytettiin lomake yhdessä.",
    "Asiakas toivoo lyhyempää työpäivää, aluksi {hours} tuntia viikossa.",
    "Tehtävät: {task}, {task2} ja tauot erikseen.",
    "Velkaneuvonnan aika saatiin, tulot ja etuudet laskettiin uudelleen.",
    "Matka työpaikalle kestää {hours} minuuttia, bussilla vaihto {where}.",
    "Keskusteltiin siitä, mitä työkavereille kerrotaan ja mitä ei.",
    "Verkostopalaveri: omatyöntekijä, valmentaja ja asiakas, tunnelma oli hyvä.",
    "Asiakas perui ajan sairastumisen vuoksi, uusi aika ensi viikolle.",
)
PLACES = (
    "Pasilassa",
    "Kalliossa",
    "Itäkeskuksessa",
    "Malmilla",
    "Herttoniemessä",
    "kahvilassa",
    "toimistolla",
)
FIRM_BEGINS = _words(
    "Alku Aalto Helmi Kuusi Lumi Meri Metsä Pilvi Pohja Puro Runko Saari Sini Tähti Uusi Valo Vuori"
)
FIRM_ENDS = _words("kahvila leipomo kukka varasto siivous huolto puutarha keittiö pesula tukku posti hotelli")
TASKS = _words(
    "hyllytys keräily tiskaus siivous pakkaus kassa lajittelu arkistointi leivonta piha varasto postitus"
)
VISIT_PLACES = tuple(choice.value for choice in codes.PLACES)
TOPICS = tuple(choice.value for choice in codes.TOPICS)


def dice(*parts: Any) -> int:
    """Return a number that follows from the parts and looks like chance."""
    return crc32(repr(parts).encode())


def one_of(options: Any, *parts: Any) -> Any:
    """Choose one of the options by the parts."""
    return options[dice(*parts) % len(options)]


def id_of(kind: str, number: int) -> str:
    """Return the id of the numbered row of a kind: like a real one, ordered by time."""
    milliseconds = 1_700_000_000_000 + number * 977
    rest = dice(kind, number, "a") << 32 | dice(kind, number, "b")
    return str(UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | rest & (1 << 62) - 1))


def firm(number: int) -> str:
    """Return the name of a workplace; there are two thousand, so that most are rare words."""
    return f"{one_of(FIRM_BEGINS, number, 1)}{one_of(FIRM_ENDS, number, 2)}{number % 10 or ''}"


def note(number: int) -> str:
    """Return what a coach wrote about a visit: two to five sentences."""
    said = []
    for place in range(2 + dice("length", number) % 4):
        words = {
            "where": one_of(PLACES, "where", number, place),
            "firm": firm(dice("firm", number) % 2000),
            "hours": 5 + dice("hours", number, place) % 35,
            "task": one_of(TASKS, "task", number),
            "task2": one_of(TASKS, "task2", number),
        }
        said.append(one_of(SENTENCES, "sentence", number, place).format(**words))
    return " ".join(said)


@dataclass(frozen=True)
class Shape:
    """How many clients a store has; visits fill it up to the number of rows."""

    clients: int
    rows: int = ROWS

    @property
    def visits(self) -> int:
        """How many visits there are, planned ones too."""
        return self.rows - self.clients * 6


MANY_VISITS, MANY_CLIENTS = Shape(2_000), Shape(10_000)


def stamped(kind: str, values: Row, client: str, group: str, worker: str, at: str) -> Row:
    """Complete a row as the centre would send it."""
    stamps = {"created_at": at, "created_by": worker, "saved_at": at, "saved_by": worker, "version": 1}
    return rows.complete(kind, {**values, **stamps, "scope": f"client:{client}:{group}"})


def client_row(number: int, worker: str, at: str) -> Row:
    """Return the numbered client."""
    last = f"{one_of(LAST_BEGINS, number, 'b')}{one_of(LAST_ENDS, number, 'e')}"
    identity = id_of("client", number)
    values = {
        "id": identity,
        "first_name": one_of(FIRST, number, "f"),
        "last_name": last,
        "phone": f"040 {number:07d}",
        "email": f"henkilo{number}@example.org",
        "municipality": "Helsinki",
        "languages": ["fi"],
        "branch": "adult_social_work",
        "notes": firm(number % 2000),
    }
    return stamped("client", values, identity, "core", worker, at)


def visit_row(number: int, client: str, worker: str, at: str, day: date) -> Row:
    """Return the numbered visit of a client; every fortieth is planned, near the day."""
    planned = number % 40 == 0
    on = day + timedelta(days=dice(number) % 45 - 5) if planned else day - timedelta(days=dice(number) % 900)
    values = {
        "id": id_of("support_visit", number),
        "client_id": client,
        "state": "planned" if planned else "done",
        "on": on.isoformat(),
        "start_time": "09:30" if planned else "",
        "minutes": 30 + dice("minutes", number) % 90,
        "place": one_of(VISIT_PLACES, "place", number),
        "topics": [one_of(TOPICS, "topic", number)],
        "notes": "" if planned else note(number),
        "next_steps": ""
        if planned
        else one_of(SENTENCES, "next", number).format(
            where="toimistolla", firm=firm(number % 2000), hours=10, task="kassa", task2="piha"
        ),
    }
    return stamped("support_visit", values, client, "core", worker, at)


def caseload(shape: Shape, worker: str) -> Iterator[tuple[str, Row]]:
    """Yield every row of such a store with its kind, parents first."""
    day, at = today(), iso(now())
    for number in range(shape.clients):
        client = client_row(number, worker, at)
        yield "client", client
        yield from _beside(number, client["id"], worker, at, day)
    for number in range(shape.visits):
        yield "support_visit", visit_row(number, id_of("client", number % shape.clients), worker, at, day)


def _beside(number: int, client: str, worker: str, at: str, day: date) -> Iterator[tuple[str, Row]]:
    """Yield the five rows that each client has beside visits."""
    since = (day - timedelta(days=400 + dice(number) % 300)).isoformat()

    def row(kind: str, group: str, **values: Any) -> tuple[str, Row]:
        whole = {"id": id_of(kind, number), "client_id": client, **values}
        return kind, stamped(kind, whole, client, group, worker, at)

    yield row("assignment", "core", worker_id=worker, role=roles.JOB_COACH, valid_from=since)
    yield row(
        "coaching_relationship",
        "core",
        started_on=since,
        coach_id=worker,
        decision="accepted",
        wish=note(number),
    )
    phase = one_of(codes.PHASES, number, "phase").value
    on = (day - timedelta(days=dice(number, "on") % 300)).isoformat()
    relationship = id_of("coaching_relationship", number)
    yield row("phase_change", "core", relationship_id=relationship, phase=phase, on=on)
    yield row(
        "network_member", "core", name=f"{one_of(FIRST, number, 'n')} {one_of(LAST_BEGINS, number, 'n')}la"
    )
    goals = [{"id": id_of("goal", number), "text": note(number + 7), "steps": []}]
    review = (day + timedelta(days=dice(number, "review") % 180 - 20)).isoformat()
    yield row("career_plan", "core", made_on=since, goals=goals, strengths=note(number + 3), review_on=review)


def fill(store: Store, made: Iterable[tuple[str, Row]]) -> int:
    """Put rows into an open store as a pull does: searchable, nothing to send. Returns how many."""
    by_kind: dict[str, list[Row]] = {}
    for kind, row in made:
        by_kind.setdefault(kind, []).append(row)
    with store.write() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for kind, found in by_kind.items():
            rows.put(connection, kind, [rows.shape(kind).bind(row) for row in found])
            search.index(connection, kind, found)
        scopes = {row["scope"] for found in by_kind.values() for row in found}
        connection.execute(
            metadata.tables["sync_scope"].insert(),
            [{"scope": scope, "cursor": 1, "schema_version": outbox.SCHEMA} for scope in sorted(scopes)],
        )
    return sum(map(len, by_kind.values()))


def make_store(folder: Path, shape: Shape) -> Path:
    """Make a closed store of this shape in a new folder; its passphrase is that of `tests.stores`."""
    store = new_store(folder)
    try:
        assert fill(store, caseload(shape, str(store.worker))) == shape.rows
    finally:
        store.close()
    return folder
