"""The pages of the unlock window: first run, recovery code, passphrase, code, and what is wrong with a store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.errors import KnownError
from app.i18n import _
from ui import theme
from ui.passphrase import NewPassphrase, Notice, SecretField, caps_text
from ui.tasks import Tasks


class Page(QWidget):
    """One page: a heading, a text and what belongs to it in a column; `retranslate` writes its texts."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = theme.heading("", 1)
        self.text = theme.label("", "quiet")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.spacing(1))
        self.column.addWidget(self.heading)
        self.column.addWidget(self.text)
        self.column.addSpacing(theme.spacing(1))

    def say(self, heading: str, text: str) -> None:
        """Write heading and text."""
        self.heading.setText(heading)
        self.text.setText(text)
        self.text.setVisible(bool(text))

    def row(self, *parts: QWidget) -> None:
        """Put parts side by side, to the left, as the next line of the page."""
        line = QHBoxLayout()
        line.setSpacing(theme.spacing(1))
        for part in parts:
            line.addWidget(part)
        line.addStretch(1)
        self.column.addLayout(line)

    def retranslate(self) -> None:
        """Write every text of the page in the present language."""
        raise NotImplementedError

    def begin(self) -> None:
        """Called when the page comes up: put the focus where people start."""

    def wait(self, waiting: bool, doing: str = "") -> None:
        """Called while an answer is on its way."""

    def problem(self, error: KnownError) -> None:
        """Say in place what went wrong."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class ChoosePage(Page):
    """A new passphrase, for a first run or after a recovery code. `chosen` carries it."""

    chosen = Signal(str)

    def __init__(self, tasks: Tasks, texts: Callable[[], tuple[str, str, str]]) -> None:
        super().__init__()
        self._texts = texts
        self.passphrase = NewPassphrase(tasks)
        self.go = theme.button("", "primary")
        self.progress = Notice("quiet")
        self.column.addWidget(self.passphrase)
        self.column.addSpacing(theme.spacing(1))
        self.row(self.go)
        self.column.addWidget(self.progress)
        self.go.clicked.connect(self.passphrase.submit)
        self.passphrase.submitted.connect(self.chosen)
        self.retranslate()

    def retranslate(self) -> None:
        heading, text, go = self._texts()
        self.say(heading, text)
        self.go.setText(go)

    def begin(self) -> None:
        self.passphrase.first.setFocus()

    def wait(self, waiting: bool, doing: str = "") -> None:
        self.passphrase.setEnabled(not waiting)
        self.go.setEnabled(not waiting)
        self.progress.say(doing if waiting else "")

    def problem(self, error: KnownError) -> None:
        self.passphrase.problem.say(str(error))
        self.begin()


class CodePage(Page):
    """The recovery code, shown once. `noted` is sent when the person says that it is written down."""

    noted = Signal()

    def __init__(self, code: str, print_code: Callable[[str], None]) -> None:
        super().__init__()
        self._code = code
        frame, inside = theme.card("notice")
        self.code = theme.label(code)
        font = QFont("monospace")
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(theme.px(18))
        self.code.setFont(font)
        self.code.setAccessibleName(_("Recovery code") + " " + code)
        inside.addWidget(self.code)
        self.column.addWidget(frame)
        self.copy, self.print = theme.button(""), theme.button("")
        self.row(self.copy, self.print)
        self.told = Notice("small")
        self.column.addWidget(self.told)
        self.ticked = QCheckBox()
        self.go = theme.button("", "primary")
        self.go.setEnabled(False)
        self.column.addWidget(self.ticked)
        self.row(self.go)
        self.ticked.toggled.connect(self.go.setEnabled)
        self.copy.clicked.connect(self._copy)
        self.print.clicked.connect(lambda: print_code(self._code))
        self.go.clicked.connect(self.noted)
        self.retranslate()

    def retranslate(self) -> None:
        self.say(
            _("Your recovery code"),
            _(
                "If you forget your passphrase, only this code opens what is on this computer. Write it on paper"
                " and keep it somewhere safe, away from the computer. It is shown only now."
            ),
        )
        self.copy.setText(_("Copy"))
        self.print.setText(_("Print…"))
        self.ticked.setText(_("I have written it down"))
        self.go.setText(_("Continue"))

    def begin(self) -> None:
        self.ticked.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self.told.say(_("Copied. The clipboard is emptied when the program locks."))


class SecretPage(Page):
    """One secret and Enter. `given` carries it; `other` asks for the other way in."""

    given = Signal(str)
    other = Signal()

    def __init__(self, field: QLineEdit) -> None:
        super().__init__()
        self.label = theme.label()
        self.field = field
        self.note, self.notice = Notice(), Notice("strong")
        self.go, self.way = theme.button("", "primary"), theme.button("", "quiet")
        self._wait = QTimer(self, interval=1000)
        self._left = 0
        self._wait.timeout.connect(self._tick)

    def lay(self, *above: QWidget) -> None:
        """Put the parts in their order, with others between the field and the buttons."""
        self.label.setBuddy(self.field)
        for part in (self.label, self.field, self.notice, self.note, *above):
            self.column.addWidget(part)
        self.column.addSpacing(theme.spacing(1))
        self.row(self.go, self.way)
        self.field.returnPressed.connect(self.submit)
        self.field.textEdited.connect(lambda: self.note.say(""))
        self.go.clicked.connect(self.submit)
        self.way.clicked.connect(self.other)
        self.retranslate()

    def submit(self) -> None:
        """Hand the secret over, unless it is empty or a wait is on."""
        if self._left:
            return
        if not self.field.text().strip():
            self.field.setFocus()
            return
        self.given.emit(self.field.text())

    def begin(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def wait(self, waiting: bool, doing: str = "") -> None:
        self.field.setReadOnly(waiting)
        self.go.setEnabled(not waiting and not self._left)
        self.way.setEnabled(not waiting)
        if waiting:
            self.note.say("")
        self.notice.say(doing if waiting else "")

    def problem(self, error: KnownError) -> None:
        self.note.say(str(error))
        self.begin()

    def hold(self, seconds: int) -> None:
        """Take no answer for so many seconds, and say how long it still is."""
        self._left = seconds
        self.go.setEnabled(not seconds)
        if seconds:
            self._wait.start()
            self._say_wait()

    def _tick(self) -> None:
        self._left = max(0, self._left - 1)
        if not self._left:
            self._wait.stop()
            self.go.setEnabled(True)
        self._say_wait()

    def _say_wait(self) -> None:
        text = _("You can try again in {count} s.").format(count=self._left) if self._left else ""
        self.notice.say(text)


class UnlockPage(SecretPage):
    """The passphrase of an existing store."""

    def __init__(self) -> None:
        secret = SecretField()
        super().__init__(secret)
        self.caps, self.shown = Notice("strong"), QCheckBox()
        secret.caps.connect(lambda on: self.caps.say(caps_text(on)))
        self.shown.toggled.connect(secret.reveal)
        self.lay(self.caps, self.shown)

    def retranslate(self) -> None:
        self.say(_("Open Työpari"), "")
        self.label.setText(_("Passphrase"))
        self.field.setAccessibleName(_("Passphrase"))
        self.shown.setText(_("Show what is typed"))
        self.go.setText(_("Open"))
        self.way.setText(_("Open with the recovery code"))


class EnterCodePage(SecretPage):
    """The recovery code, typed from the paper."""

    def __init__(self) -> None:
        super().__init__(QLineEdit())
        self.field.setMaxLength(80)
        self.lay()

    def retranslate(self) -> None:
        self.say(
            _("Open with the recovery code"),
            _("Type the code from your paper. Capitals, spaces and hyphens do not matter."),
        )
        self.label.setText(_("Recovery code"))
        self.field.setAccessibleName(_("Recovery code"))
        self.go.setText(_("Open"))
        self.way.setText(_("Back to the passphrase"))


@dataclass(frozen=True)
class WayOut:
    """A button of the trouble page: its text and what it does."""

    text: str
    act: Callable[[], None]
    look: str = ""


class TroublePage(Page):
    """What is wrong with the store, and the ways out of it; it never makes a new store over an old one."""

    def __init__(
        self, heading: Callable[[], str], error: KnownError, ways: Callable[[], Sequence[WayOut]]
    ) -> None:
        super().__init__()
        self._heading, self.error, self._ways = heading, error, ways
        self.told = Notice()
        self.advice = theme.label()
        self.buttons: list[QPushButton] = []
        self.column.insertWidget(2, self.advice)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.spacing(1))
        self.column.addLayout(self._list)
        self.column.addWidget(self.told)
        self.retranslate()

    def retranslate(self) -> None:
        self.say(self._heading(), str(self.error.message))
        self.advice.setText(str(self.error.advice or ""))
        self.advice.setVisible(bool(self.error.advice))
        for old in self.buttons:
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = []
        for way in self._ways():
            made = theme.button(way.text, way.look)
            made.clicked.connect(way.act)
            self._list.addWidget(made)
            self.buttons.append(made)

    def begin(self) -> None:
        if self.buttons:
            self.buttons[0].setFocus()

    def wait(self, waiting: bool, doing: str = "") -> None:
        for made in self.buttons:
            made.setEnabled(not waiting)
        self.told.say(doing if waiting else "")

    def problem(self, error: KnownError) -> None:
        self.told.say(str(error))
