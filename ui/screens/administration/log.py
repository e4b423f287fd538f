"""The log: who did what and when, of people and computers or of clients; never what was written."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app import roles
from app.access import client_of
from app.i18n import _, _n
from app.services.clients.rules import name_of
from ui.context import Context
from ui.fields import DateField
from ui.fields.box import FieldBox
from ui.fields.flow import Flow
from ui.screens.administration import says
from ui.screens.administration.online import OnlinePage
from ui.screens.administration.table import Cell, Table, filter_of
from ui.screens.words import title_of
from ui.theme import button, label, px, spacing

if TYPE_CHECKING:
    from sync.admin import Office
    from sync.admin_messages import LoggedMessage, LogReply

ALL = ""
Told = tuple["LogReply", dict[str, str], dict[str, str], bool]


class LogPage(OnlinePage):
    """Lines of the log, newest first, by person, by client and by days."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self.of_clients = context.role == roles.TEAM_LEAD
        about = (
            _("What was done with clients' data, by whom and when. What was written is not shown here.")
            if self.of_clients
            else _("Log-ins, computers and changes of access. Of clients an administrator sees nothing.")
        )
        super().__init__(context, _("Log"), about, parent)
        self.lines: list[LoggedMessage] = []
        self.names: dict[str, str] = {}
        self.clients: dict[str, str] = {}
        titles = [("at", _("When")), ("person", _("Who")), ("action", _("What"))]
        titles += [("kind", _("Entry")), ("client", _("Client"))] if self.of_clients else [("of", _("Whose"))]
        titles += [("more", _("More"))]
        self.table = Table(_("Log"), "log", titles)
        self.filter = filter_of(self.table, _("Log"))
        self.person, self.client = QComboBox(), QComboBox()
        self.first, self.last = DateField(_("From")), DateField(_("Until"))
        self.look = button(_("Show"), "primary")
        self.more = button(_("Show earlier lines"))
        self.whole = label("", "quiet")
        self.count = label("", "quiet", wraps=False)
        self._build()
        self.look.clicked.connect(lambda: self.reload())
        self.more.clicked.connect(self.show_more)
        self.table.chosen_changed.connect(self._chosen)

    def _build(self) -> None:
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        row = Flow(gap=spacing(1))
        boxes = [(self.person, _("Who")), *([(self.client, _("Client"))] if self.of_clients else [])]
        for box, title in boxes:
            box.setAccessibleName(title)
            box.setMinimumWidth(px(220))
            whole = QWidget()
            inside = QVBoxLayout(whole)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(3)
            inside.addWidget(label(title, "field"))
            inside.addWidget(box)
            row.addWidget(whole)
        self.days = [FieldBox(self.first), FieldBox(self.last)]
        for one in self.days:
            one.setMinimumWidth(px(230))
            row.addWidget(one)
        column.addLayout(row)
        under = Flow(gap=spacing(1))
        for widget in (self.look, self.filter, self.count):
            under.addWidget(widget)
        column.addLayout(under)
        column.addWidget(self.table, 1)
        column.addWidget(self.whole)
        below = Flow(gap=spacing(1))
        below.addWidget(self.more)
        column.addLayout(below)
        self.setFocusProxy(self.table)

    # ---- asking ----

    def _asked(self) -> dict[str, Any]:
        days = [None if field.fault() else field.value() for field in (self.first, self.last)]
        first, last = (date.fromisoformat(day) if day else None for day in days)
        return {
            "person": self.person.currentData() or None,
            "client": self.client.currentData() or None,
            "first": first,
            "last": last,
        }

    def reload(self) -> None:
        """Show the newest lines."""
        if False not in [box.check() for box in self.days]:  # each says what is wrong with it
            self.ask(partial(self._fetch, self._asked(), 0))

    def show_more(self) -> None:
        """Show earlier lines as well."""
        self.ask(partial(self._fetch, self._asked(), len(self.lines)))

    def _fetch(self, asked: dict[str, Any], skip: int, office: "Office") -> Told:
        store = self.context.store
        reply = office.log(**asked, skip=skip)
        held = {row["id"]: name_of(row) for row in store.rows("client")} if self.of_clients else {}
        return reply, store.worker_names(), held, skip > 0

    def show_reply(self, reply: Told) -> None:
        """Show lines, or those that follow."""
        told, self.names, held, more = reply
        self.clients = {**self.clients, **held, **told.clients} if more else {**held, **told.clients}
        self.lines = [*self.lines, *told.lines] if more else list(told.lines)
        _offer(self.person, _("Everybody"), self.names)
        _offer(self.client, _("All clients"), self.clients)
        self.table.show_lines([(f"{one.scope} {one.n}", self._line(one)) for one in self.lines])
        count = len(self.lines)
        self.count.setText(_n("{count} line", "{count} lines", count).format(count=count))
        self.more.setVisible(told.more)

    def _chosen(self, chosen: str) -> None:
        """Show the chosen line whole: a narrow column shows less of it."""
        cells = next((self._line(one) for one in self.lines if f"{one.scope} {one.n}" == chosen), [])
        texts = [cell if isinstance(cell, str) else cell[0] for cell in cells]
        self.whole.setText(" · ".join(text for text in texts if text))

    def _line(self, one: "LoggedMessage") -> list[Cell]:
        when = one.saved_at or one.at
        said: list[Cell] = [
            (says.moment(when), when),
            says.person(one.person, self.names),
            says.deed(one.action),
        ]
        if self.of_clients:
            said += [says.kind(one.kind), self.clients.get(client_of(one.scope) or "", "")]
        else:
            said.append(says.person(one.of, self.names) if one.of else "")
        fields = ", ".join(title_of(one.kind, name) for name in one.fields) if one.kind else ""
        why = says.reason(one.reason) if one.reason else ""
        return [*said, " · ".join(part for part in (fields, why) if part)]


def _offer(box: QComboBox, everything: str, names: dict[str, str]) -> None:
    """Offer names, and keep what is chosen; a name once met stays offered."""
    before = box.currentData()
    known = {str(box.itemData(n)): box.itemText(n) for n in range(1, box.count())} | names
    box.blockSignals(True)
    box.clear()
    box.addItem(everything, ALL)
    for one, name in sorted(known.items(), key=lambda pair: (pair[1].casefold(), pair[0])):
        box.addItem(name, one)
    box.setCurrentIndex(max(0, box.findData(before)))
    box.blockSignals(False)
