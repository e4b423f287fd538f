"""Background work: order, where results arrive, what becomes of errors."""

import threading
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from app.errors import StoreBusy
from app.i18n import N_, Message
from ui.tasks import FakeTasks, Tasks


@pytest.fixture
def tasks(qtbot: QtBot) -> Any:
    made = Tasks()
    yield made
    made.close()


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def take(self, value: Any) -> None:
        self.got.append(value)


def test_results_arrive_on_the_gui_thread_and_work_does_not_run_there(qtbot: QtBot, tasks: Tasks) -> None:
    gui = threading.get_ident()
    seen: list[tuple[int, int]] = []
    tasks.run(threading.get_ident, lambda worked: seen.append((worked, threading.get_ident())))
    qtbot.waitUntil(lambda: len(seen) == 1)
    worked, reported = seen[0]
    assert worked != gui
    assert reported == gui


def test_store_operations_run_one_after_another_on_one_thread_in_order(qtbot: QtBot, tasks: Tasks) -> None:
    inside: list[int] = []
    threads: set[int] = set()
    done: list[int] = []

    def op(number: int) -> int:
        threads.add(threading.get_ident())
        assert inside == []
        inside.append(number)
        inside.remove(number)
        return number

    for number in range(20):
        tasks.run(lambda number=number: op(number), done.append)
    qtbot.waitUntil(lambda: len(done) == 20)
    assert done == list(range(20))
    assert len(threads) == 1


def test_the_network_does_not_hold_up_the_store(qtbot: QtBot, tasks: Tasks) -> None:
    release = threading.Event()
    done: list[str] = []
    tasks.run(lambda: release.wait(10), lambda _: done.append("network"), network=True)
    tasks.run(lambda: "store", done.append)
    qtbot.waitUntil(lambda: done == ["store"])
    release.set()
    qtbot.waitUntil(lambda: done == ["store", "network"])
    assert not tasks.busy


@pytest.mark.parametrize("kind", [Tasks, FakeTasks])
def test_known_errors_are_told_and_others_crash(qtbot: QtBot, kind: type[Tasks]) -> None:
    told: list[Any] = []
    crashed: list[BaseException] = []
    tasks = kind(failed=lambda error: told.append(("default", error)), crashed=crashed.append)
    busy, bug = StoreBusy(Message(N_("Another process holds the store."))), ZeroDivisionError()

    def fail(error: BaseException) -> None:
        raise error

    tasks.run(lambda: fail(busy))
    tasks.run(lambda: fail(busy), failed=lambda error: told.append(("own", error)))
    tasks.run(lambda: fail(bug))
    qtbot.waitUntil(lambda: len(crashed) == 1)
    assert told == [("default", busy), ("own", busy)]
    assert crashed == [bug]
    tasks.close()


def test_a_result_for_a_deleted_window_is_dropped(qtbot: QtBot, tasks: Tasks) -> None:
    import shiboken6

    release = threading.Event()
    receiver, owner, got = Receiver(), QObject(), []
    tasks.run(lambda: release.wait(10), receiver.take)
    tasks.run(lambda: 1, got.append, owner=owner)
    shiboken6.delete(receiver)
    shiboken6.delete(owner)
    release.set()
    tasks.run(lambda: 2, got.append)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [2]


def test_closing_lets_a_running_write_finish_and_reports_nothing(qapp: QCoreApplication) -> None:
    tasks, started = Tasks(), threading.Event()
    written: list[int] = []
    reported: list[Any] = []

    def op() -> None:
        started.set()
        while tasks._open:
            started.wait(10)
        written.append(1)

    tasks.run(op, reported.append)
    tasks.run(lambda: written.append(2), reported.append)
    assert started.wait(10)
    tasks.close()
    tasks.run(lambda: written.append(3))
    assert written == [1]
    QCoreApplication.processEvents()
    assert reported == []
