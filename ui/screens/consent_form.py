"""The form of a consent: how it stands in words above, and what may be done with it: give, replace, withdraw."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app import consent as rules
from app.clock import today
from app.i18n import _
from app.record import Record, Row
from ui.context import Context
from ui.form import Form
from ui.screens import sign
from ui.screens.consent_outside import GivenOutside
from ui.screens.consent_told import PartnersToTell
from ui.screens.consent_words import Standings, read, replacing, state_chip
from ui.screens.flowing import Flowing
from ui.theme import button, label, look, spacing


class ConsentForm(Form):
    """Adds the state of the consent and its actions above the fields."""

    def _build(self) -> None:
        self.held: Standings | None = None
        self._then: Callable[[QWidget, Context, UUID], None] | None = None
        super()._build()
        self.top = look(QFrame(), "sunken")
        self._top = QVBoxLayout(self.top)
        self._top.setContentsMargins(spacing(2), spacing(1.5), spacing(2), spacing(1.5))
        self._top.setSpacing(spacing(1))
        # What is to be given is filled first; of what was given the state comes first.
        given = self.row is not None and rules.is_given(self.row)
        self._fields.insertWidget(0 if given else self._fields.count() - 1, self.top)
        self._show(None)
        if self.context is not None and self.client_id is not None and self.row is not None:
            store, client = self.context.store, self.client_id
            self.context.tasks.run(lambda: read(store, client), self._show, owner=self)
            self.context.bus.changed.connect(self._told_meanwhile)

    def _lock_if_frozen(self) -> None:
        super()._lock_if_frozen()
        if self.row is not None and rules.is_given(self.row):
            # Also one that was written down from outside and carries no seal: to change it is to give a new one.
            self.lock(_("This cannot be changed any more."))

    def _may_be_anew(self) -> bool:
        return False  # a consent is replaced: see its actions

    def _told_meanwhile(self, changes: Any) -> None:
        if self.context is not None and self.client_id is not None and "partner_notice" in changes.kinds:
            store, client = self.context.store, self.client_id
            self.context.tasks.run(lambda: read(store, client), self._show, owner=self)

    def _show(self, held: Standings | None) -> None:
        self.held = held
        while self._top.count():
            taken = self._top.takeAt(0)
            widget = taken.widget() if taken else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        state = held.of(self.row) if held is not None and self.row is not None else None
        if state is None:
            said = _("A consent is in force when the client has given it. Then it does not change any more.")
            self._top.addWidget(label(said, "quiet"))
        else:
            text, _tone = state_chip(state)
            self._top.addWidget(label(text, "strong"))
        self._top.addWidget(self._actions(state.state if state else rules.UNSIGNED))
        if held is not None and self.row is not None:
            self._top.addWidget(PartnersToTell(self.context, self.row, held))  # type: ignore[arg-type]
        self._order()

    def _order(self) -> None:
        super()._order()
        if not hasattr(self, "top") or (self.row is not None and rules.is_given(self.row)):
            return
        last = [stop for box in self.boxes.values() for stop in box.editor.stops()][-1:]
        buttons = self.top.findChildren(QPushButton)
        for before, after in pairwise([*last, *buttons, self.undo_button]):
            QWidget.setTabOrder(before, after)

    def _actions(self, state: str) -> QWidget:
        place = Flowing()
        row = self.row
        offers: list[tuple[str, Callable[[], Any], str]] = []
        if row is None or not rules.is_given(row):
            offers = [
                (_("Sign on the screen"), lambda: self.give(sign_on_screen), "primary"),
                (_("Given on paper or electronically"), lambda: self.give(take_down), ""),
            ]
        elif state in (rules.IN_FORCE, rules.FUTURE, rules.ENDED):
            offers = [(_("New consent that replaces this one"), lambda: replace(self.context, row), "")]
            if state != rules.ENDED:
                offers.append((_("Withdraw"), lambda: withdraw(self.context, row), "danger"))
        if row is not None:
            offers.append((_("Show as PDF"), lambda: self._preview(row), "quiet"))
        for text, press, name in offers:
            made = button(text, name)
            made.clicked.connect(lambda _checked=False, press=press: press())
            place.add(made)
        return place

    def _preview(self, row: Row) -> None:
        if self.context is not None:
            self.context.preview("consent", UUID(row["id"]))

    def give(self, how: "Callable[[QWidget, Context, UUID], None]") -> None:
        """Save what is not saved yet, then go to where the consent is given."""
        if self.context is None:
            return
        if self.row is None or self.changes():
            self._then = how
            self.save()
            return
        how(self.window(), self.context, UUID(self.row["id"]))

    def record(self) -> Record | None:
        """Return the checked record; what is wrong keeps the person here."""
        made = super().record()
        if made is None:
            self._then = None
        return made

    def _refused(self, error: Any) -> None:
        self._then = None
        super()._refused(error)

    def _saved(self, record: Record) -> None:
        then, self._then = self._then, None
        window, context = self.window(), self.context
        super()._saved(record)
        if then is not None and context is not None:
            then(window, context, record.id)


def sign_on_screen(over: QWidget, context: Context, consent_id: UUID) -> None:
    """Open the page on which the client signs."""
    store = context.store

    def show(row: Row | None) -> None:
        if row is not None:
            sign.open_page(over, context, "consent", row)

    context.tasks.run(lambda: store.row("consent", consent_id), show, owner=over)


def take_down(over: QWidget, context: Context, consent_id: UUID) -> None:
    """Open the page on which a consent given elsewhere is taken down."""
    store = context.store

    def find() -> tuple[Row | None, str]:
        row = store.row("consent", consent_id)
        client = store.row("client", row["client_id"]) if row else None
        return row, f"{client['first_name']} {client['last_name']}" if client else ""

    def show(found: tuple[Row | None, str]) -> None:
        row, name = found
        if row is not None:
            sign.lay_over(over, GivenOutside(context, row, name))

    context.tasks.run(find, show, owner=over)


def replace(context: Context | None, row: Row) -> None:
    """Begin the consent that takes another one's place."""
    if context is not None:
        context.edit("consent", None, client_id=UUID(row["client_id"]), values=replacing(row))


def withdraw(context: Context | None, row: Row) -> None:
    """Take a consent back: a day, and what the client said."""
    if context is not None:
        values = {"consent_id": row["id"], "on": today().isoformat()}
        context.edit("consent_withdrawal", None, client_id=UUID(row["client_id"]), values=values)
