"""Which consent allows what: the pure answers against a day-by-day oracle, and what they say."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import consent as rules
from app.consent import Recipient, may_share, recipient_from, standing
from app.data_groups import Groups, groups_for_service, groups_of
from app.due import Case
from app.i18n import using_language
from app.record import Row
from app.services.consents import codes
from app.services.consents.rules import (
    CONSENT_ENDS,
    CONSENT_UNSIGNED,
    ENDS_SOON,
    PARTNERS_TO_TELL,
    due_consent,
)

START = date(2026, 3, 1)
LENGTH = 40
KELA, OFFICE = Recipient("Kela"), Recipient("Terveysasema", "Kallio")
GROUPS = tuple(choice.value for choice in codes.DATA_GROUPS)


def on(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def party(organisation: str = "Kela", unit: str = "", person: str = "", **more: Any) -> Row:
    values = {"organisation": organisation, "unit": unit, "person": person, "gives": True, "receives": True}
    return {"id": f"party-{organisation}-{unit}-{person}", **values, **more}


def consent(name: str = "00000000-0000-4000-8000-000000000001", **values: Any) -> Row:
    """Return a consent given on the first day, sealed, with Kela, for work."""
    row = {
        "id": name,
        "replaces": None,
        "purpose": "Yhteistyö",
        "parties": [party()],
        "groups": ["work"],
        "method": "screen",
        "given_on": on(0),
        "valid_until": None,
        "content_hash": "f" * 64,
        "created_at": f"{on(0)}T08:00:00Z",
    }
    return row | values


def withdrawal(of: Row, number: int) -> Row:
    return {"id": f"withdrawal-{number}", "consent_id": of["id"], "on": on(number)}


def decision(number: int, seen: str) -> Row:
    return {"id": f"decision-{number}", "on": on(number), "coach_seen": seen, "created_at": on(number)}


# ---- the oracle: a client's days, lived one after the other ----

DAYS = st.integers(0, LENGTH)
PARTIES = st.sampled_from(
    [
        party(),
        party("kela  "),
        party("Kela", receives=False),
        party("Kela", "Helsinki"),
        party("Terveysasema"),
        party("Terveysasema", "Kallio"),
        party("Terveysasema", "Kallio", "Lääkäri"),
    ]
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Draw overlapping, replaced, withdrawn, ended, future and unsigned consents of one client."""
    consents: list[Row] = []
    for number in range(draw(st.integers(0, 5))):
        given = draw(st.none() | DAYS)
        length = draw(st.none() | st.integers(0, 25))
        sealed = draw(st.booleans())
        earlier = [one["id"] for one in consents]
        consents.append(
            consent(
                f"00000000-0000-4000-8000-{number:012d}",
                replaces=draw(st.none() | st.sampled_from(earlier)) if earlier else None,
                parties=draw(st.lists(PARTIES, min_size=1, max_size=3)),
                groups=draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=4)),
                given_on=on(given) if given is not None else None,
                valid_until=on(given + length) if given is not None and length is not None else None,
                method=draw(st.sampled_from(("", "screen", "paper", "electronic"))),
                content_hash="a" * 64 if sealed else "",
            )
        )
    taken = draw(st.lists(st.tuples(st.sampled_from(consents), DAYS), max_size=3)) if consents else []
    return consents, [withdrawal(one, number) for one, number in taken]


def lived(consents: list[Row], withdrawals: list[Row], last: date) -> set[str]:
    """Live the days up to one and return the consents that hold in its evening, by the plainest bookkeeping."""
    given: dict[str, date] = {}
    gone: set[str] = set()
    begun: dict[str, str | None] = {}
    moment = START
    while moment <= last:
        today = moment.isoformat()
        for one in consents:
            signed = one["content_hash"] or one["method"] in ("paper", "electronic")
            if signed and one["given_on"] == today:
                given[one["id"]] = moment
                begun[one["id"]] = one["replaces"]
                if one["replaces"]:
                    gone.add(one["replaces"])
        for row in withdrawals:
            if row["on"] == today:
                # Whatever stands on the withdrawn one this evening falls with it.
                falling = {row["consent_id"]}
                while more := {n for n, before in begun.items() if before in falling} - falling:
                    falling |= more
                gone |= falling
        moment += timedelta(days=1)
    until = {one["id"]: one["valid_until"] for one in consents}
    return {n for n in given if n not in gone and not (until[n] and until[n] < last.isoformat())}


def allows(party_: Row, recipient: Recipient) -> bool:
    names = [" ".join(party_[name].lower().split()) for name in ("organisation", "unit", "person")]
    asked = [part.lower() for part in (recipient.organisation, recipient.unit, recipient.person)]
    fits = all(not name or name == other for name, other in zip(names, asked, strict=True))
    return bool(party_["receives"] and fits)


@given(histories(), DAYS, st.sets(st.sampled_from(GROUPS), min_size=1, max_size=3), st.data())
def test_the_answer_is_that_of_the_days_as_they_were_lived(
    history: tuple[list[Row], list[Row]], number: int, groups: set[str], data: st.DataObject
) -> None:
    consents, withdrawals = history
    shuffled = data.draw(st.permutations(consents))
    last = START + timedelta(days=number)
    held = lived(consents, withdrawals, last)
    found = {
        one["id"] for one in consents if standing(one, consents, withdrawals, last).state == rules.IN_FORCE
    }
    assert found == held
    for recipient in (KELA, OFFICE, Recipient("Terveysasema", "Kallio", "Lääkäri"), Recipient("Muu")):
        fits = [
            one for one in consents if one["id"] in held and any(allows(p, recipient) for p in one["parties"])
        ]
        covered = {group for one in fits for group in one["groups"]}
        answer = may_share(shuffled, withdrawals, recipient, groups, last)
        assert answer.allowed == (groups <= covered)
        assert set(answer.missing) == groups - covered
        assert str(answer.sentence)
        assert (answer.way_out is None) == answer.allowed
        if answer.allowed:
            assert set(answer.consents) == groups
            by = {one["id"]: one for one in fits}
            assert all(group in by[name]["groups"] for group, name in answer.consents.items())
            assert answer.consent_id in by


@given(histories(), DAYS, st.sampled_from(("yes", "no", "later")), DAYS)
def test_an_employer_is_told_only_what_the_client_decided(
    history: tuple[list[Row], list[Row]], number: int, seen: str, decided: int
) -> None:
    consents, withdrawals = history
    last = START + timedelta(days=number)
    decisions = [decision(0, "yes"), decision(decided, seen)] if decided else [decision(0, seen)]
    held = decisions[-1] if decided <= number else decisions[0]
    plain = may_share(consents, withdrawals, KELA, ["work"], last)
    employer = may_share(consents, withdrawals, KELA, ["work"], last, disclosures=decisions)
    assert employer.allowed == (plain.allowed and held["coach_seen"] == "yes")


def test_without_a_decision_no_employer_is_told() -> None:
    answer = may_share([consent()], [], KELA, ["work"], START, disclosures=[])
    assert not answer.allowed
    assert "has not decided" in str(answer.sentence)


# ---- what is said ----


@pytest.mark.parametrize(
    ("consents", "withdrawals", "recipient", "groups", "said"),
    [
        ([], [], KELA, ["work"], "No consent of the client names Kela."),
        ([consent()], [], KELA, ["work"], "The consent given on 1 Mar 2026 allows this for Kela."),
        (
            [consent()],
            [],
            KELA,
            ["work", "health"],
            "The consent with Kela does not cover: Health (special category).",
        ),
        ([consent(valid_until=on(3))], [], KELA, ["work"], "The consent with Kela ended on 4 Mar 2026."),
        ([consent(given_on=on(30))], [], KELA, ["work"], "in force only from 31 Mar 2026"),
        ([consent(content_hash="")], [], KELA, ["work"], "The consent with Kela is not signed yet."),
        (
            [consent()],
            [withdrawal(consent(), 5)],
            KELA,
            ["work"],
            "The client withdrew the consent with Kela on 6 Mar 2026.",
        ),
        (
            [consent(), consent("2", replaces=consent()["id"], given_on=on(4), parties=[party("HUS")])],
            [],
            KELA,
            ["work"],
            "was replaced on 5 Mar 2026",
        ),
        (
            [consent(parties=[party("Kela", "Helsinki")])],
            [],
            KELA,
            ["work"],
            "The consent names only a part of Kela: Kela, Helsinki.",
        ),
        (
            [consent(parties=[party(receives=False)])],
            [],
            KELA,
            ["work"],
            "By the consent Kela gives data and does not receive any.",
        ),
    ],
)
def test_the_sentence_says_which_consent_or_which_lack(
    consents: list[Row], withdrawals: list[Row], recipient: Recipient, groups: list[str], said: str
) -> None:
    with using_language("en"):
        answer = may_share(consents, withdrawals, recipient, groups, START + timedelta(days=10))
        assert said in str(answer.sentence)


def test_two_consents_share_the_groups_between_them() -> None:
    second = consent("2", groups=["health"])
    answer = may_share([consent(), second], [], KELA, ["work", "health"], START)
    assert answer.allowed
    assert dict(answer.consents) == {"work": consent()["id"], "health": "2"}


def test_what_was_taken_back_elsewhere_stays_so_until_the_client_gives_a_consent_anew() -> None:
    old, new = consent(), consent("2", replaces=consent()["id"], given_on=on(4))
    later = START + timedelta(days=9)
    assert may_share([old, new], [], KELA, ["work"], later).allowed
    assert not may_share([old, new], [withdrawal(old, 4)], KELA, ["work"], later).allowed
    assert may_share([old, new], [withdrawal(old, 3)], KELA, ["work"], later).allowed
    anew = consent("3", given_on=on(5))
    assert may_share([old, new, anew], [withdrawal(old, 4)], KELA, ["work"], later).consent_id == "3"


def test_a_party_is_named_as_the_consents_write_it() -> None:
    consents = [consent(parties=[party("Kela", "Helsinki", "Maija Malli")])]
    assert recipient_from(" kela, helsinki, maija malli", consents) == Recipient(
        "Kela", "Helsinki", "Maija Malli"
    )
    assert recipient_from("HUS ", consents) == Recipient("HUS")


def test_what_an_entry_holds_follows_what_is_filled() -> None:
    assert groups_of("career_plan", {}) == ("work",)
    filled = {"benefits": "Yleistuki", "guardian": "", "debts": "Ulosotto"}
    assert groups_of("vocational_profile", filled) == ("work", "benefits", "finances")
    assert groups_of("profile_health", {"substance_use": "x", "scope": "client:1:health"}) == (
        "health",
        "substance_use",
    )
    assert groups_of("kykyviisari_result", {}) == ("health",)
    assert groups_of("client_finances", {"debts": "Ulosotto"}) == ("finances",)
    assert groups_of("client_finances", {"benefits": "Yleistuki"}) == ("finances", "benefits")
    assert groups_of("support_visit", {"topics": ["kela", "travel"]}) == ("work", "benefits")
    assert groups_of("something_new", {"scope": "client:1:health"}) == ("other", "health")
    assert groups_for_service("mental_health") == ("health", "substance_use")
    with using_language("en"):
        assert str(Groups(["benefits", "unheard"])) == "Benefits, unheard"


# ---- Today ----


def case(consents: list[Row], withdrawals: list[Row], notices: list[Row]) -> Case:
    from uuid import UUID

    rows = {
        "consent": tuple(consents),
        "consent_withdrawal": tuple(withdrawals),
        "partner_notice": tuple(notices),
    }
    return Case(UUID(int=1), "Testinen Aino", rows=rows)


@given(histories(), st.integers(0, LENGTH + 80), st.data())
def test_today_speaks_of_each_consent_that_needs_somebody(
    history: tuple[list[Row], list[Row]], number: int, data: st.DataObject
) -> None:
    consents, withdrawals = history
    told = [one for one in consents if data.draw(st.booleans())]
    notices = [{"consent_id": one["id"], "party_id": p["id"]} for one in told for p in one["parties"]]
    seen = START + timedelta(days=number)
    end_of_days = START + timedelta(days=400)
    found: dict[str, Any] = {}
    for item in due_consent(case(consents, withdrawals, notices), seen):
        assert str(item.record_id) not in found, "one consent is spoken of once"
        found[str(item.record_id)] = item
    for one in consents:
        item = found.pop(one["id"], None)
        title = item.title if item else None
        signed = one["given_on"] and (one["content_hash"] or one["method"] in ("paper", "electronic"))
        state = standing(one, consents, withdrawals, end_of_days).state
        taken = rules.withdrawn_on(one, consents, withdrawals)
        replaced = rules.replaced_on(one, consents)
        if not signed:
            assert (title == CONSENT_UNSIGNED) == (taken is None)
            assert title in (CONSENT_UNSIGNED, None)
        elif taken or replaced:
            assert state in (rules.WITHDRAWN, rules.REPLACED)
            assert title == (None if one in told else PARTNERS_TO_TELL)
            if item:
                assert item.on == min(d for d in (taken, replaced) if d)
        elif one["valid_until"]:
            ends = date.fromisoformat(one["valid_until"])
            near = abs(ends - seen) <= ENDS_SOON
            assert title == (CONSENT_ENDS if near else None)
            if item:
                assert item.on == ends
        else:
            assert item is None
    assert not found


# ---- employers in general ----


def may_contact(consents: list[Row], employer: Recipient, *decisions: Row) -> Any:
    return may_share(consents, [], employer, ["work"], START + timedelta(days=5), disclosures=decisions)


@pytest.mark.parametrize("name", ["Työnantajat", "ARBETSGIVARE", " employers "])
def test_a_consent_with_employers_in_general_covers_each_of_them_and_nobody_else(name: str) -> None:
    given = [consent(parties=[party(name)])]
    cafe = Recipient("Kahvila Kulma")
    answer = may_contact(given, cafe, decision(0, "yes"))
    assert answer.allowed
    assert answer.consent_id == given[0]["id"]
    assert "Kahvila Kulma" in str(answer.sentence)
    for seen in ("no", "later"):
        assert not may_contact(given, cafe, decision(0, "yes"), decision(1, seen)).allowed
    assert not may_contact(given, cafe).allowed
    assert not may_share(given, [], cafe, ["work"], START + timedelta(days=5)).allowed, "no employer contact"
    assert not may_contact([consent(parties=[party(name, "Ravintolat")])], cafe, decision(0, "yes")).allowed
    gives = [consent(parties=[party(name, receives=False)])]
    refused = may_contact(gives, cafe, decision(0, "yes"))
    assert str(refused.sentence) == "By the consent Kahvila Kulma gives data and does not receive any."
    assert not may_contact(given, Recipient(""), decision(0, "yes")).allowed
