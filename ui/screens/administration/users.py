"""The people of the service: who they are, how they come in; added, given another role, let in or not."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from app import roles
from app.clock import now
from app.i18n import _, _n
from ui.context import Context
from ui.fields.flow import Flow
from ui.screens.administration.online import OnlinePage, clear
from ui.screens.administration.says import moment
from ui.screens.administration.table import Table, filter_of
from ui.screens.words import choice
from ui.theme import button, card, heading, label, look, px, spacing

if TYPE_CHECKING:
    from sync.admin import Office
    from sync.admin_messages import UserMessage, UsersReply


class UsersPage(OnlinePage):
    """The list of people; what can be done with the chosen one stands below it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        about = _("Whoever is added gets a code, and joins with it on her own computer.")
        super().__init__(context, _("People"), about, parent)
        self.people: dict[str, UserMessage] = {}
        titles = (
            ("name", _("Name")),
            ("username", _("User name")),
            ("role", _("Role")),
            ("state", _("State")),
            ("devices", _("Computers")),
            ("seen", _("Last seen")),
        )
        self.table = Table(_("People"), "users", titles)
        self.table.chosen_changed.connect(self._chosen)
        self.filter = filter_of(self.table, _("People"))
        self.adding = _Adding(self.add)
        self.secret = _Secret()
        self.detail, self._inside = card()
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        for widget in (self.secret, self.filter, self.table, self.detail, self.adding):
            column.addWidget(widget, 1 if widget is self.table else 0)
        self.setFocusProxy(self.table)

    def fetch(self, office: "Office") -> "UsersReply":
        """Ask for the people."""
        return office.users()

    def show_reply(self, reply: "UsersReply") -> None:
        """Show the people, and a code or password that was made."""
        self.people = {one.id: one for one in reply.users}
        shown = sorted(reply.users, key=lambda one: (one.name.casefold(), one.username))
        self.table.show_lines([(one.id, _line(one)) for one in shown])
        self._chosen(self.table.chosen())

    def _chosen(self, user: str) -> None:
        clear(self._inside)
        one = self.people.get(user)
        self.detail.setVisible(one is not None)
        if one is None:
            return
        self._inside.addWidget(heading(one.name, 3))
        for text in _how(one):
            self._inside.addWidget(label(text, "quiet"))
        row = Flow(gap=spacing(1))
        self.role = role_box(one.role)
        self.role.setAccessibleName(_("Role of {name}").format(name=one.name))
        row.addWidget(self.role)
        self.changing = self._button(row, _("Change the role"), one, "role")
        self.code = self._button(row, _("Code for a new computer"), one, "code")
        self.password = self._button(row, _("New password"), one, "password")
        if one.active:
            self.active = self._button(row, _("Let in no more"), one, "deactivate", "danger")
        else:
            self.active = self._button(row, _("Let in again"), one, "activate")
        self._inside.addLayout(row)
        self._inside.addLayout(self._place(one))

    def _place(self, one: "UserMessage") -> Flow:
        """Return the fields for whom a person works: by these words a client's consent names her."""
        row = Flow(gap=spacing(1))
        self.organisation, self.unit = QLineEdit(one.organisation), QLineEdit(one.unit)
        for line, title in ((self.organisation, _("Organisation")), (self.unit, _("Unit"))):
            line.setPlaceholderText(title)
            line.setAccessibleName(f"{title}: {one.name}")
            line.setToolTip(_("As it is called in clients' consents."))
            line.setMinimumWidth(px(240))
            line.setMaxLength(100)
            line.returnPressed.connect(lambda: self.place(one))
            row.addWidget(line)
        self.placing = button(_("Save where she works"))
        self.placing.setAccessibleName(f"{self.placing.text()}: {one.name}")
        self.placing.clicked.connect(lambda: self.place(one))
        row.addWidget(self.placing)
        return row

    def place(self, one: "UserMessage") -> None:
        """Say for whom a person works."""
        organisation, unit = self.organisation.text().strip(), self.unit.text().strip()

        def done(_reply: Any) -> None:
            self.context.say(_("Saved where {name} works.").format(name=one.name))

        self.ask(lambda office: office.set_place(one.id, organisation, unit), done)

    def _button(self, row: Flow, text: str, one: "UserMessage", do: Any, name: str = "") -> Any:
        made = button(text, name)
        made.setAccessibleName(f"{text}: {one.name}")
        made.clicked.connect(lambda: self.change(one, do))
        row.addWidget(made)
        return made

    def change(self, one: "UserMessage", do: Any) -> None:
        """Change how a person comes in."""
        role = str(self.role.currentData()) if do == "role" else ""
        said = {
            "role": _("{name} has another role from now on."),
            "activate": _("{name} is let in again."),
            "deactivate": _(
                "{name} is let in no more. Hand her clients over, and end her computers' access."
            ),
        }

        def done(reply: Any) -> None:
            self.secret.show_for(one.name, do, reply.secret)
            if do in said:
                self.context.say(said[do].format(name=one.name))

        self.ask(lambda office: office.change_user(one.id, do, role), done)

    def add(self) -> None:
        """Register a person."""
        username, name, role = self.adding.values()

        def done(reply: Any) -> None:
            self.adding.empty()
            self.secret.show_for(name or username, "code", reply.secret)
            self.table.choose(next((one.id for one in reply.users if one.username == username), ""))

        self.ask(lambda office: office.add_user(username, name, role), done)


def role_box(role: str) -> QComboBox:
    """Return a box of all roles, at this one."""
    box = QComboBox()
    for one in roles.ROLES:
        box.addItem(_(one.title), one.value)
    box.setCurrentIndex(max(0, box.findData(role)))
    return box


def _line(one: "UserMessage") -> list[Any]:
    state = _("In service") if one.active else _("Not let in")
    return [
        one.name,
        one.username,
        choice(roles.ROLES, one.role),
        state,
        (str(one.devices), f"{one.devices:06}"),
        (moment(one.last_seen), one.last_seen or ""),
    ]


def _how(one: "UserMessage") -> list[str]:
    """Say how a person comes in."""
    computers = _n("{count} computer", "{count} computers", one.devices).format(count=one.devices)
    said = [f"{one.username} · {choice(roles.ROLES, one.role)} · {computers}"]
    if not one.active:
        said.append(_("She is not let in, on none of her computers."))
    elif one.locked_until and one.locked_until > now().isoformat():
        said.append(
            _("Locked until {when} after too many wrong passwords.").format(when=moment(one.locked_until))
        )
    ways = []
    if one.has_password:
        ways.append(_("a password at the centre"))
    if one.linked:
        ways.append(_("the organisation's own log-in"))
    said.append(
        _("Logs in by: {ways}.").format(ways=", ".join(ways)) if ways else _("Joins by a code alone.")
    )
    return said


class _Adding(QFrame):
    """The small form for a new person."""

    def __init__(self, add: Any) -> None:
        super().__init__()
        look(self, "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        column.setSpacing(spacing(1))
        column.addWidget(heading(_("Add a person"), 3))
        row = Flow(gap=spacing(1))
        self.username, self.name, self.role = QLineEdit(), QLineEdit(), role_box(roles.JOB_COACH)
        self.username.setPlaceholderText(_("User name"))
        self.username.setAccessibleName(_("User name of the new person"))
        self.name.setPlaceholderText(_("Name"))
        self.name.setAccessibleName(_("Name of the new person"))
        self.role.setAccessibleName(_("Role of the new person"))
        for line in (self.username, self.name):
            line.setMinimumWidth(px(200))
            line.setMaxLength(100)
            line.returnPressed.connect(add)
        self.button = button(_("Add"), "primary")
        self.button.setAccessibleName(_("Add a person"))
        self.button.clicked.connect(lambda: add())
        for widget in (self.username, self.name, self.role, self.button):
            row.addWidget(widget)
        column.addLayout(row)

    def values(self) -> tuple[str, str, str]:
        """Return user name, name and role as typed."""
        return self.username.text().strip(), self.name.text().strip(), str(self.role.currentData())

    def empty(self) -> None:
        """Make ready for the next person."""
        self.username.clear()
        self.name.clear()


class _Secret(QFrame):
    """A code or a password that was just made. It is shown once, and kept nowhere."""

    def __init__(self) -> None:
        super().__init__()
        look(self, "notice")
        column = QVBoxLayout(self)
        self.text = label("", "strong")
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.about = label("", "quiet")
        self.copy = button(_("Copy"))
        self.copy.clicked.connect(self._copy)
        self.done = button(_("Done"), "quiet")
        self.done.clicked.connect(self._forget)
        row = Flow(gap=spacing(1))
        row.addWidget(self.copy)
        row.addWidget(self.done)
        column.addWidget(self.about)
        column.addWidget(self.text)
        column.addLayout(row)
        self.hide()

    def show_for(self, name: str, what: str, secret: str) -> None:
        """Show a secret for a person; nothing where there is none."""
        self.text.setText(secret)
        self.setVisible(bool(secret))
        if not secret:
            return
        if what == "password":
            about = _(
                "Password for {name}, good for a week. It is shown this once; she then chooses her own."
            )
        else:
            about = _("Code for a computer of {name}, good once and for a week. It is shown this once.")
        self.about.setText(about.format(name=name))
        self.text.setAccessibleName(f"{self.about.text()} {secret}")
        self.copy.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.text())

    def _forget(self) -> None:
        self.show_for("", "", "")
