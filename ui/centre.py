"""The way from the windows to the centre; loaded when the store is open, since it brings the HTTP library."""

from typing import TYPE_CHECKING

from sync.client import Wiped, for_store, joined, last_complete
from sync.enrol import enrol
from ui.sync_runner import Centre

if TYPE_CHECKING:
    from storage.store import Store


def way_to(store: "Store") -> Centre:
    """Return how this store syncs, joins a centre, and tells about it."""
    way = for_store(store)
    return Centre(
        sync=way,
        enrol=lambda address, code: enrol(store, address, code),
        joined=lambda: joined(store),
        last=lambda: last_complete(store),
        stop=way.stop,
        close=way.close,
        ended=lambda error: isinstance(error, Wiped),
    )
