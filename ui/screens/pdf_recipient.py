"""For whom a document is: the client herself, a party of her consents, or another; and what the consents say to it."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.clock import today
from app.consent import Answer, Recipient, in_force, recipients
from app.data_groups import groups_of
from app.i18n import _
from app.record import Row
from app.sharing import check_sharing_now, recipient_now
from ui.context import Context
from ui.screens.consent_guard import ASK_AFTER, ConsentAnswer
from ui.theme import label, spacing

HERSELF, OTHER = "herself", "other"


class ForWhom(QWidget):
    """The choice of a recipient. `changed` says that it, or whether it may be, is another than before."""

    changed = Signal()

    def __init__(self, context: Context, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.kind = context, kind
        self.client_id: UUID | None = None
        self.row: Row | None = None
        self._asked = 0
        self._timer = QTimer(self, singleShot=True, interval=ASK_AFTER)
        self._timer.timeout.connect(self.ask)
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("For whom"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(28)
        self.name = QLineEdit()
        self.name.setAccessibleName(_("Name of the recipient"))
        self.name.setPlaceholderText(_("Organisation"))
        self.name.setMaxLength(300)
        self.answer = ConsentAnswer()
        line = QHBoxLayout()
        line.setSpacing(spacing(1))
        line.addWidget(label(_("For whom"), "field", wraps=False))
        line.addWidget(self.choice)
        line.addWidget(self.name, 1)
        line.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), 0, spacing(3), 0)
        column.setSpacing(spacing(1))
        column.addLayout(line)
        column.addWidget(self.answer)
        self._offer(())
        self.choice.currentIndexChanged.connect(self._chosen)
        self.name.textEdited.connect(lambda _text: self._later())
        self.answer.reason.changed.connect(self.changed)
        self.name.hide()
        self.hide()

    def show_row(self, row: Row, client_id: UUID | None) -> None:
        """Offer the recipients for an entry; what belongs to no client needs no consent."""
        first = self.row is None
        self.row, self.client_id = row, client_id
        self.setVisible(client_id is not None)
        if client_id is not None and first:
            store = self.context.store
            self.context.tasks.run(partial(_parties, store, client_id), self._offer, owner=self)

    def _offer(self, parties: Sequence[Recipient]) -> None:
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItem(self._first(), HERSELF)
        for party in parties:
            self.choice.addItem(str(party), party)
        self.choice.addItem(_("Somebody else…"), OTHER)
        self.choice.blockSignals(False)

    def _first(self) -> str:
        """Return what the choice that needs no consent is called."""
        return _("The client")

    @property
    def _for_herself(self) -> bool:
        return bool(self.choice.currentData() == HERSELF)

    @property
    def sharing(self) -> bool:
        """Whether the document goes to anybody but the client."""
        return self.client_id is not None and not self._for_herself

    @property
    def ready(self) -> bool:
        """Whether the document may be saved for the chosen one."""
        return not self.sharing or (self.answer.ready and not self._timer.isActive())

    def recipient(self) -> Recipient | str:
        """Return the chosen recipient."""
        chosen = self.choice.currentData()
        return self.name.text().strip() if chosen == OTHER else chosen

    def _chosen(self) -> None:
        other = self.choice.currentData() == OTHER
        self.name.setVisible(other)
        if other:
            self.name.setFocus()
        self.ask()

    def _later(self) -> None:
        self._timer.start()
        self.changed.emit()

    def ask(self) -> None:
        """Ask the consents about the chosen recipient."""
        self._timer.stop()
        self._asked += 1
        recipient, client, row = self.recipient() if self.sharing else "", self.client_id, self.row
        if client is None or row is None or not str(recipient):
            self._show(self._asked, None)
            return
        store, groups = self.context.store, groups_of(self.kind, row)

        def read() -> Answer:
            known = recipient_now(store, client, recipient) if isinstance(recipient, str) else recipient
            return check_sharing_now(store, client, known, groups, today())

        self.context.tasks.run(read, partial(self._show, self._asked), owner=self)

    def _show(self, asked: int, answer: Answer | None) -> None:
        if asked == self._asked:
            self.answer.show_answer(answer)
            self.changed.emit()


def _parties(store: Any, client_id: UUID) -> list[Recipient]:
    """Read the parties that receive data by the consents in force, on the database thread."""
    consents = store.rows("consent", client_id=client_id)
    withdrawals = store.rows("consent_withdrawal", client_id=client_id)
    return recipients(in_force(consents, withdrawals, today()))
