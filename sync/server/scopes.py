"""The locked row of each scope: what makes numbers come out in the order of commits (a plain sequence
would show number 8 before 7 has committed)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select

from sync.protocol import EMPTY, row_mark
from sync.server.database import is_postgres, put
from sync.server.metrics import LOCK_WAIT
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
    put(connection, SCOPE, fresh, on_conflict="skip")
    return read(connection, ids, locking=True)


def read(connection: Connection, ids: Sequence[str], locking: bool = False) -> dict[str, ScopeState]:
    """Return the rows of these scopes, those that there are."""
    statement = select(SCOPE).where(SCOPE.c.id.in_(bindparam("ids", expanding=True))).order_by(SCOPE.c.id)
    if locking and is_postgres(connection):
        statement = statement.with_for_update()
    return {row.id: ScopeState(*row) for row in connection.execute(statement, {"ids": list(ids)})}


def save(connection: Connection, states: Iterable[ScopeState]) -> None:
    """Write the locked rows back."""
    put(connection, SCOPE, [state.values() for state in states])


def copy(states: dict[str, ScopeState]) -> dict[str, ScopeState]:
    """Return copies, to go back to when a write fails."""
    return {key: replace(state) for key, state in states.items()}
