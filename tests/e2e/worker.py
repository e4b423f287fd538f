"""Runs in a process of its own: one device without windows, the product's own store and sync.

    python -m tests.e2e.worker FOLDER PASSPHRASE

Saves are carried out while a sync is under way, as in the program.
"""

import sys
from pathlib import Path
from threading import Thread

from app.errors import KnownError
from storage.store import Store
from sync.client import CentreOf, for_store
from tests.e2e.orders import Points, carry_out, orders, plain, say


def _sync(centre: CentreOf) -> None:
    try:
        done = centre()
    except KnownError as error:
        say(event="synced", ok=False, why=type(error).__name__, text=str(error))
    else:
        say(
            event="synced",
            ok=True,
            pushed=done.pushed,
            pulled=done.pulled,
            unsent=done.unsent,
            repaired=done.repaired,
        )


def main() -> None:
    """Obey until the line is closed or the order is to quit."""
    plain()
    points = Points()
    store = Store.open(Path(sys.argv[1]), sys.argv[2])
    centre = for_store(store)
    syncing: Thread | None = None
    say(event="open")
    for order in orders():
        if points.obey(order):
            continue
        if order["do"] == "sync":
            if syncing is not None:
                syncing.join()
            syncing = Thread(target=_sync, args=(centre,))
            syncing.start()
        elif order["do"] == "quit":
            centre.stop()
            break
        else:
            say(**carry_out(store, order)[0])
    if syncing is not None:
        syncing.join()
    centre.close()
    store.close()
    say(event="closed")


if __name__ == "__main__":
    main()
