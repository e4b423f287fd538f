"""Handing a client over: what ends and what begins."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.handover import HandOver, steps
from app.record import Row

DAY = date(2026, 3, 2)
days = st.integers(-40, 40).map(lambda n: DAY + timedelta(days=n))


@st.composite
def assignments(draw: st.DrawFn) -> Row:
    begins = draw(days)
    ends = draw(st.none() | st.integers(0, 60).map(lambda n: begins + timedelta(days=n)))
    return {
        "id": str(draw(st.uuids())),
        "worker_id": draw(st.sampled_from(("anna", "bert", "cleo"))),
        "role": "job-coach",
        "valid_from": begins.isoformat(),
        "valid_to": ends.isoformat() if ends else None,
        "groups": draw(st.sampled_from(([], ["health"]))),
        "deleted": draw(st.sampled_from((False, False, True))),
    }


def after(rows: list[Row], wanted: HandOver) -> list[Row]:
    """Return the assignments as they are when the steps have been taken."""
    what = steps("c", rows, wanted)
    ends = {row["id"]: day for row, day in what.ended}
    gone = {row["id"] for row in what.dropped}
    kept = [
        {**row, "valid_to": ends.get(row["id"], row["valid_to"])} for row in rows if row["id"] not in gone
    ]
    return [*kept, {**what.new, "id": "new", "deleted": False}] if what.new else kept


def holders(rows: list[Row], day: date) -> set[str]:
    text = day.isoformat()
    return {
        row["worker_id"]
        for row in rows
        if not row["deleted"] and row["valid_from"] <= text <= (row["valid_to"] or "9999")
    }


@given(st.lists(assignments(), max_size=5), days, days, st.booleans())
def test_from_its_day_on_the_client_is_the_others(
    rows: list[Row], begins: date, day: date, stays: bool
) -> None:
    wanted = HandOver("bert", "job-coach", begins, None, "anna", stays)
    found, before, now = after(rows, wanted), holders(rows, day), set()
    now = holders(found, day)
    if day >= begins:
        assert "bert" in now
        assert ("anna" in now) == (stays and "anna" in before)
    else:
        assert now - {"bert"} == before - {"bert"}
        assert "bert" in now or "bert" not in before
    assert ("cleo" in now) == ("cleo" in before)
    assert all((row["valid_to"] or "9999") >= row["valid_from"] for row in found)
    assert not steps("c", found, wanted)


@given(st.lists(assignments(), max_size=5), days)
def test_a_stand_in_takes_nobodys_place(rows: list[Row], day: date) -> None:
    wanted = HandOver("bert", "job-coach", DAY, DAY + timedelta(days=7), "anna", stays=True)
    found = after(rows, wanted)
    assert holders(rows, day) - {"bert"} == holders(found, day) - {"bert"}
    assert "bert" in holders(found, DAY + timedelta(days=7))


def test_named_compartments_are_passed_on_and_oneself_is_not_left() -> None:
    row: Row = {
        "id": "1",
        "worker_id": "anna",
        "role": "job-coach",
        "valid_from": "2026-01-01",
        "valid_to": None,
    }
    limited = {**row, "groups": ["health"], "deleted": False}
    found = steps("c", [limited], HandOver("bert", "job-coach", DAY, None, "anna"))
    assert found.new is not None
    assert found.new["groups"] == ["health"]
    assert found.ended == ((limited, "2026-03-01"),)
    assert not steps("c", [limited], HandOver("anna", "job-coach", DAY, None, "anna"))
