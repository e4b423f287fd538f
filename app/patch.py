"""Patches: what changed in a row, as `{field: [old, new]}` of JSON values. Pure functions over plain rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.record import Row

Patch = dict[str, list[Any]]


def diff(old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[str]) -> Patch:
    """Return the fields of `names` whose value differs, with the old and the new value."""
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def apply(row: Mapping[str, Any], patch: Patch) -> Row:
    """Return the row with the patch's new values laid over it, whatever the old ones were."""
    return {**row, **{name: new for name, (_, new) in patch.items()}}


def fold(first: Patch, second: Patch) -> Patch:
    """Join two patches made one after the other: [a, b] and [b, c] give [a, c]; a return to a drops out."""
    joined = {name: list(change) for name, change in first.items()}
    for name, (old, new) in second.items():
        joined[name] = [joined[name][0] if name in joined else old, new]
    return {name: change for name, change in joined.items() if change[0] != change[1]}
