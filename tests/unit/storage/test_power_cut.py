"""The power goes in the middle of a storm of writes: the store opens, and every save that was confirmed is there.

Another process writes; it is stopped between two instructions, and what lies on the disk then is copied: that is what a
machine without power would find. (What a disk forgets although it was told to keep it cannot be seen in this way.)
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.clock import random_fraction
from storage import db, profile_lock
from storage.keys import Key
from storage.store import Store
from tests.stores import add_client, new_store

ROOT = Path(__file__).parents[3]

STORM = """
import os, sys
from itertools import count
from pathlib import Path
from app.record import validated
from app.services import SPECS
from storage import db, profile_lock
from storage.keys import Key
from storage.store import Store

db._PRAGMAS = (*db._PRAGMAS, "PRAGMA wal_autocheckpoint=30")  # the journal is written back many times a second
folder, client, said = Path(sys.argv[1]), sys.argv[3], os.open(sys.argv[4], os.O_WRONLY | os.O_APPEND)
key = Key(bytes.fromhex(sys.argv[2]))
store = Store(folder, db.open_engine(folder / db.FILE, key), key, profile_lock.acquire(folder))

def visit(**values):
    return validated(SPECS["support_visit"].table, {"client_id": client, "on": "2026-01-02", **values})

for number in count():
    made = [visit(notes=f"tapaaminen{number} " + "pitka " * (number % 7 * 40)) for _ in range(number % 3 + 1)]
    store.save(*made)
    os.write(said, f"made {number} {' '.join(str(one.id) for one in made)}\\n".encode())
    if number % 3 == 1:
        row = store.row("support_visit", made[0].id)
        store.save(visit(**{**row, "minutes": number % 900 + 1}))
        os.write(said, f"changed {made[0].id} {number % 900 + 1}\\n".encode())
    if number % 5 == 2:
        store.delete("support_visit", made[-1].id)
        os.write(said, f"deleted {made[-1].id}\\n".encode())
"""


class Storm:
    """A process that writes without a pause, and the file in which it says what has been confirmed to it."""

    def __init__(self, folder: Path) -> None:
        store = new_store(folder / "profile")
        self.client = str(add_client(store))
        self.secret = bytes(store.key.secret())
        store.close()
        self.folder, self.said = folder / "profile", folder / "said"
        self.said.touch()
        self.process = subprocess.Popen(
            [sys.executable, "-c", STORM, self.folder, self.secret.hex(), self.client, self.said],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.handle = psutil.Process(self.process.pid)

    def await_more(self, size: int) -> None:
        """Wait until something more has been confirmed."""
        while self.said.stat().st_size <= size:
            assert self.process.poll() is None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the process where it is, between two instructions."""
        self.handle.suspend()
        while os.name != "nt" and self.handle.status() != psutil.STATUS_STOPPED:
            pass
        yield
        self.handle.resume()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def confirmed(said: bytes) -> tuple[dict[str, list[str]], dict[str, int], set[str]]:
    """Return what was confirmed: ids by save, minutes by visit, deleted visits."""
    made: dict[str, list[str]] = {}
    minutes: dict[str, int] = {}
    deleted: set[str] = set()
    for line in said.decode().splitlines():
        what, one, *more = line.split()
        if what == "made":
            made[one] = more
        elif what == "changed":
            minutes[one] = int(more[0])
        else:
            deleted.add(one)
    return made, minutes, deleted


def check(storm: Storm, copy: Path, said: bytes) -> None:
    """Open a copy as after a power cut, and look for all that was confirmed before it."""
    key = Key(storm.secret)
    lock = profile_lock.acquire(copy)
    assert not db.journal_lost(copy / db.FILE)
    store = Store(copy, db.open_engine(copy / db.FILE, key), key, lock)
    try:
        made, minutes, deleted = confirmed(said)
        rows = {row["id"]: row for row in store.rows("support_visit", deleted=True)}
        assert {one for ids in made.values() for one in ids} <= rows.keys()
        assert all(rows[one]["minutes"] == much for one, much in minutes.items())
        assert all(rows[one]["deleted"] for one in deleted)
        unsaid = len(rows) - sum(len(ids) for ids in made.values())
        assert 0 <= unsaid <= 3, "at most the one save whose answer was not heard"
        living = [row for row in rows.values() if not row["deleted"]]
        found = {str(hit.id) for hit in store.search("pitka", limit=100_000)}
        assert found == {row["id"] for row in living if "pitka" in row["notes"]}
        with store.read() as connection:
            waits = connection.exec_driver_sql("SELECT row_id FROM outbox WHERE kind = 'support_visit'")
            waiting = {row[0] for row in waits}
        assert {row["id"] for row in living} <= waiting <= rows.keys()
        assert all(store.history("support_visit", one)[-1]["op"] == "create" for one in list(rows)[-5:])
    finally:
        store.abandon()


def cut_the_power(folder: Path, copies: int) -> None:
    storm = Storm(folder)
    try:
        size = 0
        for number in range(copies):
            storm.await_more(size)
            for _ in range(int(random_fraction() * 20_000)):  # to some instruction of what follows
                pass
            copy = folder / f"copy-{number}"
            copy.mkdir()
            with storm.stopped():
                said = storm.said.read_bytes()
                size = len(said)
                for name in (
                    *(one.name for one in storm.folder.glob("slots.json*")),
                    db.FILE,
                    f"{db.FILE}-wal",
                ):
                    shutil.copyfile(storm.folder / name, copy / name)
            check(storm, copy, said)
            shutil.rmtree(copy)
    finally:
        storm.end()


@pytest.mark.parametrize("part", range(2))
def test_a_power_cut_at_any_moment_loses_nothing_confirmed(tmp_path: Path, part: int) -> None:
    cut_the_power(tmp_path, 15)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(40))
def test_two_thousand_power_cuts(tmp_path: Path, part: int) -> None:
    cut_the_power(tmp_path, 50)
