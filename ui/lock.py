"""When the store locks by itself: nobody at the machine, the session locked, the computer asleep.

What locking does is in `ui.app`; here is only what asks for it. Sleep is also noticed afterwards, on every
system, by the wall clock having gone on while the program did not.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QApplication

from app import clock

CHECK_MS = 5_000
_USE = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.TabletPress,
}


class IdleWatch(QObject):
    """Sends `due` when nobody has used the program for `minutes()`; asked each time, so a change counts at once.

    Also after a sleep: when more wall-clock time than that has gone since the last look.
    """

    due = Signal()

    def __init__(self, minutes: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._minutes = minutes
        self._timer = QTimer(self, interval=CHECK_MS)
        self._timer.timeout.connect(self.look)
        self._used = clock.monotonic()
        self._looked = clock.now()

    def start(self) -> None:
        """Watch from now on."""
        self._used, self._looked = clock.monotonic(), clock.now()
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._timer.start()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def look(self) -> None:
        """Send `due` if it is time."""
        limit = 60 * self._minutes()
        slept = (clock.now() - self._looked).total_seconds()
        self._looked = clock.now()
        if clock.monotonic() - self._used >= limit or slept >= limit:
            self.due.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that somebody is here; the event goes on."""
        if event.type() in _USE:
            self._used = clock.monotonic()
        return False


class SystemWatch(QObject):
    """Sends `due` when the system says that the session was locked or the computer goes to sleep.

    Linux: logind and the desktops' screen savers over D-Bus. Windows: WM_WTSSESSION_CHANGE and
    WM_POWERBROADCAST. macOS: the distributed notification of the screen lock.
    """

    due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._undo: list[Callable[[], Any]] = []

    def start(self, window: int = 0) -> None:
        """Listen from now on; `window` is the number of a window of ours, which Windows sends to."""
        if sys.platform == "linux":
            self._undo = _listen_dbus(self)
        elif sys.platform == "win32":
            from ui.lock_windows import listen

            self._undo = [listen(self.due.emit, window)]
        elif sys.platform == "darwin":
            from ui.lock_macos import listen

            self._undo = [listen(self.due.emit)]

    def stop(self) -> None:
        """Listen no more."""
        while self._undo:
            self._undo.pop()()

    @Slot(bool)
    def turned(self, on: bool) -> None:
        """Heard: a screen saver has become active, or the computer prepares for sleep."""
        if on:
            self.due.emit()

    @Slot()
    def locked(self) -> None:
        """Heard: the session is to be locked."""
        self.due.emit()


# What is heard, and the slot for it in Qt's own notation ("1" marks a slot).
_DBUS = (
    (
        "system",
        "org.freedesktop.login1",
        "org.freedesktop.login1.Manager",
        "PrepareForSleep",
        b"1turned(bool)",
    ),
    ("system", "org.freedesktop.login1", "org.freedesktop.login1.Session", "Lock", b"1locked()"),
    (
        "session",
        "org.freedesktop.ScreenSaver",
        "org.freedesktop.ScreenSaver",
        "ActiveChanged",
        b"1turned(bool)",
    ),
    ("session", "org.gnome.ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", b"1turned(bool)"),
)


def _listen_dbus(watch: SystemWatch) -> list[Callable[[], Any]]:
    from PySide6.QtDBus import QDBusConnection

    buses = {"system": QDBusConnection.systemBus(), "session": QDBusConnection.sessionBus()}
    undo: list[Callable[[], Any]] = []
    for name, service, interface, signal, slot in _DBUS:
        bus = buses[name]
        if bus.isConnected() and bus.connect(service, "", interface, signal, watch, slot):
            undo.append(partial(bus.disconnect, service, "", interface, signal, watch, slot))
    return undo


class ClipboardWatch(QObject):
    """Remembers that something was copied in this program, and empties the clipboard of it when it locks.

    Some platforms do not tell whose the content is; so a digest of what was copied while one of our windows was
    in use is kept as well, never the text.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = QGuiApplication.clipboard()
        self._copied = b""
        self._watching = False

    def start(self) -> None:
        """Watch from now on."""
        self._watching = True
        self._board.dataChanged.connect(self._changed)

    def clear(self) -> None:
        """Empty what was copied from this program, and watch no more; when nothing is watched, leave all as it is."""
        if not self._watching:
            return
        self._watching = False
        with suppress(RuntimeError):
            self._board.dataChanged.disconnect(self._changed)
        ours = self._board.ownsClipboard() or (self._copied and _digest(self._board.text()) == self._copied)
        self._copied = b""
        if ours:
            self._board.clear(QClipboard.Mode.Clipboard)
        if self._board.supportsSelection() and self._board.ownsSelection():
            self._board.clear(QClipboard.Mode.Selection)
        if self._board.supportsFindBuffer() and self._board.ownsFindBuffer():
            self._board.clear(QClipboard.Mode.FindBuffer)

    def _changed(self) -> None:
        here = QGuiApplication.focusWindow() is not None
        self._copied = _digest(self._board.text()) if here else b""


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest() if text else b""
