"""What an older program kept for a newer one is put where it belongs, when the store has come to a newer schema.

Fields that it did not know lay in `extra`, rows of kinds that it did not know beside the tables. The centre sends all
of this anew at the next sync; until then, perhaps for days without a network, a person sees what is here.
"""

from collections import defaultdict

from sqlalchemy import Connection

from app.patch import diff
from app.record import Row
from app.services import SPECS
from storage import incoming, rows, search
from storage.rebasing import note


def lift(connection: Connection) -> None:
    """Put kept fields and rows into the columns and tables that are there now, inside the caller's transaction."""
    for kind in SPECS:
        _lift_fields(connection, kind)
    _lift_rows(connection)


def _lift_fields(connection: Connection, kind: str) -> None:
    known = rows.shape(kind)
    changed: list[tuple[str, Row | None, Row, dict[str, list[object]]]] = []
    for raw in rows.ask(connection, f"{known.select} WHERE extra NOT IN ('{{}}', 'null')"):
        old = known.unbind(raw)
        found = {name: value for name, value in old["extra"].items() if name in known.own}
        if found:
            rest = {name: value for name, value in old["extra"].items() if name not in found}
            row = rows.complete(kind, {**old, **found, "extra": rest})
            changed.append((kind, old, row, diff(old, row, known.own[1:])))
    rows.put(connection, kind, [known.bind(row) for _, _, row, _ in changed])
    search.index(connection, kind, [row for _, _, row, _ in changed])
    note(connection, changed)


def _lift_rows(connection: Connection) -> None:
    by_scope: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for kind, row in incoming.aside(connection):
        by_scope[row["scope"]].append((kind, row))
    for scope, found in by_scope.items():
        placed = [(kind, rows.complete(kind, row)) for kind, row in found if kind in SPECS]
        for kind, row in placed:
            rows.put(connection, kind, [rows.shape(kind).bind(row)])
        missing = _without_parents(connection, {kind for kind, _ in placed})
        placed = [(kind, row) for kind, row in placed if row["id"] not in missing]
        for kind, row in placed:
            search.index(connection, kind, [row])
        note(connection, [(kind, None, row, diff({}, row, rows.shape(kind).own[1:])) for kind, row in placed])
        there = {row["id"] for _, row in placed}
        incoming.keep_aside(connection, scope, [(kind, row) for kind, row in found if row["id"] not in there])


def _without_parents(connection: Connection, kinds: set[str]) -> set[str]:
    """Take out again what hangs on a row that is not here, and return its ids: the centre sends both."""
    gone: set[str] = set()
    while True:
        orphans = {
            (kind, row_id)
            for kind in kinds
            for (_, number, _, _) in rows.ask(connection, f'PRAGMA foreign_key_check("{kind}")')
            for (row_id,) in rows.ask(connection, f'SELECT id FROM "{kind}" WHERE rowid = ?', (number,))
        }
        if not orphans:
            return gone
        for kind, row_id in orphans:
            rows.remove(connection, kind, [row_id])
            gone.add(row_id)
