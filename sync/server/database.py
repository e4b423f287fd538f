"""The centre's database: PostgreSQL, or one SQLite file for a team or a trial, behind a few functions."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from platformdirs import user_data_path
from psycopg import sql
from psycopg.adapt import Loader
from psycopg.types.string import TextLoader
from pydantic_core import from_json
from sqlalchemy import (
    Connection,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool

from app.record import Json

MIGRATIONS = Path(__file__).with_name("migrations")


def default_url() -> str:
    """Return the URL of the SQLite file that is used when no database is named; its folder is made."""
    folder = user_data_path("tyopari-server", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return URL.create("sqlite", database=str(folder / "centre.db")).render_as_string()


CONNECTIONS = 40
"""How many connections the processes of one machine hold together; a process has as many threads as connections."""
_PATIENCE = 10  # seconds for which a request waits for a connection


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
            pool_pre_ping=True,
            json_deserializer=from_json,
            hide_parameters=True,  # the text of an error may be logged, a value may not
            connect_args={"options": "-c timezone=UTC"},
            **pool,
        )
        event.listen(engine, "connect", _prepare_postgres)
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


def ask(
    connection: Connection, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[Any]:
    """Put a statement to PostgreSQL's own driver, inside the transaction; return the rows, as JSON values.

    For what every sync asks: there SQLAlchemy would take longer than the database. Raises SQLAlchemy's errors.
    """
    raw: Any = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor:
            cursor.execute(statement, parameters)
            found: list[Any] = cursor.fetchall() if cursor.description is not None else []
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    return found


def array(values: Sequence[str | int]) -> str:
    """Write ids, scopes or numbers as one text for an array of PostgreSQL: the driver looks into each of a list."""
    return f"{{{json_text(values)[1:-1]}}}"


@cache
def _postgres_upsert(table: Table, on_conflict: str) -> str:
    quote = '"{}"'.format
    names = [quote(column.name) for column in table.columns]
    keys = [quote(column.name) for column in table.primary_key.columns]
    rest = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    ending = {
        "fail": "",
        "skip": "ON CONFLICT DO NOTHING",
        "update": f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest}",
    }[on_conflict]
    columns, name = ", ".join(names), quote(table.name)
    return (
        f"INSERT INTO {name} ({columns}) SELECT {columns} "
        f"FROM json_populate_recordset(NULL::{name}, CAST(%s AS json)) {ending}"
    )


@cache
def _sqlite_upsert(table: Table, on_conflict: str) -> Any:
    statement = sqlite.insert(table)
    keys = [column.name for column in table.primary_key.columns]
    if on_conflict == "skip":
        return statement.on_conflict_do_nothing()
    if on_conflict == "update":
        rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)
    return statement


_WORTH_COPYING = 50


def add(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], count: int) -> None:
    """Write new rows of JSON values, each made while PostgreSQL already takes in those before it."""
    if is_postgres(connection) and count >= _WORTH_COPYING:
        _copy(connection, table, rows)
    else:
        put(connection, table, list(rows), on_conflict="fail")


def _copy(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write new rows by PostgreSQL's quickest way in."""
    names = [column.name for column in table.columns]
    lists = [number for number, column in enumerate(table.columns) if isinstance(column.type, Json)]
    values_of = itemgetter(*names)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = values_of(row)
            if lists:
                values = list(values)
                for number in lists:
                    values[number] = json_text(values[number])
            copy.write_row(values)


def put(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str = "update"
) -> None:
    """Write rows of JSON values with one statement, new or not; every column must be there.

    `on_conflict`: `update`, `skip` or `fail`.
    """
    if not rows:
        return
    if is_postgres(connection):
        ask(connection, _postgres_upsert(table, on_conflict), (json_text(rows),))
    else:
        connection.execute(_sqlite_upsert(table, on_conflict), rows)


@cache
def _by_ids(table: Table, columns: tuple[str, ...], key: str) -> Any:
    chosen = [table.c[name] for name in columns]
    return select(*chosen).where(table.c[key].in_(bindparam("ids", expanding=True)))


@cache
def _by_id_array(table: Table, columns: tuple[str, ...], key: str) -> str:
    quote = '"{}"'.format
    names = ", ".join(map(quote, columns))
    # The cast stands at the parameter itself, so that it is one constant to the planner.
    return f"SELECT {names} FROM {quote(table.name)} WHERE {quote(key)} = ANY(CAST(%s AS uuid[]))"


_AT_ONCE = 30_000  # SQLite takes 32,766 parameters


def rows_of(
    connection: Connection, table: Table, ids: Sequence[str], columns: Sequence[str] = (), key: str = "id"
) -> list[dict[str, Any]]:
    """Return the rows whose `key` is one of the ids, as JSON values."""
    names = tuple(columns) or tuple(str(column.name) for column in table.columns)
    if not ids:
        return []
    if is_postgres(connection):
        found = ask(connection, _by_id_array(table, names, key), (array(ids),))
        return [dict(zip(names, row, strict=True)) for row in found]
    return [
        dict(zip(names, row, strict=True))
        for start in range(0, len(ids), _AT_ONCE)
        for row in connection.execute(
            _by_ids(table, names, key), {"ids": ids[start : start + _AT_ONCE]}
        ).fetchall()
    ]


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
