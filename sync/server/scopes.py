"""The locked row of each scope: what makes numbers come out in the order of commits (a plain sequence
would show number 8 before 7 has committed)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select

from sync.protocol import EMPTY, row_mark
from sync.server.database import is_postgres
from sync.server.metrics import LOCK_WAIT
from sync.server.statements import array, ask, put, together
from sync.server.tables import SCOPE

_COLUMNS = tuple(str(column.name) for column in SCOPE.columns)
CENTRE = "centre"  # the chain of events that belong to no client: accounts, devices, restores


@dataclass
class ScopeState:
    """One scope's row while its lock is held; changed in memory and written back once."""

    id: str
    head: int
    entries: int
    chain: str
    count: int
    total: int
    checksum: str
    added: int = 0  # to the checksum, since it was read
    taken: int | None = None  # only with a planted bug: the number before those taken too early

    def number(self) -> int:
        """Return the next row number."""
        if self.taken is not None:
            self.taken += 1
            return self.taken
        self.head += 1
        return self.head

    def values(self) -> dict[str, str | int]:
        """Return the row as it is stored."""
        total = (int(self.checksum, 16) + self.added) % 2**64
        return {**{name: getattr(self, name) for name in _COLUMNS}, "checksum": f"{total:016x}"}

    def counts(self, kind: str, row_id: str, version: int, sign: int) -> None:
        """Let a living row count (sign 1), or no longer (sign -1), in the scope's count and checksum."""
        self.count += sign
        self.added += sign * row_mark(kind, row_id, version)


_NAMES = ", ".join(f'"scope"."{name}"' for name in _COLUMNS)
_READ = f'SELECT {_NAMES} FROM "scope" WHERE "id" = ANY(CAST(%s AS text[])) ORDER BY "id"'
_LOCK = f"{_READ} FOR UPDATE"
_CHANGED = (
    f"SELECT asked.one, {_NAMES} FROM unnest(CAST(%s AS text[]), CAST(%s AS bigint[])) AS asked(one, cursor)"
    ' LEFT JOIN "scope" ON "scope"."id" = asked.one WHERE coalesce("scope"."head", 0) <> asked.cursor'
)


def beginning(scope: str) -> str:
    """Return the hash that a scope's chain begins with."""
    return hashlib.sha256(scope.encode()).hexdigest()


@LOCK_WAIT.time()
def lock(connection: Connection, scopes: Iterable[str]) -> dict[str, ScopeState]:
    """Lock the rows of these scopes, made where missing, in the order of their ids: none waits in a circle.

    On SQLite the transaction itself is the lock.
    """
    ids = sorted(set(scopes))
    fresh = [ScopeState(one, 0, 0, beginning(one), 0, 0, EMPTY).values() for one in ids]
    if not is_postgres(connection):
        put(connection, SCOPE, fresh, on_conflict="skip")
        return read(connection, ids)
    with together(connection) as asking:
        put(connection, SCOPE, fresh, on_conflict="skip")
        found = asking.ask(_LOCK, (array(ids),))
    return {row[0]: ScopeState(*row) for row in found()}


def read(connection: Connection, ids: Sequence[str]) -> dict[str, ScopeState]:
    """Return the rows of these scopes, those that there are."""
    if is_postgres(connection):
        found = ask(connection, _READ, (array(ids),))
    else:
        some = select(SCOPE).where(SCOPE.c.id.in_(bindparam("ids", expanding=True)))
        found = [tuple(row) for row in connection.execute(some, {"ids": list(ids)})]
    return {row[0]: ScopeState(*row) for row in found}


def changed(connection: Connection, cursors: Mapping[str, int | None]) -> dict[str, ScopeState | None]:
    """Return the scopes that are not as a device has them, by id: it has read up to `cursors`, or (None) nothing.

    None for a scope into which nothing has been written yet. What is as it was is not read: most of what is held.
    """
    ids = sorted(cursors)
    if is_postgres(connection):
        marks = [-1 if (cursor := cursors[one]) is None else cursor for one in ids]
        found = ask(connection, _CHANGED, (array(ids), array(marks)))
        return {row[0]: None if row[1] is None else ScopeState(*row[1:]) for row in found}
    states = read(connection, ids)
    heads = {one: state.head if (state := states.get(one)) is not None else 0 for one in ids}
    return {one: states.get(one) for one in ids if cursors[one] != heads[one]}


def save(connection: Connection, states: Iterable[ScopeState]) -> None:
    """Write the locked rows back."""
    put(connection, SCOPE, [state.values() for state in states])


def copy(states: dict[str, ScopeState]) -> dict[str, ScopeState]:
    """Return copies, to go back to when a write fails."""
    return {key: replace(state) for key, state in states.items()}
