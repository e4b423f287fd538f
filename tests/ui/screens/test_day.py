"""A coach's day by keyboard alone: Today, a visit, a new plan, its signing; with a real store."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import shiboken6
from PySide6.QtCore import Qt

from app import clock
from app.clock import new_id, today
from storage.state import set_state
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui.pages import keep_drafts
from ui.screens import words
from ui.screens.today import TodayScreen
from ui.screens.visit import QuickVisit
from ui.tasks import Tasks


def lines(screen: TodayScreen) -> list[tuple[str, str, str, str]]:
    """Return group, when, who, what of each line that Today shows."""
    return [
        (group.title, line.when, line.who, line.what)
        for group in screen.list.lines.groups
        for line in group.lines
    ]


def go_to(screen: TodayScreen, who: str, what: str) -> None:
    """Go by the arrow keys to a line; fails when it is not there."""
    for _press in range(screen.list.lines.rowCount()):
        line = screen.list.lines.line(screen.list.currentIndex())
        if line and (line.who, line.what) == (who, what):
            return
        _down(screen)
    raise AssertionError((who, what))


def _down(screen: TodayScreen) -> None:
    from PySide6.QtTest import QTest

    QTest.keyClick(screen.list, Qt.Key.Key_Down)


def test_today_groups_what_is_due_oldest_first(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    found = lines(screen)
    assert [line[0] for line in found] == sorted(
        (line[0] for line in found),
        key=["Overdue", "Today", "Official register", "This week", "Next two weeks"].index,
    )
    late = [(who, what) for group, _when, who, what in found if group == "Overdue"]
    assert ("Esimerkki Aino", "Support visit") in late
    assert ("Today", "today 9:30", "Testinen Mohamed", "Visit agreed") in found
    assert screen.said.text().startswith("6 things are late")
    agenda = [line.who for group in screen.agenda.lines.groups for line in group.lines]
    assert agenda == ["Testinen Mohamed", "Malli Eero"]


def test_a_due_visit_is_written_by_keyboard_and_leaves_today(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    go_to(screen, "Esimerkki Aino", "Support visit")
    qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert ways.went[-1] == ("visit", people["Aino"], None)

    visit = QuickVisit(context, people["Aino"])
    show(qtbot, visit)
    form = visit.form
    assert form is not None
    notes = form.boxes["notes"].editor.stops()[0]
    assert visit.window().focusWidget() is notes
    qtbot.keyClicks(notes, "Perehdytys sujuu hyvin.")
    qtbot.keyClick(
        notes, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    next_on = form.values()["next_on"]
    assert next_on is not None
    assert date.fromisoformat(next_on).weekday() < 5
    with qtbot.waitSignal(visit.closed):
        qtbot.keyClick(notes, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    rows = store.rows("support_visit", client_id=people["Aino"], order=("-on",))
    planned = [row for row in rows if row["state"] == "planned"]
    written = next(row for row in rows if row["notes"].startswith("Perehdytys"))
    assert written["on"] == today().isoformat()
    assert [row["on"] for row in planned] == [next_on]
    assert store.drafts() == []
    assert ways.said[-1].startswith("Visit saved. The next one is planned for")
    assert ("Esimerkki Aino", "Support visit") not in [line[2:] for line in lines(screen)]
    assert any(line.who == "Esimerkki Aino" for group in screen.agenda.lines.groups for line in group.lines)

    ways.undo()
    left = store.rows("support_visit", client_id=people["Aino"])
    assert written["id"] not in [row["id"] for row in left]
    assert not [row for row in left if row["state"] == "planned"]
    assert ("Esimerkki Aino", "Support visit") in [line[2:] for line in lines(screen)]


def test_what_must_be_begun_stands_between_this_week_and_what_is_only_ahead(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    def job(title: str, days: int) -> Any:
        facts = {
            "employer": title,
            "title": "Apulainen",
            "started_on": at(-10),
            "wage_subsidy_until": at(days),
        }
        return make("employment", client_id=people["Liisa"], **facts)

    soon, far, later = job("Pian", 13), job("Kaukana", 42), job("Myöhemmin", 43)
    store.save(soon, far, later, make("support_visit", client_id=people["Eero"], state="planned", on=at(14)))
    screen = TodayScreen(context)
    show(qtbot, screen)
    found = lines(screen)
    begun = [(who, what) for group, _when, who, what in found if group == "To begin now"]
    assert begun == [("Näyte Liisa", "Wage subsidy ends: talk about renewal")] * 2
    order = list(dict.fromkeys(group for group, *_rest in found))
    assert order.index("To begin now") == order.index("Next two weeks") - 1
    whens = [when for group, when, _who, what in found if group == "To begin now"]
    assert whens == [words.short_day(today() + timedelta(days=days)) for days in (13, 42)]
    assert screen.said.text().startswith("6 things are late"), "what is only to be begun is not late"
    for _press in range(screen.list.lines.rowCount()):
        line = screen.list.lines.line(screen.list.currentIndex())
        if line and line.when == whens[1]:
            break
        _down(screen)
    qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert ways.went[-1][:3] == ("edit", "employment", far.id)


def test_without_a_centre_nothing_waits_for_one(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    assert screen.day.unsent
    assert not screen.unsent.isVisible()
    with store.write() as connection:
        set_state(connection, "device_id", str(new_id()))
        set_state(connection, "centre_url", "https://centre.example.org")
    screen.reload()
    assert screen.unsent.isVisible()
    assert "wait for the centre" in screen.unsent.text()


def test_drafts_and_conflicts_are_told(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    store.save_draft(
        "support_visit:x:new", {"notes": "kesken"}, kind="support_visit", client_id=people["Eero"]
    )
    visit = store.rows("support_visit", client_id=people["Aino"])[0]
    store.save(
        make(
            "conflict",
            client_id=people["Aino"],
            kind="support_visit",
            record_id=visit["id"],
            mutation_id=visit["id"],
            parts=["notes"],
        )
    )
    screen = TodayScreen(context)
    show(qtbot, screen)
    found = lines(screen)
    assert found[0][0] == "Decide"
    assert ("Unfinished", "today", "Malli Eero", "Unfinished: Support visit") in found
    qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert ways.went[-1] == ("client", people["Aino"])
    go_to(screen, "Malli Eero", "Unfinished: Support visit")
    qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert ways.went[-1] == ("visit", people["Eero"], None)


def test_an_empty_today_says_what_to_do(qtbot: Any, context: Any, ways: Any) -> None:
    screen = TodayScreen(context)
    show(qtbot, screen)
    assert screen.empty.isVisible()
    assert not screen.list.isVisible()
    assert screen.empty.head.text() == "Welcome."
    screen.empty.new.setFocus()
    qtbot.keyClick(screen.empty.new, Qt.Key.Key_Space)
    assert ways.went == [("edit", "client")]


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, 0), (0, 1), (1, 2), (5, 2), (6, 3), (14, 3)], ids=lambda value: str(value)
)
def test_the_week_ends_on_sunday(days: int, expected: int) -> None:
    from ui.screens.today_day import period

    tuesday = date(2026, 11, 24)
    assert period(tuesday + timedelta(days=days), tuesday) == expected


def test_a_planned_visit_becomes_done(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    planned = store.rows("support_visit", client_id=people["Mohamed"])[0]
    visit = QuickVisit(context, people["Mohamed"], UUID(planned["id"]))
    show(qtbot, visit)
    assert visit.form is not None
    assert visit.form.values()["state"] == "done"
    visit.form.save()
    assert store.row("support_visit", planned["id"])["state"] == "done"
    assert len(store.rows("support_visit", client_id=people["Mohamed"])) == 1


def test_a_future_appointment_stays_planned(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    planned = next(
        r for r in store.rows("support_visit", client_id=people["Eero"]) if r["state"] == "planned"
    )
    visit = QuickVisit(context, people["Eero"], UUID(planned["id"]))
    show(qtbot, visit)
    assert visit.form is not None
    assert visit.form.values()["state"] == "planned"


def test_the_client_is_found_by_three_letters(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    visit = QuickVisit(context)
    show(qtbot, visit)
    form = visit.form
    assert form is not None
    assert form.who is not None
    assert visit.window().focusWidget() in (form.who.combo, form.who.combo.line)
    qtbot.keyClicks(form.who.combo.line, "nay")
    qtbot.keyClick(form.who.combo.line, Qt.Key.Key_Tab)
    assert form.client_id == people["Liisa"]
    assert visit.title.text() == "Visit: Näyte Liisa"
    form.boxes["notes"].editor.set_value("Soitto.")
    form.save()
    assert (
        next(r["notes"] for r in store.rows("support_visit", client_id=people["Liisa"], order=("-on",)))
        == "Soitto."
    )


def test_a_visit_without_a_client_says_so(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    visit = QuickVisit(context)
    show(qtbot, visit)
    assert visit.form is not None
    before = len(store.rows("support_visit"))
    visit.form.save()
    assert visit.form.who_box.problem.text() == "Choose whose visit this is."
    assert len(store.rows("support_visit")) == before


def test_a_draft_survives_and_comes_back(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    visit = QuickVisit(context, people["Aino"])
    show(qtbot, visit)
    assert visit.form is not None
    notes = visit.form.boxes["notes"].editor.stops()[0]
    qtbot.keyClicks(notes, "Kesken")
    with qtbot.waitSignal(visit.closed):
        qtbot.keyClick(notes, Qt.Key.Key_Escape)
    assert [row["kind"] for row in store.drafts()] == ["support_visit"]

    again = QuickVisit(context, people["Aino"])
    show(qtbot, again)
    assert again.form is not None
    assert again.form.values()["notes"] == "Kesken"


def test_a_visit_whose_window_closes_while_it_is_saved_leaves_no_draft(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    context.tasks = Tasks()
    heard: list[Any] = []
    context.bus.changed.connect(heard.append)
    before = len(store.rows("support_visit", client_id=people["Aino"]))
    visit = QuickVisit(context, people["Aino"])
    show(qtbot, visit)
    form = visit.form
    assert form is not None
    qtbot.keyClicks(form.boxes["notes"].editor.stops()[0], "Kerran.")
    form.save()
    form.save()
    keep_drafts(visit)
    shiboken6.delete(visit)
    qtbot.waitUntil(lambda: not context.tasks.busy)
    assert len(heard) == 1
    assert len(store.rows("support_visit", client_id=people["Aino"])) == before + 1
    assert store.drafts() == []
    context.tasks.close()


def test_a_refused_visit_whose_window_has_closed_stays_as_a_draft(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    context.tasks = Tasks(failed=lambda error: ways.say(str(error)))
    visit = QuickVisit(context, people["Aino"])
    show(qtbot, visit)
    form = visit.form
    assert form is not None
    qtbot.keyClicks(form.boxes["notes"].editor.stops()[0], "Kesken.")
    store.delete("client", people["Aino"])
    form.save()
    keep_drafts(visit)
    shiboken6.delete(visit)
    qtbot.waitUntil(lambda: not context.tasks.busy)
    assert len(ways.said) == 1
    assert [row["fields"]["notes"] for row in store.drafts()] == ["Kesken."]
    context.tasks.close()


def test_a_saved_visit_is_written_in_one_transaction(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    visit = QuickVisit(context, people["Aino"])
    show(qtbot, visit)
    form = visit.form
    assert form is not None
    qtbot.keyClicks(form.boxes["notes"].editor.stops()[0], "Kerran.")
    points: list[str] = []
    release = clock.hold(at_point=points.append)
    try:
        form.save()
        keep_drafts(visit)
    finally:
        release()
    assert points.count("db.committed") == 1


def test_a_draft_begun_for_a_client_joins_what_is_typed_before_the_client_is_chosen(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    store.save_draft(
        f"support_visit:{people['Liisa']}:new",
        {"notes": "Aamulla kirjoitettu."},
        kind="support_visit",
        client_id=people["Liisa"],
    )
    visit = QuickVisit(context)
    show(qtbot, visit)
    form = visit.form
    assert form is not None
    assert form.who is not None
    qtbot.keyClicks(form.boxes["notes"].editor.stops()[0], "Nyt.")
    form.keep_draft()
    qtbot.keyClicks(form.who.combo.line, "nayte")
    qtbot.keyClick(form.who.combo.line, Qt.Key.Key_Tab)
    assert form.values()["notes"] == "Aamulla kirjoitettu.\nNyt."
    form.keep_draft()
    assert [row["key"] for row in store.drafts()] == [f"support_visit:{people['Liisa']}:new"]


def test_the_next_visit_is_not_planned_twice(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    store.save(make("support_visit", client_id=people["Aino"], state="planned", on=at(7)))
    visit = QuickVisit(context, people["Aino"])
    show(qtbot, visit)
    assert visit.form is not None
    visit.form.boxes["next_on"].editor.set_value(at(7))
    visit.form.save()
    planned = [r for r in store.rows("support_visit", client_id=people["Aino"]) if r["state"] == "planned"]
    assert [row["on"] for row in planned] == [at(7)]


def test_topics_are_one_stop_of_tab_and_arrows_reach_the_rest(
    qtbot: Any, context: Any, people: dict[str, UUID]
) -> None:
    visit = QuickVisit(context, people["Aino"])
    show(qtbot, visit)
    assert visit.form is not None
    chips = visit.form.boxes["topics"].editor.stops()
    chips[0].setFocus()
    qtbot.keyClick(chips[0], Qt.Key.Key_Right)
    qtbot.keyClick(chips[1], Qt.Key.Key_Space)
    assert visit.form.values()["topics"] == ["psychosocial"]
    qtbot.keyClick(chips[1], Qt.Key.Key_Tab)
    assert visit.window().focusWidget() is visit.form.boxes["notes"].editor.stops()[0]


def test_the_whole_way_in_the_window(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    """From the client's page by V into the notes, saved by Ctrl+Enter, back on the page: in the real window."""
    from ui.screens.client_page import ClientPage
    from ui.session import Session
    from ui.shell import Shell
    from ui.sync_runner import SyncRunner

    tasks, bus = context.tasks, context.bus
    session = Session(
        store=store,
        tasks=tasks,
        bus=bus,
        settings=context.settings,
        runner=SyncRunner(store, tasks, bus, None),
        centre=None,
        role="job-coach",
    )
    window = Shell(session)
    show(qtbot, window, 1360, 880)
    window.show_client(people["Aino"])
    assert isinstance(window.pages.currentWidget(), ClientPage)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_V)
    visit = window.pages.currentWidget()
    assert isinstance(visit, QuickVisit)
    assert visit.form is not None
    notes = visit.form.boxes["notes"].editor.stops()[0]
    qtbot.waitUntil(lambda: window.focusWidget() is notes)
    qtbot.keyClicks(window.focusWidget(), "All is well")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    page = window.pages.currentWidget()
    assert isinstance(page, ClientPage)
    assert "All is well" in page.timeline.model.index(0).data()
