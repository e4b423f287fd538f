"""Which compartments of a client this device may hold: what is not here may still be kept of her."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from app import access, clock
from app.record import Row
from app.services import SPECS
from storage import rows
from storage.tables import sync_state


def groups(connection: Connection, clients: Iterable[str]) -> frozenset[str]:
    """Return the compartments that this device may hold of each of these clients: all until it joins a centre.

    What the client's consents opened and a withdrawal has closed is not among them, before the centre says so.
    """
    scopes = allowed(connection)
    if scopes is None:
        return frozenset(access.GROUPS)
    return frozenset(g for g in access.GROUPS if scopes.issuperset(f"client:{one}:{g}" for one in clients))


def allowed(connection: Connection) -> set[str] | None:
    """Return the scopes that the worker may hold by what is known here; None where no centre was joined."""
    names = ("device_id", "worker_id")
    query = select(sync_state.c.name, sync_state.c.value).where(sync_state.c.name.in_(names))
    known = dict(connection.execute(query).all())
    if not known.get("device_id"):
        return None
    worker = str(known["worker_id"])
    assignments = rows.find(connection, "assignment", where={"worker_id": worker})
    today = clock.today()
    asked = access.asked_of(assignments, today)
    consents, withdrawals = (
        [row for client in asked for row in rows.find(connection, kind, client)]
        for kind in ("consent", "consent_withdrawal")
    )
    return access.scopes(_person(connection, worker), assignments, consents, withdrawals, today)


def _person(connection: Connection, worker: str) -> dict[str, Any]:
    return rows.load_one(connection, "worker", worker) or {"id": worker}


def none_of(connection: Connection, kind: str, client_id: str) -> list[Row]:
    """Return the empty list of a client's rows of which there are none here: `NotHeld` where they may be elsewhere."""
    spec = SPECS[kind]
    apart = spec.scope == "client" and spec.group != access.CORE
    return access.NotHeld() if apart and spec.group not in groups(connection, [client_id]) else []
