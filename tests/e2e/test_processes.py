"""Real processes that are killed, put to sleep and cut off in the middle of everything lose nothing."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app import clock
from tests.e2e.history import History, Said
from tests.e2e.processes import Device, Dice, Gone, Process, Town, town_of_processes

WORKERS = ("aada", "bertil")
FIELDS = ("phone", "email", "address")
CLIENTS = 3
FARTHEST = 5_000
"""Bytes of an exchange within which something happens; one that is shorter comes to its end first."""
SOAK_SECONDS = 30 * 60
Given = list[tuple[int, Said]]


class Run:
    """Two colleagues share a few clients and write at the same time, while their machines and lines fail."""

    def __init__(self, town: Town, dice: Dice, programs: tuple[str, str]) -> None:
        self.town, self.dice = town, dice
        self.history = History()
        self.words = 0
        self.visits: list[str] = []
        self.clients = [str(clock.new_id()) for _ in range(CLIENTS)]
        self.devices: list[Device] = []
        for worker, program in zip(WORKERS, programs, strict=True):
            town.add_worker(worker)
            self.devices.append(town.device(worker, program))
        self._begin()

    def plant(self, bug: str) -> None:
        """Let a bug be in every process from now on."""
        self.town.centre.bug = bug
        self.town.centre.runs.ask("plant", bug=bug)
        for device in self.devices:
            device.bug = bug
            device.runs.ask("plant", bug=bug)

    def _begin(self) -> None:
        """One of them registers the clients, and the other gets them too."""
        first, second = self.devices
        first.start()
        for number, client in enumerate(self.clients):
            values = {"first_name": "Aino", "last_name": f"Testinen {number}"}
            assert first.runs.ask("save", kind="client", id=client, values=values)["ok"]
        assert first.sync()["ok"]
        for client in self.clients:
            self.town.assign(client, second.worker)
        second.start()
        assert second.sync()["ok"]

    # ---- what people do ----

    def write(self, number: int) -> Given:
        """Let somebody save a few things without waiting for an answer."""
        return [self._order(number, self._invent(number)) for _ in range(2 + self.dice.upto(4))]

    def _invent(self, number: int) -> Said:
        what = self.dice.upto(10)
        self.words += 1
        word = f"w{self.words:05}x"
        if what < 4 or not self.visits:
            self.visits.append(str(clock.new_id()))
            return Said(number, "save", "support_visit", self.visits[-1], "notes", word)
        if what < 7:
            name = self.dice.one_of(FIELDS)
            word += "@example.org" if name == "email" else ""
            return Said(number, "edit", "client", self.dice.one_of(self.clients), name, word)
        visit = self.dice.one_of(self.visits)
        if what < 9:
            return Said(number, "append", "support_visit", visit, "notes", word)
        return Said(number, "delete", "support_visit", visit)

    def _order(self, number: int, one: Said) -> tuple[int, Said]:
        values = {one.name: one.word} if one.name else {}
        if one.do == "save":
            values |= {"client_id": self.dice.one_of(self.clients), "on": "2026-03-02"}
        runs = self.devices[number].runs
        return runs.order(one.do, kind=one.kind, id=one.record, values=values), one

    def hear(self, process: Process, given: Given) -> None:
        """Note what was acknowledged; of a process that has died, what it said before."""
        for order, one in given:
            sure = False
            with suppress(Gone):
                sure = process.answer(order)["ok"]
            self.history.said.append(replace(one, sure=sure))

    # ---- what happens to them ----

    def round(self, happens: Callable[["Run", int], None]) -> None:
        """Both write and exchange; something happens to one of them meanwhile; then it is over."""
        number = self.dice.upto(2)
        other = self.devices[1 - number]
        given = self.write(1 - number)
        other.order_sync()
        happens(self, number)
        self.hear(other.runs, given)
        for device in self.devices:
            device.line.heal()
        other.runs.event("synced")

    def _midway(self, number: int, what: str) -> Given:
        """Let somebody write and exchange until the line is cut, or stands still, somewhere on the way."""
        device = self.devices[number]
        given = self.write(number)
        getattr(device.line, what)(1 + self.dice.upto(FARTHEST))
        device.order_sync()
        given += self.write(number)
        device.until(lambda: device.line.happened.is_set() or device.runs.has_said("synced"))
        return given

    def is_killed(self, number: int) -> None:
        """The process dies while it exchanges and saves, and the person starts it again."""
        device = self.devices[number]
        given = self._midway(number, "halt_after")
        process = device.runs
        for order, _ in given[: self.dice.upto(len(given))]:
            process.answer(order)
        device.kill()
        self.hear(process, given)
        device.line.heal()
        device.start()

    def sleeps(self, number: int) -> None:
        """The lid is closed in the middle of an exchange; the answer comes while nobody listens."""
        device, other = self.devices[number], self.devices[1 - number]
        given = self._midway(number, "halt_after")
        device.runs.suspend()
        device.line.heal()
        more = self.write(1 - number)
        self.hear(other.runs, more)
        device.runs.resume()
        self.hear(device.runs, given)
        device.runs.event("synced")

    def is_cut(self, number: int) -> None:
        """The line breaks."""
        given = self._midway(number, "cut_after")
        self.hear(self.devices[number].runs, given)
        self.devices[number].runs.event("synced")

    def is_silent(self, number: int) -> None:
        """The line stands still for a while, then it is found to be dead."""
        device = self.devices[number]
        given = self._midway(number, "halt_after")
        self.hear(device.runs, given)
        device.line.cut()
        device.runs.event("synced")

    def is_refused(self, number: int) -> None:
        """Nobody is reached at all."""
        device = self.devices[number]
        device.line.refuse()
        given = self.write(number)
        device.order_sync()
        self.hear(device.runs, given)
        assert not device.runs.event("synced")["ok"]

    def centre_dies(self, number: int) -> None:
        """The centre's process dies in the middle of an exchange and is started again."""
        device = self.devices[number]
        given = self._midway(number, "halt_after")
        self.town.centre.kill()
        device.line.heal()
        self.hear(device.runs, given)
        device.runs.event("synced")
        self.town.centre.start()

    # ---- the end ----

    def heal(self) -> None:
        """Everything works again, and both exchange until nothing is left; then they leave."""
        for _ in range(4):
            for device in self.devices:
                assert device.sync()["ok"]
        for device in self.devices:
            assert device.quit() == 0

    def check(self) -> None:
        """Ask the centre's database and both stores what became of everything."""
        stores = [device.opened() for device in self.devices]
        try:
            self.history.check(self.town.engine, stores)
        finally:
            for store in stores:
                store.close()


HAPPENS = (
    Run.is_killed,
    Run.sleeps,
    Run.is_cut,
    Run.is_silent,
    Run.is_refused,
    Run.centre_dies,
)


def _seed() -> str:
    """Return a new seed, or the one to be repeated: the choices follow from it, their moments do not quite."""
    return os.environ.get("TYOPARI_TEST_SEED") or clock.random_bytes(4).hex()


def test_whatever_dies_sleeps_or_is_cut_nothing_is_lost(tmp_path: Path, postgres_url: str) -> None:
    """Everything that can happen, once each and killing twice, in an order that follows from the seed."""
    dice = Dice(_seed())
    print("seed", dice.seed)
    left = [*HAPPENS, Run.is_killed]
    with town_of_processes(tmp_path, postgres_url) as town:
        run = Run(town, dice, ("worker", "worker"))
        while left:
            run.round(left.pop(dice.upto(len(left))))
        run.heal()
        run.check()


@pytest.mark.soak
@pytest.mark.parametrize("bug", ["no_receipts", "ack_early", "lww"])
def test_a_planted_bug_is_found(tmp_path: Path, postgres_url: str, bug: str) -> None:
    """The same with a bug that loses, doubles or overwrites: the comparison at the end is seen to fail."""
    dice = Dice(_seed())
    print("seed", dice.seed)
    with town_of_processes(tmp_path, postgres_url) as town:
        run = Run(town, dice, ("worker", "worker"))
        run.plant(bug)
        for _ in range(4):
            for happens in HAPPENS:
                run.round(happens)
        run.heal()
        with pytest.raises(AssertionError, match=r"applied twice|lost|differs|overwritten|not in the text"):
            run.check()


@pytest.mark.soak
@pytest.mark.parametrize("programs", [("worker", "worker"), ("worker", "window")])
def test_half_an_hour_of_it(tmp_path: Path, postgres_url: str, programs: tuple[str, str]) -> None:
    """The same for a long time, with and without windows, all being compared now and then."""
    dice = Dice(_seed())
    print("seed", dice.seed)
    ends = clock.monotonic() + SOAK_SECONDS / 2
    with town_of_processes(tmp_path, postgres_url) as town:
        run = Run(town, dice, programs)
        while clock.monotonic() < ends:
            for _ in range(40):
                run.round(dice.one_of(HAPPENS))
            run.heal()
            run.check()
            for device in run.devices:
                device.start()
