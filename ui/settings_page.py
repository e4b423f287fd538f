"""The settings: options, passphrase, recovery code, backups, and joining a centre."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import clock
from app.errors import KnownError
from app.i18n import _, format_instant
from app.settings import OPTIONS, Option
from storage import keys
from ui import dialogs, language, printing, theme
from ui.passphrase import NewPassphrase, Notice

if TYPE_CHECKING:
    from storage.backup import Backup
    from storage.slots import Cost
    from ui.session import Session
    from ui.sync_runner import SyncResult

WIDEST = 640
Say = Callable[..., None]


class SettingsPage(QScrollArea):
    """One column of cards. Every change counts at once; there is nothing to save."""

    def __init__(self, session: "Session", say: Say, *, cost: "Cost | None" = None) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Settings"))
        page = theme.look(QWidget(), "page")
        across = QHBoxLayout(page)
        across.setContentsMargins(*[theme.spacing(3)] * 4)
        held = QWidget()
        held.setMaximumWidth(theme.px(WIDEST))
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing(2))
        across.addWidget(held, 100)
        across.addStretch(1)
        column.addWidget(theme.heading(_("Settings"), 1))
        self.options = OptionsCard(session)
        self.passphrase = PassphraseCard(session, say, cost)
        self.code = CodeCard(session)
        self.backups = BackupsCard(session, say)
        self.centre = CentreCard(session, say)
        for card in (self.options, self.passphrase, self.code, self.backups, self.centre):
            column.addWidget(card)
        column.addStretch(1)
        self.setWidget(page)
        self.setFocusProxy(next(iter(self.options.editors.values())))


class Card(QFrame):
    """A titled part of the page."""

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__()
        theme.look(self, "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*[theme.spacing(2)] * 4)
        self.column.setSpacing(theme.spacing(1))
        self.column.addWidget(theme.heading(title, 3))
        if text:
            self.column.addWidget(theme.label(text, "quiet"))

    def row(self, *parts: QWidget) -> None:
        """Put parts side by side, to the left."""
        line = QHBoxLayout()
        line.setSpacing(theme.spacing(1))
        for part in parts:
            line.addWidget(part)
        line.addStretch(1)
        self.column.addLayout(line)

    def field(self, title: str, field: QWidget, help: str = "") -> None:
        """Put a field under its title, with a line of help."""
        name = theme.label(title)
        name.setBuddy(field)
        field.setAccessibleName(title)
        if help:
            field.setAccessibleDescription(help)
        self.column.addWidget(name)
        self.column.addWidget(field)
        if help:
            self.column.addWidget(theme.label(help, "small"))


class OptionsCard(Card):
    """Every option that is declared, each with the editor that fits it."""

    def __init__(self, session: "Session") -> None:
        super().__init__(_("Windows"))
        self._session = session
        self.editors: dict[str, QComboBox] = {}
        for option in OPTIONS:
            editor = self._editor(option)
            self.editors[option.name] = editor
            self.field(_(option.title), editor, _(option.help))

    def _editor(self, option: Option) -> QComboBox:
        settings = self._session.settings
        value = settings.language if option.name == "language" else settings[option.name]
        editor = QComboBox()
        if option.choices:
            for choice in option.choices:
                # A language is called what its speakers call it.
                own = option.name == "language"
                editor.addItem(choice.title if own else _(choice.title), choice.value)
        else:
            for number in sorted({*steps(option), value}):
                editor.addItem(str(number), number)
        editor.setCurrentIndex(editor.findData(value))
        editor.activated.connect(lambda index: self._change(option.name, editor.itemData(index)))
        return editor

    def _change(self, name: str, value: Any) -> None:
        if self._session.settings[name] == value:
            return
        self._session.settings[name] = value
        if name == "language":
            language.use(value)
        elif name in ("theme", "text_size"):
            self._session.restyle()


def steps(option: Option) -> list[int]:
    """Return the values of a number that are offered: tens where there are many, else ever wider steps."""
    if option.most > 100:
        return list(range(option.least, option.most + 1, 10))
    return [n for n in (1, 2, 3, 5, 10, 15, 20, 30, 45, 60) if option.least <= n <= option.most]


class PassphraseCard(Card):
    """Changes the passphrase. The store stays as it is; only its key is wrapped anew."""

    def __init__(self, session: "Session", say: Say, cost: "Cost | None") -> None:
        super().__init__(
            _("Passphrase"), _("The recovery code stays the same when the passphrase is changed.")
        )
        self._session, self._say, self._cost = session, say, cost
        self.fields = NewPassphrase(session.tasks)
        self.go = theme.button(_("Change the passphrase"))
        self.column.addWidget(self.fields)
        self.row(self.go)
        self.go.clicked.connect(self.fields.submit)
        self.fields.submitted.connect(self._change)

    def _change(self, new: str) -> None:
        store, cost = self._session.store, self._cost
        self.go.setEnabled(False)
        self._session.tasks.run(
            lambda: keys.change_passphrase(store.folder, store.key, new, cost=cost),
            self._changed,
            self._failed,
        )

    def _changed(self, _done: Any) -> None:
        self.go.setEnabled(True)
        self.fields.clear()
        self._say(_("The passphrase was changed."))

    def _failed(self, error: KnownError) -> None:
        self.go.setEnabled(True)
        self.fields.problem.say(str(error))


class CodeCard(Card):
    """Makes a new recovery code and shows it once."""

    def __init__(self, session: "Session") -> None:
        super().__init__(
            _("Recovery code"),
            _("Opens the store when the passphrase is forgotten. A new code makes the former one useless."),
        )
        self._session = session
        self.make, self.print = theme.button(_("Make a new recovery code")), theme.button(_("Print…"))
        self.done = theme.button(_("I have written it down"), "primary")
        self.code = theme.label("", "subheading")
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.problem = Notice()
        self.column.addWidget(self.code)
        self.row(self.make, self.done, self.print)
        self.column.addWidget(self.problem)
        self.make.clicked.connect(self._ask)
        self.done.clicked.connect(lambda: self._show(""))
        self.print.clicked.connect(
            lambda: printing.print_text(self, _("Recovery code of Työpari"), self.code.text())
        )
        self._show("")

    def _ask(self) -> None:
        sure = dialogs.confirm(
            self,
            _("New recovery code"),
            _("The code that you have on paper no longer opens the store after this."),
            _("Make a new code"),
        )
        if sure:
            store = self._session.store
            self._session.tasks.run(
                lambda: keys.new_recovery_code(store.folder, store.key), self._show, self._failed
            )

    def _show(self, code: str) -> None:
        self.problem.say("")
        self.code.setText(code)
        self.code.setAccessibleName(_("Recovery code") + " " + code)
        self.make.setVisible(not code)
        for part in (self.code, self.done, self.print):
            part.setVisible(bool(code))
        if code:
            self.done.setFocus()

    def _failed(self, error: KnownError) -> None:
        self.problem.say(str(error))


class BackupsCard(Card):
    """The backups on this computer, one more to a file, and how a restore goes."""

    def __init__(self, session: "Session", say: Say) -> None:
        super().__init__(
            _("Backups"),
            _(
                "One is made each day and the last seven are kept beside the store, encrypted as the store is."
            ),
        )
        self._session, self._say = session, say
        self.list = theme.label()
        self.make = theme.button(_("Back up to a file…"))
        self.problem = Notice()
        self.column.addWidget(self.list)
        self.row(self.make)
        self.column.addWidget(self.problem)
        for text in (
            _(
                "Attached files are in it where the centre does not have them yet; the others are fetched again."
            ),
            _(
                "To restore: when the store cannot be opened, the first window offers these backups. The"
                " passphrase of the day of the backup, or the recovery code, opens them, also on another computer."
            ),
        ):
            self.column.addWidget(theme.label(text, "small"))
        self.make.clicked.connect(self._ask)
        self.load()

    def load(self) -> None:
        """Read which backups there are."""
        from storage.backup import list_backups

        folder = self._session.store.folder
        self._session.tasks.run(lambda: list_backups(folder), self._show)

    def _show(self, found: "list[Backup]") -> None:
        lines = [
            _("{time}, {size} MB").format(time=format_instant(one.made), size=max(1, round(one.size / 1e6)))
            for one in found
        ]
        self.list.setText("\n".join(lines) or _("There is no backup yet."))

    def _ask(self) -> None:
        from storage.backup import SUFFIX, backup_to

        file = dialogs.save_file(
            self,
            _("Back up to a file"),
            f"{clock.today().isoformat()}{SUFFIX}",
            _("Backups of Työpari (*.tyopari-backup)"),
        )
        if file is None:
            return
        store = self._session.store

        def op() -> None:
            backup_to(file, store.folder, store.engine, store.key)
            store.log("export", "backup")

        self.make.setEnabled(False)
        self._session.tasks.run(op, self._made, self._failed)

    def _made(self, _done: Any) -> None:
        self.make.setEnabled(True)
        self.problem.say("")
        self._say(_("The backup was made and checked."))

    def _failed(self, error: KnownError) -> None:
        self.make.setEnabled(True)
        self.problem.say(str(error))


class CentreCard(Card):
    """Joins a centre by its address and a one-time code, and says who one is there."""

    def __init__(self, session: "Session", say: Say) -> None:
        super().__init__(_("Centre"))
        self._session, self._say = session, say
        self.who = theme.label("", "strong")
        self.address, self.code = QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("https://")
        self.go = theme.button(_("Join the centre"))
        self.problem = Notice()
        self.form = QWidget()
        card, self.column = self.column, QVBoxLayout(self.form)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.field(_("Address of the centre"), self.address)
        self.field(
            _("One-time code"), self.code, _("You get both from the person who looks after the centre.")
        )
        self.row(self.go)
        self.column.addWidget(self.problem)
        self.column = card
        self.column.addWidget(self.who)
        self.column.addWidget(self.form)
        self.go.clicked.connect(self._join)
        self.address.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self._join)
        session.bus.changed.connect(self._heard)
        self.load()

    def _heard(self, changes: Any) -> None:
        if "worker" in changes.kinds:
            self.load()

    def load(self) -> None:
        """Read which centre this is and under which name one works there."""
        centre, store = self._session.centre, self._session.store
        if centre is None:
            self._show(("", ""))
            return

        def op() -> tuple[str, str]:
            return centre.joined(), store.worker_names().get(str(store.worker), "")

        self._session.tasks.run(op, self._show)

    def _show(self, known: tuple[str, str]) -> None:
        address, name = known
        joined = bool(address)
        self.form.setVisible(not joined)
        self.go.setEnabled(self._session.centre is not None)
        if not joined:
            self.who.setText(_("No centre has been joined. Everything is kept on this computer alone."))
        elif name:
            self.who.setText(_("{name} at {address}").format(name=name, address=address))
        else:
            self.who.setText(_("Joined: {address}").format(address=address))

    def _join(self) -> None:
        centre = self._session.centre
        address, code = self.address.text().strip(), self.code.text().strip()
        if centre is None:
            return
        if not address or not code:
            self.problem.say(_("Write both the address and the code."))
            (self.code if address else self.address).setFocus()
            return
        self.go.setEnabled(False)
        self.problem.say("")
        self.who.setText(_("Joining, and fetching your clients…"))
        self._session.tasks.run(
            partial(centre.enrol, address, code), self._joined, self._failed, network=True
        )

    def _joined(self, result: "SyncResult") -> None:
        self.code.clear()
        self._say(" ".join([_("The centre was joined."), *map(str, result.warnings)]))
        self.load()
        self._session.bus.changed.emit(result.changes)
        self._session.runner.joined()
        store = self._session.store
        self._session.tasks.run(lambda: store.role, self._role)

    def _role(self, role: str) -> None:
        """The centre knows the worker's role, and with it which parts of the program are shown."""
        if role != self._session.role:
            self._session.role = role
            self._session.restyle()

    def _failed(self, error: KnownError) -> None:
        self.load()
        self.go.setEnabled(True)
        self.problem.say(str(error))
