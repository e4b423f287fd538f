"""What is being written in open forms, kept so that a crash or an empty battery loses nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app import clock
from app.record import Row
from storage.tables import draft


def keep(
    connection: Connection,
    key: str,
    values: Mapping[str, Any],
    *,
    kind: str,
    client_id: UUID | str | None = None,
    record_id: UUID | str | None = None,
) -> None:
    """Keep the values of a form under its key, in place of what was kept of it before."""
    row = {
        "key": key,
        "kind": kind,
        "client_id": str(client_id) if client_id else None,
        "record_id": str(record_id) if record_id else None,
        "fields": dict(values),
        "saved_at": clock.now(),
    }
    connection.execute(upsert(draft).values(row).on_conflict_do_update(index_elements=["key"], set_=row))


def one(connection: Connection, key: str) -> Row | None:
    """Return the values of a draft, or None."""
    found = connection.execute(select(draft.c.fields).where(draft.c.key == key)).scalar_one_or_none()
    return dict(found) if found is not None else None


def newest_first(connection: Connection) -> list[Row]:
    """Return all drafts."""
    found = connection.execute(select(draft).order_by(draft.c.saved_at.desc())).mappings()
    return [dict(row) for row in found]


def drop(connection: Connection, key: str) -> None:
    """Forget a draft: its form was saved."""
    connection.execute(delete(draft).where(draft.c.key == key))
