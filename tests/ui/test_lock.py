"""Locking: what asks for it, and that nothing of a client is left behind by it."""

import gc
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTextEdit
from pytestqt.qtbot import QtBot

from app import clock, roles
from app.record import Record
from storage import keys
from storage.state import set_state
from storage.store import Store
from tests.ui.opened import Office, client, visit
from ui import lock_windows
from ui.app import Program
from ui.lock import CHECK_MS, ClipboardWatch, IdleWatch, SystemWatch
from ui.shell import Shell
from ui.unlock import UnlockWindow

PASSPHRASE = "korppi lautanen hattu pilvi"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    store, _code = Store.create(folder, PASSPHRASE, cost=keys.FLOOR)
    one = client(store, "Aino", "Korppila")
    visit(store, one, "Keittiö sujui.")
    store.close()
    return folder


class Running:
    """The program on a real store with its real threads."""

    def __init__(self, qtbot: QtBot, folder: Path, office: Office | None) -> None:
        self.qtbot = qtbot
        self.left: list[bool] = []
        self.program = Program(
            folder,
            connect=lambda _store: office.way() if office else None,
            cost=keys.FLOOR,
            ahead=False,
            leave=lambda: self.left.append(True),
        )
        self.program.start()

    def unlock(self, settle: bool = True) -> Shell:
        window = self.program.unlock
        assert window is not None
        page: Any = window.page
        page.field.setText(PASSPHRASE)
        self.qtbot.keyClick(page.field, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: self.program.shell is not None, timeout=20_000)
        shell = self.program.shell
        assert shell is not None
        if settle:
            self.settle(shell)
        return shell

    def settle(self, shell: Shell) -> None:
        """Wait until every operation has reported."""
        self.qtbot.waitUntil(lambda: not shell.session.tasks.busy, timeout=20_000)

    def locked(self) -> None:
        program = self.program
        self.qtbot.waitUntil(lambda: program.unlock is not None and not program.locking, timeout=20_000)


@pytest.fixture
def running(qtbot: QtBot, folder: Path) -> Iterator[Running]:
    made = Running(qtbot, folder, Office(address="https://centre.example"))
    yield made
    if made.program.shell is not None:
        made.program.leave()
        qtbot.waitUntil(lambda: bool(made.left), timeout=20_000)
    made.program.close()


def living(kind: type) -> list[Any]:
    """Return the objects of a kind that are still reachable."""
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, kind)]


def fill(running: Running) -> Shell:
    """Open everything that holds data of a client: page, form, search, a visit being written."""
    shell = running.unlock()
    store = shell.session.store
    [case] = store.clients()
    shell.show_client(case.client_id)
    shell.edit("client", case.client_id)
    running.settle(shell)
    shell.search()
    shell.palette_.field.setText("keitti")
    running.settle(shell)
    assert any(line.detail for line in shell.palette_.model.found)
    shell.quick_visit()
    running.settle(shell)
    return shell


def test_the_tabs_follow_the_role_that_the_centre_has_given(running: Running) -> None:
    """While the program is open: the sync brings another role, and the window is built for it."""
    shell = running.unlock()
    before = [tab.place for tab in shell.tabs]
    assert ("service", "coaching") in before
    store = shell.session.store
    with store.write() as connection:
        set_state(connection, "worker_role", roles.JOBCENTER_COORDINATOR)
    shell.session.runner.run()
    running.qtbot.waitUntil(lambda: [tab.place for tab in shell.tabs] != before, timeout=20_000)
    assert ("service", "coaching") not in [tab.place for tab in shell.tabs]
    assert shell.session.role == roles.JOBCENTER_COORDINATOR


def test_after_locking_no_record_no_open_store_and_no_window_is_left(running: Running) -> None:
    # What earlier tests of this process left behind is not this program's.
    earlier = {kind: living(kind) for kind in (Store, keys.Key, Shell, Record)}

    def mine(kind: type) -> list[Any]:
        return [one for one in living(kind) if all(one is not other for other in earlier[kind])]

    fill(running)
    [store] = mine(Store)
    key = store.key
    assert mine(Shell)
    planted = store.get("client", store.clients()[0].client_id)
    assert mine(Record) == [planted]  # a record that somebody keeps would be found
    del planted
    QTest.keySequence(QApplication.focusWidget() or running.program.shell, QKeySequence("Ctrl+L"))
    running.locked()
    assert not store.is_open
    del store
    assert mine(Record) == []
    assert [one for one in mine(Store) if one.is_open] == []
    assert key.wiped
    assert [one for one in mine(keys.Key) if not one.wiped] == []
    assert mine(Shell) == []
    texts = [w for w in QApplication.allWidgets() if isinstance(w, QLineEdit | QTextEdit)]
    shown = " ".join(w.text() if isinstance(w, QLineEdit) else w.toPlainText() for w in texts)
    assert "Aino" not in shown
    assert "Keittiö" not in shown


def test_what_was_being_written_is_there_after_unlocking(running: Running) -> None:
    shell = running.unlock()
    shell.edit("client")
    running.settle(shell)
    form: Any = shell.panel.form
    running.qtbot.keyClicks(form.boxes["first_name"].editor.stops()[0], "Kesken")
    running.program.lock()
    running.locked()
    store = running.unlock().session.store
    assert [draft["fields"]["first_name"] for draft in store.drafts()] == ["Kesken"]


def test_locking_twice_and_leaving_while_locked(running: Running) -> None:
    running.unlock()
    running.program.lock()
    running.program.lock()
    running.locked()
    window = running.program.unlock
    assert isinstance(window, UnlockWindow)
    window.close()
    assert running.left == [True]


def test_leaving_closes_the_store_properly(running: Running, folder: Path) -> None:
    shell = running.unlock()
    shell.close()
    running.qtbot.waitUntil(lambda: bool(running.left), timeout=20_000)
    Store.open(folder, PASSPHRASE).close()


def test_the_system_ends_the_session_with_a_form_open(qtbot: QtBot, folder: Path) -> None:
    running = Running(qtbot, folder, None)
    shell = running.unlock()
    shell.edit("client")
    running.settle(shell)
    form: Any = shell.panel.form
    qtbot.keyClicks(form.boxes["first_name"].editor.stops()[0], "Kesken")
    running.program.close()
    store = Store.open(folder, PASSPHRASE)
    assert [draft["fields"]["first_name"] for draft in store.drafts()] == ["Kesken"]
    store.close()


def test_a_sync_that_does_not_end_is_not_waited_for(
    qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Event

    answer, begun = Event(), Event()

    class Stuck(Office):
        def sync(self) -> Any:
            begun.set()
            answer.wait(20)
            return super().sync()

    monkeypatch.setattr("ui.app.PATIENCE_MS", 50)
    made = Running(qtbot, folder, Stuck(address="https://centre.example"))
    shell = made.unlock(settle=False)
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    store = shell.session.store
    made.program.lock()
    assert made.program.unlock is not None  # at once
    made.locked()
    assert not store.is_open
    answer.set()
    made.program.close()


def test_a_computer_whose_access_has_ended_says_so(qtbot: QtBot, folder: Path) -> None:
    running = Running(qtbot, folder, None)
    shell = running.unlock()
    shell.session.runner.ended.emit("Everything of it here was removed.")
    running.locked()
    window = running.program.unlock
    assert window is not None
    assert window.told.text() == "Everything of it here was removed."
    running.program.close()


def test_a_sync_under_way_ends_before_the_store_closes(qtbot: QtBot, folder: Path) -> None:
    from threading import Event

    answer, begun, order = Event(), Event(), []

    class Slow(Office):
        def sync(self) -> Any:
            begun.set()
            assert answer.wait(20)
            order.append("synced")
            return super().sync()

        def way(self) -> Any:
            from dataclasses import replace

            return replace(super().way(), stop=answer.set)

    made = Running(qtbot, folder, Slow(address="https://centre.example"))
    window = made.program.unlock
    assert window is not None
    page: Any = window.page
    page.field.setText(PASSPHRASE)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    session = made.program.session
    assert session is not None
    store = session.store
    close = store.close
    store.close = lambda: (order.append("closed"), close())[1]  # type: ignore[method-assign]
    del session
    made.program.lock()
    made.locked()
    assert order == ["synced", "closed"]
    made.program.close()


class TestIdle:
    @pytest.fixture
    def now(self) -> Iterator[list[datetime]]:
        at = [datetime(2026, 5, 4, 12, 0, tzinfo=UTC)]
        release = clock.hold(now=lambda: at[0])
        yield at
        release()

    @pytest.fixture
    def seconds(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        at = [1000.0]
        monkeypatch.setattr("ui.lock.clock.monotonic", lambda: at[0])
        return at

    @pytest.fixture
    def watch(
        self, qtbot: QtBot, now: list[datetime], seconds: list[float]
    ) -> Iterator[tuple[IdleWatch, list[int]]]:
        minutes = [5]
        made = IdleWatch(lambda: minutes[0])
        made.start()
        yield made, minutes
        made.stop()

    def test_nobody_at_the_machine(
        self, watch: tuple[IdleWatch, list[int]], seconds: list[float], qtbot: QtBot
    ) -> None:
        asked: list[bool] = []
        watch[0].due.connect(lambda: asked.append(True))
        seconds[0] += 299
        watch[0].look()
        assert asked == []
        seconds[0] += 1
        watch[0].look()
        assert asked == [True]

    def test_a_key_or_the_pointer_anywhere_counts(
        self, watch: tuple[IdleWatch, list[int]], seconds: list[float], qtbot: QtBot
    ) -> None:
        asked: list[bool] = []
        watch[0].due.connect(lambda: asked.append(True))
        field = QLineEdit()
        qtbot.addWidget(field)
        seconds[0] += 299
        qtbot.keyClick(field, Qt.Key.Key_A)
        seconds[0] += 299
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            field.rect().center().toPointF(),
            field.rect().center().toPointF(),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(field, move)
        seconds[0] += 299
        watch[0].look()
        assert asked == []

    def test_a_changed_option_counts_at_once(
        self, watch: tuple[IdleWatch, list[int]], seconds: list[float]
    ) -> None:
        asked: list[bool] = []
        watch[0].due.connect(lambda: asked.append(True))
        seconds[0] += 90
        watch[0].look()
        watch[1][0] = 1
        watch[0].look()
        assert asked == [True]

    def test_a_sleep_is_noticed_by_the_wall_clock(
        self, watch: tuple[IdleWatch, list[int]], now: list[datetime]
    ) -> None:
        asked: list[bool] = []
        watch[0].due.connect(lambda: asked.append(True))
        now[0] += timedelta(milliseconds=CHECK_MS)
        watch[0].look()
        assert asked == []
        now[0] += timedelta(hours=3)
        watch[0].look()
        assert asked == [True]


class TestSystem:
    def test_screen_saver_and_sleep(self) -> None:
        asked: list[bool] = []
        watch = SystemWatch()
        watch.due.connect(lambda: asked.append(True))
        watch.turned(False)
        assert asked == []
        watch.turned(True)
        watch.locked()
        assert asked == [True, True]

    @pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux's")
    def test_listening_where_there_is_no_bus_does_no_harm(self) -> None:
        watch = SystemWatch()
        watch.start()
        watch.stop()

    @pytest.mark.parametrize(
        ("message", "first", "away"),
        [
            (lock_windows.WM_WTSSESSION_CHANGE, 0x7, True),
            (lock_windows.WM_WTSSESSION_CHANGE, 0x8, False),
            (lock_windows.WM_POWERBROADCAST, 0x4, True),
            (lock_windows.WM_POWERBROADCAST, 0x7, False),
            (0x0100, 0x7, False),
        ],
    )
    def test_what_windows_says(self, message: int, first: int, away: bool) -> None:
        import ctypes

        heard: list[bool] = []
        said = lock_windows.Message(None, message, first, 0)
        found = lock_windows.SessionFilter(lambda: heard.append(True))
        assert found.nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(said)) == (False, 0)
        assert bool(heard) == away


class TestClipboard:
    @pytest.fixture
    def watch(self) -> ClipboardWatch:
        made = ClipboardWatch()
        made.start()
        return made

    @pytest.fixture
    def field(self, qtbot: QtBot) -> QLineEdit:
        field = QLineEdit("Aino Korppila")
        qtbot.addWidget(field)
        field.show()
        field.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWindow() is not None)
        return field

    def test_what_was_copied_here_goes(self, watch: ClipboardWatch, field: QLineEdit) -> None:
        field.selectAll()
        field.copy()
        assert QApplication.clipboard().text() == "Aino Korppila"
        watch.clear()
        assert QApplication.clipboard().text() == ""

    def test_what_others_copied_stays(
        self, watch: ClipboardWatch, field: QLineEdit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        field.selectAll()
        field.copy()
        monkeypatch.setattr("ui.lock.QGuiApplication.focusWindow", lambda: None)
        QApplication.clipboard().setText("from another program")
        watch.clear()
        assert QApplication.clipboard().text() == "from another program"
        QApplication.clipboard().clear()
