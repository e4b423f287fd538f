"""The computers that have joined: whose, when last seen, and how one that is lost or left is made to forget."""

from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.i18n import N_, _
from ui import dialogs
from ui.context import Context
from ui.fields.flow import Flow
from ui.screens.administration.online import OnlinePage, clear
from ui.screens.administration.says import moment, person
from ui.screens.administration.table import Table, filter_of
from ui.theme import button, card, heading, label, px, spacing

if TYPE_CHECKING:
    from sync.admin import Office
    from sync.admin_messages import DeviceMessage, DevicesReply

STATES = {
    "active": N_("In use"),
    "drain": N_("Is to send all and forget"),
    "destroy": N_("Is to forget at once"),
    "wiped": N_("Has forgotten everything"),
}


class DevicesPage(OnlinePage):
    """The list of computers; an order to the chosen one stands below it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        about = _(
            "An order reaches a computer when it is next online. One that never comes online obeys nothing."
        )
        super().__init__(context, _("Computers"), about, parent)
        self.devices: dict[str, DeviceMessage] = {}
        self.names: dict[str, str] = {}
        self.here = ""
        titles = (
            ("person", _("Person")),
            ("name", _("Computer")),
            ("seen", _("Last seen")),
            ("program", _("Program")),
            ("state", _("State")),
        )
        self.table = Table(_("Computers"), "devices", titles)
        self.table.chosen_changed.connect(self._chosen)
        self.filter = filter_of(self.table, _("Computers"))
        self.detail, self._inside = card()
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        for widget in (self.filter, self.table, self.detail):
            column.addWidget(widget, 1 if widget is self.table else 0)
        self.setFocusProxy(self.table)

    def fetch(self, office: "Office") -> "tuple[DevicesReply, dict[str, str]]":
        """Ask for the computers."""
        return office.devices(), self.context.store.worker_names()

    def show_reply(self, reply: "tuple[DevicesReply, dict[str, str]]") -> None:
        """Show the computers."""
        told, self.names = reply
        self.here = told.here
        self.devices = {one.id: one for one in told.devices}
        self.table.show_lines([(one.id, self._line(one)) for one in told.devices])
        self._chosen(self.table.chosen())

    def _line(self, one: "DeviceMessage") -> list[Any]:
        state = _(STATES[one.status]) if one.status in STATES else one.status
        if one.status == "active" and one.copy_noticed_at:
            state = _("A copy of it was noticed")
        return [
            person(one.worker, self.names),
            one.name,
            (moment(one.last_seen), one.last_seen or ""),
            one.program or "",
            state,
        ]

    def _chosen(self, device: str) -> None:
        clear(self._inside)
        one = self.devices.get(device)
        self.detail.setVisible(one is not None)
        if one is None:
            return
        title = f"{person(one.worker, self.names)}: {one.name}"
        self._inside.addWidget(heading(title, 3))
        for text in self._says(one):
            self._inside.addWidget(label(text, "quiet"))
        if one.id == self.here:
            self._inside.addWidget(label(_("This is the computer at which you sit."), "quiet"))
        elif one.status != "wiped":
            self._inside.addLayout(self._orders(one, title))

    def _says(self, one: "DeviceMessage") -> list[str]:
        said = [
            _("Joined {when}, last seen {seen}.").format(
                when=moment(one.enrolled_at), seen=moment(one.last_seen)
            )
        ]
        if one.platform:
            said.append(f"{one.platform} · {_('Program')} {one.program or '–'}")
        if one.copy_noticed_at:
            said.append(_("A copy of its store was noticed {when}.").format(when=moment(one.copy_noticed_at)))
        if one.order_at:
            by = self.names.get(one.order_by or "", one.order_by or _("The centre"))
            ordered = _("Ordered {when} by {name}: {reason}")
            said.append(
                ordered.format(when=moment(one.order_at), name=by, reason=one.order_reason or _("no reason"))
            )
        if one.wiped_at:
            said.append(_("It has forgotten everything since {when}.").format(when=moment(one.wiped_at)))
        return said

    def _orders(self, one: "DeviceMessage", title: str) -> Flow:
        row = Flow(gap=spacing(1))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Why, for instance: lost on the way"))
        self.reason.setAccessibleName(_("Why {computer} is to forget everything").format(computer=title))
        self.reason.setMaxLength(400)
        self.reason.setMinimumWidth(px(320))
        row.addWidget(self.reason)
        if one.status != "drain":
            self.drain = button(_("Send everything, then forget"))
            self.drain.setAccessibleName(f"{self.drain.text()}: {title}")
            self.drain.setToolTip(_("For somebody who leaves: what is unsent comes into quarantine first."))
            self.drain.clicked.connect(lambda: self.order(one, "drain"))
            row.addWidget(self.drain)
        if one.status != "destroy":
            self.destroy_now = button(_("Forget at once"), "danger")
            self.destroy_now.setAccessibleName(f"{self.destroy_now.text()}: {title}")
            self.destroy_now.setToolTip(
                _("For a computer that was stolen or lost: what is unsent there is gone.")
            )
            self.destroy_now.clicked.connect(lambda: self.order(one, "destroy"))
            row.addWidget(self.destroy_now)
        return row

    def order(self, one: "DeviceMessage", order: Literal["drain", "destroy"]) -> None:
        """Order a computer to forget everything, after asking where unsent work would be gone."""
        reason = self.reason.text().strip()
        if not reason:
            self.say(_("Write why this computer is to forget everything."))
            self.reason.setFocus()
            return
        if order == "destroy":
            question = _("What is unsent on {computer} will be gone for good.").format(computer=one.name)
            title = _("Forget at once")
            if not dialogs.confirm(self, title, question, _("Forget"), danger=True):
                return
        store = self.context.store
        said = _("The order is given; the computer gets it when it is next online.")
        self.ask(
            lambda office: (office.revoke(one.id, order, reason), store.worker_names()),
            lambda _reply: self.context.say(said),
        )
