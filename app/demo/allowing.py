"""A client's consents as records: given, changed, taken back, who was told of it, and what was shared by them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from app.demo.agenda import copied, soon, working_day
from app.demo.beginning import make
from app.demo.notes import Writer
from app.demo.path import Path
from app.demo.people import Person
from app.demo.picks import between, choose
from app.demo.signatures import signed
from app.record import Record, Row, to_row
from app.services.coaching.codes import ENDED
from app.services.consents.codes import BENEFITS, FINANCES, HEALTH, WORK

WITHDRAWN_BY = "Sami Jokivarsi"
"""Who took a consent back some days ago, with partners still to be told."""
UNSIGNED_OF = "Irina Guseva"
AGAINST = "Aleksi Männikkö"
"""For whom something was told once without a consent, with the reason written down."""
_CHANGED_EVERY = 6
_EMPLOYMENT = {"organisation": "Työllisyyspalvelut", "unit": "Monialainen tuki", "person": "Asiantuntija"}
_KELA = {"organisation": "Kela", "unit": "Asiakaspalvelu", "person": "", "gives": True, "receives": True}
_OWN = {"organisation": "Helsingin kaupunki", "unit": "Aikuissosiaalityö", "person": "Omatyöntekijä"}
_HOUSING = {"organisation": "Asumisyksikkö", "unit": "", "person": "Ohjaaja", "gives": False}


def consents(
    person: Person, way: Path, of: dict[str, Any], plan: Record, coach: str, writer: Writer
) -> Iterator[Record]:
    """Give a client's consents, what became of them and what was shared."""
    first = _consent(person, way, of, way.meetings[0].on, coach, writer)
    yield first
    changed = working_day(way.meetings[0].on + timedelta(days=between(200, 400, person.label, "consent")))
    newest = first
    if between(1, _CHANGED_EVERY, person.label, "changed") == 1 and changed < way.over - timedelta(days=30):
        newest = _consent(person, way, of, changed, coach, writer, replaces=first)
        yield newest
        yield from _told(of, first, len(to_row(first)["parties"]), changed, writer)
    if person.label == WITHDRAWN_BY:
        on = working_day(way.day - timedelta(days=4), -1)
        words = writer.sentence("consent", "withdrawn")
        yield make("consent_withdrawal", of | {"consent_id": newest.id, "on": on, "reason": words})
        yield from _told(of, newest, 1, on, writer)
    if person.label == UNSIGNED_OF:
        yield make("consent", of | _content(person, writer) | {"template": "Y100"})
    yield from _sharings(person, way, of, first, plan)


def _content(person: Person, writer: Writer) -> dict[str, Any]:
    parties = [_EMPLOYMENT, _OWN, *([_KELA] if between(0, 1, person.label, "Kela party") else [])]
    if person.source == "coaching_queue":
        parties.append(_HOUSING)
    more = [HEALTH] if between(0, 2, person.label, "health group") == 0 else []
    more += [FINANCES] if between(0, 3, person.label, "finances group") == 0 else []
    return {
        "purpose": writer.sentence("consent", "purposes"),
        "parties": parties,
        "groups": [BENEFITS, WORK, *more],
        "limits": writer.sentence("consent", "limits"),
    }


def _consent(
    person: Person,
    way: Path,
    of: dict[str, Any],
    given_on: date,
    coach: str,
    writer: Writer,
    replaces: Record | None = None,
) -> Record:
    """Give a consent, signed on the screen or on paper; one that replaces another is narrower."""
    content = _content(person, writer)
    if replaces is not None:
        content |= {"limits": writer.sentence("consent", "narrower"), "groups": [BENEFITS, WORK]}
    paper = replaces is None and choose((False, False, True), person.label, "paper")
    values = of | content
    values |= {
        "replaces": replaces.id if replaces else None,
        "given_on": given_on,
        "method": "paper" if paper else "screen",
        "copy_at": "Asiakkaan kansio, lukittu kaappi" if paper else "",
        "valid_until": _ends(person, way),
        "copied_on": copied(given_on, person, way.day),
    }
    made = make("consent", values)
    return made if paper else signed(made, {"client": person.label, "worker": coach}, given_on)


def _ends(person: Person, way: Path) -> date | None:
    """Return the end of a consent: that of the service, or for some a day ahead; for most it goes on until changed."""
    special = soon(person).consent_in
    if special is not None:
        return way.day + timedelta(days=special)
    if way.phases[-1].phase == ENDED and way.phases[-1].on <= way.day:
        return way.phases[-1].on
    return way.day + timedelta(days=200) if between(0, 3, person.label, "until") == 0 else None


def _told(of: dict[str, Any], consent: Record, count: int, since: date, writer: Writer) -> Iterator[Record]:
    """Give which partners were told of a change, on the same day: `count` of them, in their order."""
    row: Row = to_row(consent)
    for number, party in enumerate(row["parties"][:count]):
        values = {
            "consent_id": row["id"],
            "party_id": party["id"],
            "on": since,
            "way": ("phone", "secure_mail", "letter", "meeting")[number % 4],
            "note": writer.sentence("consent", "notes"),
        }
        yield make("partner_notice", of | values)


def _sharings(
    person: Person, way: Path, of: dict[str, Any], consent: Record, plan: Record
) -> Iterator[Record]:
    shared: Sequence[dict[str, Any]] = []
    if between(0, 2, person.label, "plan shared") == 0:
        party = "Työllisyyspalvelut, Monialainen tuki, Asiantuntija"
        shared = [
            {"shared_as": "pdf", "party": party, "groups": [WORK], "of_kind": "career_plan", "of_id": plan.id}
        ]
    elif between(0, 3, person.label, "talked") == 0:
        party = "Helsingin kaupunki, Aikuissosiaalityö, Omatyöntekijä"
        shared = [{"shared_as": "talk", "party": party, "groups": [BENEFITS, WORK]}]
    on = working_day(way.assessed + timedelta(days=3))
    for one in shared:
        yield make("sharing", of | one | {"on": min(on, way.day), "consent_id": consent.id})
    if person.label == AGAINST:
        reason = "Asiakas oli hätääntynyt ja pyysi soittamaan heti. Suostumus kirjattiin seuraavana päivänä."
        values = {"shared_as": "talk", "party": "Terveysasema", "groups": [HEALTH], "override_reason": reason}
        yield make("sharing", of | values | {"on": min(on, way.day)})
