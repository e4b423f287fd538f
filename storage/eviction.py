"""What a device may hold no longer leaves it: one client's compartment, or everything.

An eviction is not a deletion: nothing of it is sent anywhere. Edits that the centre may still need stay in the
outbox, sealed so that only the centre can read them.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine

from app import access
from app.services import SPECS
from storage import blobs, db, outbox, search, skew, wiping
from storage.writing import Changes

if TYPE_CHECKING:
    from storage.store import Store

Seal = Callable[[str, str], str]
"""A function from a mutation's id and JSON to text that only the centre can read."""


def evict(connection: Connection, scopes: Iterable[str], seal: Seal | None) -> Changes:
    """Take scopes out of the store: rows, bases, pages, history, search, drafts; seal their outbox.

    Without `seal` the outbox stays as it is. Call `checkpoint` and `blobs.remove_gone` after the transaction.
    """
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    gone: list[tuple[str, dict[str, Any]]] = []
    leaving = list(scopes)
    for scope in leaving:
        blobs.leave(connection, scope)
        for kind in SPECS:
            found = connection.exec_driver_sql(f'DELETE FROM "{kind}" WHERE scope = ? RETURNING id', (scope,))
            gone += [(kind, {"id": row[0], "scope": scope}) for row in found.fetchall()]
        search.forget(connection, scope)
        for table in ("sync_base", "sync_page", "sync_scope", "history"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE scope = ?", (scope,))
        _drop_drafts(connection, scope)
        _drop_put_off(connection, scope)
        if seal is not None:
            _seal(connection, scope, seal)
    if leaving:  # also where nothing of them is here any more: their words may be
        search.join(connection)
    return Changes.of(gone)


def _drop_drafts(connection: Connection, scope: str) -> None:
    client = access.client_of(scope)
    kinds = [kind for kind, spec in SPECS.items() if scope == f"client:{client}:{spec.group}"]
    if client is not None:
        connection.exec_driver_sql(
            "DELETE FROM draft WHERE client_id = ? AND kind IN (SELECT value FROM json_each(?))",
            (client, to_json(kinds).decode()),
        )


def _drop_put_off(connection: Connection, scope: str) -> None:
    client = access.client_of(scope)
    if client is not None and scope == f"client:{client}:{SPECS['phase_change'].group}":
        connection.exec_driver_sql("DELETE FROM put_off WHERE client_id = ?", (client,))


def _seal(connection: Connection, scope: str, seal: Seal) -> None:
    """Seal every edit of the scope, whatever its state: a restored centre may need even those it had taken."""
    query = (
        "SELECT n, mutation_id, scope, kind, row_id, op, patch, schema_version, author, saved_at, answer"
        " FROM outbox WHERE scope = ?"
    )
    for row in connection.exec_driver_sql(query, (scope,)).fetchall():
        if not row[6].startswith(outbox.SEALED):
            needs = skew.needed(row[3], from_json(row[6]))  # it can be told no more when it is sealed
            sealed = {"sealed": seal(row[1], outbox.wire(row)), "needs": needs}
            text = to_json(sealed).decode()
            connection.exec_driver_sql("UPDATE outbox SET patch = ? WHERE n = ?", (text, row[0]))


def checkpoint(engine: Engine) -> None:
    """Write the journal back and empty it, so that what was deleted is in no file."""
    with db.driver(engine) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def wipe(store: "Store") -> None:
    """Make everything on this device unreadable and remove it (`wiping`); the store is closed."""
    folder = store.folder
    store.abandon()
    if folder.exists():
        wiping.carry_out(folder)
