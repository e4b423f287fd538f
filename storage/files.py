"""Whole-file writes that survive a crash, and what the disk says when it refuses one."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import clock
from app.errors import DiskFull, KnownError
from app.i18n import N_, Message

_NO_SPACE = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
_TRIES = 6


def disk_full() -> DiskFull:
    """Return the error for a write that found no space; nothing was changed by it."""
    return DiskFull(
        Message(N_("The disk is full, so nothing was changed.")),
        Message(N_("Free some space and try again.")),
    )


def write_refused(*, chosen: bool = False) -> KnownError:
    """Return the error for a place where this person may not write: the store's own, or one that she has chosen."""
    if chosen:
        return KnownError(
            Message(N_("The file cannot be written there: you have no right to write in that place.")),
            Message(
                N_("Choose another folder, such as your documents, or a disk that is not write-protected.")
            ),
        )
    return KnownError(
        Message(N_("The store's folder cannot be written to.")),
        Message(N_("Check that the disk is not write-protected and that you may write to the folder.")),
    )


@contextmanager
def disk_errors(*, chosen: bool = False) -> Iterator[None]:
    """Turn the operating system's refusals inside the block into errors with advice; `chosen` as `write_refused`."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise disk_full() from error
        if error.errno in _NOT_ALLOWED:
            raise write_refused(chosen=chosen) from error
        raise KnownError(
            Message(N_("The disk did not do what was asked of it ({reason})."), reason=error.strerror or "?"),
            Message(N_("Try again. If it happens again, have the disk checked.")),
        ) from error


def write_whole(path: Path, data: bytes, *, chosen: bool = True) -> None:
    """Put `data` at `path` so that a crash leaves either the old file or the new one, never a mixture.

    `chosen`: the place is a person's choice, and not the store's own.
    Raises DiskFull or another KnownError when the disk refuses.
    """
    part = path.with_name(path.name + ".part")
    with disk_errors(chosen=chosen):
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        clock.point("files.written")
        move(part, path)
        clock.point("files.replaced")


def move(source: Path, target: Path) -> None:
    """Replace `target` by `source` in one step and make it lasting.

    On Windows a virus scanner may hold a file for a moment, so a refusal is tried again there.
    """
    for left in reversed(range(_TRIES)):
        try:
            os.replace(source, target)
            break
        except PermissionError:
            if os.name != "nt" or not left:
                raise
            clock.sleep(0.1)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's list of names lasting; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the file's content lasting."""
    with open(path, "r+b") as file:
        os.fsync(file.fileno())


def free_bytes(folder: Path) -> int:
    """Return how many bytes this person may still write on the folder's disk."""
    return shutil.disk_usage(folder).free


def make_private(folder: Path) -> None:
    """Make the folder, readable by its owner alone where the system knows such a thing."""
    with disk_errors():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
