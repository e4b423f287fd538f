"""A real store with a small caseload, and a context whose ways to other screens are written down."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app.settings import Settings
from storage.slots import FLOOR
from storage.store import Store
from tests.ui.screens.caseload import fill
from ui import dialogs, theme
from ui.bus import Bus
from ui.context import Context
from ui.tasks import FakeTasks


def show(qtbot: Any, widget: QWidget, width: int = 1200, height: int = 900) -> None:
    """Show a screen as the active window, so that it has the keyboard."""
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()


class Ways:
    """Where a screen wanted to go, and what it said."""

    def __init__(self) -> None:
        self.went: list[tuple[Any, ...]] = []
        self.said: list[str] = []
        self.undo: Any = None

    def to(self, name: str) -> Any:
        """Return a way that is written down when taken."""

        def go(*args: Any, **named: Any) -> None:
            self.went.append((name, *args, named) if named else (name, *args))

        return go

    def say(self, text: str, undo: Any = None) -> None:
        """Write down what was said, and how to take it back."""
        self.said.append(text)
        self.undo = undo


PASSPHRASE = "three calm herons walk"


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An empty store and one with the caseload, made once and copied for each test."""
    made: dict[str, Any] = {}
    for name in ("empty", "full"):
        folder = tmp_path_factory.mktemp(name) / "profile"
        store, _code = Store.create(folder, PASSPHRASE, cost=FLOOR)
        made["people"] = fill(store) if name == "full" else {}
        store.close()
        made[name] = folder
    return made


@pytest.fixture
def store(request: pytest.FixtureRequest, profiles: dict[str, Any], tmp_path: Path) -> Iterator[Store]:
    """A store of one's own; with the caseload where the test asks for its people."""
    name = "full" if "people" in request.fixturenames else "empty"
    shutil.copytree(profiles[name], tmp_path / "profile")
    opened = Store.open(tmp_path / "profile", PASSPHRASE)
    yield opened
    opened.close()


@pytest.fixture
def people(profiles: dict[str, Any]) -> dict[str, UUID]:
    """The clients of the caseload by first name."""
    found: dict[str, UUID] = profiles["people"]
    return found


@pytest.fixture
def ways() -> Ways:
    """Where screens go."""
    return Ways()


@pytest.fixture
def context(qapp: QApplication, store: Store, ways: Ways) -> Iterator[Context]:
    """What screens are given, with the program's own look."""
    settings = Settings()
    theme.apply(qapp, settings)
    dialogs.answer_only(True)
    yield Context(
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
    dialogs.answer_only(False)
