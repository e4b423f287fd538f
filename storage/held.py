"""Which compartments of a client this device may hold: what is not here may still be kept of her."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, select

from app import access, clock
from app.record import Row
from app.services import SPECS
from storage import rows
from storage.tables import sync_state


def groups(connection: Connection, clients: Iterable[str]) -> frozenset[str]:
    """Return the compartments that this device may hold of each of these clients: all until it joins a centre."""
    worker, clients = _worker(connection), list(clients)
    if worker is None:
        return frozenset(access.GROUPS)
    assignments = [
        row for one in clients for row in rows.find(connection, "assignment", one, {"worker_id": worker})
    ]
    scopes = _scopes(connection, worker, assignments)
    return frozenset(g for g in access.GROUPS if scopes.issuperset(f"client:{one}:{g}" for one in clients))


def closed(connection: Connection, kind: str, client_id: str | None = None) -> frozenset[str]:
    """Return the clients (or the one) whose consents, as far as they are known here, do not open a kind to the worker.

    The centre opened it and will take it back: what a withdrawal closes is not shown until then either.
    """
    worker = _worker(connection) if is_apart(kind) else None
    if worker is None:
        return frozenset()
    assignments = rows.find(connection, "assignment", client_id, {"worker_id": worker})
    asked = access.asked_of(assignments, clock.today())
    if not asked:
        return frozenset()
    scopes, group = _scopes(connection, worker, assignments), SPECS[kind].group
    return frozenset(client for client in asked if f"client:{client}:{group}" not in scopes)


def may_show(connection: Connection, kind: str, client_id: UUID | str | None) -> bool:
    """Tell whether a client's rows of a kind may be shown on this device, as far as consents are known here."""
    return client_id is None or str(client_id) not in closed(connection, kind, str(client_id))


def _worker(connection: Connection) -> str | None:
    """Return the worker's id; None where no centre has been joined."""
    names = ("device_id", "worker_id")
    query = select(sync_state.c.name, sync_state.c.value).where(sync_state.c.name.in_(names))
    known = dict(connection.execute(query).all())
    return str(known["worker_id"]) if known.get("device_id") else None


def _scopes(connection: Connection, worker: str, assignments: list[Row]) -> set[str]:
    """Return the scopes that the worker may hold by these assignments of hers, and by what is here of consents."""
    today = clock.today()
    asked = access.asked_of(assignments, today)
    consents, withdrawals = (
        [row for client in asked for row in rows.find(connection, kind, client)]
        for kind in ("consent", "consent_withdrawal")
    )
    person = rows.load_one(connection, "worker", worker) if asked else None
    return access.scopes(person or {"id": worker}, assignments, consents, withdrawals, today)


def is_apart(kind: str) -> bool:
    """Tell whether a kind lies in a compartment of a client's beside the core."""
    spec = SPECS[kind]
    return spec.scope == "client" and spec.group != access.CORE


def none_of(connection: Connection, kind: str, client_id: str) -> list[Row]:
    """Return the empty list of a client's rows of which there are none here: `NotHeld` where they may be elsewhere."""
    apart = is_apart(kind) and SPECS[kind].group not in groups(connection, [client_id])
    return access.NotHeld() if apart else []
