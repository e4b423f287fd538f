"""Push: changes from a device, in one transaction; each is applied, merged, or kept for a person."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, Engine, bindparam, select, update

from app import access
from app.clock import new_id, now, point
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Row, iso
from app.services import SPECS
from sync import upcasting
from sync.protocol import SCHEMA_VERSION, Mutation
from sync.sealing import unseal
from sync.server import erasing, following, moved, scopes, wall
from sync.server.batch import Key, Work, said, settle
from sync.server.database import is_refusal, writing
from sync.server.faults import BUGS
from sync.server.rights import Sender, allowed_scopes, assignments_of, clients_still_own
from sync.server.scopes import ScopeState
from sync.server.statements import Answer, Together, rows_of, together
from sync.server.tables import QUARANTINE, RECEIPT, RECORDS, row_names
from sync.server.values import Unacceptable, accepted, kind


def push(engine: Engine, admit: Callable[[Connection], Sender], mutations: Sequence[Mutation]) -> list[Row]:
    """Take a device's changes in order; return a result for each, as `protocol.Result` has it.

    `admit` says who sends them, or raises; it is asked in the transaction that writes.
    """
    taken = _numbers_too_early(engine, mutations) if "seq_at_begin" in BUGS else {}
    try:
        results = _write(engine, admit, mutations, taken, careful=False)
    except Exception as error:
        if not is_refusal(error):
            raise
        # The database refuses something, which hardly ever happens: all anew, so that only that is kept apart.
        results = _write(engine, admit, mutations, taken, careful=True)
    if any(m.kind == "erasure" for m in mutations):
        erasing.checkpoint(engine)
    point("server.push.committed")
    return results


def _write(
    engine: Engine,
    admit: Callable[[Connection], Sender],
    mutations: Sequence[Mutation],
    taken: dict[str, int],
    *,
    careful: bool,
) -> list[Row]:
    with writing(engine) as connection:
        results = write(connection, admit(connection), mutations, taken, careful=careful)
        point("server.push.written")
        return results


def write(
    connection: Connection,
    sender: Sender,
    mutations: Sequence[Mutation],
    taken: dict[str, int] | None = None,
    *,
    released: bool = False,
    careful: bool = True,
) -> list[Row]:
    """Do what `push` does inside a transaction that is open already.

    `released`: they waited in quarantine, were answered then, and are let in now (`quarantine.take_in`).
    `careful` as in `batch.settle`.
    """
    mutations = [upcasting.lift(mutation) for mutation in mutations]
    erased = erasing.named(connection, mutations)
    wanted = {*(m.scope for m in mutations), *erasing.to_lock(connection, erased)}
    states = scopes.lock(connection, wanted | following.to_lock(connection, mutations))
    for scope, number in (taken or {}).items():
        states[scope].taken = number
    point("server.push.locked")
    with together(connection) as asking:
        if sender.centre:
            wall.open_to_centre(connection)
        else:
            wall.enter(connection, sender.worker)
        receipts = _receipts(asking, () if released else [m.id for m in mutations])
        held = assignments_of(asking, "" if sender.centre else sender.worker)
        out = erasing.erased_of(asking, mutations)
        present = _present(asking, mutations)
        waiting = asking.rows_of(QUARANTINE, _created(mutations), key="record_id")
    known = {row["mutation_id"]: row for row in receipts()}
    if not sender.centre:
        sender.allowed |= allowed_scopes(connection, sender.worker, held())
        sender.own_clients = clients_still_own(connection, sender.worker, mutations)
    works = list(
        {m.id: Work(m, own=released, released=released) for m in mutations if m.id not in known}.values()
    )
    erasing.keep_out(works, out())
    for work in sorted(works, key=lambda w: w.mutation.kind != "client"):
        _decide(sender, work, states)
    rows = {(name, row["id"]): row for name, found in present.items() for row in found()}
    _check_places(connection, works, rows)
    moved.excuse(connection, works, rows)
    works += [*_assignments(sender, works), *_released(works, waiting()), *erasing.also(works, erased)]
    if works:
        states, rows = settle(connection, sender, states, rows, works, careful=careful)
        gone = erasing.done(works)
        if gone or following.sets_off(mutations):
            with wall.by_centre(connection):
                states, rows = following.follow(connection, sender, states, rows, mutations, careful=careful)
                erasing.erase(connection, sender, states, gone)
    _release(connection, [work for work in works if work.released and work.status != "quarantined"])
    done = {work.mutation.id: _result(sender, work, rows) for work in works}
    results = [done[m.id] if m.id in done else _again(sender, m, known[m.id], rows) for m in mutations]
    return results if sender.centre else _within_the_wall(connection, sender, results)


def _within_the_wall(connection: Connection, sender: Sender, results: list[Row]) -> list[Row]:
    """Take out rows that the database would not show to this worker."""
    told = {row["scope"] for result in results if (row := result.get("row")) is not None}
    hidden = told - wall.readable(connection, told)
    for result in results if hidden else ():
        row = result.get("row")
        if (
            row is not None
            and row["scope"] in hidden
            and access.client_of(row["scope"]) not in sender.created
        ):
            result["row"] = None
    return results


def _decide(sender: Sender, work: Work, states: dict[str, ScopeState]) -> None:
    """Check rights and values before anything is written."""
    mutation = work.mutation
    if work.decided:
        return
    try:
        new_client = sender.may_register(mutation, states[mutation.scope].total == 0)
        obstacle = None if new_client else sender.obstacle(mutation)
        if obstacle is None and mutation.kind not in SPECS:
            obstacle = "kind"
        if obstacle is None and mutation.schema_version > SCHEMA_VERSION:
            obstacle = "newer"
        if obstacle is not None:
            work.quarantine(obstacle)
            return
        datetime.fromisoformat(mutation.saved_at)
        work.patch = accepted(mutation)
        if not sender.centre or work.released:
            _check_mode(mutation)
        if not sender.centre:
            sender.in_her_role(mutation, work.patch)
        if new_client:
            sender.registers(mutation)
    except Unacceptable as refused:
        work.refuse(*refused.problems)
    except ValueError:
        work.refuse(Problem("saved_at", Message(N_("This value is not accepted."))))


def _check_mode(mutation: Mutation) -> None:
    """Refuse what the centre alone may write; of a conflict, a person settles the state and nothing else."""
    if mutation.kind == "conflict":
        free = mutation.op == "update" and set(mutation.patch) <= {"state"}
    else:
        free = kind(mutation.kind).spec.sync.mode != "centre"
    if not free:
        raise Unacceptable([Problem(None, Message(N_("Only the centre changes this.")))])


def _receipts(asking: Together, ids: Sequence[str]) -> Answer:
    known = () if "no_receipts" in BUGS else ids
    return asking.rows_of(RECEIPT, known, ("mutation_id", "status", "problems"), key="mutation_id")


def _present(asking: Together, mutations: Iterable[Mutation]) -> dict[str, Answer]:
    """Ask for the present rows of a batch, by kind."""
    wanted: dict[str, set[str]] = {}
    for mutation in mutations:
        if mutation.kind in SPECS:
            wanted.setdefault(mutation.kind, set()).add(mutation.row)
    return {name: asking.rows_of(RECORDS[name], sorted(ids), row_names(name)) for name, ids in wanted.items()}


def _created(mutations: Iterable[Mutation]) -> list[str]:
    return sorted({mutation.row for mutation in mutations if mutation.op == "create"})


def _check_places(connection: Connection, works: Sequence[Work], rows: dict[Key, Row]) -> None:
    """Keep apart what names another client's row: itself, or a parent that is not there or not theirs."""
    for work in works:
        row = rows.get(work.key)
        if not work.decided and row is not None and row["scope"] != work.mutation.scope:
            work.quarantine("scope")
    needs: defaultdict[tuple[str, Key], list[Work]] = defaultdict(list)
    for work in works:
        for need in () if work.decided else _parents(work):
            needs[work.mutation.scope, need].append(work)
    if not needs:
        return
    parents = {need for _scope, need in needs}
    held = _parent_scopes(connection, parents)
    while True:
        coming = {
            w.key: w.mutation.scope
            for w in works
            if w.key in parents and not w.decided and w.mutation.op == "create"
        }
        orphans = [
            work
            for (scope, need), those in needs.items()
            if not _same_client(scope, coming.get(need) or held.get(need))
            for work in those
            if not work.decided
        ]
        if not orphans:
            return
        for work in orphans:
            work.quarantine("parent")


def _same_client(scope: str, parent: str | None) -> bool:
    return parent is not None and (
        parent == "reference" or access.client_of(parent) == access.client_of(scope)
    )


def _parents(work: Work) -> list[Key]:
    if work.mutation.op == "delete":
        return []
    return [
        (parent, work.patch[column][1])
        for column, parent in kind(work.mutation.kind).parents
        if column in work.patch and work.patch[column][1] is not None
    ]


def _parent_scopes(connection: Connection, needs: Iterable[Key]) -> dict[Key, str]:
    wanted: dict[str, set[str]] = {}
    for name, row_id in needs:
        wanted.setdefault(name, set()).add(row_id)
    return {
        (name, row["id"]): row["scope"]
        for name, ids in wanted.items()
        for row in rows_of(connection, RECORDS[name], sorted(ids), ("id", "scope"))
    }


def _assignments(sender: Sender, works: Sequence[Work]) -> list[Work]:
    """Assign new clients to their maker, unless the batch does."""
    assigned = {
        access.client_of(w.mutation.scope)
        for w in works
        if not w.decided
        and w.mutation.kind == "assignment"
        and w.patch.get("worker_id", (None, None))[1] == sender.worker
    }
    made = [w.mutation for w in works if not w.decided and w.mutation.kind == "client"]
    return [
        Work(mutation, accepted(mutation), own=True)
        for mutation in (
            assignment(sender.worker, m.row, sender.worker, sender.role, now().astimezone().date())
            for m in made
            if m.row in sender.created - assigned
        )
    ]


def assignment(
    author: str, client: str, worker: str, role: str, begins: date, ends: date | None = None
) -> Mutation:
    """Return the mutation that assigns a client to a worker from a day."""
    values = {
        "client_id": client,
        "worker_id": worker,
        "role": role,
        "valid_from": begins.isoformat(),
        "valid_to": ends.isoformat() if ends else None,
    }
    return Mutation(
        id=str(new_id()),
        scope=f"client:{client}:core",
        kind="assignment",
        row=str(new_id()),
        op="create",
        patch={name: (None, value) for name, value in values.items()},
        author=author,
        saved_at=iso(now()),
    )


def _released(works: Sequence[Work], waiting: Iterable[Row]) -> list[Work]:
    """Find what waited for rows that come only now: after a restore, edits may outrun creates."""
    created = {w.mutation.row for w in works if not w.decided and w.mutation.op == "create"}
    found = []
    for kept in sorted(waiting, key=lambda row: (row["at"], row["mutation_id"])):
        if kept["record_id"] not in created or kept["reason"] != "missing" or kept["released_at"] is not None:
            continue
        mutation = upcasting.lift(Mutation.model_validate_json(kept["mutation"]))
        if any(w.key == (mutation.kind, mutation.row) and w.mutation.scope == mutation.scope for w in works):
            work = Work(mutation, own=True, released=True)
            try:
                work.patch = accepted(mutation)
            except Unacceptable:
                continue
            found.append(work)
    return found


def _release(connection: Connection, works: Sequence[Work]) -> None:
    if works:
        statement = update(QUARANTINE).where(QUARANTINE.c.mutation_id == bindparam("b_id"))
        connection.execute(
            statement.values(released_at=iso(now())), [{"b_id": work.mutation.id} for work in works]
        )


def _result(sender: Sender, work: Work, rows: dict[Key, Row]) -> Row:
    result: Row = {"id": work.mutation.id, "status": work.status}
    if work.problems:
        result["problems"] = [said(problem) for problem in work.problems]
    return _with_row(sender, work.mutation, result, rows)


def _again(sender: Sender, mutation: Mutation, receipt: Row, rows: dict[Key, Row]) -> Row:
    """Answer a mutation that was dealt with before."""
    result: Row = {"id": mutation.id, "status": receipt["status"], "problems": receipt["problems"]}
    return _with_row(sender, mutation, result, rows)


def _with_row(sender: Sender, mutation: Mutation, result: Row, rows: dict[Key, Row]) -> Row:
    """Add the present row to a result that is not plainly applied, if this worker may see it."""
    if result["status"] == "applied":
        return result
    row = rows.get((mutation.kind, mutation.row))
    if row is not None and row["scope"] == mutation.scope:
        result["row"] = row if row["scope"] in sender.allowed and not sender.draining else None
    return result


def parse_one_by_one(mutations: Iterable[Any]) -> tuple[list[Mutation], dict[str, Row]]:
    """Read mutations of which one is not understood: it is refused by its id, the others go on.

    Returns those understood, and the results of the others by id. Raises ValueError where there is no id.
    """
    good: list[Mutation] = []
    bad: dict[str, Row] = {}
    for raw in mutations:
        try:
            json.dumps(raw, allow_nan=False)
            good.append(Mutation.model_validate(raw))
        except ValueError:
            if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or len(raw["id"]) > 100:
                raise ValueError from None
            bad[raw["id"]] = refused(raw["id"])
    return good, bad


def refused(mutation_id: str) -> Row:
    """Return the result of a mutation that is not understood."""
    problem = Problem(None, Message(N_("This value is not accepted.")))
    return {"id": mutation_id, "status": "refused", "problems": [said(problem)]}


def parse_sealed(private: X25519PrivateKey, mutation_id: str, sealed: str) -> Mutation | None:
    """Open a sealed mutation; returns None for one that is not what it says."""
    try:
        mutation = Mutation.model_validate_json(unseal(private, mutation_id, sealed))
    except ValueError:
        return None
    return mutation if mutation.id == mutation_id else None


def newest_schema(mutations: Iterable[Mutation]) -> int:
    """Return the newest schema that any of these was written with."""
    return max((m.schema_version for m in mutations), default=SCHEMA_VERSION)


def _numbers_too_early(engine: Engine, mutations: Sequence[Mutation]) -> dict[str, int]:
    """The planted bug `seq_at_begin`: take numbers in a transaction of their own, before the write."""
    with writing(engine) as connection:
        states = scopes.lock(connection, (m.scope for m in mutations))
        taken = {scope: state.head for scope, state in states.items()}
        for state in states.values():
            state.head += 2 * len(mutations)
        scopes.save(connection, states.values())
    point("server.push.numbered")
    return taken


def waiting(connection: Connection) -> dict[str, int]:
    """Count what waits in quarantine, by reason."""
    statement = select(QUARANTINE.c.reason).where(QUARANTINE.c.released_at.is_(None))
    counts: dict[str, int] = {}
    for (reason,) in connection.execute(statement):
        counts[reason] = counts.get(reason, 0) + 1
    return counts
