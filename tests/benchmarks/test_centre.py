"""The centre under many devices, and what a sync costs as more is held: real processes, PostgreSQL, HTTP."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import orjson
import psutil
import pytest

from app import roles
from app.clock import new_id, now, today
from app.record import iso
from sync.client import sync_once
from sync.protocol import SCHEMA_VERSION
from sync.server import accounts, auth, devices, state
from sync.server.database import writing
from tests.benchmarks.big_store import note
from tests.benchmarks.figures import Figure
from tests.benchmarks.test_sync import Town, served, town
from tests.stores import make

__all__ = ["town"]  # the fixture

DEVICES, ROUNDS, WARM = 100, 10, 12
HELD = (1_000, 10_000, 100_000)
SCOPES = (10, 100, 300)


@dataclass
class Device:
    """What a device of another program would need to talk to the centre: no store, only its words."""

    id: str
    worker: str
    token: str
    client: str
    epoch: str

    def request(self, path: str, message: Mapping[str, object]) -> bytes:
        """Return a request as it goes over the line."""
        body = orjson.dumps(message)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: centre\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def push(self, kind: str, row: str, patch: Mapping[str, object]) -> bytes:
        """Return the request that carries one new row."""
        mutation = {
            "id": str(new_id()),
            "scope": f"client:{self.client}:core",
            "kind": kind,
            "row": row,
            "op": "create",
            "patch": {name: [None, value] for name, value in patch.items()},
            "schema_version": SCHEMA_VERSION,
            "author": self.worker,
            "saved_at": iso(now()),
        }
        about = {"epoch": self.epoch, "schema_version": SCHEMA_VERSION, "device": self.id}
        return self.request("/sync/push", {**about, "mutations": [mutation]})

    def visit(self, number: int) -> bytes:
        """Return the request that carries one new visit."""
        values = {"client_id": self.client, "on": today().isoformat(), "notes": note(number)}
        return self.push("support_visit", str(new_id()), values)

    def pull(self, have: dict[str, int]) -> bytes:
        """Return the request that asks for what is new."""
        about = {"epoch": self.epoch, "schema_version": SCHEMA_VERSION, "device": self.id}
        return self.request("/sync/pull", {**about, "have": have, "limit": 1000})


class Line:
    """One connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, request: bytes) -> bytes:
        """Send a request; return the body of its answer, which must be a good one."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await self.reader.readexactly(size)


def enrolled(town: Town, count: int) -> list[Device]:
    """Register devices, each of a worker of its own, and the tokens they carry."""
    made = []
    with writing(town.engine) as connection:
        keys, epoch = state.keys(connection), state.epoch(connection)
        for number in range(count):
            worker = accounts.add_user(connection, f"many{number}", roles.JOB_COACH, f"Valmentaja {number}")
            install = str(new_id())
            device = devices.add_device(connection, worker, "key", install, "device")
            token = auth.make_token(keys.token, device, install)
            made.append(Device(device, worker, token, str(new_id()), epoch))
    return made


async def storm(port: int, many: Sequence[Device], rounds: int) -> float:
    """Let all devices sync one change each, again and again; return the seconds it took."""
    lines = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in many]

    held: list[dict[str, int]] = [{} for _ in many]

    async def one(number: int, requests: Sequence[bytes]) -> None:
        device, line, have = many[number], lines[number], held[number]
        for request in requests:
            await line.ask(request)
            answer = orjson.loads(await line.ask(device.pull(have)))
            have |= {page["scope"]: page["head"] for page in answer["scopes"]}

    first = {"first_name": "Aino", "last_name": "Testinen"}
    await asyncio.gather(*(one(n, [d.push("client", d.client, first)]) for n, d in enumerate(many)))
    ready = [[device.visit(number) for number in range(rounds)] for device in many]
    began = perf_counter()
    await asyncio.gather(*(one(number, requests) for number, requests in enumerate(ready)))
    took = perf_counter() - began
    for line in lines:
        line.writer.close()
    return took


@pytest.fixture
def wide_town(postgres_url: str, tmp_path: Path) -> Iterator[Town]:
    """A centre of two processes."""
    with served(postgres_url, tmp_path, "--workers", "2") as town:
        yield town


def test_a_hundred_devices(wide_town: Town, figures: list[Figure]) -> None:
    """A hundred devices push one change and pull, ten times: as many syncs a second as two processors do."""
    town = wide_town
    many = enrolled(town, DEVICES)
    centre = psutil.Process(town.process.pid)
    port = int(town.address.rpartition(":")[2])
    took, held = [], []
    for _ in range(WARM + 2):  # every connection comes to know every statement; then nothing grows any more
        fresh = [Device(**{**vars(d), "client": str(new_id())}) for d in many]
        took.append(asyncio.run(storm(port, fresh, ROUNDS)))
        held.append(_memory(centre))
    figures.append(
        Figure("one sync among those of a hundred devices", [one / (DEVICES * ROUNDS) for one in took], 0.005)
    )
    grown = max(0.0, held[-1] - held[-3])
    figures.append(Figure("the centre's memory after 2,000 syncs more", [grown], 5.0, unit="MiB"))


def _memory(process: psutil.Process) -> float:
    held = [one.memory_info().rss for one in (process, *process.children(recursive=True))]
    return float(sum(held)) / 2**20


@pytest.mark.parametrize("held", HELD)
def test_a_sync_costs_what_changed(town: Town, figures: list[Figure], held: int) -> None:
    """One change and no change on a device of a hundred clients that holds ever more."""
    _measure(town, figures, 100, held, f"{held:,} rows held")


@pytest.mark.parametrize("scopes", SCOPES)
def test_a_sync_with_many_clients(town: Town, figures: list[Figure], scopes: int) -> None:
    """One change and no change on a device that holds ever more clients."""
    _measure(town, figures, scopes, 1_000, f"{scopes} clients held")


def _measure(town: Town, figures: list[Figure], clients: int, rows: int, title: str) -> None:
    with town.device(town.worker()) as (store, way):
        people = [make("client", first_name="Aino", last_name=f"Testinen {n:03}") for n in range(clients)]
        store.save(*people)
        for first in range(0, rows, 10_000):
            store.save(*(
                make("support_visit", client_id=people[n % clients].id, on=today(), notes=note(n))
                for n in range(first, min(first + 10_000, rows))
            ))  # fmt: skip
        sync_once(store, way)
        changes, empty = [], []
        for number in range(15):
            store.save(make("support_visit", client_id=people[0].id, on=today(), notes=note(number)))
            began = perf_counter()
            result = sync_once(store, way)
            changes.append(perf_counter() - began)
            assert result.pushed == 1
            began = perf_counter()
            sync_once(store, way)
            empty.append(perf_counter() - began)
    figures.append(Figure(f"sync of one change, {title}", changes, 0.050))
    figures.append(Figure(f"sync with nothing new, {title}", empty, 0.015))
