"""What is due: pure functions over a client's case and a day. Today, reminders and the calendar read the same."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from app.i18n import Message
from app.record import Row

_FEW = 200
"""Up to how many changed cases are put into their places; for more everything is put in order anew."""


MEET, COPY, TELL = "meet", "copy", "tell"
"""What a due thing is about, where it is more than a form to fill: an appointment; notes for the register; partners
to be told."""
AFTERWARDS = frozenset({MEET, COPY, TELL})
"""What stays to be done when a client's matter is closed: meetings agreed are cancelled or written down, notes go to
the register, and who received data by a consent is told that it holds no longer."""


@dataclass(frozen=True)
class Case:
    """What the due rules need to know of one client, gathered in one go for a whole caseload.

    Rows hold JSON values. `last_visit` counts meetings only, `last_contact` calls as well. `rows` has, for each kind
    that declares `case`, the living rows with those fields and `id`. `uncopied` counts the visits held and not yet
    copied to the official register, `uncopied_since` is the day of the oldest of them. `closed_on` is the day on which
    the client's matter was closed or the client died.
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
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    uncopied: int = 0
    uncopied_since: date | None = None
    code_name: str = ""
    closed_on: date | None = None
    known: "dict[date, tuple[DueItem, ...]]" = field(default_factory=dict, repr=False, compare=False)
    """What is due as seen on a day, worked out once."""

    @property
    def ended(self) -> bool:
        """Whether the coaching has ended; other services may ask that without knowing its phases."""
        return self.phase == "ended"

    @property
    def code(self) -> str:
        """What stands for the client where no name may: the code name, unless it tells the name, or some letters."""
        known = self.name.casefold().split()
        tells = self.name != self.code_name and any(part in self.code_name.casefold() for part in known)
        return self.client_id.hex[-6:].upper() if tells or not self.code_name else self.code_name


class DueItem(NamedTuple):  # of which there are tens of thousands: a tuple is made in a third of the time
    """Something that a worker should do by a day: what, for whom, and the record it concerns (or a new one).

    `on` is the last day for it. `since` is the first day on which it should be in front of the worker, where that is
    so long before the last one that it must be begun then: what ends on a day wants weeks of preparation. `about`: for
    a new record, the one that it is about, such as the job that was kept. `act`: MEET for an appointment
    (with its minutes and the code of its place), COPY for what is to be copied to the official register.
    """

    on: date
    title: Message
    client_id: UUID
    kind: str
    record_id: UUID | None
    time: str = ""
    about: UUID | None = None
    act: str = ""
    minutes: int = 0
    place: str = ""
    since: date | None = None

    def told(self, on: date, until: date) -> bool:
        """Tell whether it is spoken of on a day by one who looks ahead as far as `until`."""
        return self.on <= until or (self.since is not None and self.since <= on)

    def to_begin(self, on: date) -> bool:
        """Tell whether its time of preparation has come on a day and its last day has not."""
        return self.since is not None and self.since <= on < self.on


def due(cases: Iterable[Case], on: date, until: date | None = None) -> list[DueItem]:
    """Return what is due for these cases as seen on a day, by last days; whatever those are, or up to `until`.

    What ends after `until` is told all the same when it is to be begun by now. With a client whose matter is closed
    nothing is left to do but what must be written down or told after the end (`AFTERWARDS`).
    """
    from app.services import SPECS

    rules = [spec.due for spec in SPECS.values() if spec.due]
    last = until or date.max
    found: list[DueItem] = []
    for case in cases:
        known = case.known.get(on)
        if known is None:
            case.known.clear()  # of another day
            closed = case.closed_on is not None and case.closed_on <= on
            known = case.known[on] = tuple(
                item for rule in rules for item in rule(case, on) if not closed or item.act in AFTERWARDS
            )
        found += [item for item in known if item.told(on, last)]
    # Twice by one attribute: a key of two costs a tuple for each of ten thousand.
    found.sort(key=attrgetter("time"))
    found.sort(key=attrgetter("on"))
    return found


class Agenda:
    """What is due for a whole caseload up to a day, kept in order between readings.

    Of a caseload of which one case has changed, only that case costs anything. One thread at a time may read.
    """

    def __init__(self) -> None:
        self._asked: tuple[date, date] | None = None
        self._cases: dict[int, Case] = {}  # by identity: a case that was read anew is another one
        self._items: list[DueItem] = []
        self._names: dict[UUID, str] = {}

    def read(
        self, cases: Sequence[Case], on: date, until: date
    ) -> tuple[tuple[DueItem, ...], dict[UUID, str]]:
        """Return what `due` returns for these cases, which come by name, and each client's name."""
        before, now = self._cases, dict(zip(map(id, cases), cases, strict=True))
        new = [now[one] for one in now.keys() - before.keys()]
        gone = [before[one] for one in before.keys() - now.keys()]
        asked, self._asked = self._asked, None  # until all is in its place
        if asked == (on, until) and len(new) + len(gone) <= _FEW:
            self._take_out(gone, on, until)
            self._put_in(new, on, until)
        else:
            self._items = due(cases, on, until)
            self._names = {case.client_id: case.name for case in cases}
        self._asked, self._cases = (on, until), now
        return tuple(self._items), self._names.copy()

    def _take_out(self, cases: Iterable[Case], on: date, until: date) -> None:
        for case in cases:
            for item in case.known.get(on, ()):
                if item.told(on, until):
                    start = bisect_left(self._items, self._place(item), key=self._place)
                    del self._items[self._items.index(item, start)]
            del self._names[case.client_id]

    def _put_in(self, cases: Iterable[Case], on: date, until: date) -> None:
        self._names |= {case.client_id: case.name for case in cases}
        for case in cases:
            for item in due([case], on, until):
                insort(self._items, item, key=self._place)

    def _place(self, item: DueItem) -> tuple[date, str, str]:
        return item.on, item.time, self._names[item.client_id].casefold()
