"""The outbox: every edit until the centre has taken it, folded into the one before unless that is under way.

States: `new` waits; `sent` is under way, or its answer was lost; `kept` was taken, and stays for a while in case
the centre is restored from a backup; `held` was refused or put into quarantine, and `answer` says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, bindparam, delete, select, text, update

from app import clock, register
from app.clock import new_id
from app.patch import Patch, complete
from app.record import Row, fields, iso
from app.services import SPECS
from storage import rows, skew
from storage.tables import outbox, sync_base

SCHEMA = 3
"""The version of the records' schema; a mutation carries it, and the centre lifts older ones."""
KEPT_FOR = timedelta(days=30)
"""How long a taken edit stays: longer than the oldest backup that the centre would be restored from."""
SEALED = '{"sealed":'
"""How the patch of an edit begins that only the centre can read any more."""


@dataclass(frozen=True)
class Unsent:
    """How many edits the centre has not taken yet, and since when; `files` is how many attached files wait.

    `later` of the edits wait until the centre is updated.
    """

    count: int
    oldest: datetime | None
    held: int = 0
    files: int = 0
    later: int = 0


Edit = tuple[str, Row | None, Row, str, Patch]
"""An edit just saved: kind, the row before it (None for a new one), the row after, operation, patch."""


def queue(connection: Connection, edits: list[Edit]) -> None:
    """Put edits into the outbox, and keep the centre's last word on each row beside them."""
    bases = [
        {"row_id": new["id"], "kind": kind, "scope": new["scope"], "fields": old}
        for kind, old, new, _, _ in edits
    ]
    rows.add(connection, sync_base, bases, unless_there=True)
    fresh = [edit for edit in edits if not (edit[3] == "update" and _folded(connection, edit))]
    rows.add(connection, outbox, [_mutation(*edit) for edit in fresh])


def _mutation(kind: str, old: Row | None, new: Row, op: str, patch: Patch) -> Row:
    return {
        "mutation_id": str(new_id()),
        "scope": new["scope"],
        "kind": kind,
        "row_id": new["id"],
        "op": op,
        "patch": _whole(kind, old, new, op, patch),
        "schema_version": SCHEMA,
        "author": new["saved_by"],
        "saved_at": new["saved_at"],
        "state": "new",
    }


def _whole(kind: str, old: Row | None, new: Row, op: str, patch: Patch) -> Patch:
    """Return the patch as it travels: whole groups, and for a deletion or its undoing every field."""
    spec = SPECS[kind]
    if op == "update":
        return register.carried(spec, old or {}, complete(old or {}, patch, spec.sync.together))
    if op == "delete":
        return {name: [(old or new)[name], None] for name in fields(spec.table)}
    if op == "undelete":
        return {name: [None, new[name]] for name in fields(spec.table)}
    return patch


def _folded(connection: Connection, edit: Edit) -> bool:
    """Fold a change into the row's last unsent one, if there is one that is not under way."""
    kind, old, new, op, patch = edit
    last = connection.execute(_LAST, {"row": new["id"]}).first()
    if last is None or last.op not in ("create", "update") or "sealed" in last.patch:
        return False
    whole = _whole(kind, old, new, op, patch)
    if last.op == "update":
        joined = register.folded(SPECS[kind], old or {}, last.patch, whole)
    else:
        joined = {**last.patch, **_created(patch)}
    if not joined and last.op == "update":
        connection.execute(delete(outbox).where(outbox.c.n == last.n))
        _restamp(connection, kind, new["id"])
    else:
        stamp = {"author": new["saved_by"], "saved_at": new["saved_at"]}
        connection.execute(update(outbox).where(outbox.c.n == last.n).values(patch=joined, **stamp))
    return True


def _restamp(connection: Connection, kind: str, row_id: str) -> None:
    """Let a row whose change was taken back say again who saved it before, and when."""
    last = connection.exec_driver_sql(
        "SELECT saved_at, author FROM outbox WHERE row_id = ? AND state IN ('new', 'sent') ORDER BY n DESC",
        (row_id,),
    ).first()
    base = connection.exec_driver_sql(
        "SELECT json_extract(fields, '$.saved_at'), json_extract(fields, '$.saved_by') FROM sync_base"
        " WHERE row_id = ?",
        (row_id,),
    ).first()
    if last is None:
        connection.execute(delete(sync_base).where(sync_base.c.row_id == row_id))
    if stamps := last or base:
        statement = f'UPDATE "{kind}" SET saved_at = ?, saved_by = ? WHERE id = ?'
        connection.exec_driver_sql(statement, (*stamps, row_id))


_LAST = (
    select(outbox.c.n, outbox.c.op, outbox.c.patch)
    .where(outbox.c.row_id == bindparam("row"), outbox.c.state == "new")
    .order_by(outbox.c.n.desc())
    .limit(1)
)


def _created(patch: Patch) -> Patch:
    return {name: [None, new] for name, (_, new) in patch.items()}


# ---- what waits -------------------------------------------------------------------------------------------


def unsent(connection: Connection) -> Unsent:
    """Count what waits for the centre."""
    count, oldest, held = connection.exec_driver_sql(
        "SELECT count(*) FILTER (WHERE state <> 'held'), min(saved_at) FILTER (WHERE state <> 'held'),"
        " count(*) FILTER (WHERE state = 'held') FROM outbox WHERE state IN ('new', 'sent', 'held')"
    ).one()
    waiting = "SELECT count(*) FROM blob WHERE state IN ('waiting', 'leaving') AND here"
    files = connection.exec_driver_sql(waiting).scalar_one()
    later = len(_later(connection)) if count else 0
    return Unsent(count, datetime.fromisoformat(oldest) if oldest else None, held, files, later)


def _later(connection: Connection, version: int | None = None) -> set[int]:
    """Return the numbers of the edits that wait until the centre, of this schema or as it last said, is updated."""
    version = version or skew.centre_schema(connection) or SCHEMA
    return skew.later(connection, version) if version < SCHEMA else set()


def has_news(connection: Connection) -> bool:
    """Tell whether something was saved that can be sent and is not under way."""
    if not rows.ask(connection, f"{_NEW} LIMIT 1"):
        return False
    later = _later(connection)
    return not later or any(number not in later for (number,) in rows.ask(connection, _NEW))


_NEW = "SELECT n FROM outbox WHERE state = 'new'"


def held(connection: Connection) -> list[Row]:
    """Return the edits that the centre did not take, oldest first: `answer` says what it said of each."""
    found = connection.execute(select(outbox).where(outbox.c.state == "held").order_by(outbox.c.n))
    return [dict(row) for row in found.mappings()]


def let_go(connection: Connection, mutation_id: str) -> None:
    """Forget an edit that the centre did not take."""
    connection.execute(delete(outbox).where(outbox.c.mutation_id == mutation_id, outbox.c.state == "held"))


def waiting_scopes(connection: Connection) -> set[str]:
    """Return the scopes in which something waits for the centre."""
    return {str(row[0]) for row in connection.execute(_WAITING)}


_WAITING = text("SELECT DISTINCT scope FROM outbox WHERE state IN ('new', 'sent')")


# ---- sending ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """What is to be sent at once, oldest first: mutations and sealed mutations as JSON texts, and their ids.

    `last` is the number of its last edit; `full` when there may be more behind it.
    """

    mutations: tuple[str, ...]
    sealed: tuple[str, ...]
    ids: tuple[str, ...]
    last: int = 0
    full: bool = False

    def __len__(self) -> int:
        return len(self.ids)

    def __bool__(self) -> bool:
        return bool(self.ids)


_NEXT = """
SELECT n, mutation_id, scope, kind, row_id, op, patch, schema_version, author, saved_at, state FROM outbox
WHERE n IN (
    SELECT n FROM outbox WHERE state IN ('new', 'sent') AND n > ? AND n NOT IN (SELECT value FROM json_each(?))
    ORDER BY n LIMIT ?
) ORDER BY n
"""
_UNDER_WAY = """
UPDATE outbox SET state = 'sent'
WHERE state = 'new' AND n <= ? AND n NOT IN (SELECT value FROM json_each(?))
"""


def batch(
    connection: Connection,
    max_bytes: int,
    max_count: int,
    after: int = 0,
    version: int = SCHEMA,
    everything: bool = False,
) -> Batch:
    """Return what is to be sent next, oldest first, and mark it as under way; empty when nothing waits.

    `after` passes over the edits up to this number: those are under way. A centre of an older schema (`version`)
    gets what it has a place for, as it understands it; or `everything`, to be kept apart.

    A batch has at least one edit, however large. After a crash or a lost answer the same edits come again
    with the same ids, so that the centre knows them.
    """
    mutations: list[str] = []
    sealed: list[str] = []
    ids: list[str] = []
    size, last, fresh, full = 0, 0, False, False
    later = set() if everything else _later(connection, version)
    for row in rows.ask(connection, _NEXT, (after, to_json([*later]).decode(), max_count)):
        line = wire(row, version)
        size += len(line)
        full = bool(ids) and size > max_bytes
        if full:
            break
        (sealed if row[6].startswith(SEALED) else mutations).append(line)
        ids.append(row[1])
        last, fresh = row[0], fresh or row[10] == "new"
    if fresh:
        rows.do(connection, _UNDER_WAY, (last, to_json([*later]).decode()))
    return Batch(tuple(mutations), tuple(sealed), tuple(ids), last, full or len(ids) == max_count)


def wire(row: Any, version: int = SCHEMA) -> str:
    """Write an outbox row (in the order of `_NEXT`) as the JSON of a mutation; its patch is JSON already."""
    _, mutation, scope, kind, record, op, patch, schema, author, saved_at, *_ = row
    if patch.startswith(SEALED):
        return f'{{"id":"{mutation}","sealed":{to_json(from_json(patch)["sealed"]).decode()}}}'
    if version < SCHEMA:
        patch, schema = skew.as_said_to(version, kind, patch, schema)
    return (
        f'{{"id":"{mutation}","scope":"{scope}","kind":"{kind}","row":"{record}","op":"{op}","patch":{patch},'
        f'"schema_version":{schema},"author":"{author}","saved_at":"{saved_at}"}}'
    )


def forget_kept(connection: Connection, now: datetime | None = None) -> int:
    """Let go of taken edits after `KEPT_FOR`; return how many.

    `now` is the centre's time, as is that at which they were taken: this computer's clock may be years ahead.
    """
    before = iso((now or clock.now()) - KEPT_FOR)
    gone = text("DELETE FROM outbox WHERE state = 'kept' AND json_extract(answer, '$.at') < :before")
    return connection.execute(gone, {"before": before}).rowcount
