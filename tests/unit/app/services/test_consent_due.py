"""What of a consent is due, and when: its end from four weeks before it to four after, and nothing once all is over."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.clock import new_id
from app.due import Case, due
from app.services.coaching import codes
from app.services.consents import rules

DAYS = st.dates(date(2022, 1, 1), date(2032, 12, 31))


def consent(**values: Any) -> dict[str, Any]:
    blank = {
        "id": str(new_id()),
        "replaces": None,
        "parties": [{"id": str(new_id())}],
        "method": "paper",
        "given_on": "2021-01-01",
        "valid_until": None,
        "content_hash": "a",
        "created_at": "2021-01-01T10:00:00Z",
    }
    return {**blank, **values}


def client(phase: str, *consents: dict[str, Any], **values: Any) -> Case:
    rows = {"consent": consents, **values.pop("rows", {})}
    return Case(client_id=new_id(), name="Esimerkki Aino", phase=phase, rows=rows, **values)


@given(DAYS, st.integers(-60, 60), st.sampled_from(["", *(c.value for c in codes.PHASES)]))
def test_an_end_is_spoken_of_four_weeks_before_and_after_while_somebody_is_coached(
    ends: date, away: int, phase: str
) -> None:
    one = client(phase, consent(valid_until=ends.isoformat()))
    on = ends + timedelta(days=away)
    found = [item for item in due([one], on, on) if item.title == rules.CONSENT_ENDS]
    told = phase != codes.ENDED and -28 <= away <= 28
    assert [item.on for item in found] == ([ends] if told else [])
    assert [item.to_begin(on) for item in found] == ([away < 0] if told else [])


def test_when_all_is_over_nobody_signs_but_partners_are_still_told() -> None:
    on = date(2026, 3, 1)
    unsigned, withdrawn = consent(given_on=None, content_hash=""), consent()
    rows = {"consent_withdrawal": ({"id": str(new_id()), "consent_id": withdrawn["id"], "on": "2026-02-01"},)}
    coached = {rules.CONSENT_UNSIGNED, rules.PARTNERS_TO_TELL}
    for phase, closed, told in (
        (codes.SEARCH, None, coached),
        (codes.ENDED, None, {rules.PARTNERS_TO_TELL}),
        (codes.SEARCH, on, {rules.PARTNERS_TO_TELL}),
        (codes.SEARCH, on + timedelta(days=1), coached),
    ):
        one = client(phase, unsigned, withdrawn, rows=rows, closed_on=closed)
        assert {item.title for item in due([one], on)} & coached == told
