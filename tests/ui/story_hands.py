"""Two hands on a keyboard: they find their way by Tab and by the names a screen reader says, never by reaching inside.

Only a signature is drawn with the mouse, as a person would.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QMenu,
    QRadioButton,
    QWidget,
)

from app import clock
from ui.shell import Shell

MOST_TABS = 250
NONE, TAB, SPACE, ENTER = Qt.KeyboardModifier.NoModifier, Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Return


class Calendar:
    """Holds the time still, and moves it."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, 10).astimezone()

    @contextmanager
    def held(self) -> Iterator["Calendar"]:
        """Let the program live on this calendar's day."""
        release = clock.hold(now=lambda: self._now)
        try:
            yield self
        finally:
            release()

    def move(self, day: date) -> None:
        """Go to ten in the morning of a day."""
        moved = datetime.combine(day, time(10)).astimezone()
        assert moved >= self._now, "the story goes on, not back"
        self._now = moved


def named(widget: QWidget | None) -> str:
    """Return what a screen reader calls a widget."""
    if widget is None:
        return "nothing"
    text = getattr(widget, "text", None)
    return widget.accessibleName() or (str(text()) if callable(text) else "") or type(widget).__name__


def settle() -> None:
    """Let everything happen that waits, as it does between two keys: also that what has been left is gone."""
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


class Hands:
    """Type, press, and go by Tab to what is to be pressed."""

    def __init__(self, window: Shell) -> None:
        self.window = window

    # ---- where the focus is ----

    @property
    def focus(self) -> QWidget:
        """What has the keyboard now."""
        popup = QApplication.activePopupWidget()
        if popup is None and not self.window.isActiveWindow():
            # A list that closed was a window of its own: a desktop gives the keyboard back to the one below it.
            self.window.activateWindow()
            QApplication.processEvents()
        found = popup or QApplication.focusWidget()
        assert found is not None, "nothing has the keyboard"
        assert found.isVisible(), f"the keyboard is at {named(found)}, which nobody sees"
        return found

    def at(self) -> str:
        """The name of what has the keyboard; what Tab stops at must have one."""
        focus = self.focus
        said = named(focus)
        stops = focus.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert not stops or said != type(focus).__name__, f"{said} has no name for a screen reader"
        return said

    def within(self, widget: QWidget | None) -> bool:
        """Tell whether the keyboard is inside a widget."""
        return widget is not None and (widget is self.focus or widget.isAncestorOf(self.focus))

    # ---- keys ----

    def press(self, *keys: str) -> None:
        """Press keys or shortcuts, one after another."""
        for one in keys:
            QTest.keySequence(self.focus, QKeySequence(one))
            settle()

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self.focus, letter)
            else:
                for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
                    QApplication.sendEvent(self.focus, QKeyEvent(kind, 0, NONE, letter))

    def tab_to(self, name: str) -> QWidget:
        """Press Tab until what has the keyboard is called so, or begins so where the name ends in "…"."""
        seen = []
        for _ in range(MOST_TABS):
            said = self.at()
            if said == name or (name.endswith("…") and said.startswith(name[:-1])):
                return self.focus
            seen.append(said)
            QTest.keyClick(self.focus, TAB)
        raise AssertionError(f"Tab never comes to {name!r}, but to: {list(dict.fromkeys(seen))}")

    def push(self, name: str) -> None:
        """Go to a button by Tab and press it."""
        found = self.tab_to(name)
        assert isinstance(found, QAbstractButton), f"{name} is no button"
        QTest.keyClick(found, SPACE)
        settle()

    def choose_in_menu(self, text: str) -> None:
        """Go down in the open menu to an entry, and take it."""
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu), "no menu is open"
        for _ in menu.actions():
            action = menu.activeAction()
            if action is not None and action.text().replace("&", "") == text:
                QTest.keyClick(menu, ENTER)
                settle()
                return
            QTest.keyClick(menu, Qt.Key.Key_Down)
        raise AssertionError(f"{text!r} is not in the menu")

    # ---- fields ----

    def fill(self, title: str, value: Any) -> None:
        """Go to a field by its title and fill it: a text, a choice by its words, a day, several choices, yes or no."""
        if isinstance(value, date):
            value = f"{value.day}.{value.month}.{value.year}"
        if isinstance(value, list):
            for one in value:
                self._tick(f"{title}: {one}")
        elif isinstance(value, bool):
            box = self.tab_to(title)
            assert isinstance(box, QCheckBox)
            if box.isChecked() != value:
                QTest.keyClick(box, SPACE)
        else:
            self._fill(title, str(value))

    def _fill(self, title: str, value: str) -> None:
        field = self._field(title)
        if isinstance(field, QRadioButton):
            self._pick(field, f"{title}: {value}")
            return
        QTest.keySequence(field, QKeySequence("Ctrl+A"))
        if not isinstance(field, QComboBox):
            QTest.keyClick(field, Qt.Key.Key_Delete)
        self.type(value)
        QApplication.processEvents()  # a list that has opened below is shown before it is left, and gone after
        QTest.keyClick(self.focus, TAB)
        settle()

    def _field(self, title: str) -> QWidget:
        seen = []
        for _ in range(MOST_TABS):
            said = self.at()
            if said == title or (isinstance(self.focus, QRadioButton) and said.startswith(f"{title}: ")):
                return self.focus
            seen.append(said)
            QTest.keyClick(self.focus, TAB)
        raise AssertionError(f"Tab never comes to {title!r}, but to: {list(dict.fromkeys(seen))}")

    def _pick(self, field: QWidget, wanted: str) -> None:
        """Choose by Space and the arrow keys: along a line of choices, then down to the next, and back along it."""
        QTest.keyClick(field, SPACE)
        along = Qt.Key.Key_Right
        for _ in range(40):
            said = self.at()
            if said == wanted:
                assert self.focus.isChecked()  # type: ignore[attr-defined]
                return
            QTest.keyClick(self.focus, along)
            if self.at() == said:
                QTest.keyClick(self.focus, Qt.Key.Key_Down)
                along = Qt.Key.Key_Left if along == Qt.Key.Key_Right else Qt.Key.Key_Right
        raise AssertionError(f"the arrow keys never come to {wanted!r}")

    def _tick(self, wanted: str) -> None:
        group = wanted.partition(": ")[0]
        self.tab_to(f"{group}: …")
        for key in (TAB, Qt.Key.Key_Right):  # chips are stops of Tab, or one stop with arrow keys inside
            for _ in range(30):
                if self.at() == wanted:
                    box = self.focus
                    assert isinstance(box, QCheckBox)
                    if not box.isChecked():
                        QTest.keyClick(box, SPACE)
                    return
                if not self.at().startswith(f"{group}: "):
                    break
                QTest.keyClick(self.focus, key)
            self.tab_to(f"{group}: …")
        raise AssertionError(f"{wanted!r} is not among the choices")

    def form(self, /, **values: Any) -> None:
        """Fill fields of the open form in the order given; their names are titles with "_" for a space."""
        for name, value in values.items():
            self.fill(name.replace("_", " "), value)

    # ---- the pen ----

    def draw(self, paper: QWidget) -> None:
        """Draw a signature with the mouse."""
        left, across, down = Qt.MouseButton.LeftButton, paper.width() // 8, paper.height() // 4
        for stroke in range(2):
            points = [QPoint(across * (n + 1), down * (1 + (n + stroke) % 3)) for n in range(6)]
            QTest.mousePress(paper, left, pos=points[0])
            for point in points[1:]:
                QTest.mouseMove(paper, point)
            QTest.mouseRelease(paper, left, pos=points[-1])

    # ---- what the eyes see ----

    def sees(self, widget: QWidget | None = None) -> str:
        """Return every text that is shown, a line each."""
        within = widget or self.window
        shown: list[QLabel | QAbstractButton] = [
            *within.findChildren(QLabel),
            *within.findChildren(QAbstractButton),
        ]
        return "\n".join(one.text() for one in shown if one.isVisible() and one.text())
