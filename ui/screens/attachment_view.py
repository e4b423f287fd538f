"""An attached file, opened inside the program: text, pictures and PDF are shown from memory, never from a file."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from app.errors import KnownError
from app.i18n import _, format_date
from app.record import Row
from storage import blobs
from storage.store import Store
from sync import blobs as centre
from ui import dialogs
from ui.context import Context
from ui.screens.pdf_preview import ZOOMS, Pages, Sheet, draw_pdf
from ui.screens.pictured import pictured
from ui.screens.words import as_text, field_of
from ui.theme import button, heading, label, look, spacing

MOST_PAGES = 60
MOST_TEXT = 1_000_000
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")
_TEXTS = (".txt", ".csv", ".md", ".eml", ".ics", ".json", ".xml", ".html", ".rtf", ".log")


@dataclass(frozen=True)
class Opened:
    """A file made ready to be shown: pages of a PDF, the bytes of a picture, a text, or none of them."""

    pages: tuple[Sheet, ...] = ()
    count: int = 0
    picture: bytes = b""
    text: str | None = None


def open_file(store: Store, row: Row) -> Opened:
    """Fetch a file if it is not here, log that it is opened, and make it ready; runs off the GUI thread.

    Raises what fetching and reading raise; nothing of the content is written anywhere.
    """
    if not blobs.is_here(store, row):
        centre.fetch(store, row)
    content = blobs.read(store, row)
    store.log("opened", "attachment", UUID(row["id"]), UUID(row["client_id"]))
    if content[:1024].lstrip()[:5] == b"%PDF-":
        pages, count = draw_pdf(content, MOST_PAGES)
        return Opened(pages, count)
    if content.startswith(_PICTURES) or content[8:12] == b"WEBP":
        return Opened(picture=content)
    if row["mime"].startswith("text/") or row["name"].lower().endswith(_TEXTS):
        return Opened(text=_decoded(content[:MOST_TEXT]))
    return Opened()


def _decoded(content: bytes) -> str:
    """Read text as what it most probably is: UTF-8, else what Western Windows writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


class AttachmentView(QWidget):
    """Shows one file. `closed` says that it is left; saving is written into the access log."""

    closed = Signal()

    def __init__(self, context: Context, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.row = context, row
        self._zoom = ZOOMS.index(1.0)
        self.setAccessibleName(row["name"])
        self._build()
        self.state.setText(_("Opening…"))
        context.tasks.run(
            partial(open_file, context.store, row), self._show, self._failed, network=True, owner=self
        )

    # ---- building ----

    def _build(self) -> None:
        self.pages = Pages()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(_("Text of the file"))
        self.told = label("", "quiet")
        self.told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.told.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.told.setAccessibleName(_("About the file"))
        self.stack = QStackedWidget()
        for widget in (self.told, self.pages, self.text):
            self.stack.addWidget(widget)
        self.state = label("", "quiet", wraps=False)
        self.smaller = pictured(
            button("", "tool", tip=_("Smaller (-)")), "mdi6.magnify-minus-outline", "text"
        )
        self.larger = pictured(button("", "tool", tip=_("Larger (+)")), "mdi6.magnify-plus-outline", "text")
        self.smaller.setAccessibleName(_("Smaller"))
        self.larger.setAccessibleName(_("Larger"))
        self.smaller.clicked.connect(lambda: self.zoom(-1))
        self.larger.clicked.connect(lambda: self.zoom(1))
        self.edit_button = button(_("Change name or category"), "quiet", tip=_("Ctrl+E"))
        self.edit_button.clicked.connect(self.edit)
        self.save_button = button(_("Save as…"), "primary", tip=_("Ctrl+S"))
        self.save_button.clicked.connect(self.save)
        self.close_button = button(_("Close"), tip=_("Esc"))
        self.close_button.clicked.connect(self.closed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(1))
        column.addLayout(self._head())
        column.addWidget(self.stack, 1)
        column.addWidget(self._bar())

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(spacing(1))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(heading(self.row["name"], 2))
        category = as_text(field_of("attachment", "category"), self.row["category"], {})
        added = self.row["added_on"]
        about = [category, format_date(date.fromisoformat(added)) if added else "", self.row["note"]]
        names.addWidget(label(" · ".join(part for part in about if part), "quiet"))
        head.addLayout(names, 1)
        for widget in (self.smaller, self.larger):
            widget.hide()
            head.addWidget(widget)
        return head

    def _bar(self) -> QFrame:
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(1), spacing(1), spacing(1), spacing(1))
        row.setSpacing(spacing(1))
        row.addWidget(self.state, 1)
        for widget in (self.edit_button, self.close_button, self.save_button):
            row.addWidget(widget)
        return bar

    # ---- showing ----

    def _show(self, opened: Opened) -> None:
        images = [sheet.image() for sheet in opened.pages]
        if opened.picture:
            image = _image(opened.picture)
            images = [] if image.isNull() else [image]
        if images:
            self._show_pages(images, opened.count)
        elif opened.text is not None:
            self.text.setPlainText(opened.text)
            self.stack.setCurrentWidget(self.text)
            self.state.setText("")
            self.text.setFocus()
        else:
            self.state.setText("")
            self._tell(_("This kind of file is not shown in the program. Save it to open it in another one."))

    def _show_pages(self, images: list[QImage], count: int) -> None:
        self.pages.show_pages(images)
        self.stack.setCurrentWidget(self.pages)
        for widget in (self.smaller, self.larger):
            widget.show()
        self._fit(images[0])
        self.pages.setFocus()
        if count > len(images):
            text = _("The first {shown} of {count} pages. Save the file to read the others.")
            self.state.setText(text.format(shown=len(images), count=count))
        elif count:
            self.state.setText(_("Pages: {count}").format(count=count))
        else:
            self.state.setText("")

    def _fit(self, image: QImage) -> None:
        """Begin at the largest size that fits the width, but not larger than on paper."""
        room = max(200, self.width() - spacing(8))
        fitting = [
            n for n, zoom in enumerate(ZOOMS) if zoom <= 1 and image.width() / 2 * 96 / 72 * zoom <= room
        ]
        self._zoom = fitting[-1] if fitting else 0
        self.pages.zoom(ZOOMS[self._zoom])

    def _tell(self, text: str) -> None:
        self.told.setText(text)
        self.stack.setCurrentWidget(self.told)
        self.told.setFocus()

    def _failed(self, error: KnownError) -> None:
        self.state.setText("")
        self._tell(str(error))

    def zoom(self, step: int) -> None:
        """Make what is shown larger (1) or smaller (-1)."""
        if self.stack.currentWidget() is self.pages:
            self._zoom = min(max(self._zoom + step, 0), len(ZOOMS) - 1)
            self.pages.zoom(ZOOMS[self._zoom])

    # ---- what a person does ----

    def edit(self) -> None:
        """Open the form with name, category and note."""
        row = self.row
        self.context.edit("attachment", UUID(row["id"]), client_id=UUID(row["client_id"]))

    def save(self) -> None:
        """Write the file where the person wants it."""
        save_as(self.context, self.row, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of the page."""
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Escape:
            self.closed.emit()
        elif control and key == Qt.Key.Key_S:
            self.save()
        elif control and key == Qt.Key.Key_E:
            self.edit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1 if key == Qt.Key.Key_Plus else -1)
        else:
            super().keyPressEvent(event)


def save_as(context: Context, row: Row, parent: QWidget) -> None:
    """Ask where, then write the file there whole, with an entry in the access log before it."""
    path = dialogs.save_file(parent, _("Save the file"), row["name"], _("All files (*)"))
    if path is None:
        return
    store = context.store

    def op() -> None:
        if not blobs.is_here(store, row):
            centre.fetch(store, row)
        # Written down first: a file whose export is not in the log must not come to be.
        store.log("export", "attachment", UUID(row["id"]), UUID(row["client_id"]), "file")
        blobs.save_to(store, row, path)

    def saved(_done: Any) -> None:
        context.say(_("The file is saved."))

    context.tasks.run(op, saved, network=True, owner=parent)


def _image(content: bytes) -> QImage:
    """Decode a picture, turned as the camera held it; a null image for what is none. On the GUI thread only."""
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    return reader.read()
