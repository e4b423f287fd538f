"""What the centre's requests share: who may come in, how a message is read, how a request is declared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Engine

from app.record import Row
from sync import protocol
from sync.protocol import MIN_SCHEMA, SCHEMA_VERSION
from sync.server import auth, devices, limits, state
from sync.server.bodies import Stop
from sync.server.database import snapshot
from sync.server.faults import BUGS

M = TypeVar("M", bound=BaseModel)
_WORDS = "tyopari.token"


@dataclass
class Centre:
    """What the requests share: the database, the keys, and how much may be asked."""

    engine: Engine
    keys: state.Keys
    limit: limits.Failures
    pace: limits.Pace
    load: limits.Load

    def admitted(self, connection: Connection, device_id: str, install_id: str) -> Row:
        """Return a device that may come in (draining ones too), with the present epoch; else raises Stop."""
        found = devices.device(connection, device_id)
        if found is None:
            raise Stop("token")
        if found["install_id"] != install_id:
            raise Stop("install")
        if found["status"] in ("destroy", "wiped"):
            raise Stop("revoked", order=devices.order_of(found, self.keys))
        if not found["active"]:
            raise Stop("inactive")
        return found

    def device(self, device_id: str, install_id: str) -> Row:
        """Return a device as `admitted`, asked for by itself."""
        with snapshot(self.engine) as connection:
            return self.admitted(connection, device_id, install_id)

    def signed(self, request: Request) -> tuple[str, str]:
        """Return the device and the install id of the request's token; raises Stop for one that is not good.

        Of one request the token is looked at once.
        """
        known: tuple[str, str] | None = request.scope.get(_WORDS)
        if known is not None:
            return known
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        words = auth.read_token(self.keys.token, token) if scheme.lower() == "bearer" else None
        if words is None:
            raise Stop("token")
        request.scope[_WORDS] = words
        return words

    def named(self, request: Request, claimed: str) -> tuple[str, str]:
        """Return what the request's token says, for `admitted`; raises Stop for one not good or not its own."""
        words = self.signed(request)
        if words[0] != claimed:
            raise Stop("token")
        return words

    def bearer(self, request: Request, claimed: str) -> Row:
        """Return the device of the request's token; raises Stop for one not good or not its own."""
        return self.device(*self.named(request, claimed))

    def attempt(self, source: str, address: str = "") -> None:
        """Raise Stop where this source, or the address that it shares with others, has failed too often of late."""
        seconds = self.limit.wait(source, address)
        if seconds:
            raise Stop("too_many", retry_after=seconds)


Handler: TypeAlias = Callable[[Centre, Request, bytes], BaseModel | Row | Response]
"""Answers a request whose body has been read; runs in a thread of its own, and raises Stop where it refuses."""


@dataclass(frozen=True)
class Route:
    """One request of the centre: a module lists its own in `ROUTES`."""

    path: str
    handler: Handler
    reply: type[BaseModel] | None
    """What it answers with; None for a text."""
    asked: type[BaseModel] | None = None
    method: str = "POST"
    signed: bool = True
    """Whether the request carries a device's token: without a good one not even its body is read."""
    quick: bool = False
    """Answered at once, without the database: also when everything else waits."""


def check_epoch(present: str, epoch: str) -> None:
    """Raise Stop for a device of another epoch than the present one."""
    if epoch != present and "no_epoch" not in BUGS:
        raise Stop("epoch", epoch=present)


def check_age(schema: int, newest: int) -> None:
    """Raise Stop for changes from a program that is too old, or written in words that only a newer centre knows.

    A newer program is welcome: it says in this centre's words what has a place here, and keeps the rest.
    """
    if schema < MIN_SCHEMA:
        raise Stop("schema_old", min_schema=MIN_SCHEMA)
    if newest > SCHEMA_VERSION:
        raise Stop("schema_new", min_schema=MIN_SCHEMA, schema_version=SCHEMA_VERSION)


def parse(model: type[M], body: bytes) -> M:
    """Read a message; raises Stop for one that is none."""
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise Stop("message") from None


def source(request: Request) -> str:
    """Return from where a request comes."""
    return request.client.host if request.client else "unknown"


def worker_message(found: Row) -> protocol.WorkerMessage:
    """Return what a device is told of its worker."""
    return protocol.WorkerMessage(id=found["worker_id"], name=found["worker_name"], role=found["role"])
