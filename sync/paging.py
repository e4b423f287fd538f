"""How many rows a device asks for at once: few at first, many over a good line, few over a bad one.

An answer that is broken off has to be had again from its beginning, so none is to be long on its way.
"""

from weakref import WeakKeyDictionary

from storage.store import Store
from sync.protocol import ROWS_PER_REPLY

FIRST_ROWS = 1_250
"""How many rows are asked for first: few, so that they are soon here; then up to twice as many each time."""
LEAST_ROWS = 100
ANSWER_SECONDS = 2.0
"""How long an answer may be on its way before fewer rows are asked for."""
BROKEN_SECONDS = 0.5
"""After which time a request that failed was one whose answer was under way: a line that is not there is no bad one."""


class Paging:
    """What is known of a store's line to its centre, from one sync to the next."""

    def __init__(self) -> None:
        self._first = self.rows = ROWS_PER_REPLY

    def begin(self) -> None:
        """Begin a pull: carefully, and more so where the last one broke."""
        self.rows = min(self._first, FIRST_ROWS)

    def answered(self, asked: int, seconds: float) -> None:
        """Take in how long the answer to a question for so many rows took; `rows` are to be asked for next."""
        wanted = min(2 * asked, round(asked * ANSWER_SECONDS / max(seconds, 1e-6)), ROWS_PER_REPLY)
        self._first = self.rows = max(LEAST_ROWS, wanted)

    def broken(self, asked: int, seconds: float) -> None:
        """Take in that a question for so many rows came to no answer."""
        if seconds >= BROKEN_SECONDS:
            self._first = max(LEAST_ROWS, asked // 2)


_of: "WeakKeyDictionary[Store, Paging]" = WeakKeyDictionary()


def paging_of(store: Store) -> Paging:
    """Return what is known of the line of a store's syncs."""
    return _of.setdefault(store, Paging())
