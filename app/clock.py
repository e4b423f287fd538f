"""The only source of time, identifiers and randomness, so that a test can hold each of them still.

`point()` names the places where a crash must lose nothing; in production it does nothing.
"""

import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID


def _present() -> datetime:
    return datetime.now(UTC)


def _uuid7() -> UUID:
    import uuid6  # here, since it reads the metadata of packages: a tenth of the time until the first window

    return UUID(int=uuid6.uuid7().int)


_now: Callable[[], datetime] = _present
_new_id: Callable[[], UUID] = _uuid7
_at_point: Callable[[str], None] | None = None


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _now()


def today() -> date:
    """Return the present day as the person at the machine sees it."""
    return _now().astimezone().date()


def new_id() -> UUID:
    """Return a fresh UUIDv7: made without asking anybody, ordered by time, unique across devices."""
    return _new_id()


def random_bytes(count: int) -> bytes:
    """Return `count` bytes from the operating system's secure source."""
    return secrets.token_bytes(count)


def random_fraction() -> float:
    """Return a number in [0, 1), for jitter only."""
    return int.from_bytes(os.urandom(6), "big") / 2**48


def monotonic() -> float:
    """Return seconds of a clock that never goes back, for measuring how long something took."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait; only for background work that has nothing else to wait on."""
    time.sleep(seconds)


def point(name: str) -> None:
    """Mark a place where the process may die; tests make it die here, production passes through."""
    if _at_point is not None:
        _at_point(name)


def hold(
    *,
    now: Callable[[], datetime] | None = None,
    new_id: Callable[[], UUID] | None = None,
    at_point: Callable[[str], None] | None = None,
) -> Callable[[], None]:
    """Replace the sources for a test; call the returned function to put the former ones back."""
    global _now, _new_id, _at_point
    before = (_now, _new_id, _at_point)
    _now, _new_id, _at_point = now or _now, new_id or _new_id, at_point or _at_point

    def release() -> None:
        global _now, _new_id, _at_point
        _now, _new_id, _at_point = before

    return release
