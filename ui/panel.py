"""The form beside the page: one at a time; another one takes its place, and its draft stays."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.i18n import _
from ui import theme
from ui.context import Context
from ui.pages import keep_drafts

if TYPE_CHECKING:
    from app.record import Row
    from app.spec import RecordSpec

LEAST, WIDTH = 380, 520
"""How wide it is beside a page: at least, and as long as nobody moved the line between them."""


class Panel(QFrame):
    """Holds a form. `filled` and `emptied` tell when it comes and goes."""

    filled = Signal()
    emptied = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._form: QWidget | None = None
        self._asked = 0
        self._of: tuple[str, UUID] | None = None
        self.client_id: UUID | None = None
        theme.look(self, "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.spacing(2), 0, 0)
        self.heading = theme.heading("")
        self.heading.setContentsMargins(theme.spacing(3), 0, theme.spacing(3), 0)
        self._column.addWidget(self.heading)
        self.hide()

    @property
    def filled_now(self) -> bool:
        """Whether a form is open."""
        return self._form is not None

    @property
    def form(self) -> QWidget | None:
        """The open form."""
        return self._form

    def edit(
        self,
        kind: str,
        record_id: UUID | None,
        *,
        client_id: UUID | None,
        values: dict[str, Any] | None,
        saved: Callable[[str, UUID, bool], Any],
    ) -> None:
        """Read the record (which is logged), then show its form; only the latest wish is carried out."""
        self._asked += 1
        asked, store = self._asked, self._context.store

        def read() -> "tuple[Row | None, RecordSpec]":
            from app.coaching_phases import ours
            from app.services import SPECS

            if record_id is not None:
                store.get(kind, record_id)
            row = store.row(kind, record_id) if record_id is not None else None
            return row, ours(store).offered_in(SPECS[kind], row or values or {})

        def show(found: "tuple[Row | None, RecordSpec]") -> None:
            row, spec = found
            if asked != self._asked:
                return
            owner = client_id or (UUID(row["client_id"]) if row and row.get("client_id") else None)
            self._show(spec, row, owner, values, saved)

        self._context.tasks.run(read, show, owner=self)

    def _show(
        self,
        spec: "RecordSpec",
        row: "Row | None",
        client_id: UUID | None,
        values: dict[str, Any] | None,
        saved: Callable[[str, UUID, bool], Any],
    ) -> None:
        from ui.client_form import form_for
        from ui.field_history import attach

        self._take_away()
        kind = spec.kind
        form = form_for(self._context, spec, row, client_id=client_id, values=values)
        self._form = attach(form)
        self._of = (kind, UUID(row["id"])) if row else None
        self.client_id = UUID(row["id"]) if kind == "client" and row else client_id
        self.heading.setText(_(spec.one))
        self._column.addWidget(form, 1)

        def kept(record: Any) -> None:
            self.drop(keep=False)
            saved(kind, record.id, row is None)

        form.saved.connect(kept)
        form.closed.connect(self.drop)
        self.setVisible(True)
        form.show()  # where another form stood here before, the layout would show it only later
        form.setFocus()
        form.focusNextChild()
        self.filled.emit()

    def drop(self, keep: bool = True) -> None:
        """Close the form; what is typed stays as a draft unless it was saved."""
        self._asked += 1
        if self._form is None:
            return
        self._take_away(keep)
        self.hide()
        self.emptied.emit()

    def leave_what_is_hidden(self, changes: Any) -> None:
        """Close the form of an entry that is not to be seen here any more: its compartment has left, or is hidden."""
        of, store = self._of, self._context.store
        if self._form is None or of is None or of[0] not in changes.kinds:
            return

        def left() -> str:
            if store.row(*of) is not None:
                return ""
            # What was being written stays as a draft, but not where its compartment has left this computer.
            return "hidden" if of[0] in kinds(store.limits.hidden()) else "gone"

        def answered(why: str) -> None:
            if why and self._of == of:
                self.drop(keep=why == "hidden")

        from storage.limits import kinds

        self._context.tasks.run(left, answered, owner=self)

    def _take_away(self, keep: bool = True) -> None:
        form, self._form, self.client_id, self._of = self._form, None, None, None
        if form is None:
            return
        if keep:
            keep_drafts(form)
        self._column.removeWidget(form)
        form.hide()
        form.deleteLater()
