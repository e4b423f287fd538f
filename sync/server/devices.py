"""Devices: who holds them, and how one that is lost or left is ordered to forget."""

from sqlalchemy import Connection, bindparam, select, update

from app.clock import new_id, now
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, iso
from sync.protocol import OrderMessage, order_words, to_base64
from sync.server.database import put
from sync.server.events import event
from sync.server.state import Keys
from sync.server.tables import ACCOUNT, DEVICE, WORKER


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
    event(connection, "device_enrolled", person=worker, device=device)
    return device


_DEVICE_AND_PERSON = (
    select(DEVICE, ACCOUNT.c.username, ACCOUNT.c.role, ACCOUNT.c.active, WORKER.c.name.label("worker_name"))
    .join_from(DEVICE, ACCOUNT, DEVICE.c.worker_id == ACCOUNT.c.worker_id)
    .join(WORKER, WORKER.c.id == DEVICE.c.worker_id)
)
_ONE_DEVICE = _DEVICE_AND_PERSON.where(DEVICE.c.id == bindparam("device"))


def device(connection: Connection, device_id: str) -> Row | None:
    """Return a device with its person's role, name and whether she is in service."""
    found = connection.execute(_ONE_DEVICE, {"device": device_id}).mappings().first()
    return dict(found) if found else None


def devices(connection: Connection) -> list[Row]:
    """Return all devices with their persons."""
    return [dict(row) for row in connection.execute(_DEVICE_AND_PERSON.order_by(DEVICE.c.id)).mappings()]


def revoke(connection: Connection, device_id: str, order: str) -> None:
    """Order a device to be drained or destroyed at its next contact; raises KnownError for an unknown one."""
    changed = connection.execute(
        update(DEVICE).where(DEVICE.c.id == device_id).values(status=order, order_at=iso(now()))
    )
    if changed.rowcount != 1:
        raise KnownError(Message(N_("There is no such device.")))
    event(connection, "device_revoked", device=device_id, order=order)


def wiped(connection: Connection, device_id: str) -> None:
    """Note that a revoked device says that it has forgotten everything."""
    ordered = DEVICE.c.status.in_(["drain", "destroy"])
    if connection.execute(
        update(DEVICE).where(DEVICE.c.id == device_id, ordered).values(status="wiped")
    ).rowcount:
        event(connection, "device_wiped", device=device_id)


def order_of(found: Row, keys: Keys) -> OrderMessage | None:
    """Return the signed order that a revoked device must carry out."""
    if found["status"] == "active":
        return None
    order = "drain" if found["status"] == "drain" else "destroy"
    signature = keys.order.sign(order_words(found["id"], order, found["order_at"]))
    return OrderMessage(device=found["id"], order=order, at=found["order_at"], signature=to_base64(signature))
