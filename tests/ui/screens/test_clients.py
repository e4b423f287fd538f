"""The list of clients and a client's page."""

import csv
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget
from pytestqt.modeltest import ModelTester

from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui import dialogs
from ui.screens.client_list import NEXT, ClientModel, ClientRow
from ui.screens.client_page import ClientPage
from ui.screens.clients import ClientsScreen
from ui.screens.groups import Group, GroupModel, Line
from ui.screens.list_recipient import SaveListPage
from ui.screens.words import fold


def names(screen: ClientsScreen) -> list[str]:
    return [row.name for row in screen.model.shown]


def test_typing_filters_without_accents_and_enter_opens(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    screen = ClientsScreen(context)
    show(qtbot, screen)
    assert names(screen)[0] == "Esimerkki Aino"
    assert screen.count.text() == "6 clients"
    assert screen.window().focusWidget() is screen.search
    qtbot.keyClicks(screen.search, "nay li")
    assert names(screen) == ["Näyte Liisa"]
    assert screen.count.text() == "1 of 6 clients"
    qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    assert ways.went == [("client", people["Liisa"])]


def test_arrow_and_enter_open_from_the_list(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    screen = ClientsScreen(context)
    show(qtbot, screen)
    qtbot.keyClick(screen.search, Qt.Key.Key_Down)
    assert screen.window().focusWidget() is screen.table
    qtbot.keyClick(screen.table, Qt.Key.Key_Down)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert ways.went == [("client", people["Väinö"])]


def test_chips_filter_by_phase_and_by_me(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    screen = ClientsScreen(context)
    show(qtbot, screen)
    screen.chips.boxes["maintenance"].setFocus()
    qtbot.keyClick(screen.chips.boxes["maintenance"], Qt.Key.Key_Space)
    assert names(screen) == ["Näyte Liisa", "Provström Ragnhild"]
    qtbot.keyClick(screen.chips.boxes["mine"], Qt.Key.Key_Space)
    assert names(screen) == ["Näyte Liisa", "Provström Ragnhild"]
    screen.search.setText("nobody")
    assert screen.empty.isVisible()
    assert "Ctrl+N" in screen.empty.text()


def test_the_clients_who_are_shown_are_saved_as_a_file(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any, tmp_path: Path
) -> None:
    over = QStackedWidget()
    screen = ClientsScreen(context)
    over.addWidget(screen)
    show(qtbot, over)
    screen.chips.boxes["maintenance"].setFocus()
    qtbot.keyClick(screen.chips.boxes["maintenance"], Qt.Key.Key_Space)
    screen.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    file = tmp_path / "list.csv"
    dialogs.answer_next(file)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(screen.search, Qt.Key.Key_S, keys)
    asked = over.currentWidget()
    assert isinstance(asked, SaveListPage)
    qtbot.keyClick(asked.for_whom.choice, Qt.Key.Key_Return)
    assert over.currentWidget() is screen
    with file.open(encoding="utf-8-sig", newline="") as opened:
        header, *lines = csv.reader(opened, delimiter=";")
    assert "Last name" in header
    assert [line[header.index("Last name")] for line in lines] == ["Provström", "Näyte"]
    assert ways.said == ["The list is saved."]
    (line,) = [one for one in store.access_log() if one["action"] == "export"]
    assert (line["kind"], line["client_id"], line["detail"]) == ("client", None, "list csv")
    screen.search.setText("nobody")
    assert not screen.list_button.isEnabled()
    qtbot.keyClick(screen.search, Qt.Key.Key_S, keys)  # a question would fail the test


def test_the_list_sorts_and_keeps_the_current_client(
    qtbot: Any, context: Any, people: dict[str, UUID]
) -> None:
    screen = ClientsScreen(context)
    show(qtbot, screen)
    screen.table.sortByColumn(NEXT, Qt.SortOrder.AscendingOrder)
    assert names(screen)[-1] == "Kokeilu Väinö"
    screen.table.setCurrentIndex(screen.model.index(2, 0))
    current = screen.model.shown[2]
    screen.reload()
    assert screen.model.shown[screen.table.currentIndex().row()].id == current.id


def test_ctrl_n_registers_a_client_and_the_list_follows(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    from ui.context import save

    screen = ClientsScreen(context)
    show(qtbot, screen)
    qtbot.keyClick(screen.search, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert ways.went == [("edit", "client")]
    save(context, make("client", first_name="Uusi", last_name="Aalto"))
    assert names(screen)[0] == "Aalto Uusi"


def test_the_models_are_sound(qtbot: Any, qapp: Any) -> None:
    clients = ClientModel()
    ModelTester(qtbot._request.config).check(clients)
    person = ClientRow(UUID(int=1), "Äijä Äly", fold("Äijä Äly"), "support", "", None, None, "", True)
    clients.load([person])
    clients.filter(text="aly")
    assert clients.rowCount() == 1
    groups = GroupModel()
    ModelTester(qtbot._request.config).check(groups)
    one = Line("today", "A", "b", lambda: None)
    groups.show([Group("Empty", []), Group("G", [one, one]), Group("H", [one])])
    assert [groups.index(row, 0).data() for row in range(groups.rowCount())] == [
        "G (2)",
        "today",
        "today",
        "H (1)",
        "today",
    ]


def test_the_page_tells_the_story(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page, 1300, 1000)
    assert page.head.name.text() == "Esimerkki Aino"
    assert page.phase.line.accessibleName() == "Phase: Support"
    assert len(page.goals.panel.steps) == 3
    assert "Done" in page.goals.panel.steps[0].text()
    kinds = {entry.kind for entry in page.timeline.model.all}
    assert {"support_visit", "career_plan", "phase_change", "employment", "vocational_profile"} <= kinds
    assert [row["action"] for row in store.access_log(people["Aino"])].count("opened") == 1
    page.reload()
    assert [row["action"] for row in store.access_log(people["Aino"])].count("opened") == 1


def test_space_moves_a_step_on_and_undo_brings_it_back(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    step = page.goals.panel.steps[1]
    step.setFocus()
    qtbot.keyClick(step, Qt.Key.Key_Space)
    assert "Under way" in page.goals.panel.steps[1].text()
    assert page.goals.panel.steps[1].hasFocus()
    assert ways.said[-1] == "Tutustumiskäynti Ravintola Kulmaan: Under way"
    qtbot.keyClick(page.goals.panel.steps[1], Qt.Key.Key_Space)
    assert "Done" in page.goals.panel.steps[1].text()
    ways.undo()
    assert "Under way" in page.goals.panel.steps[1].text()
    assert len(store.rows("plan_progress", client_id=people["Aino"])) == 2


def test_keys_of_the_page(qtbot: Any, context: Any, people: dict[str, UUID], ways: Any, store: Any) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    page.setFocus()
    plan = UUID(store.rows("career_plan", client_id=people["Aino"])[0]["id"])
    for key in (Qt.Key.Key_V, Qt.Key.Key_P, Qt.Key.Key_E, Qt.Key.Key_J):
        qtbot.keyClick(page.window().focusWidget(), key)
    assert ways.went == [
        ("visit", people["Aino"], None),
        ("plan", people["Aino"], plan),
        ("edit", "client", people["Aino"]),
        ("edit", "employment", {"client_id": people["Aino"]}),
    ]
    ways.went.clear()
    qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_L)
    assert page.window().focusWidget() is page.timeline.search
    qtbot.keyClicks(page.timeline.search, "v")
    assert ways.went == []
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.timeline.search, Qt.Key.Key_V, both)
    assert ways.went == [("visit", people["Aino"], None)]


def test_a_visit_agreed_for_today_is_the_one_that_is_written(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any, store: Any
) -> None:
    page = ClientPage(context, people["Mohamed"])
    show(qtbot, page)
    page.visit()
    planned = store.rows("support_visit", client_id=people["Mohamed"])[0]
    assert ways.went == [("visit", people["Mohamed"], UUID(planned["id"]))]


def test_changing_phase_proposes_the_one_that_follows(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    page.change_phase()
    name, kind, named = ways.went[-1]
    assert (name, kind) == ("edit", "phase_change")
    assert (named["values"]["phase"], named["values"]["level"]) == ("maintenance", "active")


def test_a_client_without_coaching_begins_it(qtbot: Any, context: Any, ways: Any, store: Any) -> None:
    client = make("client", first_name="Uusi", last_name="Alku")
    store.save(client)
    page = ClientPage(context, client.id)
    show(qtbot, page)
    assert page.phase.change.text() == "Begin coaching"
    page.change_phase()
    assert ways.went[-1][1] == "coaching_relationship"
    assert page.timeline.empty.isVisible()


def test_the_timeline_filters_and_opens(qtbot: Any, context: Any, people: dict[str, UUID], ways: Any) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    timeline = page.timeline
    ModelTester(qtbot._request.config).check(timeline.model)
    every = timeline.model.rowCount()
    qtbot.keyClick(timeline.chips.boxes["employment"], Qt.Key.Key_Space)
    assert timeline.model.rowCount() == 1
    assert timeline.count.text() == f"1 of {every} entries"
    timeline.view.setFocus()
    timeline.view.setCurrentIndex(timeline.model.index(0))
    qtbot.keyClick(timeline.view, Qt.Key.Key_Return)
    assert ways.went[-1][:2] == ("edit", "employment")
    qtbot.keyClick(timeline.chips.boxes["employment"], Qt.Key.Key_Space)
    timeline.search.setText("keittioon")
    assert [entry.kind for entry in (timeline.model.all[n] for n in timeline.model.shown)] == ["career_plan"]


def test_the_page_follows_this_client_only(
    qtbot: Any, context: Any, people: dict[str, UUID], monkeypatch: Any
) -> None:
    from ui.context import save

    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    before = page.story
    save(context, make("support_visit", client_id=people["Liisa"], state="done", on=at(0)))
    assert page.story is before
    save(
        context, make("support_visit", client_id=people["Aino"], state="done", on=at(0), notes="Uusi käynti")
    )
    assert page.story is not before
    assert "Uusi käynti" in page.timeline.model.index(0).data()


def test_contact_data_is_copied_by_key(qtbot: Any, context: Any, people: dict[str, UUID], ways: Any) -> None:
    from PySide6.QtWidgets import QPushButton

    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    phone = next(b for b in page.head.findChildren(QPushButton) if b.text() == "040 000 0000")
    phone.setFocus()
    qtbot.keyClick(phone, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == "040 000 0000"
    assert ways.said == ["Copied."]


def test_a_client_who_is_gone_is_said_to_be_gone(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    from ui.context import write

    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    write(context, lambda: store.delete("client", people["Aino"]))
    assert page.gone.isVisible()
    assert not page.head.isVisible()
