"""Clients handed over from one worker to another: ordinary entries, so that it goes without the centre as well.

Of the clients whom this computer holds the assignments are changed here, and sent like everything else. The others are
known at the centre alone, which is asked to do the same in the team lead's name.
"""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app import roles
from app.clock import today
from app.handover import HandOver, steps
from app.i18n import _, _n
from app.record import Row, validated
from app.services import SPECS
from app.services.clients.rules import name_of
from ui.context import Context, write
from ui.fields import DateField
from ui.fields.box import FieldBox
from ui.fields.flow import Flow
from ui.screens.administration.online import OnlinePage
from ui.screens.words import choice
from ui.theme import button, label, px, spacing

if TYPE_CHECKING:
    from storage.writing import Changes
    from sync.admin import Office
    from sync.admin_messages import AssignmentsReply

NOBODY = ""
_ID = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class Held:
    """A client, who works with her now or later, and whether this computer holds her."""

    id: str
    name: str
    workers: tuple[str, ...]
    here: bool


@dataclass(frozen=True)
class Known:
    """What the page is made of."""

    clients: tuple[Held, ...]
    workers: tuple[Row, ...]
    whole: bool


def gather(store: Any, reply: "AssignmentsReply | None") -> Known:
    """Join what this computer holds with what the centre told, if it did. Reads the store."""
    day = today().isoformat()
    mine = {row["id"]: row for row in store.rows("client")}
    held: dict[str, list[str]] = {client: [] for client in mine}
    for row in store.rows("assignment"):
        if (row["valid_to"] or "9999") >= day and row["client_id"] in held:
            held[row["client_id"]].append(row["worker_id"])
    clients = {
        one: Held(one, name_of(row), tuple(dict.fromkeys(held[one])), True) for one, row in mine.items()
    }
    for told in reply.clients if reply is not None else ():
        if told.id not in clients:
            theirs = tuple(dict.fromkeys(one.worker for one in told.held_by))
            clients[told.id] = Held(told.id, told.name, theirs, False)
    workers = [row for row in store.rows("worker", order=("name",)) if row["role"] in roles.WITH_CLIENTS]
    ordered = sorted(clients.values(), key=lambda one: (one.name.casefold(), one.id))
    return Known(tuple(ordered), tuple(workers), reply is not None)


class HandOverPage(OnlinePage):
    """From whom, to whom, from which day, and which clients."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        about = _(
            "The client leaves the former worker's computer and comes to the new one's when they are next online."
        )
        super().__init__(context, _("Hand over clients"), about, parent)
        self.known = Known((), (), False)
        self.giver, self.to = QComboBox(), QComboBox()
        self.begins, self.ends = DateField(_("From")), DateField(_("Until (only for a stand-in)"))
        self.stays = QCheckBox(_("The former worker goes on as well"))
        self.clients = QListWidget()
        self.clients.setAccessibleName(_("Clients to hand over"))
        self.clients.setMinimumHeight(px(200))
        self.all = button(_("Choose all"))
        self.count = label("", "quiet", wraps=False)
        self.button = button(_("Hand over"), "primary")
        self._build()
        self.giver.currentIndexChanged.connect(lambda _n: self._list())
        self.clients.itemChanged.connect(lambda _item: self._tell())
        self.all.clicked.connect(self.choose_all)
        self.button.clicked.connect(self.hand_over)

    def _build(self) -> None:
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        people = Flow(gap=spacing(2))
        for box, title in ((self.giver, _("From whom")), (self.to, _("To whom"))):
            box.setAccessibleName(title)
            box.setMinimumWidth(px(260))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            people.addWidget(_under(title, box))
        column.addLayout(people)
        days = Flow(gap=spacing(2))
        self.boxes = [FieldBox(self.begins), FieldBox(self.ends)]
        for one in self.boxes:
            one.setMinimumWidth(px(250))
            days.addWidget(one)
        days.addWidget(self.stays)
        column.addLayout(days)
        column.addWidget(self.clients, 1)
        row = Flow(gap=spacing(1))
        for widget in (self.all, self.button, self.count):
            row.addWidget(widget)
        column.addLayout(row)
        self.begins.set_value(today().isoformat())
        self.setFocusProxy(self.giver)

    # ---- what is shown ----

    def when_away(self) -> str:
        """Say that this goes without the centre."""
        return _(
            "The centre cannot be reached just now. The clients whom this computer holds can be handed over all the"
            " same; it is sent later."
        )

    def works_away(self) -> bool:
        """Hand over also without the centre."""
        return True

    def fetch(self, office: "Office") -> Known:
        """Ask for every client with her workers."""
        return gather(self.context.store, office.clients())

    def _failed(self, error: Any) -> None:
        super()._failed(error)
        self.body.show()
        self.context.tasks.run(partial(gather, self.context.store, None), self.show_reply)

    def show_reply(self, reply: Known) -> None:
        """Show the people and the clients."""
        self.known = reply
        names = [
            (str(row["id"]), f"{row['name']} ({choice(roles.ROLES, row['role'])})") for row in reply.workers
        ]
        _fill(self.giver, [(NOBODY, _("Nobody has them yet")), *names])
        _fill(self.to, [(NOBODY, _("Choose…")), *names])
        self._list()

    def _list(self) -> None:
        """Show the clients of the one who gives them away."""
        giver = str(self.giver.currentData() or NOBODY)
        chosen = set(self.chosen())
        self.clients.blockSignals(True)
        self.clients.clear()
        for one in self.known.clients:
            if giver in one.workers or (giver == NOBODY and not one.workers):
                item = QListWidgetItem(one.name)
                item.setData(_ID, one.id)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if one.id in chosen else Qt.CheckState.Unchecked)
                self.clients.addItem(item)
        self.clients.blockSignals(False)
        if self.clients.count():
            self.clients.setCurrentRow(0)
        self._tell()

    def _items(self) -> list[QListWidgetItem]:
        return [self.clients.item(n) for n in range(self.clients.count())]

    def chosen(self) -> list[str]:
        """Return the chosen clients."""
        return [str(one.data(_ID)) for one in self._items() if one.checkState() == Qt.CheckState.Checked]

    def choose_all(self) -> None:
        """Choose all that are shown, or none where all are chosen."""
        every = len(self.chosen()) < self.clients.count()
        for item in self._items():
            item.setCheckState(Qt.CheckState.Checked if every else Qt.CheckState.Unchecked)

    def _tell(self) -> None:
        chosen, total = len(self.chosen()), self.clients.count()
        if not total:
            said = _("No clients here.")
        else:
            of = _n("{chosen} of {count} client chosen", "{chosen} of {count} clients chosen", total)
            said = of.format(chosen=chosen, count=total)
        self.count.setText(said)
        self.button.setEnabled(bool(chosen))
        self.all.setEnabled(bool(total))

    # ---- handing over ----

    def _wanted(self) -> HandOver | None:
        if False in [box.check() for box in self.boxes]:  # each says what is wrong with it
            return None
        to = next((row for row in self.known.workers if row["id"] == self.to.currentData()), None)
        begins, ends = self.begins.value() or today().isoformat(), self.ends.value()
        if to is None or to["id"] == self.giver.currentData():
            self.say(_("Choose to whom the clients go."))
            self.to.setFocus()
            return None
        if ends and ends < begins:
            self.say(_("The end is before the start."))
            return None
        return HandOver(
            to=str(to["id"]),
            role=str(to["role"]),
            begins=date.fromisoformat(begins),
            ends=date.fromisoformat(ends) if ends else None,
            giver=str(self.giver.currentData()) or None,
            stays=self.stays.isChecked(),
        )

    def hand_over(self) -> None:
        """Hand the chosen clients over."""
        wanted, chosen = self._wanted(), set(self.chosen())
        if wanted is None or not chosen:
            return
        self.say("")
        here = [one.id for one in self.known.clients if one.id in chosen and one.here]
        there = [one.id for one in self.known.clients if one.id in chosen and not one.here]
        if here:
            store = self.context.store
            done = partial(self._handed_here, there, wanted, len(chosen))
            write(
                self.context, lambda: save_here(store, here, wanted), done, lambda error: self.say(str(error))
            )
        else:
            self._ask_for(there, wanted, len(chosen))

    def _handed_here(self, there: list[str], wanted: HandOver, count: int) -> None:
        if there:
            self._ask_for(there, wanted, count)
        else:
            self._said(count)
            self.reload()

    def _ask_for(self, clients: list[str], wanted: HandOver, count: int) -> None:
        store = self.context.store
        self.ask(
            lambda office: gather(store, office.hand_over(clients, wanted)), lambda _known: self._said(count)
        )

    def _said(self, count: int) -> None:
        text = _n("{count} client handed over.", "{count} clients handed over.", count)
        self.context.say(text.format(count=count))


def save_here(store: Any, clients: list[str], wanted: HandOver) -> "Changes":
    """Change the assignments of clients whom this computer holds, in the store; returns what changed."""
    from storage.writing import Changes

    spec, records, dropped = SPECS["assignment"], [], []
    for client in clients:
        what = steps(client, store.rows("assignment", client_id=UUID(client)), wanted)
        records += [validated(spec.table, {**row, "valid_to": day}) for row, day in what.ended]
        records += [validated(spec.table, what.new)] if what.new else []
        dropped += [row["id"] for row in what.dropped]
    changes: Changes = store.save(*records) if records else Changes()
    for one in dropped:
        changes |= store.delete(spec.kind, one)
    return changes


def _under(title: str, box: QComboBox) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    column.addWidget(label(title, "field"))
    column.addWidget(box)
    return whole


def _fill(box: QComboBox, choices: list[tuple[str, str]]) -> None:
    """Offer these, and keep what is chosen."""
    before = box.currentData()
    box.blockSignals(True)
    box.clear()
    for value, text in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(before)))
    box.blockSignals(False)
