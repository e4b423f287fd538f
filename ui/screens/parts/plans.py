"""Profile and plans on a client's page: the profile's versions, the career plan's, and the cooperation agreement."""

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from app import profiles
from app.access import NotHeld
from app.clock import today
from app.i18n import _, _n, format_date
from app.record import Row
from app.services import SPECS
from ui.field_history import FieldHistoryPage
from ui.screens import sign, words
from ui.screens.client_cards import Card, pairs
from ui.screens.flowing import Flowing
from ui.screens.parts.checks import entries_button, show_entries
from ui.screens.parts.page import PartPage, Rows
from ui.screens.plan_compare import ComparePage, newest_first, version_name
from ui.screens.story import present_plan
from ui.theme import button, label, look

PROFILE = SPECS["vocational_profile"]
KINDS = (
    "vocational_profile",
    "profile_health",
    "client_finances",
    "profile_criminal_record",
    "career_plan",
    "cooperation_agreement",
)
PROFILE_LINES = (
    "dream_job",
    "first_job_idea",
    "avoid",
    "strengths",
    "interests",
    "wished_hours",
    "wished_area",
)
SHOWN = 4  # earlier versions named one by one; the rest is in the lists


class PlansPart(PartPage):
    """U updates the profile, H history of a field, C compares plans, G a new agreement, W whole lists."""

    kinds = (*KINDS, *profiles.KINDS)

    def build(self) -> None:
        """Make the cards."""
        self.setAccessibleName(_("Profile and plans"))
        self.plan = PlanCard(self)
        self.agreement = AgreementCard(self)
        self.profile = ProfileCard(self)
        self.apart = ApartCard(self)
        self.all = entries_button(self.entries)
        self.left.addWidget(self.plan)
        self.left.addWidget(self.agreement)
        self.left.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)
        self.left.addStretch(1)
        self.right.addWidget(self.profile)
        self.right.addWidget(self.apart)
        self.right.addStretch(1)
        for keys, press in (
            ("U", self.profile.new_version),
            ("H", self.profile.history),
            ("C", self.plan.compare),
            ("G", self.agreement.make),
            ("W", self.entries),
        ):
            self.key(keys, press)

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards."""
        for card in (self.plan, self.agreement, self.profile, self.apart):
            card.show_rows(rows)

    def entries(self) -> None:
        """Show every entry of the profile and the plans as lists."""
        show_entries(self, self.context, self.client_id, _("Profile and plans"), KINDS)

    def compare(self, kind: str, rows: list[Row]) -> None:
        """Show two versions beside each other."""
        page = ComparePage(rows, SPECS[kind])
        page.client_id = self.client_id  # type: ignore[attr-defined]
        sign.lay_over(self, page)


def _line(card: Card, text: str, press: Any, chip: tuple[str, str] | None = None) -> Flowing:
    """Add a version to a card: its name opens it by Enter or a click."""
    row = Flowing()
    link = button(text, "link")
    link.setAccessibleName(f"{card.title.text()}: {text}")
    link.clicked.connect(lambda: press())
    row.add(link)
    if chip:
        row.add(label(chip[0], f"chip-{chip[1]}" if chip[1] else "chip", wraps=False))
    card.body.addWidget(row)
    return row


def _state(row: Row) -> tuple[str, str]:
    signed = words.day_of(row["signed_on"])
    if signed:
        return _("Signed {day}").format(day=format_date(signed)), "good"
    return _("Not signed"), ""


class PlanCard(Card):
    """The career plan's versions: the one that holds first; what has changed is compared field by field."""

    def __init__(self, part: PlansPart) -> None:
        super().__init__(_("Career plan"))
        self.part = part
        self.rows: list[Row] = []
        self.compare_button = self.add_button(_("Compare versions"), self.compare, tip=_("C"))
        self.open_button = self.add_button(_("Open the plan"), self.open, tip=_("P"))

    def show_rows(self, rows: Rows) -> None:
        """Show the versions."""
        self.clear()
        self.rows = newest_first(rows["career_plan"])
        self.compare_button.setVisible(len(self.rows) > 1)
        self.open_button.setText(_("Open the plan") if self.rows else _("Write a plan"))
        if not self.rows:
            self.quiet(_("No plan yet. It is made together in the initial assessment."))
        present = present_plan(self.rows)
        for row in self.rows[: SHOWN + 1]:
            text = _("Version {number}").format(number=row["version_no"])
            _line(self, text, partial(self._show, row), _state(row))
            if row is present:
                self.quiet(self._told(row))
        _rest(self, len(self.rows) - SHOWN - 1)

    @staticmethod
    def _told(row: Row) -> str:
        goals = [goal["text"] for goal in row["goals"] if goal["text"]]
        review = words.day_of(row["review_on"])
        said = [words.first_line(text) for text in goals] or [_("No goals have been written yet.")]
        said += [_("Review on {day}").format(day=format_date(review))] if review else []
        return "\n".join(f"• {text}" for text in said)

    def _show(self, row: Row) -> None:
        self.part.context.open_plan(self.part.client_id, UUID(row["id"]))

    def open(self) -> None:
        """Open the plan that holds, or begin the first."""
        plan = present_plan(self.rows)
        self.part.context.open_plan(self.part.client_id, UUID(plan["id"]) if plan else None)

    def compare(self) -> None:
        """Compare two versions."""
        if len(self.rows) > 1:
            self.part.compare("career_plan", self.rows)


class AgreementCard(Card):
    """The cooperation agreement attached to the plan: made from it, signed by both, made anew by copying."""

    def __init__(self, part: PlansPart) -> None:
        super().__init__(_("Cooperation agreement"))
        self.part = part
        self.rows: list[Row] = []
        self.plan: Row | None = None
        self.compare_button = self.add_button(_("Compare versions"), self.compare)
        self.compare_button.setAccessibleName(_("Compare versions of the cooperation agreement"))
        self.make_button = self.add_button(_("New agreement"), self.make, tip=_("G"))

    def show_rows(self, rows: Rows) -> None:
        """Show the agreements, newest first."""
        self.clear()
        self.rows = newest_first(rows["cooperation_agreement"])
        self.plan = present_plan(rows["career_plan"])
        self.compare_button.setVisible(len(self.rows) > 1)
        self.make_button.setText(_("New version") if self.rows else _("Make from the plan"))
        self.make_button.setVisible(self.plan is not None or bool(self.rows))
        if not self.rows:
            self.quiet(
                _("No agreement yet: what the client does, what the coach does, and how you meet.")
                if self.plan
                else _("The agreement is attached to the career plan. Write the plan first.")
            )
        plans = {row["id"]: row for row in rows["career_plan"]}
        for number, row in enumerate(self.rows[: SHOWN + 1]):
            day = format_date(words.day_of(row["made_on"]))
            open_it = partial(self.part.edit, "cooperation_agreement", row)
            line = _line(self, _("Made {day}").format(day=day), open_it, _state(row))
            self._acts(line, row, day)
            plan = plans.get(row["plan_id"])
            if number == 0:
                if plan:
                    attached = _("Attached to the career plan, version {number}")
                    self.quiet(attached.format(number=plan["version_no"]))
                pairs(self.body, _agreed(row))
        _rest(self, len(self.rows) - SHOWN - 1)

    def _acts(self, line: Flowing, row: Row, day: str) -> None:
        if not row["content_hash"]:
            _act(line, _("Sign"), _("Sign the agreement of {day}").format(day=day), partial(self.sign, row))
        name = _("Agreement of {day}").format(day=day)
        _act(line, _("Preview"), _("Preview: {name}").format(name=name), partial(self._pdf, row))

    def make(self) -> None:
        """Make the first agreement from the plan; later ones copy what is signed, one begun is opened."""
        part = self.part
        if not self.rows:
            if self.plan is not None:
                part.edit("cooperation_agreement", None, from_plan(self.plan))
        elif self.rows[0]["content_hash"]:
            sign.new_version(part.context, "cooperation_agreement", self.rows[0])
        else:
            part.edit("cooperation_agreement", self.rows[0])

    def sign(self, row: Row) -> None:
        """Let both sign an agreement."""
        sign.open_page(self, self.part.context, "cooperation_agreement", row)

    def compare(self) -> None:
        """Compare two agreements."""
        if len(self.rows) > 1:
            self.part.compare("cooperation_agreement", self.rows)

    def _pdf(self, row: Row) -> None:
        self.part.context.preview("cooperation_agreement", UUID(row["id"]))


def _agreed(row: Row) -> list[tuple[str, str]]:
    names = ("client_does", "coach_does", "meetings")
    return [(words.title_of("cooperation_agreement", name), words.first_line(row[name])) for name in names]


def from_plan(plan: Row) -> dict[str, Any]:
    """Return what an agreement begins with: the plan it belongs to, and what the plan says of each one's part."""
    steps = [step for goal in plan["goals"] for step in goal["steps"] if step["what"]]

    def of(*who: str) -> str:
        return "\n".join(f"– {step['what']}" for step in steps if step["by"] in who)

    return {
        "plan_id": plan["id"],
        "made_on": today().isoformat(),
        "client_does": of("client", "together"),
        "coach_does": of("coach", "together"),
        "meetings": plan["follow_up"],
        "network": of("network"),
    }


class ProfileCard(Card):
    """The vocational profile: what it says in short, its versions, and its update after a job."""

    def __init__(self, part: PlansPart) -> None:
        super().__init__(_("Vocational profile"))
        self.part = part
        self.rows: list[Row] = []
        self.work: Row | None = None
        self.history_button = self.add_button(_("History of a field"), self.history, tip=_("H"))
        self.new_button = self.add_button(_("New version"), self.new_version, tip=_("U"))
        self.open_button = self.add_button(_("Open the profile"), self.open, tip=_("R"))
        self.notice = look(QFrame(), "notice")
        row = QHBoxLayout(self.notice)
        self.ended = label()
        row.addWidget(self.ended, 1)
        self.update_button: QPushButton = button(_("Update the profile"), tip=_("U"))
        self.update_button.clicked.connect(self.new_version)
        row.addWidget(self.update_button)
        self.column.insertWidget(1, self.notice)
        self.compare_button = button(_("Compare versions"), "quiet")
        self.compare_button.setAccessibleName(_("Compare versions of the profile"))
        self.compare_button.clicked.connect(self.compare)
        self.column.addWidget(self.compare_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_rows(self, rows: Rows) -> None:
        """Show the newest profile and the earlier versions."""
        self.clear()
        self.rows = newest_first(rows["vocational_profile"])
        profile = profiles.latest(self.rows)
        self.work = profiles.to_learn_from(profile, rows, today())
        for shown in (self.history_button, self.new_button):
            shown.setVisible(profile is not None)
        self.compare_button.setVisible(len(self.rows) > 1)
        self.open_button.setText(_("Open the profile") if profile else _("Write a profile"))
        self._show_work()
        if profile is None:
            self.quiet(_("What does the client want to do, and what is the client good at?"))
            return
        for row in self.rows[: SHOWN + 1]:
            _line(self, version_name(row), partial(self.part.edit, "vocational_profile", row))
            if row is profile:
                self._tell(row)
        _rest(self, len(self.rows) - SHOWN - 1)

    def _show_work(self) -> None:
        self.notice.setVisible(self.work is not None)
        if self.work is not None:
            said = _("{work} ended on {day}, and the profile has not been updated since.")
            work = f"{self.work['title']}, {self.work['employer']}"
            self.ended.setText(said.format(work=work, day=format_date(words.day_of(self.work["ended_on"]))))
            self.notice.setAccessibleName(self.ended.text())

    def _tell(self, row: Row) -> None:
        kind = "vocational_profile"
        shown = [
            (words.title_of(kind, name), words.as_text(words.field_of(kind, name), row[name]))
            for name in PROFILE_LINES
            if row[name]
        ]
        pairs(self.body, shown)
        if row["updates"]:
            latest = max(row["updates"], key=lambda update: update["on"])
            when = format_date(words.day_of(latest["on"]))
            said = _("Updated {day} after {work}.") if latest["after"] else _("Updated {day}.")
            self.quiet(said.format(day=when, work=latest["after"]))

    def open(self) -> None:
        """Open the newest profile, or begin one."""
        self.part.edit("vocational_profile", profiles.latest(self.rows), {"made_on": today().isoformat()})

    def new_version(self) -> None:
        """Begin the next version as a copy; after a job that ended, with an update to be filled in."""
        profile = profiles.latest(self.rows)
        if profile is not None:
            self.part.edit(
                "vocational_profile", None, profiles.next_version(PROFILE, profile, self.rows, self.work)
            )

    def history(self) -> None:
        """Show how a field came to be what it is."""
        profile = profiles.latest(self.rows)
        if profile is not None:
            sign.lay_over(self, FieldHistoryPage(self.part.context, "vocational_profile", profile))

    def compare(self) -> None:
        """Compare two versions."""
        if len(self.rows) > 1:
            self.part.compare("vocational_profile", self.rows)


class ApartCard(Card):
    """Parts 4, 9 and 11 of the profile, which fewer people hold: health, finances, and the criminal record."""

    def __init__(self, part: PlansPart) -> None:
        super().__init__(_("Kept apart"))
        self.part = part
        self.buttons: dict[str, QPushButton] = {}
        for kind, text in (
            ("profile_health", _("New: health and work")),
            ("client_finances", _("New: finances")),
            ("profile_criminal_record", _("New: criminal record")),
        ):
            self.buttons[kind] = self.add_button(text, partial(part.edit, kind))

    def show_rows(self, rows: Rows) -> None:
        """Name the entries by their day; what they say is read where it is opened."""
        self.clear()
        found = [(kind, row) for kind in self.buttons for row in rows[kind]]
        for kind, row in found[: SHOWN * 2]:
            day = format_date(words.day_of(row[SPECS[kind].dated]))
            text = _("{what}, {day}").format(what=_(SPECS[kind].one), day=day)
            _line(self, text, partial(self.part.edit, kind, row))
        hidden = [kind for kind in self.buttons if isinstance(rows[kind], NotHeld)]
        for kind, made in self.buttons.items():
            made.setVisible(kind not in hidden)
        for kind in hidden:
            self.quiet(_("{what}: not visible to you.").format(what=_(SPECS[kind].one)))
        if not found and not hidden:
            self.quiet(_("Health, finances and a criminal record, only as far as a job needs them."))


def _act(row: Flowing, text: str, name: str, press: Any) -> None:
    made = button(text, "quiet")
    made.setAccessibleName(name)
    made.clicked.connect(lambda: press())
    row.add(made)


def _rest(card: Card, count: int) -> None:
    if count > 0:
        said = _n(
            "{count} earlier version is in the lists.", "{count} earlier versions are in the lists.", count
        )
        card.quiet(said.format(count=count))
