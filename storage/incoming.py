"""Scopes as the centre has them now, applied inside the store whole, and the pages on their way to that.

Each function works inside the caller's write transaction, so that rows, cursor, history and search index
always agree. Unsent edits are never lost here: they are laid over whatever arrives.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app.patch import diff
from app.record import Row
from app.services import SPECS
from storage import blobs, outbox, rows, search
from storage.rebasing import Edit, drop_bases, listed, note, pending, rebased, set_base
from storage.writing import Changes

WHOLE = -1
"""The cursor of a scope that is to be had from the beginning, in place of the rows that are there."""
ASIDE = -1
"""The cursor of a page that keeps rows of kinds that this program does not know yet."""


@dataclass(frozen=True)
class Arrived:
    """A scope's news, complete: rows as (kind, row) in the centre's order, and what the scope then holds.

    `whole`: these are all its rows, in place of those that are here.
    """

    scope: str
    rows: Sequence[tuple[str, Row]]
    head: int
    count: int
    checksum: str
    whole: bool = False


@dataclass
class Applied:
    """What arrivals changed here: records, how many rows, and scopes that do not match the centre's sums."""

    changes: Changes = field(default_factory=Changes)
    rows: int = 0
    mismatched: tuple[str, ...] = ()


def apply_scopes(connection: Connection, arrived: Sequence[Arrived], checksum: "Checksum") -> Applied:
    """Apply scopes whole: rows with unsent edits over them, history, search index and cursor.

    `checksum` computes the sum of (kind, id, version) over rows. A scope whose count or sum then differs from
    the centre's is to be had whole at the next pull.
    """
    rows.do(connection, "PRAGMA defer_foreign_keys = ON")
    scopes = [one.scope for one in arrived]
    waiting = pending(connection, "scope", scopes)
    fresh = _fresh(connection, arrived)
    unfound = fresh if sum(len(one.rows) for one in arrived if one.scope in fresh) > search.MANY else set()
    search.later(connection, unfound)
    result, changed = Applied(), []
    unknown: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    by_kind: dict[str, dict[str, Row]] = defaultdict(dict)
    for one in arrived:
        for kind, row in one.rows:
            if kind not in SPECS:
                unknown[one.scope].append((kind, row))
                continue
            by_kind[kind].pop(row["id"], None)
            by_kind[kind][row["id"]] = row
        if one.whole and one.scope not in fresh:
            changed += _leftover(connection, one, waiting)
    for kind in SPECS:
        if kind in by_kind:
            changed += _take(connection, kind, list(by_kind[kind].values()), waiting, fresh, unfound)
    result.changes, result.rows = Changes.of(changed), len(changed)
    _keep_aside(connection, arrived, unknown)
    move_cursors(connection, [(one.scope, one.head) for one in arrived])
    result.mismatched = _mismatched(connection, arrived, checksum)
    move_cursors(connection, [(scope, WHOLE) for scope in result.mismatched])
    return result


Checksum = Any
"""A function from an iterable of (kind, id, version) to text."""


def _fresh(connection: Connection, arrived: Sequence[Arrived]) -> set[str]:
    """Return the scopes that arrive whole and of which nothing is here yet: no row needs to be looked up."""
    wanted = {one.scope for one in arrived if one.whole}
    if not wanted:
        return set()
    within = listed(wanted)
    for kind in SPECS:
        query = f'SELECT DISTINCT scope FROM "{kind}" WHERE scope IN (SELECT value FROM json_each(?))'
        wanted -= {row[0] for row in rows.ask(connection, query, (within,))}
    return wanted


def _leftover(
    connection: Connection, one: Arrived, waiting: Mapping[str, list[Edit]]
) -> list[tuple[str, Row]]:
    """Take away what a scope that arrives whole does not have, save what waits to be sent."""
    there = {row["id"] for _, row in one.rows}
    gone: list[tuple[str, Row]] = []
    for _, kind, row_id, _, _ in list(rows.marks(connection, [one.scope])):
        if row_id in there:
            continue
        old = rows.load_one(connection, kind, row_id)
        assert old is not None
        row = rebased(kind, None, one.scope, waiting.get(row_id, []))
        drop_bases(connection, [row_id])
        if row is not None:
            set_base(connection, kind, row_id, one.scope, None)
            rows.put(connection, kind, [rows.shape(kind).bind(row)])
        elif waiting.get(row_id):
            # An edit of a row that the centre does not have: the row goes when the centre has answered.
            set_base(connection, kind, row_id, one.scope, None)
        else:
            search.index(connection, kind, [{**old, "deleted": True}])
            rows.remove(connection, kind, [row_id])
            gone.append((kind, old))
    return gone


def _take(
    connection: Connection,
    kind: str,
    arriving: list[Row],
    waiting: Mapping[str, list[Edit]],
    fresh: set[str],
    unfound: set[str],
) -> list[tuple[str, Row]]:
    """Write the arriving rows of one kind; return those that are different now. `unfound` are indexed later."""
    known = rows.shape(kind)
    own = len(known.own)
    met = [row["id"] for row in arriving if row["scope"] not in fresh]
    stored = rows.load(connection, kind, met) if met else {}
    puts: list[tuple[Any, ...]] = []
    stamps: list[tuple[Any, ...]] = []
    new: list[Row] = []
    changed: list[tuple[str, Row | None, Row, dict[str, list[Any]]]] = []
    for said in arriving:
        raw = stored.get(said["id"])
        older = raw is not None and len(said) < len(known.columns)
        row = rows.complete(kind, said, known.unbind(raw) if raw is not None and older else None)
        edits = waiting.get(row["id"])
        if edits:
            set_base(connection, kind, row["id"], row["scope"], row)
            row = rebased(kind, row, row["scope"], edits) or row
        bound = known.bind(row)
        if raw is not None and raw[:own] == bound[:own] and bool(raw[own + 2]) == row["deleted"]:
            stamps.append(bound)
            continue
        puts.append(bound)
        new.append(row)
        if row["scope"] not in fresh:
            old = known.unbind(raw) if raw is not None else None
            patch = diff(old or {}, row, known.own[1:])
            if patch or old is None or old["deleted"] != row["deleted"]:
                changed.append((kind, old, row, patch))
    rows.put(connection, kind, puts)
    rows.stamp(connection, kind, stamps)
    search.index(connection, kind, [row for row in new if row["scope"] not in unfound])
    note(connection, changed)
    if met:
        drop_bases(connection, [row_id for row_id in met if row_id not in waiting])
    return [(kind, row) for row in new]


def _keep_aside(
    connection: Connection, arrived: Sequence[Arrived], unknown: Mapping[str, list[tuple[str, Row]]]
) -> None:
    """Keep rows of unknown kinds as they came, for a newer program; a scope that arrives whole replaces them."""
    rows.do(
        connection,
        "DELETE FROM sync_page WHERE cursor <> ? AND scope IN (SELECT value FROM json_each(?))",
        (ASIDE, listed(one.scope for one in arrived)),
    )
    for one in arrived:
        if one.scope not in unknown and not one.whole:
            continue
        kept = {} if one.whole else {(k, row["id"]): row for k, row in _aside(connection, [one.scope])}
        kept |= {(kind, row["id"]): row for kind, row in unknown.get(one.scope, [])}
        keep_aside(connection, one.scope, [(kind, row) for (kind, _), row in kept.items()])


def keep_aside(connection: Connection, scope: str, found: Sequence[tuple[str, Row]]) -> None:
    """Keep rows of unknown kinds of a scope, in place of those that are kept."""
    rows.do(connection, "DELETE FROM sync_page WHERE cursor = ? AND scope = ?", (ASIDE, scope))
    if found:
        stage(connection, scope, ASIDE, [{"kind": kind, "row": row} for kind, row in found])


def aside(connection: Connection) -> list[tuple[str, Row]]:
    """Return the rows of all scopes that are kept for a newer program, by kind."""
    return _aside(connection, [scope for (scope,) in rows.ask(connection, "SELECT scope FROM sync_page")])


def _aside(connection: Connection, scopes: Iterable[str]) -> list[tuple[str, Row]]:
    query = "SELECT rows FROM sync_page WHERE cursor = ? AND scope IN (SELECT value FROM json_each(?))"
    return [
        (line["kind"], line["row"])
        for (text,) in rows.ask(connection, query, (ASIDE, listed(scopes)))
        for line in from_json(text)
    ]


def move_cursors(connection: Connection, cursors: Sequence[tuple[str, int]]) -> None:
    """Note up to where each scope is held."""
    rows.many(
        connection,
        "INSERT INTO sync_scope (scope, cursor, schema_version) VALUES (?, ?, ?) ON CONFLICT (scope)"
        " DO UPDATE SET cursor = excluded.cursor, schema_version = excluded.schema_version",
        [(scope, cursor, outbox.SCHEMA) for scope, cursor in cursors],
    )


def _mismatched(connection: Connection, arrived: Sequence[Arrived], checksum: Checksum) -> tuple[str, ...]:
    """Return the scopes that do not hold here what the centre says they hold."""
    scopes = [one.scope for one in arrived]
    held: dict[str, dict[str, tuple[str, str, int]]] = {scope: {} for scope in scopes}
    for scope, kind, row_id, version, deleted in rows.marks(connection, scopes):
        if version and not deleted:
            held[scope][row_id] = (kind, row_id, version)
    query = (
        "SELECT scope, kind, row_id, fields FROM sync_base WHERE scope IN (SELECT value FROM json_each(?))"
    )
    for scope, kind, row_id, text in rows.ask(connection, query, (listed(scopes),)):
        base = from_json(text) if text else None
        held[scope].pop(row_id, None)
        if base is not None and base["version"] and not base["deleted"]:
            held[scope][row_id] = (kind, row_id, base["version"])
    for kind, row in _aside(connection, scopes):
        if not row.get("deleted"):
            held[row["scope"]][row["id"]] = (kind, row["id"], row["version"])
    return tuple(
        one.scope
        for one in arrived
        if len(held[one.scope]) != one.count or checksum(held[one.scope].values()) != one.checksum
    )


# ---- pages, cursors, epochs -------------------------------------------------------------------------------


def stage(connection: Connection, scope: str, cursor: int, lines: Sequence[Mapping[str, Any]]) -> None:
    """Keep a page of a scope that has not arrived whole yet."""
    rows.do(
        connection,
        "INSERT INTO sync_page (scope, cursor, rows) VALUES (?, ?, ?)",
        (scope, cursor, to_json(lines).decode()),
    )


def staged(connection: Connection, scope: str) -> list[tuple[str, Row]]:
    """Return the rows of the pages of a scope that have arrived so far, in order."""
    query = "SELECT rows FROM sync_page WHERE scope = ? AND cursor <> ? ORDER BY n"
    return [
        (line["kind"], line["row"])
        for (text,) in rows.ask(connection, query, (scope, ASIDE))
        for line in from_json(text)
    ]


class Held(NamedTuple):
    """What is held of a scope: the cursor to ask from, and whether it is being had from the beginning."""

    cursor: int
    whole: bool


def held_scopes(connection: Connection) -> dict[str, Held]:
    """Return every scope that is here, or asked for; one written by an older program is to be had whole."""
    found = {
        scope: Held(max(cursor, 0), cursor == WHOLE) if schema >= outbox.SCHEMA else Held(0, True)
        for scope, cursor, schema in rows.ask(
            connection, "SELECT scope, cursor, schema_version FROM sync_scope"
        )
    }
    pages = "SELECT scope, max(cursor) FROM sync_page WHERE cursor <> ? GROUP BY scope"
    for scope, cursor in rows.ask(connection, pages, (ASIDE,)):
        found[scope] = Held(cursor, found[scope].whole if scope in found else True)
    return found


def begin_epoch(connection: Connection) -> None:
    """Start over with a centre that was restored: everything taken of late is sent again, and all scopes are
    had whole. The rows stay on the screen until those of the centre take their place.
    """
    connection.exec_driver_sql(
        "UPDATE outbox SET state = 'new', answer = NULL WHERE state = 'kept'"
        " OR (state = 'held' AND json_extract(answer, '$.status') = 'quarantined')"
    )
    connection.exec_driver_sql("UPDATE sync_scope SET cursor = ?", (WHOLE,))
    connection.exec_driver_sql("DELETE FROM sync_page")
    connection.exec_driver_sql("DELETE FROM sync_base")
    blobs.begin_epoch(connection)
