"""Attached files between real devices and the real centre: cuts are gone on from, no file comes before its entry."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.clock import random_bytes
from app.errors import DiskFull, KnownError
from storage import blob_file, blob_keeping, blobs
from sync import blobs as attached
from sync.client import Wiped
from sync.server import devices
from sync.server.database import writing
from sync.transport import Answer, NotNow
from tests.model.story import Story
from tests.town import FAULTS, Crash, Device, Town

MORE = 2_400_000
"""Bytes that need three pieces."""


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made


@pytest.fixture
def town(story: Story) -> Town:
    return story.town


@pytest.fixture
def client(town: Town) -> str:
    """A client whom the first two devices hold."""
    first, second, _ = town.devices
    made = str(first.save("client", first_name="Aino", last_name="Virta"))
    first.sync()
    town.assign(made, second.worker)
    second.sync()
    return made


def attach(device: Device, client: str, content: bytes, **values: Any) -> dict[str, Any]:
    """Add a file to a client, and return its row."""
    found = blobs.add(device.store, content, "cv.pdf")
    made = device.save("attachment", client_id=client, added_on="2026-03-02", **{**found, **values})
    row = device.store.row("attachment", made)
    assert row is not None
    return row


def place(device: Device, row: dict[str, Any]) -> blobs.Place:
    return blobs.places(device.store, [row["sha256"]]).get(row["sha256"], blobs.Place())


def fetched(device: Device, row: dict[str, Any]) -> bytes:
    attached.fetch(device.store, row, device.network)
    return blobs.read(device.store, row)


STORED_HERE, STORED_AWAY = blobs.Place("stored", True), blobs.Place("stored", False)


# ---- the plain way ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 999_984, 1_000_000, MORE])
def test_a_file_reaches_the_other_device(town: Town, client: str, size: int) -> None:
    first, second, _ = town.devices
    content = random_bytes(size)
    row = attach(first, client, content)
    assert place(first, row) == blobs.Place("waiting", True)
    first.sync()
    assert place(first, row) == STORED_HERE
    result = second.sync()
    assert "attachment" in result.changes.kinds
    assert place(second, row) == STORED_AWAY
    assert fetched(second, row) == content
    assert place(second, row) == STORED_HERE
    assert town.findings() == []


@pytest.mark.failure(19)
def test_the_entry_goes_before_the_file_and_nothing_new_costs_nothing(town: Town, client: str) -> None:
    first = town.devices[0]
    row = attach(first, client, random_bytes(MORE))
    first.network.requests.clear()
    result = first.sync()
    put = f"PUT /blobs/{row['sha256']}"
    assert first.network.requests == ["/sync/push", "/sync/pull", "/blobs", put, put, put]
    assert str(row["id"]) in map(str, result.changes.ids)
    first.network.requests.clear()
    first.sync()
    assert first.network.requests == ["/sync/pull"]


def test_consents_and_agreements_come_by_themselves_the_rest_when_opened(town: Town, client: str) -> None:
    first, second, _ = town.devices
    consent = attach(first, client, random_bytes(MORE), category="consent")
    agreement = attach(first, client, b"agreed", category="agreement")
    other = attach(first, client, b"cv", category="cv")
    first.sync()
    second.sync()
    assert blobs.is_here(second.store, consent)
    assert blobs.is_here(second.store, agreement)
    assert not blobs.is_here(second.store, other)


@pytest.mark.failure(19)
def test_until_it_is_sent_it_is_said_where_it_is(town: Town, client: str) -> None:
    first, second, _ = town.devices
    row = attach(first, client, b"content")
    first.network.plan = ["", "", "request_lost"]  # the records go, the files do not
    first.sync()
    second.sync()
    assert place(second, row) == blobs.Place("away", False)
    with pytest.raises(KnownError, match="still on the computer where it was added"):
        attached.fetch(second.store, row, second.network)
    first.sync()
    second.sync()
    assert fetched(second, row) == b"content"


# ---- what networks do -------------------------------------------------------------------------------------


@pytest.mark.failure(19)
@pytest.mark.parametrize("fault", [*FAULTS[:-1], "cut 0", "cut 1", "cut 990000"])
@pytest.mark.parametrize("at", range(4))
def test_no_fault_of_the_network_loses_or_spoils_a_file(town: Town, client: str, fault: str, at: int) -> None:
    first, second, _ = town.devices
    content = random_bytes(MORE)
    row = attach(first, client, content)
    first.network.plan = ["", "", *[""] * at, fault]
    result = first.sync()
    assert result.unsent == 0, "the records are not held up"
    first.sync()
    assert place(first, row) == STORED_HERE
    second.sync()
    second.network.plan = [*[""] * at, fault]
    for _ in range(2):
        try:
            attached.fetch(second.store, row, second.network)
        except NotNow:
            continue
    assert fetched(second, row) == content


@pytest.mark.failure(19)
def test_an_upload_that_stops_at_99_percent_goes_on_there(town: Town, client: str) -> None:
    first, second, _ = town.devices
    content = random_bytes(MORE)
    row = attach(first, client, content)
    size = blob_file.sealed_size(MORE)
    last = size - 2_000_000
    first.network.plan = ["", "", "", "", "", f"cut {last - 10}"]
    first.sync()
    assert place(first, row) == blobs.Place("waiting", True)
    second.sync()
    assert place(second, row) == blobs.Place("away", False), "what is not whole is never shown as stored"
    sent: list[int] = []
    first.network.way = Watching(first.network.way, sent)  # type: ignore[assignment]
    first.sync()
    assert sent == [10]
    assert place(first, row) == STORED_HERE
    second.sync()
    assert fetched(second, row) == content


class Watching:
    """Notes how many bytes each PUT carries."""

    def __init__(self, way: Any, sent: list[int]) -> None:
        self._way, self._sent = way, sent

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST", cut: Any = None
    ) -> Answer:
        if method == "PUT":
            self._sent.append(len(body))
        answer: Answer = self._way.send(path, body, headers, method, cut)
        return answer


class Spoiling(Watching):
    """Changes a byte of the first PUT's body, or of the first GET's answer."""

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST", cut: Any = None
    ) -> Answer:
        if method == "PUT" and not self._sent:
            self._sent.append(0)
            body = b"x" + body[1:] if body[:1] != b"x" else b"y" + body[1:]
        answer: Answer = self._way.send(path, body, headers, method, cut)
        if method == "GET" and not self._sent:
            self._sent.append(0)
            answer = Answer(answer.status, answer.headers, bytes([answer.body[0] ^ 1]) + answer.body[1:])
        return answer


@pytest.mark.failure(19)
def test_bytes_spoilt_on_the_way_are_noticed_and_sent_again(town: Town, client: str) -> None:
    first, second, _ = town.devices
    content = random_bytes(MORE)
    row = attach(first, client, content)
    first.network.way = Spoiling(first.network.way, [])  # type: ignore[assignment]
    result = first.sync()
    assert not result.warnings
    assert place(first, row) == STORED_HERE
    second.sync()
    second.network.way = Spoiling(second.network.way, [])  # type: ignore[assignment]
    assert fetched(second, row) == content


def test_a_proxy_that_takes_less_gets_less(town: Town, client: str) -> None:
    first, second, _ = town.devices
    content = random_bytes(300_000)
    row = attach(first, client, content)
    sent: list[int] = []
    first.network.way = Narrow(first.network.way, sent)  # type: ignore[assignment]
    first.sync()
    assert place(first, row) == STORED_HERE
    assert max(sent) <= 100_000
    second.sync()
    assert fetched(second, row) == content


class Narrow(Watching):
    """A proxy that takes a hundred kilobytes at most."""

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST", cut: Any = None
    ) -> Answer:
        if method == "PUT" and len(body) > 100_000:
            return Answer(413, {"content-type": "text/html"}, b"<html>")
        return super().send(path, body, headers, method, cut)


def test_a_large_file_goes_and_comes_a_piece_at_a_time(town: Town, client: str) -> None:
    first, second, _ = town.devices
    row = attach(first, client, random_bytes(5_000_000))
    sent: list[int] = []
    first.network.way = Watching(first.network.way, sent)  # type: ignore[assignment]
    first.sync()
    assert max(sent) == 1_000_000
    second.sync()
    second.network.requests.clear()
    attached.fetch(second.store, row, second.network)
    assert second.network.requests == [f"GET /blobs/{row['sha256']}"] * 6


# ---- records first ----------------------------------------------------------------------------------------


def test_what_is_saved_meanwhile_goes_before_the_rest_of_a_file(
    story: Story, town: Town, client: str
) -> None:
    first = town.devices[0]
    row = attach(first, client, random_bytes(MORE))

    def save(name: str) -> None:
        if name == "client.blob.sent" and not first.living("support_visit"):
            first.save("support_visit", client_id=client, on="2026-03-01")

    story.clock.at_point = save
    first.sync()
    assert place(first, row) == blobs.Place("waiting", True), "the file stopped"
    first.network.requests.clear()
    first.sync()
    assert first.network.requests[0] == "/sync/push"
    assert place(first, row) == STORED_HERE


def test_a_centre_without_room_holds_nothing_up(
    town: Town, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.server.blobs.CLIENT_BYTES", 100_000)
    first = town.devices[0]
    large, small = attach(first, client, random_bytes(200_000)), attach(first, client, b"small")
    result = first.sync()
    assert any("no more room" in str(warning) for warning in result.warnings)
    assert place(first, large) == blobs.Place("waiting", True)
    assert place(first, small) == STORED_HERE
    assert result.unsent == 0


def test_a_full_disk_stops_the_fetching_and_nothing_else(
    town: Town, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = town.devices
    row = attach(first, client, random_bytes(MORE), category="consent")
    first.sync()

    def full(*_: object) -> None:
        from storage.files import disk_full

        raise disk_full()

    with monkeypatch.context() as patch:
        patch.setattr(blobs, "arrived", full)
        result = second.sync()
    assert any("disk is full" in str(warning) for warning in result.warnings)
    assert "attachment" in result.changes.kinds
    second.sync()
    assert blobs.is_here(second.store, row)


@pytest.mark.failure(12)
def test_a_disk_that_fills_up_while_fetching_is_left_clean(
    town: Town, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = town.devices
    row = attach(first, client, random_bytes(MORE))
    first.sync()
    second.sync()
    count = 0

    def append(part: Any, piece: bytes) -> None:
        nonlocal count
        count += 1
        if count == 2:
            part.unlink()
            raise DiskFull(blobs.Message("full"))
        with part.open("ab") as opened:
            opened.write(piece)

    with monkeypatch.context() as patch:
        patch.setattr(attached, "_append", append)
        with pytest.raises(DiskFull):
            attached.fetch(second.store, row, second.network)
    assert not list((second.folder / "blobs").iterdir())
    assert len(fetched(second, row)) == MORE


# ---- crashes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(3))
def test_a_device_that_dies_between_pieces_goes_on(
    story: Story, town: Town, client: str, number: int
) -> None:
    first, second, _ = town.devices
    content = random_bytes(MORE)
    row = attach(first, client, content)
    passed = 0

    def die(name: str) -> None:
        nonlocal passed
        if name in ("client.blob.sent", "client.blob.fetched"):
            passed += 1
            if passed == number + 1:
                raise Crash

    story.clock.at_point = die
    with pytest.raises(Crash):
        first.sync()
    story.clock.at_point = None
    first.crash()
    first.sync()
    assert place(first, row) == STORED_HERE
    second.sync()
    passed, story.clock.at_point = 0, die
    with pytest.raises(Crash):
        attached.fetch(second.store, row, second.network)
    story.clock.at_point = None
    second.crash()
    second.network.requests.clear()
    assert fetched(second, row) == content
    assert sum(name.startswith("GET") for name in second.network.requests) == 2 - number


# ---- rights -----------------------------------------------------------------------------------------------


def test_a_lost_client_takes_her_files_along_and_what_is_unsent_is_delivered(town: Town, client: str) -> None:
    first, second, _ = town.devices
    old = attach(second, client, b"old")
    second.sync()
    new = attach(second, client, b"new")
    second.network.plan = ["", "", "request_lost"]
    second.sync()  # the entry went, the file not
    town.unassign(client, second.worker)
    second.network.plan = ["", "request_lost"]
    second.sync()
    assert not blobs.is_here(second.store, old)
    assert second.living("attachment") == {}
    assert place(second, new) == blobs.Place("leaving", True), "kept as noise, to be delivered"
    second.sync()
    first.sync()
    assert fetched(first, new) == b"new"
    with pytest.raises(KnownError):
        attached.fetch(second.store, old, second.network)
    release = clock.hold(now=lambda: clock_later(town))
    blobs.sweep(second.store)
    blobs.sweep(second.store)
    release()


def clock_later(town: Town) -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 9, 1, tzinfo=UTC)


def test_a_client_who_comes_back_finds_her_unsent_file(town: Town, client: str) -> None:
    first, second, _ = town.devices
    row = attach(second, client, b"content")
    second.network.plan = ["", "", "request_lost"]
    second.sync()
    town.unassign(client, second.worker)
    second.network.plan = ["", "request_lost"]
    second.sync()
    town.assign(client, second.worker)
    second.network.plan = ["", "request_lost"]
    second.sync()
    assert blobs.read(second.store, row) == b"content"
    second.sync()
    first.sync()
    assert fetched(first, row) == b"content"
    assert place(second, row) == STORED_HERE


def test_a_file_whose_entry_is_held_back_waits_without_noise(town: Town, client: str) -> None:
    _, second, _ = town.devices
    town.unassign(client, second.worker)
    row = attach(second, client, b"content")  # the entry will be quarantined
    result = second.sync()
    assert not [w for w in result.warnings if "file" in str(w)]
    assert not any(request.startswith("PUT") for request in second.network.requests)
    with writing(town.engine) as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM blob").scalar()
    assert found == 0
    assert blobs.path_of(second.store, row["sha256"]).exists()


def test_a_leaver_delivers_the_files_before_all_is_wiped(town: Town, client: str) -> None:
    first, second, _ = town.devices
    row = attach(second, client, random_bytes(MORE))
    second.network.plan = ["", "", "request_lost"]
    second.sync()
    with writing(town.engine) as connection:
        device = second.state("device_id")
        devices.revoke(connection, device, "drain")
    with pytest.raises(Wiped):
        second.sync()
    assert not (second.folder / "blobs").exists()
    first.sync()
    assert len(fetched(first, row)) == MORE


# ---- restores ---------------------------------------------------------------------------------------------


@pytest.mark.failure(15)
def test_a_restored_centre_gets_the_files_again(town: Town, client: str) -> None:
    first, second, _ = town.devices
    backup = town.backup()
    content = random_bytes(MORE)
    row = attach(first, client, content)
    first.sync()
    second.sync()
    town.restore(backup)
    first.sync()
    first.sync()
    assert place(first, row) == STORED_HERE
    second.sync()
    assert fetched(second, row) == content


def test_a_damaged_copy_is_fetched_anew(town: Town, client: str) -> None:
    first = town.devices[0]
    row = attach(first, client, b"content")
    first.sync()
    file = blobs.path_of(first.store, row["sha256"])
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(blobs.FileDamaged):
        blobs.read(first.store, row)
    assert fetched(first, row) == b"content"


def test_a_file_damaged_before_it_was_sent_is_said_and_never_stored(town: Town, client: str) -> None:
    first, second, _ = town.devices
    row = attach(first, client, b"content")
    file = blobs.path_of(first.store, row["sha256"])
    file.write_bytes(b"x" + file.read_bytes()[1:])
    result = first.sync()
    assert any("damaged" in str(warning) for warning in result.warnings)
    assert place(first, row) == blobs.Place("waiting", True)
    second.sync()
    assert place(second, row) == blobs.Place("away", False)


def test_no_room_left_here_is_said_by_the_fetch(
    town: Town, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = town.devices
    row = attach(first, client, random_bytes(200_000))
    first.sync()
    second.sync()
    monkeypatch.setattr(blob_keeping, "QUOTA", 100_000)
    with pytest.raises(KnownError, match="no room"):
        attached.fetch(second.store, row, second.network)


def test_the_files_of_a_deleted_entry_leave_both_devices(town: Town, client: str) -> None:
    first, second, _ = town.devices
    row = attach(first, client, b"content")
    first.sync()
    second.sync()
    fetched(second, row)
    first.store.delete("attachment", row["id"])
    first.sync()
    second.sync()
    later = clock.now() + timedelta(days=2)
    release = clock.hold(now=lambda: later)
    for device in (first, second):
        blobs.sweep(device.store)
        assert not blobs.path_of(device.store, row["sha256"]).exists()
    release()
