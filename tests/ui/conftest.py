"""What tests of windows share: a new store, a context that notes where a screen wanted to go, and the look."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app import i18n
from app.settings import Settings
from storage.slots import FLOOR
from storage.store import Store
from ui import dialogs, theme
from ui.bus import Bus
from ui.context import Context
from ui.tasks import FakeTasks


class Ways:
    """Where a screen wanted to go, and what it said with which way to take it back."""

    def __init__(self) -> None:
        self.went: list[tuple[Any, ...]] = []
        self.said: list[str] = []
        self.undo: Any = None

    def to(self, name: str) -> Any:
        """Return a way that is noted when taken, with the values of what is given by name."""
        return lambda *args, **named: self.went.append((name, *args, *named.values()))

    def say(self, text: str, undo: Any = None) -> None:
        """Note what was said."""
        self.said.append(text)
        self.undo = undo


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English in tests, whatever the machine speaks."""
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.fixture(autouse=True)
def nobody_answers() -> Iterator[None]:
    """Make a question that a test did not expect an error instead of a window that waits for ever."""
    dialogs.answer_only(True)
    yield
    dialogs.answer_only(False)


PASSPHRASE = "three calm herons walk"


@pytest.fixture(scope="session")
def empty_profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new, locked store. Making one is slow on purpose, so that it is made once."""
    folder = tmp_path_factory.mktemp("empty") / "profile"
    made, _code = Store.create(folder, PASSPHRASE, cost=FLOOR)
    made.close()
    return folder


@pytest.fixture
def store(empty_profile: Path, tmp_path: Path) -> Iterator[Store]:
    """A new, open store."""
    folder = tmp_path / "profile"
    shutil.copytree(empty_profile, folder)
    opened = Store.open(folder, PASSPHRASE)
    yield opened
    opened.close()


@pytest.fixture
def ways() -> Ways:
    """Where screens go."""
    return Ways()


@pytest.fixture
def context(qapp: QApplication, store: Store, ways: Ways) -> Context:
    """What screens are given, with the program's own look."""
    settings = Settings()
    theme.apply(qapp, settings)
    return Context(
        store=store,
        tasks=FakeTasks(failed=lambda error: ways.say(str(error))),
        bus=Bus(),
        settings=settings,
        show_client=ways.to("client"),
        edit=ways.to("edit"),
        quick_visit=ways.to("visit"),
        open_plan=ways.to("plan"),
        preview=ways.to("preview"),
        say=ways.say,
    )
