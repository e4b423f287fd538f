"""Many mutations merged in memory, in order, and written with one statement a table."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from app import access, register
from app.clock import new_id, now
from app.errors import Problem
from app.i18n import N_, Message
from app.patch import moving
from app.record import Row, iso
from sync.merge import Clash, Merged, merge, same
from sync.protocol import Mutation, Status
from sync.server import audit, scopes
from sync.server.database import is_refusal
from sync.server.faults import BUGS
from sync.server.rights import Sender
from sync.server.scopes import ScopeState
from sync.server.statements import add, put, together
from sync.server.tables import QUARANTINE, RECEIPT, RECORDS
from sync.server.values import Kind, check_frozen, checked, kind, sealing_clash

Key = tuple[str, str]


@dataclass(slots=True)
class Work:
    """One mutation on its way: the row it is about (`key`), its accepted patch, and what became of it.

    `decided`: refused or quarantined before the merge. `own`: the centre's, with no receipt. `released`: it
    waited in quarantine for its row, which has come. `moved`: deletes what a merge of clients has brought elsewhere.
    """

    mutation: Mutation
    patch: dict[str, list[Any]] = field(default_factory=dict)
    status: Status = "applied"
    reason: str = ""
    problems: Sequence[Problem] = ()
    decided: bool = False
    own: bool = False
    released: bool = False
    moved: bool = False
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        self.key = (self.mutation.kind, self.mutation.row)

    def refuse(self, *problems: Problem) -> None:
        """Keep it out: a rule does not allow it."""
        self.status, self.problems, self.decided = "refused", problems, True

    def quarantine(self, reason: str) -> None:
        """Keep it, whole, beside the records."""
        self.status, self.reason, self.decided = "quarantined", reason, True


class Batch:
    """The working copy of some rows and scopes while mutations are applied to them."""

    def __init__(self, sender: Sender, states: dict[str, ScopeState], rows: dict[Key, Row]) -> None:
        self.sender = sender
        self.states = states
        self.rows = rows
        self._before: dict[Key, Row | None] = {}
        self._entries: list[audit.Entry] = []
        self._receipts: list[Row] = []
        self._quarantined: list[Row] = []
        self._at = iso(now())

    def take(self, work: Work) -> None:
        """Apply one mutation to the working copy and book what became of it."""
        changes: Row | None = None
        if not work.decided:
            work.status, work.reason, work.problems = "applied", "", ()
            changes = self._apply(work, kind(work.mutation.kind))
        self._book(work, changes)

    def _apply(self, work: Work, known: Kind) -> Row | None:
        row = self.rows.get(work.key)
        op = work.mutation.op
        if row is None:
            if op == "create":
                return self._create(work, known)
            if op != "delete":
                work.status, work.reason = "quarantined", "missing"
            return None
        if known.spec.sync.mode == "append_only" and op in ("create", "update"):
            if any(not same(row[name], change[1]) for name, change in work.patch.items()):
                self._refuse(work, N_("This entry is written once and not changed."))
            return None
        if op == "delete":
            return self._delete(work, known, row)
        if row["deleted"] and op != "undelete":
            self._clash(work, row, "deleted", _all_of(work, {}))
            return None
        return self._merge(work, known, row)

    def _create(self, work: Work, known: Kind) -> Row | None:
        mutation = work.mutation
        values = {name: change[1] for name, change in work.patch.items()}
        problems = check_frozen(known, values)
        if problems:
            work.status, work.problems = "refused", problems
            return None
        self._write(work.key, {
            "id": mutation.row,
            "scope": mutation.scope,
            "version": 0,
            "deleted": False,
            "extra": {},
            "created_at": iso_of(mutation.saved_at),
            "created_by": mutation.author,
            **values,
        }, mutation.saved_at, mutation.author)  # fmt: skip
        return values

    def _delete(self, work: Work, known: Kind, row: Row) -> Row | None:
        if row["deleted"]:
            return None
        seal = known.spec.sync.frozen_by
        mode = known.spec.sync.mode
        if seal and row[seal] and mode != "append_only" and not work.moved and "lww" not in BUGS:
            self._clash(work, row, "frozen", Clash(
                ("deleted",), {"deleted": False}, {"deleted": True}, {"deleted": False}
            ))  # fmt: skip
            return None
        unseen = [name for name, change in work.patch.items() if not same(row.get(name), change[0])]
        if unseen and "lww" not in BUGS:
            self._clash(work, row, "deleted", Clash(
                ("deleted", *unseen),
                {"deleted": False, **{name: row.get(name) for name in unseen}},
                {"deleted": True, **dict.fromkeys(unseen)},
                {"deleted": False, **{name: work.patch[name][0] for name in unseen}},
            ))  # fmt: skip
            return None
        changes = {**known.blank, "deleted": True}
        self._write(work.key, {**row, **changes}, work.mutation.saved_at, work.mutation.author)
        return {"deleted": True}

    def _merge(self, work: Work, known: Kind, row: Row) -> Row | None:
        policy = known.spec.sync
        sealed = policy.frozen_by and row[policy.frozen_by] and not row["deleted"]
        if sealed and not moving(work.patch) <= {*policy.open}:
            mine = _all_of(work, row)
            if mine.parts:
                self._clash(work, row, "frozen", mine)
            return None
        if row["deleted"] or "lww" in BUGS:
            merged = Merged({name: change[1] for name, change in work.patch.items()})
        else:
            merged = merge(policy, row, {n: c for n, c in work.patch.items() if n != register.MARK})
        merged = _still_valid(known, row, work.patch, merged)
        if register.markable(known.spec) and not row["deleted"] and "lww" not in BUGS:
            merged = _with_mark(known, row, work.patch, merged)
        for clash in merged.clashes:
            self._clash(work, row, "field", clash)
        if merged.merged and not merged.clashes:
            work.status = "merged"
        changes = dict(merged.row_changes)
        if row["deleted"]:
            changes["deleted"] = False
        if changes:
            self._write(work.key, {**row, **changes}, work.mutation.saved_at, work.mutation.author)
        return changes

    def _write(self, key: Key, row: Row, saved_at: str, saved_by: str) -> None:
        self._before.setdefault(key, self.rows.get(key))
        row["version"] += 1
        row["saved_at"], row["saved_by"] = iso_of(saved_at), saved_by
        self.rows[key] = row

    def _refuse(self, work: Work, text: str) -> None:
        work.status, work.problems = "refused", [Problem(None, Message(text))]

    def _clash(self, work: Work, row: Row, reason: str, clash: Clash) -> None:
        """Keep both values as a conflict in the row's own scope."""
        mutation = work.mutation
        work.status = "conflict"
        conflict_id = str(new_id())
        values: Row = {
            "client_id": access.client_of(mutation.scope),
            "kind": mutation.kind,
            "record_id": mutation.row,
            "mutation_id": mutation.id,
            "reason": reason,
            "parts": list(clash.parts),
            "theirs": clash.theirs,
            "mine": clash.mine,
            "base": clash.base,
            "theirs_by": row["saved_by"],
            "theirs_at": row["saved_at"],
            "mine_by": mutation.author,
            "mine_at": iso_of(mutation.saved_at),
            "state": "open",
        }
        stamps: Row = {"version": 0, "deleted": False, "extra": {}}
        made = {"created_at": iso_of(mutation.saved_at), "created_by": mutation.author}
        self._write(
            ("conflict", conflict_id),
            {"id": conflict_id, "scope": mutation.scope, **stamps, **made, **values},
            mutation.saved_at,
            mutation.author,
        )
        self._entries.append(self._entry(mutation, "conflict_kept", "conflict", conflict_id, 1, values))

    def _book(self, work: Work, changes: Row | None) -> None:
        mutation = work.mutation
        row = self.rows.get(work.key)
        told: Row = {"op": mutation.op, "patch": work.patch or mutation.patch}
        if work.status in ("merged", "conflict"):
            told["changes"] = changes
        if work.reason:
            told["reason"] = work.reason
        version = row["version"] if row is not None and row["scope"] == mutation.scope else None
        action = f"{work.status}_later" if work.released else work.status
        self._entries.append(self._entry(mutation, action, mutation.kind, mutation.row, version, told))
        if work.own or self.sender.device is None:
            return
        if "no_receipts" not in BUGS:
            self._receipts.append(self._receipt(work))
        if work.status == "quarantined":
            self._quarantined.append(self._kept(work))

    def _entry(
        self, mutation: Mutation, action: str, of: str, row_id: str, version: int | None, patch: Any
    ) -> audit.Entry:
        return audit.Entry(
            mutation.scope,
            action,
            mutation.author,
            self.sender.device,
            of,
            row_id,
            version,
            mutation.saved_at,
            mutation.id,
            patch,
        )

    def _receipt(self, work: Work) -> Row:
        return {
            "mutation_id": work.mutation.id,
            "scope": work.mutation.scope,
            "device": self.sender.device,
            "status": work.status,
            "problems": [said(problem) for problem in work.problems],
            "at": self._at,
        }

    def _kept(self, work: Work) -> Row:
        mutation = work.mutation
        return {
            "mutation_id": mutation.id,
            "device": self.sender.device,
            "worker": self.sender.worker,
            "scope": mutation.scope,
            "kind": mutation.kind,
            "record_id": mutation.row,
            "op": mutation.op,
            "reason": work.reason,
            "mutation": mutation.model_dump_json(),
            "at": self._at,
            "released_at": None,
            **dict.fromkeys(("decided_at", "decided_by", "decision", "note")),
        }

    def flush(self, connection: Connection) -> None:
        """Write everything: audit, rows with their numbers, receipts, quarantine, and the scopes' rows."""
        fresh: dict[str, list[Key]] = {}
        changed: dict[str, list[Key]] = {}
        for key, before in self._before.items():
            (fresh if before is None else changed).setdefault(key[0], []).append(key)
        audit.append(connection, self.states, self._entries)
        for name, keys in fresh.items():
            add(connection, RECORDS[name], self._numbered(keys), len(keys))
        for name, keys in changed.items():
            put(connection, RECORDS[name], list(self._numbered(keys)))
        add(connection, RECEIPT, self._receipts, len(self._receipts))
        put(connection, QUARANTINE, self._quarantined, on_conflict="skip")
        scopes.save(connection, self.states.values())

    def _numbered(self, keys: Iterable[Key]) -> Iterator[Row]:
        """Yield these rows as they are written, counted in their scopes."""
        for key in keys:
            before, row = self._before[key], self.rows[key]
            state = self.states[row["scope"]]
            if before is None:
                state.total += 1
            elif not before["deleted"]:
                state.counts(*key, before["version"], -1)
            if not row["deleted"]:
                state.counts(*key, row["version"], 1)
            yield {**row, "seq": state.number()}


def iso_of(moment: str) -> str:
    """Return an instant from a device in its one form, in UTC."""
    return moment if moment.endswith("Z") else iso(datetime.fromisoformat(moment))


def said(problem: Problem) -> Row:
    """Return a problem as messages and receipts carry it."""
    values = {name: str(value) for name, value in problem.message.values.items()}
    return {"field": problem.field, "text": problem.message.text, "values": values}


def _all_of(work: Work, row: Row) -> Clash:
    """Return the clash of a whole patch with a row that changes no more, or (row empty) is no more."""
    parts = tuple(
        name
        for name, (old, new) in work.patch.items()
        if not same(old, new) and not (row and same(row.get(name), new))
    )
    return Clash(
        parts,
        {name: row.get(name) for name in parts},
        {name: work.patch[name][1] for name in parts},
        {name: work.patch[name][0] for name in parts},
    )


def _still_valid(known: Kind, row: Row, patch: dict[str, list[Any]], merged: Merged) -> Merged:
    """Turn into clashes what was joined into something too long, and a signing of something else."""
    changes, clashes = dict(merged.row_changes), list(merged.clashes)
    if merged.merged:
        for name in (*known.spec.sync.items, *known.spec.sync.text):
            if name in changes and not same(changes[name], patch[name][1]):
                try:
                    changes[name] = checked(known, {name: changes[name]})[name]
                except ValidationError:
                    del changes[name]
                    parts = (name,)
                    old, new = patch[name]
                    clashes.append(Clash(parts, {name: row.get(name)}, {name: new}, {name: old}))
    if known.spec.sync.frozen_by in changes and check_frozen(known, {**row, **changes}):
        clash = sealing_clash(known, row, patch)
        changes = {name: value for name, value in changes.items() if name not in clash.parts}
        clashes.append(clash)
    return Merged(changes, tuple(clashes), merged.merged)


def _with_mark(known: Kind, row: Row, patch: dict[str, list[Any]], merged: Merged) -> Merged:
    """Set the mark of what is in the official register right for what came of two people's changes."""
    mark = register.mark_after(known.spec, row, patch, {**row, **merged.row_changes})
    changes = dict(merged.row_changes)
    if not same(mark, row[register.MARK]):
        changes[register.MARK] = mark
    # The device has to hear of a mark that is not what its change says, and the audit of two that met.
    theirs = row[register.MARK]
    seen, mine = patch.get(register.MARK, (theirs, theirs))
    met = not same(mark, mine) or (not same(theirs, seen) and not same(theirs, mark))
    return Merged(changes, merged.clashes, merged.merged or met)


_FEW = 20
"""Fewer mutations than these are written without waiting for each table's answer."""


def settle(
    connection: Connection,
    sender: Sender,
    states: dict[str, ScopeState],
    rows: dict[Key, Row],
    works: Sequence[Work],
    *,
    careful: bool,
) -> tuple[dict[str, ScopeState], dict[Key, Row]]:
    """Apply and write these. Returns the scopes and rows as they are then; those given are left as they were.

    `careful`: where the database refuses, halve until the culprit is alone, and keep it apart. Otherwise raises the
    database's error, after which the transaction is to be rolled back.
    """
    batch = Batch(sender, scopes.copy(states), dict(rows))
    try:
        with connection.begin_nested() if careful else nullcontext():
            for work in works:
                batch.take(work)
            with together(connection) if not careful and len(works) < _FEW else nullcontext():
                batch.flush(connection)
    except Exception as error:
        if not careful or not is_refusal(error) or (len(works) == 1 and works[0].decided):
            raise
    else:
        return batch.states, batch.rows
    if len(works) == 1:
        works[0].quarantine("poison")
        return settle(connection, sender, states, rows, works, careful=True)
    middle = len(works) // 2
    states, rows = settle(connection, sender, states, rows, works[:middle], careful=True)
    return settle(connection, sender, states, rows, works[middle:], careful=True)
