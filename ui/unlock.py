"""The window before the store is open: first run, unlocking, recovery, and what to do when the store is not whole.

Keys are derived on a background thread, since that takes up to a second; the heavy libraries are loaded while the
passphrase is typed. Nothing here ever makes a new store over an old one.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import i18n
from app.errors import KnownError, StoreBusy, StoreDamaged, StoreMissing, StoreTooNew, WrongPassphrase
from app.i18n import _, format_instant
from storage import keys, wiping
from ui import dialogs, language, printing, theme
from ui.passphrase import Notice
from ui.tasks import Tasks
from ui.unlock_pages import ChoosePage, CodePage, EnterCodePage, Page, TroublePage, UnlockPage, WayOut

if TYPE_CHECKING:
    from app.settings import Settings
    from storage.backup import Backup
    from storage.slots import Cost
    from storage.store import Store

STORE_FILE = "store.db"
BACKUPS_SHOWN = 5
LIBRARIES = ("app.services", "storage.backup", "storage.store", "sync.client", "sync.enrol")
WINDOWS = (
    "ui.records",
    "ui.search",
    "ui.screens.today",
    "ui.screens.clients",
    "ui.screens.client_page",
    "ui.shell",
    "ui.centre",
)
"""What names Qt's classes is loaded on the GUI thread, one by one: PySide makes a class when it is first named, and
two threads that do so at once end the process."""
_TROUBLE = (StoreBusy, StoreDamaged, StoreMissing, StoreTooNew)


def load_libraries() -> None:
    """Load what opening the store needs, on a thread of its own, so that Today comes up at once."""
    for name in LIBRARIES:
        import_module(name)


class UnlockWindow(QWidget):
    """Opens the store of one folder. `opened` carries the Store; `left` is sent when the person closes it.

    `ahead`: load what comes after this window while it is shown; `loaded` is sent when all of it is there.
    """

    opened = Signal(object)
    left = Signal()
    loaded = Signal()

    def __init__(
        self,
        folder: Path,
        settings: "Settings",
        tasks: Tasks,
        *,
        cost: "Cost | None" = None,
        ahead: bool = True,
    ) -> None:
        super().__init__()
        self._folder, self._settings, self._tasks, self._cost = folder, settings, tasks, cost
        self._ahead = ahead
        self._failures = 0
        self._store: Store | None = None
        self._backups: list[Backup] = []
        self.page: Page | None = None
        self.setWindowTitle("Työpari")
        self.resize(theme.px(880), theme.px(640))
        self._languages = QButtonGroup(self)
        self._body = QVBoxLayout()
        self._lay()
        QTimer.singleShot(0, self, self._begin)

    # ---- building ----

    def _lay(self) -> None:
        top = QHBoxLayout()
        top.addWidget(theme.label("Työpari", "subheading", wraps=False))
        top.addStretch(1)
        for code, name in i18n.NAMES.items():
            choice = theme.button(name)
            choice.setCheckable(True)
            choice.setAccessibleName(name)
            choice.clicked.connect(partial(self._choose_language, code))
            self._languages.addButton(choice)
            top.addWidget(choice)
        self._mark_language()
        middle = theme.look(QWidget(), "page")
        frame, column = theme.card()
        column.setContentsMargins(*[theme.spacing(4)] * 4)
        self.told = Notice()
        column.addWidget(self.told)
        column.addLayout(self._body)
        frame.setMaximumWidth(theme.px(520))
        held = QVBoxLayout(middle)
        held.addStretch(1)
        held.addWidget(frame)
        held.addStretch(2)
        across = QHBoxLayout()
        across.addWidget(frame)
        held.insertLayout(1, across)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(middle)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.spacing(2)] * 4)
        whole.addLayout(top)
        whole.addWidget(scroll, 1)
        self._show(self._first_page())

    def _first_page(self) -> Page:
        try:
            ended = wiping.finish(self._folder)
        except KnownError as error:  # another program is at it
            return self._trouble(error)
        if keys.exists(self._folder):
            return self._unlock_page()
        if (self._folder / STORE_FILE).exists():
            return self._trouble(_keyless())
        page = ChoosePage(
            self._tasks,
            lambda: (
                _("Welcome to Työpari"),
                " ".join(
                    [
                        *([_(wiping.ENDED)] if ended else []),
                        _("Choose a passphrase. It locks everything that is kept on this computer."),
                    ]
                ),
                _("Continue"),
            ),
        )
        page.chosen.connect(self._create)
        return page

    def _begin(self) -> None:
        if self.page is not None:
            self.page.begin()
        if self._ahead:
            self._tasks.run(load_libraries, lambda _done: self._load_windows(), owner=self)

    def _load_windows(self, loaded: int = 0) -> None:
        """Load the windows that come after this one, a piece between what the person types."""
        if loaded < len(WINDOWS):
            import_module(WINDOWS[loaded])
            QTimer.singleShot(0, self, lambda: self._load_windows(loaded + 1))
        else:
            self.loaded.emit()

    def _show(self, page: Page) -> None:
        if self.page is not None:
            self._body.removeWidget(self.page)
            self.page.hide()
            self.page.deleteLater()
        self.page = page
        self._body.addWidget(page)
        if self.isVisible():
            page.begin()

    def _unlock_page(self) -> UnlockPage:
        page = UnlockPage()
        page.given.connect(self._open)
        page.other.connect(lambda: self._show(self._code_page()))
        return page

    def _code_page(self) -> EnterCodePage:
        page = EnterCodePage()
        page.given.connect(self._open_with_code)
        page.other.connect(lambda: self._show(self._unlock_page()))
        return page

    def _trouble(self, error: KnownError) -> TroublePage:
        page = TroublePage(partial(_heading, error), error, partial(self._ways, error))
        if not isinstance(error, StoreBusy | StoreTooNew):
            self._tasks.run(self._list_backups, partial(self._found, page), owner=page)
        return page

    def tell(self, text: str) -> None:
        """Say something above the page, such as why there is no store any more."""
        self.told.say(text)

    def wait(self, waiting: bool) -> None:
        """Take no passphrase while the store is still being closed."""
        if self.page is not None:
            self.page.wait(waiting, _("Locking…") if waiting else "")
            if not waiting:
                self.page.begin()

    # ---- ways in ----

    def _work(self, op: Callable[[], Any], done: Callable[[Any], None], doing: str) -> None:
        """Run `op` on the thread of the store while the page waits; a failure is told on the page."""
        page = self.page
        assert page is not None
        page.wait(True, doing)

        def finished(result: Any) -> None:
            page.wait(False)
            done(result)

        def failed(error: KnownError) -> None:
            page.wait(False)
            self._failed(error)

        self._tasks.run(op, finished, failed, owner=self)

    def _create(self, passphrase: str) -> None:
        def op() -> "tuple[Store, str]":
            from storage.store import Store

            return Store.create(self._folder, passphrase, cost=self._cost)

        self._work(op, self._created, _("The store is being made…"))

    def _created(self, made: "tuple[Store, str]") -> None:
        self._store, code = made
        page = CodePage(code, self._print)
        page.noted.connect(self._hand_over)
        self._show(page)

    def _print(self, code: str) -> None:
        printing.print_text(self, _("Recovery code of Työpari"), code)

    def _open(self, passphrase: str) -> None:
        def op() -> "Store":
            from storage.store import Store

            return Store.open(self._folder, passphrase)

        self._work(op, self._opened, _("Opening…"))

    def _open_with_code(self, code: str) -> None:
        def op() -> "Store":
            from storage.store import Store

            return Store.open_with_code(self._folder, code)

        self._work(op, self._renew, _("Opening…"))

    def _opened(self, store: "Store") -> None:
        self._store = store
        self._hand_over()

    def _renew(self, store: "Store") -> None:
        """After the recovery code a new passphrase is chosen; the store waits open until then."""
        self._store = store
        page = ChoosePage(
            self._tasks,
            lambda: (
                _("Choose a new passphrase"),
                _("The store is open. The former passphrase no longer opens it after this."),
                _("Continue"),
            ),
        )
        page.chosen.connect(self._change)
        self._show(page)

    def _change(self, passphrase: str) -> None:
        store = self._store
        assert store is not None

        def op() -> None:
            keys.change_passphrase(store.folder, store.key, passphrase, cost=self._cost)

        self._work(op, lambda _done: self._hand_over(), _("The passphrase is being changed…"))

    def _hand_over(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            self.opened.emit(store)

    def _failed(self, error: KnownError) -> None:
        if isinstance(error, _TROUBLE):
            self._show(self._trouble(error))
            return
        page = self.page
        if page is None:
            return
        page.problem(error)
        if isinstance(error, WrongPassphrase) and isinstance(page, UnlockPage | EnterCodePage):
            self._failures += 1
            page.hold(keys.delay_after(self._failures))

    # ---- ways out of trouble ----

    def _list_backups(self) -> "list[Backup]":
        from storage.backup import list_backups

        return list_backups(self._folder)[:BACKUPS_SHOWN]

    def _found(self, page: TroublePage, backups: "list[Backup]") -> None:
        self._backups = backups
        page.retranslate()
        page.begin()

    def _ways(self, error: KnownError) -> list[WayOut]:
        if isinstance(error, StoreTooNew):
            return [WayOut(_("Close"), self._close, "primary")]
        again = WayOut(_("Try again"), self._again, "primary" if isinstance(error, StoreBusy) else "")
        if isinstance(error, StoreBusy):
            return [again, WayOut(_("Close"), self._close)]
        found = [
            WayOut(
                _("Restore the backup of {time}").format(time=format_instant(backup.made)),
                partial(self._restore, backup.file),
                "primary" if backup is self._backups[0] else "",
            )
            for backup in self._backups
        ]
        return [*found, WayOut(_("Restore another backup file…"), self._restore_other), again]

    def _again(self) -> None:
        self._show(self._first_page())

    def _close(self) -> None:
        self.close()

    def _restore_other(self) -> None:
        file = dialogs.open_file(self, _("Restore a backup"), _("Backups of Työpari (*.tyopari-backup)"))
        if file is not None:
            self._restore(file)

    def _restore(self, file: Path) -> None:
        def op() -> Path | None:
            from storage import backup, profile_lock

            with profile_lock.acquire(self._folder):
                return backup.restore_from(file, self._folder)

        self._work(op, self._restored, _("The backup is being restored…"))

    def _restored(self, aside: Path | None) -> None:
        page = self._unlock_page()
        self._show(page)
        page.notice.say(
            _("The backup was restored. Open it with the passphrase; what was here before was put aside.")
            if aside
            else _("The backup was restored. Open it with the passphrase.")
        )

    # ---- the window ----

    def _choose_language(self, code: str) -> None:
        self._settings["language"] = code
        language.use(code)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the language buttons true."""
        if event.type() == QEvent.Type.LanguageChange:
            self._mark_language()
        super().changeEvent(event)

    def _mark_language(self) -> None:
        for choice, code in zip(self._languages.buttons(), i18n.NAMES, strict=True):
            choice.setChecked(code == i18n.language())
            theme.look(choice, "" if choice.isChecked() else "tool")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close a store that waits open for its new passphrase or for the code to be noted."""
        if self._store is not None:
            self._tasks.run(self._store.close)
            self._store = None
        self.left.emit()
        super().closeEvent(event)


def _heading(error: KnownError) -> str:
    if isinstance(error, StoreBusy):
        return _("The store is in use")
    if isinstance(error, StoreTooNew):
        return _("A newer Työpari is needed")
    if isinstance(error, StoreMissing):
        return _("The store is not where it was")
    return _("The store is damaged")


def _keyless() -> StoreDamaged:
    return StoreDamaged(
        i18n.Message(i18n.N_("The key file of the store is missing. Without it the store cannot be opened.")),
        i18n.Message(i18n.N_("Put the file slots.json back where it was, or restore a backup.")),
    )
