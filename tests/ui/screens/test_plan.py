"""The career plan: written, signed with a drawn hand, read, made anew, compared."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.clock import today
from app.errors import Refused
from app.record import from_row
from app.services.coaching.records import CareerPlan
from app.signing import seal
from tests.ui.screens.caseload import make
from tests.ui.screens.conftest import show
from ui.screens import plan_versions as versions
from ui.screens.plan import PlanScreen
from ui.screens.plan_compare import ComparePage
from ui.screens.sign import SignPage

BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def draw(pad: Any, *corners: tuple[int, int]) -> None:
    """Draw a stroke with the mouse."""
    QTest.mousePress(
        pad.paper, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(*corners[0])
    )
    for corner in corners[1:]:
        QTest.mouseMove(pad.paper, QPoint(*corner))
    last = QPoint(*corners[-1])
    QTest.mouseRelease(pad.paper, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, last)


def write_goals(qtbot: Any, screen: PlanScreen) -> None:
    """Write two goals with three steps by keyboard."""
    assert screen.form is not None
    goals: Any = screen.form.boxes["goals"].editor
    for text, steps in (("I want a job", ("CV", "Call")), ("I want to travel", ("Practise",))):
        entry = goals.add()
        qtbot.keyClicks(screen.window().focusWidget(), text)
        for step in steps:
            entry.boxes["steps"].editor.add()
            qtbot.keyClicks(screen.window().focusWidget(), step)


def test_a_plan_is_written_signed_and_made_anew(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    screen = PlanScreen(context, people["Eero"])
    show(qtbot, screen)
    write_goals(qtbot, screen)
    assert screen.form is not None
    qtbot.keyClick(screen.window().focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (row,) = store.rows("career_plan", client_id=people["Eero"])
    assert [len(goal["steps"]) for goal in row["goals"]] == [2, 1]
    assert screen.list.count() == 1

    qtbot.keyClick(screen.form, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    page = screen.pages.currentWidget()
    assert isinstance(page, SignPage)
    client, worker = page.signers
    assert client.name.value() == "Eero Malli"
    page.sign()
    assert page.problem.text() == "Eero Malli has not signed yet."
    draw(client.pad, (20, 60), (80, 20), (140, 70))
    draw(worker.pad, (20, 60), (90, 20))
    page.sign()
    assert page.problem.text() == "Write the name under each signature."
    worker.name.set_value("Kaisa Valmentaja")
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    (row,) = store.rows("career_plan", client_id=people["Eero"])
    assert row["signed_on"] == today().isoformat()
    assert row["content_hash"] == seal(CareerPlan, row)
    assert [signature["name"] for signature in row["signatures"]] == ["Eero Malli", "Kaisa Valmentaja"]
    assert all(
        0 <= x <= 1 and 0 <= y <= 1 for s in row["signatures"] for stroke in s["strokes"] for x, y in stroke
    )
    assert screen.form is None
    assert screen.reading is not None
    assert "stays as it is" in screen.frozen_text.text()

    qtbot.keyClick(screen.window().focusWidget(), Qt.Key.Key_N, BOTH)
    newer = next(r for r in store.rows("career_plan", client_id=people["Eero"]) if r["version_no"] == 2)
    assert newer["replaces"] == row["id"]
    assert newer["goals"] == row["goals"]
    assert (newer["signatures"], newer["signed_on"], newer["content_hash"]) == ([], None, "")
    assert screen.form is not None
    assert screen.list.count() == 2

    screen._open(row)
    screen.new_version()
    assert screen.row is not None
    assert screen.row["id"] == newer["id"]
    assert len(store.rows("career_plan", client_id=people["Eero"])) == 2


def test_a_plan_without_a_goal_is_not_signed(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    plan = make("career_plan", client_id=people["Eero"], made_on=today(), strengths="Ahkera")
    store.save(plan)
    screen = PlanScreen(context, people["Eero"], plan.id)
    show(qtbot, screen)
    screen.sign()
    assert screen.pages.currentIndex() == 0
    assert screen.form is not None
    assert "no goal yet" in screen.form.boxes["goals"].problem.text()


def test_signing_saves_first(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    screen = PlanScreen(context, people["Aino"])
    show(qtbot, screen)
    assert screen.form is not None
    qtbot.keyClicks(screen.form.boxes["follow_up"].editor.stops()[0], "Monthly")
    screen.sign()
    assert isinstance(screen.pages.currentWidget(), SignPage)
    assert store.rows("career_plan", client_id=people["Aino"])[0]["follow_up"] == "Monthly"


def test_a_plan_that_cannot_be_saved_is_not_signed(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen = PlanScreen(context, people["Aino"])
    show(qtbot, screen)
    assert screen.form is not None
    screen.form.boxes["review_on"].editor.stops()[0].setText("someday")
    screen.sign()
    assert screen.pages.currentIndex() == 0
    assert screen.form.boxes["review_on"].problem.text()
    screen.form.boxes["review_on"].editor.set_value(None)
    screen.form.save()
    assert screen.pages.currentIndex() == 0


def test_what_changed_meanwhile_is_not_signed(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen = PlanScreen(context, people["Aino"])
    show(qtbot, screen)
    screen.sign()
    page = screen.pages.currentWidget()
    assert isinstance(page, SignPage)
    row = store.rows("career_plan", client_id=people["Aino"])[0]
    store.save(from_row(CareerPlan, {**row, "strengths": "Something else"}))
    page.signers[1].name.set_value("Kaisa Valmentaja")
    for signer in page.signers:
        draw(signer.pad, (20, 60), (90, 20))
    page.sign()
    assert "changed meanwhile" in page.problem.text()
    assert store.rows("career_plan", client_id=people["Aino"])[0]["signed_on"] is None


def test_what_somebody_else_wrote_meanwhile_is_shown_before_it_is_written_over(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen = PlanScreen(context, people["Aino"])
    show(qtbot, screen)
    assert screen.form is not None
    assert screen.row is not None
    screen.form.boxes["strengths"].editor.set_value("Patient and exact")
    theirs = from_row(CareerPlan, {**screen.row, "strengths": "Quick"})
    context.bus.changed.emit(store.save(theirs))
    qtbot.keyClick(screen.form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Quick" in said(screen)
    assert store.row("career_plan", theirs.id)["strengths"] == "Quick"
    qtbot.keyClick(screen.form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert store.row("career_plan", theirs.id)["strengths"] == "Patient and exact"


def said(screen: PlanScreen) -> str:
    return "\n".join(one.text() for one in screen.findChildren(QLabel) if one.isVisibleTo(screen))


def test_signing_on_paper_freezes_the_plan_without_strokes(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen = PlanScreen(context, people["Aino"])
    show(qtbot, screen)
    screen.sign()
    page = screen.pages.currentWidget()
    assert isinstance(page, SignPage)
    page.signers[1].name.set_value("Kaisa Valmentaja")
    for signer in page.signers:
        signer.pad.sign_on_paper()
    page.sign()
    row = store.rows("career_plan", client_id=people["Aino"])[0]
    assert row["content_hash"] == seal(CareerPlan, row)
    assert [signature["strokes"] for signature in row["signatures"]] == [[], []]


def test_the_difference_of_versions_is_read_field_by_field(
    qtbot: Any, people: dict[str, UUID], store: Any
) -> None:
    old = store.rows("career_plan", client_id=people["Aino"])[0]
    first, second = old["goals"]
    steps = [{**first["steps"][0], "what": "Päivitetään CV ja hakemus"}, first["steps"][1]]
    new = {**old, "version_no": 2, "strengths": "Tarkka, nopea.", "goals": [{**first, "steps": steps}]}
    page = ComparePage([old, new])
    show(qtbot, page)
    assert page.newer.currentText() == "Version 2, not signed"
    assert [(line.level, line.state, line.title) for line in page.lines] == [
        (0, "", "Strengths and resources"),
        (0, "", "Goals"),
        (1, "changed", f"Goal in the client's own words: {first['text']}"),
        (2, "", "Steps (1 unchanged)"),
        (3, "changed", "What is done: Päivitetään CV ja hakemus"),
        (4, "", "What is done"),
        (1, "removed", f"Goal in the client's own words: {second['text']}"),
    ]
    assert page.lines[5].right[-1].text == " ja hakemus"
    assert page.summary.text() == "2 fields differ · removed: 1 · changed: 2"
    assert "now: ja hakemus" in page._scroll.accessibleDescription()
    page.newer.setCurrentIndex(1)
    assert page.summary.text() == "The two versions say the same."
    with qtbot.waitSignal(page.left):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_a_signed_plan_is_not_signed_again(people: dict[str, UUID], store: Any) -> None:
    plan = store.rows("career_plan", client_id=people["Aino"])[0]
    with pytest.raises(Refused):
        versions.may_sign({**plan, "content_hash": "x"})


def test_the_new_version_drops_a_review_that_has_passed(people: dict[str, UUID], store: Any) -> None:
    plan = store.rows("career_plan", client_id=people["Aino"])[0]
    assert versions.next_version({**plan, "review_on": "2020-01-01"}, [plan])["review_on"] is None
    assert versions.next_version(plan, [plan])["review_on"] == plan["review_on"]


def test_leaving_keeps_a_draft(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    screen = PlanScreen(context, people["Eero"])
    show(qtbot, screen)
    assert screen.form is not None
    qtbot.keyClicks(screen.form.boxes["strengths"].editor.stops()[0], "Sitkeys")
    with qtbot.waitSignal(screen.closed):
        qtbot.keyClick(screen.window().focusWidget(), Qt.Key.Key_Escape)
    assert [row["kind"] for row in store.drafts()] == ["career_plan"]
    again = PlanScreen(context, people["Eero"])
    assert again.form is not None
    assert again.form.values()["strengths"] == "Sitkeys"
