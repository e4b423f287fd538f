"""The support-need check: what is suggested, never what is out of use, in an order that does not jump."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app import support_need
from app.record import Row, to_row, validated
from app.services import SPECS
from app.services.clients.codes import SERVICE_CATEGORIES

IDS = [f"service-{n}" for n in range(6)]
CATEGORIES = [choice.value for choice in SERVICE_CATEGORIES]
services = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(IDS),
            "name": st.sampled_from(["A", "B", "b", "Ä"]),
            "category": st.sampled_from([*CATEGORIES, "", "newer"]),
            "active": st.booleans(),
        }
    ),
    unique_by=lambda row: row["id"],
)
situations = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from([f"situation-{n}" for n in range(6)]),
            "text": st.sampled_from(["x", "y", "z"]),
            "place": st.integers(1, 4),
            "services": st.lists(st.sampled_from([*IDS, "gone"])),
            "active": st.booleans(),
        }
    ),
    unique_by=lambda row: row["id"],
)
ticks = st.sets(st.sampled_from([f"situation-{n}" for n in range(6)]))


def ids(found: Any) -> list[str]:
    return [one.id for one in found]


@given(situations, services, ticks)
def test_each_service_once_and_only_those_in_use(
    asked: list[Row], catalogue: list[Row], ticked: set[str]
) -> None:
    found = support_need.suggestions(asked, catalogue, ticked)
    used = {row["id"] for row in catalogue if row["active"]}
    spoken = {s for row in asked if row["active"] and row["id"] in ticked for s in row["services"]}
    assert len(set(ids(found))) == len(found)
    assert set(ids(found)) == used & spoken


@given(situations, services, ticks)
def test_each_says_why_in_the_order_of_the_list(
    asked: list[Row], catalogue: list[Row], ticked: set[str]
) -> None:
    for one in support_need.suggestions(asked, catalogue, ticked):
        speaking = [
            row for row in asked if row["id"] in ticked and row["active"] and one.id in row["services"]
        ]
        assert one.because
        assert sorted(one.because) == sorted(row["text"] for row in speaking)
        places = [min(row["place"] for row in speaking if row["text"] == text) for text in one.because]
        assert places[0] == min(places)


@given(situations, services, ticks, ticks, st.randoms(use_true_random=False))
def test_the_order_does_not_jump(
    asked: list[Row], catalogue: list[Row], some: set[str], more: set[str], chance: Any
) -> None:
    before = ids(support_need.suggestions(asked, catalogue, some))
    after = ids(support_need.suggestions(asked, catalogue, some | more))
    assert [one for one in after if one in before] == before
    shuffled, others = list(asked), list(catalogue)
    chance.shuffle(shuffled)
    chance.shuffle(others)
    assert ids(support_need.suggestions(shuffled, others, some)) == before


def test_the_pilots_lists_are_whole() -> None:
    first, second = support_need.pilot_services(), support_need.pilot_situations()
    for record in (*first, *second):
        spec = SPECS[str(record.__tablename__)]
        assert validated(spec.table, to_row(record)) == record
    catalogue, asked = [to_row(one) for one in first], [to_row(one) for one in second]
    assert {row["category"] for row in catalogue} == set(CATEGORIES)
    known = {row["id"] for row in catalogue}
    assert len(known) == len(catalogue) == len({row["name"] for row in catalogue})
    assert all(row["services"] and set(row["services"]) <= known for row in asked)
    led = {service for row in asked for service in row["services"]}
    assert led == known, "each service is suggested by some situation"
    assert [row["place"] for row in asked] == list(range(1, len(asked) + 1))
    again = support_need.pilot_services()
    assert [one.id for one in again] == [one.id for one in first]
