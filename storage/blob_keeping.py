"""How long attached files stay in this profile: as long as an entry names them, and as there is room for copies."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update

from app import clock
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row, iso
from storage import files
from storage.blob_file import FileDamaged
from storage.tables import blob, sync_state

if TYPE_CHECKING:
    from storage.store import Store

FOLDER = "blobs"
MIB = 1024 * 1024
QUOTA = 500 * MIB
"""The most bytes of all files in one profile."""

WAITING, STORED, AWAY, LEAVING, GONE = "waiting", "stored", "away", "leaving", "gone"

KEEP_COPY = timedelta(days=1)
"""How long a file stays when no entry names it any more: so long can a deletion be undone without a network."""
KEEP_ONLY_HERE = timedelta(days=8)
"""The same for a file that the centre does not have: longer than the oldest daily backup may need it."""
KEEP_UNKNOWN = timedelta(days=30)
"""For a file that the store does not know: it may belong to a store that was put aside by a restore."""


# ---- where they lie ---------------------------------------------------------------------------------------


def path_of(store: "Store", sha256: str) -> Path:
    """Return where a file lies, if it does. Raises FileDamaged for a name that is none."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise FileDamaged
    return store.folder / FOLDER / sha256


def folder_of(store: "Store") -> Path:
    """Return the folder of the files, made if it is missing."""
    folder = store.folder / FOLDER
    files.make_private(folder)
    return folder


def part_of(store: "Store", sha256: str) -> Path:
    """Return where a file gathers while it is being fetched."""
    folder_of(store)
    return path_of(store, sha256).with_suffix(".fetch")


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
    remove(store, gone)


def remove(store: "Store", names: Iterable[str]) -> None:
    """Remove files and what is known of them."""
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
    remove(store, [name for name, row in known.items() if name not in named and _is_over(row, now)])
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
