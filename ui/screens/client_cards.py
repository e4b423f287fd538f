"""The parts of a client's page, each shown from the same Story."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from app.clock import today
from app.consent import in_force
from app.due import DueItem
from app.i18n import _, _n, format_date
from app.record import Row
from app.services.clients.codes import BRANCHES, LANGUAGES, NETWORK_ROLES
from app.services.coaching import codes
from ui.context import Context
from ui.fields.flow import Flow
from ui.screens import phase_proposal, words
from ui.screens.card_head import CardHead
from ui.screens.flowing import Flowing
from ui.screens.goals import GoalsPanel
from ui.screens.phase_line import PhaseLine
from ui.screens.phase_proposal import ProposalNotice
from ui.screens.pictured import pictured
from ui.screens.story import StepView, Story, open_things, present_plan
from ui.screens.today_open import open_due
from ui.theme import button, heading, label, look, spacing


class Card(QFrame):
    """A titled part of the page with room for buttons at its right."""

    def __init__(self, title: str) -> None:
        super().__init__()
        look(self, "card")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(spacing(2), spacing(1.5), spacing(2), spacing(2))
        self.column.setSpacing(spacing(1))
        self.title = heading(title, 3)
        self.head = CardHead(self.title)
        self.column.addLayout(self.head)
        self.body = QVBoxLayout()
        self.body.setSpacing(spacing(1))
        self.column.addLayout(self.body)

    def add_button(
        self, text: str, press: Callable[[], Any], tip: str = "", name: str = "quiet"
    ) -> QPushButton:
        """Put a button into the title's row. A `tip` of one letter is the key that presses it."""
        made = button(text, name, tip=_("Key {key}").format(key=tip) if len(tip) == 1 else tip)
        made.clicked.connect(lambda: press())
        self.head.add(made)
        return made

    def clear(self) -> None:
        """Take away what the body holds."""
        _empty(self.body)

    def quiet(self, text: str) -> None:
        """Say something in passing."""
        self.body.addWidget(label(text, "quiet"))


def _empty(layout: Any) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif item.layout() is not None:
            _empty(item.layout())


def pairs(body: QVBoxLayout, lines: list[tuple[str, str]]) -> None:
    """Show titles with their texts under each other; what is empty is left out."""
    for title, text in lines:
        if not text:
            continue
        part = QVBoxLayout()
        part.setSpacing(0)
        part.addWidget(label(title, "small"))
        part.addWidget(label(text))
        body.addLayout(part)


class HeadCard(QFrame):
    """Who: the name, how to reach the person, and what a coach must not forget."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(0.5))
        self.name = heading("", 1)
        self.contact = QHBoxLayout()
        self.contact.setSpacing(spacing(0.5))
        self.chips = Flow(gap=spacing(1))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(spacing(1))
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addLayout(self.buttons)
        column.addLayout(top)
        column.addLayout(self.contact)
        column.addLayout(self.chips)

    def show_story(self, story: Story) -> None:
        """Show the client."""
        client = story.client
        self.name.setText(story.case.name)
        for layout in (self.contact, self.chips):
            _empty(layout)
        for name, text in (("phone", _("telephone")), ("email", _("e-mail address"))):
            if client[name]:
                self._copied(client[name], text)
        place = ", ".join(part for part in (client["address"], client["municipality"]) if part)
        if place:
            self.contact.addWidget(label(place, "quiet", wraps=False))
        self.contact.addStretch(1)
        for text in self._said(client):
            self.chips.addWidget(label(text, "chip", wraps=False))
        if client["interpreter"]:
            self.chips.addWidget(label(_("Needs an interpreter"), "chip-warn", wraps=False))
        self._consents(story)
        for text, count in open_things(story):
            self.chips.addWidget(label(f"{text}: {count}", "chip", wraps=False))

    def _consents(self, story: Story) -> None:
        count = len(in_force(story.of("consent"), story.of("consent_withdrawal"), today()))
        said = _n("{count} consent in force", "{count} consents in force", count).format(count=count)
        text, tone = (said, "chip-good") if count else (_("No consent in force"), "chip-warn")
        self.chips.addWidget(label(text, tone, wraps=False))

    def _copied(self, value: str, name: str) -> None:
        made = pictured(
            button(value, "tool", tip=_("Copy the {what}").format(what=name)), "mdi6.content-copy"
        )
        made.setAccessibleName(_("Copy the {what} {value}").format(what=name, value=value))
        made.clicked.connect(partial(self._copy, value))
        self.contact.addWidget(made)

    def _copy(self, value: str) -> None:
        QGuiApplication.clipboard().setText(value)
        self.context.say(_("Copied."))

    @staticmethod
    def _said(client: Row) -> list[str]:
        born = words.day_of(client["born_on"])
        said = [_("Born {day}").format(day=format_date(born))] if born else []
        said += [words.choice(BRANCHES, client["branch"])] if client["branch"] else []
        tongues = [words.choice(LANGUAGES, one) for one in client["languages"]]
        return said + ([", ".join(tongues)] if tongues else [])


class PhaseCard(Card):
    """Where the client is on the way, and since when."""

    def __init__(self, context: Context, change: Callable[[], None]) -> None:
        super().__init__(_("Phase"))
        self.line = PhaseLine()
        self.level = label("", "chip", wraps=False)
        self.head.add(self.level)
        self.change = self.add_button(_("Change phase"), change, tip=_("F"))
        self.body.addWidget(self.line)
        self.guidance = label("", "quiet")
        self.body.addWidget(self.guidance)
        self.proposal = ProposalNotice(context, change)
        self.body.addWidget(self.proposal)

    def show_story(self, story: Story) -> None:
        """Show the present phase, and the one that the records speak for."""
        case = story.case
        self.line.show_phase(case.phase, story.phase_days(), case.level, story.phases)
        present = story.phases.get(case.phase)
        self.guidance.setText(present.guided if present is not None else "")
        self.guidance.setVisible(bool(self.guidance.text()))
        self.level.setVisible(bool(case.level))
        self.level.setText(words.choice(codes.LEVELS, case.level) if case.level else "")
        begun = story.latest("coaching_relationship") is not None
        self.change.setText(_("Change phase") if begun else _("Begin coaching"))
        self.proposal.show_proposal(case.client_id, phase_proposal.of_story(story), story.phases)


SOON = timedelta(days=90)
"""How far ahead the page says what is due; of what comes later it only tells how much there is."""


class NextCard(Card):
    """What is to be done for this client, and by when; one key writes the visit."""

    def __init__(self, context: Context, client_id: UUID, visit: Callable[[], None]) -> None:
        super().__init__(_("Next"))
        self.context, self.client_id = context, client_id
        self.add_button(_("Write a visit"), visit, tip=_("V"), name="primary")

    def show_story(self, story: Story) -> None:
        """Show what is due, oldest first."""
        self.clear()
        day = today()
        if not story.due:
            self.quiet(_("Nothing is due."))
        near = [item for item in story.due if item.on <= day + SOON]
        for item in near:
            self._add(item, words.when(item.on, day), item.on < day)
        if later := len(story.due) - len(near):
            self.quiet(_n("Later: {count} thing", "Later: {count} things", later).format(count=later))
        last = story.case.last_contact
        self.quiet(_("Last contact {when}.").format(when=words.ago(last, day)) if last else _("Not met yet."))

    def _add(self, item: DueItem, when: str, late: bool) -> None:
        said = f"{when} {words.clock(item.time, blank=True)}".rstrip()
        row = Flowing([(said, "danger" if late else "")])
        open_it = button(str(item.title), "link")
        open_it.setAccessibleName(f"{item.title}, {when}")
        open_it.clicked.connect(partial(self._open, item))
        row.add(open_it)
        self.body.addWidget(row)

    def _open(self, item: DueItem) -> None:
        open_due(self.context, item)


class GoalsCard(Card):
    """The client's goals with their steps; one press moves a step on."""

    def __init__(self, open_plan: Callable[[], None], press: Callable[[StepView], None]) -> None:
        super().__init__(_("Goals"))
        self.version = label("", "small", wraps=False)
        self.head.add(self.version)
        self.open = self.add_button(_("Open the plan"), open_plan, tip=_("P"))
        self.panel = GoalsPanel(press)
        self.body.addWidget(self.panel)

    def show_story(self, story: Story) -> None:
        """Show the goals of the present plan."""
        plan = present_plan(story.of("career_plan"))
        self.open.setText(_("Open the plan") if plan else _("Write a plan"))
        self.version.setVisible(plan is not None)
        if plan:
            signed = words.day_of(plan["signed_on"])
            version = _("Version {number}").format(number=plan["version_no"])
            state = _("signed {day}").format(day=format_date(signed)) if signed else _("not signed")
            self.version.setText(f"{version}, {state}")
        self.panel.show_goals(story.goals)


PROFILE_LINES = ("dream_job", "strengths", "first_job_idea", "avoid", "wished_hours", "disclosure")


class ProfileCard(Card):
    """What the client wants and can, in a few lines."""

    def __init__(self, open_profile: Callable[[], None]) -> None:
        super().__init__(_("Vocational profile"))
        self.open = self.add_button(_("Open the profile"), open_profile, tip=_("R"))

    def show_story(self, story: Story) -> None:
        """Show the newest profile in short."""
        self.clear()
        profile = story.latest("vocational_profile")
        self.open.setText(_("Open the profile") if profile else _("Write a profile"))
        if profile is None:
            self.quiet(_("What does the client want to do, and what is the client good at?"))
            return
        kind = "vocational_profile"
        shown = [
            (words.title_of(kind, name), words.as_text(words.field_of(kind, name), profile[name]))
            for name in PROFILE_LINES
            if profile[name]
        ]
        pairs(self.body, shown)
        if not shown:
            self.quiet(_("The profile has been begun."))


class JobsCard(Card):
    """Jobs and work trials."""

    def __init__(self, context: Context, client_id: UUID) -> None:
        super().__init__(_("Jobs and work trials"))
        self.context, self.client_id = context, client_id
        for kind, text, key in (("employment", _("New job"), _("J")), ("work_trial", _("New trial"), _("T"))):
            self.add_button(text, partial(context.edit, kind, client_id=client_id), tip=key)

    def show_story(self, story: Story) -> None:
        """Show them, present ones first."""
        self.clear()
        found = [(kind, row) for kind in ("employment", "work_trial") for row in story.of(kind)]
        found.sort(key=lambda pair: (pair[1]["ended_on"] is None, pair[1]["started_on"]), reverse=True)
        if not found:
            self.quiet(_("No job or trial yet."))
        for kind, row in found:
            self._add(kind, row)

    def _add(self, kind: str, row: Row) -> None:
        line = QHBoxLayout()
        name = f"{row['title']}, {row['employer']}"
        open_it = button(name, "link")
        open_it.clicked.connect(lambda: self.context.edit(kind, UUID(row["id"]), client_id=self.client_id))
        line.addWidget(open_it)
        if row["ended_on"] is None:
            now = _("Now at work") if kind == "employment" else _("Trial under way")
            line.addWidget(label(now, "chip-good", wraps=False))
        line.addStretch(1)
        self.body.addLayout(line)
        self.quiet(self._when(kind, row))

    @staticmethod
    def _when(kind: str, row: Row) -> str:
        begins, ends = words.day_of(row["started_on"]), words.day_of(row["ended_on"])
        since = _("Since {day}").format(day=format_date(begins))
        said = f"{format_date(begins)} – {format_date(ends)}" if ends else since
        hours = row.get("weekly_hours")
        weekly = _("{hours} h a week").format(hours=words.amount(hours, short=True)) if hours else ""
        return f"{said} · {weekly}" if weekly else said


class NetworkCard(Card):
    """The people around the client."""

    def __init__(self, context: Context, client_id: UUID) -> None:
        super().__init__(_("Network"))
        self.context, self.client_id = context, client_id
        self.add_button(
            _("Add a person"), partial(context.edit, "network_member", client_id=client_id), tip=_("N")
        )

    def show_story(self, story: Story) -> None:
        """Show names with roles and telephone numbers."""
        self.clear()
        if not story.network:
            self.quiet(_("Who else helps? Add the own worker, the family, Kela."))
        for row in story.network:
            line = QVBoxLayout()
            line.setSpacing(0)
            open_it = button(row["name"], "link")
            edit = partial(self.context.edit, "network_member", UUID(row["id"]), client_id=self.client_id)
            open_it.clicked.connect(partial(self._edit, edit))
            line.addWidget(open_it, 0, Qt.AlignmentFlag.AlignLeft)
            role = words.choice(NETWORK_ROLES, row["role"]) if row["role"] else ""
            said = [role, row["organisation"], row["phone"]]
            said += [] if row["may_contact"] else [_("no agreement to contact yet")]
            line.addWidget(label(" · ".join(part for part in said if part), "small"))
            self.body.addLayout(line)

    @staticmethod
    def _edit(edit: Callable[[], None], *_pressed: Any) -> None:
        edit()


def phase_values(story: Story) -> dict[str, Any]:
    """Return the values that a change of phase begins with: what the records speak for, else what usually follows."""
    found = phase_proposal.of_story(story)
    if found is not None:
        return phase_proposal.form_values(found, phase_proposal.rows_of(story))
    begun = story.latest("coaching_relationship")
    relationship = str(story.case.relationship_id or (begun["id"] if begun else ""))
    following = story.phases.after(story.case.phase)
    return {
        "relationship_id": relationship,
        "phase": following,
        "level": codes.ACTIVE if following == codes.MAINTENANCE else "",
        "on": today().isoformat(),
    }
