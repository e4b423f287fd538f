"""Disks that are full, write-protected or held by another program: a clear word, nothing changed, and a retry works."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import clock
from app.errors import DiskFull, KnownError, StoreBusy
from storage import backup, db, files, keys, migrate, profile_lock, slots
from storage.keys import Key
from storage.migrations import HEAD
from storage.store import Store
from tests.stores import add_client, new_store

ROOT = Path(__file__).parents[3]
EARLIER = [one for one in sorted((ROOT / "tests" / "data").glob("store-*")) if not one.name.endswith(HEAD)]


class PowerCut(BaseException):
    """No `except` of the product may catch this."""


def content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file() and one.name != "lock"}


@contextmanager
def no_room(spare: int = 0) -> Iterator[None]:
    """Let no database that is opened meanwhile grow by more than `spare` pages: SQLite's own full disk."""
    connect = db.connect

    def small(*arguments: Any, **options: Any) -> Any:
        connection = connect(*arguments, **options)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + spare}")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "connect", small)
        yield


@pytest.fixture(params=EARLIER, ids=lambda path: path.name)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A store of an earlier schema, and what it holds."""
    shutil.copytree(request.param / "profile", tmp_path / "profile")
    expected = json.loads((request.param / "expected.json").read_text("utf-8"))
    return tmp_path / "profile", expected | {"name": request.param.name}


@cache
def _secret(slot_file: bytes, passphrase: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / slots.SLOTS).write_bytes(slot_file)
        return bytes(keys.unlock(Path(folder), passphrase).secret())


def opened_store(folder: Path, expected: dict[str, Any]) -> Store:
    """Open a store as its person does, but for the slow work on her passphrase, which is done once."""
    secret = _secret(
        (EARLIER[0].parent / expected["name"] / "profile" / slots.SLOTS).read_bytes(), expected["passphrase"]
    )
    lock = profile_lock.acquire(folder)
    try:
        return Store._opened(folder, Key(secret), lock)
    except BaseException:
        lock.release()
        raise


def is_whole(folder: Path, expected: dict[str, Any]) -> None:
    """Check that the store opens, of the present schema, with everything in it."""
    opened = opened_store(folder, expected)
    try:
        assert migrate.revision(opened.engine) == HEAD
        assert {kind: n for kind, n in opened.counts().items() if n} == expected["counts"]
        found = [str(hit.id) for hit in opened.search(expected["search"]["words"])]
        assert found == expected["search"]["ids"]
    finally:
        opened.close()


# ---- full -------------------------------------------------------------------------------------------------


@pytest.mark.failure(12)
@pytest.mark.parametrize("spare", [0, 1])
def test_a_disk_full_while_the_tables_change_leaves_them_as_they_were(
    earlier: tuple[Path, dict[str, Any]], spare: int
) -> None:
    folder, expected = earlier
    before = (folder / db.FILE).read_bytes()
    with no_room(spare), pytest.raises(DiskFull) as caught:
        opened_store(folder, expected)
    assert caught.value.advice is not None
    assert (folder / db.FILE).read_bytes() == before
    assert [one.kind for one in backup.list_backups(folder)] == [backup.BEFORE_UPDATE]
    is_whole(folder, expected)


@pytest.mark.failure(12)
def test_without_room_for_a_backup_the_tables_do_not_change(
    earlier: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, expected = earlier
    before = (folder / db.FILE).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(files, "free_bytes", lambda _: 1000)
        with pytest.raises(DiskFull):
            opened_store(folder, expected)
    assert (folder / db.FILE).read_bytes() == before
    assert backup.list_backups(folder) == []
    is_whole(folder, expected)


# What is left of the disk when the journal is to be written back: SQLite meets the end of it in the file itself.
CHECKPOINT = """
import sys
from pathlib import Path
from sqlalchemy import text
from storage import db, files, slots
from storage.keys import Key
from storage.slots import SlotFile

how, folder = sys.argv[1], Path(sys.argv[2])
if how == "small disk":
    import subprocess
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
slots.write(folder, SlotFile("profile", "key", ()))
key = Key(bytes(range(32)))
engine = db.open_engine(folder / db.FILE, key, must_exist=False)
with db.write(engine) as connection:
    connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
with db.driver(engine) as connection:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
for number in range(20):
    with db.write(engine) as connection:
        connection.execute(text("INSERT INTO note (body) VALUES (:body)"), {"body": "x" * 9000})
if how == "small disk":
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as full:
        try:
            while full.write(bytes(4096)):
                pass
        except OSError:
            pass
else:
    import resource
    size = (folder / db.FILE).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
try:
    with db.driver(engine) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print("written back")
except Exception as error:
    print(type(error).__name__)
before = (folder / f"{db.FILE}-wal").stat().st_size
db.close_engine(engine, folder)
print(before == (folder / f"{db.FILE}-wal").stat().st_size > 0, slots.store_state(folder).clean)
if how == "small disk":
    filler.unlink()
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
engine = db.open_engine(folder / db.FILE, key)
with db.read(engine) as connection:
    print(connection.exec_driver_sql("SELECT count(*), sum(length(body)) FROM note").one())
db.close_engine(engine, folder)
print((folder / f"{db.FILE}-wal").exists(), slots.store_state(folder).clean)
"""
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
"""Runs a command where it may make a small disk of its own, on a Linux that lets anybody do that."""


def _small_disks() -> bool:
    if shutil.which("unshare") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = (*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", folder)
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0


WAYS = [
    *(["file limit"] if os.name != "nt" else []),
    *(["small disk"] if sys.platform == "linux" and _small_disks() else []),
]


@pytest.mark.failure(12)
@pytest.mark.parametrize("way", WAYS)
def test_a_disk_full_when_the_journal_is_written_back_keeps_the_journal(tmp_path: Path, way: str) -> None:
    command = [
        *(NAMESPACE if way == "small disk" else ()),
        sys.executable,
        "-c",
        CHECKPOINT,
        way,
        str(tmp_path),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    told = {"small disk": "DiskFull", "file limit": "KnownError"}[way]
    assert done.stdout.splitlines() == [told, "True False", "(20, 180000)", "False True"]


# ---- power cut --------------------------------------------------------------------------------------------


@pytest.mark.failure(21)
def test_a_power_cut_while_the_tables_change_opens_clean(
    earlier: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """At every point that is passed, what lies on the disk is copied, as a machine without power would find it."""
    folder, expected = earlier
    passed: list[str] = []

    def cut(name: str) -> None:
        shutil.copytree(
            folder, tmp_path / f"cut-{len(passed)}", ignore=shutil.ignore_patterns("*-shm", "lock")
        )
        passed.append(name)

    release = clock.hold(at_point=cut)
    try:
        opened_store(folder, expected).abandon()
    finally:
        release()
    assert {"backup.packed", "backup.made", "migrate.before_commit", "db.committed"} <= set(passed)
    for number, name in enumerate(passed):
        found = tmp_path / f"cut-{number}"
        backups = [one.file for one in backup.list_backups(found)]
        assert bool(backups) == (number >= passed.index("backup.made")), name
        is_whole(found, expected)
    (file,) = [one.file for one in backup.list_backups(folder)]
    backup.restore_from(file, folder)  # the way back is whole, too
    is_whole(folder, expected)


# ---- write-protected, and held by another program ---------------------------------------------------------


@contextmanager
def protected(folder: Path) -> Iterator[None]:
    """Write-protect a store's folder and files; as nobody in particular, since an administrator may do everything."""
    everything = [*(one for one in folder.iterdir() if one.is_file()), folder]
    modes = {one: one.stat().st_mode for one in everything}
    administrator = hasattr(os, "geteuid") and os.geteuid() == 0
    for one in everything:
        one.chmod(stat.S_IREAD | stat.S_IRGRP | stat.S_IROTH | (stat.S_IXUSR | 0o055 if one == folder else 0))
    if administrator:
        os.seteuid(65534)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)
        for one, mode in modes.items():
            one.chmod(mode)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that anybody may look into: that of the tests is their owner's alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name) / "profile"


def write_somehow(path: Path, key: Key, engine: Engine | None = None) -> None:
    """Write to a store, opening it first unless it is open."""
    opened = engine or db.open_engine(path, key, busy_ms=50)
    try:
        with db.write(opened) as connection:
            connection.exec_driver_sql("UPDATE client SET phone = '1'")
    finally:
        opened.dispose()


@pytest.mark.failure(14)
@pytest.mark.parametrize("journal", [False, True])
def test_a_write_protected_store_says_so_and_stays_as_it_is(open_to_all: Path, journal: bool) -> None:
    made = new_store(open_to_all)
    client = add_client(made)
    secret = bytes(made.key.secret())
    if journal:
        made.abandon()  # a crash: what was saved last stands in the journal alone
    else:
        made.close()
    before = content(open_to_all)
    with protected(open_to_all), pytest.raises(KnownError) as caught:
        write_somehow(open_to_all / db.FILE, Key(secret))
    assert caught.value.advice is not None
    left = content(open_to_all)
    assert {name: left[name] for name in before if not name.endswith("-shm")} == {
        name: data for name, data in before.items() if not name.endswith("-shm")
    }
    engine = db.open_engine(open_to_all / db.FILE, Key(secret))
    with db.read(engine) as connection:
        assert connection.exec_driver_sql("SELECT id FROM client").scalar_one() == str(client)
    db.close_engine(engine, open_to_all)


HOLDS = """
import sys
from pathlib import Path
from storage import db
from storage.keys import Key
connection = db.connect(Path(sys.argv[1]), Key(bytes.fromhex(sys.argv[2])))
connection.execute("PRAGMA locking_mode=EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
connection.execute("SELECT count(*) FROM client").fetchone()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.failure(14)
@pytest.mark.parametrize("opened", [False, True])
def test_a_store_held_by_another_program_is_busy_and_never_empty(tmp_path: Path, opened: bool) -> None:
    """Both at the start of the program, and when the scanner comes while it runs."""
    made = new_store(tmp_path / "p")
    client = add_client(made)
    key, path = Key(bytes(made.key.secret())), tmp_path / "p" / db.FILE
    made.close()
    engine = db.open_engine(path, key, busy_ms=50) if opened else None
    if engine is not None:
        engine.dispose()  # it reads again when it is next asked
    command = [sys.executable, "-c", HOLDS, str(path), bytes(key.secret()).hex()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held" + os.linesep.encode()
        before = path.read_bytes()
        with pytest.raises(StoreBusy) as caught:
            write_somehow(path, key, engine)
        assert "virus scanner" in str(caught.value.advice)
        assert path.read_bytes() == before
        other.stdin.close() if other.stdin else None
    engine = engine or db.open_engine(path, key)
    with db.write(engine) as connection:
        assert connection.exec_driver_sql("SELECT id FROM client").scalar_one() == str(client)
    db.close_engine(engine, path.parent)
