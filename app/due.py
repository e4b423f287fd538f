"""What is due: pure functions over a client's case and a day. Today, reminders and the calendar read the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
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
    coach_id: UUID | None = None
    last_visit: date | None = None
    last_contact: date | None = None
    planned: tuple[Row, ...] = ()
    plan: Row | None = None
    known: "dict[date, tuple[DueItem, ...]]" = field(default_factory=dict, repr=False, compare=False)
    """What is due as seen on a day, worked out once."""


@dataclass(frozen=True)
class DueItem:
    """Something that a worker should do by a day: what, for whom, and the record it concerns (or a new one)."""

    on: date
    title: Message
    client_id: UUID
    kind: str
    record_id: UUID | None
    time: str = ""


def due(cases: Iterable[Case], on: date, until: date | None = None) -> list[DueItem]:
    """Return what is due for these cases as seen on a day, oldest first; whatever its date, or up to a last day."""
    from app.services import SPECS

    rules = [spec.due for spec in SPECS.values() if spec.due]
    last = until or date.max
    found: list[DueItem] = []
    for case in cases:
        known = case.known.get(on)
        if known is None:
            case.known.clear()  # of another day
            known = case.known[on] = tuple(item for rule in rules for item in rule(case, on))
        found += [item for item in known if item.on <= last]
    # Twice by one attribute: a key of two costs a tuple for each of ten thousand.
    found.sort(key=attrgetter("time"))
    found.sort(key=attrgetter("on"))
    return found
