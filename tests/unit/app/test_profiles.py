"""The profile is updated after each job: offered when one has ended since, begun with an update."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app import profiles
from app.clock import new_id, today
from app.record import Row, to_row, validated
from app.services import SPECS
from tests.stores import make

SPEC = SPECS["vocational_profile"]
BEGIN = date(2025, 1, 1)
DAYS = st.integers(0, 300)


def at(number: int) -> str:
    """Return a day."""
    return (BEGIN + timedelta(days=number)).isoformat()


def profile(made: int, *updates: int) -> Row:
    """Return a profile with updates on days."""
    noted = [{"on": at(number), "after": "Työ", "learned": "Opittu"} for number in updates]
    return to_row(make("vocational_profile", client_id=new_id(), made_on=at(made), updates=noted))


def work(kind: str, ended: int | None) -> Row:
    """Return work that began first of all."""
    values = {
        "employer": "Kulma",
        "title": "Apulainen",
        "started_on": at(0),
        "ended_on": None if ended is None else at(ended),
    }
    return to_row(make(kind, client_id=new_id(), **values))


@given(DAYS, st.lists(DAYS, max_size=3), st.lists(st.none() | DAYS, max_size=4), DAYS)
def test_it_is_offered_exactly_when_work_ended_after_the_last_update(
    made: int, updates: list[int], ends: list[int | None], on: int
) -> None:
    works = {"employment": [work("employment", ended) for ended in ends], "work_trial": []}
    found = profiles.to_learn_from(profile(made, *updates), works, BEGIN + timedelta(days=on))
    since = max([made, *updates])
    after = [ended for ended in ends if ended is not None and since < ended <= on]
    assert (found["ended_on"] if found else None) == (at(max(after)) if after else None)


def test_without_a_profile_nothing_is_to_be_updated_and_a_trial_counts() -> None:
    works: dict[str, list[Row]] = {"work_trial": [work("work_trial", 50)]}
    assert profiles.to_learn_from(None, works, BEGIN + timedelta(days=60)) is None
    assert profiles.to_learn_from(profile(10), works, BEGIN + timedelta(days=60)) == works["work_trial"][0]


def test_the_next_version_begins_as_a_copy_with_the_update_to_be_written() -> None:
    old = profile(10, 20) | {"strengths": "Tarkka"}
    values = profiles.next_version(SPEC, old, [old], work("employment", 50))
    made = to_row(validated(SPEC.table, values))
    assert (made["version_no"], made["made_on"], made["strengths"]) == (2, today().isoformat(), "Tarkka")
    assert made["updates"][:-1] == old["updates"]
    assert made["updates"][-1]["after"] == "Apulainen, Kulma"
    assert made["updates"][-1]["on"] == today().isoformat()
    plain: dict[str, Any] = profiles.next_version(SPEC, old, [old])
    assert plain["updates"] == old["updates"]


def test_the_highest_version_holds() -> None:
    one, two = profile(10), profile(5) | {"version_no": 2}
    assert profiles.latest([two, one]) == two
    assert profiles.latest([]) is None
