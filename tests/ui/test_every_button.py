"""What holds for every button of every screen: the keyboard reaches it, Enter presses it, and it says what it is."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import SIGNAL, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.settings import Settings
from storage.store import Store
from tests.ui.screens.caseload import fill
from tests.ui.walking import Walk, buttons_of, unlocking

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@pytest.fixture
def people(store: Store) -> dict[str, UUID]:
    return fill(store)


@pytest.fixture
def walk(qapp: QApplication, store: Store, people: dict[str, UUID]) -> Iterator[Walk]:
    made = Walk(store, people, Settings(), (1280, 800))
    yield made
    made.close()


def pressable(widget: QWidget) -> list[QAbstractButton]:
    """Return the buttons that the keyboard can stand on; what is ticked is the space bar's."""
    return [one for one in buttons_of(widget) if isinstance(one, QPushButton | QToolButton) and _stops(one)]


def _stops(one: QWidget) -> bool:
    return bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus) and one.focusProxy() is None


def deaf(button: QAbstractButton) -> bool:
    """Tell whether a focused button does not hear Enter; what it would do is not done."""
    heard: list[Any] = []
    if isinstance(button, QPushButton) and button.menu() is not None:
        button.setMenu(QMenu())
        button.setMenu(None)  # type: ignore[arg-type]
    elif isinstance(button, QToolButton):
        button.setMenu(None)  # type: ignore[arg-type]
    group = button.group()
    number = group.id(button) if group is not None else 0
    if group is not None:
        group.removeButton(button)
    if button.receivers(SIGNAL("clicked()")) or button.receivers(SIGNAL("clicked(bool)")):
        button.clicked.disconnect()
    button.clicked.connect(lambda: heard.append(button))
    for key in ENTER:
        QTest.keyClick(button, key)
    if group is not None:
        group.addButton(button, number)
    return len(heard) != len(ENTER)


def name_of(button: QAbstractButton) -> str:
    return button.accessibleName() or button.text() or type(button).__name__


def test_enter_presses_the_focused_button_everywhere(qtbot: QtBot, walk: Walk) -> None:
    done: set[QAbstractButton] = set()
    silent = []
    for step, show in walk.steps():
        for button in pressable(show()):
            if button not in done:
                done.add(button)
                silent += [f"{step}: {name_of(button)}"] if deaf(button) else []
    assert silent == []
    assert len(done) > 100


@pytest.mark.parametrize("first_run", [True, False])
def test_enter_presses_the_focused_button_before_the_store_is_open(
    qtbot: QtBot, store: Store, tmp_path: Path, first_run: bool
) -> None:
    window = unlocking(tmp_path / "nothing" if first_run else store.folder, Settings())
    qtbot.addWidget(window)
    window.show()
    found = pressable(window)
    assert found
    assert [name_of(one) for one in found if deaf(one)] == []


def test_enter_in_a_field_presses_no_button(qtbot: QtBot, walk: Walk) -> None:
    pressed: list[str] = []
    heard: set[QAbstractButton] = set()
    fields = 0
    for step, show in walk.steps():
        widget = show()
        for button in set(buttons_of(widget)) - heard:
            heard.add(button)
            button.pressed.connect(partial(pressed.append, f"{step}: {name_of(button)}"))
        for line in widget.findChildren(QLineEdit):
            # What a person would be led away by is tried elsewhere: the filters of the lists.
            if step.startswith("form") and line.isVisible() and line.isEnabled():
                fields += 1
                for key in ENTER:
                    QTest.keyClick(line, key)
    assert pressed == []
    assert fields > 100
