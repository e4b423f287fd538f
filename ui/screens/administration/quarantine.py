"""Quarantine: what the centre kept apart. A team lead takes it in as it was written, or rejects it and says why."""

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from app.i18n import N_, _, _n
from ui.context import Context
from ui.fields.flow import Flow
from ui.screens.administration import says
from ui.screens.administration.online import OnlinePage, clear
from ui.screens.client_cards import pairs
from ui.screens.marked_text import differences, marked, spoken
from ui.screens.words import NOTHING, as_text, field_of, title_of
from ui.theme import button, heading, label, look, px, spacing

if TYPE_CHECKING:
    from sync.admin import Office
    from sync.admin_messages import QuarantinedMessage, QuarantineReply

NOT_SHOWN = ("client_id", "id", "scope")
OPS = {
    "create": N_("New entry"),
    "update": N_("Change"),
    "delete": N_("Deletion"),
    "undelete": N_("Brought back"),
}


class QuarantinePage(OnlinePage):
    """What waits, client by client, oldest first."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        about = _(
            "Entries that came when their author might no longer send them. What you take in is saved with its author"
            " and time; who wrote it hears what you decided."
        )
        super().__init__(context, _("Quarantine"), about, parent)
        self.cards: list[WaitingCard] = []
        self.groups: list[Any] = []
        self.outcome = label("", "strong")
        self.outcome.hide()
        self.empty = label(_("Nothing waits. Everything that came has its place."), "quiet")
        self._list = QVBoxLayout()
        self._list.setSpacing(spacing(2))
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        column.addWidget(self.outcome)
        column.addWidget(self.empty)
        column.addLayout(self._list)
        column.addStretch(1)

    def fetch(self, office: "Office") -> "tuple[QuarantineReply, dict[str, str]]":
        """Ask what waits."""
        return office.quarantine(), self.context.store.worker_names()

    def show_reply(self, reply: "tuple[QuarantineReply, dict[str, str]]") -> None:
        """Show what waits, and say what became of what was decided."""
        told, names = reply
        clear(self._list)
        self.cards, self.groups = [], []
        by_client = sorted(told.waiting, key=lambda one: (one.client_name.casefold(), one.client or ""))
        for client, some in groupby(by_client, key=lambda one: one.client):
            self._show_client(client, list(some), names)
        self.empty.setVisible(not told.waiting)
        said = _said(told.outcomes)
        self.outcome.setText(said)
        self.outcome.setVisible(bool(said))
        if self.cards and told.outcomes:
            self.cards[0].take.setFocus()

    def _show_client(
        self, client: str | None, some: "list[QuarantinedMessage]", names: Mapping[str, str]
    ) -> None:
        shown = next((one.client_name for one in some if one.client_name), "")
        name = shown or (_("A client not known at the centre") if client else _("Everybody's lists"))
        self._list.addWidget(heading(name, 2))
        if len(some) > 1:
            every = button(
                _n("Take in all {count}", "Take in all {count}", len(some)).format(count=len(some))
            )
            every.setAccessibleName(f"{every.text()}: {name}")
            ids = [one.id for one in some]
            every.clicked.connect(lambda: self.decide(ids, "apply"))
            row = Flow(gap=spacing(1))
            row.addWidget(every)
            self._list.addLayout(row)
            self.groups.append(every)
        for one in some:
            made = WaitingCard(one, name, names, self)
            self.cards.append(made)
            self._list.addWidget(made)

    def decide(self, ids: list[str], do: Literal["apply", "reject"], reason: str = "") -> None:
        """Take in or reject."""
        store = self.context.store
        self.ask(lambda office: (office.decide(ids, do, reason), store.worker_names()))


class WaitingCard(QFrame):
    """One change that waits: what, from whom, when, why, and its contents where they may be read."""

    def __init__(
        self, one: "QuarantinedMessage", client: str, names: Mapping[str, str], page: QuarantinePage
    ) -> None:
        super().__init__()
        self.one, self.page = one, page
        look(self, "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        column.setSpacing(spacing(1))
        op = _(OPS[one.op]) if one.op in OPS else one.op
        self.title = f"{says.kind(one.kind)}: {op}"
        self.name = f"{client}, {self.title}"
        column.addWidget(heading(self.title, 3))
        who = _("{name}, written {when}").format(
            name=says.person(one.author, names), when=says.moment(one.saved_at)
        )
        column.addWidget(label(who, "strong"))
        column.addWidget(label(says.reason(one.reason), "problem"))
        if one.author != one.worker:
            sent = _("It was sent from a computer of {name}.").format(name=says.person(one.worker, names))
            column.addWidget(label(sent))
        self._add_contents(column, names)
        column.addLayout(self._choices())

    def _add_contents(self, column: QVBoxLayout, names: Mapping[str, str]) -> None:
        if self.one.patch is None:
            hidden = _("What was written is not shown: your role does not hold this part of a client's data.")
            column.addWidget(label(hidden, "quiet"))
            return
        plain = []
        for name, (old, new) in self.one.patch.items():
            if name in NOT_SHOWN or old == new:
                continue
            field = field_of(self.one.kind, name)
            before, after = as_text(field, old, names), as_text(field, new, names)
            title, found = title_of(self.one.kind, name), differences(before, after)
            if found is not None:
                column.addWidget(label(title, "small"))
                for text, pieces, which in ((before, found[0], _("before")), (after, found[1], _("after"))):
                    said = marked(pieces)
                    said.setAccessibleName(f"{title}, {which}: {text}")
                    said.setAccessibleDescription(spoken(pieces))
                    column.addWidget(said)
            elif before != NOTHING:
                plain.append((title, f"{before} → {after}"))
            elif after != NOTHING:
                plain.append((title, after))
        pairs(column, plain)

    def _choices(self) -> Flow:
        row = Flow(gap=spacing(1))
        self.take = button(_("Take in"))
        self.take.setAccessibleName(f"{self.take.text()}: {self.name}")
        self.take.clicked.connect(lambda: self.page.decide([self.one.id], "apply"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Why it is rejected"))
        self.reason.setAccessibleName(f"{_('Why it is rejected')}: {self.name}")
        self.reason.setMaxLength(400)
        self.reason.setMinimumWidth(px(280))
        self.reason.returnPressed.connect(self.reject)
        self.refuse = button(_("Reject"), "danger")
        self.refuse.setAccessibleName(f"{self.refuse.text()}: {self.name}")
        self.refuse.clicked.connect(lambda: self.reject())
        for widget in (self.take, self.reason, self.refuse):
            row.addWidget(widget)
        if self.one.reason == "author":
            self.take.setEnabled(False)
        return row

    def reject(self) -> None:
        """Reject it; without a reason ask for one."""
        reason = self.reason.text().strip()
        if not reason:
            self.page.say(_("Write why it is not taken in: the person who wrote it is told."))
            self.reason.setFocus()
            return
        self.page.decide([self.one.id], "reject", reason)


OUTCOMES = {
    "applied": N_("Taken in."),
    "merged": N_("Taken in, joined with what others have written."),
    "conflict": N_("Taken in. Somebody else has changed the same meanwhile: it waits under Decisions."),
    "refused": N_("It stays out; its author is told why."),
    "quarantined": N_(
        "It could not be taken in yet: what it belongs to is not there. Take in the client first."
    ),
}


def _said(outcomes: Mapping[str, str]) -> str:
    """Say what became of what was decided, each outcome once."""
    seen = dict.fromkeys(outcomes.values())
    return " ".join(_(OUTCOMES[one]) for one in seen if one in OUTCOMES)
