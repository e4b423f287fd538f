"""What administrators and team leads are shown: people, computers, clients with their workers, the log."""

from collections import defaultdict
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, func, or_, select

from app import access
from app.clock import today
from app.record import Row
from sync.admin_messages import (
    AssignmentMessage,
    DeviceMessage,
    HeldClientMessage,
    LoggedMessage,
    LogReply,
    LogRequest,
    UserMessage,
)
from sync.server.quarantine import client_names, may_read
from sync.server.scopes import CENTRE
from sync.server.tables import ACCOUNT, ASSIGNMENT, AUDIT, CLIENT, DEVICE, WORKER


def people(connection: Connection) -> list[UserMessage]:
    """Return everybody by name, with how she comes in and when a computer of hers was last seen."""
    seen = (
        select(
            DEVICE.c.worker_id, func.count().label("devices"), func.max(DEVICE.c.last_seen).label("last_seen")
        )
        .where(DEVICE.c.status == "active")
        .group_by(DEVICE.c.worker_id)
        .subquery()
    )
    wanted = (
        select(ACCOUNT, WORKER.c.name, WORKER.c.organisation, WORKER.c.unit, seen.c.devices, seen.c.last_seen)
        .join_from(ACCOUNT, WORKER, WORKER.c.id == ACCOUNT.c.worker_id)
        .outerjoin(seen, seen.c.worker_id == ACCOUNT.c.worker_id)
        .order_by(WORKER.c.name, ACCOUNT.c.username)
    )
    return [_user(dict(row)) for row in connection.execute(wanted).mappings()]


def _user(row: Row) -> UserMessage:
    return UserMessage(
        id=row["worker_id"],
        username=row["username"],
        name=row["name"],
        role=row["role"],
        organisation=row["organisation"],
        unit=row["unit"],
        active=bool(row["active"]),
        has_password=row["password_hash"] is not None,
        linked=row["oidc_subject"] is not None,
        locked_until=row["locked_until"],
        devices=row["devices"] or 0,
        last_seen=row["last_seen"],
    )


def present(connection: Connection) -> list[DeviceMessage]:
    """Return the computers, those seen last first, those never seen at the end."""
    names = set(DeviceMessage.model_fields) - {"worker"}
    wanted = select(DEVICE).order_by(DEVICE.c.last_seen.desc().nulls_last(), DEVICE.c.id)
    return [
        DeviceMessage(worker=row["worker_id"], **{name: row[name] for name in names})
        for row in connection.execute(wanted).mappings()
    ]


def clients(connection: Connection) -> list[HeldClientMessage]:
    """Return every client by name with those who work with her now or later."""
    held: dict[str, list[AssignmentMessage]] = defaultdict(list)
    still = or_(ASSIGNMENT.c.valid_to.is_(None), ASSIGNMENT.c.valid_to >= today().isoformat())
    wanted = (
        select(ASSIGNMENT).where(ASSIGNMENT.c.deleted.is_(False), still).order_by(ASSIGNMENT.c.valid_from)
    )
    for row in connection.execute(wanted).mappings():
        held[row["client_id"]].append(
            AssignmentMessage(
                worker=row["worker_id"],
                role=row["role"],
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
            )
        )
    names = select(CLIENT.c.id, CLIENT.c.last_name, CLIENT.c.first_name).where(CLIENT.c.deleted.is_(False))
    found = connection.execute(names.order_by(CLIENT.c.last_name, CLIENT.c.first_name, CLIENT.c.id))
    return [
        HeldClientMessage(id=one, name=f"{last} {first}".strip(), held_by=held.get(one, []))
        for one, last, first in found
    ]


# ---- the log ----------------------------------------------------------------------------------------------


def log_lines(
    connection: Connection, asked: LogRequest, since: str | None, until: str | None, *, of_clients: bool
) -> LogReply:
    """Return a page of the log, newest first: of clients and what everybody shares, or of people and computers."""
    which = _which(asked, of_clients)
    if since:
        which.append(AUDIT.c.at >= since)
    if until:
        which.append(AUDIT.c.at < until)
    order = (AUDIT.c.at.desc(), AUDIT.c.scope, AUDIT.c.n.desc())
    wanted = select(AUDIT).where(*which).order_by(*order).offset(asked.skip).limit(asked.limit + 1)
    rows = [dict(row) for row in connection.execute(wanted).mappings()]
    shown = rows[: asked.limit]
    named = {client for row in shown if (client := access.client_of(row["scope"]))}
    return LogReply(
        lines=[_line(row) for row in shown],
        clients=client_names(connection, named) if of_clients else {},
        more=len(rows) > asked.limit,
    )


def _which(asked: LogRequest, of_clients: bool) -> list[ColumnElement[bool]]:
    if not of_clients:
        staff = AUDIT.c.scope.startswith("staff:", autoescape=True)
        which: list[ColumnElement[bool]] = [or_(AUDIT.c.scope == CENTRE, staff)]
        if asked.person:
            which.append(or_(AUDIT.c.person == asked.person, AUDIT.c.scope == f"staff:{asked.person}"))
        return which
    if asked.client:
        groups = [f"client:{asked.client}:{group}" for group in access.GROUPS]
        which = [AUDIT.c.scope.in_(groups)]
    else:
        shared = AUDIT.c.scope == "reference"
        which = [or_(AUDIT.c.scope.startswith("client:", autoescape=True), shared)]
    return [*which, AUDIT.c.person == asked.person] if asked.person else which


def _line(row: Row) -> LoggedMessage:
    told = from_json(row["patch"]) if row["patch"] else None
    readable = row["kind"] is None or may_read(row["scope"], row["kind"])
    return LoggedMessage(
        scope=row["scope"],
        n=row["n"],
        at=row["at"],
        saved_at=row["saved_at"],
        person=row["person"],
        device=row["device"],
        of=row["scope"].removeprefix("staff:") if row["scope"].startswith("staff:") else None,
        action=row["action"],
        kind=row["kind"],
        record=row["record_id"],
        fields=_fields(told) if readable else [],
        reason=_reason(told) if readable else "",
    )


def _fields(told: Any) -> list[str]:
    """Return which fields a change touched: their names, never what is in them."""
    if not isinstance(told, dict) or told.get("op") != "update" or not isinstance(told.get("patch"), dict):
        return []
    return sorted(name for name, change in told["patch"].items() if _moves(change))


def _moves(change: Any) -> bool:
    return isinstance(change, list) and len(change) == 2 and change[0] != change[1]


def _reason(told: Any) -> str:
    reason = told.get("reason", "") if isinstance(told, dict) else ""
    return reason if isinstance(reason, str) else ""
