"""Opening the desktop program, with its way to the centre."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.store import Store
    from ui.sync_runner import Centre


def window(folder: Path) -> int:
    """Open the desktop program on the store in a folder; return the exit code when it is closed."""
    from ui.app import run

    return run(folder, connect=connect)


def connect(store: "Store") -> "Centre":
    """Join an open store's windows with the centre. The network's libraries are loaded when first needed."""
    from sync import client
    from ui.sync_runner import Centre

    way = client.for_store(store)

    def enrol(url: str, code: str) -> None:
        from sync.enrol import enrol as join

        way.close()
        join(store, url, code)

    return Centre(
        sync=way,
        enrol=enrol,
        joined=lambda: client.joined(store),
        last=lambda: client.last_complete(store),
        stop=way.stop,
    )
