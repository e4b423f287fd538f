"""The start on a client's page: records tick it, missing lines open their form, a proposal is decided by a person."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from app.services.coaching import codes
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui.context import save
from ui.screens.client_page import ClientPage
from ui.screens.kykyviisari_picture import ChangePicture
from ui.screens.parts.checks import EntriesPage
from ui.screens.parts.start import StartPart
from ui.screens.phase_proposal import ProposalNotice


@pytest.fixture
def part(qtbot: Any, context: Any, people: dict[str, UUID]) -> StartPart:
    """The start of a client in initial assessment."""
    made = StartPart(context, people["Mohamed"])
    show(qtbot, made)
    return made


def link(part: StartPart, name: str) -> QPushButton:
    """Return the button whose accessible name begins so."""
    return next(one for one in part.findChildren(QPushButton) if one.accessibleName().startswith(name))


def done(part: StartPart) -> set[str]:
    """Return the items that are done."""
    return {item.key for item in part.assessment.items if item.done}


def test_a_missing_line_opens_the_form_that_fills_it(qtbot: Any, part: StartPart, ways: Any) -> None:
    client = part.client_id
    assert done(part) == set()
    for name, expected in (
        ("Kykyviisari, Missing", ("edit", "kykyviisari_result", None)),
        ("Network mapped, Missing", ("edit", "network_member", None)),
        ("Debts cleared up, Missing", ("edit", "initial_assessment", None)),
        ("Career plan, Missing", ("plan", client, None)),
        ("Meetings of the initial assessment, Missing", ("visit", client, None)),
    ):
        button = link(part, name)
        button.setFocus()
        qtbot.keyClick(button, Qt.Key.Key_Return)
        assert ways.went[-1][: len(expected)] == expected
    relationship = part.rows["coaching_relationship"][0]["id"]
    debts = next(way for way in ways.went if way[1] == "initial_assessment")
    assert debts[-1] == {"client_id": client, "values": {"relationship_id": relationship}}


def test_what_is_written_is_done_at_once_and_opens_its_record(
    qtbot: Any, part: StartPart, context: Any, ways: Any
) -> None:
    result = make("kykyviisari_result", client_id=part.client_id, on=at(-3), work_ability=6)
    save(context, result)
    assert done(part) == {"kykyviisari"}
    assert part.assessment.count.text() == "1 of 9 done"
    qtbot.keyClick(link(part, "Kykyviisari, Done"), Qt.Key.Key_Return)
    assert ways.went[-1][:3] == ("edit", "kykyviisari_result", result.id)
    context.bus.changed.emit(context.store.delete("kykyviisari_result", result.id))
    assert done(part) == set()


def test_files_are_added_where_they_are_kept(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    page = ClientPage(context, people["Mohamed"])
    show(qtbot, page)
    start = page.parts.show_part("start")
    assert isinstance(start, StartPart)
    qtbot.waitUntil(start.isVisible)
    link(start, "Job search documents").click()
    assert page.parts.tabText(page.parts.currentIndex()) == "Documents"


def test_a_refused_referral_shows_its_reason(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    row = context.store.rows("coaching_relationship", client_id=people["Väinö"])[0]
    record: Any = context.store.get("coaching_relationship", row["id"])
    record.decision, record.refusal_reason = "refused", "Toinen palvelu sopii paremmin"
    save(context, record)
    part = StartPart(context, people["Väinö"])
    show(qtbot, part)
    assert part.referral.state.text() == "Refused"
    texts = [one.text() for one in part.referral.findChildren(type(part.referral.state))]
    assert "Refused: Toinen palvelu sopii paremmin" in texts
    qtbot.keyClick(link(part, "First criterion"), Qt.Key.Key_Return)


def test_a_proposal_opens_the_form_and_changes_nothing_by_itself(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    part = StartPart(context, people["Eero"])
    show(qtbot, part)
    assert not part.proposal.isVisible()
    save(
        context,
        make("work_trial", client_id=people["Eero"], employer="Aamu", title="Leipuri", started_on=at(-2)),
    )
    assert part.proposal.isVisible()
    assert part.proposal.title.text() == "Proposed phase: Support"
    assert "The work trial Leipuri, Aamu began on" in part.proposal.reasons.text()
    before = store.rows("phase_change", client_id=people["Eero"])
    qtbot.keyClick(part.proposal.change, Qt.Key.Key_Return)
    assert store.rows("phase_change", client_id=people["Eero"]) == before
    kind, record_id, named = ways.went[-1][1:4]
    assert (kind, record_id) == ("phase_change", None)
    assert (named["values"]["phase"], named["values"]["on"]) == (codes.SUPPORT, at(0))
    assert "Leipuri, Aamu" in named["values"]["reason"]


def test_the_phase_card_of_the_story_proposes_and_its_key_opens_the_same_form(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    save(
        context,
        make("employment", client_id=people["Eero"], employer="Kulma", title="Apulainen", started_on=at(-2)),
    )
    page = ClientPage(context, people["Eero"])
    show(qtbot, page)
    notice = page.phase.findChild(ProposalNotice)
    assert notice is not None
    assert notice.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_F)
    assert ways.went[-1][1] == "phase_change"
    assert ways.went[-1][-1]["values"]["phase"] == codes.SUPPORT
    assert "Apulainen, Kulma began on" in ways.went[-1][-1]["values"]["reason"]


def test_a_proposal_is_put_off_by_keyboard_until_its_reasons_change(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    client = people["Eero"]
    job = {"client_id": client, "title": "Apulainen"}
    save(context, make("employment", **job, employer="Kulma", started_on=at(-2)))
    page = ClientPage(context, client)
    show(qtbot, page)
    notice = page.phase.proposal
    assert notice.isVisible()
    notice.change.setFocus()
    qtbot.keyClick(notice.change, Qt.Key.Key_Tab)
    assert page.window().focusWidget() is notice.later
    qtbot.keyClick(notice.later, Qt.Key.Key_Return)
    assert not notice.isVisible()
    assert ways.said[-1].startswith("Not proposed again for four weeks")
    assert page.window().focusWidget() is not notice.later
    ways.undo()
    assert notice.isVisible()
    notice.later.click()
    part = StartPart(context, client)
    qtbot.addWidget(part)
    part.show()
    assert not part.proposal.isVisible(), "it is remembered"
    save(context, make("employment", **job, employer="Toinen", started_on=at(-1)))
    assert part.proposal.isVisible(), "another job is another reason"


def test_the_picture_tells_every_number_in_words_too(qtbot: Any, context: Any, part: StartPart) -> None:
    assert not part.kykyviisari.picture.isVisible()
    for occasion, day, values in (
        ("start", -60, {"work_ability": 4, "mind": "50.5", "body": "0"}),
        ("follow_up", -5, {"work_ability": 7, "body": "12"}),
    ):
        save(
            context,
            make("kykyviisari_result", client_id=part.client_id, on=at(day), occasion=occasion, **values),
        )
    picture = part.kykyviisari.picture
    assert picture.isVisible()
    told = picture.accessibleDescription()
    assert "Work ability, 0-10: 4, 7 (+3)" in told
    assert "Mind: 50.5, not told." in told
    assert "Body: 0, 12 (+12)" in told
    assert "Skills: not told, not told." in told
    assert "At the start" in told
    assert picture.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_bars_are_as_long_as_their_values(qtbot: Any, part: StartPart) -> None:
    picture = ChangePicture()
    qtbot.addWidget(picture)
    picture.resize(400, 10)
    inks = []
    for value in (2, 9):
        rows = [{"id": "a", "on": at(-5), "occasion": "start", "work_ability": value}]
        picture.show_results(
            [row | dict.fromkeys(("inclusion", "mind", "everyday", "skills", "body")) for row in rows]
        )
        image = picture.grab().toImage()
        line = picture._line()
        accent = image.pixelColor(int(picture.width() * 0.3), int(2 + line * 1.5)).name()
        inks.append(
            sum(image.pixelColor(x, int(2 + line * 1.5)).name() == accent for x in range(image.width()))
        )
    assert inks[1] > inks[0] * 3


def test_every_entry_is_one_key_away(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    stack = QStackedWidget()
    start = StartPart(context, people["Aino"])
    stack.addWidget(start)
    show(qtbot, stack)
    qtbot.keyClick(start, Qt.Key.Key_W)
    lists = stack.currentWidget()
    assert isinstance(lists, EntriesPage)
    assert lists.lists.kinds.count() == 4
    qtbot.keyClick(lists, Qt.Key.Key_Escape)
    assert stack.currentWidget() is start


def named(widget: QWidget) -> str:
    """Return what a screen reader calls a control."""
    return widget.accessibleName() or getattr(widget, "text", lambda: "")()


def test_everything_that_takes_the_focus_has_a_name(part: StartPart) -> None:
    stops = [one for one in part.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops
    assert [one for one in stops if one.isVisible() and not named(one)] == []
