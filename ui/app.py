"""The desktop program: starts fast, opens the store, shows its windows, and locks it again.

Only the libraries of the first window are loaded here; everything else is loaded while the passphrase is typed.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app import settings as options
from app.errors import KnownError
from app.i18n import N_, Message, _
from ui import crash, language, theme
from ui.garbage import Collector
from ui.lock import ClipboardWatch, IdleWatch, SystemWatch
from ui.tasks import Tasks
from ui.unlock import UnlockWindow
from ui.unlock_pages import UnlockPage

if TYPE_CHECKING:
    from storage.slots import Cost
    from storage.store import Store
    from ui.session import Session
    from ui.shell import Shell
    from ui.sync_runner import Centre

PATIENCE_MS = 3_000
"""How long locking waits for a sync that is under way; it loses nothing when it is cut off."""
Connect = Callable[["Store"], "Centre | None"]
"""Makes the way to the centre for an open store."""


BACKUP_AFTER_MS = 10_000
"""When the day's backup begins after unlocking: not while the first windows come up."""


class Program(QObject):
    """Holds the one window that is shown: the unlock window, or the shell of the open store."""

    def __init__(
        self,
        folder: Path,
        *,
        connect: "Connect | None" = None,
        make_tasks: Callable[[], Tasks] = Tasks,
        cost: "Cost | None" = None,
        ahead: bool = True,
        leave: Callable[[], Any] = lambda: None,
    ) -> None:
        super().__init__()
        self.folder = folder
        self.hint = ""
        """What the unlock window says above the passphrase: for the demonstration."""
        self.settings = options.load(folder / "settings.json")
        self._connect, self._make_tasks, self._cost = connect or _way_to_centre, make_tasks, cost
        self._ahead, self._leave = ahead, leave
        self._tasks: Tasks = make_tasks()
        self.unlock: UnlockWindow | None = None
        self.shell: Shell | None = None
        self.session: Session | None = None
        self._closing: Session | None = None
        self._idle = IdleWatch(lambda: int(self.settings["lock_minutes"]), self)
        self._system = SystemWatch(self)
        self._clipboard = ClipboardWatch(self)
        self._collector = Collector(self)
        self._idle.due.connect(self.lock)
        self._system.due.connect(self.lock, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Show the unlock window in the look and language of the profile."""
        self._collector.start()
        app = _application()
        theme.apply(app, self.settings)
        theme.follow_system(app, self.settings, self)
        language.use(self.settings.language)
        self._show_unlock(None)

    # ---- opening ----

    def _show_unlock(self, before: QWidget | None) -> None:
        self._clipboard.start()
        self.unlock = UnlockWindow(
            self.folder, self.settings, self._tasks, cost=self._cost, ahead=self._ahead
        )
        self.unlock.opened.connect(self._opened)
        self.unlock.left.connect(self._left_unlocking)
        self.unlock.loaded.connect(self._collector.loaded)
        if self.hint:
            self.unlock.tell(self.hint)
        _take_place(self.unlock, before)

    def _opened(self, store: "Store") -> None:
        """The store is open: read who works here, then show the windows; they find the caseload read meanwhile."""
        self._tasks.run(lambda: store.role, lambda role: self._enter(store, role), owner=self)
        # Today asks again, and tells what is wrong.
        self._tasks.run(store.clients, failed=lambda _error: None)

    def _enter(self, store: "Store", role: str) -> None:
        from ui.bus import Bus
        from ui.session import Session
        from ui.shell import Shell
        from ui.sync_runner import SyncRunner

        bus = Bus()
        centre = self._connect(store)
        runner = SyncRunner(store, self._tasks, bus, centre)
        self.session = Session(
            store, self._tasks, bus, self.settings, runner, centre, role, restyle=self._restyle
        )
        self.shell = Shell(self.session)
        self.shell.lock_asked.connect(self.lock)
        self.shell.leave_asked.connect(self.leave)
        runner.warned.connect(self.shell.say)
        runner.ended.connect(self._wiped)
        runner.role.connect(self._change_role)
        unlock, self.unlock = self.unlock, None
        _take_place(self.shell, unlock)
        _give_room(self.shell)
        if unlock is not None:
            unlock.left.disconnect(self._left_unlocking)
            _destroy(unlock)
        self._collector.opened()
        self._idle.start()
        self._system.start(int(self.shell.winId()) if sys.platform == "win32" else 0)
        runner.start()
        QTimer.singleShot(BACKUP_AFTER_MS, self.shell, lambda: self._back_up(store))

    def _back_up(self, store: "Store") -> None:
        """Make the day's backup on a thread of its own: with 100,000 rows it takes seconds, and lists would wait."""
        self._tasks.run(lambda: _daily_backup(store), network=True, owner=self)

    def _change_role(self, role: str) -> None:
        """Show the tabs of the role that the centre has given the worker."""
        if self.session is not None and self.session.role != role:
            self.session.role = role
            self._restyle()

    def _restyle(self) -> None:
        theme.apply(_application(), self.settings)
        if self.shell is not None:
            QTimer.singleShot(0, self.shell, self.shell.rebuild)

    # ---- locking ----

    @property
    def locking(self) -> bool:
        """Whether a store is still being closed."""
        return self._closing is not None

    def lock(self) -> None:
        """Lock now: keep drafts, stop the sync, let go of everything shown, close the store, ask for the passphrase.

        The windows go at once; the store closes on its own thread when the drafts are in it.
        """
        self._lock("")

    def _wiped(self, text: str) -> None:
        """The centre has ended this computer's access and the store is gone: say so on the first page."""
        self._lock(text)

    def _lock(self, reason: str) -> None:
        if self.session is None or self.shell is None:
            return
        place = self.shell.geometry()
        session = self._let_go()
        self._tasks = self._make_tasks()
        self._show_unlock(None)
        assert self.unlock is not None
        self.unlock.setGeometry(place)
        self.unlock.tell(reason or self.hint)
        self.unlock.wait(True)
        self._end_session(session, self._ready)

    def _ready(self) -> None:
        if self.unlock is not None:
            self.unlock.wait(False)

    def leave(self) -> None:
        """Lock, then end the program."""
        if self.session is None:
            self._leave()
        else:
            self._end_session(self._let_go(), self._leave)

    def _let_go(self) -> "Session":
        """Close everything that shows something; what was being written goes into the store first."""
        from ui.pages import keep_drafts

        self._idle.stop()
        self._system.stop()
        shell, session = self.shell, self.session
        assert shell is not None
        assert session is not None
        self.shell = self.session = None
        shell.hide()
        keep_drafts(shell)
        self._clipboard.clear()
        _destroy(shell)
        return session

    def _end_session(self, session: "Session", then: Callable[[], Any]) -> None:
        """Wait for the sync that is under way, but not for long, then close the store."""
        self._closing = session
        patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)

        def close() -> None:
            if patience.isActive():
                patience.stop()
                patience.deleteLater()
                self._close_store(session, then)

        patience.timeout.connect(lambda: self._close_store(session, then))
        patience.start()
        session.runner.stop(close)

    def _close_store(self, session: "Session", then: Callable[[], Any]) -> None:
        session.runner.deleteLater()
        tasks, close = session.tasks, _closing(session)
        tasks.failed = lambda _error: self._closed(tasks, then)
        tasks.run(close, lambda _done: self._closed(tasks, then))

    def _closed(self, tasks: Tasks, then: Callable[[], Any]) -> None:
        tasks.failed = None
        tasks.close()
        self._closing = None
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._collector.unsettle()
        then()

    def _left_unlocking(self) -> None:
        self._clipboard.clear()
        self._leave()

    def close(self) -> None:
        """End everything now, also when the system ends the session: drafts kept, store closed, threads ended."""
        session = self._let_go() if self.session is not None else self._closing
        if session is not None:
            done = Event()
            session.tasks.run(_closing(session))
            session.tasks.run(done.set)
            done.wait(PATIENCE_MS / 1000)
            session.tasks.close()
            self._closing = None
        self._clipboard.clear()
        if self.unlock is not None:
            _destroy(self.unlock)
            self.unlock = None
        self._tasks.close()
        self._collector.stop()


def _closing(session: "Session") -> Callable[[], None]:
    """Return what closes the store and the way to the centre, to be run on the thread of the store."""
    store, centre = session.store, session.centre

    def close() -> None:
        if centre is not None:
            centre.close()
        store.close()

    return close


def run(profile_folder: Path, *, connect: "Connect | None" = None, passphrase: str = "") -> int:
    """Run the desktop program on the store in a folder; return the exit code. Makes the folder if needed.

    `passphrase` opens the store at once: for the demonstration, whose passphrase everybody is told. Raises
    KnownError where there is no screen.
    """
    _need_screen()
    crash.harden()
    QApplication.setApplicationName("Työpari")
    QApplication.setDesktopFileName("tyopari")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    handler = crash.log_to(profile_folder)
    program = Program(profile_folder, connect=connect, leave=app.quit)
    path = crash.CrashPath(program.leave)
    path.install()
    if passphrase:
        program.hint = _("Passphrase of the demonstration: {passphrase}").format(passphrase=passphrase)
    program.start()
    if passphrase and program.unlock is not None and isinstance(program.unlock.page, UnlockPage):
        program.unlock.page.given.emit(passphrase)
    code = int(app.exec())
    program.close()
    crash.end_log(handler)
    return code


def _need_screen() -> None:
    """Say that there is no screen before Qt ends the process for it. Raises KnownError."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        raise KnownError(
            Message(N_("There is no screen here to open a window on.")),
            Message(N_("Use the commands (tyopari --help); the demonstration has --headless.")),
        )


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def _way_to_centre(store: "Store") -> "Centre | None":
    from ui.centre import way_to

    return way_to(store)


def _take_place(window: QWidget, before: QWidget | None) -> None:
    """Show a window where another one was, in its size and state."""
    if before is not None:
        window.setGeometry(before.geometry())
        window.setWindowState(before.windowState())
    window.show()


def _give_room(window: QWidget) -> None:
    """Let the main window have the room that its lists want, where the screen has it."""
    screen = window.screen().availableGeometry()
    wanted = window.size().expandedTo(QSize(theme.px(1280), theme.px(820))).boundedTo(screen.size())
    if wanted != window.size() and not window.isMaximized():
        window.resize(wanted)
        frame = window.frameGeometry()
        frame.moveCenter(screen.center())
        window.move(frame.topLeft())


def _destroy(window: QWidget) -> None:
    """Hide the window and delete it with all that it holds."""
    window.hide()
    window.blockSignals(True)
    window.deleteLater()


def _daily_backup(store: "Store") -> None:
    """Make the day's backup; a full disk must keep nobody from working, and the log tells."""
    import logging

    from app.errors import KnownError
    from storage.backup import make_daily

    try:
        make_daily(store.folder, store.engine, store.key)
    except KnownError as error:
        logging.getLogger("tyopari").warning("no backup today: %s", type(error).__name__)
