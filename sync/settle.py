"""A person decides a conflict: keep the centre's value, use mine, or write new. Nothing here is special to the sync.

Each decision is ordinary saves, the record and the conflict's state together, so that it is itself sent, merged
and found out if somebody was quicker; and an ordinary edit can take it back (`reopen`).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from app import clock
from app.access import group_of
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Record, Row, fields, validated
from app.services import SPECS
from app.spec import RecordSpec
from storage import merging, outbox, writing
from storage.store import Store
from storage.writing import Changes


def keep(store: Store, conflict: Mapping[str, Any]) -> Changes:
    """Settle for what the centre has: the record stays as it is."""
    with store.write() as connection:
        return writing.save(connection, [_conflict(connection, conflict, "settled")], store.worker)


def use_mine(store: Store, conflict: Mapping[str, Any]) -> Changes:
    """Settle for what the later sender wrote.

    A record deleted meanwhile comes back with it; of a signed one a new version is made. Raises Refused where
    what was written no longer makes a whole record, KnownError where a signed record was to be deleted.
    """
    return write_new(store, conflict, conflict["mine"])


def write_new(store: Store, conflict: Mapping[str, Any], values: Mapping[str, Any]) -> Changes:
    """Settle for other values of the conflict's fields. Raises as `use_mine`."""
    spec = SPECS[conflict["kind"]]
    wanted = {name: values[name] for name in fields(spec.table) if name in values}
    delete = bool(values.get("deleted"))
    with store.write() as connection:
        settled = _conflict(connection, conflict, "settled")
        # What was written to an entry of a client merged meanwhile belongs to where that entry is now.
        where = merging.where_now(connection, spec.kind, str(conflict["record_id"]))
        row = writing.load(connection, spec, where)
        if row is None:
            raise KnownError(
                Message(N_("There is no such entry.")), Message(N_("It may have been deleted already."))
            )
        if _is_frozen(spec, row):
            if delete:
                raise KnownError(
                    Message(N_("This has been signed and is not deleted.")),
                    Message(N_("Keep what the centre has.")),
                )
            new = _next_version(connection, spec, row, wanted)
            return writing.save(connection, [new, settled], store.worker)
        if delete:
            gone = Changes()
            if not row["deleted"]:
                gone = writing.set_deleted(connection, spec, row["id"], True, store.worker)
            return gone | writing.save(connection, [settled], store.worker)
        back = Changes()
        if row["deleted"]:
            back = writing.set_deleted(connection, spec, row["id"], False, store.worker)
            row = writing.load(connection, spec, row["id"]) or row
        return back | writing.save(connection, [_changed(spec, row, wanted), settled], store.worker)


def reopen(store: Store, conflict: Mapping[str, Any]) -> Changes:
    """Take a decision back: the record's fields are the centre's of then, and the conflict is open again.

    A new version that was made of a signed record stays; it can be deleted like any other.
    """
    spec = SPECS[conflict["kind"]]
    theirs = {name: conflict["theirs"][name] for name in fields(spec.table) if name in conflict["theirs"]}
    with store.write() as connection:
        changes = Changes()
        records = [_conflict(connection, conflict, "open")]
        row = writing.load(connection, spec, str(conflict["record_id"]))
        if row is not None and not _is_frozen(spec, row):
            was_deleted = conflict["reason"] == "deleted" and not conflict["mine"].get("deleted")
            if row["deleted"] != was_deleted:
                changes = writing.set_deleted(connection, spec, row["id"], was_deleted, store.worker)
                row = writing.load(connection, spec, row["id"]) or row
            if not was_deleted:
                records.append(_changed(spec, row, theirs))
        return changes | writing.save(connection, records, store.worker)


def held(store: Store) -> list[Row]:
    """Return the edits that the centre did not take, oldest first, each with its `answer`: status, problems.

    Without those of compartments that are hidden now (`storage.limits`): they are there again after the next pull.
    """
    over = store.limits.hidden()
    with store.read() as connection:
        return [row for row in outbox.held(connection) if group_of(row["scope"]) not in over]


def let_go(store: Store, mutation_id: str) -> None:
    """Forget an edit that the centre did not take, after a person has read it."""
    with store.write() as connection:
        outbox.let_go(connection, mutation_id)


def _conflict(connection: Connection, conflict: Mapping[str, Any], state: str) -> Record:
    spec = SPECS["conflict"]
    row = writing.load(connection, spec, str(conflict["id"]))
    if row is None or row["deleted"]:
        raise KnownError(
            Message(N_("There is no such conflict.")), Message(N_("It may have been settled already."))
        )
    return _changed(spec, row, {"state": state})


def _changed(spec: RecordSpec, row: Row, values: Mapping[str, Any]) -> Record:
    return validated(spec.table, {**row, **values})


def _is_frozen(spec: RecordSpec, row: Row) -> bool:
    return bool(spec.sync.frozen_by and row[spec.sync.frozen_by] and not row["deleted"])


def _next_version(connection: Connection, spec: RecordSpec, row: Row, values: Mapping[str, Any]) -> Record:
    """Return an unsigned new version of a signed record, with the content that its sender wanted."""
    seal = spec.sync.frozen_by
    signing = next((group for group in spec.sync.together if seal in group), (seal,))
    content = {name: values.get(name, row[name]) for name in fields(spec.table) if name not in signing}
    latest = connection.exec_driver_sql(
        f'SELECT max(version_no) FROM "{spec.kind}" WHERE client_id = ? AND deleted = 0', (row["client_id"],)
    ).scalar_one()
    mark = {
        "version_no": latest + 1,
        "replaces": row["id"],
        "made_on": clock.today(),
    }
    return validated(spec.table, {**content, **mark})
