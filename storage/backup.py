"""Backups of the store: one file each, encrypted as the store is, checked before it counts.

A backup is a zip file (not compressed: the content is encrypted) of the database and the slot file, so that
the passphrase of that day opens it anywhere. A restore puts aside what was there before and deletes nothing.

Attached files: those that the centre does not have yet are in a backup that somebody makes to a file. The daily backups
beside the store leave them where they lie: they never change, and stay longer than these backups. Files that the centre
has are in no backup: they are fetched again.
"""

import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from app import clock
from app.errors import DiskFull, KnownError, StoreDamaged
from app.i18n import N_, Message
from storage import blobs, db, files, place, slots
from storage.keys import Key
from storage.slots import SlotFile, StoreState

FOLDER = "backups"
SUFFIX = ".tyopari-backup"
KEPT = 7
"""How many daily backups stay; of those made before an update the last three stay."""
KEPT_BEFORE_UPDATE = 3
SPARE = 64 * 1024 * 1024
"""Bytes that must stay free after a backup: work goes before copies."""
DAILY = "daily"
BEFORE_UPDATE = "before-update"
_SCRATCH = ".tyopari-part-"  # the folder may be anybody's: only what is surely ours is ever removed
_STAMP = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True)
class Backup:
    """A backup on this computer: its file, when it was made (UTC), of which kind, how many bytes."""

    file: Path
    made: datetime
    kind: str
    size: int


# ---- making -----------------------------------------------------------------------------------------------


def make_daily(folder: Path, engine: Engine, key: Key) -> Backup | None:
    """Make today's backup if there is none yet, and let go of the eighth; None if today has one.

    Raises DiskFull where the disk is too full for one (nothing is then removed either), StoreDamaged when the
    store itself is damaged: then the older backups stay too.
    """
    today = clock.today()
    if any(found.kind == DAILY and found.made.astimezone().date() == today for found in list_backups(folder)):
        return None
    return _make_kept(folder, engine, key, DAILY, KEPT)


def before_migration(folder: Path, engine: Engine, key: Key) -> Backup:
    """Make a backup before the tables change; without it they must not. Errors as `make_daily`."""
    return _make_kept(folder, engine, key, BEFORE_UPDATE, KEPT_BEFORE_UPDATE)


def renew(folder: Path, engine: Engine, key: Key) -> None:
    """Put one new backup in the place of all that lie beside the store, since they hold what may be held no longer.

    Where there are none, none is made. Errors as `make_daily`; the older ones then stay.
    """
    older = list_backups(folder)
    if not older:
        return
    made = _make_kept(folder, engine, key, DAILY, KEPT)
    for old in older:
        if old.file != made.file:
            with files.disk_errors():
                old.file.unlink(missing_ok=True)


def list_backups(folder: Path) -> list[Backup]:
    """Return the backups beside the store, newest first."""
    found = [_backup(file) for file in (folder / FOLDER).glob(f"*{SUFFIX}")]
    return sorted((one for one in found if one), key=lambda one: one.made, reverse=True)


def backup_to(file: Path, folder: Path, engine: Engine, key: Key, *, attached: bool = True) -> None:
    """Write a backup of the open store in `folder` to `file`, replacing it only when the new one is checked.

    `attached`: with the attached files that the centre does not have yet.
    Raises DiskFull, StoreDamaged, KnownError where the place cannot be written.
    """
    with files.disk_errors(chosen=attached):  # without them it is one of those beside the store
        file.parent.mkdir(parents=True, exist_ok=True)
    only_here = _only_here(folder, engine) if attached else []
    _need(file.parent, 2 * _store_size(folder) + sum(one.stat().st_size for one in only_here))
    with _scratch(file.parent, chosen=attached) as scratch:
        copy, packed = scratch / db.FILE, scratch / "packed"
        _copy_database(engine, copy)
        _verify(copy, key)
        state = StoreState(True, True, copy.stat().st_size, _first_bytes(copy))
        with files.disk_errors(chosen=attached):
            _pack(packed, copy, replace(slots.read(folder), store=state), only_here)
            files.sync_file(packed)
            clock.point("backup.packed")
            files.move(packed, file)
    clock.point("backup.made")


def _make_kept(folder: Path, engine: Engine, key: Key, kind: str, kept: int) -> Backup:
    files.make_private(folder / FOLDER)
    file = folder / FOLDER / f"{clock.now().astimezone(UTC):{_STAMP}}-{kind}{SUFFIX}"
    backup_to(file, folder, engine, key, attached=False)
    for old in [found for found in list_backups(folder) if found.kind == kind][kept:]:
        with files.disk_errors():
            old.file.unlink(missing_ok=True)
    made = _backup(file)
    assert made is not None
    return made


def _backup(file: Path) -> Backup | None:
    stamp, _, kind = file.name.removesuffix(SUFFIX).partition("Z-")
    try:
        made = datetime.strptime(stamp + "Z", _STAMP).replace(tzinfo=UTC)
        return Backup(file, made, kind, file.stat().st_size)
    except (ValueError, OSError):
        return None


def _copy_database(engine: Engine, copy: Path) -> None:
    """Copy one view of the database, without its free pages; SQLCipher gives the copy the same key."""
    with db.driver(engine) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def _verify(copy: Path, key: Key) -> None:
    """Read the whole copy. Raises StoreDamaged if a page is wrong."""
    with db.driver_errors(), closing(db.connect(copy, key, mode="ro")) as connection:
        wrong = [row[0] for row in connection.execute("PRAGMA cipher_integrity_check")]
        wrong += [row[0] for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]
    if wrong:
        raise StoreDamaged(
            Message(N_("The backup came out damaged, so it was not kept.")),
            Message(N_("Check the store and the disk.")),
        )


def _only_here(folder: Path, engine: Engine) -> list[Path]:
    """Return the attached files that are nowhere else."""
    with db.read(engine) as connection:
        if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'blob'").first() is None:
            return []  # a store of an earlier schema
        found = [folder / blobs.FOLDER / name for name in blobs.unsent(connection)]
    return [file for file in found if file.is_file()]


def _pack(packed: Path, copy: Path, slot_file: SlotFile, only_here: Sequence[Path]) -> None:
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_STORED) as archive:
        archive.write(copy, db.FILE)
        archive.writestr(slots.SLOTS, slots.dump(slot_file))
        for file in only_here:
            archive.write(file, f"{blobs.FOLDER}/{file.name}")


def _store_size(folder: Path) -> int:
    names = (db.FILE, f"{db.FILE}-wal")
    return sum((folder / name).stat().st_size for name in names if (folder / name).exists())


def _need(folder: Path, size: int) -> None:
    if files.free_bytes(folder) < size + SPARE:
        raise DiskFull(
            Message(
                N_("The disk is too full for this: {mib} MB must be free."),
                mib=(size + SPARE) // (1024 * 1024),
            ),
            Message(N_("Free some space and try again.")),
        )


@contextmanager
def _scratch(folder: Path, *, chosen: bool = False) -> Iterator[Path]:
    """Lend a folder on the same disk for half-made files, all encrypted, and remove it afterwards."""
    scratch = folder / f"{_SCRATCH}{clock.new_id()}"
    with files.disk_errors(chosen=chosen):
        for left in folder.glob(f"{_SCRATCH}*"):  # of a crash
            shutil.rmtree(left, ignore_errors=True)
        scratch.mkdir(mode=0o700)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


# ---- restoring --------------------------------------------------------------------------------------------


def restore_from(file: Path, folder: Path) -> Path | None:
    """Make the backup in `file` the store in `folder`; return where the former store now lies, if any.

    The store must be closed and the caller must hold the profile lock. If the present slot file is readable
    and of the same key, it stays, and with it the present passphrase; else the backup's slots come along.
    Raises StoreDamaged for a file that is no whole backup (the present store is then untouched), DiskFull.
    """
    files.make_private(folder)
    with _scratch(folder) as scratch:
        slot_file = _unpack(file, scratch)
        aside = _put_aside(folder)
        clock.point("backup.put_aside")
        slots.write(folder, _slots_after(folder, slot_file))
        clock.point("backup.slots_restored")
        _bring_back(scratch / blobs.FOLDER, folder / blobs.FOLDER)
        place.note_restored(folder)
        with files.disk_errors():
            files.move(scratch / db.FILE, folder / db.FILE)
    clock.point("backup.restored")
    return aside


def _unpack(file: Path, scratch: Path) -> SlotFile:
    """Take the database out into `scratch`, checking that it is whole, and return the slots."""
    try:
        with zipfile.ZipFile(file) as archive:
            _need(scratch, sum(info.file_size for info in archive.infolist()))
            if archive.getinfo(slots.SLOTS).file_size > 1_000_000:
                raise _no_backup()
            slot_file = slots.parse(archive.read(slots.SLOTS))
            with (
                archive.open(db.FILE) as source,
                files.disk_errors(),
                open(scratch / db.FILE, "xb") as target,
            ):
                shutil.copyfileobj(source, target, 1024 * 1024)
            _unpack_attached(archive, scratch / blobs.FOLDER)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _no_backup() from error
    except OSError as error:
        raise KnownError(Message(N_("The backup cannot be read."))) from error
    with files.disk_errors():
        files.sync_file(scratch / db.FILE)
        size, salt = (scratch / db.FILE).stat().st_size, _first_bytes(scratch / db.FILE)
    if (size, salt) != (slot_file.store.clean_size, slot_file.store.salt):
        raise _no_backup()
    return slot_file


def _unpack_attached(archive: zipfile.ZipFile, folder: Path) -> None:
    """Take the attached files out; their names are hashes, and nothing else is taken."""
    for info in archive.infolist():
        name = info.filename.removeprefix(f"{blobs.FOLDER}/")
        if name == info.filename or not _HASH.fullmatch(name):
            continue
        with files.disk_errors():
            folder.mkdir(exist_ok=True, mode=0o700)
            with archive.open(info) as source, open(folder / name, "xb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            files.sync_file(folder / name)


_HASH = re.compile("[0-9a-f]{64}")


def _bring_back(unpacked: Path, folder: Path) -> None:
    """Put restored files among those that lie there already: a name is a content, so none differs."""
    if not unpacked.is_dir():
        return
    files.make_private(folder)
    with files.disk_errors():
        for file in unpacked.iterdir():
            files.move(file, folder / file.name)


def _first_bytes(file: Path) -> str:
    with open(file, "rb") as opened:
        return opened.read(16).hex()


def _put_aside(folder: Path) -> Path | None:
    """Move the present database (and its journal) and copy its slots to a dated folder beside it."""
    names = [name for name in (db.FILE, f"{db.FILE}-wal", f"{db.FILE}-shm") if (folder / name).exists()]
    kept = [name for name in (slots.SLOTS, slots.COPY) if (folder / name).exists()]
    if not names and not kept:
        return None
    stamp = f"{clock.now().astimezone():%Y-%m-%d-%H%M%S}"
    tries = [folder / f"replaced-{stamp}{extra}" for extra in ("", *(f"-{n}" for n in range(2, 100)))]
    aside = next(one for one in tries if not one.exists())
    with files.disk_errors():
        aside.mkdir(mode=0o700)
        for name in kept:
            shutil.copy2(folder / name, aside / name)
            files.sync_file(aside / name)
        for name in reversed(names):  # the journal must never lie beside another database
            files.move(folder / name, aside / name)
        files.sync_folder(folder)
    return aside


def _slots_after(folder: Path, restored: SlotFile) -> SlotFile:
    try:
        present = slots.read(folder)
    except KnownError:
        return restored
    if present.key_id != restored.key_id or present.profile != restored.profile:
        return replace(restored, serial=max(present.serial, restored.serial))
    return replace(present, store=restored.store)


def _no_backup() -> StoreDamaged:
    return StoreDamaged(
        Message(N_("This file is not a whole backup of Työpari.")), Message(N_("Choose another backup."))
    )
