"""Quarantine: changes that were kept apart whole, until a team lead takes them in or rejects them with a reason.

What is taken in goes the ordinary way, with its author and its time: it is checked, may meet what others have changed
since and become a decision, and is booked as such. The author hears of it at her next sync (`decided`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from app import access
from app.clock import now
from app.errors import KnownError, Problem
from app.i18n import N_, Message
from app.record import Row, iso
from app.services import SPECS
from sync.admin_messages import QuarantinedMessage
from sync.protocol import Mutation
from sync.server import audit, push, scopes
from sync.server.batch import said
from sync.server.office import NOBODY
from sync.server.rights import Sender
from sync.server.statements import rows_of
from sync.server.tables import CLIENT, QUARANTINE, RECEIPT, WORKER

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REJECTED = "refused"
STILL = "quarantined"
AUTHOR = "author"
_READ = (access.CORE,)
"""The compartments whose contents a team lead may read."""


@dataclass(frozen=True)
class Decider:
    """Who decides: a worker with her role and device, or (`office.NOBODY`) whoever types a command, by name."""

    id: str
    role: str
    name: str
    device: str | None = None

    @property
    def typed(self) -> bool:
        """Whether it was decided by a command."""
        return self.id == NOBODY


# ---- what waits -------------------------------------------------------------------------------------------


def waiting(connection: Connection, limit: int = 1000) -> list[Row]:
    """Return what waits for a person, oldest first; what was sealed or erased is not among it."""
    wanted = select(QUARANTINE).where(QUARANTINE.c.released_at.is_(None), QUARANTINE.c.mutation != "")
    ordered = wanted.order_by(QUARANTINE.c.at, QUARANTINE.c.mutation_id).limit(limit)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def told(connection: Connection) -> list[QuarantinedMessage]:
    """Return what waits as a team lead is told of it: the contents of the core alone."""
    rows = waiting(connection)
    mutations = [Mutation.model_validate_json(row["mutation"]) for row in rows]
    names = client_names(connection, {client for row in rows if (client := access.client_of(row["scope"]))})
    return [_told(row, one, names) for row, one in zip(rows, mutations, strict=True)]


def _told(row: Row, mutation: Mutation, names: Mapping[str, str]) -> QuarantinedMessage:
    client = access.client_of(row["scope"])
    readable = may_read(row["scope"], row["kind"])
    own = mutation.patch if readable and row["kind"] == "client" else {}
    new = " ".join(str(own[name][1]) for name in ("last_name", "first_name") if name in own)
    return QuarantinedMessage(
        id=row["mutation_id"],
        scope=row["scope"],
        client=client,
        client_name=names.get(client or "", new),
        kind=row["kind"],
        record=row["record_id"],
        op=row["op"],
        worker=row["worker"],
        author=mutation.author,
        saved_at=mutation.saved_at,
        at=row["at"],
        reason=row["reason"],
        patch={name: list(change) for name, change in mutation.patch.items()} if readable else None,
    )


def may_read(scope: str, kind: str) -> bool:
    """Tell whether a team lead may read the contents: those of the core, and of what everybody shares."""
    spec = SPECS.get(kind)
    if spec is None or scope.startswith("staff:"):
        return False
    group = scope.rsplit(":", 1)[-1] if access.client_of(scope) else access.CORE
    return group in _READ and spec.group in _READ


def client_names(connection: Connection, clients: Iterable[str]) -> dict[str, str]:
    """Return clients' names by id, of those whom there are."""
    found = rows_of(connection, CLIENT, sorted(clients), ("id", "first_name", "last_name"))
    return {row["id"]: f"{row['last_name']} {row['first_name']}".strip() for row in found}


# ---- deciding ---------------------------------------------------------------------------------------------


def take_in(connection: Connection, by: Decider, ids: Sequence[str]) -> dict[str, str]:
    """Take changes in as their authors wrote them; returns what became of each, by id.

    Raises KnownError where one of them is not to be taken in by this person; nothing is written then.
    """
    rows = _chosen(connection, ids)
    mutations = [Mutation.model_validate_json(row["mutation"]) for row in rows]
    for row, mutation in zip(rows, mutations, strict=True):
        _check(by, row, mutation)
    sender = Sender(None, by.id, by.role, centre=True)
    results = push.write(connection, sender, mutations, released=True)
    outcomes = {result["id"]: str(result["status"]) for result in results}
    done = [row for row in rows if outcomes[row["mutation_id"]] != STILL]
    problems = {result["id"]: result.get("problems", []) for result in results}
    for row in done:
        status = outcomes[row["mutation_id"]]
        _note(connection, by, row, status, "", problems[row["mutation_id"]])
    _book(connection, by, done, "quarantine_applied", "")
    return outcomes


def reject(connection: Connection, by: Decider, ids: Sequence[str], reason: str) -> dict[str, str]:
    """Let changes stay out for good, with the reason that their authors are told; returns the outcome by id."""
    if not reason.strip():
        raise KnownError(Message(N_("Write why it is not taken in: the person who wrote it is told.")))
    rows = _chosen(connection, ids)
    for row in rows:
        _note(connection, by, row, REJECTED, reason, [said(_rejection(by.name, reason))])
    _book(connection, by, rows, "quarantine_rejected", reason)
    return {row["mutation_id"]: REJECTED for row in rows}


def _rejection(name: str, reason: str) -> Problem:
    return Problem(None, Message(N_("{name} did not take this in: {reason}"), name=name, reason=reason))


def _chosen(connection: Connection, ids: Sequence[str]) -> list[Row]:
    """Return these of what waits, locked and in their order. Raises KnownError where one waits no longer."""
    wanted = select(QUARANTINE).where(
        QUARANTINE.c.mutation_id.in_(list(ids)),
        QUARANTINE.c.released_at.is_(None),
        QUARANTINE.c.mutation != "",
    )
    ordered = wanted.order_by(QUARANTINE.c.at, QUARANTINE.c.mutation_id).with_for_update()
    rows = [dict(row) for row in connection.execute(ordered).mappings()]
    if len(rows) != len(set(ids)):
        raise KnownError(
            Message(N_("Somebody has decided this already.")), Message(N_("The list is shown anew."))
        )
    return rows


def _check(by: Decider, row: Row, mutation: Mutation) -> None:
    """Refuse what nobody may let in this way."""
    spec = SPECS.get(mutation.kind)
    if row["reason"] == AUTHOR:
        raise KnownError(
            Message(N_("Who wrote this is not who sent it, so it cannot be taken in.")),
            Message(N_("Reject it, and ask the person whose computer sent it.")),
        )
    if spec is None:
        raise KnownError(Message(N_("The centre does not know this kind of entry yet.")))
    if not access.may_write(spec.writers, by.role):
        raise KnownError(Message(N_("Your role does not write this kind of entry.")))


def _note(
    connection: Connection, by: Decider, row: Row, status: str, reason: str, problems: list[Row]
) -> None:
    at = iso(now())
    kept = (QUARANTINE.c.mutation_id == row["mutation_id"]) & (QUARANTINE.c.scope == row["scope"])
    decision = {
        "decided_at": at,
        "decided_by": by.name[:100] if by.typed else by.id,
        "decision": status,
        "note": reason,
        "released_at": at,
    }
    connection.execute(update(QUARANTINE).where(kept).values(**decision))
    same = (RECEIPT.c.mutation_id == row["mutation_id"]) & (RECEIPT.c.scope == row["scope"])
    connection.execute(update(RECEIPT).where(same).values(status=status, problems=problems))


def _book(connection: Connection, by: Decider, rows: Sequence[Row], action: str, reason: str) -> None:
    """Book who decided, in the chain of that which it was about."""
    if not rows:
        return
    told = {**({"reason": reason} if reason else {}), **({"by": by.name} if by.typed else {})}
    states = scopes.lock(connection, [row["scope"] for row in rows])
    entries = [
        audit.Entry(
            scope=row["scope"],
            action=action,
            person=by.id,
            device=by.device,
            kind=row["kind"],
            record_id=row["record_id"],
            mutation_id=row["mutation_id"],
            patch=told or None,
        )
        for row in rows
    ]
    audit.append(connection, states, entries)
    scopes.save(connection, states.values())


# ---- telling the author -----------------------------------------------------------------------------------


def decided(connection: Connection, worker: str, ids: Sequence[str]) -> list[Row]:
    """Return results of those changes of a worker's that waited and wait no longer."""
    found = rows_of(connection, QUARANTINE, sorted(set(ids)), key="mutation_id")
    deciders = sorted({row["decided_by"] for row in found if _ID.fullmatch(row["decided_by"] or "")})
    by = {row["id"]: row["name"] for row in rows_of(connection, WORKER, deciders, ("id", "name"))}
    return [_answer(row, by) for row in found if row["worker"] == worker and row["released_at"] is not None]


def _answer(row: Row, names: Mapping[str, str]) -> Row:
    result: Row = {"id": row["mutation_id"], "status": row["decision"] or "applied"}
    if not row["mutation"]:
        problem = Problem(None, Message(N_("Everything about this client has been erased.")))
        return {**result, "status": REJECTED, "problems": [said(problem)]}
    if result["status"] == REJECTED and row["note"]:
        name = names.get(row["decided_by"] or "", "") or row["decided_by"] or ""
        return {**result, "problems": [said(_rejection(name, row["note"]))]}
    return result
