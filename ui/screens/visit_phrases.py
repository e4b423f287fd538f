"""Phrases of one's own in a note: the short name and a key give the text; what is selected becomes a phrase."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _
from app.record import Row, validated
from app.services.coaching.agreements import Phrase
from ui.context import Context, save, write
from ui.theme import button, label, spacing

INSERT_KEY, KEEP_KEY = "Ctrl+J", "Ctrl+Shift+J"
SHORTEST = 2
"""How many letters of a name are enough, where only one phrase begins with them."""
MOST_NAME = 60


def named_before(text: str, phrases: Sequence[Row]) -> tuple[Row, int] | None:
    """Return the phrase whose short name the text ends with, and how many letters of it stand there.

    A whole name wins over a beginning, a longer name over a shorter; a beginning counts where it fits one phrase only.
    """
    whole = [one for one in phrases if _ends_with(text, one["name"]) and text[-len(one["name"]) :].strip()]
    if whole:
        found = max(whole, key=lambda one: len(one["name"]))
        return found, len(found["name"])
    word = text.split()[-1] if text and not text[-1].isspace() else ""
    begun = [one for one in phrases if one["name"].casefold().startswith(word.casefold())]
    return (begun[0], len(word)) if len(word) >= SHORTEST and len(begun) == 1 else None


def _ends_with(text: str, name: str) -> bool:
    before = text[: -len(name)]
    at_word = not before or not before[-1].isalnum()
    return len(text) >= len(name) and text[-len(name) :].casefold() == name.casefold() and at_word


class PhraseBar(QWidget):
    """Stands under a note; serves the texts it is given. `changed` says that its controls are others now."""

    changed = Signal()

    def __init__(
        self, context: Context, texts: Sequence[QPlainTextEdit], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self._texts, self._last = context, tuple(texts), texts[0]
        self.phrases: list[Row] = []
        self.insert = button(_("Phrases"), "quiet", tip=_("Insert a phrase ({key})").format(key=INSERT_KEY))
        self.keep = button(
            _("Selection as a phrase"),
            "quiet",
            tip=_("Keep the selected text as a phrase ({key})").format(key=KEEP_KEY),
        )
        self.name = _Name()
        self.name.setAccessibleName(_("Short name"))
        self.name.setPlaceholderText(_("Short name"))
        self.name.setMaxLength(MOST_NAME)
        self.done = button(_("Keep the phrase"))
        self.problem = label("", "problem")
        self._kept = ""
        self._build()
        self._load()
        context.bus.changed.connect(self._heard)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(spacing(0.5))
        row.addWidget(self.insert)
        row.addWidget(self.keep)
        row.addStretch(1)
        self.naming = QWidget()
        line = QHBoxLayout(self.naming)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.name, 1)
        line.addWidget(self.done)
        column.addLayout(row)
        column.addWidget(self.naming)
        column.addWidget(self.problem)
        self.naming.hide()
        self.problem.hide()
        self.insert.clicked.connect(lambda: self.insert_phrase())
        self.keep.clicked.connect(lambda: self.begin_keeping())
        self.done.clicked.connect(lambda: self.keep_phrase())
        self.name.returnPressed.connect(self.keep_phrase)
        self.name.left.connect(self._end_keeping)
        for edit in self._texts:
            for used in (edit.cursorPositionChanged, edit.selectionChanged):
                used.connect(partial(self._used, edit))

    def listen(self, owner: QWidget) -> None:
        """Take the keys of a form."""
        for keys, press in ((INSERT_KEY, self.insert_phrase), (KEEP_KEY, self.begin_keeping)):
            shortcut = QShortcut(QKeySequence(keys), owner, press)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def stops(self) -> list[QPushButton | QLineEdit]:
        """Return the controls that take the focus, in reading order."""
        return [self.insert, self.keep, self.name, self.done]

    def _load(self) -> None:
        store = self.context.store
        self.context.tasks.run(lambda: store.rows("phrase", order=("name",)), self._show)

    def _show(self, rows: list[Row]) -> None:
        self.phrases = rows

    def _heard(self, changes: Any) -> None:
        if "phrase" in changes.kinds:
            self._load()

    # ---- inserting ----

    def _text(self) -> QPlainTextEdit:
        """Return the text that the cursor is in, else the one that was used last: a button may have the focus."""
        focused = QApplication.focusWidget()
        return next((one for one in self._texts if one is focused), self._last)

    def _used(self, edit: QPlainTextEdit) -> None:
        self._last = edit

    def insert_phrase(self) -> None:
        """Put the phrase whose name stands before the cursor in its place; without one, offer all of them."""
        edit = self._text()
        cursor = edit.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        found = None if cursor.hasSelection() else named_before(before, self.phrases)
        if found is not None:
            self._put(edit, *found)
        else:
            self.menu().popup(edit.mapToGlobal(edit.cursorRect().bottomLeft()))

    def menu(self) -> QMenu:
        """Return the list of phrases to choose from."""
        menu, edit = QMenu(self), self._text()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(_("Phrases"))
        if not self.phrases:
            none = QAction(_("No phrases yet: select a text and keep it as one."), menu)
            none.setEnabled(False)
            menu.addAction(none)
        for one in self.phrases:
            action = QAction(one["name"].replace("&", "&&"), menu)
            action.setToolTip(one["text"])
            action.triggered.connect(lambda _on=False, one=one: self._put(edit, one, 0))
            menu.addAction(action)
        menu.setToolTipsVisible(True)
        return menu

    @staticmethod
    def _put(edit: QPlainTextEdit, phrase: Row, letters: int) -> None:
        """Write a phrase over so many letters before the cursor, as one step that Ctrl+Z takes back."""
        cursor = edit.textCursor()
        if letters:
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, letters)
        cursor.insertText(phrase["text"])
        edit.setTextCursor(cursor)
        edit.setFocus()

    # ---- keeping ----

    def begin_keeping(self) -> None:
        """Ask for a short name for the selected text."""
        text = self._text().textCursor().selection().toPlainText().strip()
        self._say("" if text else _("Select the text first."))
        self._kept = text
        self.naming.setVisible(bool(text))
        self.changed.emit()
        if text:
            self.name.clear()
            self.name.setFocus()

    def keep_phrase(self) -> None:
        """Save the phrase under its name; it can be taken back."""
        name, store = self.name.text().strip(), self.context.store
        taken = {one["name"].casefold() for one in self.phrases}
        if not name or name.casefold() in taken:
            self._say(
                _("Write a short name.") if not name else _("There is a phrase with this name already.")
            )
            return
        record = validated(Phrase, {"name": name, "text": self._kept})

        def undo() -> None:
            write(self.context, lambda: store.delete("phrase", record.id))

        said = _("Phrase kept: {name}. Write its name and press {key}.").format(name=name, key=INSERT_KEY)
        save(self.context, record, done=lambda: self.context.say(said, undo))
        self._end_keeping()

    def _end_keeping(self) -> None:
        self._say("")
        self.naming.hide()
        self._text().setFocus()
        self.changed.emit()

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


class _Name(QLineEdit):
    """Escape leaves the name, not the whole form."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
