"""How much one caller may ask of the centre, and how much all of them together.

Failures (guessed codes, signatures, files that are not what they say) are counted in the database, so that all
processes of the centre see the same count. How quickly a device asks, and how much waits, each process counts for
itself: that protects the process, and needs no shared memory.
"""

import hashlib
import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Engine, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.clock import monotonic, now
from sync.server.bodies import Stop
from sync.server.database import is_postgres, snapshot, writing
from sync.server.tables import ATTEMPT

FAILURES = 10
"""So many failures from one source within `WINDOW` seconds, and it must wait until these are over."""
WINDOW = 300
FAILURES_OF_ADDRESS = 300
"""The same for an address, whomever its failures name: a whole office may share one."""

_SEEN = select(ATTEMPT).where(
    ATTEMPT.c.source.in_(bindparam("sources", expanding=True)), ATTEMPT.c.since > bindparam("over")
)
_OVER = select(ATTEMPT.c.source).where(ATTEMPT.c.since <= bindparam("over")).limit(100)
# Those that another request is counting or forgetting are passed over: nobody waits for anybody here.
_FORGET = delete(ATTEMPT).where(ATTEMPT.c.source.in_(_OVER.with_for_update(skip_locked=True)))


class Failures:
    """Failures by source, in the database. What a source is called is not kept, only its hash."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def wait(self, source: str, address: str = "") -> int:
        """Return for how many seconds this source must wait, or the address that it shares; 0 when it need not."""
        present = int(now().timestamp())
        most = {_hashed(source): FAILURES}
        if address:
            most[_hashed(address)] = FAILURES_OF_ADDRESS
        with snapshot(self.engine) as connection:
            found = connection.execute(_SEEN, {"sources": [*most], "over": present - WINDOW}).all()
        return max(
            (row.since + WINDOW - present for row in found if row._mapping["count"] >= most[row.source]),
            default=0,
        )

    def failed(self, *sources: str) -> None:
        """Count one failure of each of these sources; those that are long over are forgotten."""
        present = int(now().timestamp())
        dialect = postgresql if is_postgres(self.engine) else sqlite
        over = ATTEMPT.c.since <= present - WINDOW
        insert = dialect.insert(ATTEMPT)
        counted = insert.on_conflict_do_update(
            index_elements=[ATTEMPT.c.source],
            set_={
                "count": case((over, 1), else_=ATTEMPT.c.count + 1),
                "since": case((over, present), else_=ATTEMPT.c.since),
            },
        )
        with writing(self.engine) as connection:
            for source in sorted(map(_hashed, sources)):  # in one order: none waits in a circle
                connection.execute(counted, {"source": source, "since": present, "count": 1})
            connection.execute(_FORGET, {"over": present - WINDOW})


def _hashed(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


@dataclass(frozen=True)
class Allowance:
    """What one process of the centre allows: set lower or higher where it is made."""

    per_second: float = 20
    """Requests of one device, in the long run."""
    at_once: float = 600
    """Requests that a device may save up: a first exchange with many files asks quickly."""
    waiting: int = 100
    """Requests that are carried out or wait for a thread; one more is sent away."""
    held: int = 256_000_000
    """Bytes of bodies that are held at the same time."""


class Pace:
    """How quickly each device asks: it saves up `per_second` requests a second, `at_once` at most."""

    def __init__(self, allowance: Allowance, devices: int = 10_000) -> None:
        self.allowance, self.devices = allowance, devices
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def step(self, device: str) -> None:
        """Count one request of a device; raises Stop where it comes too quickly."""
        rate, most = self.allowance.per_second, self.allowance.at_once
        if math.isinf(rate):
            return
        present = monotonic()
        with self._lock:
            left, at = self._left.pop(device, (most, present))
            left = min(most, left + (present - at) * rate)
            self._left[device] = (max(left - 1, 0.0) if left >= 1 else left, present)
            while len(self._left) > self.devices:
                self._left.popitem(last=False)
        if left < 1:
            raise Stop("too_many", retry_after=math.ceil((1 - left) / rate))


SOON = 5
"""Seconds after which whoever was sent away may come again."""


class Load:
    """How much this process holds at the moment; more than it can bear is sent away with a word when to come again."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.inside = 0
        self.bytes = 0
        self.lock = Lock()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Count a request from when its body is there until it is answered; raises Stop where too many wait."""
        with self.lock:
            if self.inside >= self.allowance.waiting:
                raise Stop("busy", retry_after=SOON)
            self.inside += 1
        try:
            yield
        finally:
            with self.lock:
                self.inside -= 1


class Room:
    """The bytes that one request holds; given back at the end of its block."""

    def __init__(self, load: Load) -> None:
        self.load, self.bytes = load, 0

    def __enter__(self) -> "Room":
        return self

    def __exit__(self, *_failure: object) -> None:
        with self.load.lock:
            self.load.bytes -= self.bytes

    def take(self, size: int) -> None:
        """Hold more bytes; raises Stop where the process holds too many."""
        with self.load.lock:
            if self.load.bytes + size > self.load.allowance.held:
                raise Stop("busy", retry_after=SOON)
            self.load.bytes += size
            self.bytes += size
