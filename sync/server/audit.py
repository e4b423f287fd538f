"""The audit: one entry for everything done or refused, chained by hashes; it is the history as well.

`hash = SHA-256(prev || canonical entry)`. The entry vouches for its patch by a commitment,
HMAC(salt, patch); patch and salt stand beside it, so that a lawful erasure can blank both and the chain
still verifies.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.clock import now, random_bytes
from app.record import Row, iso
from app.services import SPECS
from sync.protocol import row_mark
from sync.server.database import json_bytes
from sync.server.scopes import ScopeState, beginning
from sync.server.statements import add
from sync.server.tables import AUDIT, RECORDS, SCOPE

_SALT = 16


@dataclass(slots=True)
class Entry:
    """Something to be put into a scope's chain; `patch` is whatever JSON tells what changed."""

    scope: str
    action: str
    person: str | None = None
    device: str | None = None
    kind: str | None = None
    record_id: str | None = None
    version: int | None = None
    saved_at: str | None = None
    mutation_id: str | None = None
    patch: Any = None


_VOUCHED = (
    "action",
    "at",
    "commitment",
    "device",
    "kind",
    "mutation_id",
    "n",
    "person",
    "record_id",
    "saved_at",
    "scope",
    "version",
)


def _hash(prev: str, vouched: Row) -> str:
    """Hash an entry, chained to the one before: keys sorted, no spaces, UTF-8 (after RFC 8785)."""
    return hashlib.sha256(prev.encode() + json_bytes(vouched)).hexdigest()


def _commitment(salt: bytes, patch: bytes) -> str:
    return hmac.digest(salt, patch, "sha256").hex()


def append(connection: Connection, states: dict[str, ScopeState], entries: Sequence[Entry]) -> None:
    """Write entries at the end of their scopes' chains; the scopes are locked, their states move on."""
    add(connection, AUDIT, _chained(states, entries), len(entries))


def _chained(states: dict[str, ScopeState], entries: Sequence[Entry]) -> Iterator[Row]:
    at = iso(now())
    salts = random_bytes(_SALT * len(entries))
    for number, entry in enumerate(entries):
        state = states[entry.scope]
        salt = salts[_SALT * number : _SALT * (number + 1)]
        patch = json_bytes(entry.patch)
        state.entries += 1
        vouched = {  # in the order of _VOUCHED
            "action": entry.action,
            "at": at,
            "commitment": _commitment(salt, patch),
            "device": entry.device,
            "kind": entry.kind,
            "mutation_id": entry.mutation_id,
            "n": state.entries,
            "person": entry.person,
            "record_id": entry.record_id,
            "saved_at": entry.saved_at,
            "scope": entry.scope,
            "version": entry.version,
        }
        prev, state.chain = state.chain, _hash(state.chain, vouched)
        yield {**vouched, "prev": prev, "hash": state.chain, "salt": salt.hex(), "patch": patch.decode()}


@dataclass(frozen=True)
class Finding:
    """Where a chain or a scope's books do not hold: the scope, the entry's number (or None) and why."""

    scope: str
    n: int | None
    why: str


_SCOPES_AT_ONCE = 500
_ROWS_AT_ONCE = 1_000


def verify(connection: Connection) -> Iterator[Finding]:
    """Check every chain from its beginning, each patch, and each scope's count and checksum.

    It goes through the scopes some hundred at a time, so that it never holds more than those, however much there is.
    """
    after: str | None = None
    while True:
        chosen = select(SCOPE).order_by(SCOPE.c.id).limit(_SCOPES_AT_ONCE)
        if after is not None:
            chosen = chosen.where(SCOPE.c.id > after)
        states = {row.id: ScopeState(*row) for row in connection.execute(chosen)}
        last = _last_of(states) if len(states) == _SCOPES_AT_ONCE else None
        yield from _check_chains(connection, states, after, last)
        yield from _check_rows(connection, states.values(), after, last)
        if last is None:
            return
        after = last


def _last_of(states: dict[str, ScopeState]) -> str:
    """Return the last of scopes that came in the database's own order."""
    return next(reversed(states))


def _within(column: Any, after: str | None, last: str | None) -> list[Any]:
    """Return the conditions for the scopes behind `after` up to `last`, where those are given."""
    return [*([column > after] if after is not None else []), *([column <= last] if last is not None else [])]


def _check_chains(
    connection: Connection, states: Mapping[str, ScopeState], after: str | None, last: str | None
) -> Iterator[Finding]:
    ends: dict[str, tuple[int, str]] = {}
    statement = select(AUDIT).where(*_within(AUDIT.c.scope, after, last)).order_by(AUDIT.c.scope, AUDIT.c.n)
    for found in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement):
        row = dict(found._mapping)
        n, chain = ends.get(row["scope"], (0, beginning(row["scope"])))
        yield from _check_entry(row, n, chain)
        ends[row["scope"]] = (row["n"], row["hash"])
    for scope in sorted(states.keys() | ends.keys()):
        state = states.get(scope)
        n, chain = ends.get(scope, (0, beginning(scope)))
        if state is None or (state.entries, state.chain) != (n, chain):
            yield Finding(scope, None, "end")


def _check_entry(row: Row, n: int, chain: str) -> Iterator[Finding]:
    if row["n"] != n + 1:
        yield Finding(row["scope"], row["n"], "gap")
    if row["prev"] != chain:
        yield Finding(row["scope"], row["n"], "link")
    if row["hash"] != _hash(row["prev"], {name: row[name] for name in _VOUCHED}):
        yield Finding(row["scope"], row["n"], "hash")
    patch, salt = row["patch"], bytes.fromhex(row["salt"] or "")
    if patch is not None and row["commitment"] != _commitment(salt, patch.encode()):
        yield Finding(row["scope"], row["n"], "patch")


def _check_rows(
    connection: Connection, states: Iterable[ScopeState], after: str | None, last: str | None
) -> Iterator[Finding]:
    found = {state.id: [0, 0, 0] for state in states}  # living, the sum of their marks, all
    for kind in SPECS:
        table = RECORDS[kind]
        chosen = select(table.c.scope, table.c.id, table.c.version, table.c.deleted)
        within = chosen.where(*_within(table.c.scope, after, last))
        for scope, row_id, version, deleted in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(
            within
        ):
            books = found.setdefault(scope, [0, 0, 0])
            books[2] += 1
            if not deleted:
                books[0] += 1
                books[1] += row_mark(kind, row_id, version)
    for state in states:
        living, marks, total = found[state.id]
        if (state.count, state.checksum, state.total) != (living, f"{marks % 2**64:016x}", total):
            yield Finding(state.id, None, "rows")
