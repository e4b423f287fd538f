"""How the coaching of a client begins: assessment, Kykyviisari, what employers may know, and the agreement."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from app.demo.agenda import copied, soon, working_day
from app.demo.notes import Writer
from app.demo.path import Path
from app.demo.people import Person
from app.demo.picks import between, choose
from app.demo.signatures import signed
from app.record import Record, validated
from app.services import SPECS
from app.services.coaching.codes import ASSESSMENT, ENDED, SEARCH, SUPPORT

DECLINED = 14
"""One in so many did not want to fill in Kykyviisari (facts.md 3: it is voluntary)."""
_KYKYVIISARI_LANGUAGE = {"sv": "sv", "so": "so", "ar": "ar", "fa": "fa", "fi": "fi"}
_SCALES = ("inclusion", "mind", "everyday", "skills", "body")


def make(kind: str, values: Mapping[str, Any]) -> Record:
    """Make a checked record of a kind."""
    return validated(SPECS[kind].table, values)


def beginnings(
    person: Person,
    way: Path,
    of: dict[str, Any],
    relationship: Record,
    plan: Record,
    coach: str,
    writer: Writer,
) -> Iterator[Record]:
    """Give what is written down while the client is being got to know, and what is looked at again later."""
    yield from _assessments(person, way, of | {"relationship_id": relationship.id}, writer)
    yield from _kykyviisari(person, way, of, writer)
    yield from _disclosures(person, way, of, writer)
    yield _agreement(person, way, of, plan, coach, writer)


# ---- initial assessment ----


def _assessments(person: Person, way: Path, of: dict[str, Any], writer: Writer) -> Iterator[Record]:
    for number, (begun, end) in enumerate(way.spans(ASSESSMENT)):
        finished = way.assessed if number == 0 else end
        values = {
            **_employment_services(person, begun, way.day, writer),
            **_money(person, begun, finished or way.day, number, writer),
            "begun_on": begun,
            "joint_plan": writer.sentence("assessment", "joint_plan"),
            "finished_on": finished,
            "summary": writer.sentence("assessment", "summary") if finished else "",
            "copied_on": copied(finished, person, way.day) if finished else None,
        }
        yield make("initial_assessment", of | values)


def _employment_services(person: Person, begun: date, day: date, writer: Writer) -> dict[str, Any]:
    asked = min(day, working_day(begun + timedelta(days=between(3, 12, person.label, "services"))))
    in_force = choose(("yes", "yes", "yes", "yes", "no"), person.label, "in force")
    return {
        "employment_services_on": asked,
        "employment_contact": writer.sentence("assessment", "contact"),
        "job_search_in_force": in_force,
        "employment_plan_on": working_day(
            asked - timedelta(days=between(5, 90, person.label, "plan made")), -1
        ),
    }


def _money(person: Person, begun: date, until: date, number: int, writer: Writer) -> dict[str, Any]:
    """Debts of some, traps talked over with everybody, calculations for half, Kela for some (L677-681)."""
    label = (person.label, "money", number)
    day = min(until, working_day(begun + timedelta(days=9)))
    debts = choose(("yes", "no", "no", "yes", "no", "unknown", "no"), *label)
    traps = "pension_traps" if person.source == "coaching_queue" else "traps"
    return {
        "debts": debts,
        "debt_help": writer.sentence("assessment", "debt_help") if debts == "yes" else "",
        "traps_discussed_on": day,
        "traps": writer.sentence("assessment", traps),
        "calculation_on": day if between(0, 1, *label, "calculation") else None,
        "kela_contact_on": day if between(0, 2, *label, "Kela") == 0 else None,
        "kela_rehabilitation": guided_to_kela(person) and number == 0,
    }


def guided_to_kela(person: Person) -> bool:
    """Tell whether she was guided to Kela's rehabilitation, as single clients were (L680-681)."""
    return person.label in ("Raimo Kallioinen", "Birgit Holmroos", "Kaj Nordling")


# ---- Kykyviisari ----


def _kykyviisari(person: Person, way: Path, of: dict[str, Any], writer: Writer) -> Iterator[Record]:
    if between(1, DECLINED, person.label, "Kykyviisari") == 1:
        return
    days = [(way.assessed, "start")]
    later = working_day(way.assessed + timedelta(days=between(240, 420, person.label, "Kykyviisari again")))
    if later < way.over - timedelta(days=40):
        days.append((later, "follow_up"))
    if way.phases[-1].phase == ENDED and between(0, 1, person.label, "Kykyviisari last"):
        days.append((way.over, "end"))
    for number, (on, occasion) in enumerate(days):
        yield make("kykyviisari_result", of | _result(person, on, occasion, number, writer))


def _result(person: Person, on: date, occasion: str, number: int, writer: Writer) -> dict[str, Any]:
    """Return one result: of a few values nothing is told, and later ones are a little better as a rule."""
    better = 0 if number == 0 else between(-3, 11, person.label, occasion)
    scales = {
        name: str(
            min(96, between(28, 74, person.label, name) + better + between(-3, 4, person.label, name, on))
        )
        for name in _SCALES
        if between(1, 12, person.label, name, "declined") > 1
    }
    return {
        "on": on,
        "occasion": occasion,
        "language": _KYKYVIISARI_LANGUAGE.get(person.languages[0], "fi-easy"),
        "mode": choose(("web", "web", "paper"), person.label, "mode"),
        "work_ability": min(10, between(3, 7, person.label, "ability") + (1 if better > 3 else 0)),
        **scales,
        "own_words": writer.sentence("kykyviisari", "later_words" if number else "own_words"),
        "agreed_actions": writer.sentence("kykyviisari", "agreed_actions"),
    }


# ---- what employers may know ----


def _disclosures(person: Person, way: Path, of: dict[str, Any], writer: Writer) -> Iterator[Record]:
    """Give the decisions in their order: many put it off or say no first, most stay with no (L688-690, L804-806)."""
    final = "yes" if person.seen else choose(("no", "no", "no", "later"), person.label, "seen")
    first = choose((final, "later", "no"), person.label, "first decision")
    made: list[tuple[date, str]] = [(way.assessed, first)]
    if first != final:
        changed = working_day(way.assessed + timedelta(days=between(20, 34, person.label, "changed")))
        made.append((min(changed, way.day), final))
    again = soon(person).disclosure_in
    if way.phases[-1].phase in (SEARCH, SUPPORT):
        before = 300 if again is not None else between(20, 60, person.label, "again")
        made.append((way.day - timedelta(days=before), final))
    for number, (on, seen) in enumerate(made):
        last = number == len(made) - 1
        review = None if last else on + timedelta(days=90)
        if last and again is not None:
            review = way.day + timedelta(days=again)
        yield make("disclosure_decision", of | _decision(person, on, seen, review, writer))


def _decision(person: Person, on: date, seen: str, review: date | None, writer: Writer) -> dict[str, Any]:
    told = seen == "yes"
    why = {"yes": "shown", "no": "hidden", "later": "undecided"}[seen]
    return {
        "on": on,
        "coach_seen": seen,
        "may_tell": writer.sentence("disclosure", "may_tell") if told else "",
        "may_not_tell": writer.sentence("disclosure", "may_not_tell"),
        "to_whom": writer.sentence("disclosure", "to_whom") if told else "",
        "words": writer.sentence("disclosure", "words") if told else "",
        "who_tells": choose(("client", "together", "coach"), person.label, on) if told else "",
        "talked_over": writer.sentence("disclosure", why),
        "review_on": review,
    }


# ---- the agreement ----


def _agreement(
    person: Person, way: Path, of: dict[str, Any], plan: Record, coach: str, writer: Writer
) -> Record:
    """Give the agreement that belongs to the first plan (L650), signed by both."""
    words = ("client_does", "coach_does", "meetings", "contact", "network", "data")
    values: dict[str, Any] = {name: writer.sentence("agreement", name) for name in words}
    values |= {
        "made_on": way.assessed,
        "plan_id": plan.id,
        "copied_on": copied(way.assessed, person, way.day),
    }
    made = make("cooperation_agreement", of | values)
    return signed(made, {"client": person.label, "worker": coach}, way.assessed)
