"""macOS posts a distributed notification when the screen is locked; it is heard through CoreFoundation."""

import ctypes
import ctypes.util
from collections.abc import Callable
from typing import Any

NAME = b"com.apple.screenIsLocked"
_UTF8 = 0x08000100
_DELIVER_AT_ONCE = 4
_CALLBACK = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
)


def listen(away: Callable[[], Any]) -> Callable[[], None]:
    """Call `away` when the screen is locked; return how to stop listening.

    The notification comes through the main run loop, which Qt runs: `away` is called on the GUI thread.
    """
    core: Any = ctypes.CDLL(ctypes.util.find_library("CoreFoundation") or "")
    core.CFNotificationCenterGetDistributedCenter.restype = ctypes.c_void_p
    core.CFStringCreateWithCString.restype = ctypes.c_void_p
    core.CFStringCreateWithCString.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32)
    core.CFNotificationCenterAddObserver.argtypes = (
        ctypes.c_void_p,
        ctypes.c_void_p,
        _CALLBACK,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_long,
    )
    core.CFNotificationCenterRemoveEveryObserver.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    centre = core.CFNotificationCenterGetDistributedCenter()
    name = core.CFStringCreateWithCString(None, NAME, _UTF8)
    heard = _CALLBACK(lambda *_about: away())
    observer = ctypes.cast(heard, ctypes.c_void_p)
    core.CFNotificationCenterAddObserver(centre, observer, heard, name, None, _DELIVER_AT_ONCE)

    def stop() -> None:
        core.CFNotificationCenterRemoveEveryObserver(centre, observer)
        _kept.remove(heard)

    _kept.append(heard)
    return stop


_kept: list[Any] = []
