"""The settings: options, passphrase, recovery code, backups, and joining a centre."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
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
from ui.card import Card
from ui.centre_card import CentreCard
from ui.passphrase import NewPassphrase, Notice

if TYPE_CHECKING:
    from storage.backup import Backup
    from storage.slots import Cost
    from ui.session import Session

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
