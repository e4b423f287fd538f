"""Where the centre is of an older version than this program: what waits here until it is updated.

The centre says with each answer of which schema it is. An edit that says something which that schema has no place for
waits whole, and so does what hangs on it: later edits of the same row, and rows under one that is not there yet.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app import access, schema
from app.services import SPECS
from storage import rows

NAME = "centre_schema"
"""Under which name the store keeps the schema of the centre."""
_WAITING = "SELECT n, scope, kind, row_id, op, patch FROM outbox WHERE state IN ('new', 'sent') ORDER BY n"


def centre_schema(connection: Connection) -> int | None:
    """Return of which schema the centre is, None where it has not said so yet."""
    found = rows.ask(connection, "SELECT value FROM sync_state WHERE name = ?", (NAME,))
    return int(from_json(found[0][0])) if found and found[0][0] not in (None, "null") else None


def later(connection: Connection, version: int) -> set[int]:
    """Return the numbers of the unsent edits that a centre of this schema does not take yet."""
    numbers: set[int] = set()
    held: set[str] = set()
    missing: set[str] = set()
    for n, scope, kind, row_id, op, patch in rows.ask(connection, _WAITING):
        said = from_json(patch)
        over = {access.client_of(scope), *_over(kind, said)}
        if row_id in held or needed(kind, said) > version or not missing.isdisjoint(over):
            numbers.add(n)
            held.add(row_id)
            if op == "create":
                missing.add(row_id)
    return numbers


def needed(kind: str, patch: dict[str, Any]) -> int:
    """Return the schema that an edit's patch, as the outbox has it, needs at the centre."""
    if "sealed" in patch:
        return int(patch.get("needs", 1))
    return schema.needs(kind, patch) if kind in SPECS else 1


def _over(kind: str, patch: dict[str, Any]) -> Iterator[str]:
    """Yield the rows that a row hangs on, as far as its patch names them."""
    for column in _parents(kind):
        if column in patch and patch[column][1] is not None:
            yield patch[column][1]


@cache
def _parents(kind: str) -> tuple[str, ...]:
    if kind not in SPECS:
        return ()
    keys = SPECS[kind].table.__table__.foreign_keys  # type: ignore[attr-defined]
    return tuple(sorted(key.parent.name for key in keys))


def as_said_to(version: int, kind: str, patch: str, written: int) -> tuple[str, int]:
    """Return a patch (JSON, as the outbox has it) as a centre of this schema understands it, and its schema."""
    if written <= version or kind not in SPECS:
        return patch, min(written, version)
    return to_json(schema.without_newer(kind, from_json(patch), version)).decode(), version
