"""What else may go wrong between a device and its centre, by the rows of tests/failures.py: nothing is lost of it."""

import gzip
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import sync.pushing
from app import clock
from app.errors import DiskFull, Unreachable
from storage import backup, db, place
from storage.store import Store
from sync import paging
from sync.client import Wiped
from sync.protocol import MAX_JSON, HealthReply
from sync.server import accounts, assignments, devices, office
from sync.server.database import writing
from sync.transport import Answer, HttpTransport, NotNow, ask
from tests.model.story import Story
from tests.town import Device, Network, Town


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made


@pytest.fixture
def town(story: Story) -> Town:
    return story.town


def shared_client(story: Story) -> str:
    """Let two people share a client, both in sync; return her id."""
    first, second, _ = story.town.devices
    client = str(story.new_client(first))
    story.sync(first)
    story.town.assign(client, second.worker)
    story.sync(second)
    return client


def phone(device: Device, client: str) -> str:
    row = device.store.row("client", client)
    assert row is not None
    return str(row["phone"])


# ---- two exchanges at once --------------------------------------------------------------------------------


@pytest.mark.failure(3)
def test_two_exchanges_of_one_device_at_once_take_turns(story: Story) -> None:
    client = shared_client(story)
    first = story.town.devices[0]
    for number in range(20):
        story.save(
            first, "support_visit", client_id=client, on="2026-03-01", notes=story.word(), minutes=number
        )
    failed: list[BaseException] = []

    def go() -> None:
        try:
            first.sync()
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(story.town.rows("support_visit")) == 20
    story.heal()


# ---- access that is lost and comes back -------------------------------------------------------------------


@pytest.mark.failure(8)
def test_an_edit_pushed_while_access_was_lost_is_kept_apart_and_the_row_is_the_centres(story: Story) -> None:
    client = shared_client(story)
    first, second, _ = story.town.devices
    story.town.unassign(client, "bertil")
    story.edit(second, "client", {"id": client}, phone="mine")
    story.edit(first, "client", {"id": client}, phone="theirs")
    story.sync(first)
    result = story.sync(second, centre_dies_at=None)
    assert result is not None
    assert second.living("client") == {}
    story.town.assign(client, "bertil")
    story.sync(second)
    assert phone(second, client) == "theirs"
    with writing(story.town.engine) as connection:
        kept = connection.exec_driver_sql("SELECT mutation FROM quarantine").scalar_one()
    assert '"mine"' in kept
    story.heal()


@pytest.mark.failure(8)
def test_access_lost_and_regained_before_the_push_makes_no_difference(story: Story) -> None:
    client = shared_client(story)
    second = story.town.devices[1]
    story.town.unassign(client, "bertil")
    story.edit(second, "client", {"id": client}, phone="mine")
    story.town.assign(client, "bertil")
    story.sync(second)
    assert phone(second, client) == "mine"
    assert story.town.rows("client")[client]["phone"] == "mine"
    story.heal()


@pytest.mark.failure(8)
def test_access_is_lost_and_regained_while_the_edit_is_under_way(story: Story) -> None:
    """The edit is kept apart; when the pull comes the client is there again, and is fetched as the centre has her."""
    client = shared_client(story)
    second = story.town.devices[1]
    story.town.unassign(client, "bertil")
    story.edit(second, "client", {"id": client}, phone="mine")
    again = lambda name: story.town.assign(client, "bertil") if name == "client.push.answered" else None  # noqa: E731
    story.clock.at_point = again
    result = second.sync()
    story.clock.at_point = None
    assert (result.held, result.warnings) == (1, ())
    assert phone(second, client) == ""
    story.heal()


@pytest.mark.failure(9)
@pytest.mark.parametrize("staged", [1, 2, 3])
def test_a_client_lost_between_two_pages_leaves_nothing_and_comes_back_whole(
    story: Story, monkeypatch: pytest.MonkeyPatch, staged: int
) -> None:
    first, second, _ = story.town.devices
    client = str(story.new_client(first))
    for _ in range(20):
        story.save(
            first, "support_visit", client_id=client, on="2026-03-01", notes=f"salaista {story.word()}"
        )
    story.sync(first)
    story.town.assign(client, "bertil")
    monkeypatch.setattr(paging, "FIRST_ROWS", 3)
    monkeypatch.setattr(paging, "ROWS_PER_REPLY", 3)
    monkeypatch.setattr(paging, "LEAST_ROWS", 1)
    pages = 0

    def lose(name: str) -> None:
        nonlocal pages
        pages += name == "client.pull.applied"
        if name == "client.pull.applied" and pages == staged:
            story.town.unassign(client, "bertil")

    story.clock.at_point = lose
    second.sync()
    story.clock.at_point = None
    second.sync()
    assert pages > staged
    assert second.scopes() <= story.town.allowed("bertil")
    assert second.living("support_visit") == {}
    assert second.store.search("salaista") == []
    with second.store.read() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM sync_page").scalar_one()
    assert left == 0
    story.town.assign(client, "bertil")
    story.heal()
    assert len(second.living("support_visit")) == 20


# ---- clocks -----------------------------------------------------------------------------------------------

YEARS = timedelta(days=731)


class ItsOwnClock(Network):
    """The way of a device whose clock is wrong: at the centre, the right time holds."""

    def __init__(self, device: Device, story: Story) -> None:
        super().__init__(device.network.way)
        self.story = story
        self.off = timedelta()

    def send(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        self.story.clock.now -= self.off
        try:
            return super().send(path, body, headers, method)
        finally:
            self.story.clock.now += self.off

    @contextmanager
    def at_it(self, off: timedelta) -> Iterator[None]:
        """Work at this device, whose clock is so far from the right one."""
        self.off = off
        self.story.clock.now += off
        try:
            yield
        finally:
            self.story.clock.now -= off
            self.off = timedelta()


@pytest.mark.failure(11)
@pytest.mark.parametrize("ahead", [YEARS, -YEARS, timedelta(minutes=11), timedelta(minutes=-11)])
def test_a_wrong_clock_changes_no_order_and_is_told(story: Story, ahead: timedelta) -> None:
    client = shared_client(story)
    first, second, _ = story.town.devices
    first.network = wrong = ItsOwnClock(first, story)
    with wrong.at_it(ahead):
        first.sync()  # what is held is shown again: by this clock, the centre was not heard of for long
        story.edit(first, "client", {"id": client}, phone="1")
        result = first.sync()
    assert "clock is" in " ".join(str(one) for one in result.warnings)
    second.sync()
    story.edit(second, "client", {"id": client}, phone="2")
    second.sync()
    with wrong.at_it(ahead):
        first.sync()
        assert phone(first, client) == "2"  # whatever the clocks say of which was later
        story.edit(first, "client", {"id": client}, notes="mine")
        story.edit(first, "client", {"id": client}, phone="3")
    story.edit(second, "client", {"id": client}, phone="4")
    second.sync()
    with wrong.at_it(ahead):
        assert first.sync().conflicts == 1  # neither wins by its clock: a person decides
    assert story.town.rows("client")[client]["phone"] == "4"
    first.sync()
    story.heal()


@pytest.mark.failure(11)
@pytest.mark.parametrize("jump", [YEARS, -YEARS])
@pytest.mark.parametrize("point", ["client.push.marked", "client.push.answered", "client.pull.page"])
def test_a_clock_that_jumps_in_the_middle_of_an_exchange(story: Story, jump: timedelta, point: str) -> None:
    client = shared_client(story)
    first = story.town.devices[0]
    first.network = wrong = ItsOwnClock(first, story)
    story.edit(first, "client", {"id": client}, phone="1")

    def jumps() -> None:
        wrong.off = jump
        story.clock.now += jump

    story.clock.at_point = lambda name: jumps() if name == point and not wrong.off else None
    with suppress(Unreachable):
        first.sync()
    story.clock.at_point = None
    story.clock.now -= jump  # somebody sets it right
    wrong.off = timedelta()
    story.heal()
    assert story.town.rows("client")[client]["phone"] == "1"


@pytest.mark.failure(11, 15)
def test_a_day_two_years_ahead_forgets_no_edit_that_a_restored_centre_needs(story: Story) -> None:
    client = shared_client(story)
    first = story.town.devices[0]
    story.backup()
    story.edit(first, "client", {"id": client}, phone="1")
    story.sync(first)
    first.network = wrong = ItsOwnClock(first, story)
    with wrong.at_it(YEARS):
        first.sync()
    story.restore(0)
    story.heal()
    assert story.town.rows("client")[client]["phone"] == "1"


TURNS = {
    "summer time begins": datetime(2026, 3, 29, 0, 59, 58, tzinfo=UTC),
    "summer time ends": datetime(2026, 10, 25, 0, 59, 58, tzinfo=UTC),
    "the hour that comes twice": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "leap day": datetime(2028, 2, 28, 21, 59, 58, tzinfo=UTC),
    "after leap day": datetime(2028, 2, 29, 21, 59, 58, tzinfo=UTC),
    "new year": datetime(2026, 12, 31, 21, 59, 58, tzinfo=UTC),
}


@pytest.fixture
def helsinki(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The zone in which the service works, where the system lets a process choose its own."""
    monkeypatch.setenv("TZ", "Europe/Helsinki")
    if hasattr(time, "tzset"):
        time.tzset()
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.failure(11)
@pytest.mark.usefixtures("helsinki")
@pytest.mark.parametrize("moment", TURNS)
def test_hours_that_are_missing_or_come_twice_change_no_order(story: Story, moment: str) -> None:
    client = shared_client(story)
    first, second, _ = story.town.devices
    story.clock.now = TURNS[moment]
    for number in range(1, 7):
        device = first if number % 2 else second
        device.sync()
        story.edit(device, "client", {"id": client}, phone=str(number))
        story.save(
            device, "support_visit", client_id=client, on=clock.today().isoformat(), notes=story.word()
        )
        device.sync()
        story.clock.now += (
            timedelta(minutes=30) if moment == "the hour that comes twice" else timedelta(seconds=1)
        )
    story.heal()
    for device in (first, second):
        assert phone(device, client) == "6"
        history = [entry["patch"] for entry in device.store.history("client", client)]
        said = [patch["phone"][1] for patch in history if "phone" in patch]
        assert [one for one in said if one] == ["6", "5", "4", "3", "2", "1"]
    days = {row["on"] for row in story.town.rows("support_visit").values()}
    if moment == "leap day" and hasattr(time, "tzset"):
        assert days == {"2028-02-28", "2028-02-29"}


# ---- a disk that fills up ---------------------------------------------------------------------------------


@contextmanager
def no_room(store: Store, spare: int) -> Iterator[None]:
    """Let a store's file grow by `spare` pages and no more: SQLite's own full disk."""
    connect = db.connect

    def small(*arguments: Any, **options: Any) -> Any:
        connection = connect(*arguments, **options)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + spare}")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "connect", small)
        store.engine.dispose()
        yield
    store.engine.dispose()


@pytest.mark.failure(12)
@pytest.mark.parametrize("spare", [0, 2, 10])
def test_a_disk_full_during_a_pull_changes_nothing_and_the_next_goes_through(
    story: Story, spare: int
) -> None:
    client = shared_client(story)
    first, second, _ = story.town.devices
    for _ in range(60):
        story.save(first, "support_visit", client_id=client, on="2026-03-01", notes=story.word() * 100)
    story.sync(first)
    before = second.living("client"), second.living("support_visit"), second.scopes()
    with no_room(second.store, spare), pytest.raises(DiskFull) as caught:
        second.sync()
    assert caught.value.advice is not None
    assert (second.living("client"), second.living("support_visit"), second.scopes()) == before
    story.heal()
    assert len(second.living("support_visit")) == 60


@pytest.mark.failure(12)
def test_a_disk_full_when_the_answers_are_noted_sends_again(story: Story) -> None:
    client = shared_client(story)
    first = story.town.devices[0]
    for _ in range(30):
        story.save(first, "support_visit", client_id=client, on="2026-03-01", notes=story.word() * 300)
    connect = db.connect
    with pytest.MonkeyPatch.context() as patch:

        def fill() -> None:
            def full(*arguments: Any, **options: Any) -> Any:
                connection = connect(*arguments, **options)
                connection.execute("PRAGMA query_only=OFF")
                connection.execute("PRAGMA max_page_count=1")
                return connection

            patch.setattr(db, "connect", full)
            first.store.engine.dispose()
            with first.store.read() as connection:  # not one page more, and the answers need some
                connection.exec_driver_sql("SELECT 1")

        story.clock.at_point = lambda name: fill() if name == "client.push.answered" else None
        with suppress(DiskFull):
            first.sync()
        story.clock.at_point = None
    first.store.engine.dispose()
    story.heal()
    assert len(story.town.rows("support_visit")) == 30


# ---- a device from its backup -----------------------------------------------------------------------------


@pytest.mark.failure(15)
@pytest.mark.parametrize("seen", [True, False])
def test_a_device_restored_from_its_backup_goes_on(story: Story, tmp_path: Path, seen: bool) -> None:
    """What it sent after the backup comes back from the centre; what it had not sent then is sent once."""
    client = shared_client(story)
    first, second, _ = story.town.devices
    story.edit(first, "client", {"id": client}, phone="before")
    file = tmp_path / "my.tyopari-backup"
    backup.backup_to(file, first.folder, first.store.engine, first.store.key)
    if seen:
        story.sync(first)  # so that what waits in the backup has been taken
    story.edit(first, "client", {"id": client}, notes="after")
    story.sync(first)
    story.sync(second)
    story.edit(second, "client", {"id": client}, address="another's")
    story.sync(second)
    first.store.close()
    backup.restore_from(file, first.folder)
    first.crash()
    story.sent(first)
    assert phone(first, client) == "before"
    story.save(first, "support_visit", client_id=client, on="2026-03-02", notes="new")
    first.sync()
    assert place.restored(first.folder) is None
    story.heal()
    row = story.town.rows("client")[client]
    assert (row["phone"], row["notes"], row["address"]) == ("before", "after", "another's")
    assert [visit["notes"] for visit in story.town.rows("support_visit").values()] == ["new"]
    assert first.living("client") == second.living("client")


# ---- tokens and orders in the middle of a push ------------------------------------------------------------


def many_small(story: Story, monkeypatch: pytest.MonkeyPatch, count: int = 4) -> Device:
    monkeypatch.setattr(sync.pushing, "BATCH_MUTATIONS", 1)
    device = story.town.devices[0]
    device.sync()
    for _ in range(count):
        story.new_client(device)
    return device


@pytest.mark.failure(17)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_token_that_ends_in_the_middle_of_a_push_is_renewed(
    story: Story, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    device = many_small(story, monkeypatch)
    answered = 0

    def later(name: str) -> None:
        nonlocal answered
        answered += name == "client.push.answered"
        if name == "client.push.answered" and answered == at:
            story.clock.now += timedelta(minutes=16)

    story.clock.at_point = later
    device.network.requests.clear()
    result = device.sync()
    story.clock.at_point = None
    assert (result.unsent, result.held) == (0, 0)
    assert device.network.requests.count("/token") == 1
    assert len(story.town.rows("client")) == 4
    story.heal()


@pytest.mark.failure(17)
@pytest.mark.parametrize("order", ["drain", "destroy"])
def test_revoked_in_the_middle_of_a_push(story: Story, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    """What was taken before stays taken; the rest is delivered for others to decide, or goes with the device."""
    device = many_small(story, monkeypatch)
    with writing(story.town.engine) as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM quarantine").scalar_one()

    def revoke() -> None:
        with writing(story.town.engine) as connection:
            devices.revoke(connection, device.state("device_id"), order)

    done = False

    def at(name: str) -> None:
        nonlocal done
        if name == "client.push.answered" and not done:
            done = True
            revoke()

    story.clock.at_point = at
    with pytest.raises(Wiped):
        device.sync()
    story.clock.at_point = None
    assert not device.store.is_open
    with writing(story.town.engine) as connection:
        waits = connection.exec_driver_sql("SELECT count(*) FROM quarantine").scalar_one() - before
        held = connection.exec_driver_sql("SELECT count(*) FROM client").scalar_one()
    assert held >= 1
    assert (waits > 0) == (order == "drain")
    story.town.devices.remove(device)


# ---- a centre that asks to wait, and answers that are bombs -----------------------------------------------


class Busy(Network):
    """A centre that asks to wait, at the n-th request, in its own words or in those of a proxy before it."""

    def __init__(self, device: Device, at: int, answer: Answer) -> None:
        super().__init__(device.network.way)
        self.at, self.answer = at, answer

    def send(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        if len(self.requests) == self.at:
            self.requests.append(path)
            return self.answer
        return super().send(path, body, headers, method)


WAITS = [
    Answer(429, {"content-type": "text/html", "retry-after": "30"}, b"<html>Too many"),
    Answer(429, {"content-type": "application/json"}, b'{"code":"too_many","message":"x","retry_after":30}'),
    Answer(503, {"content-type": "text/html", "retry-after": "30"}, b"<html>Busy"),
]


@pytest.mark.failure(18)
@pytest.mark.parametrize("answer", WAITS, ids=["a proxy", "the centre", "no room"])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_centre_that_asks_to_wait_is_not_pressed_and_nothing_changes(
    story: Story, answer: Answer, at: int
) -> None:
    client = shared_client(story)
    first = story.town.devices[0]
    story.edit(first, "client", {"id": client}, phone="1")
    before = first.living("client")
    story.clock.now += timedelta(minutes=20)  # the token has ended, too
    first.network = Busy(first, at, answer)
    with pytest.raises(NotNow) as caught:
        first.sync()
    assert caught.value.retry_after == 30
    assert len(first.network.requests) == at + 1  # it was not asked again
    assert first.living("client") == before
    story.heal()
    assert story.town.rows("client")[client]["phone"] == "1"


BOMB = gzip.compress(bytes(4 * MAX_JSON), 1)


class Bomb(BaseHTTPRequestHandler):
    """Answers with much more of nothing than a device reads, packed into little."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with suppress(OSError):  # the device has had enough
            self.wfile.write(BOMB)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.failure(18)
def test_an_answer_that_is_a_bomb_is_not_read_to_its_end() -> None:
    server = HTTPServer(("127.0.0.1", 0), Bomb)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    way = HttpTransport(f"http://127.0.0.1:{server.server_port}")
    try:
        with pytest.raises(NotNow, match="far too large"):
            ask(way, "/health", b"{}", HealthReply)
    finally:
        way.close()
        server.shutdown()
        thread.join()
        server.server_close()
    assert isinstance(NotNow("x"), Unreachable)  # it is tried again later


# ---- consents ---------------------------------------------------------------------------------------------

COORDINATOR = "work-ability-coordinator"
WHO = {"organisation": "Kela", "person": "cecilia", "gives": False, "receives": True}


def consent(story: Story, device: Device, client: str, on: str, **values: Any) -> str:
    """Save a consent that opens the client's health data to cecilia, given on paper."""
    made = story.save(
        device,
        "consent",
        client_id=client,
        purpose="Työ",
        parties=[{"id": str(clock.new_id()), **WHO}],
        groups=["health"],
        method="paper",
        given_on=on,
        **values,
    )
    return str(made)


@pytest.mark.failure(10)
@pytest.mark.parametrize("withdrawn_first", [True, False])
def test_a_consent_withdrawn_while_it_is_granted_elsewhere_stays_withdrawn(
    story: Story, withdrawn_first: bool
) -> None:
    client = shared_client(story)
    first, second, third = story.town.devices
    old = consent(story, first, client, "2026-03-01")
    story.save(first, "profile_health", client_id=client, noted_on="2026-03-01", limits="Selkä")
    story.sync(first)
    story.sync(second)
    with writing(story.town.engine) as connection:
        worker = accounts.user(connection, "cecilia")["worker_id"]
        house: dict[str, tuple[Any, Any]] = {"organisation": ("", "Kela")}
        office.write(connection, office.mutation("reference", "worker", worker, "update", house))
        assignments.assign(
            connection, client, "cecilia", COORDINATOR, clock.today() - timedelta(days=1), None
        )
    third.sync()
    assert [row["limits"] for row in third.living("profile_health").values()] == ["Selkä"]

    story.save(first, "consent_withdrawal", client_id=client, consent_id=old, on="2026-03-02")
    consent(story, second, client, "2026-03-02", replaces=old)  # neither knows of the other
    for device in (first, second) if withdrawn_first else (second, first):
        device.sync()
        third.sync()
    assert third.living("profile_health") == {}
    assert third.store.search("Selkä") == []
    assert third.living("client").keys() == {client}  # what no consent opens stays

    story.clock.now += timedelta(days=1)
    consent(story, second, client, "2026-03-03")  # the client's own word, after all that
    second.sync()
    third.sync()
    assert [row["limits"] for row in third.living("profile_health").values()] == ["Selkä"]
