"""The start on a client's page: the phase proposed, the referral, the initial assessment, Kykyviisari."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt

from app import assessment, coaching_phases, phases
from app.access import NotHeld
from app.clock import today
from app.i18n import _, _n, format_date
from app.phases import Proposal
from app.record import Row
from app.services.coaching import codes
from ui.screens import words
from ui.screens.client_cards import Card, pairs
from ui.screens.kykyviisari_picture import ChangePicture
from ui.screens.parts.checks import CheckLine, entries_button, open_record, show_entries
from ui.screens.parts.page import PartPage, Rows
from ui.screens.phase_proposal import ProposalNotice, form_values
from ui.theme import label, look

KINDS = ("coaching_relationship", "phase_change", "initial_assessment", "kykyviisari_result")
KYKYVIISARI_LINES = ("own_words", "agreed_actions")


class StartPart(PartPage):
    """A assessment, K Kykyviisari, W whole lists; each line opens its record or the form that fills it."""

    kinds = (*phases.KINDS, coaching_phases.KIND)

    def build(self) -> None:
        """Make the cards."""
        self.setAccessibleName(_("Start"))
        self.found: Proposal | None = None
        self.rows: Rows = {}
        self.proposal = ProposalNotice(self.context, self.change_phase)
        self.referral = ReferralCard(self)
        self.assessment = AssessmentCard(self)
        self.kykyviisari = KykyviisariCard(self)
        self.top.addWidget(self.proposal)
        self.left.addWidget(self.assessment)
        self.all = entries_button(self.entries)
        self.left.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)
        self.left.addStretch(1)
        self.right.addWidget(self.referral)
        self.right.addWidget(self.kykyviisari)
        self.right.addStretch(1)
        for keys, press in (
            ("A", self.assessment.open),
            ("K", self.kykyviisari.new),
            ("W", self.entries),
        ):
            self.key(keys, press)

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards."""
        self.rows = rows
        ours = coaching_phases.phases_of(rows[coaching_phases.KIND])
        self.found = phases.proposal(rows, today(), ours)
        self.proposal.show_proposal(self.client_id, self.found, ours)
        self.referral.show_rows(rows)
        self.assessment.show_rows(rows)
        self.kykyviisari.show_rows(rows)

    def change_phase(self) -> None:
        """Open the form of the change that is proposed."""
        if self.found is not None:
            self.edit("phase_change", None, form_values(self.found, self.rows))

    def entries(self) -> None:
        """Show every entry of the start as lists."""
        show_entries(self, self.context, self.client_id, _("Start"), KINDS)

    def line(self, item: assessment.Item) -> CheckLine:
        """Make the line of an item."""
        return CheckLine(self, self.context, self.client_id, item)


class ReferralCard(Card):
    """How the client came: the two criteria, the first meeting, the choice and the decision."""

    def __init__(self, part: StartPart) -> None:
        super().__init__(_("Referral"))
        self.part = part
        self.row: Row | None = None
        self.state = label("", "chip", wraps=False)
        self.head.add(self.state)
        self.button = self.add_button(_("Open"), self.open)

    def show_rows(self, rows: Rows) -> None:
        """Show the present coaching's referral."""
        self.clear()
        self.row = row = assessment.relationship(rows)
        self.state.setVisible(row is not None)
        self.button.setText(_("Open") if row else _("Begin coaching"))
        self.button.setAccessibleName(_("Open the referral") if row else _("Begin coaching"))
        if row is None:
            self.quiet(_("Coaching has not begun. Write down who referred the client, and why."))
            return
        decision = row["decision"]
        self.state.setText(words.choice(codes.DECISIONS, decision))
        look(self.state, {"accepted": "chip-good", "refused": "chip-danger"}.get(decision, "chip"))
        if decision == "refused":
            refused = label(_("Refused: {reason}").format(reason=row["refusal_reason"]), "problem")
            self.body.addWidget(refused)
        source = words.choice(codes.SOURCES, row["referral_source"]) if row["referral_source"] else ""
        came = ", ".join(part for part in (source, row["referred_by"]) if part)
        started = format_date(words.day_of(row["started_on"]))
        pairs(self.body, [(_("Came from"), came), (_("Started"), started)])
        for item in assessment.referral(row):
            self.body.addWidget(self.part.line(item))

    def open(self) -> None:
        """Open the referral, or begin one."""
        if self.row is not None:
            self.part.edit("coaching_relationship", self.row)
            return
        started = {"started_on": today().isoformat(), "coach_id": str(self.part.context.store.worker)}
        self.part.edit("coaching_relationship", None, started)


class AssessmentCard(Card):
    """What the records say is cleared up, and what is still missing."""

    def __init__(self, part: StartPart) -> None:
        super().__init__(_("Initial assessment"))
        self.part = part
        self.row: Row | None = None
        self.count = label("", "chip", wraps=False)
        self.head.add(self.count)
        self.pdf = self.add_button(_("Preview"), self.preview)
        self.pdf.setAccessibleName(_("Preview: {name}").format(name=_("Initial assessment")))
        self.button = self.add_button(_("Open"), self.open, tip=_("A"))
        self.items: tuple[assessment.Item, ...] = ()

    def show_rows(self, rows: Rows) -> None:
        """Show the checklist."""
        self.clear()
        self.row = assessment.assessment(rows)
        days = assessment.assessment_days(rows)
        self.items = assessment.checklist(rows, days)
        done = sum(item.done for item in self.items)
        seen = sum(not item.hidden for item in self.items)
        self.count.setText(_("{done} of {total} done").format(done=done, total=seen))
        look(self.count, "chip-good" if done == len(self.items) else "chip")
        self.pdf.setVisible(self.row is not None)
        self.button.setText(_("Open") if self.row else _("Begin"))
        self.button.setAccessibleName(
            _("Open the initial assessment") if self.row else _("Begin the initial assessment")
        )
        if days[0] is not None:
            since, until = (format_date(day) if day else "" for day in days)
            said = _("{since} – {until}") if until else _("Since {since}")
            self.quiet(said.format(since=since, until=until))
        for item in self.items:
            self.body.addWidget(self.part.line(item))
        self.quiet(_("Nothing is ticked by hand: what is written in its own place is done."))

    def open(self) -> None:
        """Open the form of the initial assessment."""
        fill = next(item.fill for item in self.items if item.key == "debts")
        part = self.part
        open_record(part, part.context, part.client_id, fill.kind, fill.id, **fill.values)

    def preview(self) -> None:
        """Show the document."""
        if self.row is not None:
            self.part.context.preview("initial_assessment", UUID(self.row["id"]))


class KykyviisariCard(Card):
    """The results as a picture of change, with what the client said and what was agreed."""

    def __init__(self, part: StartPart) -> None:
        super().__init__(_("Kykyviisari"))
        self.part = part
        self.rows: list[Row] = []
        self.pdf = self.add_button(_("Preview"), self.preview)
        self.pdf.setAccessibleName(_("Preview: {name}").format(name=_("Kykyviisari results")))
        self.change = self.add_button(_("Open"), self.open)
        self.change.setAccessibleName(_("Open the latest Kykyviisari result"))
        self.button = self.add_button(_("New result"), self.new, tip=_("K"))
        self.picture = ChangePicture()
        self.column.insertWidget(1, self.picture)

    def show_rows(self, rows: Rows) -> None:
        """Show the results, newest words first."""
        self.clear()
        self.rows = sorted(rows["kykyviisari_result"], key=lambda row: (row["on"], row["id"]))
        for shown in (self.picture, self.pdf, self.change):
            shown.setVisible(bool(self.rows))
        hides = isinstance(rows["kykyviisari_result"], NotHeld)
        self.button.setVisible(not hides)
        if hides:
            self.quiet(_("Results are not visible to you. Others who work with the client may see them."))
            return
        if not self.rows:
            self.quiet(_("No results yet. Only results are kept here, never the questionnaire."))
            return
        self.picture.show_results(self.rows)
        latest = self.rows[-1]
        kind = "kykyviisari_result"
        pairs(self.body, [(words.title_of(kind, name), latest[name]) for name in KYKYVIISARI_LINES])
        hidden = len(self.rows) - len(self.picture.rows)
        if hidden:
            self.quiet(
                _n(
                    "{count} result between them is not drawn.",
                    "{count} results between them are not drawn.",
                    hidden,
                ).format(count=hidden)
            )

    def new(self) -> None:
        """Write down a result: the first is at the start, later ones are follow-up."""
        if self.button.isHidden():
            return
        values: dict[str, Any] = {"occasion": "follow_up" if self.rows else "start"}
        if self.rows:
            values |= {name: self.rows[-1][name] for name in ("language", "mode")}
        self.part.edit("kykyviisari_result", None, values)

    def open(self) -> None:
        """Open the latest result."""
        if self.rows:
            self.part.edit("kykyviisari_result", self.rows[-1])

    def preview(self) -> None:
        """Show the document of the latest result, with the change from the earlier ones."""
        if self.rows:
            self.part.context.preview("kykyviisari_result", UUID(self.rows[-1]["id"]))
