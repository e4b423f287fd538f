"""Which scopes a person may hold: one pure function, the same on the device and at the centre.

A scope is one compartment of one client, `client:<id>:<group>`, beside `reference` (everybody) and
`staff:<worker id>` (that worker alone).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from app import roles

GROUPS = ("core", "health", "legal")

# Health and criminal-record details are needed by the coach who plans work around them and, for health,
# by the work-ability coordinator (facts.md 2.2, parts 4 and 11; GDPR art. 9 and 10).
_GROUPS_OF_ROLE: dict[str, tuple[str, ...]] = {
    roles.JOB_COACH: GROUPS,
    roles.WORK_ABILITY_COORDINATOR: ("core", "health"),
    roles.JOBCENTER_COORDINATOR: ("core",),
    roles.TEAM_LEAD: ("core",),
    roles.ADMIN: (),
}


def scopes(worker: UUID | str, assignments: Iterable[Mapping[str, object]], today: date) -> set[str]:
    """Return the scopes that the worker may hold today.

    `assignments` are rows of this worker: client_id, role, valid_from, valid_to (ISO text or None), deleted.
    The role is that of the assignment: a person may be a client's coach and another's coordinator.
    """
    held = {"reference", f"staff:{worker}"}
    day = today.isoformat()
    for row in assignments:
        begins, ends = str(row["valid_from"] or ""), str(row["valid_to"] or "9999-12-31")
        if row["deleted"] or not begins <= day <= ends:
            continue
        held.update(
            f"client:{row['client_id']}:{group}" for group in _GROUPS_OF_ROLE.get(str(row["role"]), ())
        )
    return held


class NotHeld(list[dict[str, Any]]):
    """No rows of a kind, since the device may not hold its compartment: nobody here can say that any is missing."""


def may_create_clients(role: str) -> bool:
    """Tell whether a person of this role may register a new client."""
    return role in roles.WITH_CLIENTS


def may_write(writers: tuple[str, ...], role: str) -> bool:
    """Tell whether a person of this role may change what only some may (`RecordSpec.writers`); nobody named: anyone."""
    return not writers or role in writers


def client_of(scope: str) -> str | None:
    """Return the client id of a client's scope, or None for another scope."""
    parts = scope.split(":")
    return parts[1] if len(parts) == 3 and parts[0] == "client" else None
