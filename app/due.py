"""What is due: pure functions over a client's case and a day. Today, reminders and the calendar read the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.i18n import Message
from app.record import Row


@dataclass(frozen=True)
class Case:
    """What the due rules need to know of one client, gathered in one go for a whole caseload.

    Rows hold JSON values. `last_visit` counts meetings only, `last_contact` calls as well.
    """

    client_id: UUID
    name: str
    phase: str = ""
    phase_since: date | None = None
    level: str = ""
    relationship_id: UUID | None = None
    last_visit: date | None = None
    last_contact: date | None = None
    planned: tuple[Row, ...] = ()
    plan: Row | None = None


@dataclass(frozen=True)
class DueItem:
    """Something that a worker should do by a day: what, for whom, and the record it concerns (or a new one)."""

    on: date
    title: Message
    client_id: UUID
    kind: str
    record_id: UUID | None
    time: str = ""


def due(cases: Iterable[Case], on: date) -> list[DueItem]:
    """Return what is due for these cases as seen on a day, oldest first, whatever its date."""
    from app.services import SPECS

    rules = [spec.due for spec in SPECS.values() if spec.due]
    return sorted(
        (item for case in cases for rule in rules for item in rule(case, on)), key=lambda i: (i.on, i.time)
    )
