"""What saving an entry tells to whom: the answers, and that an edit tells exactly what it newly tells."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import today
from app.consent import Recipient, folded
from app.record import Row
from app.telling import TELLING, telling

YESTERDAY = today() - timedelta(days=1)
DEBT, HOME = "019a0000-0000-7000-8000-0000000000d1", "019a0000-0000-7000-8000-0000000000d2"
SERVICES = {
    DEBT: {"name": "Velkaneuvonta", "organisation": "Oikeusaputoimisto", "category": "debt"},
    HOME: {"name": "Asumisneuvonta", "organisation": "", "category": "housing"},
}


class Catalogue:
    """Holds services of the catalogue alone."""

    def row(self, kind: str, record_id: UUID | str) -> Row | None:
        assert kind == "catalogue_service"
        return SERVICES.get(str(record_id))


STORE = Catalogue()


def referral(**values: Any) -> Row:
    same = {"direction": "out", "service_id": None, "service": "Kuntoutus", "organisation": "Kela"}
    return same | {"contact": "", "made_on": YESTERDAY.isoformat(), "state": "made", "reason": ""} | values


def application(**values: Any) -> Row:
    same = {"employer": "Kahvila", "channel": "coach", "state": "sent", "on": YESTERDAY.isoformat()}
    return same | {"job": "Sali", "notes": ""} | values


def interview(**values: Any) -> Row:
    same = {"employer": "Kahvila", "coach_present": True, "state": "agreed", "on": YESTERDAY.isoformat()}
    return same | {"job": "Sali", "notes": ""} | values


MAKERS: dict[str, Callable[..., Row]] = {
    "referral": referral,
    "job_application": application,
    "interview": interview,
}


def told(kind: str, values: Row, old: Row | None = None) -> Any:
    return telling(STORE, kind, values, old)


def test_a_new_referral_tells_the_service_it_goes_to() -> None:
    found = told("referral", referral(contact="Palveluneuvoja"))
    assert found.recipient == Recipient("Kela", person="Palveluneuvoja")
    assert (found.groups, found.shared_as, found.employer) == (("work",), "referral", False)
    assert found.on == YESTERDAY
    of_catalogue = told("referral", referral(service_id=DEBT, organisation=""))
    assert str(of_catalogue.recipient) == "Oikeusaputoimisto"
    assert of_catalogue.groups == ("benefits", "finances")
    assert str(told("referral", referral(service_id=HOME, organisation="")).recipient) == "Asumisneuvonta"
    assert str(told("referral", referral(organisation="")).recipient) == "Kuntoutus"
    assert told("referral", referral(direction="in")) is None


@pytest.mark.parametrize(("kind", "made"), [("job_application", application), ("interview", interview)])
def test_a_contact_with_an_employer_is_governed_by_the_disclosure_decision(kind: str, made: Any) -> None:
    found = told(kind, made())
    assert (str(found.recipient), found.groups) == ("Kahvila", ("work",))
    assert (found.shared_as, found.employer) == ("employer_contact", True)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("job_application", application(channel="open_application")),
        ("job_application", application(state="draft")),
        ("interview", interview(coach_present=False)),
        ("interview", interview(state="cancelled")),
        ("employment", {"employer": "Kahvila", "channel": "coach", "coach_present": True}),
    ],
)
def test_what_the_client_does_alone_or_nobody_has_seen_tells_nothing(kind: str, values: Row) -> None:
    assert told(kind, values) is None


def test_what_is_agreed_for_a_day_to_come_is_told_today() -> None:
    ahead = (today() + timedelta(days=9)).isoformat()
    assert told("interview", interview(on=ahead)).on == today()
    assert told("interview", interview(on=None)).on == today()
    assert told("interview", interview(on=date(2026, 1, 2))).on == date(2026, 1, 2)


EDITS: list[tuple[str, Row, Row, bool]] = [
    ("referral", {}, {"state": "accepted"}, False),
    ("referral", {}, {"organisation": "HUS"}, True),
    ("referral", {}, {"organisation": "kela "}, False),
    ("referral", {}, {"contact": "Anna"}, True),
    ("referral", {"direction": "in"}, {}, True),
    ("referral", {}, {"direction": "in"}, False),
    ("referral", {}, {"service_id": DEBT}, True),
    ("referral", {"service_id": DEBT}, {"service_id": DEBT, "reason": "Velat"}, False),
    ("job_application", {"channel": "phone"}, {}, True),
    ("job_application", {"state": "draft"}, {}, True),
    ("job_application", {}, {"state": "interview", "notes": "Soittivat"}, False),
    ("job_application", {}, {"employer": "Koulu"}, True),
    ("interview", {"coach_present": False}, {}, True),
    ("interview", {"state": "cancelled"}, {}, True),
    ("interview", {}, {"state": "held"}, False),
    ("interview", {}, {"employer": "Koulu"}, True),
]


@pytest.mark.parametrize(("kind", "before", "after", "tells"), EDITS)
def test_an_edit_tells_only_what_it_newly_tells(kind: str, before: Row, after: Row, tells: bool) -> None:
    old, new = MAKERS[kind](**before), MAKERS[kind](**after)
    assert (told(kind, new, old) is not None) is tells


def test_what_was_deleted_told_nothing() -> None:
    assert told("referral", referral(), referral(deleted=True)) is not None


WORDS = st.sampled_from(("", "Kela", "kela", "HUS", "Kahvila"))
CHANGES: dict[str, st.SearchStrategy[Row]] = {
    "referral": st.fixed_dictionaries(
        {
            "direction": st.sampled_from(("in", "out")),
            "service_id": st.sampled_from((None, DEBT, HOME)),
            "service": WORDS,
            "organisation": WORDS,
            "contact": WORDS,
        }
    ),
    "job_application": st.fixed_dictionaries(
        {
            "employer": WORDS,
            "channel": st.sampled_from(("coach", "phone")),
            "state": st.sampled_from(("draft", "sent", "refused")),
        }
    ),
    "interview": st.fixed_dictionaries(
        {
            "employer": WORDS,
            "coach_present": st.booleans(),
            "state": st.sampled_from(("agreed", "held", "cancelled")),
        }
    ),
}


@given(st.data(), st.sampled_from(sorted(TELLING)))
def test_along_any_edits_everybody_who_knows_was_asked_for(data: st.DataObject, kind: str) -> None:
    """Whoever the entry tells as it stands, and whatever, was told by this save or by the one before it."""
    old: Row | None = None
    known: set[tuple[str, str]] = set()
    for values in data.draw(st.lists(CHANGES[kind], min_size=1, max_size=4)):
        row = MAKERS[kind](**values)
        new, whole = told(kind, row, old), told(kind, row)
        assert new is None or new == whole
        if new is not None:
            known |= {(folded(str(new.recipient)), group) for group in new.groups}
        if whole is not None:
            assert {(folded(str(whole.recipient)), group) for group in whole.groups} <= known
        assert told(kind, row, row) is None, "saving the same once more tells nobody anything"
        old = row


@given(st.sampled_from(sorted(TELLING)), st.data())
def test_only_the_fields_that_are_named_matter(kind: str, data: st.DataObject) -> None:
    row = MAKERS[kind](**data.draw(CHANGES[kind]))
    assert told(kind, {name: row.get(name) for name in TELLING[kind].fields}) == told(kind, row)
