"""A backup holds everything, is checked before it counts, and a restore never loses what was there."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app import clock
from app.errors import DiskFull, KnownError, StoreDamaged
from storage import backup, db, files, keys, slots
from storage.keys import Key

GOOD = "aamukahvi kirkas hissi"
OTHER = "lumi traktori pianotunti"
MORNING = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


class PowerCut(BaseException):
    """No `except` of the product may catch this."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A closed store with a hundred notes, and its key."""
    folder = tmp_path_factory.mktemp("made")
    key, _ = keys.create(folder, GOOD, cost=keys.FLOOR)
    engine = db.open_engine(folder / db.FILE, key, must_exist=False)
    with db.write(engine) as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)"))
    add(engine, 100)
    db.close_engine(engine, folder)
    return folder, bytes(key.secret())


@pytest.fixture
def folder(made: tuple[Path, bytes], tmp_path: Path) -> Path:
    shutil.copytree(made[0], tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def key(made: tuple[Path, bytes]) -> Key:
    return Key(made[1])


@contextmanager
def opened(folder: Path, key: Key) -> Iterator[Engine]:
    engine = db.open_engine(folder / db.FILE, key)
    try:
        yield engine
    finally:
        db.close_engine(engine, folder)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    release = clock.hold(now=lambda: moment)
    try:
        yield
    finally:
        release()


def add(engine: Engine, rows: int) -> None:
    with db.write(engine) as connection:
        connection.execute(text("INSERT INTO note (body) VALUES (:body)"), [{"body": "x" * 200}] * rows)


def db_count(engine: Engine) -> int:
    with db.read(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM note")).scalar_one())


def count(folder: Path, key: Key) -> int:
    with opened(folder, key) as engine:
        return db_count(engine)


def content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


@pytest.fixture
def saved(folder: Path, key: Key, tmp_path: Path) -> Path:
    """A backup of a hundred notes, of which ten are still in the journal; the store then has 150."""
    file = tmp_path / "stick" / "may.tyopari-backup"
    with opened(folder, key) as engine:
        add(engine, 10)
        backup.backup_to(file, folder, engine, key)
        add(engine, 40)
    return file


# ---- making -----------------------------------------------------------------------------------------------


def test_a_backup_opens_elsewhere_with_its_passphrase(saved: Path, tmp_path: Path) -> None:
    assert [one.name for one in saved.parent.iterdir()] == [saved.name]
    new = tmp_path / "new computer"
    assert backup.restore_from(saved, new) is None
    assert count(new, keys.unlock(new, GOOD)) == 110


def test_nothing_is_readable_in_a_backup(saved: Path, key: Key) -> None:
    data = saved.read_bytes()
    assert b"xxxx" not in data
    assert bytes(key.secret()) not in data
    assert bytes(key.secret()).hex().encode() not in data
    with zipfile.ZipFile(saved) as archive:
        assert sorted(archive.namelist()) == ["slots.json", "store.db"]


def test_one_backup_each_day_and_seven_stay(folder: Path, key: Key) -> None:
    with opened(folder, key) as engine:
        for day in range(10):
            with at(MORNING + timedelta(days=day)):
                assert backup.make_daily(folder, engine, key)
            with at(MORNING + timedelta(days=day, hours=1)):
                assert backup.make_daily(folder, engine, key) is None
        with at(MORNING):
            before = backup.before_migration(folder, engine, key)
    found = backup.list_backups(folder)
    assert [one.made for one in found if one.kind == backup.DAILY] == [
        MORNING + timedelta(days=day) for day in range(9, 2, -1)
    ]
    assert before in found
    assert all(one.size == one.file.stat().st_size for one in found)


def test_three_backups_from_before_updates_stay(folder: Path, key: Key) -> None:
    with opened(folder, key) as engine:
        for hour in range(5):
            with at(MORNING + timedelta(hours=hour)):
                made = backup.before_migration(folder, engine, key)
                assert made.made == MORNING + timedelta(hours=hour)
    assert len(backup.list_backups(folder)) == backup.KEPT_BEFORE_UPDATE


def test_foreign_files_in_the_folder_are_left_alone(folder: Path, key: Key) -> None:
    (folder / backup.FOLDER).mkdir()
    foreign = folder / backup.FOLDER / f"holiday{backup.SUFFIX}"
    foreign.write_bytes(b"")
    with opened(folder, key) as engine:
        for day in range(9):
            with at(MORNING + timedelta(days=day)):
                backup.make_daily(folder, engine, key)
    assert foreign.exists()
    assert len(backup.list_backups(folder)) == backup.KEPT


def test_low_disk_makes_none_and_removes_none(
    folder: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(folder, key) as engine:
        for day in range(7):
            with at(MORNING + timedelta(days=day)):
                backup.make_daily(folder, engine, key)
        before = content(folder / backup.FOLDER)
        monkeypatch.setattr(files, "free_bytes", lambda _: backup.SPARE)
        with at(MORNING + timedelta(days=7)), pytest.raises(DiskFull):
            backup.make_daily(folder, engine, key)
    assert content(folder / backup.FOLDER) == before


def test_a_damaged_store_replaces_no_backup(folder: Path, key: Key) -> None:
    with opened(folder, key) as engine, at(MORNING):
        for hour in range(backup.KEPT_BEFORE_UPDATE):
            with at(MORNING + timedelta(hours=hour)):
                backup.before_migration(folder, engine, key)
    before = content(folder / backup.FOLDER)
    data = bytearray((folder / db.FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / db.FILE).write_bytes(data)
    with opened(folder, key) as engine, pytest.raises(StoreDamaged):
        backup.before_migration(folder, engine, key)
    assert content(folder / backup.FOLDER) == before


def test_a_store_that_breaks_its_own_rules_gives_no_backup(folder: Path, key: Key, tmp_path: Path) -> None:
    """Every page can be read and every seal holds, and yet the content is not what the tables allow."""
    with opened(folder, key) as engine:
        with db.driver(engine) as connection:
            connection.execute("CREATE TABLE few (number INTEGER)")
            connection.execute("INSERT INTO few VALUES (NULL)")
            connection.execute("PRAGMA writable_schema=ON")
            stricter = "CREATE TABLE few (number INTEGER NOT NULL)"
            connection.execute("UPDATE sqlite_master SET sql=? WHERE name='few'", (stricter,))
            connection.execute("PRAGMA writable_schema=RESET")
        with pytest.raises(StoreDamaged):
            backup.backup_to(tmp_path / "copy", folder, engine, key)
    assert not (tmp_path / "copy").exists()


def test_a_copy_that_came_out_wrong_is_not_kept(
    folder: Path, key: Key, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()
    real = backup._copy_database

    def bad_disk(engine: Engine, copy: Path) -> None:
        real(engine, copy)
        data = bytearray(copy.read_bytes())
        data[-100] ^= 1
        copy.write_bytes(data)

    monkeypatch.setattr(backup, "_copy_database", bad_disk)
    with opened(folder, key) as engine, pytest.raises(StoreDamaged):
        backup.backup_to(saved, folder, engine, key)
    assert saved.read_bytes() == before
    assert [one.name for one in saved.parent.iterdir()] == [saved.name]


def test_a_power_cut_leaves_the_former_backup_and_the_next_cleans_up(
    folder: Path, key: Key, saved: Path
) -> None:
    before = saved.read_bytes()
    left = saved.parent / ".tyopari-part-of-a-crash"
    left.mkdir()
    foreign = saved.parent / ".other.part"  # of some other program on the same stick
    foreign.mkdir()
    (left / db.FILE).write_bytes(b"half")

    def cut(name: str) -> None:
        if name == "backup.packed":
            raise PowerCut

    release = clock.hold(at_point=cut)
    with opened(folder, key) as engine:
        with pytest.raises(PowerCut):
            backup.backup_to(saved, folder, engine, key)
        release()
        assert saved.read_bytes() == before
        backup.backup_to(saved, folder, engine, key)
    assert saved.read_bytes() != before
    assert {one.name for one in saved.parent.iterdir()} == {saved.name, foreign.name}


# ---- restoring --------------------------------------------------------------------------------------------


def test_a_restore_puts_the_present_store_aside_whole(folder: Path, key: Key, saved: Path) -> None:
    present = content(folder)
    aside = backup.restore_from(saved, folder)
    assert aside is not None
    assert aside.parent == folder
    kept = content(aside)
    assert kept == {name: present[name] for name in kept}
    assert set(kept) >= {db.FILE, slots.SLOTS, slots.COPY}
    assert count(folder, key) == 110
    assert count(aside, key) == 150


def test_a_journal_goes_aside_with_its_store(folder: Path, key: Key, saved: Path) -> None:
    engine = db.open_engine(folder / db.FILE, key)
    add(engine, 5)
    crashed = folder.with_name("crashed")
    shutil.copytree(folder, crashed)  # as after a power cut: with its journal
    db.close_engine(engine, folder)
    aside = backup.restore_from(saved, crashed)
    assert aside is not None
    assert (aside / f"{db.FILE}-wal").stat().st_size > 0
    assert count(crashed, key) == 110
    assert count(aside, key) == 155


def test_two_restores_in_one_second_keep_both(folder: Path, saved: Path) -> None:
    with at(MORNING):
        assert backup.restore_from(saved, folder) != backup.restore_from(saved, folder)


def test_the_present_passphrase_stays_after_a_restore(folder: Path, key: Key, saved: Path) -> None:
    keys.change_passphrase(folder, key, OTHER, cost=keys.FLOOR)
    backup.restore_from(saved, folder)
    assert count(folder, keys.unlock(folder, OTHER)) == 110


def test_damaged_slots_come_back_from_the_backup(folder: Path, saved: Path) -> None:
    (folder / slots.SLOTS).write_bytes(b"")
    (folder / slots.COPY).write_bytes(b"")
    backup.restore_from(saved, folder)
    assert count(folder, keys.unlock(folder, GOOD)) == 110


@pytest.mark.parametrize(
    "harm", ["cut", "bit", "foreign", "empty", "no slots", "another store's slots", "missing"]
)
def test_what_is_no_backup_changes_nothing(folder: Path, saved: Path, harm: str, tmp_path: Path) -> None:
    data = bytearray(saved.read_bytes())
    if harm == "missing":
        saved.unlink()
    elif harm == "cut":
        saved.write_bytes(data[: len(data) // 2])
    elif harm == "bit":
        data[len(data) // 2] ^= 1
        saved.write_bytes(data)
    elif harm in ("foreign", "empty"):
        saved.write_bytes(b"something else" if harm == "foreign" else b"")
    else:
        _repack(saved, None if harm == "no slots" else slots.dump(slots.SlotFile("p", "k", ())))
    before = content(folder)
    with pytest.raises(KnownError):
        backup.restore_from(saved, folder)
    assert content(folder) == before
    assert not list(folder.glob("replaced-*"))
    assert not list(folder.glob(".tyopari*"))


def _repack(file: Path, slot_file: bytes | None) -> None:
    with zipfile.ZipFile(file) as archive:
        database = archive.read(db.FILE)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(db.FILE, database)
        if slot_file is not None:
            archive.writestr(slots.SLOTS, slot_file)


@pytest.mark.failure(12)
def test_no_room_to_restore_changes_nothing(
    folder: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(folder)
    monkeypatch.setattr(files, "free_bytes", lambda _: 1000)
    with pytest.raises(DiskFull):
        backup.restore_from(saved, folder)
    assert content(folder) == before


@pytest.mark.parametrize(
    "point", ["backup.put_aside", "files.written", "files.replaced", "backup.slots_restored"]
)
def test_a_power_cut_while_restoring_is_put_right_by_restoring_again(
    folder: Path, key: Key, saved: Path, point: str
) -> None:
    before = (folder / db.FILE).read_bytes()

    def cut(name: str) -> None:
        if name == point:
            raise PowerCut

    release = clock.hold(at_point=cut)
    with pytest.raises(PowerCut):
        backup.restore_from(saved, folder)
    release()
    with pytest.raises(KnownError):  # never a silent empty store
        db.open_engine(folder / db.FILE, key, must_exist=False)
    backup.restore_from(saved, folder)
    assert count(folder, key) == 110
    assert any(
        (aside / db.FILE).exists() and (aside / db.FILE).read_bytes() == before
        for aside in folder.glob("replaced-*")
    )


def test_a_power_cut_after_the_backup_leaves_it_whole(folder: Path, key: Key, saved: Path) -> None:
    def cut(name: str) -> None:
        if name == "backup.made":
            raise PowerCut

    with opened(folder, key) as engine:
        present = db_count(engine)
        release = clock.hold(at_point=cut)
        with pytest.raises(PowerCut):
            backup.backup_to(saved, folder, engine, key)
        release()
    assert [one.name for one in saved.parent.iterdir()] == [saved.name]
    backup.restore_from(saved, folder)
    assert count(folder, key) == present


def test_a_power_cut_after_restoring_leaves_the_restored_store(folder: Path, key: Key, saved: Path) -> None:
    def cut(name: str) -> None:
        if name == "backup.restored":
            raise PowerCut

    present = count(folder, key)
    release = clock.hold(at_point=cut)
    with pytest.raises(PowerCut):
        backup.restore_from(saved, folder)
    release()
    assert count(folder, key) == 110
    (aside,) = folder.glob("replaced-*")
    assert count(aside, key) == present
