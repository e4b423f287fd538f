"""What belongs to no client: a log-in, an account, a device, a restore.

What concerns one person is booked in that person's own chain, so that two people's log-ins never wait for each other;
what concerns nobody in particular is booked in the centre's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection

from sync.server import audit, scopes
from sync.server.scopes import CENTRE

_acting: ContextVar[tuple[str, str | None]] = ContextVar("acting")


@contextmanager
def acting(person: str, device: str | None) -> Iterator[None]:
    """Book what happens inside as done by this person at this device, where nothing else is said."""
    before = _acting.set((person, device))
    try:
        yield
    finally:
        _acting.reset(before)


def event(connection: Connection, action: str, *, of: str | None = None, **told: Any) -> None:
    """Book something that belongs to no client. `of` is the worker whom it concerns; what is told are ids only."""
    scope = f"staff:{of}" if of else CENTRE
    states = scopes.lock(connection, [scope])
    by, at = _acting.get((None, None))
    person, device = told.pop("person", None) or by, told.pop("device", None) or at
    audit.append(connection, states, [audit.Entry(scope, action, person, device, patch=told)])
    scopes.save(connection, states.values())
