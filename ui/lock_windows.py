"""Windows tells a window when its session is locked (WM_WTSSESSION_CHANGE) and before sleep (WM_POWERBROADCAST)."""

import ctypes
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

WM_POWERBROADCAST, PBT_APMSUSPEND = 0x0218, 0x0004
WM_WTSSESSION_CHANGE = 0x02B1
WTS_AWAY = {0x2, 0x4, 0x6, 0x7}  # console disconnect, remote disconnect, logoff, lock


class Message(ctypes.Structure):
    """The beginning of MSG: the window, the message and its two words."""

    _fields_ = (
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("first", ctypes.c_size_t),
        ("second", ctypes.c_ssize_t),
    )


def says_away(message: int, first: int) -> bool:
    """Tell whether a window message means that nobody is at the machine any more."""
    if message == WM_WTSSESSION_CHANGE:
        return first in WTS_AWAY
    return message == WM_POWERBROADCAST and first == PBT_APMSUSPEND


class SessionFilter(QAbstractNativeEventFilter):
    """Looks through the window messages of the program."""

    def __init__(self, away: Callable[[], Any]) -> None:
        super().__init__()
        self._away = away

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> object:
        """Call `away` for the messages that say so; every message goes on."""
        found = Message.from_address(int(message))
        if says_away(found.message, found.first):
            self._away()
        return False, 0


def listen(away: Callable[[], Any], window: int) -> Callable[[], None]:
    """Call `away` when the session is locked or the computer goes to sleep; return how to stop listening."""
    session: Any = ctypes.WinDLL("wtsapi32") if hasattr(ctypes, "WinDLL") else None
    app = QCoreApplication.instance()
    assert app is not None
    installed = SessionFilter(away)
    app.installNativeEventFilter(installed)
    if session is not None and window:
        session.WTSRegisterSessionNotification(ctypes.c_void_p(window), 0)

    def stop() -> None:
        app.removeNativeEventFilter(installed)
        if session is not None and window:
            session.WTSUnRegisterSessionNotification(ctypes.c_void_p(window))

    return stop
