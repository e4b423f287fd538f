"""The service path: whatever is noted one after the other passes the rules, and bars never run backwards."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.clock import today
from app.record import Row, to_row, validated
from app.services.clients import path
from app.services.clients.records import Referral
from app.services.clients.rules import check_referral
from tests.strategies import rows_of

CLIENT = "00000000-0000-4000-8000-000000000001"


def referral(**values: object) -> Row:
    return to_row(
        validated(Referral, {"client_id": CLIENT, "service": "Kela", "made_on": "2026-03-02"} | values)
    )


@given(st.data())
def test_any_way_of_noting_steps_passes_the_rules(data: st.DataObject) -> None:
    row = referral(made_on=str(today() - timedelta(days=30)))
    seen = []
    while path.next_steps(row):
        step = data.draw(st.sampled_from(path.next_steps(row)))
        on = today() - timedelta(days=data.draw(st.integers(0, 60)))
        row = row | path.stepped(row, step, on, "syy")
        seen.append(step)
        assert check_referral(validated(Referral, row)) == []
    assert row["state"] in path.OVER
    assert seen == [step for step in path.STEPS if step in seen], "nothing is noted twice or backwards"


@given(
    st.lists(rows_of("referral", client_id=CLIENT), max_size=5), st.dates(date(2014, 1, 1), date(2030, 1, 1))
)
def test_a_bar_goes_on_in_time(rows: list[Row], day: date) -> None:
    for n, row in enumerate(rows):
        row["id"] = str(n)
    found = path.stretches(rows, day)
    assert [one.made for one in found] == sorted(one.made for one in found)
    assert len(found) == len(rows)
    for one in found:
        assert one.waited_until >= one.made
        if one.begun is not None:
            assert one.until is not None
            assert one.until >= one.begun


def test_a_standing_says_the_day_and_why() -> None:
    made = referral()
    assert str(path.standing(made)) == "Made 2 Mar 2026, no answer yet"
    refused = made | path.stepped(made, path.REFUSED, date(2026, 4, 1), "hoito kesken")
    assert str(path.standing(refused)) == "Refused 1 Apr 2026: hoito kesken"
    begun = made | path.stepped(made, path.BEGUN, date(2026, 4, 1))
    assert str(path.standing(begun)) == "Goes on since 1 Apr 2026"
    assert path.next_steps(begun) == (path.ENDED,)
    early = made | path.stepped(made, path.RECEIVED, date(2026, 1, 1))
    assert early["received_on"] == "2026-03-02"
