"""A client's profile, health notes and people around her, as values for records."""

from datetime import date
from typing import Any

from app.demo.notes import Writer
from app.demo.path import Path
from app.demo.people import Person, data
from app.demo.picks import between, choose, number

_LANGUAGES = {
    "fi": "Suomi äidinkieli.",
    "sv": "Svenska som modersmål, finska i vardagen.",
    "so": "Somali äidinkieli, suomi hyvä puhuttuna.",
    "ar": "Arabia äidinkieli, suomi alkuvaiheessa.",
    "fa": "Dari äidinkieli, suomi arjessa riittävä.",
    "ru": "Venäjä äidinkieli, suomi hyvä.",
    "et": "Viro äidinkieli, suomi sujuva.",
    "other": "Vietnam äidinkieli, suomi kehittyy.",
}
_CARDS = {
    **dict.fromkeys("QIP", ("hygiene", "first_aid")),
    **dict.fromkeys("NHC", ("occupational_safety", "driving")),
    **dict.fromkeys("GRS", ("hygiene", "occupational_safety", "driving")),
}
_PENSIONER = {
    "benefits": "Työkyvyttömyyseläke ja eläkkeensaajan asumistuki.",
    "guardian": "Edunvalvoja hoitaa raha-asiat, asiakas päättää työstä.",
    "benefit_fears": "Huoli siitä, että eläke lakkaa. Ansaintaraja on laskettu yhdessä.",
    "wished_pay": "Niin, ettei eläke katkea",
}
_PLAIN = (
    "reasons_to_work",
    "wished_pay",
    "digital_skills",
    "study_wish",
    "other_experience",
    "applying_skills",
)
_REST = (
    "interview_skills",
    "social_skills",
    "endurance",
    "interests",
    "network",
    "benefits",
    "debts",
    "guardian",
    "benefit_fears",
    "transport",
    "practicalities",
    "job_leads",
    "team_comments",
)
_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def client(person: Person, number_: int, writer: Writer) -> dict[str, Any]:
    """Return the values of a client; a few have an identity code of the range that nobody is given."""
    queue = person.source == "coaching_queue"
    mail = ".".join(person.name).lower().replace(" ", "").translate(str.maketrans("äöåé", "aoae"))
    return {
        "first_name": person.name[0],
        "last_name": person.name[1],
        "born_on": person.born,
        "identity_code": _identity_code(person.born, 900 + number_) if number_ % 8 == 3 else "",
        "code_name": f"A{number_:02d}",
        "phone": f"040 000 {1200 + number_ * 7:04d}",
        "email": f"{mail}@example.org" if number_ % 4 else "",
        "address": f"{writer.sentence('people', 'streets')} {between(1, 40, person.label)}",
        "municipality": "Helsinki",
        "languages": list(person.languages),
        "interpreter": person.interpreter,
        "branch": "disability_services" if queue else "adult_social_work",
        "legal_basis": "shl_17" if queue else "rehabilitative_work",
        "service_task": "disability" if queue else "working_age",
        "matter": "Työllistymisen tuki",
        "unemployed_since": person.unemployed,
    }


def _identity_code(born: date, individual: int) -> str:
    """Make an identity code of the range 900-999, which no person has."""
    digits = f"{born:%d%m%y}{individual}"
    return f"{digits[:6]}-{individual}{_CHECK[int(digits) % 31]}"


def relationship(person: Person, way: Path) -> dict[str, Any]:
    """Return the values of the coaching relationship."""
    met = way.meetings[0].on
    return {
        "started_on": person.start,
        "referral_source": person.source,
        "referred_by": _REFERRED_BY[person.source],
        "wants_work": "yes",
        "wish": person.wish,
        "needs_support": "yes",
        "support_need": person.need,
        "first_meeting_on": met,
        "first_meeting": f"Toive: {person.dream}. Vahvuudet: {person.strengths}. Vältettävä: {person.avoid}.",
        "cooperation": "Yhteyttä pidetään verkostoon asiakkaan luvalla; asiakas saa tiedon jokaisesta yhteydenotosta.",
        "client_joins": "yes",
        "decision": "accepted",
        "decided_on": met,
        "decided_by_shl17": person.source == "coaching_queue",
    }


_REFERRED_BY = {
    "rehabilitative_work": "Kuntouttavan työtoiminnan työvalmentaja",
    "coaching_queue": "Vammaisten sosiaalityö",
    "coordinators": "Työkykykoordinaattori",
    "work_ability_check": "Työkykyselvityksen tiimi",
    "psychosis": "Psykoosipoliklinikan toimintaterapeutti",
    "employment_services": "Työllisyyspalvelujen asiantuntija",
    "social_rehabilitation": "Sosiaalisen kuntoutuksen ohjaaja",
}


def profile(person: Person, made_on: date, writer: Writer) -> dict[str, Any]:
    """Return the values of the first vocational profile: all parts but those that are records of their own."""
    values: dict[str, Any] = {name: writer.sentence("profile", name) for name in (*_PLAIN, *_REST)}
    if person.source == "coaching_queue":
        values |= _PENSIONER
    elif person.languages[0] not in ("fi", "sv"):
        values["study_wish"] = "Suomen kielen kurssi iltaisin, ammatti sen jälkeen."
    values |= {
        "made_on": made_on,
        "dream_job": person.dream,
        "strengths": person.strengths,
        "avoid": person.avoid,
        "first_job_idea": person.goals[0][0],
        "wished_hours": person.hours,
        "wished_shift": person.shift,
        "wished_area": person.area,
        "language_skills": _LANGUAGES.get(person.languages[0], ""),
        "cards": [card for card in _CARDS[person.industry] if number(person.label, card) % 3],
        "disclosure": "yes" if person.seen else choose(("no", "later", "no"), person.label),
        "may_tell": writer.sentence("profile", "may_tell"),
        "may_not_tell": writer.sentence("profile", "may_not_tell"),
        "education": _education(person, writer),
        "experience": [_experience(person, n, writer) for n in range(between(0, 3, person.label, "jobs"))],
    }
    return values


def _education(person: Person, writer: Writer) -> list[dict[str, str]]:
    left = person.born.year + between(16, 22, person.label, "school")
    school = writer.sentence("history", "schools")
    return [{"what": school, "where": writer.sentence("history", "places"), "years": f"{left - 2}–{left}"}]


def _experience(person: Person, place: int, writer: Writer) -> dict[str, str]:
    begun = min(person.born.year + 20 + place * 4, person.unemployed.year - 4)
    names = ("titles", "employers", "liked", "disliked", "reasons_left")
    title, employer, liked, disliked, left = (writer.sentence("history", name) for name in names)
    years = f"{begun}–{begun + between(1, 3, person.label, place)}"
    return {
        "title": title,
        "employer": employer,
        "years": years,
        "liked": liked,
        "disliked": disliked,
        "reason_left": left,
    }


def updated(person: Person, before: dict[str, Any], on: date, after: str, writer: Writer) -> dict[str, Any]:
    """Return the values of the second version of a profile, made after a job or trial."""
    learned = {"on": on, "after": after, "learned": writer.sentence("profile", "learned")}
    endurance = writer.sentence("profile", "endurance")
    return {**before, "version_no": 2, "made_on": on, "endurance": endurance, "updates": [learned]}


def health(person: Person, noted_on: date, writer: Writer) -> dict[str, Any]:
    """Return the values of a note on health as it affects work."""
    return {
        "noted_on": noted_on,
        **{name: writer.sentence("health", name) for name in data("profiles")["health"]},
    }


def finances(as_of: date, writer: Writer) -> dict[str, Any]:
    """Return the values of a note on the client's finances as they bear on work."""
    return {
        "as_of": as_of,
        **{name: writer.sentence("finances", name) for name in data("profiles")["finances"]},
    }


def network(person: Person, place: int, writer: Writer) -> list[dict[str, Any]]:
    """Return the people around a client: own worker, employment expert and one or two more."""
    more = ["family", "activity", "health", "kela", "debt", "care_contact", "psychologist", "own_team"]
    roles = ["own_worker", "employment", *more[place % 8 : place % 8 + 1 + place % 2]]
    if person.source == "coaching_queue":
        roles += ["guardian", "housing"]
    organisations = data("profiles")["people"]["organisations"]
    return [
        {
            "name": f"{writer.sentence('people', 'first')} {writer.sentence('people', 'last')}",
            "role": role,
            "organisation": organisations[role],
            "phone": f"09 000 {1000 + place * 10 + n:04d}",
            "may_contact": role != "family" or place % 2 == 0,
        }
        for n, role in enumerate(roles)
    ]
