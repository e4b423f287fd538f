"""What a merge of two clients moves at the centre: compartments that the device which merged does not hold.

A row of theirs goes to the client that stays under an id that follows from the merge (`app.merging.derived`), and back
when the merge is undone. So nobody is told of rows that she may not see, and whoever is first - a device that does
hold the compartment, or the centre - does the same. What must be done is read from the rows, never remembered.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from app import access, merging
from app.clock import new_id, now
from app.record import Row, fields, iso
from app.services import SPECS
from sync.protocol import Mutation, Op
from sync.server import scopes
from sync.server.batch import Key, Work, settle
from sync.server.rights import Sender
from sync.server.scopes import ScopeState
from sync.server.statements import rows_of
from sync.server.tables import RECORDS, row_names

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_MERGE, _CLIENT = RECORDS["client_merge"], RECORDS["client"]
_NAMES = ("id", "client_id", "merged_id", "moved", "undone_on", "deleted", "created_by", "saved_by")


def to_lock(connection: Connection, mutations: Sequence[Mutation]) -> set[str]:
    """Return the scopes in which these mutations may set a merge in motion: all of the clients that it joins."""
    clients = _clients(mutations)
    if not clients:
        return set()
    touched = {one for made in _merges(connection, clients) for one in _pair(made)}
    touched |= {one for m in mutations if m.kind == "client_merge" for one in (_merged(m), _of(m)) if one}
    return {f"client:{client}:{group}" for client in touched for group in access.GROUPS}


def sets_off(mutations: Iterable[Mutation]) -> bool:
    """Tell whether these mutations may set a merge in motion."""
    return bool(_clients(mutations))


def follow(
    connection: Connection,
    sender: Sender,
    states: dict[str, ScopeState],
    rows: dict[Key, Row],
    mutations: Sequence[Mutation],
    *,
    careful: bool,
) -> tuple[dict[str, ScopeState], dict[Key, Row]]:
    """Move what the merges now ask to be moved, inside the transaction that took the mutations.

    `careful` as in `batch.settle`. Returns the scopes and rows as they are then.
    """
    clients = _clients(mutations)
    merges = _merges(connection, clients) if clients else []
    for _ in merges:  # what one merge brings may go on by the next one
        works: list[Work] = []
        for made in merges:
            works += _works(connection, made, rows)
        if not works:
            break
        # A merge may have come while the locks were waited for.
        if missing := {work.mutation.scope for work in works} - states.keys():
            states = states | scopes.lock(connection, missing)
        states, rows = settle(connection, sender, states, rows, works, careful=careful)
    return states, rows


def _clients(mutations: Iterable[Mutation]) -> set[str]:
    """Return the clients whose merges these mutations may set in motion."""
    found: set[str] = set()
    apart = merging.apart()
    for mutation in mutations:
        moves = mutation.kind == "client" and mutation.op in ("delete", "undelete")
        late = mutation.kind in apart and mutation.op != "delete"
        if moves or late or mutation.kind == "client_merge":
            found |= {one for one in (_of(mutation), _merged(mutation)) if one}
    return found


def _of(mutation: Mutation) -> str | None:
    client = access.client_of(mutation.scope)
    return client if client and _ID.match(client) else None


def _merged(mutation: Mutation) -> str | None:
    value = mutation.patch["merged_id"][1] if "merged_id" in mutation.patch else None
    return value if mutation.kind == "client_merge" and isinstance(value, str) and _ID.match(value) else None


def _pair(made: Row) -> tuple[str, str]:
    return made["client_id"], made["merged_id"]


def _merges(connection: Connection, clients: set[str]) -> list[Row]:
    """Return the merges that join these clients with others, and those with yet others; oldest first."""
    found: dict[str, Row] = {}
    seen: set[str] = set()
    new = clients
    while new:
        seen |= new
        for key in ("client_id", "merged_id"):
            found |= {row["id"]: row for row in rows_of(connection, _MERGE, sorted(new), _NAMES, key=key)}
        new = {one for made in found.values() for one in _pair(made)} - seen
    return sorted((made for made in found.values() if not made["deleted"]), key=lambda made: made["id"])


def _works(connection: Connection, made: Row, rows: dict[Key, Row]) -> list[Work]:
    """Return what is to be done for a merge; the rows that it is about are put among `rows`."""
    both = {
        row["id"]: row["deleted"]
        for row in rows_of(connection, _CLIENT, sorted(_pair(made)), ("id", "deleted"))
    }
    kept, other = _pair(made)
    undone = made["undone_on"] is not None
    if len(both) < 2 or both[other] is undone:  # the other client goes, or returns, by a mutation of its own
        return []
    works: list[Work] = []
    for kind in merging.apart():
        there = _read(connection, kind, [other], "client_id")
        ids = _here(made, kind, there)
        here = _read(connection, kind, sorted(ids.values()))
        rows |= {(kind, row["id"]): row for row in (*there.values(), *here.values())}
        for one, brought in ids.items():
            if undone:
                works += _returned(made, kind, there[one], here.get(brought))
            elif not there[one]["deleted"] and brought not in here:
                values = {**merging.brought(kind, there[one], kept, {}), "id": brought}
                works.append(
                    _work(made, kind, values, "create", {n: (None, values[n]) for n in _fields(kind)})
                )
                works.append(_gone(made, kind, there[one]))
    return works


def _here(made: Row, kind: str, there: Iterable[str]) -> dict[str, str]:
    """Return the ids in the client that stays; a merge by an earlier version has them written down."""
    listed = {one["there"]: one["here"] for one in made["moved"] or () if one.get("kind") == kind}
    return {one: listed.get(one) or merging.derived(made["id"], one) for one in there}


def _returned(made: Row, kind: str, there: Row, here: Row | None) -> list[Work]:
    if here is None or here["deleted"] or not there["deleted"] or here["client_id"] != made["client_id"]:
        return []
    values = {**merging.brought(kind, here, made["merged_id"], {}), "id": there["id"]}
    back = _work(made, kind, values, "undelete", {name: (None, values[name]) for name in _fields(kind)})
    return [back, _gone(made, kind, here)]


def _gone(made: Row, kind: str, row: Row) -> Work:
    return _work(made, kind, row, "delete", {name: (row[name], None) for name in _fields(kind)})


def _work(made: Row, kind: str, row: Row, op: Op, patch: Mapping[str, tuple[object, object]]) -> Work:
    """Return a mutation of the centre's own, in the name of whoever merged or undid it."""
    mutation = Mutation(
        id=str(new_id()),
        scope=f"client:{row['client_id']}:{SPECS[kind].group}",
        kind=kind,
        row=row["id"],
        op=op,
        patch=dict(patch),
        author=made["saved_by"] or made["created_by"],
        saved_at=iso(now()),
    )
    return Work(mutation, {name: list(change) for name, change in patch.items()}, own=True, moved=True)


def _read(connection: Connection, kind: str, ids: Sequence[str], key: str = "id") -> dict[str, Row]:
    return {row["id"]: row for row in rows_of(connection, RECORDS[kind], ids, row_names(kind), key=key)}


def _fields(kind: str) -> tuple[str, ...]:
    return fields(SPECS[kind].table)
