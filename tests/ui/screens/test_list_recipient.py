"""A list goes to somebody else only where each client's consents allow it, or where it is written why."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget

from app.services import SPECS
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui import dialogs
from ui.records import RecordsView
from ui.screens.list_recipient import SaveListPage

VISITS = SPECS["support_visit"]


def consent(client: UUID) -> Any:
    values = {"purpose": "Yhteistyö", "parties": [{"organisation": "Kela"}], "groups": ["work"]}
    return make("consent", client_id=client, method="paper", given_on=at(-10), **values)


@pytest.fixture
def asked(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> SaveListPage:
    """What is asked when the visits of everybody are saved; Aino alone has given a consent."""
    store.save(consent(people["Aino"]))
    over, view = QStackedWidget(), RecordsView(context, VISITS)
    over.addWidget(view)
    show(qtbot, over)
    qtbot.keyClick(
        view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    page = over.currentWidget()
    assert isinstance(page, SaveListPage)
    return page


def choose(qtbot: Any, page: SaveListPage, text: str) -> None:
    """Choose a recipient by the keyboard."""
    choice = page.for_whom.choice
    choice.setFocus()
    for _step in range(choice.count()):
        if choice.currentText() == text:
            break
        qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentText() == text


def test_one_s_own_use_asks_nobody(qtbot: Any, asked: SaveListPage, store: Any, tmp_path: Path) -> None:
    assert asked.for_whom.choice.currentText() == "My own use at work"
    assert asked.for_whom.choice.hasFocus()
    dialogs.answer_next(tmp_path / "visits.csv")
    qtbot.keyClick(asked.for_whom.choice, Qt.Key.Key_Return)
    assert (tmp_path / "visits.csv").exists()
    assert store.rows("sharing") == []


def test_without_every_client_s_consent_it_stops_until_it_is_written_why(
    qtbot: Any, asked: SaveListPage, store: Any, people: dict[str, UUID], tmp_path: Path
) -> None:
    choose(qtbot, asked, "Kela")
    said = asked.for_whom.answer.said.text()
    assert said == "Clients in this list whose consent does not allow it for Kela: 3 of 4."
    assert asked.for_whom.whose.text() == "Malli Eero; Näyte Liisa; Testinen Mohamed"
    assert not asked.save_button.isEnabled()
    qtbot.keyClick(asked, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)  # a question would fail the test
    assert store.rows("sharing") == []
    qtbot.keyClicks(asked.for_whom.answer.reason.entrance(), "Tutkimuslupa")
    assert asked.save_button.isEnabled()
    dialogs.answer_next(tmp_path / "visits.csv")
    asked.save_button.setFocus()
    qtbot.keyClick(asked.save_button, Qt.Key.Key_Return)
    assert (tmp_path / "visits.csv").exists()
    kept = {row["client_id"]: row for row in store.rows("sharing")}
    assert len(kept) == 4
    aino = kept.pop(str(people["Aino"]))
    assert (aino["party"], aino["shared_as"], aino["override_reason"]) == ("Kela", "export", "")
    assert aino["consent_id"] is not None
    assert {row["override_reason"] for row in kept.values()} == {"Tutkimuslupa"}
    assert [row["action"] for row in store.access_log(people["Aino"])].count("shared") == 1


def test_where_every_consent_allows_it_nothing_needs_to_be_written(
    qtbot: Any, asked: SaveListPage, store: Any, people: dict[str, UUID], tmp_path: Path
) -> None:
    store.save(*(consent(people[name]) for name in ("Eero", "Liisa", "Mohamed")))
    choose(qtbot, asked, "Kela")
    assert "allows it for Kela" in asked.for_whom.answer.said.text()
    assert not asked.for_whom.answer.reason.isVisible()
    dialogs.answer_next(tmp_path / "visits.xlsx")
    qtbot.keyClick(asked, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (tmp_path / "visits.xlsx").exists()
    assert {row["override_reason"] for row in store.rows("sharing")} == {""}


def test_a_consent_that_ended_meanwhile_keeps_the_file_from_being_written(
    qtbot: Any, asked: SaveListPage, store: Any, people: dict[str, UUID], ways: Any, tmp_path: Path
) -> None:
    store.save(*(consent(people[name]) for name in ("Eero", "Liisa", "Mohamed")))
    choose(qtbot, asked, "Kela")
    given = store.rows("consent", client_id=people["Eero"])[0]
    store.save(make("consent_withdrawal", client_id=people["Eero"], consent_id=given["id"], on=at(0)))
    dialogs.answer_next(tmp_path / "visits.csv")
    qtbot.keyClick(asked, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not (tmp_path / "visits.csv").exists()
    assert store.rows("sharing") == []
    assert "3 of 4" not in ways.said[-1]
    assert "1 of 4" in ways.said[-1]


def test_what_is_no_client_s_is_not_asked_about(qtbot: Any, context: Any, store: Any, tmp_path: Path) -> None:
    store.save(make("catalogue_service", name="Kela-kuntoutus", category="health"))
    view = RecordsView(context, SPECS["catalogue_service"])
    show(qtbot, view)
    dialogs.answer_next(tmp_path / "services.csv")
    view.save_shown()
    assert (tmp_path / "services.csv").exists()
