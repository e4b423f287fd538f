"""Pull: what changed in the scopes that a device may hold, and which it may hold no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.clock import point
from app.record import Row
from sync.protocol import EMPTY
from sync.server import scopes, wall
from sync.server.database import is_postgres
from sync.server.rights import allowed_scopes
from sync.server.scopes import ScopeState
from sync.server.statements import array, ask, together
from sync.server.tables import RECORDS, row_names


@dataclass(frozen=True)
class Window:
    """Which numbers of one scope go into a reply: those above `after`, up to `until`."""

    scope: str
    after: int
    until: int
    more: bool


def pull(
    connection: Connection, worker: str, have: Mapping[str, int], limit: int
) -> tuple[list[str], list[Row]]:
    """Return the scopes to evict, and of each scope with news its rows, as `protocol.PulledScope` has it.

    The connection is a `snapshot`: heads and rows are of one moment. About `limit` rows at most; the rest
    follows by cursor.
    """
    allowed = allowed_scopes(connection, worker)
    states = scopes.changed(connection, {scope: have.get(scope) for scope in allowed})
    point("server.pull.heads")
    windows = _windows(states, have, limit)
    rows = _rows(connection, worker, [window for window in windows if window.until > window.after])
    evict = sorted(set(have) - allowed)
    return evict, [_page(window, states[window.scope], rows.get(window.scope, [])) for window in windows]


def _windows(states: Mapping[str, ScopeState | None], have: Mapping[str, int], limit: int) -> list[Window]:
    """Share the limit out. Each number is one row's at most, so a distance is never less than its rows."""
    windows = []
    for scope, state in sorted(states.items()):
        cursor = have.get(scope, 0)
        head = state.head if state is not None else 0
        news = max(0, min(head - cursor, state.total if state is not None else 0))
        if news and limit <= 0:
            windows.append(Window(scope, cursor, cursor, True))
        elif news > limit:
            windows.append(Window(scope, cursor, cursor + limit, True))
            limit = 0
        else:
            windows.append(Window(scope, cursor, head, False))
            limit -= news
    return windows


_ASKED = (
    "WITH asked AS MATERIALIZED (SELECT * FROM unnest(CAST(%(scopes)s AS text[]), CAST(%(after)s AS bigint[]),"
    f" CAST(%(until)s AS bigint[])) AS asked(scope, after, until) WHERE scope {wall.WITHIN}) "
)
_FITS = "t.scope = asked.scope AND t.seq > asked.after AND t.seq <= asked.until"


@cache
def _of_all_scopes(kind: str) -> str:
    columns = ", ".join(f't."{name}"' for name in (*row_names(kind), "seq"))
    return f'{_ASKED} SELECT {columns} FROM asked JOIN "{kind}" t ON {_FITS}'


@cache
def _of_one_scope(kind: str) -> Any:
    table = RECORDS[kind]
    return (
        select(*(table.c[name] for name in row_names(kind)), table.c.seq)
        .where(
            table.c.scope == bindparam("scope"),
            table.c.seq > bindparam("after"),
            table.c.seq <= bindparam("until"),
        )
        .order_by(table.c.seq)
    )


def _rows(connection: Connection, worker: str, windows: Sequence[Window]) -> dict[str, list[Row]]:
    """Return the rows of these windows by scope, in the order of their numbers."""
    if not windows:
        return {}
    found: dict[str, list[tuple[int, Row]]] = {}
    for kind in _kinds_with_news(connection, worker, windows):
        names = row_names(kind)
        at = names.index("scope")
        for values_of in _fetch(connection, kind, windows):
            row = dict(zip(names, values_of, strict=False))
            found.setdefault(values_of[at], []).append((values_of[-1], {"kind": kind, "row": row}))
    return {scope: [row for _, row in sorted(rows, key=_number)] for scope, rows in found.items()}


@cache
def _news() -> str:
    """One question for all tables: most pulls bring a row or two, and asking each table takes longer than that."""
    return _ASKED + " UNION ALL ".join(
        f"SELECT '{kind}' WHERE EXISTS (SELECT 1 FROM asked JOIN \"{kind}\" t ON {_FITS})" for kind in RECORDS
    )


def _kinds_with_news(connection: Connection, worker: str, windows: Sequence[Window]) -> list[str]:
    if not is_postgres(connection):
        return list(RECORDS)
    with together(connection) as asking:
        wall.enter(connection, worker)
        found = asking.ask(_news(), _asked(windows))
    return [row[0] for row in found()]


def _asked(windows: Sequence[Window]) -> dict[str, str]:
    return {
        "scopes": array([w.scope for w in windows]),
        "after": array([w.after for w in windows]),
        "until": array([w.until for w in windows]),
    }


def _number(numbered: tuple[int, Row]) -> int:
    return numbered[0]


def _fetch(connection: Connection, kind: str, windows: Sequence[Window]) -> Any:
    if is_postgres(connection):
        return ask(connection, _of_all_scopes(kind), _asked(windows))
    statement = _of_one_scope(kind)
    return [
        row
        for w in windows
        for row in connection.execute(
            statement, {"scope": w.scope, "after": w.after, "until": w.until}
        ).fetchall()
    ]


def _page(window: Window, state: ScopeState | None, rows: list[Row]) -> Row:
    return {
        "scope": window.scope,
        "rows": rows,
        "head": window.until,
        "count": state.count if state is not None else 0,
        "checksum": state.checksum if state is not None else EMPTY,
        "more": window.more,
    }
