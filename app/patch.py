"""Patches: what changed in a row, as `{field: [old, new]}` of JSON values. Pure functions over plain rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.record import Row

Patch = dict[str, list[Any]]
Groups = Iterable[Sequence[str]]
"""Fields that are taken or refused as one: a kind's `Sync.together`."""


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal; unlike `==`, true is not 1."""
    if one is other:
        return True
    if type(one) is str or type(other) is str:
        return bool(one == other)
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def diff(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[str], together: Groups = ()
) -> Patch:
    """Return the fields of `names` whose value differs, with the old and the new value.

    Of a group that changed, every field: it moves as one. A field that a row lacks counts as None.
    """
    patch = {name: [old.get(name), new.get(name)] for name in names if not same(old.get(name), new.get(name))}
    return complete(old, patch, together)


def complete(seen: Mapping[str, Any], patch: Mapping[str, Sequence[Any]], together: Groups) -> Patch:
    """Return the patch with the other fields of each group that it touches, as its author saw them."""
    whole = {name: list(change) for name, change in patch.items()}
    for group in together:
        if any(name in patch for name in group):
            for name in group:
                whole.setdefault(name, [seen.get(name), seen.get(name)])
    return whole


def moving(patch: Mapping[str, Sequence[Any]], together: Groups = ()) -> set[str]:
    """Return the fields that a patch changes, with all of each group that it changes."""
    names = {name for name, (old, new) in patch.items() if not same(old, new)}
    for group in together:
        if any(name in names for name in group):
            names.update(name for name in group if name in patch)
    return names


def apply(row: Mapping[str, Any], patch: Mapping[str, Sequence[Any]]) -> Row:
    """Return the row with the patch's new values laid over it, whatever the old ones were."""
    return {**row, **{name: change[1] for name, change in patch.items()}}


def rebase(row: Mapping[str, Any], patches: Iterable[Mapping[str, Sequence[Any]]]) -> Row:
    """Return the row with patches laid over it in order: what a person sees of her unsent work."""
    laid = dict(row)
    for patch in patches:
        laid = apply(laid, patch)
    return laid


def fold(
    first: Mapping[str, Sequence[Any]], second: Mapping[str, Sequence[Any]], together: Groups = ()
) -> Patch:
    """Join two patches made one after the other: [a, b] and [b, c] give [a, c]; a return to a drops out.

    A field of a group stays while any other field of the group changes.
    """
    joined = {name: list(change) for name, change in first.items()}
    for name, (old, new) in second.items():
        joined[name] = [joined[name][0] if name in joined else old, new]
    moving = {name for name, (old, new) in joined.items() if not same(old, new)}
    for group in together:
        if any(name in moving for name in group):
            moving.update(group)
    return {name: change for name, change in joined.items() if name in moving}
