"""How two people's changes meet: nothing lost, nothing torn, nothing chosen between two people."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.spec import Sync
from sync.merge import Clash, Overlap, apply_patch, complete, diff, fold, merge, merge_text, rebase, same

POLICY = Sync(together=(("g1", "g2"),), items=("items",), text=("notes",))
FIELDS = ("a", "b", "g1", "g2", "notes", "items")

scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x", "y"])
texts = st.lists(st.sampled_from(["one", "two", "three", ""]), max_size=5).map("\n".join)
steps = st.fixed_dictionaries({"id": st.sampled_from(["s1", "s2"]), "what": st.sampled_from(["p", "q"])})
entries = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["i1", "i2", "i3"]),
        "text": st.sampled_from(["u", "v", "w"]),
        "steps": st.lists(steps, max_size=2, unique_by=lambda s: s["id"]),
    }
)
items = st.lists(entries, max_size=3, unique_by=lambda e: e["id"])
rows = st.fixed_dictionaries(
    {"a": scalars, "b": scalars, "g1": scalars, "g2": scalars, "notes": texts, "items": items}
)


def patch_of(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[Any]]:
    return diff(old, new, FIELDS, POLICY.together)


@given(rows, rows, rows)
def test_nothing_is_lost(base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]) -> None:
    patch = patch_of(base, mine)
    result = merge(POLICY, theirs, patch)
    after = {**theirs, **result.row_changes}
    clashing = {name: clash for clash in result.clashes for name in clash.parts}
    for name, (old, new) in patch.items():
        if name in clashing:
            clash = clashing[name]
            assert (clash.theirs[name], clash.mine[name], clash.base[name]) == (theirs[name], new, old)
            assert same(after[name], theirs[name])
        elif not same(after[name], new) and not same(old, new):
            # Joined: every line or entry that either side added or changed is there.
            assert name in ("notes", "items")
            assert result.merged
            if name == "notes":
                told = set(after[name].split("\n"))
                for side in (theirs[name], new):
                    assert set(side.split("\n")) - set(old.split("\n")) - {""} <= told
            else:
                check_items(old, theirs[name], new, after[name])
    untouched = set(FIELDS) - set(patch)
    assert all(same(after[name], theirs[name]) for name in untouched)


def check_items(old: list[Any], theirs: list[Any], mine: list[Any], after: list[Any]) -> None:
    was, found = {e["id"]: e for e in old}, {e["id"]: e for e in after}
    assert len(found) == len(after)
    for side in (theirs, mine):
        for entry in side:
            before = was.get(entry["id"])
            if before is None:
                assert entry["id"] in found
            elif entry["text"] != before["text"]:
                assert found[entry["id"]]["text"] == entry["text"]
        for gone in was.keys() - {e["id"] for e in side}:
            assert gone not in found


@given(rows, rows, rows)
def test_a_patch_twice_is_a_patch_once(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    patch = patch_of(base, mine)
    first = merge(POLICY, theirs, patch)
    after = apply_patch(theirs, {name: [None, value] for name, value in first.row_changes.items()})
    if not first.merged:
        again = merge(POLICY, after, patch)
        assert not again.row_changes
        assert {c.parts for c in again.clashes} == {c.parts for c in first.clashes}


@given(rows, rows, rows)
def test_disjoint_patches_commute(base: dict[str, Any], one: dict[str, Any], two: dict[str, Any]) -> None:
    first = diff(base, one, ("a", "g1", "g2"), POLICY.together)
    second = diff(base, two, ("b", "notes", "items"))
    for order in ([first, second], [second, first]):
        row = base
        for patch in order:
            result = merge(POLICY, row, patch)
            assert not result.clashes
            row = {**row, **result.row_changes}
        assert same(row, rebase(base, [first, second]))


@given(rows, rows, rows)
def test_text_and_groups_do_not_depend_on_who_was_first(
    base: dict[str, Any], one: dict[str, Any], two: dict[str, Any]
) -> None:
    names = ("a", "b", "g1", "g2", "notes")
    first, second = (diff(base, side, names, POLICY.together) for side in (one, two))

    def both(left: dict[str, list[Any]], right: dict[str, list[Any]]) -> tuple[dict[str, Any], set[Any]]:
        row = apply_patch(base, left)
        result = merge(POLICY, row, right)
        return {**row, **result.row_changes}, {name for c in result.clashes for name in c.parts}

    (row_a, clash_a), (row_b, clash_b) = both(first, second), both(second, first)
    assert clash_a == clash_b
    assert all(same(row_a[name], row_b[name]) for name in names if name not in clash_a)


@given(rows, rows, rows)
def test_patches_survive_json(base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]) -> None:
    patch = patch_of(base, mine)
    plain = merge(POLICY, theirs, patch)
    assert merge(POLICY, json.loads(json.dumps(theirs)), json.loads(json.dumps(patch))) == plain


@given(rows, rows, rows)
def test_folding_does_what_the_two_did(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    folded = fold(patch_of(a, b), patch_of(b, c), POLICY.together)
    assert same(apply_patch(a, folded), c)
    assert same(folded, patch_of(a, c))


def test_a_value_seen_or_already_there_is_taken() -> None:
    assert merge(POLICY, {"a": 1}, {"a": [1, 2]}).row_changes == {"a": 2}
    assert merge(POLICY, {"a": 2}, {"a": [1, 2]}) == merge(POLICY, {"a": 2}, {})


def test_true_is_not_one() -> None:
    assert merge(POLICY, {"a": True}, {"a": [1, 5]}).clashes == (
        Clash(("a",), {"a": True}, {"a": 5}, {"a": 1}),
    )


def test_a_group_is_never_torn() -> None:
    theirs = {"g1": "refused", "g2": "theirs"}
    result = merge(POLICY, theirs, {"g1": ["waiting", "accepted"], "g2": ["", ""]})
    assert not result.row_changes
    assert result.clashes == (
        Clash(("g1", "g2"), theirs, {"g1": "accepted", "g2": ""}, {"g1": "waiting", "g2": ""}),
    )


def test_a_patch_carries_its_whole_group() -> None:
    assert complete({"g1": 1, "g2": 2}, {"g1": [1, 3]}, POLICY.together) == {"g1": [1, 3], "g2": [2, 2]}


def test_two_people_write_in_different_places() -> None:
    base = "morning\nnoon\nevening\nnight"
    joined = merge_text(base, base.replace("morning", "early"), base + "\nlate")
    assert joined == "early\nnoon\nevening\nnight\nlate"


@pytest.mark.parametrize(
    ("base", "theirs", "mine"),
    [
        ("a\nb\nc", "a\nX\nc", "a\nY\nc"),  # the same line
        ("a\nb", "a\nb\nX", "a\nb\nY"),  # added at the same place
        ("a\nb\nc", "a\nc", "a\nB\nc"),  # removed and changed
        ("a\nb\nc\nd", "a\nX\nc\nd", "a\nb\nY\nd"),  # next to each other
        ("", "X", "Y"),
        (None, "X", "Y"),
    ],
)
def test_changes_of_text_that_touch_are_for_a_person(base: Any, theirs: str, mine: str) -> None:
    with pytest.raises(Overlap):
        merge_text(base, theirs, mine)


def entry(key: str, text: str = "t", *step_ids: str) -> dict[str, Any]:
    return {"id": key, "text": text, "steps": [{"id": step, "what": step} for step in step_ids]}


def joined_items(base: list[Any], theirs: list[Any], mine: list[Any]) -> list[Any] | None:
    result = merge(POLICY, {"items": theirs}, {"items": [base, mine]})
    if result.clashes:
        assert result.clashes == (Clash(("items",), {"items": theirs}, {"items": mine}, {"items": base}),)
        return None
    return list({"items": theirs, **result.row_changes}["items"])


A, B, C, D = entry("a"), entry("b"), entry("c"), entry("d")


def test_entries_are_joined_one_by_one() -> None:
    assert joined_items([A, B], [A, B, C], [A, D, B]) == [A, D, B, C]
    assert joined_items([A, B, C], [A, C], [entry("a", "new"), B, C]) == [entry("a", "new"), C]
    assert joined_items([A, B, C], [C, A, B], [A, B, C, D]) == [C, D, A, B]


def test_entries_changed_in_different_fields_are_joined() -> None:
    mine = entry("a", "mine", "s1")
    assert joined_items([A, B], [entry("a", "t", "s1"), B], [entry("a", "mine"), B]) == [mine, B]


def test_steps_within_goals_are_joined() -> None:
    base = [entry("a", "t", "s1")]
    theirs, mine = [entry("a", "t", "s1", "s2")], [entry("a", "t", "s0", "s1")]
    assert joined_items(base, theirs, mine) == [entry("a", "t", "s0", "s1", "s2")]


def test_an_edit_and_a_removal_are_for_a_person() -> None:
    assert joined_items([A, B], [B], [entry("a", "mine"), B]) is None
    assert joined_items([A, B], [entry("a", "theirs"), B], [B]) is None
    assert joined_items([A], [entry("a", "theirs")], [entry("a", "mine")]) is None


def test_two_orders_are_for_a_person() -> None:
    assert joined_items([A, B, C], [B, A, C], [A, C, B]) is None
    assert joined_items([A, B, C], [B, A, C], [B, A, C, D]) == [B, A, C, D]


def test_a_list_that_is_not_of_entries_is_for_a_person() -> None:
    assert joined_items([1], [1, 2], [1, 3]) is None
    assert joined_items([A], [A, A], [A, B]) is None
