"""A team at work for weeks of the test's time: everybody writes, exchanges, is away, and clients change hands.

Real stores and the real centre in one process. Each day tells what grew, how long an exchange takes and whether
anybody's compartments drifted apart from the centre's.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any
from zlib import crc32

import psutil
from sqlalchemy import func, select

from app.errors import KnownError
from storage import rows
from storage.db import FILE
from storage.rebasing import listed
from sync.protocol import checksum
from sync.server.database import snapshot
from sync.server.tables import METADATA, SCOPE
from tests.model.story import BOOKED
from tests.town import FAULTS, Device, Town, VirtualClock, new_town, reopened

WRITTEN = 6
"""Visits and edits of a day's work."""
NOTE = "Tavattiin kahvilassa ja käytiin läpi kuluneen viikon työvuorot. Asiakas kertoi, että työ sujuu hyvin."


@dataclass
class Day:
    """What a day was like: rows at the centre by table, bytes of the devices' stores, seconds of each exchange."""

    rows: dict[str, int]
    bytes: int
    syncs: list[float]
    memory: float

    def grown(self, before: "Day | None") -> dict[str, int]:
        """Return by how many rows each table grew."""
        known = before.rows if before is not None else {}
        return {name: n - known.get(name, 0) for name, n in self.rows.items() if n != known.get(name, 0)}


@dataclass
class Month:
    """The team, and what its days were like. `close` takes the clock back."""

    folder: Path
    team: int
    url: str | None = None
    days: list[Day] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        self.clock.__enter__()
        names = tuple(f"coach{number:03}" for number in range(self.team))
        self.town: Town = new_town(self.folder, self.url, names)
        self.syncs: list[float] = []
        self.thrown = 0
        for device in self.town.devices:
            for _ in range(3):
                self._new_client(device)
            self._exchange(device)
            self._away(device)

    def close(self) -> None:
        """End everything."""
        self.town.engine.dispose()
        self.clock.__exit__()

    def dice(self, upto: int) -> int:
        """Return a number below `upto` that looks like chance and is the same in each run."""
        self.thrown += 1
        return crc32(str(self.thrown).encode()) % upto

    # ---- a day ----

    def day(self) -> Day:
        """Live one day: the morning's exchange, work, the evening's; every tenth is away and exchanges tomorrow."""
        self.syncs = []
        self._hand_over()
        morning = self.clock.now
        for device in self.town.devices:
            self.clock.now = morning  # all of them work on the same day; clocks differ
            self._here(device)
            away = self.dice(10) == 0
            if not away:
                self._exchange(device)
            self._work(device)
            if not away:
                self._exchange(device)
            self._away(device)
        self.clock.now = morning + timedelta(days=1)
        done = Day(self._rows(), self._bytes(), self.syncs, psutil.Process().memory_info().rss / 2**20)
        self.days.append(done)
        return done

    def _here(self, device: Device) -> None:
        device.store = reopened(device.folder, device.secret, checked=False)

    def _away(self, device: Device) -> None:
        device.store.close()

    def _work(self, device: Device) -> None:
        for number in range(WRITTEN):
            self.clock.now += timedelta(minutes=20)
            clients = sorted(device.living("client"))
            if not clients or self.dice(40) == 0:
                self._new_client(device)
                continue
            client = clients[self.dice(len(clients))]
            with suppress(KnownError):
                if number % 3 == 2:
                    device.edit("client", client, phone=f"050 {self.thrown}")
                elif self.dice(15) == 0 and (visits := sorted(device.living("support_visit"))):
                    device.store.delete("support_visit", visits[self.dice(len(visits))])
                else:
                    on = self.clock.now.date().isoformat()
                    device.save("support_visit", client_id=client, on=on, notes=f"{NOTE} {self.thrown}")

    def _new_client(self, device: Device) -> None:
        device.save("client", first_name="Aino", last_name=f"Testinen {self.thrown}")

    def _exchange(self, device: Device) -> None:
        """Exchange; every twelfth time something breaks on the way, and it is tried again at once."""
        if self.dice(12) == 0:
            device.network.plan = ["", FAULTS[self.dice(6)]]
            with suppress(KnownError):
                device.sync()
            device.network.plan = []
        began = process_time()
        result = device.sync()
        self.syncs.append(process_time() - began)
        assert not result.repaired, "a compartment did not match the centre's"

    def _hand_over(self) -> None:
        """A few clients get a second coach, and a few lose theirs."""
        known = sorted(self.town.rows("client"))
        for _ in range(1 + self.team // 20):
            client, coach = known[self.dice(len(known))], self.dice(self.team)
            self.town.assign(client, f"coach{coach:03}")
            if self.dice(3) == 0:
                self.town.unassign(known[self.dice(len(known))], f"coach{self.dice(self.team):03}")

    # ---- what it comes to ----

    def _rows(self) -> dict[str, int]:
        with snapshot(self.town.engine) as connection:
            tables = METADATA.sorted_tables
            return {
                t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables
            }

    def _bytes(self) -> int:
        return sum((device.folder / FILE).stat().st_size for device in self.town.devices)

    def told(self) -> str:
        """Return the last day in a line."""
        last, before = self.days[-1], self.days[-2] if len(self.days) > 1 else None
        grown = ", ".join(f"{name} +{n}" for name, n in sorted(last.grown(before).items()))
        times = sorted(last.syncs)
        return (
            f"day {len(self.days)}: {len(times)} exchanges, median {median(times) * 1000:.0f} ms,"
            f" longest {times[-1] * 1000:.0f} ms; stores {last.bytes / self.team / 1024:.0f} KiB each;"
            f" memory {last.memory:.0f} MiB; {grown}"
        )

    def check(self) -> None:
        """Let everybody exchange until nothing moves, and compare every compartment of everybody."""
        for _ in range(3):
            for device in self.town.devices:
                self._here(device)
                self._exchange(device)
                self._away(device)
        assert self.town.findings() == []
        booked = Counter(row["mutation_id"] for row in self.town.audit() if row["action"] in BOOKED)
        assert max(booked.values()) == 1, "something was written twice"
        with snapshot(self.town.engine) as connection:
            sums = {
                row.id: (row.count, row.checksum)
                for row in connection.execute(select(SCOPE.c.id, SCOPE.c.count, SCOPE.c.checksum))
            }
        for device in self.town.devices:
            self._here(device)
            assert device.store.unsent().count == 0
            assert {row["mutation_id"] for row in device.outbox() if row["state"] == "kept"} <= booked.keys()
            held = device.scopes()
            assert held == self.town.allowed(device.worker)
            assert {scope: sums.get(scope) for scope in held} == {**_sums(device, held), **_none(held, sums)}
            device.store.close()


def _none(held: set[str], sums: dict[str, Any]) -> dict[str, None]:
    """Return the compartments in which nothing was ever written: the centre has no line of them."""
    return dict.fromkeys(held - sums.keys())


def _sums(device: Device, scopes: set[str]) -> dict[str, tuple[int, str]]:
    """Return how many rows live in each compartment here, and their checksum."""
    found: dict[str, list[tuple[str, str, int]]] = {scope: [] for scope in scopes}
    with device.store.read() as connection:
        for scope, kind, row_id, version, deleted in rows.marks(connection, sorted(scopes)):
            if version and not deleted:
                found[scope].append((kind, row_id, version))
        aside = connection.exec_driver_sql(
            "SELECT count(*) FROM sync_page WHERE scope IN (SELECT value FROM json_each(?))",
            (listed(scopes),),
        ).scalar_one()
    assert aside == 0
    return {scope: (len(marks), checksum(marks)) for scope, marks in found.items()}
