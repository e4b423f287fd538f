"""The service catalogue and the situations of the support-need check: lists that may begin with the pilot's own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import support_need
from app.i18n import _
from app.record import Record
from app.services import SPECS
from ui.context import Context, write
from ui.records import RecordsPage
from ui.theme import button, label, look, spacing

if TYPE_CHECKING:
    from storage.writing import Changes

KINDS = ("catalogue_service", "support_situation")


class StartingList(QWidget):
    """A list; while it is empty, and only for those who may write it, the pilot's list is offered once."""

    def __init__(self, context: Context, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.kind = context, kind
        self.page = RecordsPage(context, SPECS[kind])
        self.records = self.page.records
        self.setAccessibleName(_(SPECS[kind].title))
        column = QVBoxLayout(self)
        column.setContentsMargins(*[spacing(2)] * 4)
        column.setSpacing(spacing(1))
        column.addWidget(self._offer())
        column.addWidget(self.page, 1)
        self.setFocusProxy(self.page)
        context.bus.changed.connect(self._heard)
        self.load()

    def _offer(self) -> QFrame:
        services = self.kind == KINDS[0]
        self.offer = look(QFrame(), "notice")
        row = QHBoxLayout(self.offer)
        said = (
            _("The list can begin with the services of the pilot. Everything in it can be changed.")
            if services
            else _("The list can begin with the situations of the pilot and the services they lead to.")
        )
        row.addWidget(label(said), 1)
        self.fill_button = button(
            _("Fill with the pilot's services") if services else _("Fill with the pilot's situations"),
            "primary",
        )
        self.fill_button.clicked.connect(self.fill)
        row.addWidget(self.fill_button)
        self.offer.hide()
        return self.offer

    def load(self) -> None:
        """Find out whether the pilot's list is to be offered."""
        store, kind = self.context.store, self.kind
        read: Callable[[], bool] = lambda: not store.rows(kind, limit=1) and store.may_write(SPECS[kind])  # noqa: E731
        self.context.tasks.run(read, self.offer.setVisible, owner=self)

    def _heard(self, changes: Any) -> None:
        if self.kind in changes.kinds:
            self.load()

    def fill(self) -> None:
        """Write the pilot's list; situations bring the services along that they lead to."""
        store = self.context.store
        wanted = support_need.pilot_services()
        if self.kind == KINDS[1]:
            wanted += support_need.pilot_situations()

        def op() -> "Changes":
            new: list[Record] = [one for one in wanted if store.row(str(one.__tablename__), one.id) is None]
            return store.save(*new)

        write(self.context, op, self._filled)

    def _filled(self) -> None:
        self.context.say(_("The list is filled. Change what is different here."))
        self.page.setFocus()
