"""The store: an encrypted SQLite file, opened only when it is whole, with every refusal told in plain words.

One engine for each open store. Reads go through `read()`, writes through `write()`, which takes the write
lock at once (BEGIN IMMEDIATE), so that two writers wait for each other instead of failing half-way.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from app import clock
from app.errors import BugError, KnownError, StoreBusy, StoreDamaged, StoreMissing
from app.i18n import N_, Message
from storage import files, slots
from storage.keys import Key
from storage.slots import StoreState

FILE = "store.db"
PAGE = 4096
"""Bytes of a page, SQLCipher 4's default; the smallest file that can be a store."""
BUSY_MS = 5000
_APPLICATION = 0x54594F50  # "TYOP" in the file's header
_PRAGMAS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL may drop a committed save at power loss
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
)
_log = logging.getLogger(__name__)


# ---- opening and closing ----------------------------------------------------------------------------------


def open_engine(path: Path, key: Key, *, must_exist: bool = True, busy_ms: int = BUSY_MS) -> Engine:
    """Open the store at `path` (its slot file lies beside it) after checking that it is whole.

    `must_exist=False` makes a new one where the slot file says that there has never been one. Raises
    StoreMissing, StoreDamaged, StoreBusy, StoreLocked (key wiped) and the errors of `slots.read`.
    """
    state = _state(path.parent)
    if not path.exists():
        if must_exist or state.made:
            raise _missing()
        _make(path, key)
        state = StoreState(made=True)
    _check_size(path, state)
    calm = state.clean and not _journal(path)
    engine = _engine(path, key, busy_ms)
    try:
        _check_content(engine, path, state, quick=calm)
    except BaseException:
        engine.dispose()
        raise
    with suppress(KnownError):  # a full disk must not keep anybody from reading; the journal also tells
        _note(path, clean=False, size=state.clean_size)
    return engine


def close_engine(engine: Engine, folder: Path) -> None:
    """Close the store: write the journal back into the file and note its size. Raises only BugError.

    Connections still in use elsewhere keep the journal, and the next opening then checks the whole file.
    """
    path = folder / FILE
    try:
        with driver(engine) as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        clock.point("db.checkpointed")
        if not busy:
            _note(path, clean=True, size=path.stat().st_size)
    except (KnownError, OSError):
        _log.warning("the store was closed without writing back its journal")
    finally:
        engine.dispose()


def journal_lost(path: Path) -> bool:
    """Tell whether the last session ended in a crash and its journal has since been taken away.

    The file then opens, but what was saved last may be missing from it; the person must be told. Call it
    before `open_engine`.
    """
    state = _state(path.parent)
    return state.made and not state.clean and path.exists() and not Path(f"{path}-wal").exists()


def thorough_check(engine: Engine) -> list[str]:
    """Return everything wrong with the file, page by page: empty if it is whole. Names pages, never contents.

    Takes about 0.4 s for 100 000 rows.
    """
    found: list[str] = []
    with driver(engine) as connection:
        for pragma in ("PRAGMA cipher_integrity_check", "PRAGMA integrity_check"):
            try:
                found += [str(row[0]) for row in connection.execute(pragma)]
            except sqlcipher.DatabaseError as error:
                found.append(str(getattr(error, "sqlite_errorname", "") or "SQLITE_CORRUPT"))
    return [line for line in found if line != "ok"]


# ---- transactions -----------------------------------------------------------------------------------------


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Run the block as one write transaction: committed at its end, undone if it raises.

    Raises StoreBusy when another writer holds the store longer than the busy timeout, and the errors of
    `error_for`.
    """
    with _told(), engine.connect() as connection, connection.begin():
        yield connection
        clock.point("db.before_commit")
    clock.point("db.committed")


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Run the block on one unchanging view of the store; a write inside it is a BugError."""
    with _told(reading=True), engine.connect() as connection:
        connection = connection.execution_options(tyopari_begin="BEGIN")
        with connection.begin():
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA query_only=ON")
            try:
                yield connection
            finally:
                driver.execute("PRAGMA query_only=OFF")


@contextmanager
def _told(reading: bool = False) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise error_for(error) from error
    except KnownError as error:
        if reading and _code(error.__cause__) == sqlcipher.SQLITE_READONLY:
            raise BugError("a write inside read()") from error
        raise


# ---- what SQLite says -------------------------------------------------------------------------------------


def error_for(error: BaseException) -> KnownError | BugError:
    """Return what to raise for an error of SQLite, bare or wrapped by SQLAlchemy: advice, or BugError."""
    if isinstance(error, KnownError | BugError):
        return error
    return known_error(error) or BugError(f"{type(error).__name__} {_code(error) or ''}".strip())


def known_error(error: BaseException | None) -> KnownError | None:
    """Return the error with advice for what is no bug of ours: disk, damage, another process. Else None."""
    make = _KNOWN.get(_code(error))
    return make() if make else None


def _code(error: BaseException | None) -> int:
    """Return SQLite's primary result code, 0 if there is none."""
    if isinstance(error, DBAPIError):
        error = error.orig
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _missing() -> StoreMissing:
    return StoreMissing(
        Message(N_("The file of the store is missing.")),
        Message(N_("Restore a backup, or put the file back where it was. Nothing was made in its place.")),
    )


def _damaged() -> StoreDamaged:
    return StoreDamaged(
        Message(N_("The file of the store is damaged.")),
        Message(N_("Restore a backup. What was synced also comes back from the centre.")),
    )


def _foreign() -> StoreDamaged:
    return StoreDamaged(
        Message(N_("The file of the store belongs to another profile, or its beginning is damaged.")),
        Message(N_("Put the right file back, or restore a backup.")),
    )


def _busy() -> StoreBusy:
    return StoreBusy(
        Message(N_("The store is in use by something else and did not become free.")),
        Message(
            N_("Wait a moment and try again. A backup program or virus scanner may be holding the file.")
        ),
    )


def _disk_failed() -> KnownError:
    return KnownError(
        Message(N_("The disk could not read or write the store.")),
        Message(
            N_("Try again. If it happens again, make a backup on another disk and have this one checked.")
        ),
    )


def _no_memory() -> KnownError:
    return KnownError(
        Message(N_("The computer is out of memory.")), Message(N_("Close some programs and try again."))
    )


def _cannot_open() -> KnownError:
    return KnownError(
        Message(N_("The file of the store cannot be opened.")),
        Message(N_("Check that the disk is connected and that you may read and write the folder.")),
    )


_KNOWN: dict[int, Callable[[], KnownError]] = {
    sqlcipher.SQLITE_FULL: files.disk_full,
    sqlcipher.SQLITE_IOERR: _disk_failed,
    sqlcipher.SQLITE_READONLY: files.write_refused,
    sqlcipher.SQLITE_PERM: files.write_refused,
    sqlcipher.SQLITE_CORRUPT: _damaged,
    sqlcipher.SQLITE_NOTADB: _damaged,
    sqlcipher.SQLITE_BUSY: _busy,
    sqlcipher.SQLITE_LOCKED: _busy,
    sqlcipher.SQLITE_CANTOPEN: _cannot_open,
    sqlcipher.SQLITE_NOMEM: _no_memory,
}


# ---- connections ------------------------------------------------------------------------------------------


def connect(path: Path, key: Key, *, mode: str = "rw", busy_ms: int = BUSY_MS) -> Any:
    """Return a bare connection with the key and the pragmas set. `mode` is SQLite's: rw, rwc or ro.

    The key goes in as bytes that are overwritten at once: it is never part of an SQL text, a log or an error.
    """
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlcipher.connect(
        address, uri=True, timeout=busy_ms / 1000, isolation_level=None, check_same_thread=False
    )
    try:
        # The driver reports errors to us; SQLCipher would also write them to stderr.
        connection.execute("PRAGMA cipher_log_level=NONE")
        # SQLite's own wiping of freed memory made saving 2,000 visits take 5 s instead of 0.8 s, while the same
        # words lie in Python's and Qt's memory unwiped: the price buys nothing here.
        connection.execute("PRAGMA cipher_memory_security=OFF")
        secret = key.sqlcipher()
        try:
            connection.set_key(secret)
        finally:
            secret[:] = bytes(len(secret))
        for pragma in _PRAGMAS if mode != "ro" else _PRAGMAS[-2:]:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _engine(path: Path, key: Key, busy_ms: int) -> Engine:
    def creator() -> Any:
        with driver_errors():
            return connect(path, key, busy_ms=busy_ms)

    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=creator,
        poolclass=QueuePool,  # "sqlite://" with a creator would give every thread one and the same connection
        pool_size=4,
        max_overflow=4,
        hide_parameters=True,
    )

    # The driver knows no autocommit attribute and begins nothing itself (isolation_level=None): we begin, so
    # that DDL, savepoints and the write lock are all inside one transaction.
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        bare: Any = connection.connection.driver_connection
        with driver_errors():
            bare.execute(connection.get_execution_options().get("tyopari_begin", "BEGIN IMMEDIATE"))

    @event.listens_for(engine, "handle_error", retval=True)
    def tell(context: ExceptionContext) -> BaseException | None:
        return known_error(context.original_exception)

    return engine


@contextmanager
def driver(engine: Engine) -> Iterator[Any]:
    """Lend a bare connection, outside any transaction."""
    lent = engine.raw_connection()
    try:
        with driver_errors():
            yield lent.driver_connection
    finally:
        lent.close()


@contextmanager
def driver_errors() -> Iterator[None]:
    """Turn the driver's own errors inside the block into ours."""
    try:
        yield
    except sqlcipher.Error as error:
        raise error_for(error) from error


# ---- telling damage apart ---------------------------------------------------------------------------------


def _state(folder: Path) -> StoreState:
    return slots.store_state(folder) if slots.exists(folder) else StoreState()


def _note(path: Path, *, clean: bool, size: int) -> None:
    if slots.exists(path.parent):
        slots.note_store(path.parent, StoreState(True, clean, size, _salt(path)))


def _salt(path: Path) -> str:
    with files.disk_errors(), open(path, "rb") as file:
        return file.read(16).hex()


def _journal(path: Path) -> bool:
    journal = Path(f"{path}-wal")
    return journal.exists() and journal.stat().st_size > 0


def _check_size(path: Path, state: StoreState) -> None:
    size = path.stat().st_size
    if size < PAGE or size < state.clean_size:
        _log.error("the store has %d bytes; it had %d when it was last closed", size, state.clean_size)
        raise StoreDamaged(
            Message(N_("The file of the store is damaged: a part of it is missing.")), _damaged().advice
        )


def _check_content(engine: Engine, path: Path, state: StoreState, *, quick: bool) -> None:
    """Read enough to know that key and file fit and that no page is missing; after a crash read it all.

    SQLite compares the page count in the header with the file's length on the first read.
    """
    try:
        with driver(engine) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            if not _journal(path) and pages * PAGE > path.stat().st_size:
                raise _damaged()
            if not quick and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise _damaged()
    except StoreDamaged:
        if state.salt and state.salt != _salt(path):
            raise _foreign() from None
        raise


def _make(path: Path, key: Key) -> None:
    """Make a new store beside its place and move it there whole: a crash leaves no half-made one."""
    files.make_private(path.parent)
    new = path.with_name(path.name + ".new")
    for left in (new, Path(f"{new}-wal"), Path(f"{new}-shm")):
        left.unlink(missing_ok=True)
    with driver_errors(), closing(connect(new, key, mode="rwc")) as connection:
        connection.execute(f"PRAGMA application_id={_APPLICATION}")
    with files.disk_errors():
        files.sync_file(new)
        clock.point("db.made")
        files.move(new, path)
    clock.point("db.placed")
    _note(path, clean=True, size=path.stat().st_size)
