"""Which compartments of a client this device may hold: what is not here may still be kept of her."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app import access, clock
from app.record import Row
from app.services import SPECS
from storage import rows
from storage.tables import sync_state


def groups(connection: Connection, clients: Iterable[str]) -> frozenset[str]:
    """Return the compartments that this device may hold of each of these clients: all until it joins a centre."""
    names = ("device_id", "worker_id")
    query = select(sync_state.c.name, sync_state.c.value).where(sync_state.c.name.in_(names))
    known = dict(connection.execute(query).all())
    if not known.get("device_id"):
        return frozenset(access.GROUPS)
    worker = str(known["worker_id"])
    scopes = access.scopes(
        worker, rows.find(connection, "assignment", where={"worker_id": worker}), clock.today()
    )
    return frozenset(g for g in access.GROUPS if scopes.issuperset(f"client:{one}:{g}" for one in clients))


def none_of(connection: Connection, kind: str, client_id: str) -> list[Row]:
    """Return the empty list of a client's rows of which there are none here: `NotHeld` where they may be elsewhere."""
    spec = SPECS[kind]
    apart = spec.scope == "client" and spec.group != "core"
    return access.NotHeld() if apart and spec.group not in groups(connection, [client_id]) else []
