"""What devices tell of reading, printing and giving out, booked in the chains of those whose data it was.

And the answer to a client who asks who has seen her data: persons, roles, days and deeds; never what was written.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from fastapi import Request
from sqlalchemy import Connection, select

from app import access, roles
from app.clock import now
from app.reading import TOLD
from app.record import Row, iso
from app.services import SPECS
from sync.read_messages import (
    ReadEntry,
    ReadsReply,
    ReadsRequest,
    SeenEntry,
    SeenPerson,
    SeenReply,
    SeenRequest,
)
from sync.server import audit, devices, scopes
from sync.server.audit import Entry
from sync.server.bodies import Stop
from sync.server.centre import Centre, Route, parse
from sync.server.database import snapshot, writing
from sync.server.office import NOBODY
from sync.server.rights import allowed_scopes
from sync.server.statements import put, rows_of
from sync.server.tables import ACCOUNT, ASSIGNMENT, AUDIT, CLIENT, RECEIPT, RECORDS, WORKER

log = structlog.get_logger("tyopari.centre")


# ---- what devices tell ------------------------------------------------------------------------------------


def take_reads(centre: Centre, request: Request, body: bytes) -> ReadsReply:
    """Book what was read on a device."""
    asked = parse(ReadsRequest, body)
    named = centre.named(request, asked.device)
    with writing(centre.engine) as connection:
        found = centre.admitted(connection, *named)
        taken = book(connection, found["worker_id"], found["id"], asked.entries)
    log.info("reads", device=found["id"], entries=len(asked.entries), taken=taken)
    return ReadsReply(taken=taken, server_time=iso(now()))


def book(connection: Connection, worker: str, device: str, entries: Sequence[ReadEntry]) -> int:
    """Put the entries that are new into the chains where they belong; return how many.

    What a worker tells of a client whom she never held is booked with herself: it may be made up.
    """
    clients = sorted({entry.client for entry in entries if entry.client})
    held, erased = _ever_held(connection, worker, clients), _erased(connection, clients)
    made = {}
    for entry in entries:
        one = _entry(worker, device, entry, held, erased)
        made[one.mutation_id] = one
    states = scopes.lock(connection, [one.scope for one in made.values()])
    ids = sorted(str(one) for one in made)
    known = {
        row["mutation_id"] for row in rows_of(connection, RECEIPT, ids, ("mutation_id",), key="mutation_id")
    }
    fresh = [one for one in made.values() if one.mutation_id not in known]
    audit.append(connection, states, fresh)
    scopes.save(connection, states.values())
    told = {"device": device, "status": "read", "problems": [], "at": iso(now())}
    put(
        connection,
        RECEIPT,
        [{"mutation_id": one.mutation_id, "scope": one.scope, **told} for one in fresh],
        "fail",
    )
    return len(fresh)


def _entry(worker: str, device: str, told: ReadEntry, held: set[str], erased: set[str]) -> Entry:
    spec = SPECS.get(told.kind)
    group = spec.group if spec is not None and spec.scope == "client" else access.CORE
    ours = told.client is not None and told.client in held | erased
    patch: Row = {} if told.action in TOLD else {"action": told.action}
    if told.detail and told.client not in erased:
        patch["detail"] = told.detail
    if told.client is not None and not ours:
        patch["client"] = told.client
    return Entry(
        scope=f"client:{told.client}:{group}" if ours else f"staff:{worker}",
        action=told.action if told.action in TOLD else "handled",
        person=worker,
        device=device,
        kind=told.kind,
        record_id=told.record,
        saved_at=told.at,
        mutation_id=told.id,
        patch=patch or None,
    )


def _ever_held(connection: Connection, worker: str, clients: Sequence[str]) -> set[str]:
    """Return which of these clients were ever given to a worker, or registered by her."""
    given = rows_of(connection, ASSIGNMENT, clients, ("client_id", "worker_id"), key="client_id")
    made = rows_of(connection, CLIENT, clients, ("id", "created_by"))
    return {row["client_id"] for row in given if row["worker_id"] == worker} | {
        row["id"] for row in made if row["created_by"] == worker
    }


def _erased(connection: Connection, clients: Sequence[str]) -> set[str]:
    return {
        row["erased_id"]
        for row in rows_of(connection, RECORDS["erasure"], clients, ("erased_id",), key="erased_id")
    }


# ---- who has seen a client's data -------------------------------------------------------------------------


def tell_seen(centre: Centre, request: Request, body: bytes) -> SeenReply:
    """Tell who has handled a client's data, to those who hold her and to team leads."""
    asked = parse(SeenRequest, body)
    named = centre.named(request, asked.device)
    with snapshot(centre.engine) as connection:
        found = centre.admitted(connection, *named)
        order = devices.order_of(found, centre.keys)
        if order is not None:
            raise Stop("revoked", order=order)
        core = f"client:{asked.client}:{access.CORE}"
        if found["role"] != roles.TEAM_LEAD and core not in allowed_scopes(connection, found["worker_id"]):
            raise Stop("access")
        return seen(connection, asked.client)


def seen(connection: Connection, client: str) -> SeenReply:
    """Gather what the chains of a client's compartments tell, by person, day and deed."""
    within = [f"client:{client}:{group}" for group in access.GROUPS]
    query = select(AUDIT.c.scope, AUDIT.c.at, AUDIT.c.saved_at, AUDIT.c.person, AUDIT.c.action, AUDIT.c.kind)
    counts: dict[tuple[str, str, str, str], int] = {}
    for scope, at, saved_at, person, action, kind in connection.execute(
        query.where(AUDIT.c.scope.in_(within))
    ):
        deed = _deed(action, kind)
        if deed is not None and person:
            key = (_day(saved_at) or _day(at) or "", person, deed, scope.rpartition(":")[2])
            counts[key] = counts.get(key, 0) + 1
    entries = [
        SeenEntry(day=day, person=None if person == NOBODY else person, action=deed, group=group, times=times)
        for (day, person, deed, group), times in sorted(counts.items())
    ]
    given = rows_of(
        connection,
        ASSIGNMENT,
        [client],
        ("worker_id", "role", "valid_from", "valid_to", "deleted"),
        key="client_id",
    )
    people = _people(connection, given, {entry.person for entry in entries if entry.person})
    return SeenReply(people=people, entries=entries, server_time=iso(now()))


_CHANGES = {"applied", "merged", "conflict", "conflict_kept"}
_TRIED = {"quarantined", "refused"}


def _deed(action: str, kind: str | None) -> str | None:
    """Return how what was done is called to the client; None for what is no handling of her data."""
    if kind == "assignment":
        return None  # it stands with the people
    if action.removesuffix("_later") in _CHANGES:
        return "shared" if kind == "sharing" else "written"
    if action in _TRIED:
        return "tried"
    return action


def _day(moment: str | None) -> str | None:
    """Return the day of a moment; None for one that a device has made up."""
    try:
        return datetime.fromisoformat(moment).astimezone().date().isoformat() if moment else None
    except (ValueError, OverflowError):
        return None


def _people(connection: Connection, given: Iterable[Row], doers: set[str]) -> list[SeenPerson]:
    periods: dict[str, list[tuple[str | None, str | None]]] = {}
    as_role: dict[str, str] = {}
    for row in given:
        if not row["deleted"]:
            periods.setdefault(row["worker_id"], []).append((row["valid_from"], row["valid_to"]))
            as_role[row["worker_id"]] = row["role"]
    ids = sorted(doers | periods.keys())
    names = {row["id"]: row["name"] for row in rows_of(connection, WORKER, ids, ("id", "name"))}
    accounts = {
        row["worker_id"]: row["role"]
        for row in rows_of(connection, ACCOUNT, ids, ("worker_id", "role"), key="worker_id")
    }
    return [
        SeenPerson(
            id=one,
            name=names.get(one, ""),
            role=as_role.get(one) or accounts.get(one, ""),
            periods=sorted(periods.get(one, []), key=str),
        )
        for one in ids
    ]


ROUTES = (
    Route("/reads", take_reads, ReadsReply, ReadsRequest),
    Route("/seen", tell_seen, SeenReply, SeenRequest),
)
