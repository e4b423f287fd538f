"""The list of any declared kind of record: sorted, filtered while typing, opened, added to and deleted by key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import (
    QEvent,
    QObject,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.coaching_phases import KIND, concerns, spec_here
from app.i18n import _, _n
from app.record import Row
from app.services import SPECS
from app.spec import RecordSpec
from ui.context import Context, delete
from ui.detail import DetailView
from ui.form import frozen
from ui.list_saving import KEY, SaveListButton, save_list
from ui.names import name_of
from ui.records_model import ROLE_ROW, Lines, RecordsModel, lines_of
from ui.screens.words import field_of
from ui.theme import button, heading, label, px, spacing
from ui.widths import Widths

__all__ = ["ROLE_ROW", "DetailView", "Lines", "RecordsModel", "RecordsPage", "RecordsView", "lines_of"]


class RecordsView(QWidget):
    """The list with its filter. Enter opens, Insert or Ctrl+N adds, Delete deletes with undo, Ctrl+F filters.

    Ctrl+Shift+S saves what is shown as a file.
    """

    opened = Signal(object)

    def __init__(
        self,
        context: Context,
        spec: RecordSpec,
        client_id: UUID | None = None,
        *,
        open_row: Callable[[Row], Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context, self.spec, self.client_id = context, spec, client_id
        self._open_row = open_row or self._edit
        self.everybody = client_id is None and spec.scope == "client" and spec.kind != "client"
        self.model = RecordsModel(spec, self, everybody=self.everybody)
        self._loaded = False
        self._may_write = not spec.writers  # until the store has told the worker's role
        self._build()
        context.bus.changed.connect(self._heard)
        self.load()

    # ---- loading ----

    def load(self) -> None:
        """Read the rows again; the chosen line stays chosen."""
        store, spec, client_id, everybody = self.context.store, self.spec, self.client_id, self.everybody
        order = (f"-{spec.dated}",) if spec.dated else spec.columns[:1]

        def op() -> tuple[Lines, bool]:
            names = _names(store, spec, client_id)
            clients = {str(case.client_id): case.name for case in store.clients()} if everybody else None
            shown = spec_here(store, spec)
            lines = lines_of(shown, store.rows(spec.kind, client_id=client_id, order=order), names, clients)
            return lines, not spec.writers or store.may_write(spec)

        self.context.tasks.run(op, self._read)

    def _read(self, read: tuple[Lines, bool]) -> None:
        lines, self._may_write = read
        self.new_button.setVisible(self._may_add)
        self._show(lines)

    def _show(self, lines: Lines) -> None:
        chosen, first = self.chosen(), not self._loaded
        self._loaded = True
        self.model.show(lines)
        if first:
            self._widths.measure()
        self._choose(chosen["id"] if chosen else None)
        self._tell()

    def _choose(self, record_id: str | None) -> None:
        number = self.model.number_of(record_id) if record_id else -1
        if self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(max(number, 0), 0))

    def _heard(self, changes: Any) -> None:
        mine = self.client_id is None or not changes.clients or self.client_id in changes.clients
        named = {"worker", "client"} if self.everybody else {"worker"}
        named |= {KIND} if concerns(self.spec) else set()
        if mine and changes.kinds & {self.spec.kind, *named}:
            self.load()

    # ---- what a person does ----

    def chosen(self) -> Row | None:
        """Return the row of the chosen line."""
        index = self.table.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    def open_chosen(self) -> None:
        """Open the chosen row."""
        row = self.chosen()
        if row is not None:
            self.opened.emit(row)
            self._open_row(row)

    def add(self) -> None:
        """Open an empty form."""
        if self._may_add:
            self.context.edit(self.spec.kind, None, client_id=self.client_id)

    def delete_chosen(self) -> None:
        """Delete the chosen row; the line at the bottom offers to take it back."""
        row = self.chosen()
        if row is not None and self._may_write and not frozen(self.spec, row):
            delete(self.context, self.spec.kind, UUID(row["id"]), _(self.spec.one))

    def save_shown(self) -> None:
        """Save the lines that are shown as a file, in their order."""
        rows = [self.model.row(number) for number in range(self.model.rowCount())]
        if rows:
            save_list(self.context, self.spec, lambda _store: rows, self.client_id, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of the list."""
        if QKeySequence(event.keyCombination()) == QKeySequence(KEY):
            self.save_shown()
            return
        new = QKeySequence(event.keyCombination()) == QKeySequence("Ctrl+N")
        if new or event.key() == Qt.Key.Key_Insert:
            self.add()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.filter.setFocus()
            self.filter.selectAll()
        elif event.key() == Qt.Key.Key_Escape and self.filter.text():
            self.filter.clear()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open by Enter and delete by Delete in the table; go from the filter into it by Down or Enter."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if watched is self.table and enter:
            self.open_chosen()
            return True
        if watched is self.table and event.key() == Qt.Key.Key_Delete:
            self.delete_chosen()
            return True
        if watched is self.filter and (enter or event.key() == Qt.Key.Key_Down) and self.model.rowCount():
            self.table.setFocus()
            return True
        return super().eventFilter(watched, event)

    def _edit(self, row: Row) -> None:
        self.context.edit(self.spec.kind, UUID(row["id"]), client_id=self.client_id)

    # ---- building ----

    @property
    def _may_add(self) -> bool:
        for_whom = self.spec.scope != "client" or self._for_somebody
        return self._may_write and for_whom and not frozen(self.spec, None)

    @property
    def _for_somebody(self) -> bool:
        return self.client_id is not None or self.spec.kind == "client"

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(1))
        column.addLayout(self._bar())
        self._stack = QStackedWidget()
        self.table = self._table()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty_page())
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.table)

    def _bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(spacing(1))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(_("Filter"))
        self.filter.setAccessibleName(_("Filter: {title}").format(title=_(self.spec.title)))
        self.filter.setToolTip(_("Show only what holds these words ({key})").format(key="Ctrl+F"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(px(360))
        self.filter.setMinimumWidth(px(110))
        self.filter.textChanged.connect(self._filtered)
        self.filter.installEventFilter(self)
        row.addWidget(self.filter, 1)
        self.count = label("", "quiet", wraps=False)
        row.addWidget(self.count)
        row.addStretch(1)
        self.list_button = SaveListButton(self.save_shown, self._list_text())
        row.addWidget(self.list_button)
        self.new_button = button(self._new_text(), "primary", tip=_("New ({key})").format(key=_insert_key()))
        self.new_button.clicked.connect(self.add)
        self.new_button.setVisible(self._may_add)
        row.addWidget(self.new_button)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for the filter in a narrow place."""
        super().resizeEvent(event)
        self.list_button.fit(self.width())

    def _list_text(self) -> str:
        return _("Save as file…")

    def _new_text(self) -> str:
        return _("New: {what}").format(what=_(self.spec.one).lower())

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(_(self.spec.title))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(px(36))
        header = table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        table.setSortingEnabled(True)
        self._widths = Widths(table, self.spec.kind, self.model.columns)
        table.doubleClicked.connect(self.open_chosen)
        table.installEventFilter(self)
        return table

    def _empty_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(1)
        self.empty_title = heading("", 3)
        self.empty_help = label("", "quiet")
        for text in (self.empty_title, self.empty_help):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(text)
        column.addStretch(2)
        return page

    def _filtered(self, text: str) -> None:
        chosen = self.chosen()
        self.model.filter(text)
        self._choose(chosen["id"] if chosen else None)
        self._tell()

    def _tell(self) -> None:
        """Say how many there are, or what to do when there are none."""
        shown, total = self.model.rowCount(), self.model.total
        self.list_button.setEnabled(shown > 0)
        if self.filter.text():
            self.count.setText(_("{shown} of {total}").format(shown=shown, total=total))
        else:
            self.count.setText(_n("{count} in all", "{count} in all", total).format(count=total))
        if self._loaded and not shown:
            self.empty_title.setText(_("Nothing found") if total else _("Nothing here yet"))
            self.empty_help.setText(self._advice(total))
        self._stack.setCurrentIndex(1 if self._loaded and not shown else 0)

    def _advice(self, total: int) -> str:
        if total:
            return _("No line holds these words. Escape clears the filter.")
        if self._may_add:
            return _("Add the first with {key}.").format(key=_insert_key())
        return _("Lines appear here when there is something to show.")


def _insert_key() -> str:
    """Name the key that adds; Ctrl+N may be taken by the program's own menu."""
    return QKeySequence(Qt.Key.Key_Insert).toString(QKeySequence.SequenceFormat.NativeText)


def _names(store: Any, spec: RecordSpec, client_id: UUID | None) -> dict[str, str]:
    """Return the names of what the columns of a list refer to, by id."""
    columns = [field_of(spec.kind, column) for column in spec.columns]
    names: dict[str, str] = {}
    for kind in {field.refers for field in columns if field is not None and field.refers}:
        if kind == "worker":
            # Before a centre has been joined nobody is known by name but oneself.
            names |= {str(store.worker): _("You"), **store.worker_names()}
        else:
            own = client_id if SPECS[kind].scope == "client" else None
            names |= {row["id"]: name_of(kind, row) for row in store.rows(kind, client_id=own)}
    return names


class RecordsPage(QStackedWidget):
    """The list, and over it the page of the row that was opened; Escape goes back to the list."""

    def __init__(
        self, context: Context, spec: RecordSpec, client_id: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self.spec = context, spec
        self.records = RecordsView(context, spec, client_id, open_row=self.open_row)
        self.addWidget(self.records)
        self.detail: DetailView | None = None

    def open_row(self, row: Row) -> None:
        """Show the page of a row."""
        self.back()
        self.detail = DetailView(self.context, self.spec, UUID(row["id"]))
        self.detail.closed.connect(self.back)
        self.addWidget(self.detail)
        self.setCurrentWidget(self.detail)
        self.detail.setFocus()

    def back(self) -> None:
        """Show the list again."""
        self.setCurrentWidget(self.records)
        self.records.table.setFocus()
        if self.detail is not None:
            self.removeWidget(self.detail)
            self.detail.deleteLater()
            self.detail = None
