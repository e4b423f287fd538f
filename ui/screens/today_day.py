"""What a day brings: read on the database thread in one go, and parted by when it is to be done."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from app.clock import today
from app.due import COPY, Agenda, DueItem
from app.i18n import N_
from app.record import Row
from ui.screens import words
from ui.screens.today_agenda import meetings

AHEAD = timedelta(days=14)
ON, ON_AND_TIME = attrgetter("on"), attrgetter("on", "time")


@dataclass(frozen=True)
class Day:
    """What a day brings, read on the database thread; items by their last day, those to begin now among them.

    `conflicts` counts what needs a decision by client (None: of no client). `joined` tells whether there is a centre
    for which changes could wait.
    """

    today: date
    items: tuple[DueItem, ...] = ()
    names: dict[UUID, str] = field(default_factory=dict)
    codes: dict[UUID, str] = field(default_factory=dict)
    conflicts: tuple[tuple[UUID | None, int], ...] = ()
    drafts: tuple[Row, ...] = ()
    unsent: int = 0
    unsent_since: date | None = None
    joined: bool = False


def gather(store: Any, agenda: Agenda) -> Day:
    """Read the caseload once and work out what is due until two weeks ahead; `agenda` knows the last time."""
    from sync.client import joined

    day = today()
    cases = store.clients()
    items, names = agenda.read(cases, day, day + AHEAD)
    items = tuple(item for item in items if item.act != COPY)  # told in one line, not client by client
    met = {item.client_id for item in meetings(items, day, day + AHEAD)}
    unsent = store.unsent()
    return Day(
        today=day,
        items=items,
        names=names,
        codes={case.client_id: case.code for case in cases if case.client_id in met},
        conflicts=_by_client(store.conflicts()),
        drafts=tuple(store.drafts()),
        unsent=unsent.count,
        unsent_since=words.day_of(unsent.oldest),
        joined=bool(joined(store)),
    )


def _by_client(conflicts: Iterable[Row]) -> tuple[tuple[UUID | None, int], ...]:
    """Count by client, in the order of the oldest conflict of each."""
    counts = Counter(row["client_id"] for row in conflicts)
    return tuple((UUID(client) if client else None, count) for client, count in counts.items())


PERIODS = (N_("Overdue"), N_("Today"), N_("This week"), N_("Next two weeks"))
BEGIN_NOW = N_("To begin now")
"""The group of what has its last day only after this week, and is to be prepared from now on (`DueItem.since`)."""


def period(day: date, present: date) -> int:
    """Return into which of the PERIODS a day falls, 4 for none; the week ends on Sunday."""
    if day < present:
        return 0
    if day == present:
        return 1
    if day <= present + timedelta(days=6 - present.weekday()):
        return 2
    return 3 if day <= present + AHEAD else 4


def apart(items: Sequence[DueItem], on: date, near: int) -> tuple[list[DueItem], list[DueItem]]:
    """Part what comes after this week: what is only looked forward to, of the first `near`; what is to be begun now."""
    begun = [item for item in items if item.to_begin(on)]
    ahead = [item for item in items[:near] if item.since is None or not item.to_begin(on)]
    return ahead, begun


def of_each_time(items: Sequence[DueItem]) -> Iterator[DueItem]:
    """Yield one item of each day and time; items come in that order, and most share theirs with many."""
    place = 0
    while place < len(items):
        yield items[place]
        place = bisect_right(items, ON_AND_TIME(items[place]), place, key=ON_AND_TIME)
