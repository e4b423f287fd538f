"""Erasing everything about a client on this device: lawful, for good, and by name of nobody.

Rows, history, search index, drafts, edits whether sent or not, and files go; the access log keeps that somebody's data
was handled, by ids alone. The `erasure` entry that orders it is known to everybody, so that each device does the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app import access, clock, merging
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, validated
from app.roles import MAY_ERASE
from app.services import SPECS
from app.services.clients.codes import ERASURE_REASONS
from storage import backup, blobs, eviction, writing
from storage.rebasing import listed
from storage.state import state
from storage.store import Store
from storage.writing import Changes


@dataclass(frozen=True)
class Erased:
    """What was erased: what changed for the views, how many unsent edits went with it, and what could not be done."""

    changes: Changes = field(default_factory=Changes)
    unsent: int = 0
    warnings: tuple[Message, ...] = ()


def may_erase(store: Store) -> bool:
    """Tell whether the worker may erase a client: by her role at the centre; without a centre it is all hers."""
    with store.read() as connection:
        return not state(connection, "device_id") or access.may_write(MAY_ERASE, store.role)


def confirms(client: Row, typed: str) -> bool:
    """Tell whether what a person typed names the client: the code name, or first and last name in either order."""
    said = _plain(typed)
    first, last = str(client["first_name"]), str(client["last_name"])
    return bool(said) and said in {
        _plain(one) for one in (client["code_name"] or "", f"{first} {last}", f"{last} {first}") if one
    }  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(text.replace(",", " ").split()).casefold()


def erase(store: Store, client_id: UUID, reason: str, rule: str = "") -> Erased:
    """Erase a client, and whoever was merged into her, here and by the next syncs everywhere.

    `reason` is one of the declared ones; `rule` names the rule of retention. Raises KnownError for a client who is not
    here, Refused for a role that may not.
    """
    if reason not in {choice.value for choice in ERASURE_REASONS}:
        raise KnownError(Message(N_("Choose the reason of the erasure.")))
    with store.write() as connection:
        if writing.load(connection, SPECS["client"], str(client_id)) is None:
            raise KnownError(Message(N_("This client is not on this computer.")))
        clients = with_merged(connection, [str(client_id)])
        _check_sent(connection, clients)
        table, day = SPECS["erasure"].table, clock.today()
        orders = [
            validated(table, {"erased_id": one, "on": day, "reason": reason, "rule": rule}) for one in clients
        ]
        changes = writing.save(connection, orders, store.worker)
        writing.log(connection, store.worker, "erased", "client", client_id, client_id)
        done = carry_out(connection, clients)
    return Erased(changes | done.changes, done.unsent, tuple(finish(store)))


def with_merged(connection: Connection, clients: Iterable[str]) -> list[str]:
    """Return these clients and everybody who was merged into them: one person is erased whole."""
    found = list(dict.fromkeys(clients))
    query = (
        "SELECT merged_id FROM client_merge WHERE deleted = 0 AND undone_on IS NULL"
        " AND client_id IN (SELECT value FROM json_each(?))"
    )
    while True:
        merged = [row[0] for row in connection.exec_driver_sql(query, (listed(found),))]
        new = [one for one in merged if one not in found]
        if not new:
            return found
        found += new


def ordered(rows: Iterable[tuple[str, Row]]) -> list[str]:
    """Return the clients whom arriving rows, as (kind, row), order to be erased."""
    return [row["erased_id"] for kind, row in rows if kind == "erasure" and not row.get("deleted")]


def carry_out(connection: Connection, clients: Sequence[str]) -> Erased:
    """Take everything about these clients out of the store, inside the caller's transaction; `finish` afterwards."""
    if not clients:
        return Erased()
    scopes = [f"client:{client}:{group}" for client in clients for group in access.GROUPS]
    within, named = listed(scopes), listed(clients)
    unsent = _unsent(connection, within)
    for scope in scopes:
        _let_files_go(connection, scope)
    changes = eviction.evict(connection, scopes, None)
    _forget_traces(connection, clients)
    for statement, values in (
        ("DELETE FROM outbox WHERE scope IN (SELECT value FROM json_each(?))", within),
        ("DELETE FROM draft WHERE client_id IN (SELECT value FROM json_each(?))", named),
        ("DELETE FROM draft WHERE record_id IN (SELECT value FROM json_each(?))", named),
        ("UPDATE access_log SET detail = '' WHERE client_id IN (SELECT value FROM json_each(?))", named),
    ):
        connection.exec_driver_sql(statement, (values,))
    return Erased(changes, unsent)


def finish(store: Store, unsent: int = 0) -> list[Message]:
    """Take what was erased out of journal, files and the backups beside the store.

    Returns what the person should know: how many `unsent` edits went with an erasure ordered elsewhere, and what could
    not be done.
    """
    told: list[Message] = []
    if unsent:
        said = N_("A client's data was erased for good; {count} unsent entries of yours went with it.")
        told.append(Message(said, count=unsent))
    blobs.remove_gone(store)
    eviction.checkpoint(store.engine)
    try:
        backup.renew(store.folder, store.engine, store.key)
    except KnownError:
        kept = N_("The backups on this computer still hold what was erased: there was no room for a new one.")
        told.append(Message(kept))
    return told


def _unsent(connection: Connection, scopes: str) -> int:
    """Count the edits that will now never reach the centre."""
    query = (
        "SELECT count(*) FROM outbox WHERE state IN ('new', 'sent', 'held')"
        " AND scope IN (SELECT value FROM json_each(?))"
    )
    return int(connection.exec_driver_sql(query, (scopes,)).scalar_one())


def _let_files_go(connection: Connection, scope: str) -> None:
    """Let the scope's files go at once, also those that the centre does not have."""
    connection.exec_driver_sql(
        "UPDATE blob SET state = 'away' WHERE state IN ('waiting', 'leaving')"
        " AND sha256 IN (SELECT sha256 FROM attachment WHERE scope = ?)",
        (scope,),
    )


def _forget_traces(connection: Connection, clients: Sequence[str]) -> None:
    """Take out what undone merges have left of these clients with others: copies, and the fields of then."""
    for client in clients:
        for merge_id, kept, moved, before in _merges_of(connection, client):
            if kept not in clients:
                _forget_copies(connection, merge_id, moved)
                _forget_values(connection, kept, before.get("kept", {}))


def _merges_of(connection: Connection, client: str) -> list[tuple[str, str, list[Row], Row]]:
    """Return (id, client that stayed, what was moved, fields of then) of each merge of a client.

    Where the centre has blanked a merge already, its history here still knows.
    """
    query = "SELECT id, client_id, moved, client_before FROM client_merge WHERE merged_id = ?"
    found = connection.exec_driver_sql(query, (client,)).fetchall()
    merges = []
    for merge_id, kept, moved, before in found:
        core, fields = _as_it_was(connection, merge_id, moved, before)
        merges.append((merge_id, kept, [*core, *_apart(connection, merge_id, kept)], fields))
    return merges


def _apart(connection: Connection, merge_id: str, kept: str) -> list[Row]:
    """Return the copies that an undone merge has left in compartments that its row does not speak of."""
    return [
        {"kind": kind, "here": row[0]}
        for kind in merging.apart()
        for row in connection.exec_driver_sql(
            f'SELECT id FROM "{kind}" WHERE deleted = 1 AND client_id = ?', (kept,)
        )
        if merging.came_by(merge_id, row[0])
    ]


def _as_it_was(connection: Connection, merge_id: str, moved: str, before: str) -> tuple[list[Row], Row]:
    query = "SELECT patch FROM history WHERE row_id = ? ORDER BY n"
    patches = [from_json(row[0]) for row in connection.exec_driver_sql(query, (merge_id,))]
    told = [value for patch in patches for value in patch.get("moved", ()) if value]
    fields = [value for patch in patches for value in patch.get("client_before", ()) if value]
    return from_json(moved) or (told or [[]])[-1], from_json(before) or (fields or [{}])[-1]


def _check_sent(connection: Connection, clients: Iterable[str]) -> None:
    """Refuse while the undoing of a merge waits for the centre, which could not know what to erase of it."""
    ids = [
        one
        for client in clients
        for merge_id, _, moved, _ in _merges_of(connection, client)
        for one in (merge_id, *(entry["here"] for entry in moved))
    ]
    query = (
        "SELECT 1 FROM outbox WHERE state IN ('new', 'sent') AND row_id IN (SELECT value FROM json_each(?))"
    )
    if state(connection, "device_id") and connection.exec_driver_sql(query, (listed(ids),)).first():
        raise KnownError(
            Message(N_("The undoing of a merge of this client has not reached the centre.")),
            Message(N_("Sync first, then erase.")),
        )


def _forget_copies(connection: Connection, merge_id: str, moved: Iterable[Row]) -> None:
    """Remove the deleted copies with their history; of the merge itself the centre keeps who did it and when."""
    ids = [merge_id]
    by_kind: dict[str, list[str]] = {}
    for one in moved:
        by_kind.setdefault(one["kind"], []).append(one["here"])
    for kind in by_kind.keys() & SPECS.keys():
        statement = (
            f'DELETE FROM "{kind}" WHERE deleted = 1 AND id IN (SELECT value FROM json_each(?)) RETURNING id'
        )
        found = connection.exec_driver_sql(statement, (listed(by_kind[kind]),)).fetchall()
        ids += [row[0] for row in found]
    for table in ("history", "sync_base", "outbox"):
        connection.exec_driver_sql(
            f"DELETE FROM {table} WHERE row_id IN (SELECT value FROM json_each(?))", (listed(ids),)
        )
    blank = "UPDATE client_merge SET moved = '[]', client_before = '{}' WHERE id = ?"
    alone = "DELETE FROM client_merge WHERE id = ?"
    joined = state(connection, "device_id")
    connection.exec_driver_sql(blank if joined else alone, (merge_id,))


def _forget_values(connection: Connection, kept: str, changed: Mapping[str, Sequence[Any]]) -> None:
    """Take values that the client who stayed held for a time out of her history and of the edits that were taken."""
    for table, which in (("history", "true"), ("outbox", "state = 'kept'")):
        query = f"SELECT n, patch FROM {table} WHERE row_id = ? AND {which}"
        for number, text in connection.exec_driver_sql(query, (kept,)).fetchall():
            patch = from_json(text)
            left = {
                name: change
                for name, change in patch.items()
                if name not in changed or changed[name][1] not in change
            }
            if left != patch:
                connection.exec_driver_sql(
                    f"UPDATE {table} SET patch = ? WHERE n = ?", (to_json(left).decode(), number)
                )
