"""Accounts, enrolment codes and devices: who may come in, and how a lost device is ordered to forget."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from app import roles
from app.clock import new_id, now, random_bytes
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, iso
from sync.protocol import Mutation, OrderMessage, order_words, to_base64
from sync.server import audit, push, scopes
from sync.server.database import put
from sync.server.rights import Sender
from sync.server.scopes import CENTRE
from sync.server.state import Keys
from sync.server.tables import ACCOUNT, ASSIGNMENT, CLIENT, DEVICE, ENROL_CODE, WORKER

CODE_DAYS = 7
NOBODY = "00000000-0000-0000-0000-000000000000"  # the centre itself, as an author
_OFFICE_ROLE = roles.ADMIN


def office() -> Sender:
    """Return the centre itself as a sender: it may write everything."""
    return Sender(None, NOBODY, _OFFICE_ROLE, centre=True)


def event(connection: Connection, action: str, **told: Any) -> None:
    """Book something that belongs to no client: a login, an account, a restore. Ids only."""
    states = scopes.lock(connection, [CENTRE])
    person, device = told.pop("person", None), told.pop("device", None)
    audit.append(connection, states, [audit.Entry(CENTRE, action, person, device, patch=told)])
    scopes.save(connection, states.values())


def _write(connection: Connection, mutation: Mutation) -> None:
    result = push.write(connection, office(), [mutation])[0]
    if result["status"] != "applied":
        raise KnownError(Message(N_("The data was not accepted.")))


def _mutation(scope: str, kind: str, row: str, op: Any, patch: dict[str, tuple[Any, Any]]) -> Mutation:
    return Mutation(
        id=str(new_id()),
        scope=scope,
        kind=kind,
        row=row,
        op=op,
        patch=patch,
        author=NOBODY,
        saved_at=iso(now()),
    )


def add_user(connection: Connection, username: str, role: str, name: str = "") -> str:
    """Register a person of the service; returns the worker's id. Raises KnownError for a name taken."""
    if role not in {choice.value for choice in roles.ROLES}:
        raise KnownError(Message(N_("There is no such role: {role}."), role=role))
    if find_user(connection, username) is not None:
        raise KnownError(Message(N_("There is already a user {name}."), name=username))
    worker = str(new_id())
    values = {"name": name or username, "username": username, "role": role, "active": True}
    patch = {field: (None, value) for field, value in values.items()}
    _write(connection, _mutation("reference", "worker", worker, "create", patch))
    account = {"worker_id": worker, "username": username, "role": role, "active": 1}
    put(connection, ACCOUNT, [account], on_conflict="fail")
    event(connection, "user_added", worker=worker, role=role)
    return worker


def find_user(connection: Connection, username: str) -> Row | None:
    """Return an account by its user name, in capitals or not."""
    same_name = func.lower(ACCOUNT.c.username) == username.lower()
    found = connection.execute(select(ACCOUNT).where(same_name)).mappings().first()
    return dict(found) if found else None


def user(connection: Connection, username: str) -> Row:
    """Return an account; raises KnownError where there is none."""
    found = find_user(connection, username)
    if found is None:
        raise KnownError(Message(N_("There is no user {name}."), name=username))
    return found


def users(connection: Connection) -> list[Row]:
    """Return all accounts by user name."""
    return [dict(row) for row in connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.username)).mappings()]


def _code_hash(code: str) -> str:
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).hexdigest()


def make_code(connection: Connection, username: str) -> str:
    """Make a one-time code with which a person's device can be enrolled; good for a week."""
    account = user(connection, username)
    letters = base64.b32encode(random_bytes(10)).decode()  # neither 0 nor 1, which look like letters
    code = "-".join(letters[start : start + 4] for start in range(0, 16, 4))
    row = {
        "code_hash": _code_hash(code),
        "worker_id": account["worker_id"],
        "expires_at": iso(now() + timedelta(days=CODE_DAYS)),
        "used_at": None,
    }
    put(connection, ENROL_CODE, [row], on_conflict="fail")
    event(connection, "code_made", worker=account["worker_id"])
    return code


def use_code(connection: Connection, code: str) -> str | None:
    """Use up an enrolment code; returns the worker's id, or None where it is not good."""
    present = iso(now())
    good = (
        (ENROL_CODE.c.code_hash == _code_hash(code))
        & ENROL_CODE.c.used_at.is_(None)
        & (ENROL_CODE.c.expires_at > present)
    )
    of_active = select(ENROL_CODE.c.worker_id).join(
        ACCOUNT, (ACCOUNT.c.worker_id == ENROL_CODE.c.worker_id) & (ACCOUNT.c.active == 1)
    )
    worker = connection.execute(of_active.where(good)).scalar()
    if worker is None:
        return None
    used = connection.execute(update(ENROL_CODE).where(good).values(used_at=present))
    return str(worker) if used.rowcount == 1 else None


def add_device(connection: Connection, worker: str, public_key: str, install_id: str, name: str) -> str:
    """Register a device of a worker; returns its id."""
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


def assign(
    connection: Connection, client: str, username: str, role: str | None, begins: Any, ends: Any
) -> None:
    """Give a client to a person, in a role, from a day to a day."""
    account = user(connection, username)
    if connection.execute(select(CLIENT.c.id).where(CLIENT.c.id == client)).first() is None:
        raise KnownError(Message(N_("There is no such client.")))
    wanted = role or account["role"]
    if wanted not in roles.WITH_CLIENTS:
        raise KnownError(Message(N_("A person of this role holds no clients: {role}."), role=wanted))
    _write(
        connection,
        push.assignment(
            NOBODY, client, account["worker_id"], wanted, begins or now().astimezone().date(), ends
        ),
    )


def unassign(connection: Connection, client: str, username: str) -> int:
    """Take a client from a person as of now; returns how many assignments ended."""
    account = user(connection, username)
    yesterday = (now().astimezone().date() - timedelta(days=1)).isoformat()
    held = select(ASSIGNMENT).where(
        ASSIGNMENT.c.client_id == client, ASSIGNMENT.c.worker_id == account["worker_id"]
    )
    ended = 0
    for row in [dict(found) for found in connection.execute(held).mappings()]:
        if row["deleted"] or (row["valid_to"] or "9999-12-31") <= yesterday:
            continue
        begun = row["valid_from"] <= yesterday
        patch: dict[str, tuple[Any, Any]] = {"valid_to": (row["valid_to"], yesterday)} if begun else {}
        _write(
            connection,
            _mutation(row["scope"], "assignment", row["id"], "update" if begun else "delete", patch),
        )
        ended += 1
    return ended
