"""Full-text search over everything that people wrote, in the encrypted store, with Finnish folding and prefixes."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, delete, text

from app.access import client_of
from app.record import Row
from app.services import SPECS
from app.spec import F, RecordSpec
from storage import caseload
from storage.rows import add, ask, do, many, shape
from storage.tables import search_entry

MARK = ("\u2068", "\u2069")
"""What stands around a matched word in a snippet: two invisible isolation marks."""
_NAMES = {"client": ("first_name", "last_name", "code_name"), "network_member": ("name",)}
_QUIET = ("worker", "conflict", "assignment")


@dataclass(frozen=True)
class Hit:
    """A record that matches: its kind and id, whose it is, and a piece of its text with the words marked."""

    kind: str
    id: UUID
    client_id: UUID | None
    snippet: str


def words_of(spec: RecordSpec, row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the naming words and all other words of a row."""
    names = _NAMES.get(spec.kind, ())
    naming = " ".join([str(row.get(name) or "") for name in names])
    return naming.strip(), " · ".join(_parts(_written(spec.kind), row))


@cache
def _written(kind: str) -> tuple[F, ...]:
    """Return the fields that hold people's own words, names apart."""
    shown = SPECS[kind].fields()
    table = SPECS[kind].table
    return tuple(
        field
        for field in shown
        if field.name not in _NAMES.get(kind, ())
        and not field.choices
        and not field.refers
        and (field.items or table.model_fields[field.name].default == "" or _is_text(table, field.name))
    )


def _is_text(table: Any, name: str) -> bool:
    return table.model_fields[name].annotation is str


def _parts(fields: Iterable[F], row: Mapping[str, Any]) -> list[str]:
    parts: list[str] = []
    for field in fields:
        value = row.get(field.name)
        if not value:
            continue
        if field.items:
            inner = [one for one in field.items if not one.choices]
            for entry in value:
                parts += _parts(inner, entry)
        else:
            parts.append(str(value))
    return parts


_KNOWN = "SELECT row_id, n FROM search_entry WHERE row_id IN (SELECT value FROM json_each(?))"


def index(connection: Connection, kind: str, rows: Iterable[Row]) -> None:
    """Make the rows' words findable, in place of what was indexed of them before; deleted rows disappear.

    It is told of every row that changes, and so it also notes whose cases have.
    """
    rows = list(rows)
    caseload.touch(connection, {row["scope"] for row in rows})
    _index(connection, kind, rows)


def _index(connection: Connection, kind: str, rows: Sequence[Row]) -> None:
    if kind in _QUIET or not rows:
        return
    spec = SPECS[kind]
    known: dict[str, int] = dict(ask(connection, _KNOWN, (to_json([row["id"] for row in rows]).decode(),)))
    mine = [(row, *words_of(spec, row)) for row in rows if not row["deleted"]]
    gone = [known[row["id"]] for row in rows if row["id"] in known]
    if gone:
        many(connection, "DELETE FROM search_text WHERE rowid = ?", [(n,) for n in gone])
        dead = [known[row["id"]] for row in rows if row["deleted"] and row["id"] in known]
        if dead:
            many(connection, "DELETE FROM search_entry WHERE n = ?", [(n,) for n in dead])
    if not mine:
        return
    fresh = [row for row, _, _ in mine if row["id"] not in known]
    if fresh:
        ((last,),) = ask(connection, "SELECT max(seq) FROM sqlite_sequence WHERE name = 'search_entry'")
        first = (last or 0) + 1
        numbered = {row["id"]: number for number, row in enumerate(fresh, first)}
        entries = [
            {
                "n": numbered[row["id"]],
                "row_id": row["id"],
                "kind": kind,
                "client_id": client_of(row["scope"]),
                "scope": row["scope"],
            }
            for row in fresh
        ]
        add(connection, search_entry, entries)
        known |= numbered
    many(
        connection,
        "INSERT INTO search_text (rowid, name, text) VALUES (?, ?, ?)",
        [(known[row["id"]], naming, rest) for row, naming, rest in mine],
    )


MANY = 200
"""New rows at once whose words need not be in the index as soon as the rows are there."""
_AT_ONCE = 20
"""Scopes whose words `catch_up` puts into the index in one transaction: a blink for whoever waits for the store."""


def later(connection: Connection, scopes: Collection[str]) -> None:
    """Note that much has just come to these scopes: its words are put into the index when there is time for it.

    They are a third of the work of a first sync, and a fifth of that of an import. A row that is changed meanwhile is
    indexed as it is changed.
    """
    caseload.touch(connection, scopes)
    many(
        connection, "INSERT OR IGNORE INTO search_waiting (scope) VALUES (?)", [(scope,) for scope in scopes]
    )


def waits(connection: Connection) -> bool:
    """Tell whether anything that is held cannot be found yet."""
    return bool(ask(connection, "SELECT 1 FROM search_waiting LIMIT 1"))


def catch_up(connection: Connection) -> None:
    """Put the words of some of the scopes that wait into the index."""
    query = "SELECT scope FROM search_waiting ORDER BY scope LIMIT ?"
    scopes = to_json([scope for (scope,) in ask(connection, query, (_AT_ONCE,))]).decode()
    within = "scope IN (SELECT value FROM json_each(?))"
    unfound = f"WHERE {within} AND NOT deleted AND id NOT IN (SELECT row_id FROM search_entry) ORDER BY rowid"
    for kind in SPECS:
        known = shape(kind)
        found = ask(connection, f"{known.select} {unfound}", (scopes,))
        _index(connection, kind, [known.unbind(raw) for raw in found])
    do(connection, f"DELETE FROM search_waiting WHERE {within}", (scopes,))


def forget(connection: Connection, scope: str) -> None:
    """Take everything of a scope out of the index."""
    caseload.touch(connection, [scope])
    do(connection, "DELETE FROM search_waiting WHERE scope = ?", (scope,))
    connection.execute(
        text("DELETE FROM search_text WHERE rowid IN (SELECT n FROM search_entry WHERE scope = :scope)"),
        {"scope": scope},
    )
    connection.execute(delete(search_entry).where(search_entry.c.scope == scope))


def join(connection: Connection) -> None:
    """Make the index one part, so that no word stays of what was taken out of it, whenever that was.

    The index marks what is taken out and keeps its words in older parts. With 10 000 visits this takes 0.3 s; an index
    that is one part already is left as it is.
    """
    connection.exec_driver_sql("INSERT INTO search_text (search_text) VALUES ('optimize')")


def find(connection: Connection, wanted: str, limit: int = 50, hidden: Collection[str] = ()) -> list[Hit]:
    """Return what matches every word of any text, as a word or its beginning: people by name first, then newest.

    When nothing matches, endings are cut, since Finnish words end in many ways. `hidden` kinds are left out.
    """
    terms = re.findall(r"\w+", wanted)
    for words in (terms, [term[: max(4, len(term) - 3)] for term in terms]):
        query = " ".join(f'"{word}"*' for word in words)
        if not query:
            return []
        named = _matches(connection, f"name : ({query})", limit, hidden)
        seen = {hit.id for hit in named}
        found = named + [hit for hit in _matches(connection, query, limit, hidden) if hit.id not in seen]
        if found:
            return found[:limit]
    return []


_FIND = text(
    "SELECT e.kind, e.row_id, e.client_id, snippet(search_text, -1, :begins, :ends, '…', 12)"
    " FROM search_text JOIN search_entry e ON e.n = search_text.rowid"
    " WHERE search_text MATCH :query AND e.kind NOT IN (SELECT value FROM json_each(:hidden))"
    " ORDER BY search_text.rowid DESC LIMIT :limit"
)


def _matches(connection: Connection, query: str, limit: int, hidden: Collection[str]) -> list[Hit]:
    values = {"begins": MARK[0], "ends": MARK[1], "query": query, "limit": limit}
    found = connection.execute(_FIND, {**values, "hidden": to_json(sorted(hidden)).decode()})
    return [
        Hit(kind, UUID(row), UUID(client) if client else None, snippet)
        for kind, row, client, snippet in found
    ]
