"""Profile and plans on a client's page: versions, comparison, the agreement from plan to signatures, field history."""

from typing import Any, cast
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from app.clock import today
from app.record import Record, validated
from app.services import SPECS
from app.signing import seal
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from tests.ui.screens.test_plan import draw
from ui.context import save
from ui.detail import DetailView
from ui.field_history import FieldHistoryPage
from ui.panel import Panel
from ui.screens.parts.plans import PlansPart, from_plan
from ui.screens.plan_compare import ComparePage
from ui.screens.sign import SignPage


@pytest.fixture
def stack(qtbot: Any, context: Any, people: dict[str, UUID]) -> QStackedWidget:
    """The part of the client with the full story, in a stack that other pages are laid over."""
    held = QStackedWidget()
    held.addWidget(PlansPart(context, people["Aino"]))
    show(qtbot, held)
    return held


@pytest.fixture
def part(stack: QStackedWidget) -> PlansPart:
    """The part itself."""
    made = stack.widget(0)
    assert isinstance(made, PlansPart)
    return made


def agreement(store: Any, client: UUID, **more: Any) -> Record:
    """Save an agreement and return it."""
    made = make(
        "cooperation_agreement", client_id=client, made_on=at(-10), client_does="Tulen sovitusti", **more
    )
    store.save(made)
    return made


def link(part: QWidget, name: str) -> QPushButton:
    """Return the visible button of that accessible name."""
    return next(
        b
        for b in part.findChildren(QPushButton)
        if (b.accessibleName() or b.text()) == name and b.isVisible()
    )


def test_the_first_agreement_is_made_from_the_plan(
    qtbot: Any, part: PlansPart, ways: Any, store: Any
) -> None:
    assert part.agreement.make_button.text() == "Make from the plan"
    qtbot.keyClick(part, Qt.Key.Key_G)
    kind, record_id, named = ways.went[-1][1:4]
    assert (kind, record_id) == ("cooperation_agreement", None)
    plan = store.rows("career_plan", client_id=part.client_id)[0]
    assert named["values"]["plan_id"] == plan["id"]
    assert "– Päivitetään CV" in named["values"]["client_does"]
    assert "– Tutustumiskäynti" in named["values"]["client_does"]
    assert "– Tutustumiskäynti" not in named["values"]["coach_does"]
    assert validated(SPECS["cooperation_agreement"].table, named["values"] | {"client_id": part.client_id})


def test_without_a_plan_there_is_nothing_to_attach_an_agreement_to(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    part = PlansPart(context, people["Eero"])
    show(qtbot, part)
    assert not part.agreement.make_button.isVisible()
    qtbot.keyClick(part, Qt.Key.Key_G)
    assert ways.went == []


def test_an_agreement_is_signed_by_both_frozen_and_made_anew(
    qtbot: Any, context: Any, stack: QStackedWidget, part: PlansPart, store: Any, ways: Any
) -> None:
    made = agreement(store, part.client_id)
    part.reload()
    button = next(
        b for b in part.findChildren(QPushButton) if b.accessibleName().startswith("Sign the agreement")
    )
    qtbot.keyClick(button, Qt.Key.Key_Return)
    page = stack.currentWidget()
    assert isinstance(page, SignPage)
    assert [signer.role for signer in page.signers] == ["client", "worker"]
    assert page.signers[0].name.value() == "Aino Esimerkki"
    page.signers[1].name.set_value("Kaisa Valmentaja")
    for signer in page.signers:
        draw(signer.pad, (20, 60), (80, 20))
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (row,) = store.rows("cooperation_agreement", client_id=part.client_id)
    assert row["content_hash"] == seal(SPECS["cooperation_agreement"].table, row)
    assert stack.currentWidget() is part
    assert not [
        b
        for b in part.findChildren(QPushButton)
        if b.accessibleName().startswith("Sign the") and b.isVisible()
    ]

    part.agreement.make_button.click()
    newer = next(
        r for r in store.rows("cooperation_agreement", client_id=part.client_id) if r["id"] != str(made.id)
    )
    assert (newer["client_does"], newer["signatures"], newer["content_hash"]) == ("Tulen sovitusti", [], "")
    assert newer["made_on"] == today().isoformat()
    assert ways.went[-1][:3] == ("edit", "cooperation_agreement", UUID(newer["id"]))
    part.agreement.make_button.click()
    assert len(store.rows("cooperation_agreement", client_id=part.client_id)) == 2
    assert ways.went[-1][:3] == ("edit", "cooperation_agreement", UUID(newer["id"]))


def test_an_agreement_that_says_nothing_is_refused_in_words(
    part: PlansPart, stack: QStackedWidget, store: Any, ways: Any
) -> None:
    store.save(make("cooperation_agreement", client_id=part.client_id, made_on=at(-1), until=at(90)))
    part.reload()
    part.agreement.sign(part.agreement.rows[0])
    assert stack.currentWidget() is part
    assert ways.said == ["There is nothing to sign yet. Write first what is agreed."]


def test_the_detail_of_what_is_signable_signs_too_and_shows_the_signatures(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    plan = make("support_plan", client_id=people["Aino"], made_on=at(-5), by_coach="Käynti viikoittain")
    store.save(plan)
    stack = QStackedWidget()
    detail = DetailView(context, SPECS["support_plan"], plan.id)
    stack.addWidget(detail)
    show(qtbot, stack)
    qtbot.keyClick(detail, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    page = stack.currentWidget()
    assert isinstance(page, SignPage)
    assert [signer.role for signer in page.signers] == ["client", "worker", "employer"]
    page.signers[1].name.set_value("Kaisa Valmentaja")
    for signer in page.signers[:2]:
        draw(signer.pad, (20, 60), (80, 20))
    page.sign()
    row = store.row("support_plan", plan.id)
    assert [signature["role"] for signature in row["signatures"]] == ["client", "worker"]
    assert stack.currentWidget() is detail
    assert not detail.sign_button.isVisible()
    assert detail.new_button.isVisible()
    assert not detail.edit_button.isVisible()


def versions(store: Any, client: UUID) -> list[Record]:
    """Save two more versions of the profile, and change the last one once."""
    found = []
    for number, job in ((2, "Kahvila"), (3, "Kahvila tai leipomo")):
        made = make(
            "vocational_profile", client_id=client, made_on=at(-20 + number), version_no=number, dream_job=job
        )
        store.save(made)
        found.append(made)
    last: Any = store.get("vocational_profile", found[-1].id)
    last.dream_job = "Leipomo"
    store.save(last)
    return found


def test_the_history_of_a_field_runs_through_versions(
    qtbot: Any, part: PlansPart, stack: QStackedWidget, store: Any
) -> None:
    versions(store, part.client_id)
    part.reload()
    qtbot.keyClick(part, Qt.Key.Key_H)
    page = stack.currentWidget()
    assert isinstance(page, FieldHistoryPage)
    page.choice.setCurrentIndex(page.choice.findText("Dream job (4)"))
    assert [value for value, _when in page.history.told] == [
        "Leipomo",
        "Kahvila tai leipomo",
        "Kahvila",
        "Keittiö, jossa saa tehdä käsillä",
    ]
    assert all("you" in when for _value, when in page.history.told)
    assert page.history.told[0][1].endswith("version 3")
    qtbot.keyClick(page.choice, Qt.Key.Key_Escape)
    assert stack.currentWidget() is part


def test_the_focused_field_of_a_form_shows_its_history_by_a_key(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    last = versions(store, people["Aino"])[-1]
    panel = Panel(context)
    show(qtbot, panel)
    panel.edit("vocational_profile", last.id, client_id=people["Aino"], values=None, saved=lambda *a: None)
    form = cast(Any, panel.form)
    qtbot.waitUntil(form.isVisible)
    box = form.boxes["dream_job"]
    box.editor.entrance().setFocus()
    qtbot.keyClick(form.window().focusWidget(), Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    histories = form.history_of_fields
    shown = histories.shown
    assert shown.parentWidget() is box
    assert [value for value, _when in shown.told][:2] == ["Leipomo", "Kahvila tai leipomo"]
    assert "Keittiö" in shown.accessibleDescription()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert not histories.shown
    assert panel.filled_now
    assert box.editor.isAncestorOf(form.window().focusWidget())
    form.boxes["avoid"].editor.entrance().setFocus()
    qtbot.keyClick(form.window().focusWidget(), Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert histories.shown.told == []


def test_a_job_that_ended_offers_the_update_of_the_profile(
    qtbot: Any, context: Any, part: PlansPart, ways: Any, store: Any
) -> None:
    assert not part.profile.notice.isVisible()
    save(
        context,
        make(
            "employment",
            client_id=part.client_id,
            employer="Kahvila Aamu",
            title="Tiskaaja",
            started_on=at(-60),
            ended_on=at(-4),
        ),
    )
    assert part.profile.notice.isVisible()
    assert part.profile.ended.text().startswith("Tiskaaja, Kahvila Aamu ended on")
    qtbot.keyClick(part.profile.update_button, Qt.Key.Key_Return)
    kind, record_id, named = ways.went[-1][1:4]
    assert (kind, record_id) == ("vocational_profile", None)
    assert named["values"]["version_no"] == 2
    assert named["values"]["updates"][-1]["after"] == "Tiskaaja, Kahvila Aamu"
    values = {**named["values"], "client_id": part.client_id}
    save(context, validated(SPECS["vocational_profile"].table, values))
    assert not part.profile.notice.isVisible()
    assert part.profile.rows[0]["strengths"] == "Tarkkuus, ystävällisyys, täsmällisyys"


def test_versions_are_compared_from_the_part(
    qtbot: Any, part: PlansPart, stack: QStackedWidget, store: Any
) -> None:
    assert not part.plan.compare_button.isVisible()
    old = store.rows("career_plan", client_id=part.client_id)[0]
    values = {name: old[name] for name in ("client_id", "made_on", "client_view", "services")}
    store.save(make("career_plan", **values, version_no=2, goals=old["goals"][1:], strengths="Tarkka"))
    part.reload()
    qtbot.keyClick(part, Qt.Key.Key_C)
    page = stack.currentWidget()
    assert isinstance(page, ComparePage)
    assert "removed: 1" in page.summary.text()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert stack.currentWidget() is part


def test_what_each_does_comes_from_the_steps(store: Any, people: dict[str, UUID]) -> None:
    plan = store.rows("career_plan", client_id=people["Aino"])[0]
    values = from_plan(plan | {"follow_up": "Joka toinen tiistai"})
    assert values["meetings"] == "Joka toinen tiistai"
    assert values["coach_does"].count("–") == 2


def test_everything_that_takes_the_focus_has_a_name(part: PlansPart) -> None:
    stops = [one for one in part.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops
    named = [(one.accessibleName() or getattr(one, "text", lambda: "")()) for one in stops if one.isVisible()]
    assert all(named)
