"""The people of the service: their accounts, and the one-time codes by which their devices join."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from app import roles
from app.clock import new_id, now, random_bytes
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, iso
from sync.server import office
from sync.server.events import event
from sync.server.statements import put, rows_of
from sync.server.tables import ACCOUNT, ENROL_CODE, WORKER

CODE_DAYS = 7


def add_user(connection: Connection, username: str, role: str, name: str = "") -> str:
    """Register a person of the service; returns the worker's id. Raises KnownError for a name taken."""
    check_role(role)
    if find_user(connection, username) is not None:
        raise KnownError(Message(N_("There is already a user {name}."), name=username))
    worker = str(new_id())
    values = {"name": name or username, "username": username, "role": role, "active": True}
    patch = {field: (None, value) for field, value in values.items()}
    office.write(connection, office.mutation("reference", "worker", worker, "create", patch))
    account = {
        **dict.fromkeys(ACCOUNT.columns.keys()),
        "worker_id": worker,
        "username": username,
        "role": role,
        "active": 1,
        "must_change": 0,
        "failures": 0,
    }
    put(connection, ACCOUNT, [account], on_conflict="fail")
    event(connection, "user_added", of=worker, role=role)
    return worker


def set_place(connection: Connection, username: str, organisation: str, unit: str) -> None:
    """Say for whom a person works, as consents name it: by this a client's consent opens data to her.

    Raises KnownError where there is no such person.
    """
    worker = user(connection, username)["worker_id"]
    present = rows_of(connection, WORKER, [worker], ("organisation", "unit"))[0]
    wanted = {"organisation": organisation.strip(), "unit": unit.strip()}
    patch = {name: (present[name], value) for name, value in wanted.items() if value != present[name]}
    if patch:
        office.write(connection, office.mutation("reference", "worker", worker, "update", patch))
        event(connection, "place_set", of=worker)


def check_role(role: str) -> None:
    """Raise KnownError for a role that there is not."""
    if role not in {choice.value for choice in roles.ROLES}:
        raise KnownError(Message(N_("There is no such role: {role}."), role=role))


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


def locked(connection: Connection, worker: str) -> Row:
    """Return an account that nobody else changes meanwhile."""
    asked = select(ACCOUNT).where(ACCOUNT.c.worker_id == worker).with_for_update()
    return dict(connection.execute(asked).mappings().one())


def linked(connection: Connection, issuer: str, subject: str) -> Row | None:
    """Return the account of whom the organisation's log-in calls so."""
    same = (ACCOUNT.c.oidc_issuer == issuer) & (ACCOUNT.c.oidc_subject == subject)
    found = connection.execute(select(ACCOUNT).where(same)).mappings().first()
    return dict(found) if found else None


def has_identity(connection: Connection, worker: str, issuer: str) -> bool:
    """Tell whether a person is known at the organisation's log-in, under whatever name."""
    known = (ACCOUNT.c.worker_id == worker) & (ACCOUNT.c.oidc_issuer == issuer)
    return connection.execute(select(ACCOUNT.c.worker_id).where(known)).first() is not None


def link(connection: Connection, worker: str, issuer: str | None, subject: str | None) -> None:
    """Note who a person is at the organisation's log-in, or with None that she is nobody there."""
    other = linked(connection, issuer, subject) if issuer and subject else None
    if other is not None and other["worker_id"] != worker:
        raise KnownError(
            Message(N_("This is {name} at the organisation's log-in already."), name=other["username"])
        )
    change(connection, worker, oidc_issuer=issuer, oidc_subject=subject)
    event(connection, "user_linked" if subject else "user_unlinked", of=worker)


def set_password(connection: Connection, worker: str, kept: str | None, must_change: bool) -> None:
    """Set what is kept of a password (`passwords.keep`); whoever was locked out may try again."""
    change(
        connection,
        worker,
        password_hash=kept,
        password_at=iso(now()) if kept else None,
        must_change=int(must_change),
        failures=0,
        locked_until=None,
    )
    event(connection, "password_set", of=worker, by_herself=not must_change)


def set_active(connection: Connection, username: str, active: bool) -> None:
    """Let a person in no more, on none of her devices, or let her in again."""
    account = user(connection, username)
    if bool(account["active"]) == active:
        return
    worker = account["worker_id"]
    change(connection, worker, active=int(active), failures=0, locked_until=None)
    patch = {"active": (not active, active)}
    office.write(connection, office.mutation("reference", "worker", worker, "update", patch))
    event(connection, "user_activated" if active else "user_deactivated", of=worker)


def change(connection: Connection, worker: str, **values: Any) -> None:
    """Write columns of an account."""
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.worker_id == worker).values(**values))


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
    event(connection, "code_made", of=account["worker_id"])
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
