"""What the centre says, applied inside the store: answers to edits, and scopes as they are now.

Each function works inside the caller's write transaction, so that rows, cursor, history and search index
always agree. Unsent edits are never lost here: they are laid over whatever arrives.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, insert

from app import clock
from app.patch import apply, diff
from app.record import Row, iso
from app.services import SPECS
from storage import outbox, rows, search
from storage.tables import history
from storage.writing import Changes

WHOLE = -1
"""The cursor of a scope that is to be had from the beginning, in place of the rows that are there."""
ASIDE = -1
"""The cursor of a page that keeps rows of kinds that this program does not know yet."""
_PENDING = "('new', 'sent')"


# ---- unsent edits over rows -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """An unsent edit of a row, as the outbox has it."""

    kind: str
    row_id: str
    op: str
    patch: Mapping[str, Sequence[Any]]
    author: str
    saved_at: str


def pending(connection: Connection, column: str, values: Iterable[str]) -> dict[str, list[Edit]]:
    """Return the unsent edits by row, oldest first, of these rows (`row_id`) or scopes (`scope`)."""
    found: dict[str, list[Edit]] = defaultdict(list)
    query = (
        f"SELECT kind, row_id, op, patch, author, saved_at FROM outbox WHERE state IN {_PENDING}"
        f" AND {column} IN (SELECT value FROM json_each(?)) ORDER BY n"
    )
    for kind, row_id, op, patch, author, saved_at in connection.exec_driver_sql(query, (_listed(values),)):
        if not patch.startswith(outbox.SEALED):
            found[row_id].append(Edit(kind, row_id, op, from_json(patch), author, saved_at))
    return found


def rebased(kind: str, base: Row | None, scope: str, edits: Iterable[Edit]) -> Row | None:
    """Return the row with edits laid over it in order; None where there is none and none is made."""
    row = dict(base) if base is not None else None
    for edit in edits:
        if row is None:
            if edit.op != "create":
                continue
            made = {"id": edit.row_id, "scope": scope, "created_at": edit.saved_at, "created_by": edit.author}
            row = rows.complete(kind, made)
        if edit.op == "delete":
            row["deleted"] = True
        else:
            row = apply(row, edit.patch)
            row["deleted"] = row["deleted"] and edit.op not in ("create", "undelete")
        row |= {"saved_at": edit.saved_at, "saved_by": edit.author}
    return row


# ---- answers to edits -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What the centre made of one edit; `row` is its row now, unless the edit was plainly applied."""

    mutation_id: str
    status: str
    row: Row | None = None
    problems: tuple[Row, ...] = ()


@dataclass
class Acknowledged:
    """What answers changed here: records, and how many edits were taken and how many are held."""

    changes: Changes = field(default_factory=Changes)
    taken: int = 0
    held: int = 0
    conflicts: int = 0


def acknowledge(connection: Connection, answers: Sequence[Answer], *, rebase: bool = True) -> Acknowledged:
    """Note what became of edits: taken ones are kept aside for a while, the others are held with the answer.

    A row whose edit was not plainly applied becomes what the centre has, with the still unsent edits over it.
    """
    known = _sent(connection, [answer.mutation_id for answer in answers])
    answers = [answer for answer in answers if answer.mutation_id in known]
    result = Acknowledged()
    _mark(connection, answers, result)
    touched = {known[answer.mutation_id] for answer in answers}
    _note_scopes(connection, {scope for _, _, scope in touched})
    told = {known[a.mutation_id]: a.row for a in answers if a.status != "applied"} if rebase else {}
    late = pending(connection, "row_id", [row_id for _, row_id, _ in touched]) if touched else {}
    plain = [key[1] for key in touched if key not in told]
    _advance_bases(connection, answers, known, told, late)
    _drop_bases(connection, [row_id for row_id in plain if row_id not in late])
    changed = []
    for (kind, row_id, scope), row in told.items():
        if kind in SPECS:
            changed += _settled(connection, kind, row_id, scope, row, late.get(row_id, []))
    result.changes = Changes.of(changed)
    return result


_Key = tuple[str, str, str]


def _sent(connection: Connection, ids: Sequence[str]) -> dict[str, _Key]:
    """Return (kind, row, scope) of those mutations that still wait for an answer."""
    query = (
        f"SELECT mutation_id, kind, row_id, scope FROM outbox WHERE state IN {_PENDING}"
        " AND mutation_id IN (SELECT value FROM json_each(?))"
    )
    return {row[0]: (row[1], row[2], row[3]) for row in connection.exec_driver_sql(query, (_listed(ids),))}


def _mark(connection: Connection, answers: Sequence[Answer], result: Acknowledged) -> None:
    at = iso(clock.now())
    groups: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        if answer.status in ("quarantined", "refused"):
            said = {"status": answer.status, "problems": list(answer.problems), "at": at}
            connection.exec_driver_sql(
                "UPDATE outbox SET state = 'held', answer = ? WHERE mutation_id = ?",
                (to_json(said).decode(), answer.mutation_id),
            )
            result.held += 1
        else:
            groups[answer.status].append(answer.mutation_id)
            result.taken += 1
            result.conflicts += answer.status == "conflict"
    for status, ids in groups.items():
        connection.exec_driver_sql(
            "UPDATE outbox SET state = 'kept', answer = ?"
            " WHERE mutation_id IN (SELECT value FROM json_each(?))",
            (to_json({"status": status, "at": at}).decode(), _listed(ids)),
        )


def _note_scopes(connection: Connection, scopes: Iterable[str]) -> None:
    """Let the next pull ask for scopes that began here: the centre then sends them, or says that they go."""
    rows.many(
        connection,
        "INSERT OR IGNORE INTO sync_scope (scope, cursor, schema_version) VALUES (?, ?, ?)",
        [(scope, WHOLE, outbox.SCHEMA) for scope in scopes],
    )


def _advance_bases(
    connection: Connection,
    answers: Sequence[Answer],
    known: Mapping[str, _Key],
    told: Mapping[_Key, Row | None],
    late: Mapping[str, list[Edit]],
) -> None:
    """Lay applied edits over the centre's last word on rows that have newer edits waiting."""
    steps: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        key = known[answer.mutation_id]
        if key not in told and key[1] in late:
            steps[key[1]].append(answer.mutation_id)
    for row_id, ids in steps.items():
        kind, _, scope = known[ids[0]]
        base = connection.exec_driver_sql("SELECT fields FROM sync_base WHERE row_id = ?", (row_id,)).first()
        if base is None:
            continue
        edits = _edits(connection, ids)
        row = rebased(kind, from_json(base[0]) if base[0] else None, scope, edits)
        _set_base(connection, kind, row_id, scope, row)


def _edits(connection: Connection, ids: Sequence[str]) -> list[Edit]:
    query = (
        "SELECT kind, row_id, op, patch, author, saved_at FROM outbox"
        " WHERE mutation_id IN (SELECT value FROM json_each(?)) ORDER BY n"
    )
    return [
        Edit(kind, row_id, op, from_json(patch), author, saved_at)
        for kind, row_id, op, patch, author, saved_at in connection.exec_driver_sql(query, (_listed(ids),))
        if not patch.startswith(outbox.SEALED)
    ]


def _set_base(connection: Connection, kind: str, row_id: str, scope: str, row: Row | None) -> None:
    connection.exec_driver_sql(
        "INSERT INTO sync_base (row_id, kind, scope, fields) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (row_id) DO UPDATE SET fields = excluded.fields",
        (row_id, kind, scope, to_json(row).decode() if row is not None else None),
    )


def last_word(connection: Connection, mutation_id: str) -> Row | None:
    """Return the row of an unsent edit as the centre last said it, None where it has none."""
    query = "SELECT fields FROM sync_base JOIN outbox USING (row_id) WHERE mutation_id = ?"
    found = connection.exec_driver_sql(query, (mutation_id,)).first()
    return from_json(found[0]) if found is not None and found[0] else None


def _drop_bases(connection: Connection, row_ids: Sequence[str]) -> None:
    if row_ids:
        connection.exec_driver_sql(
            "DELETE FROM sync_base WHERE row_id IN (SELECT value FROM json_each(?))", (_listed(row_ids),)
        )


def _settled(
    connection: Connection, kind: str, row_id: str, scope: str, said: Row | None, late: list[Edit]
) -> list[tuple[str, Row]]:
    """Make one row what the centre has, with the still unsent edits over it; return it if it changed."""
    old = rows.load_one(connection, kind, row_id)
    if old is None:  # a client who left and came back: the next pull brings her whole
        _drop_bases(connection, [row_id])
        return []
    base = rows.complete(kind, said, old) if said is not None else None
    row = rebased(kind, base, scope, late)
    if late:
        _set_base(connection, kind, row_id, scope, base)
    else:
        _drop_bases(connection, [row_id])
    if row is None:
        _gone(connection, kind, old)
        return [(kind, old)]
    rows.put(connection, kind, [rows.shape(kind).bind(row)])
    patch = diff(old, row, rows.shape(kind).own[1:])
    if not patch and old["deleted"] == row["deleted"]:
        return []
    search.index(connection, kind, [row])
    _note(connection, [(kind, old, row, patch)])
    return [(kind, row)]


def _gone(connection: Connection, kind: str, old: Row) -> None:
    """Take a row away that the centre does not have; while others point to it, it is only hidden."""
    hidden = {**old, "deleted": True, "version": 0}
    search.index(connection, kind, [hidden])
    if rows.is_referred_to(connection, kind, old["id"]):
        rows.put(connection, kind, [rows.shape(kind).bind(hidden)])
    else:
        rows.remove(connection, kind, [old["id"]])


# ---- scopes as they are now -------------------------------------------------------------------------------


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
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    scopes = [one.scope for one in arrived]
    waiting = pending(connection, "scope", scopes)
    fresh = _fresh(connection, arrived)
    result, changed = Applied(), []
    aside: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    by_kind: dict[str, dict[str, Row]] = defaultdict(dict)
    for one in arrived:
        for kind, row in one.rows:
            if kind not in SPECS:
                aside[one.scope].append((kind, row))
                continue
            by_kind[kind].pop(row["id"], None)
            by_kind[kind][row["id"]] = row
        if one.whole and one.scope not in fresh:
            changed += _leftover(connection, one, waiting)
    for kind in SPECS:
        if kind in by_kind:
            changed += _take(connection, kind, list(by_kind[kind].values()), waiting, fresh)
    result.changes, result.rows = Changes.of(changed), len(changed)
    _keep_aside(connection, arrived, aside)
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
    listed = _listed(wanted)
    for kind in SPECS:
        query = f'SELECT DISTINCT scope FROM "{kind}" WHERE scope IN (SELECT value FROM json_each(?))'
        wanted -= {row[0] for row in connection.exec_driver_sql(query, (listed,))}
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
        _drop_bases(connection, [row_id])
        if row is not None:
            _set_base(connection, kind, row_id, one.scope, None)
            rows.put(connection, kind, [rows.shape(kind).bind(row)])
        elif waiting.get(row_id):
            # An edit of a row that the centre does not have: the row goes when the centre has answered.
            _set_base(connection, kind, row_id, one.scope, None)
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
) -> list[tuple[str, Row]]:
    """Write the arriving rows of one kind; return those that are different now."""
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
            _set_base(connection, kind, row["id"], row["scope"], row)
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
    search.index(connection, kind, new)
    _note(connection, changed)
    if met:
        _drop_bases(connection, [row_id for row_id in met if row_id not in waiting])
    return [(kind, row) for row in new]


def _note(connection: Connection, changed: Sequence[tuple[str, Row | None, Row, Mapping[str, Any]]]) -> None:
    """Write into each record's history what arrived: by whom and when it was saved."""
    lines = [
        {
            "kind": kind,
            "row_id": row["id"],
            "scope": row["scope"],
            "at": row["saved_at"] or iso(clock.now()),
            "by": row["saved_by"],
            "op": _op(old, row),
            "patch": dict(patch),
        }
        for kind, old, row, patch in changed
        if not (old is not None and old["deleted"] and row["deleted"] and _blanked(connection, row, patch))
    ]
    if lines:
        connection.execute(insert(history), lines)


def _blanked(connection: Connection, row: Row, patch: Mapping[str, Any]) -> bool:
    """Add to the note of a deletion made here what the centre has blanked since: bringing back needs it."""
    note = "SELECT n, patch FROM history WHERE row_id = ? AND op = 'delete' ORDER BY n DESC LIMIT 1"
    found = connection.exec_driver_sql(note, (row["id"],)).first()
    if found is None:
        return False
    whole = to_json({**patch, **from_json(found[1])}).decode()
    connection.exec_driver_sql("UPDATE history SET patch = ? WHERE n = ?", (whole, found[0]))
    return True


def _op(old: Row | None, row: Row) -> str:
    if old is None:
        return "create"
    if old["deleted"] != row["deleted"]:
        return "delete" if row["deleted"] else "undelete"
    return "update"


def _keep_aside(
    connection: Connection, arrived: Sequence[Arrived], aside: Mapping[str, list[tuple[str, Row]]]
) -> None:
    """Keep rows of unknown kinds as they came, for a newer program; a scope that arrives whole replaces them."""
    connection.exec_driver_sql(
        "DELETE FROM sync_page WHERE cursor <> ? AND scope IN (SELECT value FROM json_each(?))",
        (ASIDE, _listed(one.scope for one in arrived)),
    )
    for one in arrived:
        if one.scope not in aside and not one.whole:
            continue
        kept = {} if one.whole else {(k, row["id"]): row for k, row in _aside(connection, [one.scope])}
        kept |= {(kind, row["id"]): row for kind, row in aside.get(one.scope, [])}
        connection.exec_driver_sql("DELETE FROM sync_page WHERE cursor = ? AND scope = ?", (ASIDE, one.scope))
        if kept:
            lines = [{"kind": kind, "row": row} for (kind, _), row in kept.items()]
            stage(connection, one.scope, ASIDE, lines)


def _aside(connection: Connection, scopes: Iterable[str]) -> list[tuple[str, Row]]:
    query = "SELECT rows FROM sync_page WHERE cursor = ? AND scope IN (SELECT value FROM json_each(?))"
    return [
        (line["kind"], line["row"])
        for (text,) in connection.exec_driver_sql(query, (ASIDE, _listed(scopes)))
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
    for scope, kind, row_id, text in connection.exec_driver_sql(query, (_listed(scopes),)):
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
    connection.exec_driver_sql(
        "INSERT INTO sync_page (scope, cursor, rows) VALUES (?, ?, ?)",
        (scope, cursor, to_json(lines).decode()),
    )


def staged(connection: Connection, scope: str) -> list[tuple[str, Row]]:
    """Return the rows of the pages of a scope that have arrived so far, in order."""
    query = "SELECT rows FROM sync_page WHERE scope = ? AND cursor <> ? ORDER BY n"
    return [
        (line["kind"], line["row"])
        for (text,) in connection.exec_driver_sql(query, (scope, ASIDE))
        for line in from_json(text)
    ]


@dataclass(frozen=True)
class Held:
    """What is held of a scope: the cursor to ask from, and whether it is being had from the beginning."""

    cursor: int
    whole: bool


def held_scopes(connection: Connection) -> dict[str, Held]:
    """Return every scope that is here, or asked for; one written by an older program is to be had whole."""
    found = {
        scope: Held(max(cursor, 0), cursor == WHOLE) if schema >= outbox.SCHEMA else Held(0, True)
        for scope, cursor, schema in connection.exec_driver_sql(
            "SELECT scope, cursor, schema_version FROM sync_scope"
        )
    }
    pages = "SELECT scope, max(cursor) FROM sync_page WHERE cursor <> ? GROUP BY scope"
    for scope, cursor in connection.exec_driver_sql(pages, (ASIDE,)):
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


def _listed(values: Iterable[str]) -> str:
    return to_json(list(values)).decode()
