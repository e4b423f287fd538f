"""A real store with a small caseload, and a context whose ways to other screens are written down."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication

from app.settings import Settings
from storage.slots import FLOOR
from storage.store import Store
from tests.ui.screens.caseload import fill
from ui import dialogs, theme
from ui.bus import Bus
from ui.context import Context
from ui.tasks import FakeTasks


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


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new store."""
    made, _code = Store.create(tmp_path / "profile", "three calm herons walk", cost=FLOOR)
    yield made
    made.close()


@pytest.fixture
def people(store: Store) -> dict[str, UUID]:
    """The clients of the caseload by first name."""
    return fill(store)


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
