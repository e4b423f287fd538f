"""The centre's database: PostgreSQL, or one SQLite file for a team or a trial, behind a few functions."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from platformdirs import user_data_path
from psycopg.adapt import Loader
from psycopg.types.string import TextLoader
from pydantic_core import from_json
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidatePoolError
from sqlalchemy.pool import QueuePool

from app.clock import monotonic

MIGRATIONS = Path(__file__).with_name("migrations")


def default_url() -> str:
    """Return the URL of the SQLite file that is used when no database is named; its folder is made."""
    folder = user_data_path("tyopari-server", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return URL.create("sqlite", database=str(folder / "centre.db")).render_as_string()


CONNECTIONS = max(16, 4 * (os.cpu_count() or 1))
"""How many connections the processes of one machine hold together; a process has as many threads as connections.

More would not be quicker: what waits for a processor only hinders what has one.
"""
_PATIENCE = 10  # seconds for which a request waits for a connection


_SETTINGS = {
    "timezone": "UTC",
    # Each question is planned once for a connection, and every one has its index: a plan made while a table was small
    # must not read it through when it has grown.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
}


def connect(url: str, workers: int = 1) -> Engine:
    """Return an engine for one of `workers` processes; nothing is opened yet. `postgresql://` means psycopg 3."""
    # All are kept: to open one takes PostgreSQL longer than a sync. Those used last are used first.
    pool: dict[str, Any] = {
        "pool_size": max(4, CONNECTIONS // workers),
        "max_overflow": 0,
        "pool_timeout": _PATIENCE,
        "pool_use_lifo": True,
    }
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            json_deserializer=from_json,
            hide_parameters=True,  # the text of an error may be logged, a value may not
            connect_args={"options": " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())},
            **pool,
        )
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _look_after)
        return engine
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(parsed.get_backend_name())
    engine = create_engine(parsed, connect_args={"timeout": 30}, hide_parameters=True, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class _AsInstant(Loader):
    """Turns `2026-05-03 09:30:00.5+00` into the form that rows carry, as `record.iso` writes it."""

    def load(self, data: Any) -> str:
        day, _, time = str(data, "ascii").removesuffix("+00").partition(" ")
        return f"{day}T{time.ljust(15, '0') if '.' in time else time}Z"


def _prepare_postgres(connection: Any, _record: Any) -> None:
    adapters = connection.adapters
    for plain in ("uuid", "date", "numeric"):  # these stay the text that rows carry
        adapters.register_loader(plain, TextLoader)
    adapters.register_loader("timestamptz", _AsInstant)


_SURE = 1.0  # seconds for which a connection that has just served is taken to be there still


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = monotonic()


def _look_after(connection: Any, record: Any, _proxy: Any) -> None:
    """Try a connection that has rested; where it is gone, so are the others: all are opened anew.

    One in busy use is not tried each time: that would be a question more for every request.
    """
    if monotonic() - record.info.get("used", -_SURE) < _SURE:
        return
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except psycopg.Error as gone:
        raise InvalidatePoolError from gone


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    raw: sqlite3.Connection = connection
    raw.isolation_level = None  # transactions are begun by _begin_sqlite alone
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def capacity(engine: Engine) -> int:
    """Return how many connections an engine may have at once."""
    pool = engine.pool
    return pool.size() + pool._max_overflow if isinstance(pool, QueuePool) else CONNECTIONS


def is_postgres(connection: Connection | Engine) -> bool:
    """Tell which of the two databases this is."""
    return connection.dialect.name == "postgresql"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; committed at the end of the block, rolled back by an exception."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One transaction in which every read sees the same moment."""
    with engine.connect() as plain:
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if is_postgres(plain) else {}
        with plain.execution_options(**options) as connection, connection.begin():
            yield connection


_any_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def json_bytes(value: Any) -> bytes:
    """Write JSON values without spaces or escapes; the keys stay in the order in which they are given."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a number of more than 64 bits, something nested very deep, a key not quite text
        return _any_json(value).encode()


def json_text(value: Any) -> str:
    """Write JSON values as text."""
    return json_bytes(value).decode()


# The schema's own history.


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the centre's migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest revision, in one transaction."""
    with writing(engine) as connection:
        if is_postgres(connection):  # what a step writes, the centre itself writes (wall.py)
            connection.execute(text("SELECT set_config('tyopari.centre', 'on', true)"))
        command.upgrade(alembic_config(connection), "head")


def revision(connection: Connection) -> str | None:
    """Return the revision that the database has."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str | None:
    """Return the revision that this program needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """Return the revision that the database has and the one that this program needs."""
    with engine.connect() as connection, connection.begin():
        return revision(connection), head()


def is_refusal(error: Exception) -> bool:
    """Tell whether the database refused a value (so that trying the same again cannot help)."""
    if isinstance(error, OverflowError):  # an integer larger than SQLite's
        return True
    if isinstance(error, DataError | IntegrityError | psycopg.DataError | psycopg.IntegrityError):
        return True
    # PostgreSQL's class 54: a value too large for an index or a row
    known = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(known, "sqlstate", "")).startswith("54")
