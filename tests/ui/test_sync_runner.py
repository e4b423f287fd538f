"""The sync runs by itself, one at a time, patiently, and stops when the store is to be locked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app import clock
from app.errors import KnownError, NotAllowed, Unreachable
from app.i18n import Message
from storage.outbox import Unsent
from storage.writing import Changes
from ui.bus import Bus
from ui.status import SyncState
from ui.sync_runner import AFTER_SAVE_MS, Centre, SyncRunner, next_wait
from ui.tasks import FakeTasks

ARRIVED = Changes(frozenset({"client"}), frozenset({UUID(int=1)}), frozenset({UUID(int=1)}))


@dataclass
class Result:
    changes: Changes = field(default_factory=Changes)
    warnings: tuple[Message, ...] = ()


@dataclass
class Office:
    """A centre and a store of one number, as the runner sees them."""

    address: str = "https://centre.example"
    answers: list[Any] = field(default_factory=list)
    waiting: int = 0
    files: int = 0
    synced: int = 0
    stopped: int = 0
    unfound: int = 0
    last: datetime | None = None
    role: str = "job-coach"
    hidden: Message | None = None

    @property
    def limits(self) -> "Office":
        return self

    def sentence(self) -> Message | None:
        return self.hidden

    def unsent(self) -> Unsent:
        return Unsent(self.waiting, clock.now() if self.waiting else None, files=self.files)

    def conflicts(self) -> list[Any]:
        return []

    def catch_up(self) -> bool:
        self.unfound = max(0, self.unfound - 1)
        return self.unfound > 0

    def sync(self) -> Result:
        self.synced += 1
        answer = self.answers.pop(0) if self.answers else Result()
        if isinstance(answer, Exception):
            raise answer
        self.waiting, self.last = 0, clock.now()
        return answer  # type: ignore[no-any-return]

    def stop(self) -> None:
        self.stopped += 1


class LateTasks(FakeTasks):
    """Holds back network operations until `answer`, as a slow network would."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], None]] = []

    def run(
        self, op: Any, done: Any = None, failed: Any = None, *, network: bool = False, owner: Any = None
    ) -> None:
        if network:
            self.held.append(lambda: FakeTasks.run(self, op, done, failed, owner=owner))
        else:
            super().run(op, done, failed, owner=owner)

    def answer(self) -> None:
        self.held.pop(0)()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def tasks() -> LateTasks:
    return LateTasks()


@pytest.fixture
def runner(qtbot: QtBot, office: Office, bus: Bus, tasks: LateTasks) -> Iterator[SyncRunner]:
    owner = QObject()
    centre = Centre(
        office.sync, lambda _a, _c: Result(), lambda: office.address, lambda: office.last, office.stop
    )
    made = SyncRunner(office, tasks, bus, centre, owner)  # type: ignore[arg-type]
    yield made
    made.stop(lambda: None)


def test_it_syncs_at_the_start_and_tells_each_state(
    runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    told: list[SyncState] = []
    runner.state.connect(told.append)
    office.waiting = 2
    runner.start()
    assert (told[0].known, told[0].joined, told[0].unsent) == (True, True, 2)
    assert told[-1].running
    tasks.answer()
    assert not runner.known.running
    assert runner.known.unsent == 0
    assert runner.known.last is not None


def test_without_a_centre_nothing_is_sent(runner: SyncRunner, tasks: LateTasks, office: Office) -> None:
    office.address = ""
    runner.start()
    assert tasks.held == []
    assert runner.known.known
    assert not runner.known.joined


def test_only_one_at_a_time_and_one_more_after_it(
    runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    runner.start()
    runner.run()
    runner.run()
    assert len(tasks.held) == 1
    tasks.answer()
    assert len(tasks.held) == 1
    tasks.answer()
    assert tasks.held == []
    assert office.synced == 2


def test_a_save_is_followed_by_a_sync_after_five_seconds(
    runner: SyncRunner, tasks: LateTasks, bus: Bus
) -> None:
    runner.start()
    tasks.answer()
    bus.changed.emit(Changes())
    assert runner._soon.isActive()
    assert runner._soon.interval() == AFTER_SAVE_MS
    runner._soon.timeout.emit()
    assert len(tasks.held) == 1


def test_after_saves_what_waits_is_counted_once(
    qtbot: QtBot, runner: SyncRunner, tasks: LateTasks, bus: Bus, office: Office
) -> None:
    runner.start()
    tasks.answer()
    told: list[SyncState] = []
    runner.state.connect(told.append)
    with qtbot.waitSignal(runner.state):
        for waiting in (1, 2, 3):
            office.waiting = waiting
            bus.changed.emit(Changes())
    assert [state.unsent for state in told] == [3]


def test_what_arrives_reaches_the_views_and_starts_no_other_sync(
    runner: SyncRunner, tasks: LateTasks, bus: Bus, office: Office
) -> None:
    heard: list[Changes] = []
    bus.changed.connect(heard.append)
    office.answers = [Result(ARRIVED)]
    runner.start()
    tasks.answer()
    assert heard == [ARRIVED]
    assert not runner._soon.isActive()


@pytest.mark.failure(18)
def test_an_unreachable_centre_is_tried_again_later_and_later(
    runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    office.answers = [Unreachable(Message("away"))] * 3
    office.waiting = 1
    runner.start()
    waits = []
    for _ in range(3):
        tasks.answer()
        assert runner.known.retry_at is not None
        waits.append(runner._retry.interval())
        runner._retry.timeout.emit()
    assert waits[0] < waits[2]
    assert runner.known.unsent == 1
    tasks.answer()
    assert runner.known.retry_at is None
    assert not runner._retry.isActive()


def test_what_came_before_the_line_broke_reaches_the_views_and_it_is_tried_again_soon(
    runner: SyncRunner, tasks: LateTasks, bus: Bus, office: Office
) -> None:
    heard: list[Changes] = []
    bus.changed.connect(heard.append)
    broken = Unreachable(Message("broke off"))
    broken.changed = ARRIVED
    office.answers = [Unreachable(Message("away"))] * 5 + [broken]
    runner.start()
    for _ in range(6):
        tasks.answer()
        waits = runner._retry.interval()
        runner._retry.timeout.emit()
    assert heard == [ARRIVED]
    assert waits <= next_wait(1, 1.0) * 1000


@pytest.mark.parametrize("error", [NotAllowed(Message("No.")), KnownError(Message("No."))])
def test_a_refusal_is_told_and_not_called_unreachable(
    error: KnownError, runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    office.answers = [error]
    runner.start()
    tasks.answer()
    assert runner.known.refusal == "No."
    assert runner.known.retry_at is None


@pytest.mark.failure(21)
def test_stopping_waits_for_the_one_under_way_and_asks_it_to_end(
    runner: SyncRunner, tasks: LateTasks, office: Office, bus: Bus
) -> None:
    ended: list[bool] = []
    runner.start()
    runner.stop(lambda: ended.append(True))
    assert ended == []
    assert office.stopped == 1
    tasks.answer()
    assert ended == [True]
    bus.changed.emit(Changes())
    runner.run()
    assert tasks.held == []
    assert not runner._soon.isActive()


def test_a_warning_is_told_once(runner: SyncRunner, tasks: LateTasks, office: Office) -> None:
    told: list[str] = []
    runner.warned.connect(told.append)
    office.answers = [Result(warnings=(Message("The clock is wrong."),)) for _ in range(2)]
    runner.start()
    runner.run()
    tasks.answer()
    tasks.answer()
    assert told == ["The clock is wrong."]


@pytest.mark.failure(18)
def test_the_wait_that_the_centre_asks_for_is_kept(
    runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    busy = Unreachable(Message("busy"))
    busy.retry_after = 600  # type: ignore[attr-defined]
    office.answers = [busy]
    runner.start()
    tasks.answer()
    assert runner._retry.interval() == 600_000


def test_an_ended_access_is_told_and_nothing_is_tried_again(
    qtbot: QtBot, office: Office, bus: Bus, tasks: LateTasks
) -> None:
    told: list[str] = []
    centre = Centre(office.sync, lambda _a, _c: Result(), lambda: "x", lambda: None, ended=lambda _e: True)
    made = SyncRunner(office, tasks, bus, centre)  # type: ignore[arg-type]
    made.ended.connect(told.append)
    office.answers = [NotAllowed(Message("Everything of it here was removed."))]
    made.start()
    tasks.answer()
    assert told == ["Everything of it here was removed."]
    assert not made._retry.isActive()
    made.stop(lambda: None)


def test_an_enrolment_is_followed_by_the_first_sync(
    runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    office.address = ""
    runner.start()
    office.address = "https://centre.example"
    runner.joined()
    assert len(tasks.held) == 1


@pytest.mark.failure(18)
def test_waits_grow_to_a_quarter_of_an_hour_and_are_spread() -> None:
    assert next_wait(1, 1.0) == 15
    assert next_wait(1, 0.0) == 7.5
    assert next_wait(3, 1.0) == 60
    assert next_wait(40, 1.0) == 900


def test_files_that_wait_are_counted(runner: SyncRunner, tasks: LateTasks, office: Office) -> None:
    office.files = 2
    runner.start()
    assert runner.known.files == 2
    office.files = 0
    tasks.answer()
    assert runner.known.files == 0


def test_the_network_is_watched_once_and_only_where_a_centre_is_joined(
    qtbot: QtBot, runner: SyncRunner, tasks: LateTasks, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[int] = []
    monkeypatch.setattr("ui.sync_runner.WATCH_AFTER_MS", 0)
    monkeypatch.setattr(SyncRunner, "_watch_network", lambda _self: watched.append(1))
    office.address = ""
    runner.start()
    qtbot.wait(1)
    assert not watched
    office.address = "https://centre.example"
    runner.joined()
    qtbot.waitUntil(lambda: bool(watched))
    tasks.answer()
    runner.joined()
    qtbot.wait(1)
    assert watched == [1]


def test_after_a_sync_everything_is_made_findable(
    runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    office.unfound = 5
    runner.start()
    assert office.unfound == 5
    tasks.answer()
    assert office.unfound == 0


def test_another_role_is_told_once_the_centre_has_given_it(
    runner: SyncRunner, tasks: LateTasks, office: Office
) -> None:
    told: list[str] = []
    runner.role.connect(told.append)
    runner.start()
    tasks.answer()
    assert told == []
    office.role = "team-lead"
    for _ in range(2):
        runner.run()
        tasks.answer()
    assert told == ["team-lead"]


def test_what_is_hidden_is_said_and_every_view_reads_anew(
    runner: SyncRunner, tasks: LateTasks, office: Office, bus: Bus
) -> None:
    heard: list[Changes] = []
    bus.changed.connect(heard.append)
    runner.start()
    tasks.answer()
    assert heard == []
    office.hidden, office.answers = (
        Message("Hidden for {days} days.", days=8),
        [Unreachable(Message("away"))] * 2,
    )
    for _ in range(2):
        runner.run()
        tasks.answer()
    assert runner.known.hidden == "Hidden for 8 days."
    assert [{"client", "profile_health"} <= changes.kinds for changes in heard] == [True]
    assert not runner._soon.isActive(), "nothing was saved"
    office.hidden = None
    runner.run()
    tasks.answer()
    assert (runner.known.hidden, len(heard)) == ("", 2)
