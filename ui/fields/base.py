"""What every editor of a field has in common."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Editor(QWidget):
    """Edits one value in its JSON form.

    `changed` is emitted when a person changes the value, never by `set_value`; `restructured` when the
    controls inside are others than before. What a person typed and cannot be read as a value is kept as
    typed: `value()` returns it and `fault()` says what is wrong with it.
    """

    changed = Signal()
    restructured = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._help = ""
        self._problem = ""

    def value(self) -> Any:
        """Return the JSON value."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a JSON value."""
        raise NotImplementedError

    def fault(self) -> str:
        """Say what is wrong with what is typed, or nothing."""
        return ""

    def stops(self) -> Sequence[QWidget]:
        """Return the controls that take the focus, in reading order."""
        return ()

    def entrance(self) -> QWidget | None:
        """Return the control that the focus goes to when a person comes to the field."""
        return next(iter(self.stops()), None)

    def shows_title(self) -> bool:
        """Tell whether the editor itself shows its title, so that it needs none above."""
        return False

    def tell(self, path: Sequence[str], text: str) -> bool:
        """Show a problem at an entry inside; False when there is no such entry."""
        return False

    def set_help(self, text: str) -> None:
        """Give the screen reader the help that stands above the field."""
        self._help = text
        self._describe()

    def set_problem(self, text: str) -> None:
        """Mark the editor as having a problem (or none), also for the screen reader."""
        if text == self._problem:
            return  # saving tells every field, and hardly any has a problem
        self._problem = text
        for stop in self.stops():
            if stop.property("bad") != bool(text):
                stop.setProperty("bad", bool(text))
                stop.style().unpolish(stop)
                stop.style().polish(stop)
        self._describe()

    def first_problem(self) -> QWidget | None:
        """Return the control that a person must go to first, or None."""
        return self.entrance() if self._problem else None

    def _describe(self) -> None:
        text = " ".join(part for part in (self._problem, self._help) if part)
        for stop in self.stops():
            stop.setAccessibleDescription(text)
