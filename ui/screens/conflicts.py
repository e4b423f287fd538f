"""Decisions: where two people changed the same thing, both values side by side and a person chooses."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.access import client_of
from app.coaching_phases import ours
from app.i18n import _, _n
from ui.context import Context
from ui.screens.conflict_card import ConflictCard, Decisions
from ui.screens.held import HeldCard
from ui.theme import heading, label, look, spacing


def gather(store: Any) -> Decisions:
    """Read the open conflicts on the database thread."""
    from sync import settle

    conflicts, held = store.conflicts(), settle.held(store)
    whose = {row["client_id"] for row in conflicts} | {client_of(row["scope"]) for row in held}
    cases = {client: store.case(client) for client in whose if client}
    return Decisions(
        conflicts=tuple(conflicts),
        clients={client: case.name for client, case in cases.items() if case},
        workers=store.worker_names(),
        me=str(store.worker),
        held=tuple(held),
        phases=ours(store),
    )


class ConflictsScreen(QWidget):
    """The open conflicts, oldest first. What is put off stays open and is here again the next time."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.cards: list[ConflictCard] = []
        self.held: list[HeldCard] = []
        self._later: set[str] = set()
        self._stale = True
        self.setAccessibleName(_("Decisions"))
        self.said = label("", "quiet")
        self.empty = label(_("Nothing needs a decision. Everybody's changes fit together."), "quiet")
        page = look(QWidget(), "page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        self._column.setSpacing(spacing(2))
        self.not_taken = heading(_("Not accepted by the centre"), 2)
        self.not_taken.hide()
        for widget in (heading(_("Decisions"), 1), self.said, self.empty, self.not_taken):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        context.bus.changed.connect(self._changed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    def _changed(self, changes: Any) -> None:
        if "conflict" in changes.kinds:
            self._stale = True
            if self.isVisible():
                self.reload()

    def reload(self) -> None:
        """Read what is open."""
        self._stale = False
        self.context.tasks.run(partial(gather, self.context.store), self._show)

    def _show(self, decisions: Decisions) -> None:
        shown = [row for row in decisions.conflicts if row["id"] not in self._later]
        # What somebody is writing stays: others' changes may arrive at any moment.
        kept = {card.id: card for card in self.cards if card.editors and card.row in shown}
        for before in (*self.cards, *self.held):
            self._column.removeWidget(before)
            if before not in kept.values():
                before.hide()
                before.deleteLater()
        self.cards = [
            kept.get(row["id"]) or ConflictCard(self.context, row, decisions, self._put_off) for row in shown
        ]
        for card in self.cards:
            self._column.insertWidget(self._column.indexOf(self.not_taken), card)
        self._show_held(decisions)
        count = len(decisions.conflicts)
        self.empty.setVisible(not count and not self.held)
        self.said.setVisible(bool(count))
        text = _n("{count} entry needs a decision", "{count} entries need a decision", count).format(
            count=count
        )
        aside = count - len(shown)
        later = _n("{count} put off for now", "{count} put off for now", aside).format(count=aside)
        self.said.setText(f"{text}; {later}" if aside else text)
        if self.cards and not kept:
            self.cards[0].keep.setFocus()

    def _show_held(self, decisions: Decisions) -> None:
        """Show what the centre did not take, below what waits for a decision."""
        self.held = [
            HeldCard(
                self.context,
                row,
                who=decisions.clients.get(client_of(row["scope"]) or "", ""),
                workers=decisions.workers,
                gone=self.reload,
                ours=decisions.phases,
            )
            for row in decisions.held
        ]
        self.not_taken.setVisible(bool(self.held))
        for card in self.held:
            self._column.insertWidget(self._column.count() - 1, card)

    def _put_off(self, conflict_id: str) -> None:
        self._later.add(conflict_id)
        self.reload()
