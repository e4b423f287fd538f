"""How Alembic runs the steps: on the connection of the open store that `storage.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from storage.tables import VIRTUAL, metadata


def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Leave out the tables that SQLite's full-text search makes for itself."""
    return not (kind == "table" and (name or "").startswith(VIRTUAL))


def plain(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write SQLModel's own text type as the plain one, so that an old step never needs SQLModel."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_object=ours,
    render_item=plain,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
