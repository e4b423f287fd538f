"""Which compartments of a client this device may hold: what is not here may still be kept of her."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from app import access, clock
from app.services import SPECS
from storage import rows
from storage.tables import sync_state


def groups(connection: Connection, clients: Iterable[str]) -> frozenset[str]:
    """Return the compartments that this device may hold of each of these clients: all until it joins a centre.

    What the client's consents opened and a withdrawal has closed is not among them, before the centre says so.
    """
    names = ("device_id", "worker_id")
    query = select(sync_state.c.name, sync_state.c.value).where(sync_state.c.name.in_(names))
    known = dict(connection.execute(query).all())
    if not known.get("device_id"):
        return frozenset(access.GROUPS)
    worker, today, clients = str(known["worker_id"]), clock.today(), list(clients)
    assignments = [
        row for one in clients for row in rows.find(connection, "assignment", one, {"worker_id": worker})
    ]
    asked = access.asked_of(assignments, today)
    consents, withdrawals = (
        [row for client in asked for row in rows.find(connection, kind, client)]
        for kind in ("consent", "consent_withdrawal")
    )
    person = _person(connection, worker) if asked else {"id": worker}
    scopes = access.scopes(person, assignments, consents, withdrawals, today)
    return frozenset(g for g in access.GROUPS if scopes.issuperset(f"client:{one}:{g}" for one in clients))


def _person(connection: Connection, worker: str) -> dict[str, Any]:
    return rows.load_one(connection, "worker", worker) or {"id": worker}


def is_apart(kind: str) -> bool:
    """Tell whether a kind lies in a compartment of a client's beside the core."""
    spec = SPECS[kind]
    return spec.scope == "client" and spec.group != access.CORE


def may_show(connection: Connection, kind: str, client_id: str) -> bool:
    """Tell whether a client's rows of a kind may be shown on this device, as far as is known here."""
    return not is_apart(kind) or SPECS[kind].group in groups(connection, [client_id])
