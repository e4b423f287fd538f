"""Clients given to people and taken from them by the centre's commands."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from app import roles
from app.clock import now
from app.errors import KnownError
from app.i18n import N_, Message
from sync.server import office, push
from sync.server.accounts import user
from sync.server.tables import ASSIGNMENT, CLIENT


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
    office.write(
        connection,
        push.assignment(
            office.NOBODY, client, account["worker_id"], wanted, begins or now().astimezone().date(), ends
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
        office.write(
            connection,
            office.mutation(row["scope"], "assignment", row["id"], "update" if begun else "delete", patch),
        )
        ended += 1
    return ended
