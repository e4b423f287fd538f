"""Consents on a client's page: what holds now, whom to tell of changes, what held before, what was shared with whom."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QFrame, QVBoxLayout

from app import consent as rules
from app.i18n import _, _n, format_date
from app.record import Row
from app.services import SPECS
from app.services.consents import codes
from ui.screens import consent_form, words
from ui.screens.attachment_add import attach_to
from ui.screens.client_cards import Card
from ui.screens.consent_told import PartnersToTell
from ui.screens.consent_words import KINDS, Standings, group_chips, party_line, state_chip, until_line
from ui.screens.flowing import Flowing
from ui.screens.parts.page import PartPage, Rows, line
from ui.theme import button, heading, label, look, spacing

SHOWN_AT_FIRST = 8


class ConsentsPart(PartPage):
    """C begins a consent; each consent carries what may be done with it."""

    kinds = KINDS

    def build(self) -> None:
        """Make the cards."""
        self.setAccessibleName(_("Consents"))
        self.held = Standings((), (), ())
        self.present = Card(_("In force"))
        self.new_button = self.present.add_button(_("New consent"), self.new, tip=_("C"), name="primary")
        self.tell = Card(_("Partners to be told"))
        self.unsigned = Card(_("Not signed yet"))
        self.earlier = Card(_("Earlier consents"))
        self.shared = SharedCard(self)
        self.left.addWidget(self.present)
        self.left.addWidget(self.unsigned)
        self.left.addStretch(1)
        self.right.addWidget(self.tell)
        self.right.addWidget(self.shared)
        self.right.addWidget(self.earlier)
        self.right.addStretch(1)
        self.key("C", self.new)
        self.setFocusProxy(self.new_button)

    def new(self) -> None:
        """Begin a consent."""
        self.edit("consent")

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards."""
        held = Standings(*(tuple(rows[kind]) for kind in KINDS[:3]))
        self.held = held
        stands = [(one, held.of(one)) for one in rows["consent"]]
        present = [one for one, found in stands if found.state in (rules.IN_FORCE, rules.FUTURE)]
        unsigned = [one for one, found in stands if found.state == rules.UNSIGNED]
        earlier = [
            one for one, found in stands if found.state in (rules.REPLACED, rules.WITHDRAWN, rules.ENDED)
        ]
        for card, consents in ((self.present, present), (self.unsigned, unsigned), (self.earlier, earlier)):
            card.clear()
            for one in consents:
                card.body.addWidget(ConsentCard(self, one, full=card is not self.earlier))
        if not present:
            self.present.quiet(_("No consent is in force: nothing about this client may be shared by name."))
        self.unsigned.setVisible(bool(unsigned))
        self.earlier.setVisible(bool(earlier))
        self._show_untold([one for one, _found in stands if held.untold(one)])
        self.shared.show_rows(rows["sharing"])

    def _show_untold(self, consents: list[Row]) -> None:
        self.tell.clear()
        for one in consents:
            text, _tone = state_chip(self.held.of(one))
            name = words.first_line(one["purpose"], 90)
            self.tell.body.addWidget(PartnersToTell(self.context, one, self.held, f"{name}: {text}"))
        self.tell.setVisible(bool(consents))


class ConsentCard(QFrame):
    """One consent: purpose, parties, groups, how long; below what may be done with it."""

    def __init__(self, part: ConsentsPart, row: Row, *, full: bool) -> None:
        super().__init__()
        self.part, self.row = part, row
        found = part.held.of(row)
        look(self, "sunken")
        name = words.first_line(row["purpose"], 120) or _("Consent")
        self.setAccessibleName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(1.5), spacing(2), spacing(1.5))
        column.setSpacing(spacing(1))
        title = heading(name, 3)
        column.addWidget(title)
        chips = [state_chip(found)]
        if found.state in (rules.IN_FORCE, rules.FUTURE):
            chips.append((until_line(row), ""))
        files = sum(one["of_id"] == row["id"] for one in part.files)
        if files:
            chips.append((_n("{count} file", "{count} files", files).format(count=files), ""))
        column.addWidget(Flowing(chips))
        if full:
            column.addWidget(label("\n".join(party_line(party) for party in row["parties"])))
            column.addWidget(Flowing(group_chips(row["groups"])))
            if row["limits"]:
                limits = _("Limits: {text}").format(text=words.first_line(row["limits"], 300))
                column.addWidget(label(limits, "quiet"))
        column.addWidget(self._actions(found.state, name))

    def _actions(self, state: str, name: str) -> Flowing:
        place = Flowing()
        row, part = self.row, self.part
        give = partial(self._give, UUID(row["id"]))
        offers: list[tuple[str, Callable[[], Any], str]] = []
        if state == rules.UNSIGNED:
            offers = [
                (_("Sign on the screen"), partial(give, consent_form.sign_on_screen), "primary"),
                (_("Given on paper or electronically"), partial(give, consent_form.take_down), ""),
            ]
        elif state in (rules.IN_FORCE, rules.FUTURE):
            offers = [
                (_("Replace"), partial(consent_form.replace, part.context, row), ""),
                (_("Withdraw"), partial(consent_form.withdraw, part.context, row), ""),
            ]
        elif state == rules.ENDED:
            offers = [(_("Renew"), partial(consent_form.replace, part.context, row), "")]
        offers.append((_("Show as PDF"), partial(part.context.preview, "consent", UUID(row["id"])), "quiet"))
        offers.append((_("Open"), partial(part.edit, "consent", row), "quiet"))
        if row["method"] != "screen":  # else what was signed is the entry itself
            offers.append((_("Attach the paper form"), self._attach, "quiet"))
        for text, press, tone in offers:
            made = button(text, tone)
            made.setAccessibleName(f"{text}: {name}")
            made.clicked.connect(lambda _checked=False, press=press: press())
            place.add(made)
        return place

    def _attach(self) -> None:
        attach_to(self.part.context, self.part.client_id, "consent", UUID(self.row["id"]), self.part)

    def _give(self, consent_id: UUID, how: Callable[..., None]) -> None:
        how(self.part, self.part.context, consent_id)


class SharedCard(Card):
    """What was shared with whom, the newest first, by which consent or against it."""

    def __init__(self, part: ConsentsPart) -> None:
        super().__init__(_("What was shared"))
        self.part = part
        self.all_shown = False
        self.rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        """Fill the card."""
        self.rows = rows
        self.clear()
        if not rows:
            self.quiet(_("Nothing has been shared yet."))
        for row in rows if self.all_shown else rows[:SHOWN_AT_FIRST]:
            self._add(row)
        more = len(rows) - SHOWN_AT_FIRST
        if more > 0 and not self.all_shown:
            made = button(_n("Show {count} more", "Show {count} more", more).format(count=more), "quiet")
            made.clicked.connect(self._show_all)
            self.body.addWidget(made)

    def _add(self, row: Row) -> None:
        day = format_date(words.day_of(row["on"]))
        spec = SPECS.get(row["of_kind"])
        what = _(spec.one) if spec else ""
        how = words.choice(codes.SHARED_AS, row["shared_as"])
        groups = ", ".join(words.choice(codes.DATA_GROUPS, group) for group in row["groups"])
        said = " · ".join(text for text in dict.fromkeys((what, how, groups)) if text)
        chips = [] if row["consent_id"] else [(_("Without a consent"), "warn")]
        line(self, f"{day} {row['party']}", partial(self.part.edit, "sharing", row), chips, said)
        if not row["consent_id"] and row["override_reason"]:
            reason = words.first_line(row["override_reason"], 200)
            self.body.addWidget(label(_("Reason: {text}").format(text=reason), "small"))

    def _show_all(self) -> None:
        self.all_shown = True
        self.show_rows(self.rows)
