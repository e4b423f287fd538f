"""Today's views by keyboard: what is due opens its form filled, two weeks as an agenda, the official register."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from app import clock
from app.clock import today
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from tests.ui.screens.test_day import go_to, lines
from ui import dialogs
from ui.screens import register_copy
from ui.screens.client_cards import NextCard
from ui.screens.plan import PlanScreen
from ui.screens.register_list import RegisterPage
from ui.screens.today import AGENDA, DUE, REGISTER, TodayScreen

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_job_that_is_to_be_asked_after_opens_its_form_filled(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    job = make(
        "employment", client_id=people["Eero"], employer="Kahvila", title="Apulainen", started_on=at(-190)
    )
    store.save(job)
    screen = TodayScreen(context)
    show(qtbot, screen)
    for months in (3, 6):
        go_to(screen, "Malli Eero", f"Job kept for {months} months?")
        qtbot.keyClick(screen.list, Qt.Key.Key_Return)
        values = {
            "employment_id": str(job.id),
            "months": months,
            "on": today().isoformat(),
            "kept": "yes",
        }
        assert ways.went[-1] == ("edit", "job_check", None, {"client_id": people["Eero"], "values": values})
        store.save(make("job_check", client_id=people["Eero"], **values))
        screen.reload()
        assert ("Malli Eero", f"Job kept for {months} months?") not in [line[2:] for line in lines(screen)]
        screen.list.setCurrentIndex(screen.list.lines.index(1, 0))


def test_each_due_thing_opens_the_form_of_its_kind(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Eero"]
    records = {
        "Job search plan review": make("search_plan", client_id=client, made_on=at(-89)),
        "Application without an answer": make(
            "job_application", client_id=client, employer="A", job="B", on=at(-30)
        ),
        "Job interview": make("interview", client_id=client, employer="A", on=at(2), start_time="10:00"),
        "Work trial ends: feedback talk": make(
            "work_trial", client_id=client, employer="A", title="B", started_on=at(-60), agreed_until=at(1)
        ),
        "Wage subsidy ends: talk about renewal": make(
            *("employment",),
            client_id=client,
            employer="A",
            title="B",
            started_on=at(-150),  # beside which another job is looked for
            wage_subsidy_until=at(5),
        ),
    }
    store.save(*records.values())
    screen = TodayScreen(context)
    show(qtbot, screen)
    for title, record in records.items():
        screen.list.setCurrentIndex(screen.list.lines.index(1, 0))
        go_to(screen, "Malli Eero", title)
        qtbot.keyClick(screen.list, Qt.Key.Key_Return)
        kind = str(type(record).__tablename__)
        assert ways.went[-1] == ("edit", kind, record.id, {"client_id": client})


def test_a_decision_to_be_looked_at_again_begins_a_new_one(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    values = {"coach_seen": "no", "may_tell": "Ei mitään", "who_tells": "client"}
    kind, client = "disclosure_decision", people["Eero"]
    store.save(make(kind, client_id=client, on=at(-60), review_on=at(-1), **values))
    screen = TodayScreen(context)
    show(qtbot, screen)
    go_to(screen, "Malli Eero", "Disclosure: review the decision")
    qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert ways.went[-1][:3] == ("edit", kind, None)
    begun = ways.went[-1][-1]["values"]
    assert begun["on"] == today().isoformat()
    assert begun == {"may_not_tell": "", "to_whom": "", "words": "", **values, "on": begun["on"]}


def test_two_weeks_are_shown_day_by_day(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    interview = make("interview", client_id=people["Eero"], employer="Kahvila", on=at(0), start_time="08:15")
    store.save(interview, make("support_visit", client_id=people["Eero"], on=at(15), state="planned"))
    screen = TodayScreen(context)
    show(qtbot, screen)
    qtbot.keyClick(screen.list, Qt.Key.Key_2, ALT)
    assert screen.stack.currentIndex() == AGENDA
    agenda = screen.fortnight.list
    assert screen.window().focusWidget() is agenda
    found = [(group.title, line.when, line.what) for group in agenda.lines.groups for line in group.lines]
    assert [(when, what) for _day, when, what in found] == [
        ("8:15", "Job interview"),
        ("9:30", "Visit agreed, Workplace"),
        ("13:00", "Visit agreed, Workplace"),
    ]
    assert found[0][0].endswith("(today)")
    assert screen.fortnight.said.text() == "3 appointments in two weeks."
    qtbot.keyClick(agenda, Qt.Key.Key_Return)
    assert ways.went[-1] == ("edit", "interview", interview.id, {"client_id": people["Eero"]})
    qtbot.keyClick(agenda, Qt.Key.Key_Down)
    qtbot.keyClick(agenda, Qt.Key.Key_Return)
    assert ways.went[-1][:2] == ("visit", people["Mohamed"])


def test_the_calendar_file_has_no_name_in_it(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any, tmp_path: Any
) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    screen.show_view(AGENDA)
    dialogs.answer_next(None)
    qtbot.keyClick(screen.fortnight.list, Qt.Key.Key_E, CTRL)
    assert not ways.said
    path = tmp_path / "mine.ics"
    dialogs.answer_next(path)
    qtbot.keyClick(screen.fortnight.list, Qt.Key.Key_E, CTRL)
    text = path.read_text()
    assert text.count("BEGIN:VEVENT") == 2
    for name in ("Mohamed", "Testinen", "Eero", "Malli"):
        assert name.casefold() not in text.casefold()
    code = people["Mohamed"].hex[-6:].upper()
    assert f"({code})" in text
    line = next(line for group in screen.fortnight.list.lines.groups for line in group.lines)
    assert line.who == f"Testinen Mohamed ({code})"
    assert store.access_log()[0]["action"] == "export"


def test_an_empty_agenda_says_what_to_do(qtbot: Any, context: Any) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    screen.show_view(AGENDA)
    assert "agreed when a visit is written" in screen.fortnight.said.text()
    assert not screen.fortnight.export.isEnabled()
    screen.fortnight.save_file()
    assert not dialogs.asked()
    screen.show_view(REGISTER)
    assert screen.register.said.text() == "Everything is in the official register."
    assert not screen.register.mark.isEnabled()
    screen.show_view(DUE)


# ---- the official register ----


def register(qtbot: Any, context: Any) -> TodayScreen:
    """Today, with the official register in view."""
    screen = TodayScreen(context)
    show(qtbot, screen)
    qtbot.keyClick(screen.list, Qt.Key.Key_3, ALT)
    return screen


def test_one_line_of_today_leads_to_what_is_not_copied(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    count = store.uncopied()[0]
    assert count == 12  # eleven visits and a plan
    assert screen.views.tabText(REGISTER) == "Official register (12)"
    go_to(screen, "", "12 notes to copy")
    qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert screen.stack.currentIndex() == REGISTER
    notes = screen.register.notes()
    assert [note.on for note in notes] == sorted(note.on for note in notes)
    assert len(notes) == count


def test_a_note_is_copied_and_marked_by_keyboard(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    screen = register(qtbot, context)
    notes = screen.register.list
    assert screen.window().focusWidget() is notes
    first = screen.register.notes()[0]
    assert screen.register.text.toPlainText().startswith("Support visit")
    qtbot.keyClick(notes, Qt.Key.Key_Return)
    board = QGuiApplication.clipboard()
    assert board.text() == screen.register.text.toPlainText()
    assert bytes(board.mimeData().data("x-kde-passwordManagerHint").data()) == b"secret"
    entry = store.access_log(people["Aino"])[0]
    assert (entry["action"], entry["record_id"], entry["detail"]) == ("export", first.id, "official register")
    qtbot.keyClick(notes, Qt.Key.Key_M, CTRL | SHIFT)
    assert store.row("support_visit", first.id)["copied_on"] == today().isoformat()
    assert first.id not in [note.id for note in screen.register.notes()]
    assert screen.views.tabText(REGISTER) == "Official register (11)"
    assert ways.said[-1] == "Marked as copied to the official register: 1"
    ways.undo()
    assert store.row("support_visit", first.id)["copied_on"] is None
    assert screen.register.notes()[0].id == first.id


def test_several_notes_are_marked_at_once_and_taken_back_at_once(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    screen = register(qtbot, context)
    notes = screen.register.list
    qtbot.keyClick(notes, Qt.Key.Key_Space)
    qtbot.keyClick(notes, Qt.Key.Key_Down)
    qtbot.keyClick(notes, Qt.Key.Key_Space)
    assert screen.register.mark.text() == "Mark 2 as copied"
    qtbot.keyClick(notes, Qt.Key.Key_M, CTRL | SHIFT)
    assert store.uncopied()[0] == 10
    qtbot.keyClick(notes, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(notes, Qt.Key.Key_M, CTRL | SHIFT)
    assert store.uncopied() == (0, None)
    assert screen.register.said.text() == "Everything is in the official register."
    assert not [line for line in lines(screen) if line[0] == "Official register"]
    ways.undo()
    assert store.uncopied()[0] == 10


def test_the_text_is_given_in_the_chosen_language(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    screen = register(qtbot, context)
    screen.register.tongue.setCurrentIndex(0)
    assert screen.register.text.toPlainText().startswith("Tukikäynti")
    screen.register.copy_now()
    assert QGuiApplication.clipboard().text().startswith("Tukikäynti")


def test_a_note_opens_where_it_was_written(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    screen = register(qtbot, context)
    for row, note in enumerate(screen.register.notes()):
        screen.register.list.setCurrentRow(row)
        qtbot.keyClick(screen.register.list, Qt.Key.Key_O, CTRL)
        way = "visit" if note.kind == "support_visit" else "plan"
        assert ways.went[-1] == (way, note.client_id, UUID(note.id))


def test_reading_a_note_is_logged(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    screen = register(qtbot, context)
    first = screen.register.notes()[0]
    read = [entry["record_id"] for entry in store.access_log() if entry["action"] == "read"]
    assert read == [first.id]


def test_the_clipboard_is_emptied_when_the_program_locks(qtbot: Any, context: Any) -> None:
    from ui.lock import ClipboardWatch

    show(qtbot, TodayScreen(context))
    watch = ClipboardWatch()
    watch.start()
    register_copy.to_clipboard("Support visit")
    watch.clear()
    assert QGuiApplication.clipboard().text() == ""


def test_a_clients_own_page_says_how_many_visits_are_to_be_copied(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    from ui.screens.story import gather

    context.go = ways.to("go")

    card = NextCard(context, people["Aino"], lambda: None)
    qtbot.addWidget(card)
    story = gather(store, people["Aino"])
    assert story is not None
    card.show_story(story)
    title = "Visits not in the official register: 9"
    (line,) = [b for b in card.findChildren(QPushButton) if b.text() == title]
    line.click()
    assert ways.went[-1] == ("go", ("register", people["Aino"]))


def test_one_clients_notes_are_shown_without_those_of_others(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    page = RegisterPage(context, people["Aino"])
    show(qtbot, page)
    notes = page.list.notes()
    assert {note.client_id for note in notes} == {people["Aino"]}
    assert len(notes) == 10
    assert "10 notes" in page.list.said.text()
    page.list.choose_all()
    page.list.mark_now()
    assert store.uncopied()[0] == 2
    assert page.list.notes() == []
    with qtbot.waitSignal(page.closed):
        qtbot.keyClick(page.list.list, Qt.Key.Key_Escape)


def test_the_day_may_turn_while_today_is_shown(
    qtbot: Any, context: Any, people: dict[str, UUID], monkeypatch: Any
) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    before = screen.fortnight.said.text()
    assert before == "2 appointments in two weeks."
    for module in ("today", "today_day"):
        monkeypatch.setattr(f"ui.screens.{module}.today", lambda: clock.today().replace(year=2030))
    screen._turn_the_page()
    assert screen.day.today.year == 2030
    assert "Nothing is agreed" in screen.fortnight.said.text()


def test_a_plan_is_copied_and_marked_from_its_page(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    page = PlanScreen(context, people["Aino"])
    show(qtbot, page)
    assert page.register.state.text() == "Not in the official register yet."
    qtbot.keyClick(page, Qt.Key.Key_C, CTRL | SHIFT)
    assert QGuiApplication.clipboard().text().startswith("Career plan")
    assert "Haluan töihin keittiöön" in QGuiApplication.clipboard().text()
    qtbot.keyClick(page, Qt.Key.Key_M, CTRL | SHIFT)
    (plan,) = store.rows("career_plan", client_id=people["Aino"])
    assert plan["copied_on"] == today().isoformat()
    assert page.register.state.text().startswith("In the official register since")
    empty = PlanScreen(context, people["Eero"])
    show(qtbot, empty)
    assert not empty.register.isVisible()
