"""A whole caseload in a handful of queries: what Today, the client list and a client's page need of everybody."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.due import Case
from app.record import Row

_CLIENTS = "SELECT id, last_name, first_name, code_name FROM client WHERE deleted = 0 {one}"
_PHASES = """
SELECT client_id, relationship_id, phase, level, "on" FROM (
  SELECT client_id, relationship_id, phase, level, "on",
         row_number() OVER (PARTITION BY client_id ORDER BY "on" DESC, id DESC) AS place
  FROM phase_change WHERE deleted = 0 {one}) WHERE place = 1
"""
# A client's last meeting, and last contact of any kind, from the index alone.
_VISITS = """
SELECT client_id, max(CASE WHEN place NOT IN ('phone', 'remote') THEN "on" END), max("on")
FROM support_visit WHERE state = 'done' AND deleted = 0 {one} GROUP BY client_id
"""
_PLANNED = """
SELECT id, client_id, "on", start_time, place FROM support_visit
WHERE state = 'planned' AND deleted = 0 {one} ORDER BY "on", start_time
"""
_PLANS = """
SELECT id, client_id, version_no, made_on, signed_on, review_on FROM (
  SELECT id, client_id, version_no, made_on, signed_on, review_on,
         row_number() OVER (PARTITION BY client_id ORDER BY version_no DESC, id DESC) AS place
  FROM career_plan WHERE deleted = 0 {one}) WHERE place = 1
"""


def cases(connection: Connection, client_id: UUID | None = None) -> list[Case]:
    """Return every client's case (or one client's), by name."""

    def fetch(query: str) -> list[Any]:
        column = "id" if query is _CLIENTS else "client_id"
        one = f"AND {column} = :client" if client_id else ""
        return list(
            connection.execute(text(query.format(one=one)), {"client": str(client_id)} if client_id else {})
        )

    phases = {row[0]: row for row in fetch(_PHASES)}
    visits = {row[0]: row for row in fetch(_VISITS)}
    plans = {row.client_id: dict(row._mapping) for row in fetch(_PLANS)}
    planned: dict[str, list[Row]] = defaultdict(list)
    for row in fetch(_PLANNED):
        planned[row.client_id].append(dict(row._mapping))
    found = []
    for identity, last_name, first_name, code_name in fetch(_CLIENTS):
        _, relationship, phase, level, since = phases.get(identity, (None, None, "", "", None))
        _, visit, contact = visits.get(identity, (None, None, None))
        found.append(
            Case(
                client_id=UUID(identity),
                name=f"{last_name} {first_name}".strip() or code_name,
                phase=phase,
                phase_since=_day(since),
                level=level,
                relationship_id=UUID(relationship) if relationship else None,
                last_visit=_day(visit),
                last_contact=_day(contact),
                planned=tuple(planned.get(identity, ())),
                plan=plans.get(identity),
            )
        )
    return sorted(found, key=lambda case: case.name.casefold())


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
