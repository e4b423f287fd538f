"""Runs in a process of its own: the real program with its windows, used by the test's word through what it shows.

    python -m tests.e2e.window FOLDER PASSPHRASE

Nothing of the program is replaced. A timer of its event loop notes a hundred times a second whether it comes in
time: `pulse` tells the longest that a person would have waited for an answer to a key.
"""

import sys
from collections.abc import Callable
from functools import partial
from threading import Thread
from time import perf_counter, process_time
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.__main__ import main as program
from storage.writing import Changes
from tests.e2e.orders import Points, carry_out, orders, plain, say
from ui.shell import Shell
from ui.status import SyncState
from ui.unlock import WINDOWS, UnlockWindow
from ui.unlock_pages import UnlockPage

PULSE_MS = 10
LOOK_MS = 20


class Pulse(QObject):
    """Measures how long the event loop is away.

    `busy` counts only the time in which this process had a processor: on a machine with other work the rest is
    not the program's. `wall` is all of it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=PULSE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self.begin()
        self._timer.start()

    def begin(self) -> None:
        """Forget what was measured."""
        self._last = perf_counter(), process_time()
        self.beats, self.wall, self.busy = 0, 0.0, 0.0

    def _beat(self) -> None:
        now = perf_counter(), process_time()
        wall, used = now[0] - self._last[0], now[1] - self._last[1]
        self._last = now
        self.beats += 1
        self.wall = max(self.wall, wall)
        self.busy = max(self.busy, min(wall, used))


class Hands(QObject):
    """Sits before the window: types the passphrase, then does what the test says."""

    ordered = Signal(object)

    def __init__(self, app: QApplication, passphrase: str) -> None:
        super().__init__(app)
        self.passphrase = passphrase
        self.points = Points()
        self.pulse = Pulse(self)
        self.shell: Shell | None = None
        self.state = SyncState()
        self._early: list[dict[str, Any]] | None = []
        self.ordered.connect(self._obey, Qt.ConnectionType.QueuedConnection)
        app.installEventFilter(self)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._seek)
        self._look.start()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for order in orders():
            if not self.points.obey(order):
                self.ordered.emit(order)

    # ---- the windows as they come ----

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See the main window come, before its first exchange begins."""
        if event.type() == QEvent.Type.Show and isinstance(watched, Shell):
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            self._look.stop()
            self.shell = watched
            self.state = watched.session.runner.known
            watched.session.runner.state.connect(self._synced)
            QTimer.singleShot(0, self, self._begin)
        return False

    def _seek(self) -> None:
        for window in QApplication.topLevelWidgets():
            if (
                isinstance(window, UnlockWindow)
                and isinstance(window.page, UnlockPage)
                and self.passphrase
                and window.page.isVisible()
                and sys.modules.keys() >= {*WINDOWS}
            ):
                typed, self.passphrase = self.passphrase, ""
                window.page.field.setText(typed)
                QTest.keyClick(window.page.field, Qt.Key.Key_Return)
                return

    def _begin(self) -> None:
        say(event="open")
        early, self._early = self._early, None
        for order in early or ():
            self._obey(order)

    def _synced(self, state: SyncState) -> None:
        before, self.state = self.state, state
        if before.running and not state.running:
            ok = state.retry_at is None and not state.refusal
            say(event="synced", ok=ok, why=state.refusal, unsent=state.unsent)

    # ---- what the test says ----

    def _obey(self, order: dict[str, Any]) -> None:
        if self._early is not None:
            self._early.append(order)
            return
        assert self.shell is not None
        session = self.shell.session
        ways: dict[str, Callable[[], Any]] = {
            "sync": session.runner.run,
            "quit": self.shell.close,
            "go": lambda: self._go(order),
            "pulse": lambda: self._tell_pulse(order),
            "counts": lambda: session.tasks.run(session.store.counts, partial(self._tell, order)),
        }
        if order["do"] in ways:
            ways[order["do"]]()
            return
        session.tasks.run(partial(carry_out, session.store, order), self._answer)

    def _answer(self, found: tuple[dict[str, Any], Changes]) -> None:
        answer, changes = found
        say(**answer)
        if self.shell is not None and changes:
            self.shell.session.bus.changed.emit(changes)

    def _tell(self, order: dict[str, Any], found: Any) -> None:
        say(n=order["n"], ok=True, found=found)

    def _go(self, order: dict[str, Any]) -> None:
        assert self.shell is not None
        self.shell.pages.go(tuple(order["place"]))
        say(n=order["n"], ok=True)

    def _tell_pulse(self, order: dict[str, Any]) -> None:
        pulse = self.pulse
        say(n=order["n"], ok=True, beats=pulse.beats, wall=pulse.wall, busy=pulse.busy)
        pulse.begin()


def main() -> int:
    """Run the program as a person starts it."""
    plain()
    app = QApplication(sys.argv[:1])
    hands = Hands(app, sys.argv[2])
    code = program(["--profile", sys.argv[1]])
    hands.deleteLater()
    return code


if __name__ == "__main__":
    sys.exit(main())
