"""How two people's changes to one thing meet: pure functions over rows of JSON values, on both sides.

A patch is `{field: [old, new]}`: what its author saw, and what she made of it. Nothing here chooses between
two people: what cannot be joined without loss is a clash, and both values stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from app.patch import apply as apply_patch
from app.patch import complete, diff, fold, rebase, same
from app.record import Row
from app.spec import Sync

__all__ = [
    "Clash",
    "Merged",
    "Overlap",
    "apply_patch",
    "complete",
    "diff",
    "fold",
    "merge",
    "merge_text",
    "rebase",
    "same",
]
Patch = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Clash:
    """Fields that belong together and were changed by two people: a value of each side for every one of them.

    `theirs` is what the row holds, `mine` what the patch wanted, `base` what the patch's author had seen.
    """

    parts: tuple[str, ...]
    theirs: Row
    mine: Row
    base: Row


@dataclass(frozen=True)
class Merged:
    """What a patch does to a row: the values to write, what clashes, and whether two changes were joined."""

    row_changes: Row
    clashes: tuple[Clash, ...] = ()
    merged: bool = False


class Overlap(ValueError):
    """Two changes that cannot both stand."""


def merge(policy: Sync, current_row: Mapping[str, Any], patch: Patch) -> Merged:
    """Bring a patch to a row that may have changed since its author saw it.

    For each group of fields: the row still holds what the author saw, or already what she wrote: hers is
    taken. Otherwise lists of entries are joined entry by entry and long texts line by line; what remains is
    a clash. A group is taken or refused as one. `row_changes` holds only values that differ from the row's.
    """
    changes: Row = {}
    clashes: list[Clash] = []
    joined = False
    for parts in _groups(policy, patch):
        old = {name: patch[name][0] for name in parts}
        new = {name: patch[name][1] for name in parts}
        theirs = {name: current_row.get(name) for name in parts}
        if same(old, new) or same(theirs, new):
            continue
        if same(theirs, old):
            result = new
        else:
            try:
                result = {parts[0]: _join(policy, parts, old, theirs, new)}
            except Overlap:
                clashes.append(Clash(parts, theirs, new, old))
                continue
            joined = True
        changes.update({name: value for name, value in result.items() if not same(value, theirs[name])})
    return Merged(changes, tuple(clashes), joined)


def _groups(policy: Sync, patch: Patch) -> list[tuple[str, ...]]:
    if not policy.together:
        return [(name,) for name in patch]
    groups: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for name in patch:
        if name in seen:
            continue
        group = next((g for g in policy.together if name in g), (name,))
        parts = tuple(part for part in group if part in patch)
        seen.update(parts)
        groups.append(parts)
    return groups


def _join(policy: Sync, parts: tuple[str, ...], old: Row, theirs: Row, new: Row) -> Any:
    if len(parts) > 1 or any(parts[0] in group for group in policy.together):
        raise Overlap
    name = parts[0]
    if name in policy.items:
        return _merge_items(old[name] or [], theirs[name] or [], new[name] or [])
    if name in policy.text:
        return merge_text(old[name], theirs[name], new[name])
    raise Overlap


# Long texts, by line.


@dataclass(frozen=True)
class _Edit:
    """Base lines from `start` to `end` give way to `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]


def merge_text(base: Any, theirs: Any, mine: Any) -> str:
    """Join two people's changes to a text by line, never within one.

    Raises Overlap where the changes overlap or touch: which order is right, only a person knows.
    """
    if not (isinstance(base, str) and isinstance(theirs, str) and isinstance(mine, str)):
        raise Overlap
    lines = base.split("\n") if base else []
    edits_theirs, edits_mine = _edits(lines, theirs), _edits(lines, mine)
    for edit in edits_mine:
        for other in edits_theirs:
            if edit != other and edit.start <= other.end and other.start <= edit.end:
                raise Overlap
    result: list[str] = []
    at = 0
    for edit in sorted({*edits_theirs, *edits_mine}, key=lambda e: (e.start, e.end)):
        result += [*lines[at : edit.start], *edit.lines]
        at = edit.end
    return "\n".join([*result, *lines[at:]])


def _edits(base: list[str], text: str) -> list[_Edit]:
    lines = text.split("\n") if text else []
    matcher = SequenceMatcher(None, base, lines, autojunk=False)
    return [
        _Edit(start, end, tuple(lines[a:b]))
        for tag, start, end, a, b in matcher.get_opcodes()
        if tag != "equal"
    ]


# Lists of entries, by entry and by field.


def _merge_items(base: list[Any], theirs: list[Any], mine: list[Any]) -> list[Any]:
    was, has, wants = _by_id(base), _by_id(theirs), _by_id(mine)
    kept = {key: _merge_entry(was.get(key), has.get(key), wants.get(key)) for key in {**was, **has, **wants}}
    return [kept[key] for key in _order(list(was), list(has), list(wants)) if kept[key] is not None]


def _by_id(entries: list[Any]) -> dict[str, dict[str, Any]]:
    if not all(isinstance(entry, dict) and isinstance(entry.get("id"), str) for entry in entries):
        raise Overlap
    found = {entry["id"]: entry for entry in entries}
    if len(found) != len(entries):
        raise Overlap
    return found


def _merge_entry(was: Row | None, has: Row | None, wants: Row | None) -> Row | None:
    """Join one entry; None stands for an entry that is not there. An edit and a removal cannot both stand."""
    if same(has, was) or same(has, wants):
        return wants
    if same(wants, was):
        return has
    if was is None or has is None or wants is None:
        raise Overlap
    return {key: _merge_value(was.get(key), has.get(key), wants.get(key)) for key in {**was, **has, **wants}}


def _merge_value(was: Any, has: Any, wants: Any) -> Any:
    if same(has, was) or same(has, wants):
        return wants
    if same(wants, was):
        return has
    if all(isinstance(value, list) for value in (was, has, wants)):
        return _merge_items(was, has, wants)
    raise Overlap


def _order(base: list[str], theirs: list[str], mine: list[str]) -> list[str]:
    """Return all ids in one order: that of the side that moved entries, with the other's new ones put in."""

    def moved(side: list[str]) -> bool:
        return [key for key in side if key in base] != [key for key in base if key in side]

    if moved(theirs) and moved(mine):
        common = set(theirs) & set(mine)
        if [k for k in theirs if k in common] != [k for k in mine if k in common]:
            raise Overlap
    first, second = (mine, theirs) if moved(mine) else (theirs, mine)
    order = list(first)
    for place, key in enumerate(second):
        if key not in order:
            before = next((k for k in reversed(second[:place]) if k in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, key)
    return order
