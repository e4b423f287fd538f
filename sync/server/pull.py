"""Pull: what changed in the scopes that a device may hold, and which it may hold no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, String, and_, bindparam, column, func, select, text
from sqlalchemy.dialects import postgresql

from app.clock import point
from app.record import Row
from sync.protocol import EMPTY
from sync.server import scopes, wall
from sync.server.database import is_postgres
from sync.server.rights import allowed_scopes
from sync.server.scopes import ScopeState
from sync.server.tables import RECORDS


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
    states = scopes.read(connection, sorted(allowed))
    point("server.pull.heads")
    windows = _windows(states, {scope: have.get(scope, 0) for scope in sorted(allowed)}, limit)
    with_news = [window for window in windows if window.until > window.after]
    if with_news:
        wall.enter(connection, worker)
    rows = _rows(connection, with_news)
    evict = sorted(set(have) - allowed)
    return evict, [
        _page(window, states.get(window.scope), rows.get(window.scope, []))
        for window in windows
        if window.scope not in have or window.until != have[window.scope] or window.more
    ]


def _windows(states: Mapping[str, ScopeState], cursors: Mapping[str, int], limit: int) -> list[Window]:
    """Share the limit out. Each number is one row's at most, so a distance is never less than its rows."""
    windows = []
    for scope, cursor in cursors.items():
        state = states.get(scope)
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


@cache
def _statement(kind: str, postgres: bool) -> Any:
    table = RECORDS[kind]
    named = [c for c in table.columns if c.name not in ("seq",)]
    if not postgres:
        return (
            select(*named, table.c.seq)
            .where(
                table.c.scope == bindparam("scope"),
                table.c.seq > bindparam("after"),
                table.c.seq <= bindparam("until"),
            )
            .order_by(table.c.seq)
        )
    asked = (
        func.unnest(
            bindparam("scopes", type_=postgresql.ARRAY(String)),
            bindparam("after", type_=postgresql.ARRAY(BigInteger)),
            bindparam("until", type_=postgresql.ARRAY(BigInteger)),
        )
        .table_valued(column("scope", String), column("after", BigInteger), column("until", BigInteger))
        .render_derived("asked")
    )
    fits = and_(table.c.scope == asked.c.scope, table.c.seq > asked.c.after, table.c.seq <= asked.c.until)
    return select(*named, table.c.seq).join_from(asked, table, fits).where(wall.within(asked.c.scope))


def _rows(connection: Connection, windows: Sequence[Window]) -> dict[str, list[Row]]:
    """Return the rows of these windows by scope, in the order of their numbers."""
    if not windows:
        return {}
    found: dict[str, list[tuple[int, Row]]] = {}
    for kind in _kinds_with_news(connection, windows):
        table = RECORDS[kind]
        # As plain text: the quick JSON writer takes no other keys.
        names = tuple(str(c.name) for c in table.columns if c.name != "seq")
        at = names.index("scope")
        for values_of in _fetch(connection, kind, windows):
            row = dict(zip(names, values_of, strict=False))
            found.setdefault(values_of[at], []).append((values_of[-1], {"kind": kind, "row": row}))
    return {scope: [row for _, row in sorted(rows, key=_number)] for scope, rows in found.items()}


@cache
def _news() -> Any:
    """One question for all tables: most pulls bring a row or two, and asking each table takes longer than that."""
    asked = (
        "WITH asked AS (SELECT * FROM unnest(CAST(:scopes AS text[]), CAST(:after AS bigint[]),"
        f" CAST(:until AS bigint[])) AS asked(scope, after, until) WHERE scope {wall.WITHIN}) "
    )
    fits = "t.scope = asked.scope AND t.seq > asked.after AND t.seq <= asked.until"
    return text(
        asked
        + " UNION ALL ".join(
            f"SELECT '{kind}' WHERE EXISTS (SELECT 1 FROM asked JOIN \"{kind}\" t ON {fits})"
            for kind in RECORDS
        )
    )


def _kinds_with_news(connection: Connection, windows: Sequence[Window]) -> list[str]:
    if not is_postgres(connection):
        return list(RECORDS)
    return [row[0] for row in connection.execute(_news(), _asked(windows))]


def _asked(windows: Sequence[Window]) -> dict[str, Any]:
    return {
        "scopes": [w.scope for w in windows],
        "after": [w.after for w in windows],
        "until": [w.until for w in windows],
    }


def _number(numbered: tuple[int, Row]) -> int:
    return numbered[0]


def _fetch(connection: Connection, kind: str, windows: Sequence[Window]) -> Any:
    statement = _statement(kind, is_postgres(connection))
    if is_postgres(connection):
        # From the driver's own cursor, where every value is in the form that rows carry already.
        found: Any = connection.execute(statement, _asked(windows)).cursor
        return found.fetchall()
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
