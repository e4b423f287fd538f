"""The centre erases a client for good: rows, patches in the audit, what was kept apart, and files.

What was vouched for stays provable: of an audit entry patch and salt go, its hash and the chain do not. Afterwards
nothing about the client is taken in any more, so that a device that was away brings nothing back.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, delete, select, update

from app import access, merging
from app.clock import new_id, now
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Day, Row, iso
from sync.protocol import Mutation
from sync.server import audit, scopes
from sync.server.audit import Entry
from sync.server.batch import Work
from sync.server.database import is_postgres
from sync.server.rights import Sender
from sync.server.scopes import ScopeState
from sync.server.statements import Answer, Together, put, rows_of
from sync.server.tables import AUDIT, BLOB, BLOB_PIECE, QUARANTINE, RECEIPT, RECORDS
from sync.server.values import kind

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_ERASURE, _MERGE = RECORDS["erasure"], RECORDS["client_merge"]
_AT_ONCE = 500
NO_DAY = "1900-01-01"
"""What stands where a day must stand."""


# ---- what a batch erases, and what it may no longer bring ---------------------------------------------------


def named(connection: Connection, mutations: Iterable[Mutation]) -> list[str]:
    """Return the clients whom these mutations order to be erased, with everybody merged into them."""
    found = [
        client
        for mutation in mutations
        if mutation.kind == "erasure" and mutation.op == "create"
        if isinstance(client := mutation.patch.get("erased_id", (None, None))[1], str) and _ID.match(client)
    ]
    new = found = sorted(set(found))
    while new:
        chosen = select(_MERGE.c.merged_id).where(
            _MERGE.c.client_id.in_(new), _MERGE.c.deleted.is_(False), _MERGE.c.undone_on.is_(None)
        )
        merged = connection.execute(chosen).scalars()
        new = sorted(set(merged) - set(found))
        found = [*found, *new]
    return found


def to_lock(connection: Connection, clients: Sequence[str]) -> list[str]:
    """Return the scopes that erasing these clients touches: their own, and those of whom they were merged with."""
    if not clients:
        return []
    kept = connection.execute(select(_MERGE.c.client_id).where(_MERGE.c.merged_id.in_(clients))).scalars()
    touched = {*clients, *kept}
    return [f"client:{client}:{group}" for client in sorted(touched) for group in access.GROUPS]


def erased_of(asking: Together, mutations: Iterable[Mutation]) -> Answer:
    """Ask which of the clients whom these mutations are about have been erased, for `keep_out`."""
    scopes = {mutation.scope for mutation in mutations}
    clients = {client for scope in scopes if (client := access.client_of(scope)) and _ID.match(client)}
    return asking.rows_of(_ERASURE, sorted(clients), ("erased_id",), key="erased_id")


def keep_out(works: Iterable[Work], erased: Iterable[Row]) -> None:
    """Refuse whatever is about a client who was erased, and keep nothing of what it says."""
    gone = {row["erased_id"] for row in erased}
    for work in works if gone else ():
        if access.client_of(work.mutation.scope) in gone:
            work.mutation = work.mutation.model_copy(update={"patch": {}})
            work.refuse(Problem(None, Message(N_("Everything about this client has been erased."))))


def also(works: Sequence[Work], clients: Sequence[str]) -> list[Work]:
    """Return the orders for those merged into a client, where a batch that orders her erasure lacks them."""
    orders = [
        w for w in works if w.mutation.kind == "erasure" and not w.decided and w.mutation.op == "create"
    ]
    if not orders:
        return []
    there = {work.patch["erased_id"][1] for work in orders}
    first = orders[0]
    added = []
    for client in clients:
        if client not in there:
            patch = {**first.patch, "erased_id": [None, client]}
            told = {name: (change[0], change[1]) for name, change in patch.items()}
            order = {"id": str(new_id()), "row": str(new_id()), "patch": told}
            added.append(Work(first.mutation.model_copy(update=order), patch, own=True))
    return added


def done(works: Iterable[Work]) -> list[str]:
    """Return the clients whose erasure was taken."""
    return sorted(
        work.patch["erased_id"][1]
        for work in works
        if work.mutation.kind == "erasure" and work.mutation.op == "create" and work.status == "applied"
        if "erased_id" in work.patch
    )


# ---- erasing ----------------------------------------------------------------------------------------------


def erase(
    connection: Connection, sender: Sender, states: Mapping[str, ScopeState], clients: Sequence[str]
) -> None:
    """Blank everything about these clients, inside the transaction that takes the order; the scopes are locked."""
    if not clients:
        return
    within = [f"client:{client}:{group}" for client in clients for group in access.GROUPS]
    _erase_files(connection, within)
    before = {scope: states[scope].total for scope in within}
    for name, table in RECORDS.items():
        found = connection.execute(select(table).where(table.c.scope.in_(within))).mappings()
        _write_blank(connection, name, [dict(row) for row in found], states)
    _blank_audit(connection, AUDIT.c.scope.in_(within))
    _forget_copies(connection, states, clients)
    kept_apart = update(QUARANTINE).where(QUARANTINE.c.scope.in_(within))
    connection.execute(kept_apart.values(mutation="", note=None))
    connection.execute(kept_apart.where(QUARANTINE.c.released_at.is_(None)).values(released_at=iso(now())))
    known = [scope for scope in within if before[scope] or states[scope].entries]
    entries = [Entry(scope, "erased", sender.worker, sender.device) for scope in known]
    audit.append(connection, dict(states), entries)
    scopes.save(connection, states.values())


def _write_blank(
    connection: Connection, name: str, rows: Sequence[Row], states: Mapping[str, ScopeState]
) -> None:
    changed = []
    for row in rows:
        state = states[row["scope"]]
        if not row["deleted"]:
            state.counts(name, row["id"], row["version"], -1)
        blank = {**row, **_blank(name), "deleted": True, "extra": {}, "version": row["version"] + 1}
        changed.append({**blank, "seq": state.number()})
    put(connection, RECORDS[name], changed)


def _blank(name: str) -> Row:
    """Return the values of an erased row: those of a deleted one, and no day either."""
    known = kind(name)
    values: Row = dict(known.blank)
    named = {column for column, _ in known.parents}
    for field in known.names:
        column = known.table.c[field]
        if field in values or field in named or field == "client_id":
            continue
        if column.nullable:
            values[field] = None
        elif isinstance(column.type, Day):
            values[field] = NO_DAY
    return values


def _blank_audit(connection: Connection, which: Any) -> None:
    """Take patch and salt out of audit entries, and what was said of the changes when they were refused."""
    ids = [one for one in connection.execute(select(AUDIT.c.mutation_id).where(which)).scalars() if one]
    connection.execute(update(AUDIT).where(which, AUDIT.c.patch.is_not(None)).values(patch=None, salt=None))
    for start in range(0, len(ids), _AT_ONCE):
        some = RECEIPT.c.mutation_id.in_(ids[start : start + _AT_ONCE])
        connection.execute(update(RECEIPT).where(some).values(problems=[]))


def _forget_copies(connection: Connection, states: Mapping[str, ScopeState], clients: Sequence[str]) -> None:
    """Blank what undone merges have left of these clients with others: copies, and the fields of then."""
    of_these = select(_MERGE).where(_MERGE.c.merged_id.in_(clients), _MERGE.c.client_id.not_in(clients))
    for merge in [dict(row) for row in connection.execute(of_these).mappings()]:
        copies = [one for one in merge["moved"] if one.get("kind") in RECORDS]
        copies += _apart(connection, merge)
        scope = f"client:{merge['client_id']}:"
        for name in {one["kind"] for one in copies}:
            here = [one["here"] for one in copies if one["kind"] == name]
            found = rows_of(connection, RECORDS[name], here)
            _write_blank(connection, name, [row for row in found if row["scope"].startswith(scope)], states)
        ids = [merge["id"], *(one["here"] for one in copies)]
        for start in range(0, len(ids), _AT_ONCE):
            _blank_audit(connection, AUDIT.c.record_id.in_(ids[start : start + _AT_ONCE]))
        _forget_values(connection, merge)
        state = states[merge["scope"]]
        if not merge["deleted"]:
            state.counts("client_merge", merge["id"], merge["version"], -1)
            state.counts("client_merge", merge["id"], merge["version"] + 1, 1)
        emptied = {"moved": [], "client_before": {}, "version": merge["version"] + 1, "seq": state.number()}
        put(connection, _MERGE, [{**merge, **emptied}])


def _apart(connection: Connection, merge: Row) -> list[Row]:
    """Return the copies in compartments of which a merge does not speak."""
    return [
        {"kind": name, "here": row["id"]}
        for name in merging.apart()
        for row in rows_of(
            connection, RECORDS[name], [merge["client_id"]], ("id", "deleted"), key="client_id"
        )
        if row["deleted"] and merging.came_by(merge["id"], row["id"])
    ]


def _forget_values(connection: Connection, merge: Row) -> None:
    """Blank the audit entries in which the client who stayed took or gave back a value of the other."""
    changed = merge["client_before"].get("kept", {})
    of_client = select(AUDIT.c.scope, AUDIT.c.n, AUDIT.c.patch).where(
        AUDIT.c.record_id == merge["client_id"], AUDIT.c.patch.is_not(None)
    )
    for scope, number, text in connection.execute(of_client).all():
        patch = (from_json(text) or {}).get("patch") or {}
        if any(change[1] in patch.get(name, ()) for name, change in changed.items()):
            _blank_audit(connection, (AUDIT.c.scope == scope) & (AUDIT.c.n == number))


def _erase_files(connection: Connection, within: Sequence[str]) -> None:
    """Remove the encrypted files that only these clients' entries name."""
    table = RECORDS["attachment"]
    inside = set(connection.execute(select(table.c.sha256).where(table.c.scope.in_(within))).scalars())
    others = select(table.c.sha256).where(
        table.c.sha256.in_(sorted(inside)), table.c.scope.not_in(within), table.c.deleted.is_(False)
    )
    gone = sorted(one for one in inside - set(connection.execute(others).scalars()) if one)
    for books in (BLOB_PIECE, BLOB):
        connection.execute(delete(books).where(books.c.sha256.in_(gone)))


def checkpoint(engine: Engine) -> None:
    """Write SQLite's journal back and empty it, so that what was erased is in no file; PostgreSQL needs nothing."""
    if is_postgres(engine):
        return
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()
