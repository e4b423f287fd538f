"""The store opens when it is whole, says what is wrong when it is not, and its transactions are real ones."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.errors import BugError, DiskFull, KnownError, StoreBusy, StoreDamaged, StoreLocked, StoreMissing
from storage import db, profile_lock, slots
from storage.keys import Key
from storage.slots import SlotFile, StoreState

SECRET = bytes(range(32))
ROWS = 300
INSERT = text("INSERT INTO note VALUES (:id, :body)")


def new_folder(folder: Path) -> Path:
    """Make a folder with a slot file that has no slots: the key is at hand, so nothing needs deriving."""
    folder.mkdir(parents=True, exist_ok=True)
    slots.write(folder, SlotFile("profile", "key", ()))
    return folder / db.FILE


def fill(engine: Engine, rows: int = ROWS) -> None:
    with db.write(engine) as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"))
        connection.execute(
            text("INSERT INTO note VALUES (:id, :body)"), [{"id": i, "body": "x" * 500} for i in range(rows)]
        )


def count(engine: Engine) -> int:
    with db.read(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM note")).scalar_one())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_folder(tmp_path / "store")


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = db.open_engine(path, Key(SECRET), must_exist=False, busy_ms=50)
    yield engine
    engine.dispose()


@pytest.fixture
def closed(path: Path) -> Path:
    """A store with rows, closed properly."""
    engine = db.open_engine(path, Key(SECRET), must_exist=False)
    fill(engine)
    db.close_engine(engine, path.parent)
    return path


def reopened(path: Path) -> int:
    engine = db.open_engine(path, Key(SECRET))
    try:
        return count(engine)
    finally:
        db.close_engine(engine, path.parent)


# ---- a whole store ----------------------------------------------------------------------------------------


def test_what_is_saved_is_there_again(closed: Path) -> None:
    assert reopened(closed) == ROWS
    state = slots.store_state(closed.parent)
    assert state == StoreState(True, True, closed.stat().st_size, closed.read_bytes()[:16].hex())
    assert not Path(f"{closed}-wal").exists()


def test_nothing_is_readable_in_the_file(closed: Path) -> None:
    data = closed.read_bytes()
    assert b"xxxx" not in data
    assert b"note" not in data
    assert not data.startswith(b"SQLite")


def test_pragmas_hold_on_every_connection(engine: Engine) -> None:
    wanted = {
        "foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "temp_store": 2,
        "trusted_schema": 0, "cipher_memory_security": "0", "query_only": 0, "busy_timeout": 50,
    }  # fmt: skip
    lent = [engine.connect() for _ in range(3)]
    for connection in lent:
        for name, value in wanted.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == value, name
        connection.rollback()
    assert len({id(connection.connection.driver_connection) for connection in lent}) == 3
    for connection in lent:
        connection.close()


def test_the_key_is_in_no_log_and_no_error(
    path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = db.open_engine(path, Key(SECRET), must_exist=False)
    fill(engine)
    with pytest.raises(BugError) as caught, db.write(engine) as connection:
        connection.execute(
            text("INSERT INTO note VALUES (:id, :body)"), {"id": 1, "body": "Salainen Asiakas"}
        )
    db.close_engine(engine, path.parent)
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(StoreDamaged):
        db.open_engine(path, Key(SECRET))
    out, err = capfd.readouterr()
    told = (
        caplog.text
        + out
        + err
        + repr(caught.value)
        + repr(caught.value.__cause__)
        + str(caught.value.__cause__)
    )
    assert SECRET.hex() not in told
    assert "Salainen" not in told
    assert err == ""


def test_a_wiped_key_opens_nothing(closed: Path) -> None:
    key = Key(SECRET)
    key.wipe()
    with pytest.raises(StoreLocked):
        db.open_engine(closed, key)


# ---- damage -----------------------------------------------------------------------------------------------


def cut(size: Callable[[int], int]) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        os.truncate(path, size(path.stat().st_size))

    return harm


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


HARMS = {
    "0 bytes": cut(lambda size: 0),
    "100 bytes": cut(lambda size: 100),
    "one page left": cut(lambda size: db.PAGE),
    "half": cut(lambda size: size // 2),
    "last page lost": cut(lambda size: size - db.PAGE),
    "last byte lost": cut(lambda size: size - 1),
    "bit in the header": lambda path: flip(path, 40),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)) and None,
}


@pytest.mark.failure(14)
@pytest.mark.parametrize("noted", [True, False], ids=["size noted", "size not noted"])
@pytest.mark.parametrize("harm", HARMS)
def test_damage_is_noticed_at_opening(closed: Path, harm: str, noted: bool) -> None:
    """Also where the slot file knows no size: a store that has never been closed properly."""
    if not noted:
        slots.note_store(closed.parent, StoreState(True, False, 0, ""))
    HARMS[harm](closed)
    before = closed.read_bytes()
    with pytest.raises(StoreDamaged):
        db.open_engine(closed, Key(SECRET), must_exist=False)
    assert closed.read_bytes() == before


@pytest.mark.failure(14)
@pytest.mark.parametrize("must_exist", [True, False])
def test_a_missing_store_is_never_made_anew(closed: Path, must_exist: bool) -> None:
    closed.unlink()
    with pytest.raises(StoreMissing):
        db.open_engine(closed, Key(SECRET), must_exist=must_exist)
    assert not closed.exists()


def test_a_store_that_never_was_is_made_only_when_asked(path: Path) -> None:
    with pytest.raises(StoreMissing):
        db.open_engine(path, Key(SECRET))
    assert not path.exists()


def test_a_store_that_vanishes_while_open_is_not_made_anew(closed: Path) -> None:
    engine = db.open_engine(closed, Key(SECRET))
    engine.dispose()  # the pool connects again when it is next asked
    closed.unlink()
    with pytest.raises(KnownError):
        count(engine)
    assert not closed.exists()


@pytest.mark.failure(13, 14)
def test_the_store_of_another_profile_is_told_apart(closed: Path, tmp_path: Path) -> None:
    other = new_folder(tmp_path / "other")
    engine = db.open_engine(other, Key(bytes(32)), must_exist=False)
    fill(engine)
    db.close_engine(engine, other.parent)
    closed.write_bytes(other.read_bytes())
    with pytest.raises(StoreDamaged, match="another profile"):
        db.open_engine(closed, Key(SECRET))


@pytest.mark.failure(14)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.floats(0, 1, exclude_max=True))
def test_a_flipped_bit_anywhere_is_found(closed: Path, place: float) -> None:
    whole = closed.read_bytes()
    at = int(place * len(whole))
    flip(closed, at)
    try:
        engine = db.open_engine(closed, Key(SECRET))
    except StoreDamaged:
        assert at < 2 * db.PAGE
    else:
        found = db.thorough_check(engine)
        db.close_engine(engine, closed.parent)
        assert any(str(at // db.PAGE + 1) in line for line in found), found
    closed.write_bytes(whole)


def test_a_bit_lost_is_damage_when_read_and_after_a_crash(closed: Path) -> None:
    flip(closed, closed.stat().st_size // 2)
    engine = db.open_engine(closed, Key(SECRET))
    with pytest.raises(StoreDamaged), db.read(engine) as connection:
        connection.execute(text("SELECT sum(length(body)) FROM note")).all()
    engine.dispose()  # no close_engine: a crash
    with pytest.raises(StoreDamaged):
        db.open_engine(closed, Key(SECRET))


def test_a_whole_store_passes_the_thorough_check(engine: Engine) -> None:
    fill(engine)
    assert db.thorough_check(engine) == []


# ---- crashes ----------------------------------------------------------------------------------------------

CRASH = """
import os, sys
from pathlib import Path
from sqlalchemy import text
from app import clock
from storage import db
from storage.keys import Key
path, point = Path(sys.argv[1]), sys.argv[2]
engine = db.open_engine(path, Key(bytes(range(32))), must_exist=False)
with db.write(engine) as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"))
    connection.execute(text("INSERT INTO note (body) VALUES ('first')"))
clock.hold(at_point=lambda name: os._exit(9) if name == point else None)
with db.write(engine) as connection:
    connection.execute(text("INSERT INTO note (body) VALUES ('second')"))
db.close_engine(engine, path.parent)
os._exit(0)
"""


def crash(path: Path, point: str) -> int:
    return subprocess.run([sys.executable, "-c", CRASH, str(path), point], check=False).returncode


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ("db.before_commit", 1),
        ("db.committed", 2),
        ("db.checkpointed", 2),
        ("files.written", 2),
        ("keys.first_copy", 2),
    ],
)
def test_a_killed_process_loses_nothing_confirmed(path: Path, point: str, kept: int) -> None:
    assert crash(path, point) == 9
    assert not db.journal_lost(path)
    assert reopened(path) == kept
    assert slots.store_state(path.parent).clean


@pytest.mark.failure(14)
def test_a_journal_taken_away_after_a_crash_is_told(path: Path) -> None:
    assert crash(path, "db.committed") == 9
    Path(f"{path}-wal").unlink()
    assert db.journal_lost(path)


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize(
    "point", ["db.made", "db.placed", "files.written", "files.replaced", "keys.first_copy"]
)
def test_a_power_cut_while_making_the_store(path: Path, point: str) -> None:
    def at(name: str) -> None:
        if name == point:
            raise PowerCut

    release = clock.hold(at_point=at)
    try:
        with pytest.raises(PowerCut):
            db.open_engine(path, Key(SECRET), must_exist=False)
    finally:
        release()
    engine = db.open_engine(path, Key(SECRET), must_exist=False)
    fill(engine)
    db.close_engine(engine, path.parent)
    assert reopened(path) == ROWS


# ---- transactions -----------------------------------------------------------------------------------------


def insert(connection: Connection, number: int) -> None:
    connection.execute(text("INSERT INTO note VALUES (:id, 'x')"), {"id": number})


def test_a_failed_write_leaves_nothing_not_even_a_table(engine: Engine) -> None:
    fill(engine)

    def fail() -> None:
        with db.write(engine) as connection:
            connection.execute(text("CREATE TABLE extra (id INTEGER)"))
            insert(connection, 1000)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(engine) == ROWS
    with db.read(engine) as connection:
        assert (
            connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name='extra'")).scalar_one()
            == 0
        )


def test_savepoints_undo_only_their_part(engine: Engine) -> None:
    fill(engine)
    with db.write(engine) as connection:
        insert(connection, 1000)
        part = connection.begin_nested()
        insert(connection, 1001)
        with pytest.raises(IntegrityError):
            insert(connection, 1000)
        part.rollback()
        with connection.begin_nested():
            insert(connection, 1002)
    assert count(engine) == ROWS + 2

    def fail() -> None:
        with db.write(engine) as connection:
            with connection.begin_nested():
                insert(connection, 1003)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(engine) == ROWS + 2


def test_a_write_holds_the_lock_from_its_first_moment(engine: Engine) -> None:
    with db.write(engine):
        with pytest.raises(StoreBusy):
            db.write(engine).__enter__()
        with Session(engine) as session, pytest.raises(StoreBusy):
            session.execute(text("SELECT 1"))
    with db.write(engine) as connection:
        connection.execute(text("SELECT 1"))


def test_readers_see_one_view_while_another_thread_writes(engine: Engine) -> None:
    fill(engine)
    with db.read(engine) as connection:
        before = connection.execute(text("SELECT count(*) FROM note")).scalar_one()

        def add() -> None:
            with db.write(engine) as writer:
                insert(writer, 1000)

        thread = threading.Thread(target=add)
        thread.start()
        thread.join()
        assert connection.execute(text("SELECT count(*) FROM note")).scalar_one() == before
    assert count(engine) == before + 1


def test_writers_on_several_threads_wait_for_each_other(path: Path) -> None:
    engine = db.open_engine(path, Key(SECRET), must_exist=False)
    fill(engine, 1)
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(25):
                with db.write(engine) as connection:
                    highest = connection.execute(text("SELECT max(id) FROM note")).scalar_one()
                    insert(connection, highest + 1)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert count(engine) == 101
    db.close_engine(engine, path.parent)


def test_a_write_inside_a_read_is_a_bug(engine: Engine) -> None:
    fill(engine)
    with pytest.raises(BugError), db.read(engine) as connection:
        insert(connection, 1000)
    with db.write(engine) as connection:  # the connection came back able to write
        insert(connection, 1000)
    assert count(engine) == ROWS + 1


def test_our_mistakes_are_bugs(engine: Engine) -> None:
    with pytest.raises(BugError), db.read(engine) as connection:
        connection.execute(text("SELECT * FROM nowhere"))


# ---- the world --------------------------------------------------------------------------------------------


@pytest.mark.failure(12)
def test_a_full_disk_undoes_the_write_and_the_next_works(engine: Engine) -> None:
    fill(engine)
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
    more = [{"id": number, "body": "y" * 500} for number in range(1000, 1300)]
    with pytest.raises(DiskFull), db.write(engine) as connection:
        connection.execute(INSERT, more)
    assert count(engine) == ROWS
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    with db.write(engine) as connection:
        connection.execute(INSERT, more)
    assert count(engine) == 2 * ROWS


def test_every_refusal_of_sqlite_has_a_sentence() -> None:
    class Refusal(Exception):
        sqlite_errorcode = 0

    for code, name in enumerate(["FULL", "IOERR", "READONLY", "CORRUPT", "NOTADB", "BUSY", "CANTOPEN"]):
        error = Refusal()
        error.sqlite_errorcode = getattr(db.sqlcipher, f"SQLITE_{name}") | (code << 8)
        told = db.error_for(error)
        assert isinstance(told, KnownError), name
        assert told.advice is not None
    assert isinstance(db.error_for(Refusal()), BugError)


LOCK = """
import sys
from pathlib import Path
from storage import profile_lock
lock = profile_lock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_told_who_has_the_store(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", LOCK, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(StoreBusy) as caught:
            profile_lock.acquire(tmp_path)
        assert str(first.pid) in str(caught.value)
        first.kill()  # a crash lets go
    with profile_lock.acquire(tmp_path) as lock:
        with pytest.raises(StoreBusy):
            profile_lock.acquire(tmp_path)
        lock.release()
        profile_lock.acquire(tmp_path).release()
