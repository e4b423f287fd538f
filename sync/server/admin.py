"""What administrators and team leads ask of the centre: each request checks the role where it reads or writes.

An administrator keeps people and computers and reads their log; she sees no client. A team lead hands clients over,
decides what waits in quarantine and reads the log of clients; of their data she sees what her role may hold.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TypeVar

import structlog
from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import Connection

from app import roles
from app.clock import now, today
from app.errors import KnownError, Problem
from app.i18n import N_, Message
from app.record import Row, iso
from sync.admin_messages import (
    Asked,
    AssignmentsReply,
    AssignmentsRequest,
    DevicesReply,
    DevicesRequest,
    LogReply,
    LogRequest,
    QuarantineReply,
    QuarantineRequest,
    Told,
    UsersReply,
    UsersRequest,
)
from sync.protocol import ProblemMessage
from sync.server import accounts, assignments, devices, passwords, quarantine
from sync.server.admin_lists import clients, log_lines, people, present
from sync.server.batch import said
from sync.server.bodies import Stop
from sync.server.centre import Centre, Route, parse
from sync.server.database import snapshot, writing
from sync.server.events import acting, event
from sync.server.quarantine import Decider

log = structlog.get_logger("tyopari.centre")
R = TypeVar("R", bound=Told)


def _admitted(centre: Centre, connection: Connection, named: tuple[str, str], may: tuple[str, ...]) -> Row:
    """Return whose device asks, if her role may; read in the transaction that does what she asks."""
    found = centre.admitted(connection, *named)
    order = devices.order_of(found, centre.keys)
    if order is not None:
        raise Stop("revoked", order=order)
    if found["role"] not in may:
        raise Stop("role")
    return found


def _answered(
    centre: Centre,
    request: Request,
    asked: Asked,
    may: tuple[str, ...],
    act: Callable[[Connection, Row], R] | None,
    show: Callable[[Connection, Row, R], R],
    empty: R,
) -> R:
    """Do what is asked, all or nothing, and show how things are then, also where a rule did not allow it."""
    named, reply = centre.named(request, asked.device), empty
    if act is not None:
        try:
            with writing(centre.engine) as connection:
                found = _admitted(centre, connection, named, may)
                with acting(found["worker_id"], found["id"]):
                    reply = act(connection, found)
            log.info("administered", device=found["id"], message=type(asked).__name__)
        except KnownError as error:
            reply = empty.model_copy(update=_problem(error))
    with snapshot(centre.engine) as connection:
        found = _admitted(centre, connection, named, may)
        return show(connection, found, reply).model_copy(update={"server_time": iso(now())})


def _problem(error: KnownError) -> dict[str, BaseModel | None]:
    def message(one: Message | None) -> ProblemMessage | None:
        return ProblemMessage(**said(Problem(None, one))) if one is not None else None

    return {"problem": message(error.message), "advice": message(error.advice)}


# ---- people and computers ---------------------------------------------------------------------------------


def users(centre: Centre, request: Request, body: bytes) -> UsersReply:
    """List the people of the service, or change one."""
    asked = parse(UsersRequest, body)
    password = passwords.made() if asked.do == "password" else ""
    kept = passwords.keep(password) if password else None

    def act(connection: Connection, found: Row) -> UsersReply:
        if asked.do == "add":
            return _add(connection, asked)
        person = _person(connection, asked, found)
        name = person["username"]
        if asked.do == "role":
            assignments.set_role(connection, name, asked.role)
        elif asked.do == "place":
            accounts.set_place(connection, name, asked.organisation, asked.unit)
        elif asked.do == "code":
            return UsersReply(secret=accounts.make_code(connection, name))
        elif asked.do == "password":
            accounts.set_password(connection, person["worker_id"], kept, must_change=True)
            return UsersReply(secret=password)
        else:
            accounts.set_active(connection, name, asked.do == "activate")
        return UsersReply()

    def show(connection: Connection, _found: Row, reply: UsersReply) -> UsersReply:
        return reply.model_copy(update={"users": people(connection)})

    doing = act if asked.do != "list" else None
    return _answered(centre, request, asked, (roles.ADMIN,), doing, show, UsersReply())


def _add(connection: Connection, asked: UsersRequest) -> UsersReply:
    if not asked.username:
        raise KnownError(Message(N_("Write a user name.")))
    accounts.add_user(connection, asked.username, asked.role, asked.name)
    return UsersReply(secret=accounts.make_code(connection, asked.username))


def _person(connection: Connection, asked: UsersRequest, found: Row) -> Row:
    """Return the account that is meant. Nobody takes her own rights away: so there is always an administrator."""
    named = next((one for one in accounts.users(connection) if one["worker_id"] == asked.user), None)
    if named is None:
        raise KnownError(Message(N_("There is no such person.")))
    if named["worker_id"] == found["worker_id"] and asked.do in ("role", "deactivate"):
        raise KnownError(
            Message(N_("You cannot do this to yourself.")), Message(N_("Another administrator can."))
        )
    return named


def computers(centre: Centre, request: Request, body: bytes) -> DevicesReply:
    """List the computers, or order one to forget everything."""
    asked = parse(DevicesRequest, body)

    def act(connection: Connection, found: Row) -> DevicesReply:
        if not asked.reason:
            raise KnownError(Message(N_("Write why this computer is to forget everything.")))
        if asked.of == found["id"]:
            raise KnownError(
                Message(N_("This is the computer at which you sit.")),
                Message(N_("Another administrator can end its access.")),
            )
        if asked.of is None:
            raise KnownError(Message(N_("There is no such device.")))
        devices.revoke(connection, asked.of, asked.do, found["worker_id"], asked.reason)
        return DevicesReply()

    def show(connection: Connection, found: Row, reply: DevicesReply) -> DevicesReply:
        return reply.model_copy(update={"devices": present(connection), "here": found["id"]})

    doing = act if asked.do != "list" else None
    return _answered(centre, request, asked, (roles.ADMIN,), doing, show, DevicesReply())


# ---- clients ----------------------------------------------------------------------------------------------


def hand_overs(centre: Centre, request: Request, body: bytes) -> AssignmentsReply:
    """List who works with which client, or hand clients over."""
    asked = parse(AssignmentsRequest, body)

    def act(connection: Connection, found: Row) -> AssignmentsReply:
        begins = _day(asked.begins) or today()
        assignments.hand_over(
            connection,
            found,
            asked.clients,
            to=asked.to or "",
            giver=asked.giver,
            begins=begins,
            ends=_day(asked.ends),
            stays=asked.stays,
        )
        return AssignmentsReply()

    def show(connection: Connection, _found: Row, reply: AssignmentsReply) -> AssignmentsReply:
        return reply.model_copy(update={"clients": clients(connection)})

    doing = act if asked.do != "list" else None
    return _answered(centre, request, asked, (roles.TEAM_LEAD,), doing, show, AssignmentsReply())


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Stop("message") from None


def waiting(centre: Centre, request: Request, body: bytes) -> QuarantineReply:
    """List what waits in quarantine, or decide about some of it."""
    asked = parse(QuarantineRequest, body)

    def act(connection: Connection, found: Row) -> QuarantineReply:
        by = Decider(found["worker_id"], found["role"], found["worker_name"], found["id"])
        if asked.do == "list":
            event(connection, "quarantine_read", of=found["worker_id"])
            return QuarantineReply()
        if asked.do == "apply":
            return QuarantineReply(outcomes=quarantine.take_in(connection, by, asked.ids))
        return QuarantineReply(outcomes=quarantine.reject(connection, by, asked.ids, asked.reason))

    def show(connection: Connection, _found: Row, reply: QuarantineReply) -> QuarantineReply:
        return reply.model_copy(update={"waiting": quarantine.told(connection)})

    return _answered(centre, request, asked, (roles.TEAM_LEAD,), act, show, QuarantineReply())


# ---- the log ----------------------------------------------------------------------------------------------


def read_log(centre: Centre, request: Request, body: bytes) -> LogReply:
    """Tell who did what: an administrator of people and computers, a team lead of clients."""
    asked = parse(LogRequest, body)
    first, last = _day(asked.first), _day(asked.last)
    since = _midnight(first) if first else None
    until = _midnight(last + timedelta(days=1)) if last else None

    def act(connection: Connection, found: Row) -> LogReply:
        if found["role"] != roles.TEAM_LEAD:
            raise Stop("role")
        event(connection, "log_read", of=found["worker_id"], client=asked.client)
        return LogReply()

    def show(connection: Connection, found: Row, _reply: LogReply) -> LogReply:
        return log_lines(connection, asked, since, until, of_clients=found["role"] == roles.TEAM_LEAD)

    return _answered(
        centre,
        request,
        asked,
        (roles.ADMIN, roles.TEAM_LEAD),
        act if asked.client else None,
        show,
        LogReply(),
    )


def _midnight(day: date) -> str:
    try:
        return iso(datetime.combine(day, time.min).astimezone())
    except (OverflowError, ValueError, OSError):
        raise Stop("message") from None


ROUTES: tuple[Route, ...] = (
    Route("/admin/users", users, UsersReply, UsersRequest),
    Route("/admin/devices", computers, DevicesReply, DevicesRequest),
    Route("/admin/assignments", hand_overs, AssignmentsReply, AssignmentsRequest),
    Route("/admin/quarantine", waiting, QuarantineReply, QuarantineRequest),
    Route("/admin/log", read_log, LogReply, LogRequest),
)
