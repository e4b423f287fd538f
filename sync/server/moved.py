"""Signed entries that may be deleted all the same: a merge of two clients has brought them elsewhere."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app import access
from app.record import Row
from sync.server.statements import rows_of
from sync.server.tables import RECORDS
from sync.server.values import kind

if TYPE_CHECKING:
    from sync.server.batch import Key, Work

_MERGE = RECORDS["client_merge"]
_COLUMNS = ("id", "client_id", "merged_id", "moved", "undone_on", "deleted")


def excuse(connection: Connection, works: "Sequence[Work]", rows: "Mapping[Key, Row]") -> None:
    """Mark the deletions of signed entries that a merge, stored or in this batch, has moved elsewhere."""
    wanted = [work for work in works if not work.decided and _is_deletion_of_signed(work)]
    clients = {client for work in wanted if (client := access.client_of(work.mutation.scope))}
    if not clients:
        return
    gone = _gone(_merges(connection, sorted(clients), works, rows))
    for work in wanted:
        work.moved = (access.client_of(work.mutation.scope), *work.key) in gone


def _is_deletion_of_signed(work: "Work") -> bool:
    return work.mutation.op == "delete" and bool(kind(work.mutation.kind).spec.sync.frozen_by)


def _merges(
    connection: Connection, clients: Sequence[str], works: "Sequence[Work]", rows: "Mapping[Key, Row]"
) -> list[Row]:
    """Return the merges of these clients as this batch leaves them."""
    found = {
        row["id"]: row
        for key in ("client_id", "merged_id")
        for row in rows_of(connection, _MERGE, clients, _COLUMNS, key=key)
    }
    for work in works:
        if work.mutation.kind == "client_merge" and not work.decided and work.mutation.op != "delete":
            key = work.mutation.row
            before = found.get(key) or rows.get(work.key) or dict.fromkeys(_COLUMNS)
            found[key] = {**before, **{name: change[1] for name, change in work.patch.items()}}
    return [row for row in found.values() if not row["deleted"]]


def _gone(merges: Sequence[Row]) -> set[tuple[str, str, str]]:
    """Return (client, kind, row) of what is no longer there: in the other client, or undone in the one that stays."""
    gone = set()
    for merge in merges:
        client, place = (merge["client_id"], "here") if merge["undone_on"] else (merge["merged_id"], "there")
        gone |= {(client, one.get("kind", ""), one.get(place, "")) for one in merge["moved"] or ()}
    return gone
