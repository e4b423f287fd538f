"""Who may write what: the device's worker against each mutation, before anything is written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from app import access, roles
from app.clock import today
from app.record import Row
from app.services import SPECS
from sync.protocol import Mutation
from sync.server.faults import BUGS
from sync.server.statements import Answer, Together, rows_of
from sync.server.tables import ASSIGNMENT, CLIENT, CONSENT, SCOPE, WITHDRAWAL, WORKER

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_NAMED_BY = ("id", "name", "role", "organisation", "unit")
_HELD_BY = ("client_id", "role", "valid_from", "valid_to", "groups", "deleted")


def assignments_of(asking: Together, worker: str) -> Answer:
    """Ask for a worker's assignments, for `allowed_scopes`."""
    return asking.rows_of(ASSIGNMENT, [worker] if worker else (), _HELD_BY, key="worker_id")


def allowed_scopes(connection: Connection, worker: str, assignments: Sequence[Row] | None = None) -> set[str]:
    """Return the scopes that a worker may hold today; her assignments are read where they are not given.

    Consents are read of those clients alone of whom they decide something: of a coach's, nothing more is asked.
    """
    if "rights_open" in BUGS:
        return set(connection.execute(select(SCOPE.c.id)).scalars())
    rows = assignments
    if rows is None:
        rows = rows_of(connection, ASSIGNMENT, [worker], _HELD_BY, key="worker_id")
    person: Row = {"id": worker}
    asked = access.asked_of(rows, today())
    if not asked:
        return access.scopes(person, rows, (), (), today())
    person |= next(iter(rows_of(connection, WORKER, [worker], _NAMED_BY)), {})
    given, taken = (rows_of(connection, table, asked, key="client_id") for table in (CONSENT, WITHDRAWAL))
    return access.scopes(person, rows, given, () if "consent_ignored" in BUGS else taken, today())


@dataclass
class Sender:
    """The worker behind a device (or the centre itself), and what she may write in this batch."""

    device: str | None
    worker: str
    role: str
    allowed: set[str] = field(default_factory=set)
    draining: bool = False
    centre: bool = False
    created: set[str] = field(default_factory=set)
    own_clients: set[str] = field(default_factory=set)

    def registers(self, mutation: Mutation) -> None:
        """Note a client that this batch brings: its compartments are open to its maker."""
        self.created.add(mutation.row)
        row: Row = {
            "client_id": mutation.row,
            "role": self.role,
            "valid_from": None,
            "valid_to": None,
            "deleted": False,
        }
        # Without consents: what one of this batch opens is open from the next on.
        self.allowed |= access.scopes({"id": self.worker}, [row], (), (), today())

    def may_register(self, mutation: Mutation, scope_is_new: bool) -> bool:
        """Tell whether this is a new client that the worker may register."""
        return (
            mutation.kind == "client"
            and mutation.op == "create"
            and scope_is_new
            and access.client_of(mutation.scope) == mutation.row
            and not self.draining
            and mutation.author == self.worker
            and access.may_create_clients(self.role)
        )

    def obstacle(self, mutation: Mutation) -> str | None:
        """Return why the mutation must wait in quarantine, or None."""
        if self.centre:
            return None
        if self.draining:
            return "revoked"
        if mutation.author != self.worker:
            return "author"
        if mutation.kind not in SPECS:
            return "kind"
        if mutation.kind == "assignment":
            return self._obstacle_to_assignment(mutation)
        if not access.may_write(SPECS[mutation.kind].writers, self.role):
            return "role"
        held = mutation.scope in self.allowed and self._holds_other(mutation)
        return None if held else "access"

    def in_her_role(self, mutation: Mutation, patch: dict[str, list[Any]]) -> None:
        """Let who assigns a new client to herself do so in the role that she has now, whatever it was offline."""
        if mutation.kind == "assignment" and self.role != roles.TEAM_LEAD and "role" in patch:
            patch["role"][1] = self.role

    def _holds_other(self, mutation: Mutation) -> bool:
        """Tell whether she holds also the client whom a merge makes part of another one."""
        if mutation.kind != "client_merge" or mutation.op == "delete" or "merged_id" not in mutation.patch:
            return True
        return f"client:{mutation.patch['merged_id'][1]}:core" in self.allowed

    def _obstacle_to_assignment(self, mutation: Mutation) -> str | None:
        client = access.client_of(mutation.scope)
        if client is None:
            return "access"
        if self.role == roles.TEAM_LEAD:
            return None
        if mutation.scope not in self.allowed:
            return "access"
        values = {name: change[1] for name, change in mutation.patch.items()}
        own = values.get("worker_id") == self.worker
        fresh = client in self.created or client in self.own_clients
        return None if mutation.op == "create" and own and fresh else "assignment"


def clients_still_own(connection: Connection, worker: str, mutations: Iterable[Mutation]) -> set[str]:
    """Return the clients of these mutations whom the worker registered and nobody else has assigned since."""
    wanted = [m for m in mutations if m.kind == "assignment"]
    named = {client for m in wanted if (client := access.client_of(m.scope))}
    ids: Sequence[str] = sorted(one for one in named if _ID.match(one))
    if not ids:
        return set()
    made = {row["id"] for row in rows_of(connection, CLIENT, ids) if row["created_by"] == worker}
    touched = {
        row["client_id"]
        for row in rows_of(connection, ASSIGNMENT, ids, ("client_id", "saved_by"), key="client_id")
        if row["saved_by"] != worker
    }
    return made - touched
