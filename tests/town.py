"""A whole small town for tests of the sync: a real centre over its database, and real devices with real stores.

The centre is the FastAPI application itself, called in process; a device is a SQLCipher store and the sync
client. The network between them can fail in every way that networks do, and a device can die at any point.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI
from sqlalchemy import Engine, select
from starlette.requests import ClientDisconnect

from app import access, clock
from app.record import Row, validated
from app.services import SPECS
from storage import db, keys, place, profile_lock, wiping
from storage.keys import Key
from storage.state import set_state, state
from storage.store import Changes, Store
from sync.client import SyncResult, sync_once
from sync.enrol import enrol
from sync.server import accounts, assignments, setup
from sync.server import app as centre_app
from sync.server.app import create_app
from sync.server.audit import Finding, verify
from sync.server.database import connect, snapshot, writing
from sync.server.limits import Allowance
from sync.server.tables import ACCOUNT, AUDIT, DEVICE, RECORDS
from sync.transport import Answer, NotNow
from tests.stores import PASSPHRASE, new_store

structlog.configure(
    processors=[structlog.processors.JSONRenderer()],
    logger_factory=structlog.ReturnLoggerFactory(),
    cache_logger_on_first_use=False,
)

WORKERS = ("aada", "bertil", "cecilia")
COORDINATOR = "work-ability-coordinator"
HOUSE = "Kela"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_QUICK = Allowance(per_second=float("inf"))  # days pass in a moment here
FAULTS = ("request_lost", "response_lost", "duplicated", "html", "bad_gateway", "half", "centre_died")


class Crash(BaseException):
    """The device's process dies here."""


class CentreDied(Exception):
    """The centre's process dies here."""


# A request made in process is carried out at once: a thread for each would cost more than the request itself.
_in_process: ContextVar[bool] = ContextVar("in_process", default=False)
_in_a_thread = centre_app.run_in_threadpool


async def _here(work: Callable[[], Any]) -> Any:
    return work() if _in_process.get() else await _in_a_thread(work)


centre_app.run_in_threadpool = _here  # type: ignore[assignment]


class InProcess:
    """The centre, called in process through its own HTTP application."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST", cut: int | None = None
    ) -> Answer:
        """Ask the centre; `cut`: the connection breaks when so many bytes of the body have arrived."""
        if current_thread() is main_thread():
            return _loop().run_until_complete(self._send(path, body, headers, method, cut))
        with asyncio.Runner() as runner:  # a thread's own loop must not outlive it
            return runner.run(self._send(path, body, headers, method, cut))

    async def _send(
        self, path: str, body: bytes, headers: Mapping[str, str], method: str, cut: int | None
    ) -> Answer:
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        raw.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": raw,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        _in_process.set(True)
        sent: list[dict[str, Any]] = []
        waiting = [{"type": "http.request", "body": body[:cut], "more_body": cut is not None}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        try:
            await self.app(scope, receive, send)
        except CentreDied:
            raise NotNow("The connection to the centre broke off.") from None
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        whole = b"".join(part.get("body", b"") for part in sent[1:])
        if answered.get("content-encoding") == "gzip":
            import gzip

            whole = gzip.decompress(whole)
        return Answer(sent[0]["status"], answered, whole)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the main thread's loop."""
    return asyncio.new_event_loop()


@dataclass
class Network:
    """A way to the centre that fails as it is told: `plan` holds a fault, or "", for each request to come."""

    way: InProcess
    plan: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    moves: Callable[[int], None] = lambda _: None
    """Called with -1 when a request leaves for the centre, where the right time holds, and with 1 when it is over."""

    def send(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        self.moves(-1)
        try:
            return self._send(path, body, headers, method)
        finally:
            self.moves(1)

    def _send(self, path: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
        self.requests.append(path if method == "POST" else f"{method} {path}")
        fault = self.plan.pop(0) if self.plan else ""
        if fault == "request_lost":
            raise NotNow("lost")
        if fault.startswith("cut "):  # after so many bytes
            with suppress(ClientDisconnect):
                self.way.send(path, body, headers, method, cut=int(fault.removeprefix("cut ")))
            raise NotNow("lost")
        if fault == "html":
            return Answer(200, {"content-type": "text/html"}, b"<html>Sign in</html>")
        if fault == "duplicated":
            self.way.send(path, body, headers, method)
        answer = self.way.send(path, body, headers, method)
        if fault == "response_lost":
            raise NotNow("lost")
        if fault == "bad_gateway":
            return Answer(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>")
        if fault == "half":
            return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        return answer


@dataclass
class Device:
    """One worker's computer."""

    folder: Path
    worker: str
    secret: bytes
    store: Store
    network: Network
    clock: "VirtualClock | None" = None
    off: timedelta = timedelta()
    """How far its clock is from the right time; it is felt inside `at_it`."""
    _is_at_it: bool = False

    @contextmanager
    def at_it(self) -> Iterator[None]:
        """Work at this device, by its own clock."""
        if self.clock is None or not self.off or self._is_at_it:
            yield
            return
        right, off = self.clock, self.off

        def move(times: int) -> None:
            right.now += times * off

        move(1)
        self._is_at_it, self.network.moves = True, move
        try:
            yield
        finally:
            self._is_at_it, self.network.moves = False, lambda _: None
            move(-1)

    def sync(self) -> SyncResult:
        return sync_once(self.store, self.network)

    def crash(self) -> None:
        """Lose everything that was not committed, and start the program again."""
        self.store.abandon()
        wiping.finish(self.folder)
        self.store = reopened(self.folder, self.secret)

    def save(self, kind: str, **values: Any) -> UUID:
        record = validated(SPECS[kind].table, values)
        self.store.save(record)
        return record.id

    def edit(self, kind: str, record_id: UUID | str, **values: Any) -> Changes:
        row = self.store.row(kind, record_id)
        assert row is not None
        return self.store.save(validated(SPECS[kind].table, {**row, **values}))

    def living(self, kind: str) -> dict[str, Row]:
        return {row["id"]: row for row in self.store.rows(kind)}

    def outbox(self) -> list[Row]:
        with self.store.read() as connection:
            found = connection.exec_driver_sql("SELECT * FROM outbox ORDER BY n").mappings()
            return [dict(row) for row in found]

    def scopes(self) -> set[str]:
        with self.store.read() as connection:
            return {row[0] for row in connection.exec_driver_sql("SELECT scope FROM sync_scope")}

    def state(self, name: str) -> Any:
        with self.store.read() as connection:
            return state(connection, name)


@cache
def _engine_of(folder: Path, secret: bytes) -> Engine:
    """Return the one engine of a folder: making statements ready takes longer than running them."""
    return db._engine(folder / db.FILE, Key(secret), db.BUSY_MS)


def reopened(folder: Path, secret: bytes, *, checked: bool = True) -> Store:
    """Open a store with its key at hand: the passphrase's slow derivation is tested elsewhere."""
    lock = profile_lock.acquire(folder)
    if checked:
        db.open_engine(folder / db.FILE, Key(secret)).dispose()
    return Store(folder, _engine_of(folder, secret), Key(secret), lock)


class Town:
    """The centre, the people and their devices."""

    def __init__(self, folder: Path, engine: Engine, app: FastAPI) -> None:
        self.folder, self.engine, self.app = folder, engine, app
        self.way = InProcess(app)
        self.devices: list[Device] = []

    # ---- the office ----

    def assign(self, client: UUID | str, worker: str) -> None:
        with writing(self.engine) as connection:
            assignments.assign(connection, str(client), worker, None, clock.today() - timedelta(days=1), None)

    def unassign(self, client: UUID | str, worker: str) -> None:
        with writing(self.engine) as connection:
            assignments.unassign(connection, str(client), worker)

    def backup(self) -> Path:
        """Copy the centre's database (SQLite) as a backup would."""
        file = self.folder / f"backup-{next(_numbers)}.db"
        with sqlite3.connect(self.folder / "centre.db") as source, sqlite3.connect(file) as target:
            source.backup(target)
        source.close()
        target.close()
        return file

    def restore(self, file: Path) -> None:
        """Put a backup in the centre's place, and declare it restored as the runbook says."""
        self.engine.dispose()
        for name in ("centre.db-wal", "centre.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.copyfile(file, self.folder / "centre.db")
        setup.restored(self.engine)

    # ---- what the centre holds ----

    def rows(self, kind: str) -> dict[str, Row]:
        with snapshot(self.engine) as connection:
            found = connection.execute(select(RECORDS[kind])).mappings()
            return {row["id"]: {k: v for k, v in row.items() if k != "seq"} for row in found}

    def all_rows(self) -> dict[str, dict[str, Row]]:
        """Return every row by kind and id; kinds without rows are left out."""
        with snapshot(self.engine) as connection:
            kinds = [row[0] for row in connection.exec_driver_sql(_FILLED)]
        return {kind: self.rows(kind) for kind in kinds}

    def audit(self) -> list[Row]:
        with snapshot(self.engine) as connection:
            found = connection.execute(select(AUDIT).order_by(AUDIT.c.scope, AUDIT.c.n)).mappings()
            return [dict(row) for row in found]

    def findings(self) -> list[Finding]:
        with snapshot(self.engine) as connection:
            return list(verify(connection))

    def allowed(self, worker: str) -> set[str]:
        """Return the scopes that a worker may hold, from all that the centre holds: nothing is left out here."""
        with snapshot(self.engine) as connection:
            one = select(ACCOUNT.c.worker_id).where(ACCOUNT.c.username == worker)
            worker_id = connection.execute(one).scalar_one()

            def all_of(kind: str) -> list[Row]:
                return [dict(row) for row in connection.execute(select(RECORDS[kind])).mappings()]

            (person,) = (row for row in all_of("worker") if row["id"] == worker_id)
            hers = [row for row in all_of("assignment") if row["worker_id"] == worker_id]
            consents, withdrawals = all_of("consent"), all_of("consent_withdrawal")
            return access.scopes(person, hers, consents, withdrawals, clock.today())

    # ---- devices ----

    def enrolled(self, worker: str, folder: Path) -> Device:
        """Make a new store and join the centre with it."""
        with writing(self.engine) as connection:
            code = accounts.make_code(connection, worker)
        store = new_store(folder)
        enrol(store, "http://127.0.0.1", code, Network(self.way))
        return self._device(folder, worker, store)

    def order_of(self, device: Device) -> str:
        """Return what the centre orders of a device now: `active` is nothing, empty where it does not know it."""
        known = select(DEVICE.c.status).where(DEVICE.c.id == device.state("device_id"))
        with snapshot(self.engine) as connection:
            return str(connection.execute(known).scalar() or "")

    def replaced(self, device: Device) -> None:
        """Give a worker a new device in the place of one that is gone, and join the centre with it."""
        folder = self.folder / f"{device.worker}-{next(_numbers)}"
        blank = _blank()
        shutil.copytree(blank, folder)
        device.store.abandon()
        device.folder, device.secret = folder, _secret(blank)
        device.store = reopened(folder, device.secret, checked=False)
        device.network = Network(self.way)
        self.joined_anew(device)

    def joined_anew(self, device: Device) -> None:
        """Join the centre with a store, as a person does who is told that it does not know this computer."""
        device.network.plan = []
        with writing(self.engine) as connection:
            code = accounts.make_code(connection, device.worker)
        enrol(device.store, "http://127.0.0.1", code, device.network)

    def _device(self, folder: Path, worker: str, store: Store) -> Device:
        device = Device(folder, worker, bytes(store.key.secret()), store, Network(self.way))
        self.devices.append(device)
        return device

    def close(self) -> None:
        for device in self.devices:
            device.store.close()
        self.engine.dispose()


_numbers = count(1)
_FILLED = " UNION ALL ".join(f"SELECT '{kind}' WHERE EXISTS (SELECT 1 FROM \"{kind}\")" for kind in SPECS)


def new_town(
    folder: Path, url: str | None = None, workers: tuple[str, ...] = WORKERS, share: bool = False
) -> Town:
    """Make a centre (an SQLite file in the folder unless a URL is given) with one enrolled device a worker.

    `share`: the first two share a client, with a visit and a plan, and the third is a coordinator of another house,
    whom consents may open something to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    engine = connect(url or f"sqlite:///{folder / 'centre.db'}")
    setup.prepare(engine)
    with writing(engine) as connection:
        for worker in workers:
            accounts.add_user(connection, worker, "job-coach")
        if share:
            assignments.set_role(connection, workers[2], COORDINATOR)
            third = RECORDS["worker"].update().where(RECORDS["worker"].c.username == workers[2])
            connection.execute(third.values(organisation=HOUSE))
    town = Town(folder, engine, create_app(engine, _QUICK))
    for worker in workers:
        town.enrolled(worker, folder / worker)
    if share:
        _share(town)
    return town


def _share(town: Town) -> None:
    first, second, _ = town.devices
    client = first.save("client", first_name="Aino", last_name="Model")
    first.save("support_visit", client_id=client, on="2026-03-01", notes="a\nb\nc")
    first.save("career_plan", client_id=client, made_on="2026-03-01", goals=[{"text": "work"}])
    first.sync()
    town.assign(client, second.worker)
    second.sync()


@cache
def fast_folder() -> Path:
    """Return a folder in memory where there is one: the models write much and keep nothing."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    return Path(tempfile.mkdtemp(prefix="tyopari-model-", dir=place))


@cache
def _template(shared: bool) -> Path:
    """Return the folder of a closed town, to be copied for each run; `shared`: with what people have begun with."""
    folder = fast_folder() / ("shared" if shared else "template")
    with VirtualClock(ids=count(1)):
        town = new_town(folder, share=shared)
    with sqlite3.connect(folder / "centre.db") as raw:
        town.close()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    return folder


@cache
def _blank() -> Path:
    """Return the folder of a new store that knows no centre."""
    folder = fast_folder() / "blank"
    new_store(folder).close()
    return folder


@cache
def _secret(folder: Path) -> bytes:
    return bytes(keys.unlock(folder, PASSPHRASE).secret())


@cache
def _centre(template: Path) -> tuple[Engine, FastAPI]:
    """Return the one application for all copies of a template: it remembers the keys of its centre."""
    engine = connect(f"sqlite:///{_place() / 'centre.db'}")
    return engine, create_app(engine, _QUICK)


def _place() -> Path:
    return fast_folder() / "town"


def copied_town(shared: bool = False) -> Town:
    """Return a town with three enrolled devices, copied from one made before: a few milliseconds.

    `shared`: two people share a client. There is one town at a time: `removed` takes it away.
    """
    template = _template(shared)
    shutil.copytree(template, _place())
    engine, app = _centre(template)
    town = Town(_place(), engine, app)
    for worker in WORKERS:
        folder, secret = town.folder / worker, _secret(template / worker)
        device = town._device(folder, worker, reopened(folder, secret, checked=False))
        with device.store.write() as connection:  # the folder is its own, and no copy
            set_state(connection, "place", place.here(folder))
    return town


def removed(town: Town) -> None:
    """Close a copied town and remove its folder."""
    for device in town.devices:
        device.store.abandon()
    town.engine.dispose()
    shutil.rmtree(town.folder)


@dataclass
class VirtualClock:
    """A clock and a source of ids that a test moves by hand."""

    now: datetime = START
    ids: Iterator[int] = field(default_factory=lambda: count(1 << 24))
    at_point: Callable[[str], None] | None = None

    def __enter__(self) -> "VirtualClock":
        self._release = clock.hold(now=self._now, new_id=self._new_id, at_point=self._point)
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    def _now(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def _new_id(self) -> UUID:
        return UUID(int=(0x0199_0000_0000_7000_8000 << 48) + next(self.ids))

    def _point(self, name: str) -> None:
        if self.at_point is not None:
            self.at_point(name)
