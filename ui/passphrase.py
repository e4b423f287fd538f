"""Choosing a passphrase: two fields, whether it is good enough told while typing, and showing what was typed."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.i18n import Message, _
from storage import keys
from ui import theme
from ui.tasks import Tasks

CHECK_MS = 250
"""How long after the last key the passphrase is judged: word lists are searched for it."""


class Notice(QLabel):
    """A line under a field that says a problem or a piece of advice; empty it takes no place."""

    def __init__(self, look: str = "problem") -> None:
        super().__init__()
        theme.look(self, look)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()

    def say(self, text: str) -> None:
        """Show the text, and tell it to a screen reader; an empty one hides the line."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if text:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))


class SecretField(QLineEdit):
    """A field for a secret: hidden unless asked for, never remembered, with a watch on Caps Lock."""

    caps = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(1000)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self._caps = False

    def reveal(self, shown: bool) -> None:
        """Show the characters or hide them."""
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt does not tell the state of Caps Lock: a capital without Shift, or the reverse, does."""
        if event.key() == Qt.Key.Key_CapsLock:
            self._tell(not self._caps)
        elif (
            len(event.text()) == 1 and event.text().isalpha() and event.text().lower() != event.text().upper()
        ):
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._tell(event.text().isupper() != shift)
        super().keyPressEvent(event)

    def _tell(self, on: bool) -> None:
        if on != self._caps:
            self._caps = on
            self.caps.emit(on)


def caps_text(on: bool) -> str:
    """Return the notice about Caps Lock."""
    return _("Caps Lock is on.") if on else ""


class NewPassphrase(QWidget):
    """Two fields for a new passphrase. `submitted` carries it when Enter is pressed and it may be used."""

    submitted = Signal(str)

    def __init__(
        self, tasks: Tasks, judge: Callable[[str], Message | None] = keys.passphrase_problem
    ) -> None:
        super().__init__()
        self._tasks, self._judge = tasks, judge
        self._asked = 0
        self.first, self.second = SecretField(), SecretField()
        self.first_label, self.second_label = theme.label(), theme.label()
        self.first_label.setBuddy(self.first)
        self.second_label.setBuddy(self.second)
        self.advice, self.problem, self.caps = Notice("small"), Notice(), Notice("strong")
        self.shown = QCheckBox()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        parts = (self.first_label, self.first, self.advice, self.second_label, self.second)
        for part in (*parts, self.caps, self.problem, self.shown):
            column.addWidget(part)
        self._pause = QTimer(self, singleShot=True, interval=CHECK_MS)
        self._pause.timeout.connect(self.judge)
        self.first.textChanged.connect(self._changed)
        self.second.textChanged.connect(lambda: self.problem.say(""))
        self.first.returnPressed.connect(self.second.setFocus)
        self.second.returnPressed.connect(self.submit)
        self.shown.toggled.connect(self.first.reveal)
        self.shown.toggled.connect(self.second.reveal)
        for field in (self.first, self.second):
            field.caps.connect(lambda on: self.caps.say(caps_text(on)))
        self.setFocusProxy(self.first)
        self.retranslate()

    def retranslate(self) -> None:
        """Write every text in the present language."""
        self.first_label.setText(_("Passphrase"))
        self.second_label.setText(_("The same again"))
        self.first.setAccessibleName(_("Passphrase"))
        self.second.setAccessibleName(_("The same passphrase again"))
        self.shown.setText(_("Show what is typed"))
        self.advice.say(_("Four or more unrelated words make a good one. Only you will know it."))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _changed(self) -> None:
        self.problem.say("")
        self._pause.start()

    def judge(self) -> None:
        """Say whether the passphrase is hard enough to guess; only the answer to the latest text is shown."""
        text = self.first.text()
        self._asked += 1
        asked = self._asked
        if not text:
            self.retranslate()
            return

        def judged(problem: Message | None) -> None:
            if asked == self._asked:
                self.advice.say(str(problem) if problem else _("This is a good passphrase."))

        self._tasks.run(lambda: self._judge(text), judged, network=True, owner=self)

    def submit(self) -> None:
        """Hand the passphrase over if both fields agree and it is good enough; else say what to do."""
        text = self.first.text()
        if text != self.second.text():
            self.problem.say(_("The two are not the same. Write the passphrase again."))
            self.second.setFocus()
            self.second.selectAll()
            return

        def judged(problem: Message | None) -> None:
            if problem:
                self.problem.say(str(problem))
                self.first.setFocus()
            else:
                self.submitted.emit(text)

        self._tasks.run(lambda: self._judge(text), judged, network=True, owner=self)

    def clear(self) -> None:
        """Forget what was typed."""
        for field in (self.first, self.second):
            field.clear()
        self.shown.setChecked(False)
