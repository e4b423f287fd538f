"""Decisions between two people's changes."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt

from app.clock import new_id, now
from tests.ui.screens.caseload import make
from tests.ui.screens.conftest import show
from ui.screens.conflicts import ConflictsScreen


def conflict(store: Any, people: dict[str, UUID], **more: Any) -> UUID:
    """Save a conflict about the notes of a visit; return the visit's id."""
    visit = store.rows("support_visit", client_id=people["Liisa"])[0]
    values: dict[str, Any] = {
        "client_id": people["Liisa"],
        "kind": "support_visit",
        "record_id": visit["id"],
        "mutation_id": new_id(),
        "parts": ["notes"],
        "theirs": {"notes": visit["notes"]},
        "mine": {"notes": "Minun tekstini"},
        "base": {"notes": ""},
        "theirs_by": new_id(),
        "theirs_at": now(),
        "mine_by": store.worker,
        "mine_at": now(),
    }
    store.save(make("conflict", **{**values, **more}))
    return UUID(visit["id"])


def test_my_value_is_used_by_key_and_undone(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    visit = conflict(store, people)
    before = store.row("support_visit", visit)["notes"]
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    (card,) = screen.cards
    assert screen.window().focusWidget() is card.keep
    qtbot.keyClick(card.keep, Qt.Key.Key_M)
    assert store.row("support_visit", visit)["notes"] == "Minun tekstini"
    assert store.conflicts() == []
    assert screen.empty.isVisible()
    assert ways.said == ["Your value is used."]
    ways.undo()
    assert store.row("support_visit", visit)["notes"] == before
    assert len(store.conflicts()) == 1
    assert len(screen.cards) == 1


def test_the_centres_value_is_kept(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    visit = conflict(store, people)
    before = store.row("support_visit", visit)["notes"]
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    qtbot.keyClick(screen.cards[0].keep, Qt.Key.Key_Space)
    assert store.conflicts() == []
    assert store.row("support_visit", visit)["notes"] == before


def test_something_new_is_written(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    visit = conflict(store, people)
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    card = screen.cards[0]
    qtbot.keyClick(card.keep, Qt.Key.Key_W)
    notes = card.editors["notes"].stops()[0]
    assert screen.window().focusWidget() is notes
    qtbot.keyClicks(notes, "km. ")
    assert store.conflicts()
    qtbot.keyClick(card.new, Qt.Key.Key_Space)
    assert store.row("support_visit", visit)["notes"] == "km. Minun tekstini"
    assert store.conflicts() == []


def test_deciding_may_wait(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    conflict(store, people)
    conflict(store, people)
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    qtbot.keyClick(screen.cards[0].keep, Qt.Key.Key_L)
    assert len(screen.cards) == 1
    assert screen.said.text() == "2 entries need a decision; 1 put off for now"
    assert len(store.conflicts()) == 2


def test_nested_goals_are_read_as_text(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    from PySide6.QtWidgets import QLabel

    plan = store.rows("career_plan", client_id=people["Aino"])[0]
    conflict(
        store,
        people,
        client_id=people["Aino"],
        kind="career_plan",
        record_id=plan["id"],
        parts=["goals"],
        theirs={"goals": plan["goals"]},
        mine={"goals": plan["goals"][:1]},
    )
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    texts = [label.accessibleName() for label in screen.cards[0].findChildren(QLabel)]
    assert any(
        ": 1. Haluan töihin keittiöön, jossa on rauhallista.\n    1. Päivitetään CV" in text for text in texts
    )
    assert not any("{" in text for text in texts)


def test_a_delete_against_a_change_is_said_in_words(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    visit = conflict(store, people, reason="deleted", theirs={"deleted": True}, mine={"notes": "Jatkuu"})
    store.delete("support_visit", visit)
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    card = screen.cards[0]
    assert not card.new.isVisible()
    card.use_mine()
    row = store.row("support_visit", visit)
    assert (row["deleted"], row["notes"]) == (False, "Jatkuu")


def hold(store: Any, kind: str, answer: dict[str, Any]) -> str:
    """Make the newest unsent change of a kind one that the centre did not take."""
    from sqlalchemy import select, update

    from storage.tables import outbox

    with store.write() as connection:
        newest = (
            select(outbox.c.mutation_id).where(outbox.c.kind == kind).order_by(outbox.c.n.desc()).limit(1)
        )
        found = str(connection.execute(newest).scalar_one())
        connection.execute(
            update(outbox).where(outbox.c.mutation_id == found).values(state="held", answer=answer)
        )
    return found


def test_what_the_centre_did_not_take_is_told_and_let_go(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    from ui import dialogs

    store.save(make("network_member", client_id=people["Eero"], name="Heikki", role="family"))
    problems = [{"field": "name", "text": "This is needed.", "values": {}}]
    hold(store, "network_member", {"status": "refused", "problems": problems})
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    (card,) = screen.held
    assert screen.not_taken.isVisible()
    assert not screen.empty.isVisible()
    assert card.title == "Malli Eero: Network member"
    assert card.written == [("Name", "Heikki"), ("Role", "Family or friend")]
    qtbot.keyClick(card.open, Qt.Key.Key_Space)
    assert ways.went[-1][:2] == ("edit", "network_member")
    dialogs.answer_next(False)
    qtbot.keyClick(card.forget, Qt.Key.Key_Space)
    assert len(screen.held) == 1
    dialogs.answer_next(True)
    qtbot.keyClick(card.forget, Qt.Key.Key_Space)
    assert screen.held == []
    assert screen.empty.isVisible()


def test_a_change_set_aside_says_why() -> None:
    from ui.screens.held import why

    assert "no longer yours" in why({"kind": "client", "answer": {"status": "quarantined"}})
    refused = {"status": "refused", "problems": [{"field": "goals.0.text", "text": "This is needed."}]}
    assert why({"kind": "career_plan", "answer": refused}) == "Goals: This is needed."
    assert why({"kind": "client", "answer": None}) == "The centre did not accept this change."


BEGINS = "Tapasimme toimistolla ja kävimme läpi viikon tapahtumat. " * 12
THEIRS = BEGINS + "Liisa soittaa työnantajalle maanantaina. Puhuimme myös matkoista."
MINE = BEGINS + "Liisa kirjoittaa työnantajalle tiistaina. Puhuimme myös matkoista."


def long_conflict(store: Any, people: dict[str, UUID]) -> UUID:
    """Save a conflict about two long texts that differ in two words."""
    return conflict(store, people, theirs={"notes": THEIRS}, mine={"notes": MINE})


def test_differences_of_a_long_text_are_marked_and_named(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    from PySide6.QtWidgets import QLabel

    long_conflict(store, people)
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    (card,) = screen.cards
    theirs, mine = (one for one in card.findChildren(QLabel) if one.accessibleDescription())
    assert "line-through" in theirs.text()
    assert "underline" not in theirs.text()
    assert "underline" in mine.text()
    assert theirs.accessibleDescription() == "removed: soittaa; removed: maanantaina"
    assert mine.accessibleDescription() == "added: kirjoittaa; added: tiistaina"
    assert theirs.accessibleName().endswith(THEIRS)
    assert BEGINS.strip() not in theirs.text()
    card.whole.setFocus()
    qtbot.keyClick(card.whole, Qt.Key.Key_Space)
    assert BEGINS.strip() in theirs.text()
    assert not card.whole.isVisible()
    assert screen.window().focusWidget() is card.keep


def test_what_somebody_writes_stays_when_others_changes_come(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    conflict(store, people)
    screen = ConflictsScreen(context)
    show(qtbot, screen)
    qtbot.keyClick(screen.cards[0].keep, Qt.Key.Key_W)
    qtbot.keyClicks(screen.cards[0].editors["notes"].stops()[0], "uutta ")
    conflict(store, people)
    screen.reload()
    assert len(screen.cards) == 2
    writing = next(card for card in screen.cards if card.editors)
    assert writing.editors["notes"].value() == "uutta Minun tekstini"
    assert writing.isVisible()


def test_a_clients_page_shows_what_needs_a_decision_and_takes_it(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    from ui.screens.client_page import ClientPage

    visit = conflict(store, people)
    page = ClientPage(context, people["Liisa"])
    show(qtbot, page)
    (card,) = page.decisions.cards
    assert page.decisions.isVisible()
    assert page.decisions.title.text() == "1 entry needs a decision"
    card.mine.setFocus()
    qtbot.keyClick(card.mine, Qt.Key.Key_Space)
    assert store.row("support_visit", visit)["notes"] == "Minun tekstini"
    assert not page.decisions.isVisible()
    ways.undo()
    assert page.decisions.isVisible()
    other = ClientPage(context, people["Eero"])
    qtbot.addWidget(other)
    other.reload()
    assert other.story is not None
    assert other.decisions.cards == []
    assert other.decisions.isHidden()


def test_the_letters_of_the_page_are_its_own_also_among_decisions(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    from ui.screens.client_page import ClientPage

    conflict(store, people)
    page = ClientPage(context, people["Liisa"])
    ways_to: list[Any] = []
    context.go = ways_to.append
    show(qtbot, page)
    page.decisions.cards[0].keep.setFocus()
    qtbot.keyClick(page.decisions.cards[0].keep, Qt.Key.Key_M)
    assert ways_to == [("merge", people["Liisa"], None)]
    assert len(store.conflicts()) == 1


def test_today_leads_to_the_client_whose_entries_need_a_decision(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    from ui.screens.today import TodayScreen

    conflict(store, people)
    conflict(store, people)
    screen = TodayScreen(context)
    show(qtbot, screen)
    (group,) = [one for one in screen._groups(screen.day) if one.title == "Decide"]
    (line,) = group.lines
    assert (line.who, line.what) == ("Näyte Liisa", "2 entries need a decision")
    line.open()
    assert ways.went == [("client", people["Liisa"])]
