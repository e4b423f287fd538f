"""The phase that the records speak for, shown with its reasons. A person decides: one key opens the form."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import phases
from app.clock import today
from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import _
from app.phases import Proposal, PutOff
from app.record import Row
from app.services.coaching import codes
from storage.put_off import put_off_by, remember, take_back
from ui.context import Context, write
from ui.screens import words
from ui.screens.story import Story
from ui.theme import button, label, look, spacing


def named(found: Proposal, ours: CoachingPhases = USUAL) -> str:
    """Name the proposed phase, with its level in maintenance."""
    name = words.phase(found.phase, ours)
    return f"{name}, {words.choice(codes.LEVELS, found.level)}" if found.level else name


def rows_of(story: Story) -> dict[str, Sequence[Row]]:
    """Return the rows of a story that a proposal looks at."""
    rows: dict[str, Sequence[Row]] = {kind: story.of(kind) for kind in phases.KINDS}
    return rows | {"network_member": story.network}


def of_story(story: Story) -> Proposal | None:
    """Return what the records of a story speak for today."""
    return phases.proposal(rows_of(story), today(), story.phases)


def form_values(found: Proposal, rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """Return what the form of the change begins with."""
    return phases.values(found, rows, today())


class ProposalNotice(QFrame):
    """Says the proposal and its reasons; hidden while there is none, and while it was put off with "Not now"."""

    def __init__(self, context: Context, change: Callable[[], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self._found: Proposal | None = None
        self._client: UUID | None = None
        look(self, "notice")
        row = QHBoxLayout(self)
        row.setSpacing(spacing(2))
        column = QVBoxLayout()
        column.setSpacing(spacing(0.5))
        self.title = label("", "strong")
        self.reasons = label()
        column.addWidget(self.title)
        column.addWidget(self.reasons)
        self.guidance = label("", "quiet")
        column.addWidget(self.guidance)
        column.addWidget(label(_("Proposed from what is written. You decide."), "small"))
        row.addLayout(column, 1)
        self.change = button(_("Look at the change"), tip=_("F"))
        self.change.setAutoDefault(True)
        self.change.clicked.connect(lambda: change())
        self.later = button(_("Not now"), tip=_("Silent for four weeks, unless the reasons change"))
        self.later.clicked.connect(lambda: self.put_off())
        buttons = QVBoxLayout()
        buttons.setSpacing(spacing(1))
        buttons.addWidget(self.change)
        buttons.addWidget(self.later)
        buttons.addStretch(1)
        row.addLayout(buttons)
        self.hide()

    def show_proposal(self, client_id: UUID, found: Proposal | None, ours: CoachingPhases = USUAL) -> None:
        """Show a client's proposal and what is done in that phase here, or nothing."""
        self._client, self._found = client_id, found
        if found is None:
            self.hide()
            return
        self._say(found, ours)
        asked = partial(put_off_by, self.context.store, client_id)
        self.context.tasks.run(asked, partial(self._told, found), owner=self)

    def _told(self, found: Proposal, before: PutOff | None) -> None:
        if found is self._found:
            self.setVisible(not phases.is_put_off(found, before, today()))

    def put_off(self) -> None:
        """Be silent about this proposal for four weeks, unless its reasons change."""
        if self._found is None or self._client is None:
            return
        store, client_id, context = self.context.store, self._client, self.context
        what = PutOff(phases.mark(self._found), today())

        def undo() -> None:
            write(context, partial(take_back, store, client_id))

        def done() -> None:
            context.say(_("Not proposed again for four weeks, unless the reasons change."), undo)

        write(context, partial(remember, store, client_id, what), done)

    def _say(self, found: Proposal, ours: CoachingPhases) -> None:
        self.title.setText(_("Proposed phase: {phase}").format(phase=named(found, ours)))
        self.reasons.setText("\n".join(f"• {reason}" for reason in found.reasons))
        proposed = ours.get(found.phase)
        guided = proposed.guided if proposed is not None else ""
        self.guidance.setText(guided)
        self.guidance.setVisible(bool(guided))
        self.setAccessibleName(f"{self.title.text()}. {phases.said(found.reasons)}")
