"""The way from the windows to the centre; loaded when the store is open, since it brings the HTTP library."""

from typing import TYPE_CHECKING

from sync.browser import Browser
from sync.client import SyncResult, Wiped, for_store, joined, last_complete
from sync.enrol import enrol
from sync.login import Password, Who, change_password, log_in, methods_at, methods_of
from sync.login_messages import LoginMethods
from sync.transport import Told
from ui.sync_runner import Centre

if TYPE_CHECKING:
    from storage.store import Store


def way_to(store: "Store") -> Centre:
    """Return how this store syncs, joins a centre, logs in there, and tells about it."""
    way, people = for_store(store), _People(store)

    def close() -> None:
        people.stop()
        way.close()

    return Centre(
        sync=way,
        enrol=people.enrol,
        joined=lambda: joined(store),
        last=lambda: last_complete(store),
        stop=way.stop,
        close=close,
        ended=lambda error: isinstance(error, Wiped),
        methods=people.methods,
        log_in=people.log_in,
        change_password=people.change_password,
        username=people.username,
        wants_login=lambda error: isinstance(error, Told) and error.reply.code == "login",
    )


class _People:
    """Who logs in from this store; `stop` ends the waiting for a browser, since the store is about to close."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._waits: Browser | None = None

    def _note(self, who: Who | None) -> None:
        self.stop()  # one waits at a time
        self._waits = who if isinstance(who, Browser) else None

    def stop(self) -> None:
        if self._waits is not None:
            self._waits.stop()

    def methods(self, address: str) -> LoginMethods:
        return methods_of(self._store) if address == joined(self._store) else methods_at(address)

    def enrol(self, address: str, code: str, who: Who | None = None) -> SyncResult:
        self._note(who)
        return enrol(self._store, address, code, who=who)

    def log_in(self, who: Who) -> bool:
        self._note(who)
        return log_in(self._store, who).must_change

    def change_password(self, username: str, former: str, new: str) -> None:
        change_password(self._store, Password(username, former), new)

    def username(self) -> str:
        row = self._store.row("worker", self._store.worker)
        return str(row["username"]) if row else ""
