"""A client's page: the story, read from the top. Who, phase, what is next, goals, then everything that happened."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QMenu, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.clock import today
from app.i18n import N_, _
from app.record import validated
from app.services.coaching import codes
from app.services.coaching.records import PlanProgress
from ui.context import Context, save, write
from ui.icons import icon
from ui.screens import client_cards as cards
from ui.screens import words
from ui.screens.conflicts_here import ConflictsHere
from ui.screens.part_tabs import PartTabs
from ui.screens.pictured import pictured
from ui.screens.story import StepView, Story, gather, next_state, present_plan
from ui.screens.timeline import Timeline
from ui.theme import ToolButton, heading, label, px, spacing

SIDE_BY_SIDE = 1080

# One letter while the page has the focus; with Ctrl+Shift also while a text field has it.
ACTIONS = (
    ("V", N_("Write a visit"), "mdi6.pencil-plus-outline", "visit"),
    ("P", N_("Career plan"), "mdi6.flag-outline", "plan"),
    ("E", N_("Edit the client"), "mdi6.account-edit-outline", "edit_client"),
    ("F", N_("Change phase"), "mdi6.stairs-up", "change_phase"),
    ("R", N_("Vocational profile"), "mdi6.card-account-details-outline", "profile"),
    ("J", N_("New job"), "mdi6.briefcase-plus-outline", "new_job"),
    ("T", N_("New work trial"), "mdi6.briefcase-clock-outline", "new_trial"),
    ("N", N_("New person in the network"), "mdi6.account-multiple-plus-outline", "new_member"),
    ("Y", N_("New referral"), "mdi6.directions-fork", "new_referral"),
    ("B", N_("New support-need check"), "mdi6.clipboard-check-outline", "new_check"),
    ("O", N_("New consent"), "mdi6.file-sign", "new_consent"),
    ("Q", N_("New job application"), "mdi6.send-outline", "new_application"),
    ("L", N_("Filter the timeline"), "mdi6.filter-outline", "filter_timeline"),
    ("M", N_("Merge with another client"), "mdi6.account-multiple-check-outline", "merge"),
    ("Z", N_("Copy of everything held"), "mdi6.folder-zip-outline", "copy_all"),
    ("0", N_("Who has seen the data"), "mdi6.eye-outline", "who_has_seen"),
    ("X", N_("Erase for good"), "mdi6.delete-forever-outline", "erase"),
)


class ClientPage(QWidget):
    """One client's page. It follows every change of this client and no other."""

    def __init__(self, context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.client_id = context, client_id
        self.story: Story | None = None
        self._stale, self._logged = True, False
        self.setAccessibleName(_("Client"))
        self.head = cards.HeadCard(context)
        self.phase = cards.PhaseCard(context, self.change_phase)
        self.decisions = ConflictsHere(context)
        self.next = cards.NextCard(context, client_id, self.visit)
        self.goals = cards.GoalsCard(self.plan, self.press_step)
        self.profile_card = cards.ProfileCard(self.profile)
        self.jobs = cards.JobsCard(context, client_id)
        self.network = cards.NetworkCard(context, client_id)
        self.timeline = Timeline(self._open_entry)
        self.gone = label(_("This client is no longer on this computer."), "quiet")
        self.gone.hide()
        self._add_actions()
        self._build()
        context.bus.changed.connect(self._changed)

    def _add_actions(self) -> None:
        menu = QMenu(self)
        for key, text, picture, name in ACTIONS:
            action = QAction(icon(picture), _(text), self)
            action.setShortcuts([QKeySequence(key), QKeySequence(f"Ctrl+Shift+{key}")])
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            method: Callable[[], None] = getattr(self, name)
            action.triggered.connect(partial(_without, method))
            self.addAction(action)
            menu.addAction(action)
        more = ToolButton()
        more.setText(_("Actions"))
        pictured(more, "mdi6.dots-horizontal", "text")
        more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(menu)
        self.head.buttons.addWidget(more)

    def _build(self) -> None:
        self.page = QWidget()
        self.page.setProperty("look", "page")
        column = QVBoxLayout(self.page)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        for widget in (self.gone, self.head, self.decisions, self.phase):
            column.addWidget(widget)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(spacing(2))
        left = QVBoxLayout()
        left.setSpacing(spacing(2))
        for card in (self.next, self.goals, self.profile_card, self.jobs, self.network):
            left.addWidget(card)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(spacing(1))
        right.addWidget(heading(_("What has happened"), 3))
        right.addWidget(self.timeline, 1)
        self.timeline.setMinimumHeight(px(420))
        self._sides.addLayout(left, 1)
        self._sides.addLayout(right, 1)
        column.addLayout(self._sides, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.page)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scroll.setAccessibleName(_("Story"))
        self.parts = PartTabs(scroll, self.context, self.client_id)
        self.setFocusProxy(self.parts)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.parts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(SIDE_BY_SIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._sides.direction() != way:
            self._sides.setDirection(way)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    def _changed(self, changes: Any) -> None:
        if changes.clients and self.client_id not in changes.clients:
            return
        self._stale = True
        if self.isVisible():
            self.reload()

    def reload(self) -> None:
        """Read the story again, in one task; the first reading is written into the access log."""
        self._stale = False
        first, self._logged = not self._logged, True

        def read() -> Story | None:
            if first:
                self.context.store.opened(self.client_id)
            return gather(self.context.store, self.client_id)

        self.context.tasks.run(read, self.show_story)

    def show_story(self, story: Story | None) -> None:
        """Show the story that was read."""
        self.story = story
        self.gone.setVisible(story is None)
        parts = (self.head, self.phase, self.next, self.goals, self.profile_card, self.jobs, self.network)
        for part in (*parts, self.timeline):
            part.setVisible(story is not None)
        if story is None:
            self.decisions.hide()
            return
        self.page.setUpdatesEnabled(False)
        self.decisions.show_story(story)
        for card in parts:
            card.show_story(story)
        self.timeline.show_entries(story.entries, story.phases)
        self.page.setUpdatesEnabled(True)

    # ---- what one can do here ----

    def visit(self) -> None:
        """Write a visit; one agreed for today or earlier is the one that is written."""
        planned = [v for v in self.story.case.planned if v["on"] <= today().isoformat()] if self.story else []
        self.context.quick_visit(self.client_id, UUID(planned[0]["id"]) if planned else None)

    def plan(self) -> None:
        """Open the present plan, or begin the first."""
        plan = present_plan(self.story.of("career_plan")) if self.story else None
        self.context.open_plan(self.client_id, UUID(plan["id"]) if plan else None)

    def edit_client(self) -> None:
        """Open the client's own form."""
        self.context.edit("client", self.client_id)

    def change_phase(self) -> None:
        """Open a small form with the phase that usually follows; without coaching, its beginning."""
        if self.story is None:
            return
        values = cards.phase_values(self.story)
        if values["relationship_id"]:
            self.context.edit("phase_change", client_id=self.client_id, values=values)
        else:
            started = {"started_on": today().isoformat(), "coach_id": str(self.context.store.worker)}
            self.context.edit("coaching_relationship", client_id=self.client_id, values=started)

    def profile(self) -> None:
        """Open the newest profile, or begin one."""
        profile = self.story.latest("vocational_profile") if self.story else None
        values = None if profile else {"made_on": today().isoformat()}
        self.context.edit(
            "vocational_profile",
            UUID(profile["id"]) if profile else None,
            client_id=self.client_id,
            values=values,
        )

    def new_job(self) -> None:
        """Write down a job."""
        self.context.edit("employment", client_id=self.client_id)

    def new_trial(self) -> None:
        """Write down a work trial."""
        self.context.edit("work_trial", client_id=self.client_id)

    def new_member(self) -> None:
        """Add a person to the network."""
        self.context.edit("network_member", client_id=self.client_id)

    def new_referral(self) -> None:
        """Write a referral into or to a service."""
        self.context.edit("referral", client_id=self.client_id)

    def new_check(self) -> None:
        """Go through the client's situation: the support-need check."""
        part: Any = self.parts.show_part("services")
        part.new_check()

    def new_consent(self) -> None:
        """Write a consent."""
        self.context.edit("consent", client_id=self.client_id)

    def new_application(self) -> None:
        """Write down a job application."""
        self.context.edit("job_application", client_id=self.client_id)

    def filter_timeline(self) -> None:
        """Go to the timeline's filter."""
        self.parts.show_number(0)
        self.timeline.search.setFocus()

    def merge(self) -> None:
        """Choose another client who is the same person."""
        self.context.go(("merge", self.client_id, None))

    def copy_all(self) -> None:
        """Save everything held on this client, to be given to her."""
        from ui.screens.client_copying import save_copy

        save_copy(self.context, self.client_id, self)

    def who_has_seen(self) -> None:
        """Save the paper about who has seen this client's data, to be given to her."""
        from ui.screens.client_seen import save_seen

        save_seen(self.context, self.client_id, self)

    def erase(self) -> None:
        """Go to where this client can be erased."""
        self.context.go(("erase", self.client_id))

    def press_step(self, step: StepView, *_pressed: Any) -> None:
        """Move a step on; what it was can be brought back."""
        state = next_state(step.state)
        values = {"client_id": self.client_id, "step_id": step.id, "on": today(), "state": state}
        record = validated(PlanProgress, values)

        def undo() -> None:
            write(self.context, lambda: self.context.store.delete("plan_progress", record.id))

        said = _("{step}: {state}").format(step=step.what, state=words.choice(codes.STEP_STATES, state))
        save(self.context, record, done=lambda: self.context.say(said, undo))

    def open_document(self, record_id: UUID) -> None:
        """Open a file where the client's documents are."""
        documents: Any = self.parts.show_part("documents")
        documents.open_file(record_id)

    def _open_entry(self, kind: str, record_id: UUID) -> None:
        if kind == "support_visit":
            self.context.quick_visit(self.client_id, record_id)
        elif kind == "career_plan":
            self.context.open_plan(self.client_id, record_id)
        elif kind == "attachment":
            self.open_document(record_id)
        else:
            self.context.edit(kind, record_id, client_id=self.client_id)


def _without(method: Callable[[], None], *_checked: Any) -> None:
    method()
