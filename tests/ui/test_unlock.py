"""First run, unlocking, recovery and every way out of trouble, by keyboard and on a real store."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import i18n
from app.settings import Settings
from storage import backup, keys, profile_lock, slots
from storage.store import Store
from ui import dialogs, language
from ui.tasks import FakeTasks, Tasks
from ui.unlock import UnlockWindow
from ui.unlock_pages import ChoosePage, CodePage, EnterCodePage, TroublePage, UnlockPage

PASSPHRASE = "korppi lautanen hattu pilvi"
NEW = "harmaa soutuvene kaksi lanttua"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    i18n.set_language("en")
    dialogs.answer_only(True)
    yield
    dialogs.answer_only(False)
    language.use("en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def code(folder: Path) -> str:
    """A store in the folder, closed; its recovery code."""
    store, code = Store.create(folder, PASSPHRASE, cost=keys.FLOOR)
    store.close()
    return code


class Opened:
    """The window under test, and the store that it hands over."""

    def __init__(self, qtbot: QtBot, folder: Path, tasks: Tasks | None = None) -> None:
        self.qtbot = qtbot
        self.settings = Settings(folder / "settings.json")
        self.window = UnlockWindow(folder, self.settings, tasks or FakeTasks(), cost=keys.FLOOR, ahead=False)
        qtbot.addWidget(self.window)
        self.stores: list[Store] = []
        self.window.opened.connect(self.stores.append)
        self.window.show()
        qtbot.waitExposed(self.window)

    @property
    def page(self) -> Any:
        return self.window.page

    def type(self, text: str, into: Any) -> None:
        into.setFocus()
        self.qtbot.keyClicks(into, text)

    def enter(self, into: Any) -> None:
        self.qtbot.keyClick(into, Qt.Key.Key_Return)

    def unlock(self, passphrase: str) -> None:
        self.page.field.clear()
        self.type(passphrase, self.page.field)
        self.enter(self.page.field)


@pytest.fixture
def opened(qtbot: QtBot, folder: Path) -> Iterator[Opened]:
    made = Opened(qtbot, folder)
    yield made
    for store in made.stores:
        store.close()


def test_first_run_asks_twice_shows_the_code_once_and_opens(opened: Opened, folder: Path) -> None:
    page = opened.page
    assert isinstance(page, ChoosePage)
    opened.type(PASSPHRASE, page.passphrase.first)
    opened.enter(page.passphrase.first)
    opened.type(PASSPHRASE, page.passphrase.second)
    opened.enter(page.passphrase.second)
    shown = opened.page
    assert isinstance(shown, CodePage)
    assert not shown.go.isEnabled()
    assert opened.stores == []
    opened.qtbot.keyClick(shown.ticked, Qt.Key.Key_Space)
    assert shown.go.isEnabled()
    opened.qtbot.keyClick(shown.go, Qt.Key.Key_Space)
    [store] = opened.stores
    assert store.is_open
    store.close()
    Store.open_with_code(folder, shown.code.text()).close()


def test_two_different_passphrases_are_told_beside_the_field(opened: Opened, folder: Path) -> None:
    page = opened.page
    opened.type(PASSPHRASE, page.passphrase.first)
    opened.type(NEW, page.passphrase.second)
    opened.enter(page.passphrase.second)
    assert "not the same" in page.passphrase.problem.text()
    assert not keys.exists(folder)


def test_a_weak_passphrase_is_told_while_typing_and_makes_no_store(opened: Opened, folder: Path) -> None:
    page = opened.page
    opened.type("salasana1", page.passphrase.first)
    opened.qtbot.waitUntil(lambda: "easy to guess" in page.passphrase.advice.text())
    opened.type("salasana1", page.passphrase.second)
    opened.enter(page.passphrase.second)
    assert "easy to guess" in page.passphrase.problem.text()
    assert not keys.exists(folder)
    page.passphrase.first.clear()
    opened.type(PASSPHRASE, page.passphrase.first)
    opened.qtbot.waitUntil(lambda: "good passphrase" in page.passphrase.advice.text())


def test_what_is_typed_is_hidden_until_asked_for(opened: Opened) -> None:
    field = opened.page.passphrase.first
    assert field.echoMode() == field.EchoMode.Password
    opened.qtbot.keyClick(opened.page.passphrase.shown, Qt.Key.Key_Space)
    assert field.echoMode() == field.EchoMode.Normal


def test_the_language_is_chosen_on_the_page_itself(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.type("kesken", opened.page.passphrase.first)
    monkeypatch.setattr("ui.unlock._", lambda text: f"<{i18n.language()}> {text}")
    swedish = next(b for b in opened.window._languages.buttons() if b.text() == "Svenska")
    opened.qtbot.keyClick(swedish, Qt.Key.Key_Space)
    assert i18n.language() == "sv"
    assert opened.settings["language"] == "sv"
    assert opened.page.heading.text().startswith("<sv>")
    assert opened.page.passphrase.first.text() == "kesken"


def test_the_code_can_be_copied_and_printed(opened: Opened, tmp_path: Path) -> None:
    page = opened.page
    opened.type(PASSPHRASE, page.passphrase.first)
    opened.type(PASSPHRASE, page.passphrase.second)
    opened.enter(page.passphrase.second)
    opened.qtbot.keyClick(opened.page.copy, Qt.Key.Key_Space)
    assert QApplication.clipboard().text() == opened.page.code.text()
    QApplication.clipboard().clear()
    dialogs.answer_next(tmp_path / "code.pdf")
    opened.qtbot.keyClick(opened.page.print, Qt.Key.Key_Space)
    assert (tmp_path / "code.pdf").read_bytes().startswith(b"%PDF")
    opened.window.close()


@pytest.mark.usefixtures("code")
class TestUnlocking:
    def test_one_field_and_enter(self, opened: Opened) -> None:
        assert isinstance(opened.page, UnlockPage)
        assert opened.window.focusWidget() is opened.page.field
        opened.unlock(PASSPHRASE)
        assert [store.is_open for store in opened.stores] == [True]

    def test_a_wrong_passphrase_is_told_in_place_and_the_wait_grows(self, opened: Opened) -> None:
        for _ in range(2):
            opened.unlock("ei sinne")
            assert "wrong" in opened.page.note.text()
            assert opened.page.go.isEnabled()
        opened.unlock("ei sinne")
        assert not opened.page.go.isEnabled()
        assert "1 s" in opened.page.notice.text()
        opened.unlock(PASSPHRASE)
        assert opened.stores == []
        opened.page._tick()
        assert opened.page.go.isEnabled()
        assert opened.page.notice.text() == ""
        opened.unlock("ei sinne")
        assert "2 s" in opened.page.notice.text()
        opened.page._tick()
        opened.page._tick()
        opened.unlock(PASSPHRASE)
        assert len(opened.stores) == 1

    def test_caps_lock_is_noticed_from_what_is_typed(self, opened: Opened) -> None:
        opened.qtbot.keyClicks(opened.page.field, "KO")
        assert opened.page.caps.isVisible()
        assert "Caps Lock" in opened.page.caps.text()
        opened.qtbot.keyClicks(opened.page.field, "ko")
        assert not opened.page.caps.isVisible()
        opened.qtbot.keyClick(opened.page.field, "K", Qt.KeyboardModifier.ShiftModifier)
        assert not opened.page.caps.isVisible()

    def test_nothing_typed_asks_nothing(self, opened: Opened) -> None:
        opened.enter(opened.page.field)
        assert opened.page.note.text() == ""
        assert opened.stores == []

    def test_another_program_holds_the_store(self, opened: Opened, folder: Path) -> None:
        with profile_lock.acquire(folder):
            opened.unlock(PASSPHRASE)
            assert isinstance(opened.page, TroublePage)
            assert "in use" in opened.page.heading.text()
        opened.qtbot.keyClick(opened.page.buttons[0], Qt.Key.Key_Space)
        opened.unlock(PASSPHRASE)
        assert len(opened.stores) == 1

    def test_the_window_stays_live_while_the_key_is_derived(
        self, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tasks = Tasks()
        made = Opened(qtbot, folder, tasks)
        with qtbot.waitSignal(made.window.opened, timeout=20_000):
            made.unlock(PASSPHRASE)
            assert made.page.notice.text() == "Opening…"  # shown at once: nothing has blocked this thread
            assert made.page.field.isReadOnly()
        made.stores[0].close()
        tasks.close()


class TestRecovery:
    def test_the_code_opens_and_a_new_passphrase_follows(self, code: str, qtbot: QtBot, folder: Path) -> None:
        made = Opened(qtbot, folder)
        qtbot.keyClick(made.page.way, Qt.Key.Key_Space)
        assert isinstance(made.page, EnterCodePage)
        made.unlock(code[:-1] + "U")
        assert made.page.note.text()
        made.unlock(code.lower().replace("-", " "))
        assert isinstance(made.page, ChoosePage)
        assert made.stores == []
        made.type(NEW, made.page.passphrase.first)
        made.type(NEW, made.page.passphrase.second)
        made.enter(made.page.passphrase.second)
        [store] = made.stores
        store.close()
        Store.open(folder, NEW).close()

    def test_closing_before_the_new_passphrase_closes_the_store(
        self, code: str, qtbot: QtBot, folder: Path
    ) -> None:
        made = Opened(qtbot, folder)
        qtbot.keyClick(made.page.way, Qt.Key.Key_Space)
        made.unlock(code)
        with qtbot.waitSignal(made.window.left, timeout=1000):
            made.window.close()
        Store.open(folder, PASSPHRASE).close()  # neither held by somebody nor changed


def with_backup(folder: Path) -> Path:
    store = Store.open(folder, PASSPHRASE)
    made = backup.make_daily(folder, store.engine, store.key)
    store.close()
    assert made is not None
    return made.file


@pytest.mark.usefixtures("code")
class TestTrouble:
    def test_a_missing_store_is_restored_from_the_newest_backup(self, qtbot: QtBot, folder: Path) -> None:
        with_backup(folder)
        (folder / "store.db").unlink()
        made = Opened(qtbot, folder)
        made.unlock(PASSPHRASE)
        assert isinstance(made.page, TroublePage)
        assert "not where it was" in made.page.heading.text()
        assert not (folder / "store.db").exists()
        qtbot.keyClick(made.page.buttons[0], Qt.Key.Key_Space)
        assert "restored" in made.page.notice.text()
        made.unlock(PASSPHRASE)
        assert [store.is_open for store in made.stores] == [True]
        made.stores[0].close()

    def test_a_damaged_store_offers_another_backup_file(
        self, qtbot: QtBot, folder: Path, tmp_path: Path
    ) -> None:
        elsewhere = shutil.copy(with_backup(folder), tmp_path / "usb.tyopari-backup")
        shutil.rmtree(folder / "backups")
        (folder / "store.db").write_bytes(b"")
        made = Opened(qtbot, folder)
        made.unlock(PASSPHRASE)
        assert "damaged" in made.page.heading.text()
        dialogs.answer_next(None)
        qtbot.keyClick(made.page.buttons[0], Qt.Key.Key_Space)
        assert isinstance(made.page, TroublePage)
        dialogs.answer_next(elsewhere)
        qtbot.keyClick(made.page.buttons[0], Qt.Key.Key_Space)
        made.unlock(PASSPHRASE)
        assert len(made.stores) == 1
        made.stores[0].close()

    def test_a_file_that_is_no_backup_is_told_and_changes_nothing(
        self, qtbot: QtBot, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "not").write_bytes(b"no backup")
        (folder / "store.db").write_bytes(b"")
        made = Opened(qtbot, folder)
        made.unlock(PASSPHRASE)
        dialogs.answer_next(tmp_path / "not")
        qtbot.keyClick(made.page.buttons[0], Qt.Key.Key_Space)
        assert "not a whole backup" in made.page.heading.text() + made.page.text.text()
        assert (folder / "store.db").read_bytes() == b""

    def test_a_lost_key_file_never_leads_to_a_first_run(self, qtbot: QtBot, folder: Path) -> None:
        size = (folder / "store.db").stat().st_size
        for name in (slots.SLOTS, slots.COPY):
            (folder / name).unlink()
        made = Opened(qtbot, folder)
        assert isinstance(made.page, TroublePage)
        assert "key file" in made.page.text.text()
        assert (folder / "store.db").stat().st_size == size

    def test_a_newer_store_asks_for_an_update(self, qtbot: QtBot, folder: Path) -> None:
        for name in (slots.SLOTS, slots.COPY):
            file = folder / name
            file.write_bytes(newer(file.read_bytes()))
        made = Opened(qtbot, folder)
        made.unlock(PASSPHRASE)
        assert "newer" in made.page.heading.text()
        with qtbot.waitSignal(made.window.left, timeout=1000):
            qtbot.keyClick(made.page.buttons[0], Qt.Key.Key_Space)


def test_the_first_window_loads_no_heavy_library(folder: Path) -> None:
    """The passphrase can be typed 0.8 s after the start only if what is not needed for it comes later."""
    import subprocess
    import sys

    heavy = ("sqlalchemy", "sqlmodel", "pydantic", "httpx", "qtawesome", "sqlcipher3", "zxcvbn", "reportlab")
    code = f"""
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from ui.app import Program
app = QApplication([])
program = Program(Path({str(folder)!r}), ahead=False)
program.start()
print([name for name in {heavy!r} if name in sys.modules])
program.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def newer(data: bytes) -> bytes:
    """The slot file as a later version of the program would write it."""
    import json

    body = json.loads(data)
    del body["sha256"]
    body["format"] = slots.FORMAT + 1
    return json.dumps({**body, "sha256": slots._checksum(body)}).encode()
