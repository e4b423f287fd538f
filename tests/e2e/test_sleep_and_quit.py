"""The lid is closed, or the window, in the middle of an exchange: nothing is lost, nothing is sent twice."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import func, select

from app import clock
from sync.client import sync_once
from sync.server.auth import TOKEN_SECONDS
from sync.server.database import snapshot
from sync.server.tables import AUDIT, RECORDS
from sync.transport import ANSWER_SECONDS, HttpTransport
from tests.e2e.processes import Device, Town, town_of_processes
from tests.postgres import fresh_database

LONG_ASLEEP = TOKEN_SECONDS + 60


def _client(device: Device) -> str:
    client = str(clock.new_id())
    values = {"first_name": "Aino", "last_name": "Testinen"}
    assert device.runs.ask("save", kind="client", id=client, values=values)["ok"]
    return client


def _visits(device: Device, client: str, count: int) -> list[str]:
    """Save visits and return their ids, once all of them are acknowledged."""
    ids = [str(clock.new_id()) for _ in range(count)]
    values = {"client_id": client, "on": "2026-03-02", "notes": "Tavattiin kahvilassa."}
    given = [device.runs.order("save", kind="support_visit", id=one, values=values) for one in ids]
    assert all(device.runs.answer(order)["ok"] for order in given)
    return ids


def _at_centre(town: Town) -> tuple[set[str], int]:
    """Return the ids of the visits at the centre, and how often a visit was written there."""
    visits = RECORDS["support_visit"]
    with snapshot(town.engine) as connection:
        ids = set(connection.execute(select(visits.c.id)).scalars())
        booked = select(func.count()).where(AUDIT.c.kind == "support_visit")
        return ids, connection.execute(booked).scalar_one()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Town]:
    """One centre for both tests."""
    with (
        fresh_database(postgres_server) as url,
        town_of_processes(tmp_path_factory.mktemp("town"), url) as made,
    ):
        yield made


@pytest.mark.failure(21)
def test_the_window_is_closed_in_the_middle(town: Town) -> None:
    """The program ends by itself, in order and soon; the next start goes on where it was."""
    town.add_worker("bertil")
    other, device = town.device("bertil"), town.device("bertil", "window")
    other.start()
    there = _visits(other, _client(other), 30)
    assert other.sync()["ok"]
    device.start()
    assert device.runs.event("synced")["ok"]

    # On a line that stands still: nobody answers, and nobody says so.
    here = _visits(device, _client(device), 3)
    device.line.halt_after(3_000)
    device.runs.order("sync")
    device.until(device.line.happened.is_set)
    began = clock.monotonic()
    assert device.quit() == 0
    assert clock.monotonic() - began < ANSWER_SECONDS / 2, "waited for the line"
    _check_kept(device, here)
    device.line.heal()

    # On one that crawls: the answer is under way.
    device.start()
    assert device.runs.event("synced")["ok"]
    there += _visits(other, _client(other), 30)
    assert other.sync()["ok"]
    here += _visits(device, _client(device), 3)
    device.line.rate = 500
    before = device.line.passed
    device.runs.order("sync")
    device.until(lambda: device.line.passed > before)
    assert device.quit() == 0
    _check_kept(device, here)
    device.line.rate = None

    store = device.opened()
    try:
        with closing(HttpTransport(device.line.address)) as way:
            assert sync_once(store, way).unsent == 0
        assert {row["id"] for row in store.rows("support_visit")} == {*here, *there}
    finally:
        store.close()
    ids, times = _at_centre(town)
    assert ids == {*here, *there}
    assert times == len(ids)


def _check_kept(device: Device, ids: list[str]) -> None:
    store = device.opened()
    try:
        assert set(ids) <= {row["id"] for row in store.rows("support_visit")}
        assert not store.journal_lost
    finally:
        store.close()


@pytest.mark.failure(21)
def test_a_night_in_the_middle_of_an_exchange(town: Town) -> None:
    """The process sleeps through its token's whole life; then it shows itself again and goes on."""
    town.add_worker("aada")
    device = town.device("aada")
    device.start()
    client = _client(device)
    assert device.sync()["ok"]  # from here on it has a token
    for night, point in enumerate(("client.push.marked", "client.push.answered", "client.pull.page"), 1):
        before, times = _at_centre(town)
        ids = _visits(device, client, 5)
        device.runs.ask("wait at", point=point)
        device.order_sync()
        device.runs.event("at")
        device.runs.suspend()
        town.centre.runs.ask("clock", ahead=night * LONG_ASLEEP)
        device.runs.resume()
        device.runs.ask("clock", ahead=night * LONG_ASLEEP)
        device.runs.ask("go on")
        told = device.runs.event("synced")
        assert (told["ok"], told["pushed"], told["unsent"]) == (True, 5, 0), point
        assert _at_centre(town) == ({*before, *ids}, times + 5), point
    assert device.quit() == 0
