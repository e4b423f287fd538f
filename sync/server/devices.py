"""Devices: who holds them, and how one that is lost or left is ordered to forget."""

import re

from sqlalchemy import Connection, Engine, bindparam, select, update

from app.clock import new_id, now
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, iso
from sync.protocol import OrderMessage, TokenRequest, order_words, to_base64
from sync.server.database import writing
from sync.server.events import event
from sync.server.state import Keys
from sync.server.statements import found_by, put
from sync.server.tables import ACCOUNT, DEVICE, STATE, WORKER

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def add_device(
    connection: Connection,
    worker: str,
    public_key: str,
    install_id: str,
    name: str,
    logged_in: bool = False,
) -> str:
    """Register a device of a worker, who has logged in with it or has not; returns its id."""
    device = str(new_id())
    row = {
        "id": device,
        "worker_id": worker,
        "name": name,
        "public_key": public_key,
        "install_id": install_id,
        "status": "active",
        "order_at": None,
        "enrolled_at": iso(now()),
        "last_seen": None,
        "login_at": iso(now()) if logged_in else None,
    }
    put(connection, DEVICE, [row], on_conflict="fail")
    event(connection, "device_enrolled", of=worker, person=worker, device=device)
    return device


_DEVICE_AND_PERSON = (
    select(
        DEVICE,
        ACCOUNT.c.username,
        ACCOUNT.c.role,
        ACCOUNT.c.active,
        WORKER.c.name.label("worker_name"),
        select(STATE.c.value).where(STATE.c.name == "epoch").scalar_subquery().label("epoch"),
    )
    .join_from(DEVICE, ACCOUNT, DEVICE.c.worker_id == ACCOUNT.c.worker_id)
    .join(WORKER, WORKER.c.id == DEVICE.c.worker_id)
)
_ONE_DEVICE = _DEVICE_AND_PERSON.where(DEVICE.c.id == bindparam("device"))


def device(connection: Connection, device_id: str) -> Row | None:
    """Return a device with its person's role, name and whether she is in service, and with the present epoch."""
    return next(iter(found_by(connection, _ONE_DEVICE, device=device_id)), None)


def devices(connection: Connection) -> list[Row]:
    """Return all devices with their persons."""
    return [dict(row) for row in connection.execute(_DEVICE_AND_PERSON.order_by(DEVICE.c.id)).mappings()]


def seen(connection: Connection, worker: str, asked: TokenRequest) -> None:
    """Note that a device was here and what it says of itself; booked as its person's log-in."""
    said = {
        "last_seen": iso(now()),
        "program": asked.program or None,
        "platform": asked.platform or None,
        "schema_version": asked.schema_version or None,
    }
    connection.execute(update(DEVICE).where(DEVICE.c.id == asked.device).values(said))
    event(connection, "login", of=worker, person=worker, device=asked.device)


def failed(engine: Engine, found: Row) -> None:
    """Book that somebody asked for a token in a device's name and could not sign for it."""
    with writing(engine) as connection:
        event(connection, "login_failed", of=found["worker_id"], device=found["id"])


def revoke(connection: Connection, device_id: str, order: str, by: str = "", reason: str = "") -> None:
    """Order a device to be drained or destroyed at its next contact.

    `by` is who orders it (a worker's id, or the name of whoever types the command), `reason` why. Raises KnownError for
    an unknown device, and for one that has forgotten everything already.
    """
    found = device(connection, device_id)
    if found is None:
        raise KnownError(Message(N_("There is no such device.")))
    if found["status"] == "wiped":
        raise KnownError(Message(N_("This device has forgotten everything already.")))
    said = {"status": order, "order_at": iso(now()), "order_by": by[:100], "order_reason": reason[:400]}
    connection.execute(update(DEVICE).where(DEVICE.c.id == device_id).values(said))
    event(
        connection,
        "device_revoked",
        of=found["worker_id"],
        person=by if _is_worker(connection, by) else None,
        device=device_id,
        order=order,
        by=said["order_by"],
        reason=said["order_reason"],
    )


def _is_worker(connection: Connection, name: str) -> bool:
    found = select(ACCOUNT.c.worker_id).where(ACCOUNT.c.worker_id == name)
    return bool(_ID.fullmatch(name)) and connection.execute(found).first() is not None


def wiped(connection: Connection, device_id: str) -> None:
    """Note that a revoked device says that it has forgotten everything."""
    ordered = DEVICE.c.status.in_(["drain", "destroy"])
    done = update(DEVICE).where(DEVICE.c.id == device_id, ordered)
    if connection.execute(done.values(status="wiped", wiped_at=iso(now()))).rowcount:
        found = device(connection, device_id)
        event(connection, "device_wiped", of=found["worker_id"] if found else None, device=device_id)


def order_of(found: Row, keys: Keys) -> OrderMessage | None:
    """Return the signed order that a revoked device must carry out."""
    if found["status"] == "active":
        return None
    order = "drain" if found["status"] == "drain" else "destroy"
    signature = keys.order.sign(order_words(found["id"], order, found["order_at"]))
    return OrderMessage(device=found["id"], order=order, at=found["order_at"], signature=to_base64(signature))
