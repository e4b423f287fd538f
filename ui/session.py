"""What belongs together while a store is open: store, threads, signals, options, sync. Locking ends all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.bus import Bus
from ui.sync_runner import Centre, SyncRunner
from ui.tasks import Tasks

if TYPE_CHECKING:
    from app.settings import Settings
    from storage.store import Store


@dataclass
class Session:
    """An open store with what works on it. `restyle` gives the windows their look again after an option changed."""

    store: "Store"
    tasks: Tasks
    bus: Bus
    settings: "Settings"
    runner: SyncRunner
    centre: Centre | None
    role: str
    restyle: Callable[[], None] = lambda: None
