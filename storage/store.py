"""The open store of one worker: everything that windows, commands and the sync read and write goes through here.

A write is one transaction: the row, the outbox patch with old and new value by field, the record's history,
the search index and the access log. What it returns says what changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select

from app import clock, roles
from app.access import CORE, NotHeld, client_of, group_of
from app.due import Case
from app.duplicates import likely_same
from app.errors import KnownError, StoreLocked
from app.i18n import N_, Message
from app.record import Record, Row, from_row
from app.services import SPECS
from app.spec import RecordSpec
from storage import (
    caseload,
    db,
    drafts,
    held,
    keys,
    limits,
    migrate,
    outbox,
    profile_lock,
    rows,
    search,
    slots,
    wiping,
    writing,
)
from storage.outbox import Unsent
from storage.search import Hit
from storage.slots import Cost
from storage.state import set_state, state
from storage.tables import access_log, history
from storage.writing import Changes


@dataclass(frozen=True)
class Entry:
    """One line of a client's timeline."""

    kind: str
    id: UUID
    on: date | None
    row: Row


class Store:
    """An unlocked store. Make one with `create`, `open` or `open_with_code`; `close` locks it again."""

    def __init__(self, folder: Path, engine: Engine, key: keys.Key, lock: profile_lock.ProfileLock) -> None:
        self.folder, self.engine = folder, engine
        self._key: keys.Key | None = key
        self._lock = lock
        self._writer = RLock()
        self._caseload = caseload.Caseload(self.read)
        self.limits = limits.Limits(self.read)
        self.journal_lost = False
        """Whether the last session died and its journal has since gone: what was saved last may be missing."""

    # ---- opening and closing ----

    @staticmethod
    def exists(folder: Path) -> bool:
        """Tell whether there is, or should be, a store in the folder."""
        if wiping.pending(folder):
            return False
        if (folder / db.FILE).exists() or not keys.exists(folder):
            return (folder / db.FILE).exists()
        try:
            return slots.store_state(folder).made
        except KnownError:
            return True  # unreadable keys: there was something, and it is not to be written over

    @classmethod
    def create(cls, folder: Path, passphrase: str, *, cost: Cost | None = None) -> tuple["Store", str]:
        """Make the store; return it open, with the recovery code that is shown once. Raises KnownError."""
        wiping.finish(folder)
        lock = profile_lock.acquire(folder)
        try:
            if cls.exists(folder):
                raise KnownError(
                    Message(N_("There is a store here already.")), Message(N_("Open it with its passphrase."))
                )
            for left in (
                slots.SLOTS,
                slots.COPY,
            ):  # of a first start that was cut short: no store was ever made
                (folder / left).unlink(missing_ok=True)
            key, code = keys.create(folder, passphrase, cost=cost)
            return cls._opened(folder, key, lock, must_exist=False), code
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, passphrase: str) -> "Store":
        """Open the store. Raises WrongPassphrase, StoreDamaged, StoreMissing, StoreTooNew, StoreBusy, DiskFull."""
        return cls._unlocked(folder, lambda: keys.unlock(folder, passphrase))

    @classmethod
    def open_with_code(cls, folder: Path, code: str) -> "Store":
        """Open the store with its recovery code. Raises as `open`."""
        return cls._unlocked(folder, lambda: keys.unlock_with_code(folder, code))

    @classmethod
    def _unlocked(cls, folder: Path, unlock: Any) -> "Store":
        if wiping.finish(folder):
            raise wiping.gone()
        lock = profile_lock.acquire(folder)
        try:
            return cls._opened(folder, unlock(), lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _opened(
        cls, folder: Path, key: keys.Key, lock: profile_lock.ProfileLock, *, must_exist: bool = True
    ) -> "Store":
        lost = must_exist and db.journal_lost(folder / db.FILE)
        try:
            engine = db.open_engine(folder / db.FILE, key, must_exist=must_exist)
        except BaseException:
            key.wipe()
            raise
        try:
            migrate.upgrade(engine, folder, key)
            with db.read(engine) as connection:
                known = state(connection, "worker_id")
            if not known:
                with db.write(engine) as connection:
                    _name_owner(connection)
        except BaseException:
            engine.dispose()
            key.wipe()
            raise
        store = cls(folder, engine, key, lock)
        store.journal_lost = lost
        return store

    def close(self) -> None:
        """Lock the store: write everything back, drop the key, let another process in."""
        if self._key is None:
            return
        self._caseload.forget()
        db.close_engine(self.engine, self.folder)
        self._key.wipe()
        self._key = None
        self._lock.release()

    def abandon(self) -> None:
        """Drop the key and let go of the files as they lie, writing nothing: before they are destroyed."""
        self._caseload.forget()
        self.engine.dispose()
        if self._key is not None:
            self._key.wipe()
            self._key = None
            self._lock.release()

    @property
    def is_open(self) -> bool:
        """Whether the store is unlocked."""
        return self._key is not None

    @property
    def key(self) -> keys.Key:
        """The store's key, for backups and a change of passphrase. Raises StoreLocked."""
        if self._key is None:
            raise StoreLocked(
                Message(N_("The store is locked.")), Message(N_("Open it with your passphrase."))
            )
        return self._key

    def read(self) -> Any:
        """Run a block on one unchanging view of the store."""
        self.key  # noqa: B018  (raises when locked)
        return db.read(self.engine)

    def write(self) -> Any:
        """Run a block as one write transaction."""
        self.key  # noqa: B018
        return self._writing()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other thread write while the block reads something and then writes what follows from it.

        Otherwise what the sync brought in between would be written over by what was read before it.
        """
        with self._writer:
            yield

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        scopes: set[str] = set()
        try:
            with self._writer, db.write(self.engine) as connection:
                try:
                    yield connection
                    self.limits.note_time(connection)
                finally:
                    scopes = caseload.touched(connection)
        finally:
            self._caseload.mark(scopes)
            self.limits.forget()

    # ---- who works here ----

    @cached_property
    def worker(self) -> UUID:
        """The worker whose store this is."""
        with self.read() as connection:
            return UUID(state(connection, "worker_id"))

    @property
    def role(self) -> str:
        """The role of the worker whose store this is."""
        with self.read() as connection:
            return str(state(connection, "worker_role"))

    def may_write(self, spec: RecordSpec) -> bool:
        """Tell whether the worker's role allows her to change records of a kind (`RecordSpec.writers`)."""
        with self.read() as connection:
            return writing.may_write(connection, spec)

    def worker_names(self) -> dict[str, str]:
        """Return the name of each worker that the centre has told of, by id."""
        return {row["id"]: row["name"] for row in self.rows("worker")}

    # ---- reading ----

    def row(self, kind: str, record_id: UUID | str) -> Row | None:
        """Return one row as JSON values, deleted or not, without logging; None for one that is hidden (`limits`)."""
        over = self.limits.hidden()
        if kind in limits.kinds(over):
            return None
        with self.read() as connection:
            found = writing.load(connection, SPECS[kind], str(record_id))
            if found is None or not held.may_show(connection, kind, found.get("client_id")):
                return None
        return None if group_of(found["scope"]) in over else found

    def get(self, kind: str, record_id: UUID | str) -> Record | None:
        """Return one record, and log that it was read if it is a client's."""
        row = self.row(kind, record_id)
        if row is None or row["deleted"]:
            return None
        if client_of(row["scope"]):
            self.log("read", kind, UUID(row["id"]), UUID(client_of(row["scope"])))
        return from_row(SPECS[kind].table, row)

    def rows(
        self,
        kind: str,
        *,
        client_id: UUID | str | None = None,
        where: Mapping[str, Any] | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
        deleted: bool = False,
    ) -> list[Row]:
        """Return rows of a kind as JSON values. `order` takes names, `-name` for the other way round.

        Where a client's compartment may not be held here, or not be shown (`limits`), the answer is `access.NotHeld`.
        """
        over = self.limits.hidden()
        if kind in limits.kinds(over):
            return NotHeld()
        with self.read() as connection:
            found = rows.find(connection, kind, client_id, where or {}, order, limit, offset, deleted)
            if not found:
                return held.none_of(connection, kind, str(client_id)) if client_id else found
            if closed := held.closed(connection, kind, str(client_id) if client_id else None):
                return NotHeld(row for row in found if row["client_id"] not in closed)
        return [row for row in found if group_of(row["scope"]) not in over] if over else found

    def count(self, kind: str) -> int:
        """Return how many records of a kind there are."""
        table = writing.table_of(SPECS[kind])
        with self.read() as connection:
            found = connection.execute(
                select(func.count()).select_from(table).where(table.c.deleted.is_(False))
            )
            return int(found.scalar_one())

    def clients(self) -> list[Case]:
        """Return the whole caseload by name: each client's phase, level, contacts, planned visits and plan."""
        self.key  # noqa: B018
        return [] if CORE in self.limits.hidden() else self._caseload.all()

    def uncopied(self) -> tuple[int, date | None]:
        """Tell how many notes wait to be copied to the official register, and the day of the oldest."""
        if CORE in self.limits.hidden():
            return 0, None
        with self.read() as connection:
            return caseload.uncopied(connection)

    def uncopied_notes(self, limit: int = 200) -> list[tuple[str, str, str, str]]:
        """Return the oldest of them, oldest first: kind, id, client and day of each."""
        if CORE in self.limits.hidden():
            return []
        with self.read() as connection:
            return caseload.uncopied_notes(connection, limit)

    def held_clients(self) -> set[str]:
        """Return the ids of the clients who are assigned to the worker today."""
        query = (
            "SELECT client_id FROM assignment WHERE worker_id = ? AND deleted = 0"
            " AND coalesce(valid_to, '9999') >= ?"
        )
        with self.read() as connection:
            found = connection.exec_driver_sql(query, (str(self.worker), clock.today().isoformat()))
            return {row[0] for row in found.fetchall()}

    def case(self, client_id: UUID | str) -> Case | None:
        """Return one client's case."""
        if CORE in self.limits.hidden():
            return None
        with self.read() as connection:
            return next(iter(caseload.cases(connection, UUID(str(client_id)))), None)

    def timeline(self, client_id: UUID | str) -> list[Entry]:
        """Return everything dated that happened to a client, newest first."""
        over = limits.kinds(self.limits.hidden())
        dated = [(spec.kind, spec.dated) for spec in SPECS.values() if spec.dated and spec.scope == "client"]
        with self.read() as connection:
            dated = [
                (kind, day)
                for kind, day in dated
                if kind not in over and held.may_show(connection, kind, client_id)
            ]
            entries = [
                Entry(kind, UUID(row["id"]), date.fromisoformat(row[day]) if row[day] else None, row)
                for kind, day in dated
                for row in rows.find(connection, kind, client_id)
            ]
        return sorted(entries, key=lambda entry: (entry.on or date.min, str(entry.id)), reverse=True)

    def history(self, kind: str, record_id: UUID | str) -> list[Row]:
        """Return what was done to a record, newest first: {at, by, op, patch}."""
        if kind in limits.kinds(self.limits.hidden()):
            return []
        query = select(history.c.at, history.c.by, history.c.op, history.c.patch)
        query = query.where(history.c.row_id == str(record_id), history.c.kind == kind).order_by(
            history.c.n.desc()
        )
        with self.read() as connection:
            return [dict(found) for found in connection.execute(query).mappings()]

    def search(self, wanted: str, limit: int = 50) -> list[Hit]:
        """Find records by any words in them; any text is a legal question."""
        while self.catch_up():
            pass
        over = limits.kinds(self.limits.hidden())
        with self.read() as connection:
            return [
                hit
                for hit in search.find(connection, wanted, limit, over)
                if held.may_show(connection, hit.kind, hit.client_id)
            ]

    def catch_up(self) -> bool:
        """Make findable some of what has just come; return whether more waits. To be called again when idle."""
        with self.read() as connection:
            if not search.waits(connection):
                return False
        with self.write() as connection:
            search.catch_up(connection)
        return True

    def duplicates(self, client: Mapping[str, Any]) -> list[Row]:
        """Return registered clients who may be the same person as this one."""
        if CORE in self.limits.hidden():
            return []
        table = writing.table_of(SPECS["client"])
        columns = [
            table.c[n] for n in ("id", "first_name", "last_name", "born_on", "identity_code", "code_name")
        ]
        with self.read() as connection:
            found = connection.execute(select(*columns).where(table.c.deleted.is_(False))).mappings()
            return [
                dict(row) for row in found if row["id"] != str(client.get("id")) and likely_same(client, row)
            ]

    def conflicts(self) -> list[Row]:
        """Return the conflicts that wait for a decision, oldest first."""
        return self.rows("conflict", where={"state": "open"}, order=("mine_at",))

    def unsent(self) -> Unsent:
        """Tell how much waits for the centre, and since when."""
        with self.read() as connection:
            return outbox.unsent(connection)

    def counts(self) -> dict[str, int]:
        """Return how many records of each kind there are."""
        return {kind: self.count(kind) for kind in SPECS}

    # ---- writing ----

    def save(self, *records: Record, draft_key: str = "") -> Changes:
        """Save records in one transaction, all or none. Raises Refused that names the field and the row.

        A new client is assigned to the one who made it. `draft_key` names the draft that the records were
        written from: it goes in the same transaction, so that it is there exactly as long as it is needed.
        """
        worker = self.worker
        with self.write() as connection:
            saved = writing.save(connection, records, worker)
            if draft_key:
                drafts.drop(connection, draft_key)
            return saved

    def delete(self, kind: str, record_id: UUID | str) -> Changes:
        """Delete a record; `undelete` brings it back. Raises KnownError if there is none."""
        with self.write() as connection:
            return writing.set_deleted(connection, SPECS[kind], str(record_id), True, self.worker)

    def undelete(self, kind: str, record_id: UUID | str) -> Changes:
        """Bring a deleted record back."""
        with self.write() as connection:
            return writing.set_deleted(connection, SPECS[kind], str(record_id), False, self.worker)

    # ---- drafts of open forms ----

    def save_draft(
        self,
        key: str,
        values: Mapping[str, Any],
        *,
        kind: str,
        client_id: UUID | str | None = None,
        record_id: UUID | str | None = None,
    ) -> None:
        """Keep what is being written, so that a crash or an empty battery loses nothing."""
        with self.write() as connection:
            drafts.keep(connection, key, values, kind=kind, client_id=client_id, record_id=record_id)

    def draft(self, key: str) -> Row | None:
        """Return the values of a draft, or None."""
        with self.read() as connection:
            return drafts.one(connection, key)

    def drafts(self) -> list[Row]:
        """Return all drafts, newest first."""
        with self.read() as connection:
            return drafts.newest_first(connection)

    def drop_draft(self, key: str) -> None:
        """Forget a draft: its form was saved."""
        with self.write() as connection:
            drafts.drop(connection, key)

    # ---- who saw what ----

    def log(
        self,
        action: str,
        kind: str,
        record_id: UUID | None = None,
        client_id: UUID | None = None,
        detail: str = "",
    ) -> None:
        """Write into the access log that somebody's data was handled."""
        with self.write() as connection:
            writing.log(connection, self.worker, action, kind, record_id, client_id, detail)

    def opened(self, client_id: UUID) -> None:
        """Log that a client's page was opened."""
        self.log("opened", "client", client_id, client_id)

    def access_log(self, client_id: UUID | str | None = None) -> list[Row]:
        """Return the access log, newest first; of one client where named."""
        query = select(access_log).order_by(access_log.c.n.desc())
        if client_id is not None:
            query = query.where(access_log.c.client_id == str(client_id))
        with self.read() as connection:
            return [dict(found) for found in connection.execute(query).mappings()]


def _name_owner(connection: Connection) -> None:
    """Give a new store its worker and its place among the installations, until a centre says otherwise."""
    set_state(connection, "worker_id", str(clock.new_id()))
    set_state(connection, "worker_role", roles.JOB_COACH)
    set_state(connection, "install_id", str(clock.new_id()))
