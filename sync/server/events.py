"""What belongs to no client: a login, an account, a device, a restore."""

from typing import Any

from sqlalchemy import Connection

from sync.server import audit, scopes
from sync.server.scopes import CENTRE


def event(connection: Connection, action: str, **told: Any) -> None:
    """Book something that belongs to no client: a login, an account, a restore. Ids only."""
    states = scopes.lock(connection, [CENTRE])
    person, device = told.pop("person", None), told.pop("device", None)
    audit.append(connection, states, [audit.Entry(CENTRE, action, person, device, patch=told)])
    scopes.save(connection, states.values())
