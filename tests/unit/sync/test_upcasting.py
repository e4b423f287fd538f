"""What an older program wrote, lifted step by step, and what the centre makes of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import schema
from app.record import fields
from app.services import SPECS
from storage import outbox
from sync import upcasting
from sync.merge import merge
from sync.protocol import SCHEMA_VERSION, Mutation, Op

ID = "01990000-0000-7000-8000-000000000001"


def written(kind: str, op: Op, version: int, **patch: tuple[Any, Any]) -> Mutation:
    return Mutation(
        id=ID,
        scope=f"client:{ID}:core",
        kind=kind,
        row=ID,
        op=op,
        patch=patch,
        schema_version=version,
        author=ID,
        saved_at="2026-03-02T08:00:00Z",
    )


def test_every_version_is_one() -> None:
    assert SCHEMA_VERSION == outbox.SCHEMA == max(schema.GREW) == len(upcasting.STEPS) + 1


KINDS = st.sampled_from(sorted({*SPECS, "of_a_later_program"}))


@given(
    KINDS.flatmap(
        lambda kind: st.tuples(
            st.just(kind),
            st.sets(st.sampled_from(fields(SPECS[kind].table)) if kind in SPECS else st.just("said")),
        )
    ),
    st.sampled_from(("create", "update", "delete", "undelete")),
    st.integers(1, SCHEMA_VERSION + 1),
)
def test_lifting_keeps_what_was_said(said: tuple[str, set[str]], op: Op, version: int) -> None:
    kind, names = said
    mutation = written(kind, op, version, **dict.fromkeys(names, ("a", "b")))
    before = mutation.model_copy(deep=True)
    lifted = upcasting.lift(mutation)
    assert mutation == before, "it is pure"
    assert upcasting.lift(lifted) == lifted
    assert lifted.schema_version == max(version, SCHEMA_VERSION)
    assert mutation.patch.items() <= lifted.patch.items(), "nothing that was said is changed or left out"
    assert lifted.model_copy(update={"patch": {}, "schema_version": 1}) == mutation.model_copy(
        update={"patch": {}, "schema_version": 1}
    )
    added = lifted.patch.keys() - mutation.patch.keys()
    assert all(schema.since(kind, name) > version for name in added)
    assert version < SCHEMA_VERSION or not added
    if op in ("create", "undelete"):
        assert not added


@pytest.mark.failure(16)
def test_to_the_second_a_decision_carries_its_day() -> None:
    said = written(
        "coaching_relationship", "update", 1, decision=("accepted", "refused"), refusal_reason=("", "other")
    )
    lifted = upcasting.to_the_second(said)
    assert lifted.schema_version == 2
    assert lifted.patch == {**said.patch, "decided_on": (None, None)}
    policy = SPECS["coaching_relationship"].sync
    row = {"decision": "accepted", "refusal_reason": ""}
    unseen = merge(policy, {**row, "decided_on": "2026-03-01"}, lifted.patch)
    assert (unseen.row_changes, len(unseen.clashes)) == ({}, 1), "the day is of the other decision"
    seen = merge(policy, {**row, "decided_on": None}, lifted.patch)
    assert (seen.row_changes, seen.clashes) == ({"decision": "refused", "refusal_reason": "other"}, ())


def test_to_the_second_leaves_other_changes_of_a_relationship_alone() -> None:
    said = written("coaching_relationship", "update", 1, cooperation=("", "Kerran viikossa"))
    assert upcasting.to_the_second(said).patch == said.patch
    unmoved = written("coaching_relationship", "update", 1, decision=("accepted", "accepted"))
    assert upcasting.to_the_second(unmoved).patch == unmoved.patch


@pytest.mark.failure(16)
def test_to_the_second_a_deletion_says_what_it_did_not_see() -> None:
    said = written("work_trial", "delete", 1, employer=("Keksitty", None))
    assert upcasting.to_the_second(said).patch == {
        **said.patch,
        "agreed_until": (None, None),
        "decided_by": ("", None),
        "decided_on": (None, None),
        "end_reason": ("", None),
        "feedback": ("", None),
    }


def test_to_the_third_a_deletion_says_what_it_did_not_see() -> None:
    said = written("assignment", "delete", 2, role=("job-coach", None))
    lifted = upcasting.to_the_third(said)
    assert (lifted.patch, lifted.schema_version) == ({**said.patch, "groups": ([], None)}, 3)
    assert upcasting.lift(written("assignment", "delete", 3, role=("job-coach", None))).patch == said.patch
