"""Rows of records read and written many at once, with the driver's own statements: what arrives from the centre.

A row is JSON values by name, as everywhere between the layers; `bind` and `unbind` turn it into what the
columns hold and back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic_core import PydanticUndefined, from_json, to_json
from sqlalchemy import Boolean, Connection, Table

from app.record import Json, Record, Row, fields, iso
from app.services import SPECS
from storage import db

STAMPS = ("scope", "version", "deleted", "extra", "created_at", "created_by", "saved_at", "saved_by")
_FILLERS: dict[Any, Any] = {bool: False, int: 0, date: "1900-01-01"}


@dataclass(frozen=True)
class Shape:
    """One kind's table, ready: own fields before the stamps, what is JSON or yes/no, blanks, and statements."""

    kind: str
    own: tuple[str, ...]
    columns: tuple[str, ...]
    names: frozenset[str]
    json: frozenset[str]
    flags: frozenset[str]
    blank: Row
    required: frozenset[str]
    select: str
    put: str
    stamp: str
    by_id: str
    children: tuple[tuple[str, str], ...]
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    needed: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    json_places: tuple[int, ...]

    def bind(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the row as its columns hold it, in the order of `columns`."""
        bound = list(self.values(row))
        for place in self.json_places:
            bound[place] = to_json(bound[place]).decode()
        return tuple(bound)

    def is_whole(self, row: Mapping[str, Any]) -> bool:
        """Tell whether the row has exactly this program's columns and a value wherever one is needed."""
        return row.keys() == self.names and None not in self.needed(row)

    def unbind(self, raw: Sequence[Any]) -> Row:
        """Return a row from its columns."""
        row = dict(zip(self.columns, raw, strict=True))
        for name in self.json:
            if row[name] is not None:
                row[name] = from_json(row[name])
        for name in self.flags:
            if row[name] is not None:
                row[name] = bool(row[name])
        return row


@cache
def reader(kind: str, names: tuple[str, ...]) -> Callable[[Sequence[Any]], Row]:
    """Return what makes a row of these fields from their columns."""
    known = shape(kind)
    json, flags = known.json & {*names}, known.flags & {*names}

    def read(raw: Sequence[Any]) -> Row:
        row = dict(zip(names, raw, strict=True))
        for name in json:
            row[name] = from_json(row[name]) if row[name] is not None else None
        for name in flags:
            row[name] = bool(row[name])
        return row

    return read


@cache
def shape(kind: str) -> Shape:
    """Return what is needed to read and write a kind's rows; raises KeyError for a kind not known here."""
    cls = SPECS[kind].table
    table = cls.__table__  # type: ignore[attr-defined]
    own = ("id", *fields(cls))
    json_columns = frozenset(c.name for c in table.columns if isinstance(c.type, Json))
    columns = (*own, *STAMPS)
    required = frozenset(c.name for c in table.columns if not c.nullable)
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" for _ in columns)
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in columns[1:])
    stamps = ", ".join(f'"{name}" = ?' for name in STAMPS)
    return Shape(
        kind=kind,
        own=own,
        columns=columns,
        names=frozenset(columns),
        json=json_columns,
        flags=frozenset(c.name for c in table.columns if isinstance(c.type, Boolean)),
        blank={name: _blank(cls, name) for name in cls.model_fields},
        required=required,
        select=f'SELECT {names} FROM "{kind}"',
        values=itemgetter(*columns),
        needed=itemgetter(*required),
        json_places=tuple(place for place, name in enumerate(columns) if name in json_columns),
        # A row never moves to another scope: one that would take another's id is not written.
        put=f'INSERT INTO "{kind}" ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}'
        f' WHERE "{kind}".scope = excluded.scope',
        stamp=f'UPDATE "{kind}" SET {stamps} WHERE id = ?',
        by_id=f'SELECT {names} FROM "{kind}" WHERE id IN (SELECT value FROM json_each(?))',
        children=tuple(
            (other, key.parent.name)
            for other, spec in SPECS.items()
            for key in spec.table.__table__.foreign_keys  # type: ignore[attr-defined]
            if key.column.table.name == kind
        ),
    )


def _blank(cls: type[Record], name: str) -> Any:
    """Return what a field holds when nothing was ever said of it."""
    info = cls.model_fields[name]
    if info.default_factory is not None:
        return info.default_factory()  # type: ignore[call-arg]
    if info.default is not PydanticUndefined:
        return info.default
    return _FILLERS.get(info.annotation, "")


def complete(kind: str, values: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> Row:
    """Return a whole row of this program's columns from a row of any version of the program.

    What this program does not know goes to `extra`; what the other one did not say stays as it was or is blank.
    """
    known = shape(kind)
    if known.is_whole(values):
        return dict(values)
    ground = old if old is not None else known.blank
    row = {name: values.get(name, ground[name]) for name in known.columns}
    for name in known.required:
        if row[name] is None:
            row[name] = known.blank[name]
    unknown = {name: value for name, value in values.items() if name not in row and name != "seq"}
    said = values.get("extra")
    row["extra"] = {**(said if isinstance(said, dict) else {}), **unknown}
    row["deleted"] = bool(row["deleted"])
    return row


def load(connection: Connection, kind: str, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Return the stored rows among these ids, as their columns hold them, by id."""
    wanted = to_json(list(ids)).decode()
    return {raw[0]: tuple(raw) for raw in ask(connection, shape(kind).by_id, (wanted,))}


def load_one(connection: Connection, kind: str, record_id: str) -> Row | None:
    """Return one stored row, or None."""
    raw = load(connection, kind, [record_id]).get(record_id)
    return shape(kind).unbind(raw) if raw is not None else None


def put(connection: Connection, kind: str, bound: Sequence[tuple[Any, ...]]) -> None:
    """Write rows, new or not."""
    if bound:
        many(connection, shape(kind).put, bound)


def stamp(connection: Connection, kind: str, bound: Sequence[tuple[Any, ...]]) -> None:
    """Write only the stamps of rows whose own fields are as before."""
    if bound:
        own = len(shape(kind).own)
        many(connection, shape(kind).stamp, [(*raw[own:], raw[0]) for raw in bound])


def many(connection: Connection, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
    """Execute one prepared statement for each row: the toolkit's own way costs more than SQLite does."""
    driver: Any = connection.connection.driver_connection
    with db.driver_errors():
        driver.executemany(statement, parameters)


def ask(connection: Connection, query: str, values: Sequence[Any] = ()) -> list[Any]:
    """Return the rows of a query, asked of the driver itself: a sync asks dozens of small ones."""
    driver: Any = connection.connection.driver_connection
    with db.driver_errors():
        return list(driver.execute(query, values).fetchall())


def do(connection: Connection, statement: str, values: Sequence[Any] = ()) -> None:
    """Execute a statement that returns nothing, by the driver itself."""
    driver: Any = connection.connection.driver_connection
    with db.driver_errors():
        driver.execute(statement, values)


def add(connection: Connection, table: Table, lines: Sequence[Row], *, unless_there: bool = False) -> None:
    """Put lines of JSON values, all with the same names, into one of the store's own tables."""
    if not lines:
        return
    names = tuple(lines[0])
    statement, packed = _adding(table, names, unless_there)
    values = itemgetter(*names)
    bound = [list(values(line)) for line in lines]
    for place in packed:
        for cells in bound:
            if cells[place] is not None:
                cells[place] = to_json(cells[place]).decode()
    many(connection, statement, bound)


@cache
def _adding(table: Table, names: tuple[str, ...], unless_there: bool) -> tuple[str, tuple[int, ...]]:
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" for _ in names)
    rest = " ON CONFLICT DO NOTHING" if unless_there else ""
    packed = tuple(place for place, name in enumerate(names) if isinstance(table.c[name].type, Json))
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}){rest}', packed


def remove(connection: Connection, kind: str, ids: Iterable[str]) -> None:
    """Take rows out of the table."""
    wanted = to_json(list(ids)).decode()
    do(connection, f'DELETE FROM "{kind}" WHERE id IN (SELECT value FROM json_each(?))', (wanted,))


def is_referred_to(connection: Connection, kind: str, record_id: str) -> bool:
    """Tell whether another row points to this one."""
    return any(
        connection.exec_driver_sql(f'SELECT 1 FROM "{child}" WHERE "{column}" = ?', (record_id,)).first()
        for child, column in shape(kind).children
    )


def marks(connection: Connection, scopes: Iterable[str]) -> Iterator[tuple[str, str, str, int, bool]]:
    """Return (scope, kind, id, version, deleted) of every row of these scopes."""
    wanted = to_json(list(scopes)).decode()
    of_each = (
        f"SELECT scope, '{kind}', id, version, deleted FROM \"{kind}\""
        " WHERE scope IN (SELECT value FROM json_each(?1))"
        for kind in SPECS
    )
    for scope, kind, record_id, version, deleted in ask(connection, " UNION ALL ".join(of_each), (wanted,)):
        yield scope, kind, record_id, version, bool(deleted)


def find(
    connection: Connection,
    kind: str,
    client_id: UUID | str | None = None,
    where: Mapping[str, Any] = MappingProxyType({}),
    order: Sequence[str] = (),
    limit: int | None = None,
    offset: int = 0,
    deleted: bool = False,
) -> list[Row]:
    """Read rows of a kind as JSON values, as `Store.rows` says. Raises KeyError for a column it lacks.

    Written out for the driver: the toolkit's way costs more than the reading.
    """
    known = shape(kind)
    wanted = dict(where) if deleted else {"deleted": False, **where}
    if client_id is not None:
        wanted["id" if kind == "client" else "client_id"] = client_id
    unknown = ({*wanted} | {name.lstrip("-") for name in order}) - {*known.columns}
    if unknown:
        raise KeyError(f"{kind} has no {', '.join(sorted(unknown))}")
    said = " AND ".join(f'"{n}" IS NULL' if value is None else f'"{n}" = ?' for n, value in wanted.items())
    by = [f'"{name.lstrip("-")}"{" DESC" if name.startswith("-") else ""}' for name in order]
    query = f"{known.select} WHERE {said or 'true'} ORDER BY {', '.join([*by, 'id'])} LIMIT ? OFFSET ?"
    bound = [_bound(value) for value in wanted.values() if value is not None]
    found = ask(connection, query, (*bound, -1 if limit is None else limit, offset))
    return [known.unbind(raw) for raw in found]


def _bound(value: Any) -> Any:
    """Return a value as the columns hold it."""
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value
