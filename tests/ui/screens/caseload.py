"""A small believable caseload of invented people, for the screens' tests and pictures."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.clock import new_id, today
from app.record import Record, validated
from app.services import SPECS
from app.services.coaching import codes

PEOPLE = (
    ("Aino", "Esimerkki", codes.SUPPORT, ""),
    ("Eero", "Malli", codes.SEARCH, ""),
    ("Liisa", "Näyte", codes.MAINTENANCE, codes.ACTIVE),
    ("Mohamed", "Testinen", codes.ASSESSMENT, ""),
    ("Ragnhild", "Provström", codes.MAINTENANCE, codes.LIGHT),
    ("Väinö", "Kokeilu", codes.REFERRAL, ""),
)


def make(kind: str, /, **values: Any) -> Record:
    """Make a checked record of a kind."""
    return validated(SPECS[kind].table, values)


def at(days: int) -> str:
    """Return the day so many days from today."""
    return (today() + timedelta(days=days)).isoformat()


def fill(store: Any) -> dict[str, UUID]:
    """Save the caseload; return the clients' ids by first name."""
    found: dict[str, UUID] = {}
    for number, (first, last, phase, level) in enumerate(PEOPLE):
        client_id = found[first] = new_id()
        store.save(
            make(
                "client",
                id=client_id,
                first_name=first,
                last_name=last,
                phone=f"040 000 {number:04d}",
                email=f"{first.lower().replace('ä', 'a').replace('ö', 'o')}@example.org",
                municipality="Helsinki",
                languages=["fi", "ar"] if first == "Mohamed" else ["sv"] if first == "Ragnhild" else ["fi"],
                interpreter=first == "Mohamed",
                branch="adult_social_work",
                born_on=date(1980 + number * 3, 3, 4 + number),
            )
        )
        _path(store, client_id, phase, level)
    _aino(store, found["Aino"])
    store.save(
        make("support_visit", client_id=found["Eero"], state="done", on=at(-20), notes="CV käytiin läpi.")
    )
    store.save(make("support_visit", client_id=found["Liisa"], state="done", on=at(-35), place="workplace"))
    store.save(
        make("support_visit", client_id=found["Mohamed"], state="planned", on=at(0), start_time="09:30"),
        make("support_visit", client_id=found["Eero"], state="planned", on=at(3), start_time="13:00"),
    )
    return found


def _path(store: Any, client_id: UUID, phase: str, level: str) -> None:
    """Lead a client through the phases up to the present one, a month in each."""
    begun = make(
        "coaching_relationship",
        client_id=client_id,
        started_on=at(-200),
        referral_source="coordinators",
        decision="accepted",
        coach_id=store.worker,
    )
    order = [one.value for one in codes.PHASES]
    passed = order[: order.index(phase) + 1]
    changes = [
        make(
            "phase_change",
            client_id=client_id,
            relationship_id=begun.id,
            phase=name,
            level=level if name == codes.MAINTENANCE else "",
            on=at(-200 + 30 * number),
        )
        for number, name in enumerate(passed)
    ]
    store.save(begun, *changes)


def goals() -> list[dict[str, Any]]:
    """Return two goals with three steps."""
    return [
        {
            "text": "Haluan töihin keittiöön, jossa on rauhallista.",
            "steps": [
                {"what": "Päivitetään CV", "by": "together", "by_when": at(-5)},
                {"what": "Tutustumiskäynti Ravintola Kulmaan", "by": "client", "by_when": at(9)},
            ],
        },
        {
            "text": "Haluan oppia kulkemaan työmatkan itse.",
            "steps": [{"what": "Harjoitellaan reitti kerran yhdessä", "by": "coach"}],
        },
    ]


def _aino(store: Any, client_id: UUID) -> None:
    """Give the first client a full story."""
    plan = make(
        "career_plan",
        client_id=client_id,
        made_on=at(-120),
        client_view="Olen ollut pitkään kotona ja haluan takaisin töihin.",
        strengths="Tarkka, ystävällinen, tulee aina ajoissa.",
        goals=goals(),
        services=[
            {"service": "Tuettu työllistyminen", "purpose": "Työn löytäminen", "responsible": "Valmentaja"}
        ],
        review_on=at(60),
    )
    steps = (
        [step for goal in plan.goals for step in goal["steps"]]
        if isinstance(plan.goals[0], dict)
        else [step for goal in plan.goals for step in goal.steps]
    )
    first = steps[0]["id"] if isinstance(steps[0], dict) else steps[0].id
    visits = [
        make(
            "support_visit",
            client_id=client_id,
            state="done",
            on=at(-14 * (number + 1) - 3),
            place=("workplace", "office", "phone")[number % 3],
            topics=["induction", "travel"],
            notes="Työ sujuu. Aamun ruuhka on raskas, sovittiin tauosta klo 10. " * (number % 3 + 1),
            next_steps="Soitetaan ensi viikolla.",
        )
        for number in range(9)
    ]
    job = make(
        "employment",
        client_id=client_id,
        employer="Ravintola Kulma",
        title="Keittiöapulainen",
        started_on=at(-80),
        weekly_hours="20",
        industry="I",
    )
    profile = make(
        "vocational_profile",
        client_id=client_id,
        made_on=at(-150),
        dream_job="Keittiö, jossa saa tehdä käsillä",
        strengths="Tarkkuus, ystävällisyys, täsmällisyys",
        wished_hours="20 tuntia viikossa",
        disclosure="yes",
    )
    people = [
        make(
            "network_member", client_id=client_id, name="Tiina Tukija", role="own_worker", phone="09 000 000"
        ),
        make("network_member", client_id=client_id, name="Pekka Perhe", role="family", may_contact=True),
    ]
    progress = make("plan_progress", client_id=client_id, step_id=first, on=at(-30), state="done")
    store.save(plan, *visits, job, profile, *people, progress)
