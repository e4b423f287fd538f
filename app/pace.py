"""Speed where thousands of rows are in the air at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_inside = 0
_was_on = True
_unbroken = 0
_LONG = 200
"""So many blocks may end while others are still going on, before a search is made all the same."""


def put_off() -> bool:
    """Tell whether the search is put off at this moment."""
    return _inside > 0


@contextmanager
def without_collecting() -> Iterator[None]:
    """Put Python's search for reference cycles off until the block ends.

    Rows make none, and searching tens of thousands of them again and again took half of the time of a push. Where
    blocks overlap without end, as under many devices, it is made now and then, or the cycles there are would pile up.
    """
    global _inside, _was_on, _unbroken
    with _lock:
        if _inside == 0:
            _was_on, _unbroken = gc.isenabled(), 0
        _inside += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            _unbroken += 1
            due = _was_on and _inside > 0 and _unbroken % _LONG == 0
            if _inside == 0 and _was_on:
                gc.enable()
        if due:
            gc.collect(1)  # what lives on grows old by it and is not searched again
