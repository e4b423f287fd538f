"""Whose data has been kept as long as it may, or will have been within a year; and what has been erased."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import retention
from app.clock import today
from app.i18n import Message, _, _n, format_date
from app.record import Row
from app.retention import Term
from app.services.clients.codes import ERASURE_REASONS
from app.services.clients.rules import name_of
from ui.context import Context
from ui.fields.flow import Flow
from ui.screens.words import choice, day_of
from ui.theme import button, card, heading, label, look, spacing

SHOWN = 100
"""So many are shown at once; the rest comes when these have been dealt with."""


@dataclass(frozen=True)
class Kept:
    """A client whose time is over or near, or of whom it cannot be said."""

    client: Row
    term: Term | None
    missing: Message | None = None


@dataclass(frozen=True)
class Kind:
    """What the list holds: clients in the order of their terms, the rest unknown, and the erasures made."""

    near: tuple[Kept, ...]
    unknown: tuple[Kept, ...]
    erased: tuple[Row, ...]
    names: dict[str, str]
    allowed: bool


def gather(store: Any, day: date) -> Kind:
    """Work out the list on the database thread."""
    from storage import erasing

    clients, rules = store.rows("client"), retention.load()
    terms = [Kept(row, retention.expires(row, rules, day), retention.unknown(row)) for row in clients]
    near = [one for one in terms if one.term is not None and one.term.is_near(day)]
    return Kind(
        near=tuple(sorted(near, key=lambda one: (one.term.on, one.client["id"]))),  # type: ignore[union-attr]
        unknown=tuple(one for one in terms if one.term is None and one.missing is not None),
        erased=tuple(store.rows("erasure", order=("-on", "-id"), limit=SHOWN)),
        names=store.worker_names(),
        allowed=erasing.may_erase(store),
    )


class RetentionScreen(QWidget):
    """The list of retention. Nothing goes by itself: a person opens a client, looks, and erases."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self._stale = context, True
        self.setAccessibleName(_("Retention and erasures"))
        self.page = look(QWidget(), "page")
        self._column = QVBoxLayout(self.page)
        self._column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        self._column.setSpacing(spacing(1.5))
        self._column.addWidget(heading(_("Retention and erasures"), 1))
        self._column.addWidget(
            label(
                _(
                    "The time runs from the day on which the matter was closed, by the client's service task."
                    " Nothing is erased by itself."
                ),
                "quiet",
            )
        )
        self._parts: list[QWidget] = []
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.page)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(scroll)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        context.bus.changed.connect(self._changed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    def _changed(self, changes: Any) -> None:
        if changes.kinds & {"client", "erasure"}:
            self._stale = True
            if self.isVisible():
                self.reload()

    def reload(self) -> None:
        """Read the list again."""
        self._stale = False
        self.context.tasks.run(partial(gather, self.context.store, today()), self._show)

    def _show(self, found: Kind) -> None:
        for before in self._parts:
            self._column.removeWidget(before)
            before.hide()
            before.deleteLater()
        self._parts = []
        day = today()
        passed = [one for one in found.near if one.term is not None and one.term.has_passed(day)]
        coming = [one for one in found.near if one not in passed]
        for title, some in (
            (_("The time has passed"), passed),
            (_("The time ends within a year"), coming),
            (_("Cannot be worked out"), list(found.unknown)),
        ):
            if some:
                self._add(heading(title, 2))
                for one in some[:SHOWN]:
                    self._add(self._client(one, found.allowed))
                if len(some) > SHOWN:
                    more = len(some) - SHOWN
                    text = _n("and {count} more", "and {count} more", more).format(count=more)
                    self._add(label(text, "quiet"))
        if not found.near and not found.unknown:
            self._add(label(_("Nobody's data is near its end."), "quiet"))
        if found.erased:
            self._add(heading(_("Erased"), 2))
            self._add(self._erased(found))

    def _add(self, widget: QWidget) -> None:
        self._parts.append(widget)
        self._column.insertWidget(self._column.count() - 1, widget)

    def _client(self, one: Kept, allowed: bool) -> QFrame:
        frame, column = card()
        name, client_id = name_of(one.client), UUID(one.client["id"])
        row = QHBoxLayout()
        text = QVBoxLayout()
        text.addWidget(label(name, "strong"))
        text.addWidget(self._term(one))
        row.addLayout(text, 1)
        show = button(_("Open"))
        show.setAccessibleName(_("Open {name}").format(name=name))
        show.clicked.connect(lambda: self.context.show_client(client_id))
        row.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        if allowed and one.term is not None:
            erase = button(_("Erase…"), "danger")
            erase.setAccessibleName(_("Erase {name} for good").format(name=name))
            erase.clicked.connect(lambda: self.context.go(("erase", client_id)))
            row.addWidget(erase, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        return frame

    @staticmethod
    def _term(one: Kept) -> QWidget:
        if one.term is None:
            return label(str(one.missing), "quiet")
        line = QWidget()
        flow = Flow(line)
        text = _("Kept until {day} · {rule} · Act {act}").format(
            day=format_date(one.term.on), rule=_(one.term.rule.title), act=one.term.rule.source
        )
        words = label(text, "quiet", wraps=False)
        words.setToolTip(one.term.rule.address)
        flow.addWidget(words)
        if not one.term.verified:
            flow.addWidget(label(_("to be checked"), "chip-warn", wraps=False))
        return line

    @staticmethod
    def _erased(found: Kind) -> QFrame:
        frame, column = card()
        for row in found.erased:
            who = found.names.get(str(row["saved_by"]), "")
            parts = [format_date(day_of(row["on"])), choice(ERASURE_REASONS, row["reason"]), who]
            column.addWidget(label(" · ".join(part for part in parts if part)))
        return frame
