"""The calm line above the status line: what has just been done, with Undo where it can be taken back."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.i18n import _
from ui import theme

SHOWN_MS = 8_000
SHOWN_WITH_UNDO_MS = 30_000


class SayLine(QFrame):
    """Shows one text at a time; it goes away by itself, later when it can be undone, never while in use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.look(self, "notice")
        self._undo: Callable[[], Any] | None = None
        self.text = theme.label()
        self.undo = theme.button("", "quiet", tip=_("Undo ({key})").format(key="Ctrl+Shift+Z"))
        self.dismiss = theme.button("", "quiet")
        self.undo.setText(_("Undo"))
        self.dismiss.setText(_("Close"))
        self.dismiss.setAccessibleName(_("Close this message"))
        self.undo.clicked.connect(self.take_back)
        self.dismiss.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.spacing(2), 0, theme.spacing(1), 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.undo)
        row.addWidget(self.dismiss)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._time)
        self.hide()

    def say(self, text: str, undo: Callable[[], Any] | None = None) -> None:
        """Show a text in place of the one before."""
        self._undo = undo
        self.text.setText(text)
        self.setAccessibleName(text)
        self.undo.setVisible(undo is not None)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._timer.start(SHOWN_WITH_UNDO_MS if undo else SHOWN_MS)

    def take_back(self) -> None:
        """Undo what the line tells of, if it can be."""
        undo = self._undo
        self.clear()
        if undo is not None:
            undo()

    def clear(self) -> None:
        """Show nothing and keep nothing."""
        self._undo = None
        self._timer.stop()
        self.text.clear()
        self.setAccessibleName("")
        self.hide()

    def _time(self) -> None:
        if self.underMouse() or self.isAncestorOf(self.focusWidget() or self):
            self._timer.start(SHOWN_MS)
        else:
            self.clear()

    def leaveEvent(self, event: QEvent) -> None:
        """Give the usual time again after the pointer has left."""
        if self._timer.isActive():
            self._timer.start(SHOWN_MS)
        super().leaveEvent(event)
