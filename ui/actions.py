"""What can be done from anywhere: the menus with their shortcuts, and the same list for the search."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow


@dataclass(frozen=True)
class Act:
    """One action: the menu it stands in, its text, its key, what it does.

    `private` ones stay possible while everything but the present client is hidden.
    """

    menu: str
    text: str
    run: Callable[[], Any]
    keys: str = ""
    private: bool = False
    checkable: bool = False


def fill_menus(window: QMainWindow, acts: Iterable[Act]) -> dict[str, QAction]:
    """Make the menu bar of the window from the actions, in their order; return the actions by text."""
    bar = window.menuBar()
    bar.clear()
    made: dict[str, QAction] = {}
    menus: dict[str, Any] = {}
    for act in acts:
        if act.menu not in menus:
            menus[act.menu] = bar.addMenu(act.menu)
        action = QAction(act.text, window)
        action.setCheckable(act.checkable)
        if act.keys:
            action.setShortcut(QKeySequence(act.keys))
            action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda _checked=False, run=act.run: run())
        menus[act.menu].addAction(action)
        made[act.text] = action
    return made
