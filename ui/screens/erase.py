"""Erasing a client for good: what happens, why it is done, and the name typed as a confirmation."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.clock import today
from app.i18n import _, format_date
from app.record import Row
from app.retention import Term, expires, load
from app.services.clients.codes import ERASURE_REASONS
from app.services.clients.rules import name_of
from ui.context import Context
from ui.theme import button, card, heading, label, look, px, spacing


@dataclass(frozen=True)
class Case:
    """The client to be erased, until when her data is kept, and whether the worker may erase."""

    client: Row
    term: Term | None
    allowed: bool


def gather(store: Any, client_id: UUID) -> Case | None:
    """Read what is needed on the database thread; None where the client is not here."""
    from storage import erasing

    row = store.row("client", client_id)
    if row is None or row["deleted"]:
        return None
    return Case(row, expires(row, load(), today()), erasing.may_erase(store))


class EraseScreen(QWidget):
    """Nothing is erased before the client's name or code name has been typed. Escape goes back."""

    closed = Signal()

    def __init__(self, context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.client_id = context, client_id
        self.case: Case | None = None
        self.setAccessibleName(_("Erase for good"))
        page = look(QWidget(), "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        self.title = heading(_("Erase for good"), 1)
        self.denied = label(_("A team lead or an administrator erases clients."), "quiet")
        self.denied.hide()
        column.addWidget(self.title)
        column.addWidget(self.denied)
        self.body = QWidget()
        inside = QVBoxLayout(self.body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(spacing(2))
        for part in (self._what(), self._why(), self._confirmation()):
            inside.addWidget(part)
        column.addWidget(self.body)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.closed.emit)
        self._begun = False

    def _what(self) -> QFrame:
        frame = look(QFrame(), "warning")
        column = QVBoxLayout(frame)
        column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        for text in (
            _(
                "Everything about this client goes: entries, plans, files, history, drafts. It cannot be undone."
            ),
            _("The centre and every computer erase the same. What somebody has not sent yet goes too."),
            _("What stays: that a client was erased, who decided it, when and why."),
            _("Documents and backups that were saved to other places must be removed by hand."),
        ):
            column.addWidget(label(text))
        return frame

    def _why(self) -> QFrame:
        frame, column = card()
        column.addWidget(heading(_("Why"), 3))
        self.reasons: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        for choice in ERASURE_REASONS:
            box = QRadioButton(_(choice.title))
            box.toggled.connect(lambda _on: self._check())
            group.addButton(box)
            self.reasons[choice.value] = box
            column.addWidget(box)
        self.term = label("", "quiet")
        column.addWidget(self.term)
        return frame

    def _confirmation(self) -> QFrame:
        frame, column = card()
        self.ask = label(_("Type the client's name or code name"), "field")
        self.typed = QLineEdit()
        self.typed.setAccessibleName(_("Type the client's name or code name"))
        self.typed.setMaximumWidth(px(420))
        self.typed.textChanged.connect(lambda _text: self._check())
        self.erase = button(_("Erase for good"), "danger")
        self.erase.setEnabled(False)
        self.erase.clicked.connect(self._erase)
        cancel = button(_("Cancel"), "quiet", tip=_("Esc"))
        cancel.clicked.connect(self.closed.emit)
        row = QHBoxLayout()
        row.addWidget(self.erase)
        row.addWidget(cancel)
        row.addStretch(1)
        column.addWidget(self.ask)
        column.addWidget(self.typed)
        column.addLayout(row)
        return frame

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._begun:
            self._begun = True
            self.context.tasks.run(partial(gather, self.context.store, self.client_id), self._show)

    def _show(self, case: Case | None) -> None:
        self.case = case
        allowed = case is not None and case.allowed
        self.body.setVisible(allowed)
        self.denied.setVisible(not allowed)
        if case is None:
            self.denied.setText(_("This client is no longer on this computer."))
        if case is None or not allowed:
            return
        self.title.setText(_("Erase {name} for good").format(name=name_of(case.client)))
        passed = case.term is not None and case.term.has_passed(today())
        if passed:
            self.reasons["retention"].setChecked(True)
        self.term.setText(term_text(case.term))
        (self.typed if passed else self.reasons["retention"]).setFocus()

    def _reason(self) -> str:
        return next((value for value, box in self.reasons.items() if box.isChecked()), "")

    def _check(self) -> None:
        from storage import erasing

        named = self.case is not None and erasing.confirms(self.case.client, self.typed.text())
        self.erase.setEnabled(named and bool(self._reason()))

    def _erase(self) -> None:
        from storage import erasing

        context, store, client, reason = self.context, self.context.store, self.client_id, self._reason()
        term = self.case.term if self.case else None
        rule = term.rule.task if term is not None and reason == "retention" else ""

        def erased(done: Any) -> None:
            context.bus.changed.emit(done.changes)
            context.say(" ".join([_("Erased."), *(str(warning) for warning in done.warnings)]))

        def gone(done: Any) -> None:
            self.closed.emit()
            erased(done)

        self.erase.setEnabled(False)
        context.tasks.run(lambda: erasing.erase(store, client, reason, rule), gone, owner=self)


def term_text(term: Term | None) -> str:
    """Say until when a client's data is kept and by which rule."""
    if term is None:
        return _(
            "How long the data is kept cannot be said yet: the matter is open, or the service task is missing."
        )
    text = _("Kept until {day} ({rule}, Act {act}).").format(
        day=format_date(term.on), rule=_(term.rule.title), act=term.rule.source
    )
    return text if term.verified else _("{text} To be checked.").format(text=text)
