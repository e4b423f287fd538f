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
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic_core import to_json
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from app import clock
from app.entry import record_from
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, iso
from app.services import SPECS
from storage import blob_file, files
from storage.blob_file import FileDamaged, FileTooLarge
from storage.blob_keeping import (
    AWAY,
    FOLDER,
    LEAVING,
    MIB,
    STORED,
    WAITING,
    folder_of,
    forget_copies,
    leave,
    make_room,
    part_of,
    path_of,
    remove,
    remove_gone,
    sweep,
)
from storage.tables import blob

if TYPE_CHECKING:
    from storage.store import Store
    from storage.writing import Changes

__all__ = [
    "AWAY",
    "FOLDER",
    "STORED",
    "WAITING",
    "FileDamaged",
    "FileTooLarge",
    "leave",
    "make_room",
    "part_of",
    "path_of",
    "remove_gone",
    "sweep",
]

MAX_FILE = 100 * MIB
"""The most bytes of one file."""


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
    folder = folder_of(store)
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


def attach(store: "Store", source: Path | bytes, values: Mapping[str, Any], name: str = "") -> "Changes":
    """Add a file and save its record, made of `values` (client_id, category and so on): both, or neither.

    Raises as `add`, and Refused where a rule does not allow the record.
    """
    added = add(store, source, name)
    try:
        return store.save(record_from(SPECS["attachment"], {"added_on": clock.today(), **added, **values}))
    except BaseException:
        remove(store, [added["sha256"]])
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
        with files.disk_errors(chosen=True), part.open("wb") as file:
            for chunk in stream(store, row):
                file.write(chunk)
            file.flush()
        with files.disk_errors(chosen=True):
            files.sync_file(part)
            files.move(part, target)


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
