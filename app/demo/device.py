"""The demonstration's folder: the first coach's store, the second coach's beside it, and the centre between them."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.clock import today
from app.demo import attaching
from app.demo.caseload import Coach, build, of_second, shared, those_of
from app.demo.centre import EmbeddedCentre, running
from app.demo.people import COACHES
from app.demo.staff import employment
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row
from app.services import SPECS
from storage.slots import FLOOR
from storage.state import set_state
from storage.store import Store
from sync.client import SyncResult, for_store
from sync.enrol import enrol

PASSPHRASE = "kanerva polku aamu lintu"
"""Opens the demonstration's stores. It is shown to everybody, and the people in them are invented."""
MARK = "demo.json"
INSIDE = "demo"
SECOND = "second"


@dataclass
class Demo:
    """An open demonstration: both coaches' stores and their centre."""

    folder: Path
    centre: EmbeddedCentre
    first: Store
    second: Store
    fresh: bool

    def close_stores(self) -> None:
        """Close both stores, so that a window may open them; the centre goes on."""
        self.first.close()
        self.second.close()


def is_demo(folder: Path) -> bool:
    """Tell whether a folder holds a whole demonstration."""
    return _whole(folder) is True


def _whole(folder: Path) -> bool | None:
    """Tell whether the demonstration in a folder was made to its end; None where there is none."""
    try:
        return bool(json.loads((folder / MARK).read_text(encoding="utf-8"))["whole"])
    except (OSError, ValueError, KeyError):
        return None


def _mark(folder: Path, whole: bool) -> None:
    (folder / MARK).write_text(json.dumps({"whole": whole}), encoding="utf-8")


@contextmanager
def opened(folder: Path) -> Iterator[Demo]:
    """Open the demonstration in a folder; where there is none yet, make it.

    Raises KnownError for a folder that holds another store: it is never touched.
    """
    fresh = not is_demo(folder)
    if fresh:
        _refuse_others(folder)
        folder.mkdir(parents=True, exist_ok=True)
        _mark(folder, whole=False)
    with running(folder / INSIDE) as centre:
        stores = list[Store]()
        try:
            stores.append(_made(folder, centre, 0) if fresh else _found(folder, centre))
            if fresh:
                _fill(stores[0], centre)
            second = folder / INSIDE / SECOND
            stores.append(_made(second, centre, 1) if fresh else _found(second, centre))
            if fresh:
                _fill_second(stores[1])
            _mark(folder, whole=True)
            yield Demo(folder, centre, stores[0], stores[1], fresh)
        finally:
            for store in stores:
                store.close()


def _refuse_others(folder: Path) -> None:
    if _whole(folder) is False:
        raise KnownError(
            Message(N_("A demonstration was begun in this folder and not finished.")),
            Message(N_("Delete the folder, or choose another one with --profile.")),
        )
    if Store.exists(folder) or (folder / INSIDE).exists():
        raise KnownError(
            Message(N_("This folder holds a store that is not a demonstration. It was left as it is.")),
            Message(N_("Choose another folder with --profile, or none.")),
        )


def _made(folder: Path, centre: EmbeddedCentre, coach: int) -> Store:
    """Make a coach's store and let it join the centre, at the lowest accepted cost: the passphrase is no secret."""
    store, _code = Store.create(folder, PASSPHRASE, cost=FLOOR)
    try:
        enrol(store, centre.url, centre.code(COACHES[coach][0]))
    except BaseException:
        store.close()
        raise
    return store


def _found(folder: Path, centre: EmbeddedCentre) -> Store:
    """Open a store of an earlier run; the centre is on another port now."""
    store = Store.open(folder, PASSPHRASE)
    with store.write() as connection:
        set_state(connection, "centre_url", centre.url)
    return store


def _fill(store: Store, centre: EmbeddedCentre) -> None:
    """Write the caseload and hand it in; the centre then gives the second coach her clients."""
    for username, _name in COACHES:
        centre.employ(username, employment())
    sync(store)
    centre.keep(shared(store))
    sync(store)
    coaches = [Coach(UUID(centre.worker(username)), name) for username, name in COACHES]
    ids = build(store, coaches, today())
    attaching.attach(store, ids, today())
    sync(store)
    for client_id, begins in those_of(2, ids):
        centre.assign(str(client_id), COACHES[1][0], begins)
    sync(store)


def _fill_second(store: Store) -> None:
    """Let the second coach write what is her own, and hand it in."""
    sync(store)
    store.save(*of_second(today()))
    sync(store)


def rows(demo: "Demo", kinds: Iterable[str]) -> dict[str, list[Row]]:
    """Return the rows that figures are counted from: both coaches' working time, all else as the first one holds it."""
    found = {kind: demo.first.rows(kind) for kind in kinds}
    for kind in found:
        if SPECS[kind].scope == "staff":
            found[kind] = found[kind] + demo.second.rows(kind)
    return found


def sync(store: Store) -> SyncResult:
    """Exchange with the centre once."""
    way = for_store(store)
    try:
        return way()
    finally:
        way.close()
