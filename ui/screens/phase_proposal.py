"""The phase that the records speak for, shown with its reasons. A person decides: one key opens the form."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import phases
from app.clock import today
from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import _
from app.phases import Proposal
from app.record import Row
from app.services.coaching import codes
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
    """Says the proposal and its reasons; hidden while there is none."""

    def __init__(self, change: Callable[[], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        row.addWidget(self.change)
        self.hide()

    def show_proposal(self, found: Proposal | None, ours: CoachingPhases = USUAL) -> None:
        """Show a proposal and what is done in that phase here, or nothing."""
        self.setVisible(found is not None)
        if found is None:
            return
        self.title.setText(_("Proposed phase: {phase}").format(phase=named(found, ours)))
        self.reasons.setText("\n".join(f"• {reason}" for reason in found.reasons))
        proposed = ours.get(found.phase)
        guided = proposed.guided if proposed is not None else ""
        self.guidance.setText(guided)
        self.guidance.setVisible(bool(guided))
        self.setAccessibleName(f"{self.title.text()}. {phases.said(found.reasons)}")
