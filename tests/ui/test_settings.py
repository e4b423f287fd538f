"""Every setting counts at once, by keyboard, on the real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from app import i18n
from app.errors import NotAllowed
from app.i18n import Message
from app.settings import OPTIONS, Settings, load
from storage import keys
from storage.store import Store
from tests.ui.opened import Office, session
from ui import dialogs, language
from ui.session import Session
from ui.settings_page import SettingsPage, steps

PASSPHRASE = "three calm herons walk"
NEW = "harmaa soutuvene kaksi lanttua"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def restyled() -> list[bool]:
    return []


@pytest.fixture
def opened(
    qapp: QApplication, store: Store, office: Office, tmp_path: Path, restyled: list[bool]
) -> Iterator[Session]:
    made = session(store, Settings(tmp_path / "settings.json"), office=office)
    made.restyle = lambda: restyled.append(True)
    yield made
    made.runner.stop(lambda: None)  # or its timer may fire in a later test
    language.use("en")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def page(qtbot: QtBot, opened: Session, said: list[str]) -> SettingsPage:
    shown = SettingsPage(opened, lambda text, undo=None: said.append(text), cost=keys.FLOOR)
    qtbot.addWidget(shown)
    shown.resize(900, 1400)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def choose(qtbot: QtBot, editor: QComboBox, value: object) -> None:
    """Move to a value with the arrows."""
    editor.setFocus()
    wanted = editor.findData(value)
    assert wanted >= 0
    while editor.currentIndex() != wanted:
        key = Qt.Key.Key_Down if editor.currentIndex() < wanted else Qt.Key.Key_Up
        qtbot.keyClick(editor, key)


def test_every_declared_option_has_an_editor_with_a_name(page: SettingsPage) -> None:
    assert list(page.options.editors) == [option.name for option in OPTIONS]
    assert all(editor.accessibleName() for editor in page.options.editors.values())


def test_each_option_is_kept_at_once(
    qtbot: QtBot, page: SettingsPage, opened: Session, tmp_path: Path, restyled: list[bool]
) -> None:
    choose(qtbot, page.options.editors["lock_minutes"], 15)
    assert restyled == []
    choose(qtbot, page.options.editors["text_size"], 150)
    assert restyled
    choose(qtbot, page.options.editors["theme"], "dark")
    kept = load(tmp_path / "settings.json")
    assert (kept["lock_minutes"], kept["text_size"], kept["theme"]) == (15, 150, "dark")


def test_the_language_changes_at_once(qtbot: QtBot, page: SettingsPage, opened: Session) -> None:
    choose(qtbot, page.options.editors["language"], "sv")
    assert i18n.language() == "sv"
    assert opened.settings["language"] == "sv"


def test_numbers_are_offered_in_steps_within_their_bounds() -> None:
    for option in OPTIONS:
        if not option.choices:
            offered = steps(option)
            assert option.default in offered
            assert min(offered) >= option.least
            assert max(offered) <= option.most


def test_the_passphrase_is_changed(
    qtbot: QtBot, page: SettingsPage, store: Store, said: list[str], opened: Session
) -> None:
    fields = page.passphrase.fields
    qtbot.keyClicks(fields.first, NEW)
    qtbot.keyClicks(fields.second, NEW)
    qtbot.keyClick(fields.second, Qt.Key.Key_Return)
    assert said == ["The passphrase was changed."]
    assert fields.first.text() == ""
    store.close()
    Store.open(store.folder, NEW).close()


def test_a_weak_passphrase_is_refused_in_place(qtbot: QtBot, page: SettingsPage, store: Store) -> None:
    fields = page.passphrase.fields
    qtbot.keyClicks(fields.first, "salasana")
    qtbot.keyClicks(fields.second, "salasana")
    qtbot.keyClick(page.passphrase.go, Qt.Key.Key_Space)
    assert "easy to guess" in fields.problem.text()
    store.close()
    Store.open(store.folder, PASSPHRASE).close()


def test_a_new_recovery_code_is_shown_once_and_opens(qtbot: QtBot, page: SettingsPage, store: Store) -> None:
    dialogs.answer_next(False)
    qtbot.keyClick(page.code.make, Qt.Key.Key_Space)
    assert page.code.code.text() == ""
    dialogs.answer_next(True)
    qtbot.keyClick(page.code.make, Qt.Key.Key_Space)
    code = page.code.code.text()
    assert page.code.code.isVisible()
    qtbot.keyClick(page.code.done, Qt.Key.Key_Space)
    assert page.code.code.text() == ""
    assert page.code.make.isVisible()
    store.close()
    Store.open_with_code(store.folder, code).close()


def test_a_backup_to_a_file_is_whole_and_logged(
    qtbot: QtBot, page: SettingsPage, store: Store, tmp_path: Path, said: list[str]
) -> None:
    from storage.backup import restore_from

    assert page.backups.list.text() == "There is no backup yet."
    dialogs.answer_next(None)
    qtbot.keyClick(page.backups.make, Qt.Key.Key_Space)
    dialogs.answer_next(tmp_path / "usb" / "mine.tyopari-backup")
    qtbot.keyClick(page.backups.make, Qt.Key.Key_Space)
    assert said == ["The backup was made and checked."]
    assert store.access_log()[0]["action"] == "export"
    restore_from(tmp_path / "usb" / "mine.tyopari-backup", tmp_path / "elsewhere")
    Store.open(tmp_path / "elsewhere", PASSPHRASE).close()


def test_the_backups_say_what_becomes_of_attached_files(page: SettingsPage) -> None:
    said = [text.text() for text in page.backups.findChildren(QLabel)]
    assert any(text.startswith("Attached files are in it where the centre") for text in said)


def test_a_backup_that_fails_is_told_beside_its_button(
    qtbot: QtBot, page: SettingsPage, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    dialogs.answer_next(tmp_path / "file" / "mine.tyopari-backup")
    qtbot.keyClick(page.backups.make, Qt.Key.Key_Space)
    assert page.backups.problem.text()
    assert page.backups.make.isEnabled()


class TestCentre:
    def test_joining_by_address_and_code(
        self,
        qtbot: QtBot,
        page: SettingsPage,
        store: Store,
        office: Office,
        said: list[str],
        opened: Session,
        restyled: list[bool],
    ) -> None:
        card = page.centre
        assert "on this computer alone" in card.who.text()
        office.store = store
        qtbot.keyClicks(card.address, "https://centre.example")
        qtbot.keyClick(card.address, Qt.Key.Key_Return)
        qtbot.keyClick(card.code, Qt.Key.Key_Return)
        assert "both" in card.problem.text()
        qtbot.keyClicks(card.code, office.code)
        qtbot.keyClick(card.code, Qt.Key.Key_Return)
        assert office.address == "https://centre.example"
        assert card.who.text() == "Maija Kallio at https://centre.example"
        assert not card.form.isVisible()
        assert office.synced == 1
        assert said == ["The centre was joined. The clock is wrong."]
        assert opened.role == "team-lead"
        assert restyled == [True]

    def test_a_refusal_is_told_in_place(self, qtbot: QtBot, page: SettingsPage, office: Office) -> None:
        office.refuse = NotAllowed(Message("This code has been used."))
        qtbot.keyClicks(page.centre.address, "https://centre.example")
        qtbot.keyClicks(page.centre.code, "OLD")
        qtbot.keyClick(page.centre.go, Qt.Key.Key_Space)
        assert page.centre.problem.text() == "This code has been used."
        assert page.centre.go.isEnabled()
