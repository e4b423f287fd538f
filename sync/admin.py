"""Administration from a device: people, computers, clients handed over, quarantine and the log, as the centre has them.

Nothing of it is kept on the device. Each call is one request; all raise Unreachable where the centre is away,
NotAllowed where it refuses, KnownError with the centre's own reason where a rule does not allow what was asked.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Literal, TypeVar

from pydantic_core import to_json

from app.errors import KnownError
from app.handover import HandOver
from app.i18n import Message
from storage.store import Store
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
from sync.client import transport_of
from sync.protocol import ProblemMessage
from sync.session import Session
from sync.transport import HttpTransport, Transport

T = TypeVar("T", bound=Told)


class Office:
    """What an administrator or a team lead asks of the centre; `transport` where it is not the store's own."""

    def __init__(self, store: Store, transport: Transport | None = None) -> None:
        self._store, self._transport = store, transport

    # ---- people and computers ----

    def users(self) -> UsersReply:
        """Return the people of the service."""
        return self._users(do="list")

    def add_user(self, username: str, name: str, role: str) -> UsersReply:
        """Register a person; `secret` is the code for her first computer."""
        return self._users(do="add", username=username, name=name, role=role)

    def change_user(
        self, user: str, do: Literal["role", "activate", "deactivate", "code", "password"], role: str = ""
    ) -> UsersReply:
        """Change how a person comes in; `secret` is a new code or password, told this once."""
        return self._users(do=do, user=user, role=role)

    def set_place(self, user: str, organisation: str, unit: str) -> UsersReply:
        """Say for whom a person works, as consents name it."""
        return self._users(do="place", user=user, organisation=organisation, unit=unit)

    def _users(self, **said: str) -> UsersReply:
        with self._session() as session:
            return _ask(session, "/admin/users", UsersRequest(device=session.me.device, **said), UsersReply)

    def devices(self) -> DevicesReply:
        """Return the computers that have joined."""
        return self._devices(do="list")

    def revoke(self, device: str, order: Literal["drain", "destroy"], reason: str) -> DevicesReply:
        """Order a computer to forget everything, after sending what it has (`drain`) or at once (`destroy`)."""
        return self._devices(do=order, of=device, reason=reason)

    def _devices(self, **said: str) -> DevicesReply:
        with self._session() as session:
            asked = DevicesRequest(device=session.me.device, **said)
            return _ask(session, "/admin/devices", asked, DevicesReply)

    # ---- clients ----

    def clients(self) -> AssignmentsReply:
        """Return every client with those who work with her."""
        with self._session() as session:
            asked = AssignmentsRequest(device=session.me.device)
            return _ask(session, "/admin/assignments", asked, AssignmentsReply)

    def hand_over(self, clients: Sequence[str], wanted: HandOver) -> AssignmentsReply:
        """Hand clients over whom this device does not hold; those that it holds are ordinary changes here."""
        with self._session() as session:
            asked = AssignmentsRequest(
                device=session.me.device,
                do="hand_over",
                clients=list(clients),
                giver=wanted.giver,
                to=wanted.to,
                begins=wanted.begins.isoformat(),
                ends=wanted.ends.isoformat() if wanted.ends else None,
                stays=wanted.stays,
            )
            return _ask(session, "/admin/assignments", asked, AssignmentsReply)

    def quarantine(self) -> QuarantineReply:
        """Return what waits for a decision."""
        return self._quarantine("list")

    def decide(self, ids: Sequence[str], do: Literal["apply", "reject"], reason: str = "") -> QuarantineReply:
        """Take changes in, or reject them with a reason."""
        return self._quarantine(do, ids, reason)

    def _quarantine(
        self, do: Literal["list", "apply", "reject"], ids: Sequence[str] = (), reason: str = ""
    ) -> QuarantineReply:
        with self._session() as session:
            asked = QuarantineRequest(device=session.me.device, do=do, ids=list(ids), reason=reason)
            return _ask(session, "/admin/quarantine", asked, QuarantineReply)

    def log(
        self,
        *,
        client: str | None = None,
        person: str | None = None,
        first: date | None = None,
        last: date | None = None,
        skip: int = 0,
    ) -> LogReply:
        """Return a page of the log, newest first."""
        with self._session() as session:
            asked = LogRequest(
                device=session.me.device,
                client=client,
                person=person,
                first=first.isoformat() if first else None,
                last=last.isoformat() if last else None,
                skip=skip,
            )
            return _ask(session, "/admin/log", asked, LogReply)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        if self._transport is not None:
            yield Session(self._store, self._transport)
            return
        own: HttpTransport = transport_of(self._store)
        try:
            yield Session(self._store, own)
        finally:
            own.close()


def _ask(session: Session, path: str, asked: Asked, reply: type[T]) -> T:
    told = session.call(path, to_json(asked), reply)
    if told.problem is not None:
        raise KnownError(_message(told.problem), _message(told.advice) if told.advice is not None else None)
    return told


def _message(problem: ProblemMessage) -> Message:
    return Message(problem.text, **problem.values)
