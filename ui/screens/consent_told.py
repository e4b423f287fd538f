"""The partners to be told that a consent was changed or taken back: one tick each, with day and way."""

from functools import partial

from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout

from app.clock import today
from app.consent import party_of
from app.errors import KnownError, Refused
from app.i18n import _, format_date
from app.record import Row, validated
from app.services.consents import codes
from app.services.consents.records import PartnerNotice
from ui.context import Context, write
from ui.fields import DateField
from ui.screens.consent_words import Standings
from ui.screens.words import choice, day_of
from ui.theme import button, heading, label, look, spacing


class PartnersToTell(QFrame):
    """The list for one consent; hidden where nobody is to be told and nobody was."""

    def __init__(self, context: Context, row: Row, held: Standings, title: str = "") -> None:
        super().__init__()
        self.context, self.row = context, row
        told, untold = held.told(row), held.untold(row)
        look(self, "warning" if untold else "sunken")
        self.lines: list[_PartnerLine] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(1), spacing(2), spacing(1.5))
        column.setSpacing(spacing(1))
        said = _("Partners to be told of this") if untold else _("All partners have been told")
        column.addWidget(heading(title or said, 3))
        for party in untold:
            made = _PartnerLine(context, row, party)
            self.lines.append(made)
            column.addWidget(made)
        for party in row["parties"]:
            notice = told.get(party["id"])
            if notice is not None:
                column.addWidget(label(_told(party, notice), "small"))
        if held.over_since(row) is None or not (untold or told):
            self.hide()


def _told(party: Row, notice: Row) -> str:
    words = _("{party}: told on {day}").format(
        party=str(party_of(party)), day=format_date(day_of(notice["on"]))
    )
    way = choice(codes.NOTICE_WAYS, notice["way"]) if notice["way"] else ""
    return ", ".join(part for part in (words, way) if part)


class _PartnerLine(QFrame):
    """One partner: how and when it was told, and the button that says it is done."""

    def __init__(self, context: Context, row: Row, party: Row) -> None:
        super().__init__()
        self.context, self.row, self.party = context, row, party
        who = str(party_of(party))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(0.5))
        column.addWidget(label(who, "field"))
        line = QHBoxLayout()
        line.setSpacing(spacing(1))
        self.way = QComboBox()
        self.way.setAccessibleName(_("How {party} was told").format(party=who))
        for one in codes.NOTICE_WAYS:
            self.way.addItem(_(one.title), one.value)
        self.on = DateField(_("Day on which {party} was told").format(party=who))
        self.on.set_value(today().isoformat())
        self.done = button(_("Told"))
        self.done.setAccessibleName(_("{party} has been told").format(party=who))
        self.done.clicked.connect(self.tell)
        for widget, wide in ((self.way, 2), (self.on, 2), (self.done, 0)):
            line.addWidget(widget, wide)
        column.addLayout(line)
        self.problem = label("", "problem")
        self.problem.hide()
        column.addWidget(self.problem)

    def tell(self) -> None:
        """Write down that this partner has been told."""
        fault = self.on.fault() or ("" if self.on.value() else _("This is needed."))
        if not fault and self.on.value() > today().isoformat():
            fault = _("This date is in the future.")
        self.problem.setText(fault)
        self.problem.setVisible(bool(fault))
        if fault:
            self.on.setFocus()
            return
        values = {name: self.row[name] for name in ("client_id",)}
        values |= {"consent_id": self.row["id"], "party_id": self.party["id"]}
        values |= {"on": self.on.value(), "way": self.way.currentData()}
        self.done.setEnabled(False)
        store = self.context.store
        record = validated(PartnerNotice, values)
        write(self.context, partial(store.save, record), failed=self._failed)

    def _failed(self, error: KnownError) -> None:
        self.done.setEnabled(True)
        said = "; ".join(str(p.message) for p in error.problems) if isinstance(error, Refused) else str(error)
        self.problem.setText(said)
        self.problem.show()
