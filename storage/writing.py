"""How a record is written: row, outbox, history, search index and access log, inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, insert, select

from app import access, clock, register
from app.errors import KnownError, Problem, Refused
from app.i18n import N_, Marked, Message
from app.pace import without_collecting
from app.patch import Patch, diff
from app.record import Json, Record, Row, fields, iso, to_row
from app.services import SPECS
from app.services.clients.records import Assignment
from app.spec import RecordSpec
from storage import outbox, rows, search
from storage.tables import access_log, history, sync_state


@dataclass(frozen=True)
class Changes:
    """What a write or an arrival changed: kinds, records, and whose they are. Views reload by it."""

    kinds: frozenset[str] = frozenset()
    ids: frozenset[UUID] = frozenset()
    clients: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> "Changes":
        """Gather changes from (kind, row) pairs."""
        rows = list(rows)
        owners = {access.client_of(row["scope"]) for _, row in rows}
        return cls(
            frozenset(kind for kind, _ in rows),
            frozenset(UUID(row["id"]) for _, row in rows),
            frozenset(UUID(owner) for owner in owners if owner),
        )

    def __or__(self, other: "Changes") -> "Changes":
        return Changes(self.kinds | other.kinds, self.ids | other.ids, self.clients | other.clients)

    def __bool__(self) -> bool:
        return bool(self.ids or self.kinds)


def table_of(spec: RecordSpec) -> Table:
    """Return the table of a kind."""
    return spec.table.__table__  # type: ignore[attr-defined,no-any-return]


@cache
def field_names(kind: str) -> tuple[str, ...]:
    """Return the names of a kind's own fields."""
    return fields(SPECS[kind].table)


def load(connection: Connection, spec: RecordSpec, record_id: str) -> Row | None:
    """Return the stored row, deleted or not."""
    table = table_of(spec)
    found = connection.execute(select(table).where(table.c.id == record_id)).mappings().first()
    return dict(found) if found is not None else None


def scope_of(spec: RecordSpec, row: Mapping[str, Any], worker: UUID) -> str:
    """Return the scope that a new row belongs to, for life."""
    if spec.scope == "client":
        return f"client:{row['id'] if spec.kind == 'client' else row['client_id']}:{spec.group}"
    return "reference" if spec.scope == "reference" else f"staff:{worker}"


@dataclass(frozen=True)
class Write:
    """One checked edit: the row before (None for a new one) and after, and what differs."""

    spec: RecordSpec
    old: Row | None
    new: Row
    op: str
    patch: Patch


def save(connection: Connection, records: Iterable[Record], worker: UUID) -> Changes:
    """Save records, all or none. Raises Refused with the field, and the row's number where there are several.

    Everything is checked first; then each table is written set-wise.
    """
    with without_collecting():
        return _save(connection, list(records), worker)


def _save(connection: Connection, records: list[Record], worker: UUID) -> Changes:
    present = _Present(connection, records)
    role = role_at_centre(connection)
    writes: list[Write] = []
    now = iso(clock.now())
    for number, record in enumerate(records, 1):
        spec = _spec(type(record))
        try:
            write = _checked(present, spec, record, worker, role, now)
        except Refused as refused:
            titles = {name: Marked(title) for name, title in spec.titles().items()}
            row = number if len(records) > 1 else None
            raise Refused(refused.problems, row=row, titles=titles) from None
        if write is None:
            continue
        if spec.kind == "client" and write.old is None:
            first = _first_assignment(connection, write.new, worker)
            writes += [
                write,
                Write(SPECS["assignment"], None, *stamped(SPECS["assignment"], None, first, worker, now)),
            ]
        else:
            writes.append(write)
    put(connection, writes)
    return Changes.of((write.spec.kind, write.new) for write in writes)


def role_at_centre(connection: Connection) -> str | None:
    """Return the worker's role, as the centre gave it; None while the store has joined none: it is all hers then."""
    query = select(sync_state.c.name, sync_state.c.value).where(
        sync_state.c.name.in_(("worker_role", "device_id"))
    )
    known = dict(connection.execute(query).all())
    return str(known["worker_role"]) if known.get("device_id") else None


def may_write(connection: Connection, spec: RecordSpec) -> bool:
    """Tell whether the worker's role allows her to change records of a kind."""
    role = role_at_centre(connection)
    return role is None or access.may_write(spec.writers, role)


@cache
def _spec(table: type[Record]) -> RecordSpec:
    return SPECS[str(table.__tablename__)]


class _Present:
    """The rows that a batch meets: those in the store, and those that the batch itself is about to write."""

    def __init__(self, connection: Connection, records: Sequence[Record]) -> None:
        self._connection = connection
        self._rows: dict[str, Row | None] = {}
        self._written: dict[str, dict[str, Row]] = {}
        self._coming = {(_spec(type(record)).kind, str(record.id)): record for record in records}
        wanted: dict[str, list[str]] = {}
        for record in records:
            wanted.setdefault(_spec(type(record)).kind, []).append(str(record.id))
        for kind, ids in wanted.items():
            self._rows |= dict.fromkeys(ids)
            table = table_of(SPECS[kind])
            for start in range(0, len(ids), 500):
                query = select(table).where(table.c.id.in_(ids[start : start + 500]))
                self._rows |= {row["id"]: dict(row) for row in connection.execute(query).mappings()}

    def get(self, kind: str, record_id: str) -> Row | None:
        """Return the row, as the batch will have left it."""
        if record_id not in self._rows:
            self._rows[record_id] = load(self._connection, SPECS[kind], record_id)
        return self._rows[record_id]

    def target(self, kind: str, record_id: str) -> str | None:
        """Return whose a living entry is ("" where it is nobody's), also one that comes later in the batch."""
        coming = self._coming.get((kind, record_id))
        if coming is not None:
            return str(getattr(coming, "client_id", None) or "")
        row = self.get(kind, record_id)
        return None if row is None or row["deleted"] else str(row.get("client_id") or "")

    def will_be(self, kind: str, row: Row) -> None:
        """Note a row that the batch writes."""
        self._rows[row["id"]] = row
        self._written.setdefault(kind, {})[row["id"]] = row

    def beside(self, spec: RecordSpec, row: Row) -> list[Row]:
        """Return the client's other living rows of a kind, as the batch will have left them."""
        table = table_of(spec)
        query = select(table).where(table.c.client_id == row["client_id"])
        found = {one["id"]: dict(one) for one in self._connection.execute(query).mappings()}
        written = self._written.get(spec.kind, {})
        found |= {key: one for key, one in written.items() if one["client_id"] == row["client_id"]}
        return [one for key, one in found.items() if key != row["id"] and not one["deleted"]]


def _checked(
    present: _Present, spec: RecordSpec, record: Record, worker: UUID, role: str | None, now: str
) -> Write | None:
    values = to_row(record)
    old = present.get(spec.kind, values["id"])
    problems = list(spec.check(record)) if spec.check else []
    problems += _unknown_choices(spec, values, old)
    problems += _may_change(spec, old, values)
    problems += _foreign(present, spec, old, values)
    if role is not None and not access.may_write(spec.writers, role):
        problems.append(Problem(None, Message(N_("Your role does not allow changing this."))))
    if spec.beside is not None:
        problems += spec.beside(record, present.beside(spec, values))
    if problems:
        raise Refused(problems)
    values = register.after_change(spec, old, values)
    new, op, patch = stamped(spec, old, values, worker, now)
    if old is not None and not patch:
        return None
    present.will_be(spec.kind, new)
    return Write(spec, old, new, op, patch)


def stamped(spec: RecordSpec, old: Row | None, values: Row, worker: UUID, now: str) -> tuple[Row, str, Patch]:
    """Return the row as it is written, with who saves it when; the operation; and what it changes."""
    by = str(worker)
    new = {**values, "saved_at": now, "saved_by": by}
    if old is not None:
        new |= {name: old[name] for name in _KEPT}
        return new, "update", diff(old, new, field_names(spec.kind))
    new |= {"scope": scope_of(spec, values, worker), "created_at": now, "created_by": by}
    blank = _defaults(spec.kind)
    patch = {n: [None, new[n]] for n in field_names(spec.kind) if n not in blank or new[n] != blank[n]}
    return new, "create", patch


_KEPT = ("scope", "version", "deleted", "extra", "created_at", "created_by")


def _first_assignment(connection: Connection, client: Row, worker: UUID) -> Row:
    """Return the row that assigns a new client to the worker who made it."""
    role = connection.execute(
        select(sync_state.c.value).where(sync_state.c.name == "worker_role")
    ).scalar_one()
    values = {"client_id": client["id"], "worker_id": worker, "role": role, "valid_from": clock.today()}
    return to_row(Assignment.model_validate(values))


def put(connection: Connection, writes: Iterable[Write]) -> None:
    """Write checked edits with everything that belongs to a write, one statement a table."""
    for (kind, op), group in _grouped(writes).items():
        new = [write.new for write in group]
        rows.put(connection, kind, [rows.shape(kind).bind(row) for row in new])
        if op == "create" and len(new) > search.MANY:
            search.later(connection, {row["scope"] for row in new})
        else:
            search.index(connection, kind, new)
        outbox.queue(connection, [(kind, w.old, w.new, w.op, w.patch) for w in group])
        rows.add(connection, history, [_noted(kind, w.new, w.op, w.patch) for w in group])
        rows.add(connection, access_log, [_logged(kind, write) for write in group])


def _grouped(writes: Iterable[Write]) -> dict[tuple[str, str], list[Write]]:
    """Group edits by kind and operation; parents come before what points to them."""
    groups: dict[tuple[str, str], list[Write]] = {}
    for write in writes:
        groups.setdefault((write.spec.kind, write.op), []).append(write)
    return groups


def _noted(kind: str, row: Row, op: str, patch: Patch) -> Row:
    return {
        "kind": kind,
        "row_id": row["id"],
        "scope": row["scope"],
        "at": row["saved_at"],
        "by": row["saved_by"],
        "op": op,
        "patch": patch,
    }


def note(connection: Connection, kind: str, row: Row, op: str, patch: Patch) -> None:
    """Add to a record's history what was done to it, by whom and when."""
    connection.execute(insert(history), [_noted(kind, row, op, patch)])


def _logged(kind: str, write: Write) -> Row:
    return {
        "at": write.new["saved_at"],
        "worker": write.new["saved_by"],
        "action": write.op,
        "kind": kind,
        "record_id": write.new["id"],
        "client_id": access.client_of(write.new["scope"]),
        "detail": "",
    }


def log(
    connection: Connection,
    worker: UUID | str,
    action: str,
    kind: str,
    record_id: UUID | str | None = None,
    client_id: UUID | str | None = None,
    detail: str = "",
) -> None:
    """Write one line of the access log."""
    line = {"worker": worker, "action": action, "kind": kind, "record_id": record_id, "client_id": client_id}
    connection.execute(insert(access_log), [{**line, "at": clock.now(), "detail": detail}])


def set_deleted(
    connection: Connection, spec: RecordSpec, record_id: str, deleted: bool, worker: UUID
) -> Changes:
    """Delete a record or bring it back. Raises KnownError for one that is not here or may not change."""
    old = load(connection, spec, record_id)
    if old is None or old["deleted"] == deleted:
        raise KnownError(
            Message(N_("There is no such entry.")), Message(N_("It may have been deleted already."))
        )
    if spec.sync.mode == "centre":
        raise KnownError(Message(N_("Only the centre changes this.")))
    if not may_write(connection, spec):
        raise KnownError(Message(N_("Your role does not allow changing this.")))
    before = {} if deleted else _before_deletion(connection, record_id)
    new = {**old, **before, "deleted": deleted, "saved_at": iso(clock.now()), "saved_by": str(worker)}
    # A deletion names what was seen, so that a change made elsewhere is not deleted unseen.
    names = field_names(spec.kind)
    op, patch = (
        ("delete", {n: [old[n], None] for n in names})
        if deleted
        else ("undelete", {n: [None, new[n]] for n in names})
    )
    put(connection, [Write(spec, old, new, op, patch)])
    return Changes.of([(spec.kind, new)])


def _before_deletion(connection: Connection, record_id: str) -> Row:
    """Return what a deleted record held: the centre blanks it, its history here remembers."""
    query = select(history.c.patch).where(history.c.row_id == record_id, history.c.op == "delete")
    patch = connection.execute(query.order_by(history.c.n.desc()).limit(1)).scalar()
    return {name: change[0] for name, change in (patch or {}).items() if name != "deleted"}


@cache
def _defaults(kind: str) -> Row:
    infos = SPECS[kind].table.model_fields
    found = {name: infos[name].get_default(call_default_factory=True) for name in field_names(kind)}
    return {name: value for name, value in found.items() if not infos[name].is_required()}


def _unknown_choices(spec: RecordSpec, new: Row, old: Row | None) -> Iterable[Problem]:
    """Refuse a value that is not in its code list, unless it stood there before (a newer program's value)."""
    for name, allowed in _allowed(spec.kind):
        value = new[name]
        before = old[name] if old else None
        many = isinstance(value, list)
        for one in value if many else [value]:
            if one is None or str(one) in allowed or (one in (before or ()) if many else one == before):
                continue
            yield Problem(name, Message(N_("“{value}” is not one of the choices."), value=str(one)[:40]))


@cache
def _allowed(kind: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the fields that have a code list, and its values."""
    return tuple(
        (field.name, frozenset(choice.value for choice in field.choices) | {""})
        for field in SPECS[kind].fields()
        if field.choices
    )


def _foreign(present: _Present, spec: RecordSpec, old: Row | None, new: Row) -> Iterable[Problem]:
    """Refuse what points to a client, plan or other entry that is not here, or that is another client's."""
    for name, kind in _pointers(spec.kind):
        if not new[name] or (old is not None and new[name] == old[name]):
            continue
        target = present.target(kind, new[name])
        if target is None:
            title = Marked(SPECS[kind].one)
            yield Problem(name, Message(N_("There is no such entry here: {kind}."), kind=title))
        elif kind != "client" and target != new.get("client_id") and SPECS[kind].scope == "client":
            yield Problem(name, Message(N_("This is another client's.")))


@cache
def _pointers(kind: str) -> tuple[tuple[str, str], ...]:
    """Return the fields that point to another record, and its kind; workers are not all known here."""
    spec = SPECS[kind]
    several = {column.name for column in table_of(spec).columns if isinstance(column.type, Json)}
    pointers = {
        field.name: field.refers
        for field in spec.fields()
        if field.refers and field.refers != "worker" and field.name not in several
    }
    pointers |= {key.parent.name: str(key.column.table.name) for key in table_of(spec).foreign_keys}
    if spec.scope == "client" and kind != "client":
        pointers["client_id"] = "client"
    return tuple(pointers.items())


def _may_change(spec: RecordSpec, old: Row | None, new: Row) -> list[Problem]:
    if spec.sync.mode == "centre":
        return [Problem(None, Message(N_("Only the centre changes this.")))]
    if old is None:
        return []
    if old["deleted"]:
        return [Problem(None, Message(N_("This has been deleted. Bring it back before changing it.")))]
    changed = diff(old, new, field_names(spec.kind)).keys()
    if not changed:
        return []
    if spec.sync.mode == "append_only":
        return [Problem(None, Message(N_("This is not changed afterwards. Write a new one.")))]
    if spec.sync.frozen_by and old[spec.sync.frozen_by] and not changed <= {*spec.sync.open}:
        return [Problem(None, Message(N_("This has been signed and does not change. Make a new version.")))]
    if "client_id" in old and old["client_id"] != new["client_id"]:
        return [Problem("client_id", Message(N_("An entry does not move to another client.")))]
    return []
