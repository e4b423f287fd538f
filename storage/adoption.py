"""Joining a centre: the person who worked here alone becomes the worker whom the centre knows."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.record import Id, Json
from app.services import SPECS
from storage import caseload, rows
from storage.state import set_state, state
from storage.tables import metadata

_APART = ("sync_state", "sync_page", "sync_scope", "search_entry")


def adopt(connection: Connection, worker: UUID, role: str) -> None:
    """Put the centre's id and role of the worker in place of those that this store made up for itself.

    Ids are unique, so each occurrence of the old one is her: as author, assignee, coach, in patches and drafts.
    """
    old, new = str(state(connection, "worker_id")), str(worker)
    if role != state(connection, "worker_role"):
        _change_role(connection, old, role)
    if old != new:
        for table in metadata.sorted_tables:
            if table.name not in _APART:
                _replace(connection, table, old, new)
        _replace_scopes(connection, f"staff:{old}", f"staff:{new}")
    caseload.touch(connection, [caseload.EVERYBODY])
    set_state(connection, "worker_id", new)
    set_state(connection, "worker_role", role)


def take_role(connection: Connection) -> None:
    """Take the role that the centre now tells of the worker: her tabs and what she may change follow it."""
    known = rows.load_one(connection, "worker", str(state(connection, "worker_id")))
    if known is None or known["deleted"] or known["role"] in ("", state(connection, "worker_role")):
        return
    _change_role(connection, known["id"], known["role"])
    set_state(connection, "worker_role", known["role"])
    caseload.touch(connection, [caseload.EVERYBODY])


def _replace(connection: Connection, table: Any, old: str, new: str) -> None:
    for column in table.columns:
        if isinstance(column.type, Id) and not column.primary_key:
            connection.exec_driver_sql(
                f'UPDATE "{table.name}" SET "{column.name}" = ? WHERE "{column.name}" = ?', (new, old)
            )
        elif isinstance(column.type, Json):
            connection.exec_driver_sql(
                f'UPDATE "{table.name}" SET "{column.name}" = replace("{column.name}", ?, ?)'
                f' WHERE instr("{column.name}", ?)',
                (old, new, old),
            )


def _replace_scopes(connection: Connection, old: str, new: str) -> None:
    for table in metadata.sorted_tables:
        if "scope" in table.columns:
            connection.exec_driver_sql(f'UPDATE "{table.name}" SET scope = ? WHERE scope = ?', (new, old))


def _change_role(connection: Connection, worker: str, role: str) -> None:
    """Give the worker's own unsent assignments the role that she really has."""
    was = str(state(connection, "worker_role"))
    table = SPECS["assignment"].kind
    mine = f'SELECT id FROM "{table}" WHERE worker_id = ? AND role = ? AND version = 0'
    connection.exec_driver_sql(
        "UPDATE outbox SET patch = json_set(patch, '$.role[1]', ?) WHERE kind = 'assignment' AND op = 'create'"
        f" AND state = 'new' AND row_id IN ({mine})",
        (role, worker, was),
    )
    connection.exec_driver_sql(
        f'UPDATE "{table}" SET role = ? WHERE worker_id = ? AND role = ? AND version = 0', (role, worker, was)
    )
