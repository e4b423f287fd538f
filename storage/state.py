"""What a store keeps about itself, by name: who works with it, its centre, when the centre was last reached."""

from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from storage import rows


def state(connection: Connection, name: str) -> Any:
    """Return a value that the store keeps about itself, or None."""
    found = rows.ask(connection, "SELECT value FROM sync_state WHERE name = ?", (name,))
    return from_json(found[0][0]) if found and found[0][0] is not None else None


def set_state(connection: Connection, name: str, value: Any) -> None:
    """Keep a value about the store itself."""
    rows.do(
        connection,
        "INSERT INTO sync_state (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, to_json(value).decode()),
    )
