"""The files of attachments in this profile: `blobs/<hash of the encrypted file>`, and what is known of each.

The key of a file stands in its attachment record, which lies in the encrypted store and travels with the records; the
bytes travel apart from them. A file that the centre has is only a copy here: it goes when room is needed and is fetched
again when it is opened. A file that the centre does not have stays until it does.
"""

import io
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic_core import to_json
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from app import clock
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, iso
from storage import blob_file, files
from storage.blob_file import FileDamaged, FileTooLarge
from storage.tables import blob, sync_state

if TYPE_CHECKING:
    from storage.store import Store

__all__ = ["FileDamaged", "FileTooLarge"]

FOLDER = "blobs"
MIB = 1024 * 1024
MAX_FILE = 100 * MIB
"""The most bytes of one file."""
QUOTA = 500 * MIB
"""The most bytes of all files in one profile."""

WAITING, STORED, AWAY, LEAVING, GONE = "waiting", "stored", "away", "leaving", "gone"

KEEP_COPY = timedelta(days=1)
"""How long a file stays when no entry names it any more: so long can a deletion be undone without a network."""
KEEP_ONLY_HERE = timedelta(days=8)
"""The same for a file that the centre does not have: longer than the oldest daily backup may need it."""
KEEP_UNKNOWN = timedelta(days=30)
"""For a file that the store does not know: it may belong to a store that was put aside by a restore."""


@dataclass(frozen=True)
class Place:
    """Where a file is: `state` as in the table (empty: not known), and whether it lies here."""

    state: str = ""
    here: bool = False


# ---- adding -----------------------------------------------------------------------------------------------


def add(store: "Store", source: Path | bytes, name: str = "", mime: str = "") -> Row:
    """Encrypt a file into the profile; return the values for its record: name, mime, size, sha256, blob_key.

    It is read and written a megabyte at a time. Raises KnownError for a file that cannot be read, is too large or finds
    no room, DiskFull; nothing is then left behind. Save the record soon: a file that no entry names goes after a while.
    """
    folder = _folder(store)
    called = " ".join((name or (source.name if isinstance(source, Path) else "")).split())[:300]
    make_room(store, blob_file.sealed_size(_size(source)))
    key, part = clock.random_bytes(blob_file.KEY_BYTES), folder / f"{clock.new_id()}.part"
    with _nothing_left(part):
        size, sha256 = _sealed(source, part, key)
        clock.point("blobs.written")
        with _nothing_left(folder / sha256):
            with files.disk_errors():
                files.move(part, folder / sha256)
            _note(store, sha256, blob_file.sealed_size(size), WAITING)
    guessed = mime or mimetypes.guess_type(called)[0] or "application/octet-stream"
    return {"name": called, "mime": guessed, "size": size, "sha256": sha256, "blob_key": key.hex()}


def _sealed(source: Path | bytes, part: Path, key: bytes) -> tuple[int, str]:
    with _reading(source) as reading, files.disk_errors(), part.open("xb") as target:
        found = blob_file.seal(reading, target, key, MAX_FILE)
        target.flush()
    with files.disk_errors():
        files.sync_file(part)
    return found


@contextmanager
def _nothing_left(file: Path) -> Iterator[None]:
    """Remove the file if the block fails."""
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


class _Source(io.RawIOBase):
    """A file that is being added: what goes wrong in reading it is about it, not about the profile's disk."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            raise _unreadable() from error


@contextmanager
def _reading(source: Path | bytes) -> Iterator[Any]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise _unreadable() from error
    with file:
        yield _Source(file)


def _size(source: Path | bytes) -> int:
    """Return the size, refusing what is too large before anything is written."""
    if isinstance(source, bytes):
        size = len(source)
    else:
        try:
            if not source.is_file():
                raise _unreadable()
            size = source.stat().st_size
        except OSError as error:
            raise _unreadable() from error
    if size > MAX_FILE:
        raise FileTooLarge(MAX_FILE)
    return size


def _unreadable() -> KnownError:
    return KnownError(
        Message(N_("The file cannot be read.")), Message(N_("Check that it is still there and try again."))
    )


def _note(store: "Store", sha256: str, size: int, state: str) -> None:
    """Note a file that lies here now."""
    row = {"sha256": sha256, "size": size, "state": state, "here": True}
    now = iso(clock.now())
    values = {**row, "used_at": now, "unnamed_since": now if state == WAITING else None}
    with store.write() as connection:
        connection.execute(
            insert(blob).values(values).on_conflict_do_update(index_elements=["sha256"], set_=values)
        )


# ---- room -------------------------------------------------------------------------------------------------


def make_room(store: "Store", size: int) -> None:
    """Let copies go that the centre also has, the longest unused first, until `size` bytes fit into the quota.

    Raises KnownError where the files that are only here leave no room.
    """
    sweep(store)
    with store.read() as connection:
        rows = [dict(row) for row in connection.execute(select(blob).where(blob.c.here)).mappings()]
    over = sum(row["size"] for row in rows) + size - QUOTA
    going = []
    for row in sorted((r for r in rows if r["state"] == STORED), key=lambda r: str(r["used_at"])):
        if over <= 0:
            break
        over -= row["size"]
        going.append(row["sha256"])
    if over > 0:
        raise KnownError(
            Message(
                N_("Files take at most {mib} MB on this computer, and there is no room."), mib=QUOTA // MIB
            ),
            Message(
                N_("Sync first: what the centre has makes room here. Or delete files that are not needed.")
            ),
        )
    forget_copies(store, going)


def forget_copies(store: "Store", names: Iterable[str]) -> None:
    """Remove copies of files that the centre has from this profile; files that are only here stay."""
    going = list(names)
    if not going:
        return
    with store.write() as connection:
        copies = update(blob).where(blob.c.sha256.in_(going), blob.c.state == STORED).values(here=False)
        going = list(connection.execute(copies.returning(blob.c.sha256)).scalars())
    for sha256 in going:
        _unlink(path_of(store, sha256))


def _unlink(file: Path) -> bool:
    """Remove a file; False where another program holds it: the next sweep tries again."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return False
    return True


# ---- opening ----------------------------------------------------------------------------------------------


def is_here(store: "Store", row: Mapping[str, Any]) -> bool:
    """Tell whether an attachment's file lies in this profile."""
    return path_of(store, row["sha256"]).is_file()


def stream(store: "Store", row: Mapping[str, Any]) -> Iterator[bytes]:
    """Decrypt the file of an attachment's row, a megabyte at a time. Raises FileDamaged, KnownError if not here."""
    file = path_of(store, row["sha256"])
    if not file.is_file():
        raise KnownError(
            Message(N_("The file is not on this computer yet.")), Message(N_("Fetch it from the centre."))
        )
    try:
        with files.disk_errors():
            yield from blob_file.opened(file, bytes.fromhex(row["blob_key"]), row["sha256"])
    except FileDamaged:
        forget_copies(store, [row["sha256"]])  # where the centre has it, it is fetched anew
        raise
    with store.write() as connection:
        connection.execute(
            update(blob).where(blob.c.sha256 == row["sha256"]).values(used_at=iso(clock.now()))
        )


def read(store: "Store", row: Mapping[str, Any]) -> bytes:
    """Return the content of an attachment. Raises as `stream`."""
    return b"".join(stream(store, row))


def save_to(store: "Store", row: Mapping[str, Any], target: Path) -> None:
    """Write the content of an attachment to a file of the person's choice: whole, or not at all.

    Raises as `stream`, DiskFull, or KnownError where the place cannot be written.
    """
    part = target.with_name(target.name + ".part")
    with _nothing_left(part):
        with files.disk_errors(), part.open("wb") as file:
            for chunk in stream(store, row):
                file.write(chunk)
            file.flush()
        with files.disk_errors():
            files.sync_file(part)
            files.move(part, target)


def path_of(store: "Store", sha256: str) -> Path:
    """Return where a file lies, if it does. Raises FileDamaged for a name that is none."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise FileDamaged
    return store.folder / FOLDER / sha256


def _folder(store: "Store") -> Path:
    folder = store.folder / FOLDER
    files.make_private(folder)
    return folder


def places(store: "Store", names: Iterable[str]) -> dict[str, Place]:
    """Return where files are, those of which anything is known."""
    wanted = set(names)
    with store.read() as connection:
        rows = connection.execute(select(blob.c.sha256, blob.c.state, blob.c.here)).fetchall()
    return {row.sha256: Place(row.state, bool(row.here)) for row in rows if row.sha256 in wanted}


# ---- what the exchange with the centre needs --------------------------------------------------------------


def unsent(connection: Connection) -> list[str]:
    """Return the files that the centre does not have yet and that lie here, in the order in which they were added."""
    query = select(blob.c.sha256).where(blob.c.state.in_((WAITING, LEAVING)), blob.c.here)
    return list(connection.execute(query.order_by(blob.c.used_at)).scalars())


def unknown(connection: Connection) -> list[str]:
    """Return the files that entries here name and of which it is not known whether the centre has them."""
    query = (
        "SELECT DISTINCT a.sha256 FROM attachment a LEFT JOIN blob b ON b.sha256 = a.sha256"
        " WHERE a.deleted = 0 AND a.sha256 <> '' AND (b.sha256 IS NULL OR b.state = 'away')"
    )
    return [row[0] for row in connection.exec_driver_sql(query)]


def wanted_here(connection: Connection, categories: Iterable[str]) -> list[str]:
    """Return the files of these categories that the centre has and that do not lie here."""
    query = (
        "SELECT DISTINCT a.sha256 FROM attachment a JOIN blob b ON b.sha256 = a.sha256"
        " WHERE a.deleted = 0 AND b.state = 'stored' AND b.here = 0"
        " AND a.category IN (SELECT value FROM json_each(?))"
    )
    return [row[0] for row in connection.exec_driver_sql(query, (to_json(list(categories)).decode(),))]


def told(connection: Connection, found: Mapping[str, bool], sizes: Mapping[str, int]) -> None:
    """Note which files the centre has (True) and which are still on somebody else's computer."""
    now = iso(clock.now())
    for sha256, at_centre in found.items():
        values = {"state": STORED if at_centre else AWAY, "size": sizes.get(sha256, 0)}
        row = {**values, "sha256": sha256, "here": False, "used_at": now, "unnamed_since": None}
        connection.execute(
            insert(blob).values(row).on_conflict_do_update(index_elements=["sha256"], set_=values)
        )


def stored(connection: Connection, sha256: str) -> None:
    """Note that the centre has a file of this profile now."""
    connection.execute(update(blob).where(blob.c.sha256 == sha256).values(state=STORED))


def arrived(store: "Store", sha256: str, part: Path) -> None:
    """Take in a fetched file. Raises FileDamaged if it is not the one that was asked for; it is then removed."""
    with files.disk_errors():
        if blob_file.hash_of(part) != sha256:
            part.unlink(missing_ok=True)
            raise FileDamaged
        files.sync_file(part)
        size = part.stat().st_size
        files.move(part, path_of(store, sha256))
    _note(store, sha256, size, STORED)


def part_of(store: "Store", sha256: str) -> Path:
    """Return where a file gathers while it is being fetched."""
    _folder(store)
    return path_of(store, sha256).with_suffix(".fetch")


def begin_epoch(connection: Connection) -> None:
    """Start over with a centre that was restored: it may have lost files that it had."""
    connection.exec_driver_sql("UPDATE blob SET state = 'waiting' WHERE state = 'stored' AND here = 1")
    connection.exec_driver_sql("DELETE FROM blob WHERE here = 0")


def entries_of(connection: Connection, names: Iterable[str]) -> list[tuple[str, Row]]:
    """Return (kind, id and scope) of the entries that name these files, for the views."""
    query = (
        "SELECT id, scope FROM attachment WHERE sha256 IN (SELECT value FROM json_each(?)) AND deleted = 0"
    )
    found = connection.exec_driver_sql(query, (to_json(list(names)).decode(),))
    return [("attachment", {"id": row[0], "scope": row[1]}) for row in found]


# ---- what goes --------------------------------------------------------------------------------------------


def leave(connection: Connection, scope: str) -> None:
    """Let the files of a scope go that leaves this device; call before its rows go, and `remove_gone` afterwards.

    A file that the centre does not have yet stays, to be delivered: its key goes with the rows, so that nobody here
    can read it.
    """
    connection.exec_driver_sql(
        "UPDATE blob SET state = CASE WHEN state = 'waiting' AND here THEN 'leaving' ELSE 'gone' END,"
        " unnamed_since = ? WHERE sha256 IN (SELECT sha256 FROM attachment WHERE scope = ?)"
        " AND sha256 NOT IN (SELECT sha256 FROM attachment WHERE scope <> ? AND deleted = 0)",
        (iso(clock.now()), scope, scope),
    )


def remove_gone(store: "Store") -> None:
    """Remove the files of what has left this device; after a crash the next sweep does it."""
    with store.read() as connection:
        gone = list(connection.execute(select(blob.c.sha256).where(blob.c.state == GONE)).scalars())
    _remove(store, gone)


def _remove(store: "Store", names: Iterable[str]) -> None:
    going = [name for name in names if _unlink(path_of(store, name)) and _unlink(part_of(store, name))]
    if going:
        with store.write() as connection:
            connection.execute(delete(blob).where(blob.c.sha256.in_(going)))


def sweep(store: "Store") -> None:
    """Remove the files that no entry names any more, when nobody can want them back, and what crashes left behind.

    An entry that was deleted still counts while the centre has not acknowledged that.
    """
    with store.read() as connection:
        known = {row["sha256"]: dict(row) for row in connection.execute(select(blob)).mappings()}
        named = _named(connection) if known else set()
    folder, now = store.folder / FOLDER, clock.now()
    there = {file.name: file for file in folder.iterdir()} if folder.is_dir() else {}
    _note_unnamed(store, known, named, there, now)
    _remove(store, [name for name, row in known.items() if name not in named and _is_over(row, now)])
    for name, file in there.items():
        keep = KEEP_COPY if file.suffix else KEEP_UNKNOWN
        if name.partition(".")[0] not in known and _older(file, now - keep):
            _unlink(file)


def _named(connection: Connection) -> set[str]:
    query = "SELECT sha256 FROM attachment WHERE deleted = 0"
    device = select(sync_state.c.value).where(sync_state.c.name == "device_id")
    if connection.execute(device).scalar():
        query += (
            " UNION SELECT sha256 FROM attachment JOIN outbox ON row_id = attachment.id"
            " AND state IN ('new', 'sent') WHERE deleted = 1"
        )
    return {row[0] for row in connection.exec_driver_sql(query)}


def _note_unnamed(
    store: "Store",
    known: Mapping[str, Row],
    named: set[str],
    there: Mapping[str, Path],
    now: datetime,
) -> None:
    """Note since when files are named by no entry, that others are named again, and which have vanished."""
    changed = {}
    for name, row in known.items():
        new: Row = {}
        if name in named and (row["unnamed_since"] or row["state"] in (LEAVING, GONE)):
            new["unnamed_since"] = None
            if row["state"] in (LEAVING, GONE):
                new["state"] = WAITING
        elif name not in named and not row["unnamed_since"]:
            new["unnamed_since"] = iso(now)
        if row["here"] and name not in there:
            new |= {"here": False, "state": STORED if row["state"] == STORED else AWAY}
        if new:
            changed[name] = new
            known[name].update(new)
    if changed:
        with store.write() as connection:
            for name, new in changed.items():
                connection.execute(update(blob).where(blob.c.sha256 == name).values(new))


def _is_over(row: Row, now: datetime) -> bool:
    keep = {STORED: KEEP_COPY, AWAY: KEEP_COPY, WAITING: KEEP_ONLY_HERE, LEAVING: KEEP_UNKNOWN}
    since = datetime.fromisoformat(str(row["unnamed_since"]))
    return row["state"] == GONE or since <= now - keep[row["state"]]


def _older(file: Path, than: datetime) -> bool:
    try:
        return file.stat().st_mtime < than.timestamp()
    except OSError:  # gone meanwhile, or held by another program
        return False
