"""What the centre says to its database on the path of every sync: rows written and read by as few words as possible."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any, TypeAlias

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Select, Table, bindparam, make_url, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from app.record import Json
from sync.server.database import is_postgres, json_text

# ---- what is put to PostgreSQL's own driver ---------------------------------------------------------------
# For what every sync asks: there SQLAlchemy would take longer than the database, and waiting for each answer before
# the next question would cost more than both.

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]
Answer: TypeAlias = Callable[[], list[Any]]


def _raw(connection: Connection) -> Any:
    return connection.connection.driver_connection


@contextmanager
def _by_driver(connection: Connection) -> Iterator[Any]:
    """Give the driver's connection; its errors are raised as SQLAlchemy's, without any value."""
    try:
        yield _raw(connection)
    except psycopg.Error as error:
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def tell(connection: Connection, statement: str, parameters: Parameters = ()) -> None:
    """Put a statement without an answer to PostgreSQL, inside the transaction. Raises SQLAlchemy's errors."""
    with _by_driver(connection) as raw:
        raw.execute(statement, parameters)


def ask(connection: Connection, statement: str, parameters: Parameters = ()) -> list[Any]:
    """Put a question to PostgreSQL, inside the transaction; return the rows, as JSON values.

    Raises SQLAlchemy's errors.
    """
    with _by_driver(connection) as raw:
        if raw.pgconn.transaction_status:
            return list(raw.execute(statement, parameters).fetchall())
        with raw.pipeline():  # together with the transaction's beginning
            found = raw.execute(statement, parameters)
        return list(found.fetchall())


_POSTGRES = make_url("postgresql+psycopg://").get_dialect()()


@cache
def _written_out(statement: Select[Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the text of a query as PostgreSQL's driver takes it, and the values that stand in it."""
    compiled = statement.compile(dialect=_POSTGRES)
    return str(compiled), compiled.params


def found_by(connection: Connection, statement: Select[Any], **parameters: Any) -> list[dict[str, Any]]:
    """Return what a query finds. PostgreSQL's driver is asked itself: one that every sync asks is written out once."""
    if not is_postgres(connection):
        return [dict(row) for row in connection.execute(statement, parameters).mappings()]
    names = statement.selected_columns.keys()
    words, values = _written_out(statement)
    found = ask(connection, words, {**values, **parameters})
    return [dict(zip(names, row, strict=True)) for row in found]


class Together:
    """Questions that PostgreSQL is asked all at once: see `together`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def ask(self, statement: str, parameters: Parameters = ()) -> "Answer":
        """Ask PostgreSQL; the answer is there when the block is over."""
        with _by_driver(self.connection) as raw:
            return cache(raw.execute(statement, parameters).fetchall)

    def rows_of(
        self, table: Table, ids: Sequence[str], columns: Sequence[str] = (), key: str = "id"
    ) -> "Answer":
        """Ask for what the function of this name returns; the answer is there when the block is over."""
        if not ids or not is_postgres(self.connection):
            found = rows_of(self.connection, table, ids, columns, key)
            return lambda: found
        names = tuple(columns) or _all_names(table)
        answer = self.ask(_by_id_array(table, names, key), (array(ids),))
        return cache(lambda: [dict(zip(names, row, strict=True)) for row in answer()])


@contextmanager
def together(connection: Connection) -> Iterator[Together]:
    """Say all that is said in the block at once: one way to the database and back instead of one for each statement.

    Inside, only this may be asked, and `tell` and `put` may write. A refusal comes at the block's end at the latest,
    and ends the transaction: unless all is rolled back, the driver is wrong about which statements are ready.
    SQLite, which lies in this very process, is told one by one.
    """
    if is_postgres(connection):
        with _by_driver(connection) as raw, raw.pipeline():
            yield Together(connection)
    else:
        yield Together(connection)


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
    if is_postgres(connection) and count >= _WORTH_COPYING and not _raw(connection).pgconn.pipeline_status:
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
    with _raw(connection).cursor() as cursor, cursor.copy(statement) as copy:
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
        tell(connection, _postgres_upsert(table, on_conflict), (json_text(rows),))
    else:
        connection.execute(_sqlite_upsert(table, on_conflict), rows)


@cache
def _all_names(table: Table) -> tuple[str, ...]:
    return tuple(str(column.name) for column in table.columns)


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
    names = tuple(columns) or _all_names(table)
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
