"""Editors of text: one line, a text that grows as it is written, and a value that is only shown."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from ui.fields.base import Editor
from ui.theme import label

MOST_LINE, MOST_TEXT, MOST_ROWS = 300, 20_000, 28


class Line(Editor):
    """One line of text."""

    def __init__(self, title: str, empty: Any = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._empty = empty
        self.edit = QLineEdit()
        self.edit.setMaxLength(MOST_LINE)
        self.edit.setAccessibleName(title)
        self.edit.textEdited.connect(lambda _text: self.changed.emit())
        inside(self, self.edit)

    def value(self) -> Any:
        """Return the text."""
        return self.edit.text().strip() or self._empty

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self.edit.setText(str(value or ""))
        self.edit.setCursorPosition(0)

    def stops(self) -> Sequence[QWidget]:
        """Return the line."""
        return (self.edit,)


class _Growing(QPlainTextEdit):
    """A text as high as what is written in it, within bounds; Tab leaves it."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())

    def _fit(self) -> None:
        # A plain text's layout counts its height in lines, wrapped ones included.
        lines = int(self.document().documentLayout().documentSize().height())
        shown = min(max(lines, self._rows), MOST_ROWS)
        margin = 2 * int(self.document().documentMargin()) + 16
        height = shown * self.fontMetrics().lineSpacing() + margin
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, since lines wrap elsewhere."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Let a narrow panel be narrow."""
        return QSize(80, super().minimumSizeHint().height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page, unless the text is too long to be shown whole."""
        if self.verticalScrollBar().maximum() > 0 and self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class LongText(Editor):
    """A text of several lines that grows."""

    def __init__(self, title: str, rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.edit = _Growing(rows)
        self.edit.setAccessibleName(title)
        self._quiet = False
        self.edit.textChanged.connect(self._typed)
        inside(self, self.edit)

    def _typed(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def value(self) -> Any:
        """Return the text."""
        return self.edit.toPlainText().strip()

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self._quiet = True
        self.edit.setPlainText(str(value or ""))
        self._quiet = False

    def stops(self) -> Sequence[QWidget]:
        """Return the text."""
        return (self.edit,)


class ReadOnly(Editor):
    """A value that the program itself keeps: shown as text that can be selected, returned as it was given."""

    def __init__(self, title: str, write: Callable[[Any], str], parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._write = write
        self._value: Any = None
        self.text = label()
        self.text.setAccessibleName(title)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside(self, self.text)

    def value(self) -> Any:
        """Return the value as it was given."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value."""
        self._value = value
        self.text.setText(self._write(value))


def inside(editor: QWidget, *widgets: QWidget) -> None:
    """Fill an editor with its controls, one below the other and without margins."""
    column = QVBoxLayout(editor)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for widget in widgets:
        column.addWidget(widget)
