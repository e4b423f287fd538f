"""Clients given to people and taken from them by the centre's commands."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from app import roles
from app.clock import new_id, now
from app.errors import KnownError
from app.handover import HandOver, Steps, steps
from app.i18n import N_, Message
from app.record import Row
from sync.protocol import Mutation
from sync.server import office, push
from sync.server.accounts import change, check_role, user
from sync.server.accounts import users as accounts_of
from sync.server.events import event
from sync.server.rights import Sender
from sync.server.statements import rows_of
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


def hand_over(
    connection: Connection,
    by: Row,
    clients: Sequence[str],
    *,
    to: str,
    giver: str | None = None,
    begins: date,
    ends: date | None = None,
    stays: bool = False,
) -> None:
    """Hand clients over in a team lead's name (`by`: her device): ordinary changes, as if she held them.

    Raises KnownError where nothing comes of it, or something of it is not taken; the caller rolls back.
    """
    person = next((one for one in accounts_of(connection) if one["worker_id"] == to), None)
    if person is None or not person["active"]:
        raise KnownError(Message(N_("There is no such person in service.")))
    if person["role"] not in roles.WITH_CLIENTS:
        raise KnownError(Message(N_("A person of this role holds no clients: {role}."), role=person["role"]))
    if ends is not None and ends < begins:
        raise KnownError(Message(N_("The end is before the start.")))
    known = {row["id"] for row in rows_of(connection, CLIENT, clients, ("id",))}
    if not clients or known != set(clients):
        raise KnownError(Message(N_("There is no such client.")))
    wanted = HandOver(to, person["role"], begins, ends, giver, stays)
    held: dict[str, list[Row]] = {client: [] for client in clients}
    for row in rows_of(connection, ASSIGNMENT, clients, key="client_id"):
        held[row["client_id"]].append({name: value for name, value in row.items() if name != "seq"})
    changes = [
        change for client in held for change in _changes(by["worker_id"], steps(client, held[client], wanted))
    ]
    if not changes:
        raise KnownError(Message(N_("They work together already.")))
    results = push.write(connection, Sender(by["id"], by["worker_id"], by["role"]), changes)
    if any(result["status"] not in ("applied", "merged") for result in results):
        raise KnownError(Message(N_("The data was not accepted.")))


def _changes(author: str, what: Steps) -> list[Mutation]:
    def change(row: Row, op: Any, patch: dict[str, tuple[Any, Any]]) -> Mutation:
        return office.mutation(row["scope"], "assignment", row["id"], op, patch).model_copy(
            update={"author": author}
        )

    made = [change(row, "update", {"valid_to": (row["valid_to"], day)}) for row, day in what.ended]
    made += [change(row, "delete", {}) for row in what.dropped]
    if what.new is not None:
        new = {"scope": f"client:{what.new['client_id']}:core", "id": str(new_id())}
        made.append(change(new, "create", {name: (None, value) for name, value in what.new.items()}))
    return made


def unassign(connection: Connection, client: str, username: str) -> int:
    """Take a client from a person as of now; returns how many assignments ended."""
    account = user(connection, username)
    mine = ASSIGNMENT.c.worker_id == account["worker_id"]
    held = select(ASSIGNMENT).where(ASSIGNMENT.c.client_id == client, mine)
    rows = [dict(found) for found in connection.execute(held).mappings()]
    return sum(_end(connection, row) for row in rows)


def _yesterday() -> str:
    return (now().astimezone().date() - timedelta(days=1)).isoformat()


def _is_open(row: Row) -> bool:
    return not row["deleted"] and (row["valid_to"] or "9999-12-31") > _yesterday()


def _end(connection: Connection, row: Row) -> bool:
    """End an assignment as of now; False where it was over."""
    if not _is_open(row):
        return False
    begun = row["valid_from"] <= _yesterday()
    patch: dict[str, tuple[Any, Any]] = {"valid_to": (row["valid_to"], _yesterday())} if begun else {}
    ended = office.mutation(row["scope"], "assignment", row["id"], "update" if begun else "delete", patch)
    office.write(connection, ended)
    return True


def set_role(connection: Connection, username: str, role: str) -> None:
    """Give a person another role; with it she keeps the clients whom she has, if people of that role have any."""
    check_role(role)
    account = user(connection, username)
    worker, former = account["worker_id"], account["role"]
    if former == role:
        return
    change(connection, worker, role=role)
    patch: dict[str, tuple[Any, Any]] = {"role": (former, role)}
    office.write(connection, office.mutation("reference", "worker", worker, "update", patch))
    hers = (ASSIGNMENT.c.worker_id == worker) & (ASSIGNMENT.c.role == former)
    for row in [dict(found) for found in connection.execute(select(ASSIGNMENT).where(hers)).mappings()]:
        if role not in roles.WITH_CLIENTS:
            _end(connection, row)
        elif _is_open(row):
            office.write(connection, office.mutation(row["scope"], "assignment", row["id"], "update", patch))
    event(connection, "role_changed", of=worker, former=former, role=role)
