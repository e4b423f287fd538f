"""A first sync over a slow line that breaks: it goes on where it was, and the window never stops answering."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from app.clock import today
from storage.store import Store
from sync.client import sync_once
from sync.transport import HttpTransport
from tests.benchmarks.big_store import note
from tests.e2e.processes import Device, Town, town_of_processes
from tests.stores import make

STALL = 0.100
"""Seconds that a person may wait for the window."""
AGAIN = 1.3
"""How many times the bytes of an unbroken sync a broken one may take."""


@dataclass(frozen=True)
class Size:
    """How many visits there are, of how many clients; the line's bytes a second, and where it breaks.

    `cuts` are shares of the bytes of the whole, counted from the beginning or from the cut before.
    """

    clients: int
    visits: int
    rate: int
    cuts: tuple[float, ...]


def _fill(town: Town, size: Size) -> None:
    """Let a colleague write everything and send it over a good line."""
    device = town.device("aada")
    store = device.opened()
    try:
        clients = [
            make("client", first_name="Aino", last_name=f"Testinen {number:03}")
            for number in range(size.clients)
        ]
        store.save(*clients)
        visits = (
            make("support_visit", client_id=clients[number % size.clients].id, on=today(), notes=note(number))
            for number in range(size.visits)
        )
        store.save(*visits)
        _sync(store, device)
    finally:
        store.close()


def _sync(store: Store, device: Device) -> None:
    way = HttpTransport(device.line.address)
    try:
        assert sync_once(store, way).unsent == 0
    finally:
        way.close()


def _unbroken(town: Town) -> int:
    """Return how many bytes a first sync takes over a line that holds."""
    device = town.device("aada")
    store = device.opened()
    try:
        _sync(store, device)
    finally:
        store.close()
    return device.line.passed


def _over_a_bad_line(town: Town, size: Size) -> None:
    town.add_worker("aada")
    _fill(town, size)
    whole = _unbroken(town)
    device = town.device("aada", "window")
    before = device.line.passed
    device.line.rate = size.rate
    device.line.cut_after(round(size.cuts[0] * whole))
    device.start()
    assert device.runs.ask("go", place=["service", "clients"])["ok"]
    device.runs.ask("pulse")
    for share in (*size.cuts[1:], None):
        assert not device.runs.event("synced")["ok"]
        assert device.line.happened.is_set()
        if share is not None:
            device.line.cut_after(round(share * whole))
        device.order_sync()
    assert device.runs.event("synced")["ok"]
    found = device.runs.ask("counts")["found"]
    pulse = device.runs.ask("pulse")
    taken = device.line.passed - before
    print(f"{taken} bytes, {taken / whole:.2f} of an unbroken sync; {pulse}")
    assert (found["client"], found["support_visit"]) == (size.clients, size.visits)
    assert taken <= AGAIN * whole
    assert pulse["beats"] > 100
    assert pulse["busy"] <= STALL
    assert device.quit() == 0


@pytest.mark.failure(22)
def test_a_first_sync_goes_on_where_the_line_broke(tmp_path: Path, postgres_url: str) -> None:
    """Small enough for every day: some seconds of a slow line."""
    with town_of_processes(tmp_path, postgres_url) as town:
        _over_a_bad_line(town, Size(clients=20, visits=2_500, rate=16_000, cuts=(0.75,)))


@pytest.mark.failure(22)
@pytest.mark.soak
def test_twenty_thousand_rows_over_256_kbit(tmp_path: Path, postgres_url: str) -> None:
    """As from a phone in the countryside."""
    with town_of_processes(tmp_path, postgres_url) as town:
        _over_a_bad_line(town, Size(clients=100, visits=20_000, rate=32_000, cuts=(0.3, 0.3, 0.3)))
