"""Settings, Centre: joining one, logging in there again, and a new password there."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit

from app.errors import KnownError
from app.i18n import _
from ui import theme
from ui.card import Card, Fields
from ui.log_in import LogInForm, OpenPage, PasswordForm, in_the_browser
from ui.passphrase import Notice

if TYPE_CHECKING:
    from sync.login import Who
    from sync.login_messages import LoginMethods
    from ui.session import Session
    from ui.status import SyncState
    from ui.sync_runner import SyncResult

Say = Callable[..., None]


class CentreCard(Card):
    """Joins a centre by its address, with a one-time code or a log-in as the centre wants it; says who one is there."""

    def __init__(self, session: "Session", say: Say, open_page: OpenPage = in_the_browser) -> None:
        super().__init__(_("Centre"))
        self._session, self._say = session, say
        self._address, self._username = "", ""
        self.who = theme.label("", "strong")
        self.address, self.code = QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("https://")
        self.go = theme.button(_("Join the centre"))
        self.form = Fields()
        self.form.field(_("Address of the centre"), self.address)
        self.form.field(
            _("One-time code"), self.code, _("You get both from the person who looks after the centre.")
        )
        self.form.row(self.go)
        self.log_in = LogInForm(open_page)
        self.change = theme.button(_("Change my password at the centre…"))
        self.password = PasswordForm()
        self.problem = Notice()
        for part in (self.who, self.form, self.log_in):
            self.column.addWidget(part)
        self.row(self.change)
        self.column.addWidget(self.password)
        self.column.addWidget(self.problem)
        self.go.clicked.connect(self._join)
        self.address.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self._join)
        self.log_in.chosen.connect(self._chosen)
        self.change.clicked.connect(self._ask_password)
        self.password.chosen.connect(self._change_password)
        session.bus.changed.connect(self._heard)
        session.runner.state.connect(self._synced)
        self.load()

    def _heard(self, changes: Any) -> None:
        if "worker" in changes.kinds:
            self.load()

    def load(self) -> None:
        """Read which centre this is and under which name one works there."""
        centre, store = self._session.centre, self._session.store
        if centre is None:
            self._show(("", "", ""))
            return

        def op() -> tuple[str, str, str]:
            return centre.joined(), store.worker_names().get(str(store.worker), ""), centre.username()

        self._session.tasks.run(op, self._show)

    def _show(self, known: tuple[str, str, str]) -> None:
        self._address, name, self._username = known
        joined = bool(self._address)
        self.form.setVisible(not joined)
        centre = self._session.centre
        self.go.setEnabled(centre is not None)
        self.change.setVisible(joined and centre is not None and centre.methods is not None)
        if not joined:
            self.who.setText(_("No centre has been joined. Everything is kept on this computer alone."))
        elif name:
            self.who.setText(_("{name} at {address}").format(name=name, address=self._address))
        else:
            self.who.setText(_("Joined: {address}").format(address=self._address))
        self._synced(self._session.runner.known)

    # ---- joining ----

    def _join(self) -> None:
        centre = self._session.centre
        address, code = self.address.text().strip(), self.code.text().strip()
        if centre is None:
            return
        if not address or not (code or centre.methods):
            self._lacks(self.code if address else self.address)
            return
        self.problem.say("")
        if centre.methods is None:
            self._enrol()
            return
        self.go.setEnabled(False)
        self._session.tasks.run(partial(centre.methods, address), self._asked, self._failed, network=True)

    def _lacks(self, field: QLineEdit) -> None:
        self.problem.say(_("Write both the address and the code."))
        field.setFocus()

    def _asked(self, asked: "LoginMethods") -> None:
        self.go.setEnabled(True)
        if asked.wants_code and not self.code.text().strip():
            self._lacks(self.code)
        elif asked.wants_login:
            self.log_in.offer(asked, _("Your organisation asks you to log in."))
        else:
            self._enrol()

    def _enrol(self, who: "Who | None" = None) -> None:
        centre = self._session.centre
        assert centre is not None
        self.go.setEnabled(False)
        self.who.setText(_("Joining, and fetching your clients…"))
        words = (self.address.text().strip(), self.code.text().strip())
        enrol = partial(centre.enrol, *words, who) if who is not None else partial(centre.enrol, *words)
        self._session.tasks.run(enrol, self._joined, self._failed, network=True)

    def _joined(self, result: "SyncResult") -> None:
        self.code.clear()
        self.log_in.over(well=True)
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
        self.log_in.over()
        self.go.setEnabled(True)
        self.problem.say(str(error))

    # ---- logging in again ----

    def _synced(self, state: "SyncState") -> None:
        """Offer the log-in where the centre takes nothing before it."""
        centre = self._session.centre
        wanted = state.login and bool(self._address)
        if not wanted or self.log_in.isVisibleTo(self) or centre is None or centre.methods is None:
            return
        ask = partial(centre.methods, self._address)
        self._session.tasks.run(ask, self._wanted, self._failed_quietly, network=True)

    def _wanted(self, asked: "LoginMethods") -> None:
        if asked.wants_login:
            why = _("Your organisation asks you to log in again. Until then nothing is sent or fetched.")
            self.log_in.offer(asked, why, self._username, focus=False)  # it comes by itself

    def _failed_quietly(self, error: KnownError) -> None:
        self.problem.say(str(error))

    def _chosen(self, who: "Who") -> None:
        centre = self._session.centre
        self.problem.say("")
        if not self._address:
            self._enrol(who)
        elif centre is not None:
            log_in = partial(centre.log_in, who)
            self._session.tasks.run(log_in, self._logged_in, self._failed, network=True)

    def _logged_in(self, must_change: bool) -> None:
        self.log_in.over(well=True)
        self._say(_("You are logged in."))
        self._session.runner.joined()
        if must_change:
            self.password.offer(self._username)

    # ---- a new password ----

    def _ask_password(self) -> None:
        centre = self._session.centre
        if centre is None or centre.methods is None:
            return
        self.problem.say("")
        ask = partial(centre.methods, self._address)
        self._session.tasks.run(ask, self._offer_password, self._failed_quietly, network=True)

    def _offer_password(self, asked: "LoginMethods") -> None:
        if asked.passwords:
            self.password.offer(self._username)
        else:
            self.problem.say(_("This centre keeps no passwords, so there is none to change."))

    def _change_password(self, username: str, former: str, new: str) -> None:
        centre = self._session.centre
        assert centre is not None
        self.password.go.setEnabled(False)
        self._session.tasks.run(
            partial(centre.change_password, username, former, new),
            self._changed,
            self._not_changed,
            network=True,
        )

    def _changed(self, _done: Any) -> None:
        self.password.go.setEnabled(True)
        self.password.hide()
        self._say(_("Your password at the centre was changed."))

    def _not_changed(self, error: KnownError) -> None:
        self.password.go.setEnabled(True)
        self.password.problem.say(str(error))
