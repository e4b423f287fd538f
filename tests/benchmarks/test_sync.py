"""The sync on this machine: a centre in a process of its own over PostgreSQL, real HTTP, real encrypted stores."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from app import clock, roles
from app.clock import today
from app.record import Record
from storage import db
from storage import rows as stored
from storage.store import Store
from sync.client import SyncResult, sync_once
from sync.enrol import _join
from sync.server import accounts, setup
from sync.server.database import connect, writing
from sync.transport import HttpTransport
from tests.benchmarks.big_store import note
from tests.benchmarks.figures import Figure
from tests.stores import make, new_store

ROOT = Path(__file__).parents[2]
CLIENTS, VISITS = 100, 10_000
TIMES = 3


class Town:
    """A running centre, and devices that join it."""

    def __init__(self, url: str, address: str, folder: Path, process: "subprocess.Popen[str]") -> None:
        self.url, self.address, self.folder, self.process = url, address, folder, process
        self.engine = connect(url)
        self.users = 0
        self.devices = 0

    def worker(self) -> str:
        """Register a job coach; return the user name."""
        self.users += 1
        name = f"coach{self.users}"
        with writing(self.engine) as connection:
            accounts.add_user(connection, name, roles.JOB_COACH, f"Valmentaja {self.users}")
        return name

    @contextmanager
    def device(self, username: str) -> Iterator[tuple[Store, HttpTransport]]:
        """Lend a new store that has joined the centre but has not synced yet."""
        with writing(self.engine) as connection:
            code = accounts.make_code(connection, username)
        self.devices += 1
        store = new_store(self.folder / f"device{self.devices}")
        with closing(HttpTransport(self.address)) as way:
            _join(store, self.address, code, way, None)
            yield store, way
        store.close()


@contextmanager
def served(url: str, folder: Path, *options: str) -> Iterator[Town]:
    """A centre in processes of its own that serves an empty PostgreSQL database."""
    engine = connect(url)
    setup.prepare(engine)
    engine.dispose()
    command = [sys.executable, "-m", "sync.server", "run", "--host", "127.0.0.1", "--port", "0", *options]
    around = {**os.environ, "TYOPARI_DATABASE_URL": url}
    with subprocess.Popen(
        command, cwd=ROOT, env=around, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("listening on http"), said
        made = Town(url, said.split()[-1], folder, process)
        try:
            yield made
        finally:
            made.engine.dispose()
            process.terminate()


@pytest.fixture
def town(postgres_url: str, tmp_path: Path) -> Iterator[Town]:
    """A centre that serves an empty PostgreSQL database."""
    with served(postgres_url, tmp_path) as made:
        yield made


def clients_of(store: Store) -> list[Record]:
    """Register the clients of a device's worker."""
    made = [make("client", first_name="Aino", last_name=f"Testinen {number:03}") for number in range(CLIENTS)]
    store.save(*made)
    return made


def visits_of(clients: Sequence[Record], first: int) -> list[Record]:
    """Make the visits of these clients, with notes as people write them."""
    return [
        make("support_visit", client_id=clients[number % CLIENTS].id, on=today(), notes=note(first + number))
        for number in range(VISITS)
    ]


def timed_sync(store: Store, way: HttpTransport) -> tuple[SyncResult, float, float]:
    """Sync once; return what it did, the seconds until the last acknowledged push, and those of the whole."""
    last = began = perf_counter()

    def at(name: str) -> None:
        nonlocal last
        if name == "client.push.acked":
            last = perf_counter()

    release = clock.hold(at_point=at)
    try:
        result = sync_once(store, way)
    finally:
        release()
    return result, last - began, perf_counter() - began


def test_ten_thousand_visits(town: Town, figures: list[Figure]) -> None:
    """Written on one device, pushed, and pulled by a new one; beside them the same rows put in bare."""
    saves, pushes, wholes, pulls, bare_server, bare_device = [], [], [], [], [], []
    for turn in range(TIMES):
        user = town.worker()
        with town.device(user) as (store, way):
            clients = clients_of(store)
            sync_once(store, way)
            written = visits_of(clients, turn * VISITS)
            began = perf_counter()
            store.save(*written)
            saves.append(perf_counter() - began)
            result, push, whole = timed_sync(store, way)
            assert (result.pushed, result.unsent) == (VISITS, 0)
            pushes.append(push)
            wholes.append(whole)
        with town.device(user) as (store, way):
            result, _, whole = timed_sync(store, way)
            assert store.count("support_visit") == VISITS
            pulls.append(whole)
            bare_device.append(_bare_device(store, town.folder / f"bare{turn}"))
        bare_server.append(_bare_server(town.url))
    figures.append(Figure("save 10,000 visits on the device", saves, 1.5, bare_device))
    figures.append(Figure("push 10,000 visits", pushes, 1.5, bare_server))
    figures.append(Figure("push 10,000 visits, whole sync", wholes, 2.5, bare_server))
    figures.append(Figure("pull 10,000 visits to a new device", pulls, 1.0, bare_device))


def _bare_server(url: str) -> float:
    """Put the rows of the last visits into a table like theirs, as durable as theirs, with nothing else."""
    libpq = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(libpq) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_visit ORDER BY id DESC LIMIT %s", [VISITS])
        assert cursor.description is not None
        json = {number for number, column in enumerate(cursor.description) if column.type_display == "jsonb"}
        plain: list[list[Any]] = [
            [psycopg.types.json.Jsonb(v) if n in json else v for n, v in enumerate(row)] for row in cursor
        ]
        cursor.execute("CREATE TABLE bare (LIKE support_visit INCLUDING ALL)")  # a temporary one has no log
        connection.commit()
        marks = ", ".join(["%s"] * len(plain[0]))
        began = perf_counter()
        cursor.executemany(f"INSERT INTO bare VALUES ({marks})".encode(), plain)
        connection.commit()
        took = perf_counter() - began
        assert len(plain) == VISITS
        cursor.execute("DROP TABLE bare")
    return took


def _bare_device(store: Store, folder: Path) -> float:
    """Put the same rows into the same table of an encrypted file, with nothing else."""
    known = stored.shape("support_visit")
    with store.read() as connection:
        driver: Any = connection.connection.driver_connection
        found = driver.execute(known.select).fetchall()
        made = driver.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'support_visit' AND sql IS NOT NULL ORDER BY type DESC"
        ).fetchall()
    folder.mkdir()
    with closing(db.connect(folder / "bare.db", store.key, mode="rwc")) as bare:
        bare.execute("PRAGMA foreign_keys=OFF")
        for (statement,) in made:
            bare.execute(statement)
        began = perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany(known.put, found)
        bare.execute("COMMIT")
        took = perf_counter() - began
        assert len(found) == VISITS
    return took


def test_one_change_from_device_to_device(town: Town, figures: list[Figure]) -> None:
    """A visit saved on one device, synced by both; the bare equivalent is one commit on each side."""
    user = town.worker()
    with town.device(user) as (store, way), town.device(user) as (other, other_way):
        client = make("client", first_name="Aino", last_name="Testinen")
        store.save(client)
        for device, its_way in ((store, way), (other, other_way)):
            sync_once(device, its_way)
        samples, idle = [], []
        for number in range(15):
            visit = make("support_visit", client_id=client.id, on=today(), notes=note(number))
            began = perf_counter()
            store.save(visit)
            sync_once(store, way)
            sync_once(other, other_way)
            samples.append(perf_counter() - began)
            assert other.row("support_visit", visit.id)
            began = perf_counter()
            sync_once(other, other_way)
            idle.append(perf_counter() - began)
    figures.append(Figure("one change from device to device", samples, 0.050))
    figures.append(Figure("sync with nothing new", idle, 0.050))
