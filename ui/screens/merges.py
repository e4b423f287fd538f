"""The merges that were made, newest first; each can be undone."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.i18n import _, _n, format_date
from app.record import Row
from app.services.clients.rules import name_of
from ui.context import Context, write
from ui.screens.words import day_of
from ui.theme import button, card, heading, label, look, spacing


@dataclass(frozen=True)
class Made:
    """A merge with the names of the two."""

    row: Row
    kept: str
    other: str


def gather(store: Any) -> list[Made]:
    """Read the merges on the database thread."""
    names = {row["id"]: name_of(row) for row in store.rows("client")}
    rows = store.rows("client_merge", order=("-on", "-id"))
    return [
        Made(row, names.get(row["client_id"], ""), name_of(other) if other else "")
        for row in rows
        for other in [row["client_before"].get("other")]
    ]


class MergesScreen(QWidget):
    """The list of merges."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self._stale = context, True
        self.cards: list[QFrame] = []
        self.setAccessibleName(_("Merged clients"))
        page = look(QWidget(), "page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        self._column.setSpacing(spacing(1.5))
        self.empty = label(
            _("No clients have been merged. Two who are one person can be merged from the page of either."), "quiet"
        )  # fmt: skip
        self._column.addWidget(heading(_("Merged clients"), 1))
        self._column.addWidget(self.empty)
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
        if changes.kinds & {"client", "client_merge"}:
            self._stale = True
            if self.isVisible():
                self.reload()

    def reload(self) -> None:
        """Read the merges again."""
        self._stale = False
        self.context.tasks.run(partial(gather, self.context.store), self._show)

    def _show(self, found: list[Made]) -> None:
        for before in self.cards:
            self._column.removeWidget(before)
            before.hide()
            before.deleteLater()
        self.cards = [self._card(one) for one in found]
        for made in self.cards:
            self._column.insertWidget(self._column.count() - 1, made)
        self.empty.setVisible(not found)

    def _card(self, one: Made) -> QFrame:
        frame, column = card()
        row = QHBoxLayout()
        text = QVBoxLayout()
        names = _("{kept} and {other}").format(kept=one.kept or _("Client"), other=one.other or _("Client"))
        text.addWidget(label(names, "strong"))
        text.addWidget(label(self._when(one.row), "quiet"))
        row.addLayout(text, 1)
        if not one.row["undone_on"] and one.kept:
            for words, name, act in (
                (_("Open"), _("Open {name}").format(name=one.kept), self._open),
                (_("Undo"), _("Undo: {names}").format(names=names), self._undo),
            ):
                press = button(words)
                press.setAccessibleName(name)
                press.clicked.connect(partial(_without, act, one))
                row.addWidget(press, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        return frame

    @staticmethod
    def _when(row: Row) -> str:
        count = len(row["moved"])
        entries = _n("{count} entry came over", "{count} entries came over", count).format(count=count)
        days = [_("Merged {day}").format(day=format_date(day_of(row["on"]))), entries]
        if row["undone_on"]:
            days.append(_("undone {day}").format(day=format_date(day_of(row["undone_on"]))))
        return " · ".join(days)

    def _open(self, one: Made) -> None:
        self.context.show_client(UUID(one.row["client_id"]))

    def _undo(self, one: Made) -> None:
        from storage import merging

        context, store, wanted = self.context, self.context.store, UUID(one.row["id"])
        write(
            context,
            lambda: merging.undo(store, wanted),
            lambda: context.say(_("The two clients are apart again.")),
        )


def _without(act: Any, one: Made, *_checked: Any) -> None:
    act(one)
