"""Two clients who are one person: what becomes of their fields and of what points to what. Pure functions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from app.patch import same
from app.record import Id, Row, fields
from app.services import SPECS

STAYS = ("client", "assignment", "conflict", "client_merge")
"""Kinds of which nothing is brought over: the client herself, who holds her, and what happened to her entries."""
CORE = "core"
"""The compartment that everybody holds who holds a client."""
KEPT, OTHER, BOTH = "kept", "other", "both"
"""Whose value a person chooses for a field; `BOTH` for what can hold the two."""

Ids = Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """A field in which the two clients differ, both having something; `both`: the two values can be joined."""

    field: str
    kept: Any
    other: Any
    both: bool


@cache
def movable() -> tuple[str, ...]:
    """Return the kinds whose entries are brought over, parents before what points to them."""
    return tuple(
        kind for kind in _parents_first() if SPECS[kind].scope == "client" and kind not in STAYS
    )  # fmt: skip


@cache
def apart() -> tuple[str, ...]:
    """Return the kinds kept in compartments that not everybody who holds a client's core may hold.

    Whoever merges moves what she holds of them, and the centre the rest. Nothing refers to their entries by foreign
    key, and they to none but the client's.
    """
    return tuple(kind for kind in movable() if SPECS[kind].group != CORE)


def derived(merge_id: str, record_id: str) -> str:
    """Return the id that an entry of a compartment apart from the core has in the client that stays.

    It follows from the merge and the entry, so that whoever moves it makes the same and nobody has to be told. What
    says when it was made is kept: what was later stays later. Eight digits are the merge's own (`came_by`).
    """
    mark, own = _mark(merge_id), uuid5(UUID(merge_id), record_id).hex
    return f"{record_id[:18]}-8{mark[:3]}-{mark[3:]}{own[-7:]}"


def came_by(merge_id: str, record_id: str) -> bool:
    """Tell whether an entry of a compartment apart from the core was brought by a merge."""
    return record_id[20:23] + record_id[24:29] == _mark(merge_id)


def _mark(merge_id: str) -> str:
    return uuid5(UUID(merge_id), "").hex[-8:]


def _parents_first() -> Iterable[str]:
    done: dict[str, None] = {}
    while len(done) < len(SPECS):
        done |= {kind: None for kind in SPECS if kind not in done and _parents(kind) <= {*done, kind}}
    return done


def _parents(kind: str) -> set[str]:
    keys = SPECS[kind].table.__table__.foreign_keys  # type: ignore[attr-defined]
    return {str(key.column.table.name) for key in keys}


# ---- the client's own fields ------------------------------------------------------------------------------


def differences(kept: Row, other: Row) -> list[Difference]:
    """Return the fields for which a person has to choose."""
    return [
        Difference(name, kept[name], other[name], _joinable(name, kept[name]))
        for name in _own()
        if not _is_empty(name, kept[name])
        and not _is_empty(name, other[name])
        and not same(kept[name], other[name])
    ]


def joined(kept: Row, other: Row, choices: Mapping[str, str]) -> Row:
    """Return the fields of the client that stays which change: empty ones are filled, others are as chosen."""
    result: Row = {}
    for name in _own():
        mine, theirs = kept[name], other[name]
        if same(mine, theirs) or _is_empty(name, theirs):
            continue
        chosen = OTHER if _is_empty(name, mine) else choices.get(name, KEPT)
        if chosen == BOTH and _joinable(name, mine):
            result[name] = _both(mine, theirs)
        elif chosen == OTHER:
            result[name] = theirs
    return result


def _own() -> tuple[str, ...]:
    return fields(SPECS["client"].table)


def _is_empty(name: str, value: Any) -> bool:
    blank = SPECS["client"].table.model_fields[name].get_default(call_default_factory=True)
    return value in ("", None) or value == blank


def _joinable(name: str, value: Any) -> bool:
    long = any(f.name == name and f.rows > 1 for f in SPECS["client"].fields())
    return isinstance(value, list) or long


def _both(mine: Any, theirs: Any) -> Any:
    if isinstance(mine, list):
        return [*mine, *(one for one in theirs if one not in mine)]
    return f"{mine}\n\n{theirs}"


# ---- what is brought over ---------------------------------------------------------------------------------


def copies(
    rows: Mapping[str, Sequence[Row]],
    kept_id: str,
    merge_id: str,
    new_id: Callable[[], UUID],
    before: Ids = MappingProxyType({}),
) -> tuple[list[tuple[str, Row]], list[dict[str, str]]]:
    """Return the other client's rows as rows of the client that stays, and which came from which in the core.

    `rows` by kind; `before` says where what they point to was brought earlier. The copies come parents first. New ids
    are given in the order in which the rows were made, so that what was later stays later.
    """
    every = [(kind, row) for kind in movable() for row in rows.get(kind, ())]
    by_age = sorted(every, key=lambda one: (str(one[1]["created_at"] or ""), one[1]["id"]))
    hidden = apart()
    ids = {
        row["id"]: derived(merge_id, row["id"]) if kind in hidden else str(new_id()) for kind, row in by_age
    }
    moved = [
        {"kind": kind, "there": row["id"], "here": ids[row["id"]]}
        for kind, row in every
        if kind not in hidden
    ]
    known = {**before, **_pointed_to(every, merge_id), **ids}
    return [(kind, brought(kind, row, kept_id, known)) for kind, row in every], moved


def _pointed_to(rows: Iterable[tuple[str, Row]], merge_id: str) -> dict[str, str]:
    """Return where entries are brought that may not be seen here but are pointed to, such as by an attachment."""
    hidden = apart()
    return {
        row["of_id"]: derived(merge_id, row["of_id"])
        for _, row in rows
        if row.get("of_kind") in hidden and row["of_id"]
    }


def brought(kind: str, row: Row, client_id: str, ids: Ids) -> Row:
    """Return a row's own fields as another client's row holds them: every reference to a moved row follows it."""
    values = {name: mapped(row[name], ids) for name in fields(SPECS[kind].table)}
    return {**values, "id": ids.get(row["id"], row["id"]), "client_id": client_id}


def mapped(value: Any, ids: Ids) -> Any:
    """Return a JSON value in which every moved id is the new one."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, list):
        return [mapped(one, ids) for one in value]
    if isinstance(value, dict):
        return {name: mapped(one, ids) for name, one in value.items()}
    return value


def followers(moved: Iterable[Row], later: Mapping[str, Sequence[Row]]) -> list[tuple[str, Row]]:
    """Return which of the rows written since the merge go with the moved ones when it is undone, parents first.

    A row goes with what it points to, such as progress with its plan, unless it needs a row that stays.
    """
    going = {one for row in moved for one in (row["id"], *_inner_ids(row))}
    found: dict[str, tuple[str, Row]] = {}
    while True:
        new = {
            row["id"]: (kind, row)
            for kind in movable()
            for row in later.get(kind, ())
            if row["id"] not in found and _goes(kind, row, going)
        }
        if not new:
            break
        found |= new
        going |= {one for _, row in new.values() for one in (row["id"], *_inner_ids(row))}
    order = movable()
    return sorted(found.values(), key=lambda one: order.index(one[0]))


def _goes(kind: str, row: Row, going: set[str]) -> bool:
    table = SPECS[kind].table.__table__  # type: ignore[attr-defined]
    hard = {key.parent.name for key in table.foreign_keys} - {"client_id"}
    needs = [row[name] for name in hard if row[name] and name not in _shared(kind)]
    soft = [row[c.name] for c in table.columns if isinstance(c.type, Id) and c.name != "id" and row[c.name]]
    return all(one in going for one in needs) and any(one in going for one in soft)


def _shared(kind: str) -> set[str]:
    """Return the fields that point to what belongs to no client."""
    table = SPECS[kind].table.__table__  # type: ignore[attr-defined]
    return {
        key.parent.name
        for key in table.foreign_keys
        if SPECS[str(key.column.table.name)].scope != "client"
    }  # fmt: skip


def _inner_ids(row: Row) -> Iterable[str]:
    """Return the ids of the entries inside a row's lists, such as a plan's steps."""
    stack: list[Any] = [value for value in row.values() if isinstance(value, list)]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value.get("id"), str):
                yield value["id"]
            stack += value.values()
        elif isinstance(value, list):
            stack += value
