"""A whole caseload in a handful of queries: what Today, the client list and a client's page need of everybody.

An open store keeps it and reads anew only the clients whose rows have been written since: with thousands of
clients a list is refreshed within the blink that follows a save.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from datetime import date
from threading import Lock
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection

from app import register
from app.access import client_of
from app.due import Case
from app.record import Row
from app.services import SPECS
from app.spec import RecordSpec
from storage import db, rows

_CLIENTS = """
SELECT id, last_name, first_name, code_name, min(ifnull(matter_closed_on, died_on), ifnull(died_on, matter_closed_on))
FROM client WHERE deleted = 0 {one}
"""
# max() makes SQLite take the other columns from the row that has it.
_PHASES = """
SELECT client_id, relationship_id, phase, level, "on", max("on" || id)
FROM phase_change WHERE deleted = 0 {one} GROUP BY client_id
"""
_COACHES = "SELECT id, coach_id FROM coaching_relationship WHERE coach_id IS NOT NULL {one}"
# A client's last meeting, and last contact of any kind, from the index alone.
_VISITS = """
SELECT client_id, max(CASE WHEN place NOT IN ('phone', 'remote') THEN "on" END), max("on"),
    sum(copied_on IS NULL), min(CASE WHEN copied_on IS NULL THEN "on" END)
FROM support_visit WHERE state = 'done' AND deleted = 0 {one} GROUP BY client_id
"""
_PLANNED = """
SELECT id, client_id, "on", start_time, minutes, place FROM support_visit
WHERE state = 'planned' AND deleted = 0 {one} ORDER BY "on", start_time
"""
_PLANS = """
SELECT id, client_id, version_no, made_on, signed_on, review_on, max(printf('%09d', version_no) || id)
FROM career_plan WHERE deleted = 0 {one} GROUP BY client_id
"""
# The kinds whose rows due rules read by themselves.
CASED = {kind: ("id", *spec.case) for kind, spec in SPECS.items() if spec.case}
_CASED = {
    kind: "SELECT client_id, {names} FROM {kind} WHERE deleted = 0 {{one}}".format(
        kind=kind, names=", ".join(f'"{name}"' for name in names)
    )
    for kind, names in CASED.items()
}
QUERIES = (_CLIENTS, _PHASES, _COACHES, _VISITS, _PLANNED, _PLANS, *_CASED.values())
_PLANNED_NAMES = ("id", "client_id", "on", "start_time", "minutes", "place")
_PLAN_NAMES = ("id", "client_id", "version_no", "made_on", "signed_on", "review_on")
EVERYBODY = "*"
"""Stands for all scopes."""
_AT_ONCE = 200
"""Up to how many clients are read by themselves; for more the whole caseload is read."""


def cases(connection: Connection, client_id: UUID | None = None) -> list[Case]:
    """Return every client's case (or one client's), by name."""
    return _by_name(_read(connection, None if client_id is None else [str(client_id)]).values())


def _by_name(found: Iterable[Case]) -> list[Case]:
    return sorted(found, key=lambda case: case.name.casefold())


def _read(connection: Connection, clients: Collection[str] | None) -> dict[str, Case]:
    """Return the cases of these clients, or of all, by id."""
    driver: Any = connection.connection.driver_connection
    wanted = () if clients is None else (to_json(list(clients)).decode(),)

    def fetch(query: str) -> list[Any]:
        column = "id" if query is _CLIENTS else "client_id"
        one = "" if clients is None else f"AND {column} IN (SELECT value FROM json_each(?))"
        with db.driver_errors():
            return list(driver.execute(query.format(one=one), wanted).fetchall())

    phases = {row[0]: row for row in fetch(_PHASES)}
    coaches = dict(fetch(_COACHES))
    visits = {row[0]: row for row in fetch(_VISITS)}
    plans = {row[1]: dict(zip(_PLAN_NAMES, row, strict=False)) for row in fetch(_PLANS)}
    planned: dict[str, list[Row]] = defaultdict(list)
    for row in fetch(_PLANNED):
        planned[row[1]].append(dict(zip(_PLANNED_NAMES, row, strict=True)))
    cased: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for kind, names in CASED.items():
        unbind = rows.reader(kind, names)
        for row in fetch(_CASED[kind]):
            cased[row[0]][kind].append(unbind(row[1:]))
    found = {}
    for identity, last_name, first_name, code_name, closed in fetch(_CLIENTS):
        _, relationship, phase, level, since, _ = phases.get(identity, _NO_PHASE)
        _, visit, contact, uncopied, uncopied_since = visits.get(identity, _NO_VISIT)
        own = cased.get(identity, {})
        coach = coaches.get(relationship)
        full_name = f"{last_name} {first_name}".strip()
        found[identity] = Case(
            client_id=UUID(identity),
            name=full_name or code_name,
            phase=phase,
            phase_since=_day(since),
            level=level,
            relationship_id=UUID(relationship) if relationship else None,
            coach_id=UUID(coach) if coach else None,
            last_visit=_day(visit),
            last_contact=_day(contact),
            planned=tuple(planned.get(identity, ())),
            plan=plans.get(identity),
            rows={kind: tuple(of_kind) for kind, of_kind in own.items()},
            uncopied=uncopied,
            uncopied_since=_day(uncopied_since),
            code_name=code_name if code_name != full_name else "",
            closed_on=_day(closed),
        )
    return found


_NO_PHASE = (None, None, "", "", None, None)
_NO_VISIT = (None, None, None, 0, None)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def uncopied(connection: Connection) -> tuple[int, date | None]:
    """Return how many notes wait to be copied to the official register, and the day of the oldest."""
    driver: Any = connection.connection.driver_connection
    count, oldest = 0, None
    for spec in register.kinds():
        query = f'SELECT count(*), min("{spec.dated}") FROM {spec.kind} WHERE {_waiting(spec)}'
        with db.driver_errors():
            found, day = driver.execute(query).fetchone()
        count, oldest = count + found, min(filter(None, (oldest, day)), default=None)
    return count, _day(oldest)


def _waiting(spec: RecordSpec) -> str:
    """Return the condition that `register.waits` is."""
    name, value = register.HAPPENED.get(spec.kind, ("", ""))
    happened = f" AND \"{name}\" = '{value}'" if value else f' AND "{name}" IS NOT NULL' if name else ""
    return f"deleted = 0 AND {register.MARK} IS NULL{happened}"


def uncopied_notes(connection: Connection, limit: int) -> list[tuple[str, str, str, str]]:
    """Return the oldest notes that wait to be copied, oldest first: kind, id, client and day of each."""
    driver: Any = connection.connection.driver_connection
    found: list[tuple[str, str, str, str]] = []
    for spec in register.kinds():
        query = f'SELECT id, client_id, "{spec.dated}" FROM {spec.kind} WHERE {_waiting(spec)}'
        with db.driver_errors():
            rows_ = driver.execute(f'{query} ORDER BY "{spec.dated}", id LIMIT ?', (limit,)).fetchall()
        found += [(spec.kind, *row) for row in rows_]
    return sorted(found, key=lambda note: (note[3], note[1]))[:limit]


# ---- kept while the store is open -------------------------------------------------------------------------


def touch(connection: Connection, scopes: Iterable[str]) -> None:
    """Note, until the transaction ends, in which scopes it writes rows."""
    connection.info.setdefault("tyopari_touched", set()).update(scopes)


def touched(connection: Connection) -> set[str]:
    """Return the scopes noted since it was last asked, and forget them."""
    found: set[str] = connection.info.pop("tyopari_touched", set())
    return found


class Caseload:
    """The cases of an open store. Threads may share it; `forget` it when the store closes."""

    def __init__(self, read: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._view = read
        self._reading, self._marking = Lock(), Lock()
        self._cases: dict[str, Case] = {}
        self._sorted: list[Case] = []
        self._stale: set[str] | None = None  # None: everything

    def mark(self, scopes: Collection[str] | None = None) -> None:
        """Have the clients of these scopes, or everybody, read anew when the caseload is next asked for."""
        with self._marking:
            if scopes is None or EVERYBODY in scopes or self._stale is None:
                self._stale = None
                return
            self._stale.update(client for scope in scopes if (client := client_of(scope)))
            if len(self._stale) > _AT_ONCE:
                self._stale = None

    def all(self) -> list[Case]:
        """Return every client's case by name, as the store has it now."""
        with (
            self._reading
        ):  # a second reader waits, rather than see what the first is just bringing up to date
            with self._marking:
                stale, self._stale = self._stale, set()
            if stale is None or stale:
                self._refresh(stale)
            return list(self._sorted)

    def _refresh(self, stale: set[str] | None) -> None:
        try:
            with self._view() as connection:
                found = _read(connection, stale)
        except BaseException:
            self.mark(None if stale is None else [f"client:{client}:" for client in stale])
            raise
        kept = {} if stale is None else {k: case for k, case in self._cases.items() if k not in stale}
        self._cases = kept | found
        self._sorted = _by_name(self._cases.values())

    def forget(self) -> None:
        """Drop everything."""
        with self._reading:
            self.mark()
            self._cases, self._sorted = {}, []
