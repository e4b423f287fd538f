"""The messages: what is understood, what is not, and the checksum that both sides compute."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.clock import new_id
from sync.protocol import EMPTY, Mutation, PushRequest, checksum, from_base64, row_mark, to_base64

ROWS = st.lists(
    st.tuples(st.sampled_from(["client", "worker"]), st.uuids().map(str), st.integers(1, 10**6)),
    unique_by=lambda row: row[1],
)


def mutation(**changed: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "scope": f"client:{new_id()}:core",
        "kind": "client",
        "row": str(new_id()),
        "op": "create",
        "patch": {"first_name": [None, "A"]},
        "schema_version": 1,
        "author": str(new_id()),
        "saved_at": "2026-05-03T09:30:00.123Z",
        **changed,
    }


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Any], order: Any) -> None:
    mixed = list(rows)
    order.shuffle(mixed)
    assert checksum(mixed) == checksum(rows)
    assert len(checksum(rows)) == 16


@given(ROWS)
def test_it_can_be_kept_up_row_by_row(rows: list[Any]) -> None:
    total = EMPTY
    for row in rows:
        total = checksum([row], total)
    assert total == checksum(rows)


def test_the_checksum_stays_what_it_is() -> None:
    """Devices in the field compare with it: another function would have all of them fetch everything again."""
    row = ("client", "01a20c4f-19e9-7908-bae0-ec937658368d", 3)
    assert row_mark(*row) == 0x8C48EEAF29DC909C
    assert checksum([row]) == f"{row_mark(*row):016x}"
    assert checksum([(row[0], row[1], 4)]) != checksum([row])


def test_a_mutation_is_read_as_it_was_written() -> None:
    sent = mutation()
    assert json.loads(Mutation.model_validate_json(json.dumps(sent)).model_dump_json()) == sent


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "x"},
        {"row": "01A20C4F-19E9-7908-BAE0-EC937658368D"},
        {"scope": "centre"},
        {"scope": "client:1:core"},
        {"scope": f"staff:{new_id()}:x"},
        {"kind": "Client; DROP"},
        {"op": "erase"},
        {"patch": {"a": [1]}},
        {"saved_at": "yesterday"},
        {"schema_version": 0},
    ],
)
def test_what_is_not_a_mutation_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Mutation.model_validate(mutation(**changed))


def test_what_a_newer_program_says_more_is_passed_over() -> None:
    request = {"epoch": "e", "schema_version": 9, "device": str(new_id()), "mutations": [mutation(more=1)]}
    assert len(PushRequest.model_validate({**request, "shape": "new"}).mutations) == 1


def test_bytes_travel_as_text() -> None:
    assert from_base64(to_base64(b"\x00\xff")) == b"\x00\xff"
    with pytest.raises(ValueError, match="base64"):
        from_base64("not base64!")
