"""Attached files in the profile: encrypted, whole or not there, kept as long as they may be needed and no longer."""

import errno
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.errors import DiskFull, KnownError
from storage import backup, blob_file, blob_keeping, blobs, eviction
from storage.blob_file import CHUNK, TAG, FileDamaged, FileTooLarge
from storage.store import Store
from tests.stores import PASSPHRASE, add_client, make, store

__all__ = ["store"]


def attach(store: Store, client: UUID, content: bytes, **values: Any) -> dict[str, Any]:
    found = blobs.add(store, content, values.pop("name", "cv.pdf"))
    record = make("attachment", client_id=client, added_on="2026-05-03", **{**found, **values})
    store.save(record)
    row = store.row("attachment", record.id)
    assert row is not None
    return row


def files_of(store: Store) -> list[str]:
    folder = store.folder / blobs.FOLDER
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def at_centre(store: Store, *rows: dict[str, Any]) -> None:
    with store.write() as connection:
        for row in rows:
            blobs.stored(connection, row["sha256"])


class Later:
    """The clock, some days on."""

    def __init__(self, days: float) -> None:
        self.now = clock.now() + timedelta(days=days)

    def __enter__(self) -> None:
        self._release = clock.hold(now=lambda: self.now)

    def __exit__(self, *_: object) -> None:
        self._release()


# ---- the encrypted form -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_what_was_added_is_read_again(store: Store, tmp_path: Path, size: int) -> None:
    content = clock.random_bytes(size)
    file = tmp_path / "käsi kirja.pdf"
    file.write_bytes(content)
    row = blobs.add(store, file)
    assert (row["name"], row["mime"], row["size"]) == ("käsi kirja.pdf", "application/pdf", size)
    assert blobs.read(store, row) == content
    lies = store.folder / blobs.FOLDER / row["sha256"]
    assert lies.stat().st_size == blob_file.sealed_size(size)
    assert blob_file.hash_of(lies) == row["sha256"]
    assert blobs.read(store, blobs.add(store, content)) == content
    assert len(files_of(store)) == 2, "each file has a key of its own"


def test_nothing_of_the_content_is_on_the_disk(store: Store) -> None:
    words = b"Aino Testinen 010190-123A " * 1000
    row = blobs.add(store, words, "Aino Testinen CV.pdf")
    lies = (store.folder / blobs.FOLDER / row["sha256"]).read_bytes()
    assert b"Aino" not in lies
    assert not any("Aino" in name for name in files_of(store))


@given(place=st.integers(0, 2 * CHUNK + 100 + 3 * TAG - 1), bit=st.integers(0, 7))
def test_any_changed_bit_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("bits")
    key, content = bytes(32), bytes(2 * CHUNK + 100)
    sealed = folder / "sealed"
    with (folder / "plain").open("wb+") as plain, sealed.open("wb") as target:
        plain.write(content)
        plain.seek(0)
        blob_file.seal(plain, target, key, 3 * CHUNK)
    damaged = bytearray(sealed.read_bytes())
    damaged[place] ^= 1 << bit
    sealed.write_bytes(damaged)
    name = blob_file.hash_of(sealed)  # even where the name was changed with it
    with pytest.raises(FileDamaged):
        b"".join(blob_file.opened(sealed, key, name))


def test_chunks_cannot_be_moved_dropped_or_cut_off(store: Store) -> None:
    row = blobs.add(store, bytes(CHUNK) + bytes([1]) * CHUNK + b"end")
    lies = store.folder / blobs.FOLDER / row["sha256"]
    whole, step = lies.read_bytes(), CHUNK + TAG
    one, two, end = whole[:step], whole[step : 2 * step], whole[2 * step :]
    for forged in (two + one + end, one + end, one + two, one, whole + one, whole[:-1], b"", end):
        lies.write_bytes(forged)
        renamed = {**row, "sha256": blob_file.hash_of(lies)}
        os.replace(lies, store.folder / blobs.FOLDER / renamed["sha256"])
        with pytest.raises(FileDamaged, match="damaged"):
            blobs.read(store, renamed)
        os.replace(store.folder / blobs.FOLDER / renamed["sha256"], lies)
    lies.write_bytes(whole)
    assert blobs.read(store, row).endswith(b"end")


def test_no_byte_of_a_damaged_chunk_comes_out(store: Store) -> None:
    row = blobs.add(store, bytes(CHUNK) + b"second")
    lies = store.folder / blobs.FOLDER / row["sha256"]
    lies.write_bytes(lies.read_bytes()[:-1] + b"x")
    chunks = blobs.stream(store, row)
    assert next(chunks) == bytes(CHUNK)
    with pytest.raises(FileDamaged):
        next(chunks)


def test_a_file_of_another_name_or_key_is_refused(store: Store) -> None:
    row, other = blobs.add(store, b"one"), blobs.add(store, b"two")
    with pytest.raises(FileDamaged):
        blobs.read(store, {**row, "blob_key": other["blob_key"]})
    (store.folder / blobs.FOLDER / row["sha256"]).write_bytes(
        (store.folder / blobs.FOLDER / other["sha256"]).read_bytes()
    )
    with pytest.raises(FileDamaged):
        blobs.read(store, {**row, "blob_key": other["blob_key"]})


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "/" + "a" * 63])
def test_a_name_that_is_no_hash_leads_nowhere(store: Store, name: str) -> None:
    with pytest.raises(FileDamaged):
        blobs.read(store, {"sha256": name, "blob_key": "00" * 32})


# ---- limits -----------------------------------------------------------------------------------------------


def test_a_large_file_is_never_held_whole(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = 0
    encrypt = AESGCM.encrypt

    class Watched:
        def __init__(self, key: bytes) -> None:
            self._cipher = AESGCM(key)

        def encrypt(self, nonce: bytes, data: bytes, about: bytes) -> bytes:
            nonlocal largest
            largest = max(largest, len(data))
            return encrypt(self._cipher, nonce, data, about)

    monkeypatch.setattr(blob_file, "AESGCM", Watched)
    file = tmp_path / "large.bin"
    with file.open("wb") as opened:
        opened.truncate(40 * CHUNK)
    blobs.add(store, file)
    assert largest == CHUNK


def test_a_file_beyond_the_limit_is_refused_in_words(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "MAX_FILE", 2 * CHUNK)
    file = tmp_path / "large.bin"
    with file.open("wb") as opened:
        opened.truncate(2 * CHUNK + 1)
    with pytest.raises(FileTooLarge, match="larger than 2 MB"):
        blobs.add(store, file)
    monkeypatch.setattr(blobs, "_size", lambda _source: 0)  # it grows while it is being read
    with pytest.raises(FileTooLarge):
        blobs.add(store, file)
    assert files_of(store) == []


def test_without_room_nothing_is_added(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_keeping, "QUOTA", 3 * CHUNK)
    client = add_client(store)
    first = attach(store, client, bytes(CHUNK))
    second = attach(store, client, bytes(CHUNK))
    with pytest.raises(KnownError, match=r"at most 3 MB.*Sync first"):
        blobs.add(store, bytes(CHUNK))
    assert len(files_of(store)) == 2
    at_centre(store, first, second)
    assert blobs.read(store, first)  # used later than the second
    third = attach(store, client, bytes(CHUNK))
    assert blobs.is_here(store, first)
    assert blobs.is_here(store, third)
    assert not blobs.is_here(store, second), "the copy that was longest unused made room"
    assert blobs.places(store, [second["sha256"]])[second["sha256"]] == blobs.Place("stored", False)
    with pytest.raises(KnownError, match="Fetch it"):
        blobs.read(store, second)


def test_a_full_disk_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    client = add_client(store)
    kept = attach(store, client, b"kept")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for place, name in ((os, "fsync"), (os, "replace"), (blob_file, "seal")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, full)
            with pytest.raises(DiskFull, match="disk is full"):
                blobs.add(store, bytes(3 * CHUNK))
        assert files_of(store) == [kept["sha256"]]
    with monkeypatch.context() as patch:
        patch.setattr(blobs, "_note", lambda *_: full_store())
        with pytest.raises(DiskFull):
            blobs.add(store, b"more")
    assert files_of(store) == [kept["sha256"]]
    assert blobs.read(store, attach(store, client, b"again")) == b"again"


def full_store() -> None:
    from storage.files import disk_full

    raise disk_full()


def test_what_cannot_be_read_says_so(store: Store, tmp_path: Path) -> None:
    for source in (tmp_path / "missing.pdf", tmp_path):
        with pytest.raises(KnownError, match="cannot be read"):
            blobs.add(store, source)
    assert files_of(store) == []


def test_saving_writes_the_whole_file_or_none(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = blobs.add(store, bytes(CHUNK) + b"end")
    target = tmp_path / "out.pdf"
    blobs.save_to(store, row, target)
    assert target.read_bytes() == bytes(CHUNK) + b"end"
    target.write_bytes(b"before")
    lies = store.folder / blobs.FOLDER / row["sha256"]
    lies.write_bytes(lies.read_bytes()[:-1])
    with pytest.raises(FileDamaged):
        blobs.save_to(store, row, target)
    assert target.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["out.pdf"]
    assert lies.exists(), "what is only here is not thrown away"


# ---- what goes and when -----------------------------------------------------------------------------------


def deliver(store: Store) -> None:
    """Let the centre have taken all that was saved."""
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'kept'")


def join(store: Store) -> None:
    from storage.state import set_state

    with store.write() as connection:
        set_state(connection, "device_id", "01990000-0000-7000-8000-0000000000ff")


def test_a_deleted_entrys_file_goes_when_the_centre_knows_of_it(store: Store) -> None:
    join(store)
    row = attach(store, add_client(store), b"content")
    deliver(store)
    at_centre(store, row)
    store.delete("attachment", row["id"])
    with Later(20):
        blobs.sweep(store)
        assert files_of(store) == [row["sha256"]], "the deletion is not acknowledged"
        deliver(store)
        blobs.sweep(store)
        assert files_of(store) == [row["sha256"]], "it can still be taken back"
    with Later(22):
        blobs.sweep(store)
    assert files_of(store) == []
    assert blobs.places(store, [row["sha256"]]) == {}


def test_a_deletion_taken_back_keeps_the_file(store: Store) -> None:
    row = attach(store, add_client(store), b"content")
    store.delete("attachment", row["id"])
    blobs.sweep(store)
    store.undelete("attachment", row["id"])
    with Later(5):
        blobs.sweep(store)
    with Later(40):
        blobs.sweep(store)
    assert blobs.read(store, row) == b"content"


def test_a_file_that_is_only_here_stays_as_long_as_daily_backups(store: Store) -> None:
    row = attach(store, add_client(store), b"content")
    store.delete("attachment", row["id"])
    blobs.sweep(store)
    with Later(backup.KEPT + 0.5):
        blobs.sweep(store)
        assert files_of(store) == [row["sha256"]]
    with Later(backup.KEPT + 2):
        blobs.sweep(store)
    assert files_of(store) == []


def test_what_crashes_left_behind_is_swept(store: Store) -> None:
    blobs.add(store, b"never named")
    kept = attach(store, add_client(store), b"named")
    folder = store.folder / blobs.FOLDER
    (folder / "half.part").write_bytes(b"x")
    (folder / ("f" * 64)).write_bytes(b"unknown")
    blobs.sweep(store)
    assert len(files_of(store)) == 4
    with Later(2):
        blobs.sweep(store)
        assert "half.part" not in files_of(store)
        assert "f" * 64 in files_of(store)
    with Later(31):
        blobs.sweep(store)
    assert files_of(store) == [kept["sha256"]]


def test_a_process_that_dies_while_adding_leaves_a_sound_store(store: Store) -> None:
    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == "blobs.written":
            raise Died

    release = clock.hold(at_point=die)
    with pytest.raises(Died):
        blobs.add(store, b"content")
    release()
    assert files_of(store) == []
    row = attach(store, add_client(store), b"content")
    assert blobs.read(store, row) == b"content"


def test_a_client_who_leaves_takes_her_files_along(store: Store) -> None:
    gone, stays = add_client(store, "Gone"), add_client(store, "Stays")
    mine, other = attach(store, gone, b"gone"), attach(store, stays, b"stays")
    unsent = attach(store, gone, b"not at the centre")
    at_centre(store, mine, other)
    with store.write() as connection:
        eviction.evict(connection, [f"client:{gone}:core"], None)
    blobs.remove_gone(store)
    assert files_of(store) == sorted([other["sha256"], unsent["sha256"]])
    with store.read() as connection:
        assert blobs.unsent(connection) == [unsent["sha256"]], "it is still delivered"
        text = connection.exec_driver_sql("SELECT group_concat(blob_key) FROM attachment").scalar()
    assert text == other["blob_key"], "nobody here can open it"
    with Later(31):
        blobs.sweep(store)
    assert files_of(store) == [other["sha256"]]


def test_a_wipe_removes_all_files(store: Store) -> None:
    attach(store, add_client(store), b"content")
    folder = store.folder
    eviction.wipe(store)
    assert not (folder / blobs.FOLDER).exists()


# ---- backups ----------------------------------------------------------------------------------------------


def test_a_backup_holds_the_files_that_are_nowhere_else(store: Store, tmp_path: Path) -> None:
    client = add_client(store)
    at = attach(store, client, b"at the centre")
    only = attach(store, client, bytes(CHUNK) + b"only here")
    at_centre(store, at)
    file = tmp_path / "stick" / "one.tyopari-backup"
    backup.backup_to(file, store.folder, store.engine, store.key)
    assert not list((tmp_path / "stick").glob("*.part"))
    new = tmp_path / "new computer"
    backup.restore_from(file, new)
    restored = Store.open(new, PASSPHRASE)
    assert blobs.read(restored, only) == bytes(CHUNK) + b"only here"
    assert files_of(restored) == [only["sha256"]]
    blobs.sweep(restored)
    assert blobs.places(restored, [at["sha256"]])[at["sha256"]] == blobs.Place("stored", False)
    restored.close()


def test_a_daily_backup_leaves_files_where_they_are(store: Store) -> None:
    client = add_client(store)
    row = attach(store, client, clock.random_bytes(3 * CHUNK))
    made = backup.make_daily(store.folder, store.engine, store.key)
    assert made is not None
    assert made.size < 3 * CHUNK
    later = attach(store, client, b"after the backup")
    folder = store.folder
    store.close()
    backup.restore_from(made.file, folder)
    restored = Store.open(folder, PASSPHRASE)
    assert blobs.read(restored, row)[:1] != b""
    with Later(8):
        blobs.sweep(restored)
    assert later["sha256"] in files_of(restored), "the store that was put aside may still want it"
    restored.close()
