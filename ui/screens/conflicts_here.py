"""What needs a decision about one client, on her page; it is not there when nothing does."""

from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout

from app.i18n import _n
from ui.context import Context
from ui.screens.conflict_card import ConflictCard, Decisions
from ui.screens.story import Story
from ui.theme import heading, spacing


class ConflictsHere(QFrame):
    """The client's open conflicts, each decided here as among all decisions."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.cards: list[ConflictCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(spacing(1))
        self.title = heading("", 3)
        self._column.addWidget(self.title)
        self.hide()

    def show_story(self, story: Story) -> None:
        """Show what is open; a card in which somebody is writing stays as it is."""
        before_it = QApplication.focusWidget()
        inside = before_it is not None and self.isAncestorOf(before_it)
        decisions = Decisions(story.conflicts, {}, story.names, story.me, phases=story.phases)
        kept = {card.id: card for card in self.cards if card.editors and card.row in story.conflicts}
        for before in self.cards:
            self._column.removeWidget(before)
            if before not in kept.values():
                before.hide()
                before.deleteLater()
        self.cards = [
            kept.get(row["id"]) or ConflictCard(self.context, row, decisions, keys=False)
            for row in story.conflicts
        ]
        for card in self.cards:
            self._column.addWidget(card)
        count = len(self.cards)
        text = _n("{count} entry needs a decision", "{count} entries need a decision", count)
        self.title.setText(text.format(count=count))
        self.setAccessibleName(self.title.text())
        self.setVisible(bool(count))
        if inside and self.cards and not kept:
            self.cards[0].keep.setFocus()
