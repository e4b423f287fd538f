"""The outbox: every edit until the centre has taken it. An edit is folded into the one before it unless that is under way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from app.clock import new_id
from app.patch import Patch, fold
from app.record import Row
from storage.tables import outbox, sync_base

SCHEMA = 1
"""The version of the records' schema; a mutation carries it, and the centre lifts older ones."""


@dataclass(frozen=True)
class Unsent:
    """How much the centre has not taken yet, and since when."""

    count: int
    oldest: datetime | None
    held: int = 0


Edit = tuple[str, Row | None, Row, str, Patch]
"""An edit just saved: kind, the row before it (None for a new one), the row after, operation, patch."""


def queue(connection: Connection, edits: list[Edit]) -> None:
    """Put edits into the outbox, and keep the centre's last word on each row beside them."""
    bases = [
        {"row_id": new["id"], "kind": kind, "scope": new["scope"], "fields": old} for kind, old, new, _, _ in edits
    ]
    connection.execute(insert(sync_base).on_conflict_do_nothing(), bases)
    fresh = [edit for edit in edits if not (edit[3] == "update" and _folded(connection, edit))]
    if fresh:
        connection.execute(insert(outbox), [_mutation(*edit) for edit in fresh])


def _mutation(kind: str, _old: Row | None, new: Row, op: str, patch: Patch) -> Row:
    return {
        "mutation_id": str(new_id()),
        "scope": new["scope"],
        "kind": kind,
        "row_id": new["id"],
        "op": op,
        "patch": patch,
        "schema_version": SCHEMA,
        "author": new["saved_by"],
        "saved_at": new["saved_at"],
        "state": "new",
    }


def _folded(connection: Connection, edit: Edit) -> bool:
    """Fold a change into the row's last unsent one, if there is one that is not under way."""
    _, _, new, _, patch = edit
    last = connection.execute(_LAST, {"row": new["id"]}).first()
    if last is None or last.op not in ("create", "update"):
        return False
    joined = fold(last.patch, patch) if last.op == "update" else {**last.patch, **_created(patch)}
    if not joined and last.op == "update":
        connection.execute(delete(outbox).where(outbox.c.n == last.n))
    else:
        stamp = {"author": new["saved_by"], "saved_at": new["saved_at"]}
        connection.execute(update(outbox).where(outbox.c.n == last.n).values(patch=joined, **stamp))
    return True


_LAST = (
    select(outbox.c.n, outbox.c.op, outbox.c.patch)
    .where(outbox.c.row_id == bindparam("row"), outbox.c.state == "new")
    .order_by(outbox.c.n.desc())
    .limit(1)
)


def _created(patch: Patch) -> Patch:
    return {name: [None, new] for name, (_, new) in patch.items()}


def unsent(connection: Connection) -> Unsent:
    """Count what waits for the centre."""
    count, oldest = connection.execute(
        select(func.count(), func.min(outbox.c.saved_at)).where(outbox.c.state.in_(("new", "sent")))
    ).one()
    held = connection.execute(select(func.count()).where(outbox.c.state == "held")).scalar_one()
    return Unsent(count, datetime.fromisoformat(oldest) if oldest else None, held)


def waits(connection: Connection, row_id: UUID | str) -> bool:
    """Tell whether an edit of this row waits for the centre."""
    found = (
        select(outbox.c.n).where(outbox.c.row_id == str(row_id), outbox.c.state.in_(("new", "sent"))).limit(1)
    )
    return connection.execute(found).first() is not None
