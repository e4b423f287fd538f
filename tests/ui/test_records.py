"""Lists and pages: what they show, filter and sort by key, how fast they are, and the history of a record."""

import csv
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QStackedWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.clock import new_id
from app.i18n import _
from app.record import Row, to_row, validated
from app.services import SPECS
from app.services.clients.records import Client
from app.services.coaching.records import SupportVisit
from storage.store import Store
from ui import dialogs
from ui.context import Context
from ui.detail import DetailView, history_lines
from ui.list_saving import suggested
from ui.records import ROLE_ROW, RecordsModel, RecordsPage, RecordsView, lines_of
from ui.screens.list_recipient import SaveListPage
from ui.screens.words import fold

CLIENT = SPECS["client"]
VISIT = SPECS["support_visit"]
PEOPLE = (
    ("Aino", "Ålander"),
    ("Eero", "Malli"),
    ("Väinö", "Äijälä"),
    ("Liisa", "Östman"),
    ("Kalle", "Zetterberg"),
)
CTRL = Qt.KeyboardModifier.ControlModifier


def client(first: str, last: str, **more: Any) -> Client:
    return validated(Client, {"first_name": first, "last_name": last, **more})


@pytest.fixture
def people(store: Store) -> list[Client]:
    made = [client(first, last) for first, last in PEOPLE]
    store.save(*made)
    return made


@pytest.fixture
def view(qtbot: QtBot, context: Context, people: list[Client]) -> RecordsView:
    return shown(qtbot, RecordsView(context, CLIENT))


def shown(qtbot: QtBot, widget: Any) -> Any:
    qtbot.addWidget(widget)
    widget.resize(1000, 600)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


def column(model: RecordsModel, number: int = 0) -> list[str]:
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_the_model_keeps_the_rules_of_qt(
    qtmodeltester: ModelTester, qtbot: QtBot, people: list[Client], store: Store
) -> None:
    model = RecordsModel(CLIENT)
    qtmodeltester.check(model)
    model.show(lines_of(CLIENT, store.rows("client"), {}))
    qtmodeltester.check(model)
    model.filter("a")
    model.sort(1, Qt.SortOrder.DescendingOrder)
    qtmodeltester.check(model)
    assert model.index(0, 0).data(ROLE_ROW)["id"] in {str(one.id) for one in people}
    assert model.rowCount(model.index(0, 0)) == 0
    assert not QModelIndex().isValid()


def test_columns_say_what_the_declaration_says(
    qtbot: QtBot, context: Context, store: Store, people: list[Client]
) -> None:
    values = {
        "client_id": people[0].id,
        "on": "2026-05-03",
        "place": "library",
        "topics": ["tax_card", "kela"],
        "minutes": 45,
    }
    store.save(validated(SupportVisit, values))
    view = shown(qtbot, RecordsView(context, VISIT, people[0].id))
    titles = [view.model.headerData(n, Qt.Orientation.Horizontal) for n in range(view.model.columnCount())]
    assert titles == ["Day", "State", "Place", "Minutes", "Topics"]
    assert [view.model.index(0, n).data() for n in range(5)] == [
        "3 May 2026",
        "Done",
        "Library",
        "45",
        "Tax card, Kela benefits",
    ]


def test_sorting_puts_swedish_and_finnish_letters_last(qtbot: QtBot, view: RecordsView) -> None:
    view.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert column(view.model) == ["Malli", "Zetterberg", "Ålander", "Äijälä", "Östman"]
    view.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert column(view.model) == ["Östman", "Äijälä", "Ålander", "Zetterberg", "Malli"]


def test_numbers_sort_as_numbers_and_what_is_empty_comes_last(qtbot: QtBot) -> None:
    job = SPECS["employment"]
    rows = [
        to_row(
            validated(
                job.table,
                {
                    "client_id": new_id(),
                    "employer": "x",
                    "title": "y",
                    "started_on": "2026-01-01",
                    "weekly_hours": hours,
                },
            )
        )
        for hours in ("9.50", None, "37.50", "100.00")
    ]
    model = RecordsModel(job)
    model.show(lines_of(job, rows, {}))
    hours = job.columns.index("weekly_hours")
    model.sort(hours)
    assert [model.row(n)["weekly_hours"] for n in range(4)] == ["9.50", "37.50", "100.00", None]
    model.sort(hours, Qt.SortOrder.DescendingOrder)
    assert [model.row(n)["weekly_hours"] for n in range(4)] == ["100.00", "37.50", "9.50", None]


def test_the_filter_works_while_typing_whatever_the_accents(qtbot: QtBot, view: RecordsView) -> None:
    qtbot.keyClick(view.table, Qt.Key.Key_F, CTRL)
    assert view.filter.hasFocus()
    qtbot.keyClicks(view.filter, "AIJA")
    assert column(view.model) == ["Äijälä"]
    assert view.count.text() == "1 of 5"
    qtbot.keyClicks(view.filter, " nobody")
    assert view.model.rowCount() == 0
    assert view.empty_title.isVisible()
    assert "Escape" in view.empty_help.text()
    qtbot.keyClick(view.filter, Qt.Key.Key_Escape)
    assert view.model.rowCount() == 5
    assert view.table.isVisible()


def test_a_list_of_everybodys_rows_says_first_whose_each_is(
    qtbot: QtBot, context: Context, store: Store, people: list[Client]
) -> None:
    for number, person in enumerate(people):
        visit = {"client_id": person.id, "on": f"2026-01-0{number + 1}"}
        store.save(validated(SupportVisit, visit))
    everybody = shown(qtbot, RecordsView(context, VISIT))
    names = [everybody.model.index(n, 0).data() for n in range(everybody.model.rowCount())]
    assert names == [f"{last} {first}" for first, last in reversed(PEOPLE)]
    assert everybody.model.headerData(0, Qt.Orientation.Horizontal) == "Client"
    everybody.filter.setText("aijala")
    assert everybody.model.rowCount() == 1
    hers = shown(qtbot, RecordsView(context, VISIT, people[0].id))
    assert hers.model.columnCount() == everybody.model.columnCount() - 1


@given(words=st.lists(st.text(max_size=6), max_size=3))
def test_filtering_shows_exactly_the_lines_with_every_word(qapp: QApplication, words: list[str]) -> None:
    rows = [to_row(client(first, last)) for first, last in PEOPLE]
    model = RecordsModel(CLIENT)
    model.show(lines_of(CLIENT, rows, {}))
    text = " ".join(words)
    model.filter(text)
    expected = {
        row["id"]
        for row in rows
        if all(word in fold(f"{row['last_name']} {row['first_name']}") for word in fold(text).split())
    }
    assert {model.row(n)["id"] for n in range(model.rowCount())} == expected


def test_enter_opens_and_new_ones_are_added_by_key(qtbot: QtBot, view: RecordsView, ways: Any) -> None:
    qtbot.keyClicks(view.filter, "malli")
    qtbot.keyClick(view.filter, Qt.Key.Key_Return)
    assert view.table.hasFocus()
    with qtbot.waitSignal(view.opened) as caught:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert caught.args[0]["last_name"] == "Malli"
    qtbot.keyClick(view.table, Qt.Key.Key_N, CTRL)
    qtbot.keyClick(view.table, Qt.Key.Key_Insert)
    assert ways.went == [
        ("edit", "client", UUID(caught.args[0]["id"]), None),
        ("edit", "client", None, None),
        ("edit", "client", None, None),
    ]


def test_deleting_is_said_and_can_be_undone(qtbot: QtBot, view: RecordsView, ways: Any) -> None:
    gone = view.chosen()
    assert gone is not None
    qtbot.keyClick(view.table, Qt.Key.Key_Delete)
    assert gone["last_name"] not in column(view.model)
    assert view.model.rowCount() == 4
    assert ways.said == ["Deleted: Client."]
    ways.undo()
    assert gone["last_name"] in column(view.model)


def test_the_list_hears_of_changes_and_keeps_the_chosen_line(
    qtbot: QtBot, view: RecordsView, store: Store, context: Context
) -> None:
    view.table.setCurrentIndex(view.model.index(3, 0))
    chosen = view.chosen()
    assert chosen is not None
    context.bus.changed.emit(store.save(client("Anna", "Aalto")))
    assert "Aalto" in column(view.model)
    assert view.chosen() == chosen


def test_an_empty_list_says_what_to_do(qtbot: QtBot, context: Context) -> None:
    view = shown(qtbot, RecordsView(context, VISIT, new_id()))
    assert view.empty_title.isVisible()
    assert "Ins" in view.empty_help.text()
    conflicts = shown(qtbot, RecordsView(context, SPECS["conflict"]))
    assert not conflicts.new_button.isVisible()
    assert "Ins" not in conflicts.empty_help.text()


def test_widths_are_remembered_and_nothing_else(qtbot: QtBot, view: RecordsView, context: Context) -> None:
    view.table.horizontalHeader().resizeSection(1, 321)
    again = shown(qtbot, RecordsView(context, CLIENT))
    assert again.table.horizontalHeader().sectionSize(1) == 321
    from ui.widths import _file

    kept = _file()
    kept.sync()
    assert all(str(kept.value(key)).isdigit() for key in kept.allKeys())
    assert set(kept.allKeys()) <= {f"client/{name}" for name in CLIENT.columns}


def test_tab_leaves_the_table_and_everything_has_a_name(qtbot: QtBot, view: RecordsView) -> None:
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Tab)
    assert not view.table.hasFocus()
    assert view.table.accessibleName() == "Clients"
    assert view.filter.accessibleName() == "Filter: Clients"
    assert all(b.text() or b.accessibleName() for b in view.findChildren(QAbstractButton) if b.isVisible())


@pytest.mark.parametrize("kind", SPECS)
def test_every_declared_kind_has_its_list(
    qtbot: QtBot, context: Context, store: Store, people: list[Client], kind: str
) -> None:
    spec = SPECS[kind]
    view = shown(qtbot, RecordsView(context, spec, None if spec.scope != "client" else people[0].id))
    assert view.model.columnCount() == len(spec.columns)
    assert all(view.model.headerData(n, Qt.Orientation.Horizontal) for n in range(len(spec.columns)))


# ---- speed ----


def many(count: int) -> list[Row]:
    """Make so many visits as rows."""
    one = to_row(validated(SupportVisit, {"client_id": new_id(), "on": "2026-05-03", "topics": ["kela"]}))
    places = [choice.value for choice in SPECS["support_visit"].fields()[4].choices]
    return [
        {
            **one,
            "id": str(n),
            "minutes": n % 300,
            "place": places[n % len(places)],
            "on": f"20{n % 90 + 10}-01-02",
        }
        for n in range(count)
    ]


def test_ten_thousand_rows_are_listed_filtered_and_sorted(qtbot: QtBot, context: Context) -> None:
    view = shown(qtbot, RecordsView(context, VISIT, new_id()))
    view._show(lines_of(VISIT, many(10_000), {}))
    view.filter.setText("lib")
    assert 0 < view.model.rowCount() < 10_000
    view.filter.clear()
    view.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert view.model.rowCount() == 10_000


# ---- the page of a record ----


def texts(widget: Any) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel) if one.isVisible() and one.text()]


def test_the_page_shows_what_is_filled_and_opens_the_form(
    qtbot: QtBot, context: Context, store: Store, people: list[Client], ways: Any
) -> None:
    visit = validated(
        SupportVisit, {"client_id": people[0].id, "on": "2026-05-03", "notes": "A good day", "place": "home"}
    )
    store.save(visit)
    page = shown(qtbot, DetailView(context, VISIT, visit.id))
    seen = texts(page)
    assert {"3 May 2026", "A good day", "Home"} <= set(seen)
    assert "Next visit" not in seen
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_E, CTRL)
    assert ways.went == [("edit", "support_visit", visit.id, people[0].id)]
    assert any(entry["action"] == "read" for entry in store.access_log(people[0].id))
    with qtbot.waitSignal(page.closed):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_the_history_is_one_key_away_and_says_old_and_new(
    qtbot: QtBot, context: Context, store: Store, people: list[Client]
) -> None:
    store.save(validated(Client, {**to_row(people[1]), "municipality": "Vantaa"}))
    page = shown(qtbot, DetailView(context, CLIENT, people[1].id))
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_H, CTRL)
    assert page.history.isVisible()
    seen = texts(page.history)
    assert "Municipality: – → Vantaa" in seen
    assert sum(text.startswith("Changed ") for text in seen) == 1
    assert sum(text.startswith("Made ") for text in seen) == 1
    context.bus.changed.emit(store.save(validated(Client, {**to_row(people[1]), "municipality": "Espoo"})))
    QApplication.processEvents()
    assert "Municipality: Vantaa → Espoo" in texts(page.history)
    qtbot.keyClick(page, Qt.Key.Key_H, CTRL)
    assert not page.history.isVisible()


def test_history_names_who_did_it() -> None:
    entry = {"at": "2026-05-03T09:00:00Z", "by": "w1", "op": "update", "patch": {"place": ["home", "office"]}}
    lines = history_lines("support_visit", entry, {"w1": "Tuula Malli"})
    assert lines[0].startswith("Changed 3 May 2026")
    assert lines[0].endswith("Tuula Malli")
    assert lines[1:] == ["Place: Home → Office"]


def test_the_list_opens_the_page_and_goes_back(
    qtbot: QtBot, context: Context, store: Store, people: list[Client], ways: Any
) -> None:
    page = shown(qtbot, RecordsPage(context, CLIENT))
    page.records.table.setFocus()
    qtbot.keyClick(page.records.table, Qt.Key.Key_Return)
    assert page.detail is not None
    assert page.currentWidget() is page.detail
    qtbot.keyClick(page.detail, Qt.Key.Key_Escape)
    assert page.currentWidget() is page.records
    assert page.records.table.hasFocus()
    qtbot.keyClick(page.records.table, Qt.Key.Key_Return)
    detail = page.detail
    assert detail is not None
    qtbot.keyClick(detail, Qt.Key.Key_Delete)
    assert page.currentWidget() is page.records
    assert ways.said == ["Deleted: Client."]
    assert page.records.model.rowCount() == len(PEOPLE) - 1


# ---- saved as a file --------------------------------------------------------------------------------------


def written(file: Path) -> list[list[str]]:
    """Return the lines of a .csv file."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened, delimiter=";"))


OVER: list[QStackedWidget] = []


def save_by_key(qtbot: QtBot, view: RecordsView) -> None:
    over = view.parentWidget()
    if not isinstance(over, QStackedWidget):
        over = QStackedWidget()
        qtbot.addWidget(over)
        over.addWidget(view)
        OVER.append(over)  # a page that nobody holds would take the list with it
    over.show()
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_S, CTRL | Qt.KeyboardModifier.ShiftModifier)
    page = over.currentWidget()
    if isinstance(page, SaveListPage):  # for one's own use
        qtbot.keyClick(page, Qt.Key.Key_S, CTRL)


def test_what_is_shown_is_saved_as_a_file(
    qtbot: QtBot, view: RecordsView, store: Store, tmp_path: Path, ways: Any
) -> None:
    view.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    view.filter.setText("er")
    shown_now = [view.model.row(n)["last_name"] for n in range(view.model.rowCount())]
    assert 1 < len(shown_now) < len(PEOPLE)
    dialogs.answer_next(tmp_path / "list.csv")
    save_by_key(qtbot, view)
    header, *lines = written(tmp_path / "list.csv")
    assert header == [_(field.title) for field in CLIENT.fields()]
    assert [line[header.index("Last name")] for line in lines] == shown_now
    assert ways.said == ["The list is saved."]
    assert [(one["action"], one["kind"], one["detail"]) for one in store.access_log()][:1] == [
        ("export", "client", "list csv")
    ]


def test_a_list_is_in_the_log_before_its_file_is_there(
    qtbot: QtBot, view: RecordsView, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "list"
    there: list[bool] = []
    log = store.log

    def noted(*told: Any) -> None:
        there.append((tmp_path / "list.xlsx").exists())
        log(*told)

    monkeypatch.setattr(store, "log", noted)
    dialogs.answer_next(file)
    save_by_key(qtbot, view)
    assert there == [False]
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    assert book.active.max_row == 1 + len(PEOPLE), "without an ending it is a workbook"
    before = (tmp_path / "list.xlsx").read_bytes()
    dialogs.answer_next(file)
    dialogs.answer_next(False)
    save_by_key(qtbot, view)
    assert (tmp_path / "list.xlsx").read_bytes() == before
    assert there == [False], "nothing is written over a file that the question did not name"


def test_a_list_that_shows_nothing_is_not_saved(qtbot: QtBot, view: RecordsView) -> None:
    view.filter.setText("nobody has such a name")
    assert not view.list_button.isEnabled()
    save_by_key(qtbot, view)  # a question would fail the test
    view.filter.clear()
    assert view.list_button.isEnabled()


def test_the_list_of_everybody_s_entries_says_whose_they_are(
    qtbot: QtBot, context: Context, store: Store, people: list[Client], tmp_path: Path
) -> None:
    store.save(validated(SupportVisit, {"client_id": people[1].id, "on": "2026-05-03", "notes": "Puhelu"}))
    made = shown(qtbot, RecordsView(context, VISIT))
    dialogs.answer_next(tmp_path / "list.csv")
    save_by_key(qtbot, made)
    header, line = written(tmp_path / "list.csv")
    assert line[header.index("Client")] == "Malli Eero"


def test_a_file_s_name_says_nothing_of_a_client() -> None:
    for spec in SPECS.values():
        assert suggested(spec).removesuffix(".xlsx").replace(" ", "").replace("-", "").isalnum()


def test_in_a_narrow_place_a_picture_stands_for_the_words(qtbot: QtBot, view: RecordsView) -> None:
    assert view.list_button.text() == "Save as file…"
    view.resize(480, 600)
    QApplication.processEvents()
    assert view.width() == 480
    assert (view.list_button.text(), view.list_button.accessibleName()) == ("", "Save as file…")
    assert "Ctrl+Shift+S" in view.list_button.toolTip()
