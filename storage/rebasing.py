"""Unsent edits over rows: whatever arrives from the centre, what a person has not sent yet lies on top of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app import clock, register
from app.patch import apply
from app.record import Row, iso
from app.services import SPECS
from storage import outbox, rows
from storage.tables import history

PENDING = "('new', 'sent')"
"""The states of edits that the centre has not answered, as SQL writes them."""


@dataclass(frozen=True)
class Edit:
    """An unsent edit of a row, as the outbox has it."""

    kind: str
    row_id: str
    op: str
    patch: Mapping[str, Sequence[Any]]
    author: str
    saved_at: str


def pending(connection: Connection, column: str, values: Iterable[str]) -> dict[str, list[Edit]]:
    """Return the unsent edits by row, oldest first, of these rows (`row_id`) or scopes (`scope`)."""
    found: dict[str, list[Edit]] = defaultdict(list)
    query = (
        f"SELECT kind, row_id, op, patch, author, saved_at FROM outbox WHERE state IN {PENDING}"
        f" AND {column} IN (SELECT value FROM json_each(?)) ORDER BY n"
    )
    for kind, row_id, op, patch, author, saved_at in rows.ask(connection, query, (listed(values),)):
        if not patch.startswith(outbox.SEALED):
            found[row_id].append(Edit(kind, row_id, op, from_json(patch), author, saved_at))
    return found


def rebased(kind: str, base: Row | None, scope: str, edits: Iterable[Edit]) -> Row | None:
    """Return the row with edits laid over it in order; None where there is none and none is made."""
    row = dict(base) if base is not None else None
    for edit in edits:
        if row is None:
            if edit.op != "create":
                continue
            made = {"id": edit.row_id, "scope": scope, "created_at": edit.saved_at, "created_by": edit.author}
            row = rows.complete(kind, made)
        if edit.op == "delete":
            row["deleted"] = True
        else:
            plain = edit.op != "update" or kind not in SPECS
            row = apply(row, edit.patch) if plain else register.laid(SPECS[kind], row, edit.patch)
            row["deleted"] = row["deleted"] and edit.op not in ("create", "undelete")
        row |= {"saved_at": edit.saved_at, "saved_by": edit.author}
    return row


def note(connection: Connection, changed: Sequence[tuple[str, Row | None, Row, Mapping[str, Any]]]) -> None:
    """Write into each record's history what arrived: by whom and when it was saved."""
    lines = [
        {
            "kind": kind,
            "row_id": row["id"],
            "scope": row["scope"],
            "at": row["saved_at"] or iso(clock.now()),
            "by": row["saved_by"],
            "op": _op(old, row),
            "patch": dict(patch),
        }
        for kind, old, row, patch in changed
        if not (old is not None and old["deleted"] and row["deleted"] and _blanked(connection, row, patch))
    ]
    rows.add(connection, history, lines)


def _blanked(connection: Connection, row: Row, patch: Mapping[str, Any]) -> bool:
    """Add to the note of a deletion made here what the centre has blanked since: bringing back needs it."""
    query = "SELECT n, patch FROM history WHERE row_id = ? AND op = 'delete' ORDER BY n DESC LIMIT 1"
    found = connection.exec_driver_sql(query, (row["id"],)).first()
    if found is None:
        return False
    whole = to_json({**patch, **from_json(found[1])}).decode()
    connection.exec_driver_sql("UPDATE history SET patch = ? WHERE n = ?", (whole, found[0]))
    return True


def _op(old: Row | None, row: Row) -> str:
    if old is None:
        return "create"
    if old["deleted"] != row["deleted"]:
        return "delete" if row["deleted"] else "undelete"
    return "update"


def listed(values: Iterable[str]) -> str:
    """Write values as the JSON list that `json_each` takes."""
    return to_json(list(values)).decode()


def set_base(connection: Connection, kind: str, row_id: str, scope: str, row: Row | None) -> None:
    """Keep what the centre last said of a row that has unsent edits."""
    rows.do(
        connection,
        "INSERT INTO sync_base (row_id, kind, scope, fields) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (row_id) DO UPDATE SET fields = excluded.fields",
        (row_id, kind, scope, to_json(row).decode() if row is not None else None),
    )


def drop_bases(connection: Connection, row_ids: Sequence[str]) -> None:
    """Forget what the centre last said of rows whose edits it has."""
    if row_ids:
        statement = "DELETE FROM sync_base WHERE row_id IN (SELECT value FROM json_each(?))"
        rows.do(connection, statement, (listed(row_ids),))
