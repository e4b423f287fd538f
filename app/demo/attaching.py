"""The files that lie with some clients: a CV made in the initial assessment, and a letter to the last employer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.demo.path import path
from app.demo.people import COACHES, Person, people
from app.pdf import Block, Callout, Document, Heading, Pairs, Paragraph, Title, render
from app.record import Row

if TYPE_CHECKING:
    from storage.store import Store

WHOSE = (
    "Mika Hietaranta",
    "Katri Suonsaari",
    "Sami Jokivarsi",
    "Outi Saarikettu",
    "Kaj Nordling",
    "Ann-Sofi Bergroth",
    "Päivi Ojantausta",
    "Ahmed Jama Nuur",
)
"""Whose papers are on file."""


@dataclass(frozen=True)
class Words:
    """What stands in the papers around a client's own words."""

    cv: str
    letter: str
    contact: tuple[str, str, str]
    skills: str
    strengths: str
    wish: str
    work: str
    hours: tuple[str, str, str]
    greeting: str
    asks: str
    seen: str
    ends: str


_FINNISH = Words(
    cv="Ansioluettelo",
    letter="Työhakemus",
    contact=("Puhelin", "Sähköposti", "Kotikunta"),
    skills="Osaaminen",
    strengths="Vahvuudet",
    wish="Toivetyö",
    work="Millaista työtä etsin",
    hours=("Työaika", "Vuorot", "Alue"),
    greeting="Hei!",
    asks="Haen teille töihin. Tehtävä, jota haen: {job}. Voin tulla tutustumaan ja kertomaan itsestäni lisää.",
    seen="Työhönvalmentajani voi kertoa, millaista tukea työn alkuun on tarjolla. Tuki on työnantajalle maksutonta.",
    ends="Ystävällisin terveisin",
)
_SWEDISH = Words(
    cv="Meritförteckning",
    letter="Ansökan",
    contact=("Telefon", "E-post", "Hemkommun"),
    skills="Kunnande",
    strengths="Styrkor",
    wish="Drömarbete",
    work="Arbetet jag söker",
    hours=("Arbetstid", "Skift", "Område"),
    greeting="Hej!",
    asks="Jag söker arbete hos er. Uppgiften jag söker: {job}. Jag kommer gärna och berättar mer om mig själv.",
    seen="Min arbetscoach berättar gärna om det stöd som finns i början. Stödet kostar inte arbetsgivaren något.",
    ends="Med vänlig hälsning",
)


def attach(store: "Store", ids: Mapping[str, UUID], day: date) -> None:
    """Attach the papers as they are on a day; they are made in memory, and each lies encrypted in the store."""
    from storage import blobs

    for person in people():
        if person.label not in WHOSE:
            continue
        client = store.row("client", ids[person.label])
        assert client is not None
        for content, name, values in _papers(store, person, client, day):
            blobs.attach(store, content, {"client_id": client["id"], **values}, name)


def _papers(
    store: "Store", person: Person, client: Row, day: date
) -> Iterator[tuple[bytes, str, dict[str, Any]]]:
    words = _SWEDISH if person.swedish else _FINNISH
    made_on = path(person, day).assessed
    cv = _document(person, words.cv, made_on, list(_cv(person, client, words)))
    yield render(cv), f"{words.cv}.pdf", {"category": "cv", "added_on": made_on.isoformat()}
    sent = store.rows("job_application", client_id=client["id"], order=("-on",))
    last = next((row for row in sent if row["state"] != "draft"), None)
    if last is not None:
        on = date.fromisoformat(last["on"])
        letter = _document(person, words.letter, on, list(_letter(person, last, words)))
        belongs = {"of_kind": "job_application", "of_id": last["id"]}
        values = {"category": "application", "added_on": last["on"], **belongs}
        yield render(letter), f"{words.letter}.pdf", values


def _document(person: Person, title: str, made_on: date, blocks: list[Block]) -> Document:
    language = "sv" if person.swedish else "fi"
    return Document(title, language, COACHES[person.coach - 1][1], None, made_on, blocks)


def _cv(person: Person, client: Row, words: Words) -> Iterator[Block]:
    yield Title(words.cv, person.label)
    told = (client["phone"], client["email"], client["municipality"])
    yield Pairs([(title, text) for title, text in zip(words.contact, told, strict=True) if text])
    yield Heading(words.skills)
    yield Pairs([(words.strengths, person.strengths), (words.wish, person.dream)])
    yield Heading(words.work)
    yield Pairs(list(zip(words.hours, (person.hours, person.shift, person.area), strict=True)))


def _letter(person: Person, sent: Row, words: Words) -> Iterator[Block]:
    yield Title(words.letter, sent["employer"])
    yield Paragraph(words.greeting)
    yield Paragraph(words.asks.format(job=sent["job"]))
    yield Pairs([(words.strengths, person.strengths), (words.hours[0], person.hours)])
    if person.seen:
        yield Callout(words.seen)
    yield Paragraph(f"{words.ends}\n{person.label}")
