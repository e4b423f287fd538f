"""Where a store lies, and what was done to its folder while it was closed: told beside the encrypted file.

`here` marks the folder on this computer: a copy of the folder has another mark. It is a hint for the person and no
proof; that two copies are in use is noticed by the centre. A restore of a backup leaves a word in the folder, so that
the next sync can say that this store is the same one as before, some days younger.
"""

import hashlib
import sys
import uuid
from contextlib import suppress
from pathlib import Path

from app import clock
from storage.files import write_whole

RESTORED = "restored"
_MACHINE_ID = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def here(folder: Path) -> str:
    """Return the mark of this folder on this computer."""
    return hashlib.sha256(f"{_machine()}\n{folder.stat().st_ino}".encode()).hexdigest()[:32]


def _machine() -> str:
    if sys.platform == "win32":
        import winreg

        with (
            suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key,
        ):
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    for file in _MACHINE_ID:
        with suppress(OSError):
            return file.read_text("ascii").strip()
    return f"{uuid.getnode():x}"


def note_restored(folder: Path) -> None:
    """Leave the word that a backup was restored here."""
    write_whole(folder / RESTORED, str(clock.new_id()).encode(), chosen=False)


def restored(folder: Path) -> str | None:
    """Return the word of the last restore that has not been told to the centre, if any."""
    try:
        return str(uuid.UUID((folder / RESTORED).read_text("ascii").strip()))
    except (OSError, ValueError):
        return None


def told_restored(folder: Path) -> None:
    """Take the word away: the centre knows."""
    with suppress(OSError):
        (folder / RESTORED).unlink(missing_ok=True)
