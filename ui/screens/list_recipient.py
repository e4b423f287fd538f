"""Saving a list: for whom it is, what the consents of the clients in it say to that, and then where to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.clock import today
from app.consent import Recipient, in_force, recipients
from app.data_groups import Groups
from app.i18n import _, _n
from app.list_sharing import ListAnswer, check_list_now, held_by
from app.record import Row
from app.spec import RecordSpec
from storage.store import Store
from ui.context import Context
from ui.screens.pdf_recipient import ForWhom
from ui.theme import button, heading, label, look, spacing

MOST_NAMES = 5
"""How many clients without a consent are named; of the others it says how many there are."""


@dataclass(frozen=True)
class Held:
    """What a list holds: its lines, the groups of data by client, the clients' names, the parties of their consents."""

    lines: int = 0
    groups: Mapping[UUID, Groups] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    parties: Sequence[Recipient] = ()


@dataclass(frozen=True)
class Given:
    """For whom a list is (None for the worker's own use), and why where no consent allows it."""

    recipient: Recipient | str | None = None
    reason: str = ""


OWN_USE = Given()


def read(store: Store, kind: str, rows: Callable[[Store], Sequence[Row]], client_id: UUID | None) -> Held:
    """Read what a list holds, on the database thread."""
    listed = rows(store)
    groups = held_by(kind, listed)
    consents = store.rows("consent", client_id=client_id)
    withdrawals = store.rows("consent_withdrawal", client_id=client_id)
    theirs = [one for one in consents if UUID(one["client_id"]) in groups]
    parties = recipients(in_force(theirs, withdrawals, today()))
    return Held(len(listed), groups, {str(case.client_id): case.name for case in store.clients()}, parties)


class ListForWhom(ForWhom):
    """The choice of who gets a list: the worker's own use, a party of the clients' consents, or another."""

    def __init__(self, context: Context, kind: str, parent: QWidget | None = None) -> None:
        self.held = Held()
        super().__init__(context, kind, parent)
        self.whose = label("", "quiet")
        self.answer.layout().insertWidget(1, self.whose)  # type: ignore[union-attr]
        self.whose.hide()

    def show_held(self, held: Held) -> None:
        """Offer the parties of the clients in a list."""
        self.held = held
        self._offer(held.parties)
        self.show()

    def _first(self) -> str:
        return _("My own use at work")

    @property
    def sharing(self) -> bool:
        """Whether the list goes to anybody else."""
        return bool(self.held.groups) and not self._for_herself

    def ask(self) -> None:
        """Ask the consents of every client in the list about the chosen recipient."""
        self._timer.stop()
        self._asked += 1
        recipient = self.recipient() if self.sharing else ""
        if not str(recipient):
            self._show_list(self._asked, None)
            return
        store, groups = self.context.store, self.held.groups
        self.context.tasks.run(
            lambda: check_list_now(store, groups, recipient, today()),
            partial(self._show_list, self._asked),
            owner=self,
        )

    def _show_list(self, asked: int, found: ListAnswer | None) -> None:
        if asked != self._asked:
            return
        lacking = [self.held.names.get(str(client), "–") for client in found.lacking] if found else []
        said = "; ".join(sorted(lacking)[:MOST_NAMES])
        if (more := len(lacking) - MOST_NAMES) > 0:
            said = _n("{names} and {count} other", "{names} and {count} others", more).format(
                names=said, count=more
            )
        self.whose.setText(said)
        self.whose.setVisible(bool(said))
        self._show(asked, found.whole if found else None)


class SaveListPage(QFrame):
    """Asks for whom a list is. Enter or Ctrl+S goes on to where it is saved, Escape leaves.

    `go_on` is called with this page and for whom it is.
    """

    closed = Signal()

    def __init__(
        self,
        context: Context,
        spec: RecordSpec,
        held: Held,
        client_id: UUID | None,
        go_on: Callable[["SaveListPage", Given], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.client_id, self._go_on = client_id, go_on
        self.setAccessibleName(_("Save as file"))
        self.for_whom = ListForWhom(context, spec.kind)
        self.for_whom.changed.connect(self._may_save)
        self.save_button = button(_("Save as file…"), "primary", tip=_("Save ({key})").format(key="Ctrl+S"))
        self.save_button.clicked.connect(self.save)
        self.close_button = button(_("Close"), tip=_("Esc"))
        self.close_button.clicked.connect(self.leave)
        lines = _n("{count} line", "{count} lines", held.lines).format(count=held.lines)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, spacing(3), 0, 0)
        column.setSpacing(spacing(1.5))
        head = QVBoxLayout()
        head.setContentsMargins(spacing(3), 0, spacing(3), 0)
        head.addWidget(heading(_("Save as file"), 1))
        head.addWidget(label(f"{_(spec.title)}, {lines}", "quiet"))
        column.addLayout(head)
        column.addWidget(self.for_whom)
        column.addStretch(1)
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(3), spacing(1), spacing(3), spacing(1))
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.save_button)
        column.addWidget(bar)
        self.setFocusProxy(self.for_whom.choice)
        self.for_whom.show_held(held)

    def _may_save(self) -> None:
        self.save_button.setEnabled(self.for_whom.ready)

    def save(self) -> None:
        """Go on with the chosen recipient, where a consent or a written reason allows it."""
        if self.for_whom.ready:
            recipient = self.for_whom.recipient() if self.for_whom.sharing else None
            self._go_on(self, Given(recipient, self.for_whom.answer.written()))

    def leave(self) -> None:
        """Go back to the list."""
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave by Escape; Enter on the choice goes on."""
        keys = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        on_choice = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.for_whom.choice.hasFocus()
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif on_choice or keys == (Qt.Key.Key_S, True):
            self.save()
        else:
            super().keyPressEvent(event)
