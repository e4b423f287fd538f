"""A client's documents: what there is and where each file lies; added by key, by button or by dropping a file here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.i18n import N_, _, language
from app.record import Row
from app.services import SPECS
from storage import blobs
from ui import dialogs
from ui.context import Context
from ui.records import RecordsView
from ui.records_model import Lines, RecordsModel, lines_of
from ui.screens.attachment_add import AddCard, Added, begin
from ui.screens.attachment_view import AttachmentView, save_as
from ui.screens.words import fold
from ui.theme import button, spacing

SPEC = SPECS["attachment"]
STATE = "state"
ON_ITS_COMPUTER = N_("Still on the computer where it was added")
AT_CENTRE = N_("Stored at the centre")
NOT_HERE = N_("Not here yet: fetch")
SIZE = "size"


def where(place: blobs.Place | None) -> str:
    """Say where a file is."""
    if place is None or (place.state == blobs.STORED and not place.here):
        return _(NOT_HERE)
    return _(AT_CENTRE) if place.state == blobs.STORED else _(ON_ITS_COMPUTER)


def size_text(size: int) -> str:
    """Write a size as people read it."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    text = f"{amount:.1f}" if unit != "B" and amount < 10 else f"{amount:.0f}"
    return f"{text if language() == 'en' else text.replace('.', ',')} {unit}"


def made_ready(rows: Sequence[Row], places: dict[str, blobs.Place]) -> Lines:
    """Make the rows ready for the list, with readable sizes and where each file is."""
    lines = lines_of(SPEC, rows, {})
    for number, row in enumerate(lines.rows):
        state = where(places.get(row["sha256"]))
        lines.texts[number] += [size_text(row["size"]), state]
        lines.keys[number] += [(0, f"{row['size']:020}"), (0, state)]
        lines.folded[number] += " " + fold(state)
    return lines


class DocumentsModel(RecordsModel):
    """The declared columns, how large a file is, and where it is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(SPEC, parent)
        self.columns = (*self.columns, SIZE, STATE)
        self._right = {len(self.columns) - 2}

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column."""
        own = {len(self.columns) - 2: _("Size"), len(self.columns) - 1: _("Where it is")}
        if (
            orientation == Qt.Orientation.Horizontal
            and section in own
            and role == Qt.ItemDataRole.DisplayRole
        ):
            return own[section]
        return super().headerData(section, orientation, role)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the text of a cell; the note of the file as its tooltip."""
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid() and self.row(index.row())["note"]:
            return self.row(index.row())["note"]
        return super().data(index, role)


class DocumentsList(RecordsView):
    """The list. Insert adds, Enter opens, Ctrl+S saves as a file, Ctrl+E changes the name, Delete deletes."""

    def __init__(self, context: Context, client_id: UUID, documents: "Documents") -> None:
        self._documents = documents
        super().__init__(context, SPEC, client_id, open_row=documents.open_row, parent=documents)

    def load(self) -> None:
        """Read the rows and where their files are."""
        store, client_id = self.context.store, self.client_id

        def op() -> Lines:
            rows = store.rows("attachment", client_id=client_id, order=("-added_on",))
            return made_ready(rows, blobs.places(store, [row["sha256"] for row in rows]))

        self.context.tasks.run(op, self._show)

    def add(self) -> None:
        """Ask for a file."""
        self._documents.choose()

    def save_chosen(self) -> None:
        """Write the chosen file where the person wants it."""
        row = self.chosen()
        if row is not None:
            save_as(self.context, row, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys that only files have."""
        keys = QKeySequence(event.keyCombination()).toString()
        row = self.chosen()
        if keys == "Ctrl+S":
            self.save_chosen()
        elif keys == "Ctrl+E" and row is not None:
            self._edit(row)
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self.model = DocumentsModel(self)
        super()._build()
        self.new_button.setToolTip(_("Add a file ({key})").format(key="Insert"))
        self.save_button = button(_("Save as…"), tip=_("Ctrl+S"))
        self.save_button.clicked.connect(self.save_chosen)
        row = self.layout().itemAt(0).layout()  # type: ignore[union-attr]
        row.insertWidget(row.count() - 1, self.save_button)  # type: ignore[union-attr]

    def _list_text(self) -> str:
        return _("Save the list…")

    def _new_text(self) -> str:
        return _("Add a file…")

    def _tell(self) -> None:
        super()._tell()
        self.save_button.setEnabled(self.model.rowCount() > 0)

    def _advice(self, total: int) -> str:
        if total:
            return super()._advice(total)
        return _("Press {key} to choose a file, or drop one here.").format(key="Insert")


class Documents(QStackedWidget):
    """The list with what is asked before a file is added, and over it the file that was opened."""

    def __init__(self, context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.client_id = context, client_id
        self.setAccessibleName(_("Documents"))
        self.setAcceptDrops(True)
        self.view: AttachmentView | None = None
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(*[spacing(2)] * 4)
        column.setSpacing(spacing(1))
        self.card = AddCard()
        self.card.wanted.connect(self._add)
        self.card.left.connect(self._to_list)
        column.addWidget(self.card)
        self.records = DocumentsList(context, client_id, self)
        column.addWidget(self.records, 1)
        self.addWidget(page)
        self._page = page
        self.setFocusProxy(self.records)

    # ---- adding ----

    def choose(self) -> None:
        """Ask for a file, then what it is."""
        path = dialogs.open_file(self, _("Add a file"), _("All files (*)"))
        if path is not None:
            self.offer([path])

    def offer(self, paths: Sequence[Path]) -> None:
        """Ask what files are; they are added when that is answered."""
        self.back()
        self.card.ask(paths)

    def _add(self, paths: list[Path], values: dict[str, Any]) -> None:
        self._to_list()
        begin(self.context, paths, {**values, "client_id": str(self.client_id)}, self._added, self)

    def _added(self, _found: Added) -> None:
        self._to_list()

    def _to_list(self) -> None:
        self.records.table.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, and nothing else."""
        if _files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask about the files that were dropped here."""
        paths = _files(event)
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.offer(paths)

    # ---- opening ----

    def open_file(self, record_id: UUID) -> None:
        """Show the file of an entry, if it is still there."""
        store = self.context.store

        def show(row: Row | None) -> None:
            if row is not None and not row["deleted"]:
                self.open_row(row)

        self.context.tasks.run(lambda: store.row("attachment", record_id), show, owner=self)

    def open_row(self, row: Row) -> None:
        """Show a file."""
        self.back()
        self.view = AttachmentView(self.context, row)
        self.view.setContentsMargins(*[spacing(2)] * 4)
        self.view.closed.connect(self.back)
        self.addWidget(self.view)
        self.setCurrentWidget(self.view)

    def back(self) -> None:
        """Show the list again; the file may have been fetched meanwhile."""
        if self.view is None:
            return
        self.setCurrentWidget(self._page)
        self.removeWidget(self.view)
        self.view.deleteLater()
        self.view = None
        self._to_list()
        self.records.load()


def _files(event: QDropEvent) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.is_file()]
