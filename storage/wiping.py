"""Forgetting everything on this device: once begun it is carried through, also by the next start of the program.

The keys go first: without them the database is noise, whatever the disk remembers of it. A mark in the folder, set
before anything else and removed last, says that what is left is to go, and is not a damaged store.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app import clock
from app.errors import KnownError, StoreMissing
from app.i18n import N_, Message
from storage import files, profile_lock, slots

MARK = "wiping"
ENDED = N_("The centre has ended this computer's access. Everything of it here was removed.")


def carry_out(folder: Path) -> None:
    """Make everything in a store's folder unreadable and remove it; the store is closed. Backups go the same way."""
    with suppress(KnownError):  # a full disk keeps nothing from being removed
        files.write_whole(folder / MARK, b"", chosen=False)
    clock.point("wipe.marked")
    for file in _with_keys(folder):
        _overwrite(file)
    clock.point("wipe.keys_gone")
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in (profile_lock.FILE, MARK):
            with suppress(OSError):  # held by another program: without the keys it is noise
                path.unlink(missing_ok=True)
    clock.point("wipe.files_gone")
    with suppress(OSError):
        (folder / MARK).unlink(missing_ok=True)
    files.sync_folder(folder)


def pending(folder: Path) -> bool:
    """Tell whether a wipe of this folder was begun and cut short."""
    return (folder / MARK).exists()


def finish(folder: Path) -> bool:
    """Carry through a wipe that was cut short; tell whether there was one. Raises StoreBusy."""
    if not pending(folder):
        return False
    with profile_lock.acquire(folder):
        carry_out(folder)
    return True


def gone() -> StoreMissing:
    """Return the error for a store that is here no more."""
    return StoreMissing(
        Message(ENDED), Message(N_("Ask the administrator, if you are to work on this computer again."))
    )


def _with_keys(folder: Path) -> Iterator[Path]:
    from storage import backup  # not needed to open a store

    for name in (slots.SLOTS, slots.COPY):
        yield folder / name
        yield from folder.glob(f"replaced-*/{name}")
    yield from (folder / backup.FOLDER).glob(f"*{backup.SUFFIX}")


def _overwrite(file: Path) -> None:
    """Write nothing over a file that holds keys, and remove it."""
    if not file.exists():
        return
    left = file.stat().st_size
    with open(file, "r+b") as opened:
        while left > 0:
            left -= opened.write(bytes(min(left, 1 << 20)))
        opened.flush()
        os.fsync(opened.fileno())
    file.unlink()
