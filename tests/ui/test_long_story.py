"""Eighteen months of one client's coaching, from the referral to light maintenance, told by keyboard alone.

One story, in chapters: each begins on its day, goes on where the one before left off, and says what is seen.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Settings
from storage.store import Store
from tests.ui.opened import session
from ui import theme
from ui.shell import Shell

for one in ("hands", "teller", "start", "search", "work"):
    pytest.register_assert_rewrite(f"tests.ui.story_{one}")  # so that a failing chapter says what it saw

from tests.ui import story_search, story_start, story_work  # noqa: E402
from tests.ui.story_hands import Calendar  # noqa: E402
from tests.ui.story_teller import Story  # noqa: E402


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    """The time, held."""
    with Calendar().held() as held:
        yield held


@pytest.fixture
def story(qtbot: QtBot, qapp: QApplication, store: Store, calendar: Calendar) -> Iterator[Story]:
    """The program as it is opened by a job coach on an empty computer."""
    theme.apply(qapp, Settings())
    opened = session(store, Settings())
    window = Shell(opened)
    opened.restyle = window.rebuild
    window.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]  # the program would lock first
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield Story(window, store, calendar)
    opened.runner.stop(lambda: None)


def test_a_client_comes_finds_work_and_keeps_it(story: Story, tmp_path: Path) -> None:
    story_start.comes(story)
    story_start.is_met(story)
    story_start.is_assessed(story)
    story_start.is_planned(story, tmp_path)
    story_search.allows(story)
    story_search.looks_for_work(story)
    story_search.is_answered(story)
    story_search.may_be_told(story)
    story_search.is_interviewed(story)
    story_search.tries_work(story)
    story_search.gets_the_job(story)
    story_work.settles(story)
    story_work.is_kept(story)
    story_work.goes_on(story)
    story_work.reviews_the_plan(story)
    story_work.is_renewed(story)
    story_work.becomes_light(story)
    story_work.is_copied(story)
    story_work.is_told(story)
