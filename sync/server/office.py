"""The centre itself as an author: what administrators do by its commands is an ordinary change, audited as others."""

from typing import Any

from sqlalchemy import Connection

from app import roles
from app.clock import new_id, now
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import iso
from sync.protocol import Mutation
from sync.server import push
from sync.server.rights import Sender

NOBODY = "00000000-0000-0000-0000-000000000000"  # the centre itself, as an author


def office() -> Sender:
    """Return the centre itself as a sender: it may write everything."""
    return Sender(None, NOBODY, roles.ADMIN, centre=True)


def write(connection: Connection, mutation: Mutation) -> None:
    """Write a change as the centre; raises KnownError where it is not taken as it is."""
    result = push.write(connection, office(), [mutation])[0]
    if result["status"] != "applied":
        raise KnownError(Message(N_("The data was not accepted.")))


def mutation(scope: str, kind: str, row: str, op: Any, patch: dict[str, tuple[Any, Any]]) -> Mutation:
    """Make a change whose author is the centre."""
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
