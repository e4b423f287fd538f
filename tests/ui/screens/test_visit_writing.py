"""Writing a visit fast: phrases of one's own, several planned visits in one go, visits that were missed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor

from app.clock import today
from app.services.coaching import dates
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui.screens.visit import QuickVisit
from ui.screens.visit_form import VisitForm
from ui.screens.visit_phrases import named_before

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PHRASES = [{"name": name, "text": f"({name})"} for name in ("ruuhka", "ruoka", "loppu", "ruuhka pois")]


@pytest.mark.parametrize(
    ("text", "name", "letters"),
    [
        ("Aamu: ruuhka", "ruuhka", 6),
        ("Aamu: RUUHKA", "ruuhka", 6),
        ("ruuhka pois", "ruuhka pois", 11),
        ("lo", "loppu", 2),
        ("l", None, 0),
        ("ru", None, 0),
        ("ruuhka ", None, 0),
        ("", None, 0),
        ("aamuruuhka", None, 0),
    ],
)
def test_the_short_name_before_the_cursor_tells_the_phrase(text: str, name: str | None, letters: int) -> None:
    found = named_before(text, PHRASES)
    if name is None:
        assert found is None
    else:
        assert found is not None
        assert (found[0]["name"], found[1]) == (name, letters)


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=8), max_size=5))
def test_no_text_confuses_the_search_for_a_phrase(text: str, names: list[str]) -> None:
    found = named_before(text, [{"name": name, "text": ""} for name in names])
    assert found is None or 0 < found[1] <= len(text)


def form_of(qtbot: Any, context: Any, client: UUID, record: UUID | None = None) -> VisitForm:
    """The form of a visit, shown."""
    visit = QuickVisit(context, client, record)
    show(qtbot, visit)
    assert visit.form is not None
    form = visit.form
    form.page = visit  # type: ignore[attr-defined]  # keeps it alive
    return form


def test_a_phrase_is_written_by_its_short_name_and_a_key(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    store.save(make("phrase", name="ruuhka", text="Aamun ruuhka kuormittaa."))
    form = form_of(qtbot, context, people["Aino"])
    notes: Any = form.boxes["notes"].editor.stops()[0]
    qtbot.keyClicks(notes, "Tapaaminen. ruuhka")
    qtbot.keyClick(notes, Qt.Key.Key_J, CTRL)
    assert form.values()["notes"] == "Tapaaminen. Aamun ruuhka kuormittaa."
    qtbot.keyClick(notes, Qt.Key.Key_Z, CTRL)
    assert form.values()["notes"] == "Tapaaminen. ruuhka"
    steps: Any = form.boxes["next_steps"].editor.stops()[0]
    steps.setFocus()
    qtbot.keyClicks(steps, "ruu")
    qtbot.keyClick(steps, Qt.Key.Key_J, CTRL)
    assert form.values()["next_steps"] == "Aamun ruuhka kuormittaa."


def test_phrases_are_offered_in_a_list(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    form = form_of(qtbot, context, people["Aino"])
    menu = form.phrases.menu()
    assert [action.isEnabled() for action in menu.actions()] == [False]
    menu.close()
    context.bus.changed.emit(store.save(*(make("phrase", **one) for one in PHRASES)))
    menu = form.phrases.menu()
    assert [action.text() for action in menu.actions()] == sorted(one["name"] for one in PHRASES)
    menu.actions()[0].trigger()
    assert form.values()["notes"] == "(loppu)"


def test_a_selection_becomes_a_phrase(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    form = form_of(qtbot, context, people["Aino"])
    notes: Any = form.boxes["notes"].editor.stops()[0]
    qtbot.keyClick(notes, Qt.Key.Key_J, CTRL | SHIFT)
    assert form.phrases.problem.text() == "Select the text first."
    qtbot.keyClicks(notes, "Sovittiin tauosta klo 10.")
    notes.selectAll()
    qtbot.keyClick(notes, Qt.Key.Key_J, CTRL | SHIFT)
    name = form.phrases.name
    assert form.window().focusWidget() is name
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert form.phrases.problem.text() == "Write a short name."
    qtbot.keyClicks(name, "tauko")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert [(row["name"], row["text"]) for row in store.rows("phrase")] == [
        ("tauko", "Sovittiin tauosta klo 10.")
    ]
    assert notes.hasFocus()
    notes.selectAll()
    qtbot.keyClick(notes, Qt.Key.Key_J, CTRL | SHIFT)
    qtbot.keyClicks(name, "TAUKO")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert form.phrases.problem.text() == "There is a phrase with this name already."
    with qtbot.assertNotEmitted(form.closed):
        qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert not form.phrases.naming.isVisible()
    ways.undo()
    assert store.rows("phrase") == []


def test_text_comes_in_as_dictation_types_it(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    from PySide6.QtGui import QInputMethodEvent
    from PySide6.QtWidgets import QApplication

    form = form_of(qtbot, context, people["Aino"])
    notes: Any = form.boxes["notes"].editor.stops()[0]
    event = QInputMethodEvent("", [])
    event.setCommitString("Työ sujuu hyvin. ")
    QApplication.sendEvent(notes, event)
    assert form.values()["notes"] == "Työ sujuu hyvin."
    cursor = QTextCursor(notes.document())
    assert not cursor.charFormat().hasProperty(1)


# ---- several in one go ----


@pytest.mark.parametrize("every", [dates.WEEK, dates.TWO_WEEKS, dates.MONTH])
def test_several_visits_are_planned_in_one_go_and_taken_back_in_one(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any, every: str
) -> None:
    client = people["Liisa"]
    form = form_of(qtbot, context, client)
    assert not form.repeat.isVisible()
    first = dates.working_day(today() + timedelta(days=3))
    form._set("state", "planned")
    form._set("on", first.isoformat())
    form._set("start_time", "09:00")
    form._after_change()
    assert form.repeat.isVisible()
    number: Any = form.repeat.stops()[0]
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, "4")
    form.repeat.rhythm.set_value(every)
    before = len(store.rows("support_visit", client_id=client))
    qtbot.keyClick(number, Qt.Key.Key_Return, CTRL)
    planned = store.rows("support_visit", client_id=client, where={"state": "planned"}, order=("on",))
    assert [date.fromisoformat(row["on"]) for row in planned] == dates.repeated(first, every, 4)
    assert {row["start_time"] for row in planned} == {"09:00"}
    assert len({row["id"] for row in planned}) == 4
    assert ways.said[-1].startswith("Visit saved. 3 more are planned, the last for")
    ways.undo()
    assert len(store.rows("support_visit", client_id=client)) == before


def test_a_day_that_is_planned_already_is_not_planned_twice(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    client, first = people["Liisa"], dates.working_day(today() + timedelta(days=3))
    taken = dates.repeated(first, dates.WEEK, 2)[1]
    store.save(make("support_visit", client_id=client, state="planned", on=taken))
    form = form_of(qtbot, context, client)
    form._set("state", "planned")
    form._set("on", first.isoformat())
    form._after_change()
    form.repeat.number.set_value(3)
    form.repeat.rhythm.set_value(dates.WEEK)
    form.save()
    days = [row["on"] for row in store.rows("support_visit", client_id=client, where={"state": "planned"})]
    assert sorted(days) == [day.isoformat() for day in dates.repeated(first, dates.WEEK, 3)]


@pytest.mark.parametrize(("typed", "count"), [("", 1), ("0", 1), ("x", 1), ("99", 26), ("7", 7)])
def test_any_number_of_visits_can_be_typed(
    qtbot: Any, context: Any, people: dict[str, UUID], typed: str, count: int
) -> None:
    form = form_of(qtbot, context, people["Liisa"])
    form._set("state", "planned")
    form._after_change()
    number: Any = form.repeat.stops()[0]
    number.setFocus()
    number.selectAll()
    qtbot.keyClick(number, Qt.Key.Key_Delete)
    qtbot.keyClicks(number, typed)
    assert form.repeat.count() == count
    assert len(form.repeat.days()) == count - 1


# ---- missed ----


def test_a_visit_that_was_missed_gets_a_next_day_too(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    client = people["Liisa"]
    planned = make("support_visit", client_id=client, state="planned", on=at(-1))
    store.save(planned)
    form = form_of(qtbot, context, client, planned.id)
    assert form.values()["state"] == "done"
    form._set("state", "missed")
    form._after_change()
    assert form.propose.isVisible()
    form.take_proposal()
    form.save()
    row = store.row("support_visit", planned.id)
    assert row["state"] == "missed"
    (following,) = store.rows("support_visit", client_id=client, where={"state": "planned"})
    assert following["on"] == row["next_on"]
    again = QuickVisit(context, client)
    show(qtbot, again)
    assert again.side.missed.text() == "1 missed visit in a row"


def test_nobody_misses_a_visit_in_the_future(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    form = form_of(qtbot, context, people["Liisa"])
    form._set("state", "missed")
    form._set("on", at(4))
    form.save()
    assert "future" in form.boxes["on"].problem.text()


# ---- the register ----


def test_a_visit_is_copied_and_marked_from_its_form(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    visit = store.rows("support_visit", client_id=people["Eero"], where={"state": "done"})[0]
    form = form_of(qtbot, context, people["Eero"], UUID(visit["id"]))
    notes: Any = form.boxes["notes"].editor.stops()[0]
    assert form.register.state.text() == "Not in the official register yet."
    qtbot.keyClick(notes, Qt.Key.Key_C, CTRL | SHIFT)
    assert "CV käytiin läpi." in QGuiApplication.clipboard().text()
    qtbot.keyClick(notes, Qt.Key.Key_M, CTRL | SHIFT)
    assert store.row("support_visit", visit["id"])["copied_on"] == today().isoformat()
    assert form.register.state.text().startswith("In the official register since")
    qtbot.keyClick(notes, Qt.Key.Key_End, CTRL)
    qtbot.keyClicks(notes, " Lisays.")
    form.save()
    changed = store.row("support_visit", visit["id"])
    assert changed["notes"] == "CV käytiin läpi. Lisays."
    assert changed["copied_on"] is None


def test_what_is_being_typed_can_be_copied_before_it_is_saved(
    qtbot: Any, context: Any, people: dict[str, UUID]
) -> None:
    form = form_of(qtbot, context, people["Eero"])
    notes: Any = form.boxes["notes"].editor.stops()[0]
    qtbot.keyClicks(notes, "Uusi teksti.")
    qtbot.keyClick(notes, Qt.Key.Key_C, CTRL | SHIFT)
    assert "Uusi teksti." in QGuiApplication.clipboard().text()
    assert not form.register.mark.isVisible()
