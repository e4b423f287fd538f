"""The main window: every way by keyboard, the form beside the page, privacy, and rebuilding in another language."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import i18n
from app.record import validated
from app.services import SPECS
from app.settings import Settings
from storage import blobs, eviction
from storage.search import Hit
from storage.store import Store
from storage.writing import Changes
from tests.ui.opened import Office, client, session, visit
from ui import language, theme
from ui.places import tabs
from ui.screens.attachment_view import AttachmentView
from ui.screens.clients import ClientsScreen
from ui.screens.today import TodayScreen
from ui.screens.visit import QuickVisit
from ui.session import Session
from ui.shell import Shell


@pytest.fixture
def aino(store: Store) -> UUID:
    return client(store, "Aino", "Korppila")


@pytest.fixture
def office() -> Office:
    return Office(address="https://centre.example")


@pytest.fixture
def opened(qapp: QApplication, store: Store, office: Office) -> Iterator[Session]:
    settings = Settings()
    theme.apply(qapp, settings)
    made = session(store, settings, office=office)
    yield made
    made.runner.stop(lambda: None)  # or its timer may fire in a later test
    theme.apply(qapp, Settings())


@pytest.fixture
def shell(qtbot: QtBot, aino: UUID, opened: Session) -> Shell:
    window = Shell(opened)
    opened.restyle = window.rebuild
    window.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]  # the program would lock first
    qtbot.addWidget(window)
    window.resize(1300, 800)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def press(window: Shell, keys: str) -> None:
    """Press a shortcut as a person would."""
    target = window.focusWidget() or window
    QTest.keySequence(target, QKeySequence(keys))


def test_it_begins_with_today_and_says_nothing_of_clients_in_its_title(shell: Shell, aino: UUID) -> None:
    assert isinstance(shell.pages.currentWidget(), TodayScreen)
    shell.show_client(aino)
    assert shell.windowTitle() == "Työpari"


def test_today_is_first_settings_last_and_a_role_sees_its_services() -> None:
    coach = [tab.place for tab in tabs("job-coach")]
    assert coach[0] == ("today",)
    assert coach[-1] == ("settings",)
    assert ("service", "coaching") in coach
    assert ("service", "administration") not in coach
    assert ("service", "administration") in [tab.place for tab in tabs("team-lead")]


def test_every_tab_has_a_key_and_the_list_shows_where_one_is(shell: Shell) -> None:
    for number, tab in enumerate(shell.tabs, 1):
        press(shell, f"Ctrl+{number}")
        assert shell.pages.place == tab.place
        assert shell.nav.currentRow() == number - 1
    shell.nav.setFocus()
    QTest.keyClick(shell.nav, Qt.Key.Key_Home)
    assert shell.pages.place == ("today",)


def test_back_and_forward(shell: Shell, aino: UUID) -> None:
    press(shell, "Ctrl+2")
    shell.show_client(aino)
    press(shell, "Alt+Left")
    lists: Any = shell.pages.currentWidget()
    assert isinstance(lists.stack.currentWidget(), ClientsScreen)
    press(shell, "Alt+Left")
    assert shell.pages.place == ("today",)
    press(shell, "Alt+Left")
    assert shell.pages.place == ("today",)
    press(shell, "Alt+Right")
    press(shell, "Alt+Right")
    assert shell.pages.place == ("client", aino)


def test_the_menus_show_the_key_of_every_action(shell: Shell) -> None:
    shown = {
        action.text(): action.shortcut().toString()
        for menu in shell.menuBar().actions()
        for action in menu.menu().actions()
    }
    assert shown["Search"] == "Ctrl+K"
    assert shown["Lock"] == "Ctrl+L"
    assert shown["Sync now"] == "F5"
    assert all(shown.values())
    assert len(set(shown.values())) == len(shown)


def test_a_new_client_by_keyboard_ends_on_their_page(qtbot: QtBot, shell: Shell, store: Store) -> None:
    press(shell, "Ctrl+N")
    form: Any = shell.panel.form
    assert shell.panel.isVisible()
    qtbot.keyClicks(form.boxes["first_name"].editor.stops()[0], "Otso")
    qtbot.keyClicks(form.boxes["last_name"].editor.stops()[0], "Hattula")
    QTest.keySequence(form.boxes["last_name"].editor.stops()[0], QKeySequence("Ctrl+S"))
    [row] = store.rows("client", where={"last_name": "Hattula"})
    assert shell.pages.place == ("client", UUID(row["id"]))
    assert not shell.panel.isVisible()
    assert shell.said.text.text() == "Saved."


def test_the_form_stands_in_place_of_the_page_where_the_window_is_narrow(qtbot: QtBot, shell: Shell) -> None:
    shell.edit("client")
    assert shell.pages.isVisible()
    shell.resize(700, 700)
    qtbot.waitUntil(lambda: not shell.pages.isVisible())
    assert shell.panel.isVisible()
    QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Escape)
    assert shell.pages.isVisible()
    assert not shell.panel.isVisible()


def test_another_form_takes_the_place_and_the_draft_of_the_first_stays(
    qtbot: QtBot, shell: Shell, store: Store, aino: UUID
) -> None:
    shell.edit("client")
    form: Any = shell.panel.form
    qtbot.keyClicks(form.boxes["first_name"].editor.stops()[0], "Kesken")
    shell.edit("client", aino)
    assert [draft["fields"]["first_name"] for draft in store.drafts()] == ["Kesken"]
    assert shell.panel.client_id == aino


def test_opening_a_record_is_logged(shell: Shell, store: Store, aino: UUID) -> None:
    shell.edit("client", aino)
    assert store.access_log(aino)[0]["action"] == "read"


def test_a_visit_from_anywhere_and_back(shell: Shell, aino: UUID) -> None:
    shell.show_client(aino)
    press(shell, "Ctrl+T")
    sheet = shell.pages.currentWidget()
    assert isinstance(sheet, QuickVisit)
    assert sheet.client_id == aino
    sheet.closed.emit()
    assert shell.pages.place == ("client", aino)
    assert not isinstance(shell.pages.currentWidget(), QuickVisit)


def test_sync_by_key(shell: Shell, office: Office, opened: Session) -> None:
    opened.runner.start()
    before = office.synced
    press(shell, "F5")
    assert office.synced == before + 1
    assert "wait for the centre" in shell.status.label.text()  # this centre has acknowledged nothing


def test_undo_of_a_deletion_by_key(shell: Shell, store: Store, aino: UUID) -> None:
    done: list[bool] = []
    shell.say("Deleted: visit.", lambda: done.append(True))
    assert shell.said.undo.isVisible()
    press(shell, "Ctrl+Shift+Z")
    assert done == [True]
    assert not shell.said.isVisible()


class TestPrivacy:
    def test_only_the_present_client_stays_to_be_seen(self, shell: Shell, store: Store, aino: UUID) -> None:
        other = client(store, "Eelis", "Lantto")
        shell.show_client(aino)
        press(shell, "F12")
        assert not shell.nav.isVisible()
        assert shell.outer.currentWidget() is shell.split
        shell.show_client(other)
        assert shell.pages.place == ("client", aino)
        press(shell, "Ctrl+K")
        press(shell, "Ctrl+2")
        press(shell, "Alt+Left")
        assert not shell.palette_.isVisible()
        assert shell.pages.place == ("client", aino)
        press(shell, "F12")
        assert shell.nav.isVisible()

    def test_without_a_present_client_nothing_is_seen(self, shell: Shell) -> None:
        press(shell, "Ctrl+2")
        press(shell, "F12")
        assert shell.outer.currentWidget() is shell.hidden
        press(shell, "F12")
        assert shell.outer.currentWidget() is shell.split

    def test_the_form_of_another_client_is_hidden_and_comes_back(
        self, shell: Shell, store: Store, aino: UUID
    ) -> None:
        other = client(store, "Eelis", "Lantto")
        shell.edit("client", other)
        shell.show_client(aino)
        press(shell, "F12")
        assert not shell.panel.isVisible()
        press(shell, "F12")
        assert shell.panel.isVisible()

    def test_what_was_said_goes(self, shell: Shell) -> None:
        shell.say("Deleted: Korppila Aino.")
        press(shell, "F12")
        assert shell.said.text.text() == ""


def test_a_client_who_leaves_this_computer_leaves_the_window(shell: Shell, store: Store, aino: UUID) -> None:
    shell.show_client(aino)
    shell.edit("client", aino)
    changes = store.delete("client", aino)
    shell.session.bus.changed.emit(changes)
    assert shell.pages.place == ("today",)
    assert not shell.panel.isVisible()
    press(shell, "Alt+Left")
    assert shell.pages.place == ("today",)


def noted(store: Store, aino: UUID) -> UUID:
    record = validated(
        SPECS["profile_health"].table, {"client_id": aino, "noted_on": "2026-05-04", "limits": "Selkä"}
    )
    store.save(record)
    return UUID(str(record.id))


def test_a_compartment_that_leaves_closes_its_form_alone(shell: Shell, store: Store, aino: UUID) -> None:
    entry = noted(store, aino)
    shell.show_client(aino)
    shell.edit("profile_health", entry)
    form: Any = shell.panel.form
    QTest.keyClicks(form.boxes["limits"].editor.stops()[0], " ja polvi")
    with store.write() as connection:
        changes = eviction.evict(connection, [f"client:{aino}:health"], None)
    shell.session.bus.changed.emit(changes)
    assert shell.pages.place == ("client", aino)
    assert not shell.panel.isVisible()
    assert store.drafts() == [], "what was being written has left with its compartment"


def test_what_is_hidden_for_a_time_keeps_what_was_being_written(
    shell: Shell, store: Store, aino: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = noted(store, aino)
    shell.edit("profile_health", entry)
    form: Any = shell.panel.form
    QTest.keyClicks(form.boxes["limits"].editor.stops()[0], " ja polvi")
    monkeypatch.setattr(store.limits, "hidden", lambda: frozenset({"health"}))
    shell.session.bus.changed.emit(Changes(kinds=frozenset({"profile_health"})))
    assert not shell.panel.isVisible()
    assert "polvi" in str(store.drafts())


def test_the_form_stays_while_others_change(shell: Shell, store: Store, aino: UUID) -> None:
    entry = noted(store, aino)
    shell.edit("profile_health", entry)
    shell.session.bus.changed.emit(Changes(kinds=frozenset({"profile_health", "client"})))
    assert shell.panel.isVisible()


def test_the_language_changes_while_it_runs_at_the_same_place(
    qtbot: QtBot, shell: Shell, aino: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.show_client(aino)
    monkeypatch.setattr("ui.shell._", lambda text: f"<{i18n.language()}> {text}")
    old = shell.pages
    language.use("sv")
    qtbot.waitUntil(lambda: shell.pages is not old)
    assert shell.menuBar().actions()[0].text() == "<sv> Program"
    assert shell.nav.item(0).text() == "<sv> Today"
    assert shell.pages.place == ("client", aino)
    language.use("en")
    qtbot.waitUntil(lambda: shell.nav.item(0).text() == "<en> Today")


def test_the_text_grows_by_key_to_twice_its_size(shell: Shell, opened: Session) -> None:
    for _ in range(12):
        press(shell, "Ctrl++")
    assert opened.settings["text_size"] == 200
    press(shell, "Ctrl+-")
    assert opened.settings["text_size"] == 190


def test_decisions_open_from_the_status_line(qtbot: QtBot, shell: Shell, store: Store, aino: UUID) -> None:
    row = store.row("client", aino)
    assert row is not None
    values = {"kind": "client", "record_id": aino, "mutation_id": UUID(int=5), "parts": ["first_name"]}
    sides = {"theirs": {"first_name": "Aina"}, "mine": {"first_name": "Aino"}}
    store.save(validated(SPECS["conflict"].table, {"client_id": aino, **values, **sides}))
    shell.session.bus.changed.emit(Changes())
    qtbot.waitUntil(lambda: shell.status.decisions.text() == "1 entry needs a decision")
    qtbot.keyClick(shell.status.decisions, Qt.Key.Key_Space)
    assert shell.pages.place == ("conflicts",)


def test_focus_among_the_places_does_not_lead_away_from_one_that_is_not_there(
    qtbot: QtBot, shell: Shell
) -> None:
    shell.pages.go(("conflicts",))
    shell.nav.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    qtbot.waitUntil(shell.nav.hasFocus)
    QApplication.sendEvent(
        shell.nav, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.ActiveWindowFocusReason)
    )
    assert shell.pages.place == ("conflicts",)
    qtbot.keyClick(shell.nav, Qt.Key.Key_Down)
    assert shell.pages.place == shell.tabs[0].place


def test_each_kind_of_a_service_has_its_list(shell: Shell, store: Store, aino: UUID) -> None:
    visit(store, aino, "Keittiö sujui.", date(2026, 5, 4))
    shell.pages.go(("service", "coaching"))
    lists: Any = shell.pages.currentWidget()
    titles = [lists.kinds.item(number).text() for number in range(lists.kinds.count())]
    lists.kinds.setCurrentRow(titles.index("Support visits"))
    assert lists.stack.currentWidget().records.model.rowCount() == 1


def test_a_file_that_is_found_opens_among_the_documents(shell: Shell, store: Store, aino: UUID) -> None:
    made = blobs.attach(store, b"Muistio", {"client_id": str(aino), "category": "other"}, "muistio.txt")
    (record_id,) = made.ids
    shell.open_hit(Hit("attachment", record_id, aino, "muistio"))
    assert shell.pages.place == ("client", aino)
    (view,) = [one for one in shell.findChildren(AttachmentView) if one.isVisible()]
    assert view.row["id"] == str(record_id)
    assert not shell.panel.filled_now
