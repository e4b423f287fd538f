"""The search over everything: as one types, by keyboard alone, the latest question wins, nothing stays behind."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.i18n import _
from storage.search import MARK as STORED_MARK
from storage.search import Hit
from storage.store import Store
from tests.ui.opened import client, visit
from ui.actions import Act
from ui.context import Context
from ui.search import MARK, FoundModel, SearchPalette, marked, matching, plain
from ui.tasks import FakeTasks


@pytest.fixture
def aino(store: Store) -> UUID:
    one = client(store, "Aino", "Korppila")
    visit(store, one, "Keittiössä harjoiteltiin astianpesua.")
    return one


class Opened:
    """The palette over a window with one field, and what it opened."""

    def __init__(self, qtbot: QtBot, context: Context, tasks: FakeTasks) -> None:
        self.qtbot = qtbot
        self.window = QWidget()
        self.under = QLineEdit(self.window)
        qtbot.addWidget(self.window)
        self.window.resize(1000, 700)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.under.setFocus()
        self.hits: list[Hit] = []
        self.done: list[str] = []
        acts = [
            Act("New", "New client", lambda: self.done.append("client"), "Ctrl+N"),
            Act("Program", "Lock", lambda: self.done.append("lock"), "Ctrl+L"),
        ]
        self.palette = SearchPalette(self.window, context.store, tasks, lambda: acts, self.hits.append)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.palette.field, text)

    def key(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.palette.field, key)

    @property
    def shown(self) -> list[str]:
        return [line.title for line in self.palette.model.found]


@pytest.fixture
def opened(qtbot: QtBot, context: Context, aino: UUID) -> Opened:
    assert isinstance(context.tasks, FakeTasks)
    return Opened(qtbot, context, context.tasks)


def test_it_comes_up_empty_with_the_actions_and_gives_the_focus_back(opened: Opened) -> None:
    opened.palette.begin()
    assert opened.palette.field.hasFocus()
    assert opened.shown == ["Actions", "New client", "Lock"]
    opened.key(Qt.Key.Key_Escape)
    assert not opened.palette.isVisible()
    assert opened.under.hasFocus()


def test_what_is_found_is_grouped_by_kind_with_the_client_and_the_match_marked(
    opened: Opened, aino: UUID
) -> None:
    opened.palette.begin()
    opened.type("keitti")
    heading, hit = opened.palette.model.found
    assert heading.title == _("Support visits")
    assert heading.open is None
    assert hit.title == "Korppila Aino"
    [(start, length)] = marked(hit.detail)
    assert plain(hit.detail)[start : start + length] == "Keittiössä"
    assert opened.palette.told.text() == "1 found"


def test_enter_opens_the_first_and_arrows_step_over_headings(opened: Opened, aino: UUID) -> None:
    opened.palette.begin()
    opened.type("aino")
    opened.key(Qt.Key.Key_Return)
    assert [(hit.kind, hit.client_id) for hit in opened.hits] == [("client", aino)]
    assert not opened.palette.isVisible()
    opened.palette.begin()
    opened.key(Qt.Key.Key_Up)
    opened.key(Qt.Key.Key_Down)
    opened.key(Qt.Key.Key_Down)
    opened.key(Qt.Key.Key_Enter)
    assert opened.done == ["lock"]


def test_actions_are_found_by_name(opened: Opened) -> None:
    opened.palette.begin()
    opened.type("loc")
    assert opened.shown[-1] == "Lock"
    acts = [Act("", "Larger text", lambda: None), Act("", "Smaller text", lambda: None)]
    assert [act.text for act in matching(acts, "TEXT lar")] == ["Larger text"]
    assert len(matching(acts, "")) == 2


def test_nothing_found_says_what_to_try(opened: Opened) -> None:
    opened.palette.begin()
    opened.type("zzzz")
    assert opened.shown == []
    assert "Nothing found" in opened.palette.told.text()
    opened.key(Qt.Key.Key_Return)
    assert opened.palette.isVisible()


@pytest.mark.parametrize("text", ['"', "a AND (", "*", "%", "NEAR/2", "   ", "-", "\u2068"])
def test_any_text_is_a_legal_question(opened: Opened, text: str) -> None:
    opened.palette.begin()
    opened.palette.field.setText(text)
    assert opened.palette.isVisible()


def test_closing_forgets_what_was_typed_and_found(opened: Opened) -> None:
    opened.palette.begin()
    opened.type("aino")
    opened.palette.end()
    assert opened.palette.model.found == []
    assert opened.palette.field.text() == ""


class Held(FakeTasks):
    """Answers when told to, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], None]] = []

    def run(
        self, op: Any, done: Any = None, failed: Any = None, *, network: bool = False, owner: Any = None
    ) -> None:
        result = op()
        self.held.append(lambda: done(result))


def test_only_the_answer_to_the_latest_question_is_shown(qtbot: QtBot, context: Context, aino: UUID) -> None:
    tasks = Held()
    opened = Opened(qtbot, context, tasks)
    opened.palette.begin()
    opened.palette.field.setText("keitti")
    opened.palette.field.setText("aino")
    early, late = tasks.held
    late()
    assert "Clients" in opened.shown
    early()
    assert "Clients" in opened.shown
    opened.palette.field.setText("keitti")
    opened.palette.end()
    tasks.held[-1]()
    assert opened.palette.model.found == []


def test_the_marks_are_those_of_the_store() -> None:
    assert MARK == STORED_MARK
    assert marked(f"ab{MARK[0]}cd{MARK[1]}e") == [(2, 2)]
    assert marked(f"{MARK[1]}a{MARK[0]}") == []


def test_the_model_is_sound(qtmodeltester: ModelTester, opened: Opened) -> None:
    opened.palette.begin()
    opened.type("a")
    assert isinstance(opened.palette.model, FoundModel)
    qtmodeltester.check(opened.palette.model)
    spoken = opened.palette.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert MARK[0] not in spoken
