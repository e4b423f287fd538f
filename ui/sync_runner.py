"""Sync that runs by itself: after a save, when the network comes, every five minutes and on demand; one at a time.

It runs off the GUI thread and never blocks a window. After a failure it waits longer each time, with jitter,
so that a whole team does not knock on a centre that is just getting up.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app import clock
from app.errors import KnownError, Unreachable
from app.i18n import Message
from ui.status import SyncState

if TYPE_CHECKING:
    from storage.store import Store
    from storage.writing import Changes
    from sync.login import Who
    from sync.login_messages import LoginMethods
    from ui.bus import Bus
    from ui.tasks import Tasks

AFTER_SAVE_MS = 5_000
LOOK_AFTER_MS = 100  # what waits is counted when the views have read what was saved, not before
EVERY_MS = 5 * 60 * 1000
WATCH_AFTER_MS = 3_000
FIRST_WAIT = 15.0
LONGEST_WAIT = 15 * 60.0


class SyncResult(Protocol):
    """What one sync tells: what arrived or left, for the views, and sentences for the person."""

    @property
    def changes(self) -> "Changes":
        """Kinds, records and clients that are different now."""

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What the person should know, such as a clock that is wrong."""


@dataclass(frozen=True)
class Centre:
    """The way to the centre, made by the composition root. Each is called off the GUI thread.

    `sync` pushes and pulls once, raises Unreachable or NotAllowed; `enrol` joins a centre by address and one-time
    code, and by how the person logs in where that is asked, and syncs for the first time; `joined` tells the address
    of the centre or nothing; `last` when the centre last had everything; `stop` makes a sync that is under way end
    soon, nothing lost; `close` lets go of the connection and of who waits for a browser; `ended` tells whether a
    failure means that the store is gone by the centre's order.

    `methods` asks the centre at an address what a person who joins is asked for, `log_in` logs in again and tells
    whether the password is to be changed, `change_password` takes user name, former and new one, `username` is hers
    at the centre, and `wants_login` tells whether a failure means that she must log in.
    """

    sync: Callable[[], SyncResult]
    enrol: Callable[..., SyncResult]
    joined: Callable[[], str]
    last: Callable[[], datetime | None]
    stop: Callable[[], None] = lambda: None
    close: Callable[[], None] = lambda: None
    ended: Callable[[KnownError], bool] = lambda error: False
    methods: "Callable[[str], LoginMethods] | None" = None
    log_in: "Callable[[Who], bool]" = lambda who: False
    change_password: Callable[[str, str, str], None] = lambda username, former, new: None
    username: Callable[[], str] = lambda: ""
    wants_login: Callable[[KnownError], bool] = lambda error: False


def next_wait(failures: int, fraction: float) -> float:
    """Return the seconds until the next try: doubled with each failure up to 15 min, then 50-100 % of it."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 10)) * (0.5 + fraction / 2)


class SyncRunner(QObject):
    """Keeps device and centre alike. `state` carries a SyncState whenever it changes.

    `warned` carries a sentence for the person, once each; `ended` says that the store is gone by the centre's order;
    `role` carries the worker's role when the centre has given her another one.
    """

    state = Signal(object)
    warned = Signal(str)
    ended = Signal(str)
    role = Signal(str)

    def __init__(
        self,
        store: "Store",
        tasks: "Tasks",
        bus: "Bus",
        centre: Centre | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._bus, self._centre = store, tasks, bus, centre
        self.known = SyncState()
        self._failures = 0
        self._again = False
        self._arriving = False
        self._said: set[str] = set()
        self._role = self._role_now = ""
        self._stopped: Callable[[], Any] | None = None
        self._over = False
        self._watches = False
        self._soon = QTimer(self, singleShot=True, interval=AFTER_SAVE_MS)
        self._every = QTimer(self, interval=EVERY_MS)
        self._retry = QTimer(self, singleShot=True)
        self._counting = QTimer(self, singleShot=True, interval=LOOK_AFTER_MS)
        self._counting.timeout.connect(self._look)
        for timer in (self._soon, self._every, self._retry):
            timer.timeout.connect(self.run)
        bus.changed.connect(self._heard)

    def start(self) -> None:
        """Tell the first state, sync once, and go on by itself."""
        self._every.start()
        self._look(then=self.run)

    def run(self) -> None:
        """Sync now, or once more after the one that is under way."""
        if self._over or self._centre is None:
            return
        if not self.known.joined:
            self._look()
            return
        if self.known.running:
            self._again = True
            return
        self._soon.stop()
        self._retry.stop()
        self._tell(replace(self.known, running=True))
        self._tasks.run(self._centre.sync, self._done, self._failed, network=True, owner=self)

    def joined(self) -> None:
        """Call after an enrolment or a log-in: a sync follows at once, and what the centre refused is of before."""
        self._failures = 0
        self._tell(replace(self.known, refusal="", login=False))
        self._look(then=self.run)

    def stop(self, then: Callable[[], Any]) -> None:
        """End for good; `then` is called when no sync is under way any more."""
        self._over = True
        for timer in (self._soon, self._every, self._retry, self._counting):
            timer.stop()
        if not self.known.running:
            then()
            return
        self._stopped = then
        assert self._centre is not None
        self._centre.stop()

    # ---- what happened ----

    def _heard(self, _changes: object) -> None:
        if self._over:
            return
        if not self._counting.isActive():
            self._counting.start()
        if not self._arriving:
            self._soon.start()

    def _done(self, result: SyncResult) -> None:
        self._failures = 0
        self._finish(replace(self.known, running=False, retry_at=None, refusal="", login=False))
        if self._over:
            return
        self._arrived(result.changes)
        for text in map(str, result.warnings):
            if text not in self._said:
                self._said.add(text)
                self.warned.emit(text)
        self._look(then=self.run if self._again else None)
        self._again = False

    def _arrived(self, changes: "Changes") -> None:
        """Tell the views what came; it is nothing to be sent."""
        self._arriving = True
        try:
            if changes.ids:
                self._bus.changed.emit(changes)
        finally:
            self._arriving = False
        self._make_findable()

    def _make_findable(self) -> None:
        """Let the search catch up with what came, piece by piece: what the person does goes between."""

        def more(waits: bool) -> None:
            if waits:
                self._make_findable()

        if not self._over:
            self._tasks.run(self._store.catch_up, more, owner=self)

    def _failed(self, error: KnownError) -> None:
        # A line that breaks again and again, but brings something each time, is no centre that is not there.
        self._failures = 1 if error.changed else self._failures + 1
        self._again = False
        asked = getattr(error, "retry_after", None) or 0  # what the centre itself asks for
        wait = max(next_wait(self._failures, clock.random_fraction()), float(asked))
        away = isinstance(error, Unreachable)
        self._finish(
            replace(
                self.known,
                running=False,
                retry_at=clock.now() + timedelta(seconds=wait) if away else None,
                refusal="" if away else str(error),
                login=self._centre is not None and self._centre.wants_login(error),
            )
        )
        if self._over:
            return
        if self._centre is not None and self._centre.ended(error):
            self.ended.emit(str(error))
            return
        if error.changed:
            self._arrived(error.changed)
        self._retry.start(round(wait * 1000))
        self._look()

    def _finish(self, state: SyncState) -> None:
        self._tell(state)
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            stopped()

    # ---- what the store knows ----

    def _look(self, then: Callable[[], Any] | None = None) -> None:
        """Ask the store what waits and what needs a decision, then tell it."""
        store, centre = self._store, self._centre

        def op() -> dict[str, Any]:
            unsent = store.unsent()
            self._role_now = store.role
            return {
                "unsent": unsent.count,
                "later": unsent.later,
                "files": unsent.files,
                "oldest": unsent.oldest,
                "held": unsent.held,
                "decisions": len(store.conflicts()),
                "hidden": str(store.limits.sentence() or ""),
                "joined": bool(centre and centre.joined()),
                "last": centre.last() if centre else None,
            }

        def told(found: dict[str, Any]) -> None:
            if self._over:
                return
            hidden = self.known.hidden
            self._tell(replace(self.known, known=True, **found))
            if self.known.hidden != hidden:
                self._hide_or_show()
            if self._role not in ("", self._role_now):
                self.role.emit(self._role_now)
            self._role = self._role_now
            if then is not None:
                then()

        self._tasks.run(op, told, owner=self)

    def _hide_or_show(self) -> None:
        """Have every view read anew what may be shown now."""
        from app.access import GROUPS
        from storage.limits import kinds
        from storage.writing import Changes

        self._arriving = True
        try:
            self._bus.changed.emit(Changes(kinds=kinds(frozenset(GROUPS))))
        finally:
            self._arriving = False

    def _tell(self, state: SyncState) -> None:
        if state == self.known:
            return
        comes_in, self.known = state.joined and not self.known.joined, state
        self.state.emit(state)
        if comes_in and not self._watches:  # later, since loading the watch would hold up the first window
            self._watches = True
            QTimer.singleShot(WATCH_AFTER_MS, self, self._watch_network)

    def _watch_network(self) -> None:
        """Sync when the network comes back, where the system tells; the five minutes hold everywhere."""
        from PySide6.QtNetwork import QNetworkInformation

        feature = QNetworkInformation.Feature.Reachability
        if not QNetworkInformation.loadBackendByFeatures(feature):
            return
        network = QNetworkInformation.instance()
        if network is not None:
            network.reachabilityChanged.connect(self._network)

    def _network(self, reachability: object) -> None:
        from PySide6.QtNetwork import QNetworkInformation

        wanted = (QNetworkInformation.Reachability.Online, QNetworkInformation.Reachability.Site)
        if not self._over and reachability in wanted:
            self.run()
