"""The sync client against the real centre: what crashes, networks and orders do to it, which is never a loss."""

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

import storage.eviction
import storage.incoming
import storage.outbox
import sync.client
import sync.enrol
import sync.pushing
from app.access import GROUPS
from app.errors import KnownError, NotAllowed, Unreachable
from storage.state import set_state
from sync import paging, session, settle
from sync.client import Wiped, for_store, joined, last_complete, sync_once
from sync.enrol import enrol
from sync.server import accounts, devices
from sync.server.database import writing
from sync.server.tables import RECORDS
from sync.transport import Answer, NotNow
from tests.model.story import Story
from tests.stores import new_store
from tests.town import Crash, Device, Network, Town


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made


@pytest.fixture
def town(story: Story) -> Town:
    return story.town


def shared_client(town: Town) -> str:
    first, second, _ = town.devices
    client = str(first.save("client", first_name="Aino", last_name="Virta"))
    first.sync()
    town.assign(client, second.worker)
    second.sync()
    return client


# ---- joining ----------------------------------------------------------------------------------------------


def test_joining_makes_what_was_written_before_the_workers_own(
    story: Story, town: Town, tmp_path: Path
) -> None:
    store = new_store(tmp_path / "before")
    alone = store.worker
    device = Device(tmp_path / "before", "aada", b"", store, Network(town.way))
    client = device.save("client", first_name="Aino", last_name="Virta")
    device.save("coaching_relationship", client_id=client, started_on="2026-01-02", coach_id=alone)
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, "aada")
    result = enrol(store, "http://127.0.0.1", code, device.network)
    me = str(store.worker)
    assert me != str(alone)
    assert (result.pushed, result.held) == (3, 0)
    assert town.rows("coaching_relationship").popitem()[1]["coach_id"] == me
    assert {row["worker_id"] for row in town.rows("assignment").values()} == {me}
    assert {row["worker"] for row in store.access_log()} == {me}
    assert store.worker_names()[me] == "aada"
    assert joined(store) == "http://127.0.0.1"
    assert last_complete(store) is not None
    store.close()


def test_a_code_works_once(town: Town, tmp_path: Path) -> None:
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, "aada")
    one, other = new_store(tmp_path / "one"), new_store(tmp_path / "other")
    enrol(one, "http://127.0.0.1", code, Network(town.way))
    with pytest.raises(NotAllowed, match="code"):
        enrol(other, "http://127.0.0.1", code, Network(town.way))
    assert joined(other) == ""
    one.close()
    other.close()


def test_a_store_stays_its_owners(town: Town) -> None:
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, "bertil")
    with pytest.raises(NotAllowed, match="another person"):
        enrol(town.devices[0].store, "http://127.0.0.1", code, town.devices[0].network)


def test_a_copied_store_joins_again(town: Town) -> None:
    first = town.devices[0]
    with first.store.write() as connection:
        set_state(connection, "install_id", "01990000-0000-7000-8000-00000000ffff")
    session.forget(first.store)
    with pytest.raises(NotAllowed):
        first.sync()
    client = first.save("client", first_name="Aino", last_name="Virta")
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, "aada")
    enrol(first.store, "http://127.0.0.1", code, first.network)
    assert str(client) in town.rows("client")


def test_without_a_centre_there_is_nothing_to_sync_with(tmp_path: Path) -> None:
    store = new_store(tmp_path / "alone")
    with pytest.raises(KnownError, match="No centre"):
        for_store(store)()
    assert joined(store) == ""
    assert last_complete(store) is None
    store.close()


# ---- crashes ----------------------------------------------------------------------------------------------

PLACES = {
    "client.push.marked",
    "client.push.answered",
    "client.push.acked",
    "client.pull.page",
    "client.pull.applied",
    "client.evicted",
    "client.finished",
}
ELSEWHERE = {"client.epoch.begun", "client.wipe", "client.enrolled", "client.pull.cursors"}


def test_every_point_is_tried() -> None:
    sources = (sync.client, sync.pushing, sync.enrol, storage.incoming, storage.outbox, storage.eviction)
    named = {name for one in sources for name in re.findall(r'point\("([^"]+)"\)', inspect.getsource(one))}
    assert named == PLACES | ELSEWHERE


@pytest.mark.failure(1, 2, 4)
@pytest.mark.parametrize("place", sorted(PLACES | {"db.before_commit", "db.committed"}))
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_crash_loses_nothing(story: Story, place: str, times: int) -> None:
    town = story.town
    client = shared_client(town)
    lost = str(town.devices[1].save("client", first_name="Pois", last_name="Mennyt"))
    town.devices[1].sync()
    town.unassign(lost, "bertil")
    story.edit(town.devices[0], "client", {"id": client}, phone="1")
    town.devices[0].sync()
    story.edit(town.devices[1], "client", {"id": client}, notes="2")
    met = 0

    def crash(name: str) -> None:
        nonlocal met
        met += name == place
        if name == place and met == times:
            raise Crash

    story.clock.at_point = crash
    try:
        town.devices[1].sync()
    except Crash:
        story.clock.at_point = None
        town.devices[1].crash()
    story.clock.at_point = None
    assert met or place == "client.evicted"
    story.heal()
    assert town.rows("client")[client]["notes"] == "2"


@pytest.mark.failure(2)
@pytest.mark.parametrize("place", ["client.push.marked", "client.push.answered", "client.push.acked"])
@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_a_crash_between_small_batches_loses_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch, place: str, times: int
) -> None:
    monkeypatch.setattr(sync.pushing, "BATCH_MUTATIONS", 1)
    device = story.town.devices[0]
    made = [str(device.save("client", first_name="Aino", last_name=f"Testinen {n}")) for n in range(4)]
    met = 0

    def crash(name: str) -> None:
        nonlocal met
        met += name == place
        if name == place and met == times:
            raise Crash

    story.clock.at_point = crash
    with pytest.raises(Crash):
        device.sync()
    story.clock.at_point = None
    device.crash()
    assert device.sync().unsent == 0
    assert set(made) <= story.town.rows("client").keys()
    story.heal()


@pytest.mark.failure(3)
@pytest.mark.parametrize("fault", ["request_lost", "response_lost", "duplicated", "half"])
def test_a_bad_network_between_small_batches_loses_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(sync.pushing, "BATCH_MUTATIONS", 1)
    device = story.town.devices[0]
    device.sync()
    made = [str(device.save("client", first_name="Aino", last_name=f"Testinen {n}")) for n in range(4)]
    unsent = sum(row["state"] == "new" for row in device.outbox())
    device.network.plan[:] = ["", fault]
    try:
        device.sync()
    except Unreachable:
        waiting = [row for row in device.outbox() if row["state"] in ("new", "sent")]
        assert (
            len(waiting) == unsent - 1
        )  # the answer to the first one was noted while the second was under way
    assert device.sync().unsent == 0
    assert set(made) <= story.town.rows("client").keys()
    story.heal()


@pytest.mark.failure(15)
def test_a_crash_while_a_new_epoch_begins(story: Story) -> None:
    client = shared_client(story.town)
    story.backup()
    story.edit(story.town.devices[0], "client", {"id": client}, phone="1")
    story.town.devices[0].sync()
    story.restore(0)

    def crash(name: str) -> None:
        if name == "client.epoch.begun":
            raise Crash

    story.clock.at_point = crash
    with pytest.raises(Crash):
        story.town.devices[0].sync()
    story.clock.at_point = None
    story.town.devices[0].crash()
    assert story.town.devices[0].living("client")[client]["phone"] == "1"
    story.heal()
    assert story.town.rows("client")[client]["phone"] == "1"


# ---- the network ------------------------------------------------------------------------------------------


class TooMuch:
    """A way on which only so many bytes pass at once."""

    def __init__(self, network: Network, most: int) -> None:
        self.network, self.most = network, most

    def send(self, path: str, body: bytes, headers: Any) -> Answer:
        if path == "/sync/push" and len(body) > self.most:
            return Answer(413, {"content-type": "text/html"}, b"<html>Too large</html>")
        return self.network.send(path, body, headers)


@pytest.mark.failure(18)
def test_too_much_at_once_is_halved(town: Town) -> None:
    first = town.devices[0]
    client = first.save("client", first_name="Aino", last_name="Virta")
    for day in range(1, 20):
        first.save("support_visit", client_id=client, on=f"2026-01-{day:02}")
    assert sync_once(first.store, TooMuch(first.network, 1900)).pushed == 21
    assert len(town.rows("support_visit")) == 19


@pytest.mark.failure(20)
def test_one_edit_too_large_is_held_and_the_rest_goes_on(town: Town) -> None:
    first = town.devices[0]
    client = first.save("client", first_name="Aino", last_name="Virta")
    noise = b"".join(sha256(bytes([n])).digest() for n in range(150)).hex()  # does not compress
    large = first.save("support_visit", client_id=client, on="2026-01-01", notes=noise)
    small = first.save("support_visit", client_id=client, on="2026-01-02")
    result = sync_once(first.store, TooMuch(first.network, 3000))
    assert (result.held, result.unsent) == (1, 0)
    assert set(town.rows("support_visit")) == {str(small)}
    assert first.store.row("support_visit", large) is None
    (held,) = settle.held(first.store)
    assert held["patch"]["notes"][1] == noise  # for the person to shorten and save anew


@pytest.mark.failure(5)
def test_many_pages_are_applied_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, _ = town.devices
    client = first.save("client", first_name="Aino", last_name="Virta")
    for day in range(1, 20):
        first.save("support_visit", client_id=client, on=f"2026-01-{day:02}")
    first.edit("client", client, phone="1")
    first.sync()
    first.edit("client", client, phone="2")  # the parent now comes after its children
    first.sync()
    town.assign(client, second.worker)

    monkeypatch.setattr(paging, "FIRST_ROWS", 3)
    monkeypatch.setattr(paging, "ROWS_PER_REPLY", 6)
    monkeypatch.setattr(paging, "LEAST_ROWS", 1)
    assert second.sync().pulled == 22
    assert second.network.requests.count("/sync/pull") >= 4
    assert len(second.living("support_visit")) == 19


class BreaksAt:
    """A line that breaks when it is asked the n-th time for a path."""

    def __init__(self, network: Network, path: str, time: int) -> None:
        self.network, self.path, self.left = network, path, time

    def send(self, path: str, body: bytes, headers: Any, method: str = "POST") -> Answer:
        self.left -= path == self.path
        if not self.left:
            raise NotNow("The connection to the centre broke off.")
        return self.network.send(path, body, headers, method)


def test_a_broken_sync_tells_what_it_changed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, _ = town.devices
    clients = [first.save("client", first_name="Aino", last_name="Virta") for _ in range(4)]
    first.sync()
    for client in clients:
        town.assign(client, second.worker)
    for name in ("FIRST_ROWS", "LEAST_ROWS", "ROWS_PER_REPLY"):
        monkeypatch.setattr(paging, name, 4)
    with pytest.raises(Unreachable) as broken:
        sync_once(second.store, BreaksAt(second.network, "/sync/pull", 2))
    assert {str(one) for one in broken.value.changed.clients} == {*second.living("client")}
    assert 0 < len(second.living("client")) < len(clients)


@pytest.mark.failure(21)
def test_a_stopped_sync_ends_early(town: Town) -> None:
    first = town.devices[0]
    first.save("client", first_name="Aino", last_name="Virta")
    with pytest.raises(Unreachable, match="stopped"):
        sync_once(first.store, first.network, lambda: True)
    assert first.sync().unsent == 0


@pytest.mark.failure(11)
def test_a_wrong_clock_is_told(story: Story, town: Town) -> None:
    first = town.devices[0]

    def late(path: str, body: bytes, headers: Any) -> Answer:
        answer = Network.send(first.network, path, body, headers)
        if path == "/sync/pull":
            story.clock.now += timedelta(minutes=12)
        return answer

    first.network.send = late  # type: ignore[method-assign]
    (warning,) = first.sync().warnings
    assert str(warning) == "This computer's clock is 12 minutes ahead of the centre's. Set it right."


# ---- what does not fit together ---------------------------------------------------------------------------


def test_a_scope_that_does_not_match_is_fetched_anew(town: Town) -> None:
    client = shared_client(town)
    second = town.devices[1]
    with second.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM assignment")
        connection.exec_driver_sql("UPDATE client SET version = 7, phone = 'wrong'")
    town.devices[0].edit("client", client, notes="news")
    town.devices[0].sync()
    result = second.sync()
    assert (result.repaired, result.warnings) == (1, ())
    assert second.living("client") == town.devices[0].living("client")
    assert second.living("assignment") == town.devices[0].living("assignment")


def test_a_scope_that_never_matches_is_told(town: Town) -> None:
    client = shared_client(town)
    with writing(town.engine) as connection:
        connection.execute(update(RECORDS["client"]).values(version=9))
    town.devices[0].edit("client", client, notes="news")
    with writing(town.engine) as connection:
        connection.exec_driver_sql("UPDATE scope SET checksum = 'ffffffffffffffff'")
    town.devices[0].sync()
    (warning,) = town.devices[1].sync().warnings
    assert "does not match" in str(warning)


# ---- losing a client and being ordered to forget ----------------------------------------------------------


@pytest.mark.failure(9)
def test_an_edit_of_a_lost_client_reaches_the_centre_sealed(story: Story, town: Town) -> None:
    client = shared_client(town)
    second = town.devices[1]
    town.unassign(client, "bertil")

    def edit_and_cut() -> None:
        story.edit(second, "client", {"id": client}, phone="secret number")
        second.network.plan = ["request_lost"]

    result = story.sync(second, also=("client.pull.page", edit_and_cut))
    assert result is not None
    assert (result.evicted, result.unsent) == (len(GROUPS), 1)
    assert "sealed" in str(result.warnings[0])
    waiting = [row for row in second.outbox() if row["state"] != "kept"]
    assert len(waiting) == 1
    assert "secret number" not in str(second.outbox())
    assert second.sync().held == 1
    with writing(town.engine) as connection:
        kept = connection.exec_driver_sql("SELECT mutation FROM quarantine").scalar_one()
    assert "secret number" in kept
    story.heal()


@pytest.mark.failure(8, 9)
def test_a_sealed_edit_meets_others_after_the_client_came_back(story: Story, town: Town) -> None:
    client = shared_client(town)
    first, second, _ = town.devices
    visit = str(first.save("support_visit", client_id=client, on="2026-03-01", participants="a"))
    first.sync()
    second.sync()
    town.unassign(client, "bertil")

    def edit_and_cut() -> None:
        story.edit(second, "support_visit", {"id": visit}, participants="mine")
        second.network.plan = ["request_lost"]

    story.sync(second, also=("client.pull.page", edit_and_cut))
    first.edit("support_visit", visit, participants="theirs")
    first.sync()
    town.assign(client, "bertil")
    result = second.sync()
    assert (result.pushed, result.conflicts, result.held) == (1, 1, 0)
    assert second.living("support_visit")[visit]["participants"] == "theirs"
    story.heal()


@pytest.mark.failure(9)
def test_nothing_readable_stays_of_a_lost_client(town: Town) -> None:
    client = shared_client(town)
    second = town.devices[1]
    second.edit("client", client, phone="0401234567")
    second.sync()
    second.store.save_draft("visit", {"notes": "x"}, kind="support_visit", client_id=client)
    town.unassign(client, "bertil")
    result = second.sync()
    assert result.evicted == len(GROUPS)
    assert {str(one) for one in result.lost} == {client}
    assert second.store.drafts() == []
    assert second.store.search("Aino") == []
    assert second.store.history("client", client) == []
    assert "0401234567" not in str(second.outbox())


@pytest.mark.failure(17)
@pytest.mark.parametrize("order", ["drain", "destroy"])
def test_a_revoked_device_forgets(town: Town, order: str) -> None:
    client = shared_client(town)
    second = town.devices[1]
    second.edit("client", client, phone="unsent")
    with writing(town.engine) as connection:
        devices.revoke(connection, second.state("device_id"), order)
    with pytest.raises(Wiped):
        second.sync()
    assert [path.name for path in second.folder.iterdir()] == ["lock"]
    assert not second.store.is_open
    with writing(town.engine) as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM quarantine").scalar_one()
        status = connection.exec_driver_sql("SELECT status FROM device WHERE status = 'wiped'").all()
    assert kept == (1 if order == "drain" else 0)
    assert len(status) == 1
    town.devices.remove(second)


def test_an_order_that_the_centre_did_not_sign_is_ignored(town: Town) -> None:
    second = town.devices[1]
    with second.store.write() as connection:
        set_state(connection, "order_key", town.devices[0].state("sealing_key"))
    with writing(town.engine) as connection:
        devices.revoke(connection, second.state("device_id"), "destroy")
    with pytest.raises(NotAllowed, match="not signed"):
        second.sync()
    assert second.store.is_open
