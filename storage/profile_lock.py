"""One process at a time for each store folder; the operating system lets go when the process dies."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from app.errors import StoreBusy
from app.i18n import N_, Message
from storage.files import disk_errors, make_private

FILE = "lock"
_BYTE = 1 << 30
"""The byte that Windows locks: far behind the process number, which others must be able to read."""


class ProfileLock:
    """The right to use one store folder; held until `release()` or the end of the process."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Let another process in; a second call does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def acquire(folder: Path) -> ProfileLock:
    """Take the store folder for this process, making the folder if it is not there.

    Raises StoreBusy, with the other process's number where it is known.
    """
    make_private(folder)
    with disk_errors():
        handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        if not _lock(handle):
            raise _busy(folder / FILE)
        with disk_errors():
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
    except BaseException:
        os.close(handle)
        raise
    return ProfileLock(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _busy(file: Path) -> StoreBusy:
    advice = Message(N_("Close the other Työpari window first, or use that one."))
    try:
        pid = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        pid = ""
    if pid.isdigit():
        return StoreBusy(
            Message(N_("This store is already open in another program (process {pid})."), pid=pid), advice
        )
    return StoreBusy(Message(N_("This store is already open in another program.")), advice)
