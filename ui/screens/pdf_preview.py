"""A document as it will be printed: rendered in memory, shown page by page, saved only on purpose."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.access import client_of
from app.clock import today
from app.data_groups import groups_of
from app.documents import make
from app.errors import DiskFull, KnownError
from app.i18n import LANGUAGES, N_, NAMES, Message, _, language, using_language
from app.pdf import Document, render
from app.record import Row
from app.services import SPECS
from app.sharing import record_sharing
from storage import files
from storage.writing import Changes
from ui import dialogs
from ui.context import Context
from ui.screens.pdf_recipient import ForWhom
from ui.screens.pictured import pictured
from ui.theme import button, colours, heading, label, look, spacing

SHARPNESS = 2.0  # pixels to a point, before zooming; a page is drawn once for all zooms
ZOOMS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
# PDFium may be used by one thread at a time.
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Sheet:
    """A drawn page: its pixels, row by row, in three or four bytes each."""

    pixels: bytes
    width: int
    height: int
    stride: int
    channels: int

    def image(self) -> QImage:
        """Return it as an image; on the GUI thread only."""
        form = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBX8888}[self.channels]
        # A copy owns its memory.
        return QImage(self.pixels, self.width, self.height, self.stride, form).copy()


@dataclass(frozen=True)
class Made:
    """A rendered document: its bytes and a picture of each page."""

    pdf: bytes
    pages: tuple[Sheet, ...]


def draw(document: Document) -> Made:
    """Render a document and draw its pages; runs off the GUI thread and touches no file."""
    pdf = render(document)
    return Made(pdf, draw_pdf(pdf)[0])


def draw_pdf(pdf: bytes, most: int | None = None) -> tuple[tuple[Sheet, ...], int]:
    """Draw the pages of a PDF, the first `most` of them; return them and how many there are in all.

    A page larger than paper is drawn smaller. Raises KnownError for what cannot be opened.
    """
    import pypdfium2

    with _one_at_a_time:
        try:
            opened = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            raise KnownError(
                Message(N_("This PDF cannot be shown: it is damaged or asks for a password.")),
                Message(N_("Save it as a file to open it in another program.")),
            ) from None
        try:
            count = len(opened)
            return tuple(_sheet_of(opened[number]) for number in range(min(count, most or count))), count
        finally:
            opened.close()


_LARGEST = 1_500.0  # points: A2; what is larger is a poster or a mistake


def _sheet_of(page: Any) -> Sheet:
    scale = SHARPNESS * min(1.0, _LARGEST / max(page.get_size()))
    return _sheet(page.render(scale=scale, rev_byteorder=True))


def _sheet(bitmap: Any) -> Sheet:
    return Sheet(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)


def file_name(kind: str, row: Row, code: str) -> str:
    """Suggest a file name that says the kind and version only, such as urasuunnitelma-v2.pdf: nothing of a client.

    It is in the document's language, in letters that every computer has.
    """
    with using_language(code):
        title = unicodedata.normalize("NFKD", _(SPECS[kind].one).lower())
    name = "-".join(re.findall("[a-z0-9]+", title.encode("ascii", "ignore").decode()))
    version = row.get("version_no")
    return f"{name}-v{version}.pdf" if version else f"{name}.pdf"


def write_document(path: Path, content: bytes) -> None:
    """Write a document so that it is either whole or not there. Raises DiskFull, or KnownError with advice."""
    try:
        files.write_whole(path, content)
    except DiskFull:
        raise
    except (KnownError, OSError):
        raise KnownError(
            Message(N_("The file could not be written there.")), Message(N_("Choose another folder."))
        ) from None


class PdfPreview(QWidget):
    """Shows a record's document. `closed` says that it is left; saving is written into the access log."""

    closed = Signal()

    def __init__(self, context: Context, kind: str, record_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.kind, self.record_id = context, kind, record_id
        self.row: Row | None = None
        self.made: Made | None = None
        self._asked = 0
        self._zoom: int | None = None  # a place in ZOOMS; None until a person has chosen
        self._shown = 1.0
        self.setAccessibleName(_("Preview"))
        self._build()
        self.reload()

    # ---- building ----

    def _build(self) -> None:
        self.language = QComboBox()
        self.language.setAccessibleName(_("Language of the document"))
        for code in LANGUAGES:
            self.language.addItem(NAMES[code], code)
        self.language.setCurrentIndex(LANGUAGES.index(language()))
        self.language.currentIndexChanged.connect(self.reload)
        self.plain = look(QCheckBox(_("Plain language")), "chip")
        self.plain.setToolTip(_("Short sentences and big type, for the client"))
        self.plain.toggled.connect(self.reload)
        self.plain.setVisible(SPECS[self.kind].pdf is not None)
        self.state = label("", "quiet", wraps=False)
        self.smaller = pictured(
            button("", "tool", tip=_("Smaller (-)")), "mdi6.magnify-minus-outline", "text"
        )
        self.larger = pictured(button("", "tool", tip=_("Larger (+)")), "mdi6.magnify-plus-outline", "text")
        self.smaller.setAccessibleName(_("Smaller"))
        self.larger.setAccessibleName(_("Larger"))
        self.smaller.clicked.connect(lambda: self.zoom(-1))
        self.larger.clicked.connect(lambda: self.zoom(1))
        self.save_button = button(_("Save as a file…"), "primary", tip=_("Ctrl+S"))
        self.save_button.clicked.connect(self.save)
        self.close_button = button(_("Close"), tip=_("Esc"))
        self.close_button.clicked.connect(self.closed)
        self.for_whom = ForWhom(self.context, self.kind)
        self.for_whom.changed.connect(self._may_save)
        self.pages = Pages()
        self.pages.verticalScrollBar().valueChanged.connect(self._say_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, spacing(2), 0, 0)
        column.setSpacing(spacing(1))
        column.addLayout(self._head())
        column.addWidget(self.for_whom)
        column.addWidget(self.pages, 1)
        column.addWidget(self._bar())
        self.setFocusProxy(self.pages)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(spacing(3), 0, spacing(3), 0)
        head.setSpacing(spacing(1))
        head.addWidget(heading(_(SPECS[self.kind].one), 1), 1)
        for widget in (self.plain, self.language, self.smaller, self.larger):
            head.addWidget(widget)
        return head

    def _bar(self) -> QFrame:
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(3), spacing(1), spacing(3), spacing(1))
        row.setSpacing(spacing(1))
        row.addWidget(self.state, 1)
        for widget in (self.close_button, self.save_button):
            row.addWidget(widget)
        return bar

    # ---- showing ----

    def reload(self) -> None:
        """Render again, in the chosen language and variant; only the latest wish is shown."""
        self._asked += 1
        asked, store = self._asked, self.context.store
        code, plain = self.language.currentData(), self.plain.isChecked()
        self.made = None
        self._may_save()
        self.state.setText(_("Making the pages…"))

        def describe() -> tuple[Row, Document]:
            row = store.row(self.kind, self.record_id)
            if row is None or row["deleted"]:
                raise KnownError(Message(N_("There is no such entry.")))
            if asked == 1:
                store.get(self.kind, self.record_id)
            return row, make(store, self.kind, row, language=code, plain=plain)

        self.context.tasks.run(describe, partial(self._described, asked), self._failed, owner=self)

    def _described(self, asked: int, described: tuple[Row, Document]) -> None:
        if asked != self._asked:
            return
        self.row, document = described
        client = client_of(self.row["scope"])
        self.for_whom.show_row(self.row, UUID(client) if client else None)
        shown = partial(self._drawn, asked)
        self.context.tasks.run(partial(draw, document), shown, self._failed, network=True, owner=self)

    def _drawn(self, asked: int, made: Made) -> None:
        if asked != self._asked:
            return
        self.made = made
        self._may_save()
        self.pages.show_pages([sheet.image() for sheet in made.pages])
        self._fit()
        self._say_page()

    def _failed(self, error: KnownError) -> None:
        self.state.setText(str(error))

    def _say_page(self) -> None:
        if self.made is not None:
            text = _("Page {number} of {count}")
            self.state.setText(text.format(number=self.pages.page() + 1, count=len(self.made.pages)))

    def zoom(self, step: int) -> None:
        """Make the pages larger (1) or smaller (-1)."""
        self._zoom = min(max(ZOOMS.index(self._factor()) + step, 0), len(ZOOMS) - 1)
        self._fit()

    def _fit(self) -> None:
        self._shown = self._factor()
        self.pages.zoom(self._shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pages to the new width, unless a person has chosen their size."""
        super().resizeEvent(event)
        if self.made is not None and self._factor() != self._shown:
            self._fit()

    def _factor(self) -> float:
        """Return the chosen size; at first that of paper, or less where the window is narrower."""
        if self._zoom is not None:
            return ZOOMS[self._zoom]
        return max((one for one in ZOOMS if one <= min(self.pages.fitting(), 1.0)), default=ZOOMS[0])

    # ---- saving ----

    def _may_save(self) -> None:
        self.save_button.setEnabled(self.made is not None and self.for_whom.ready)

    def save(self) -> None:
        """Ask where, write the file whole, and log that the document left the store, and for whom."""
        if self.made is None or self.row is None or not self.save_button.isEnabled():
            return
        code = self.language.currentData()
        suggested = file_name(self.kind, self.row, code)
        path = dialogs.save_file(self, _("Save the document"), suggested, "PDF (*.pdf)")
        if path is None:
            return
        path = path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf")
        content, store, row = self.made.pdf, self.context.store, self.row
        detail = f"pdf {code}{' plain' if self.plain.isChecked() else ''}"
        client = UUID(owner) if (owner := client_of(row["scope"])) else None
        recipient = self.for_whom.recipient() if self.for_whom.sharing else None
        reason = self.for_whom.answer.written()

        def op() -> Changes:
            # Written down first: a file whose export is not in the log must not come to be.
            shared = Changes()
            if client is not None and recipient is not None:
                shared = record_sharing(
                    store,
                    client,
                    recipient,
                    groups_of(self.kind, row),
                    today(),
                    shared_as="pdf",
                    of_kind=self.kind,
                    of_id=self.record_id,
                    override_reason=reason,
                )
            store.log("export", self.kind, self.record_id, client, detail)
            write_document(path, content)
            return shared

        self.context.tasks.run(op, self._written, self._failed, owner=self)

    def _written(self, shared: Changes) -> None:
        if shared:
            self.context.bus.changed.emit(shared)
        self.context.say(_("The document is saved."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Escape:
            self.closed.emit()
        elif control and key == Qt.Key.Key_S:
            self.save()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1 if key == Qt.Key.Key_Plus else -1)
        else:
            super().keyPressEvent(event)


class Pages(QScrollArea):
    """The pages below each other; Page Up and Page Down go from page to page."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Pages"))
        self._inner = look(QWidget(), "page")
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        self._column.setSpacing(spacing(2))
        self._column.addStretch(1)
        self._images: Sequence[QImage] = ()
        self._sheets: list[QLabel] = []
        self.setWidget(self._inner)

    def show_pages(self, images: Sequence[QImage]) -> None:
        """Show other pages; the place stays where it can."""
        self._images = images
        for sheet in self._sheets:
            self._column.removeWidget(sheet)
            sheet.hide()
            sheet.deleteLater()
        self._sheets = []
        for number in range(len(images)):
            sheet = QLabel()
            sheet.setStyleSheet(f"border: 1px solid {colours().line};")
            sheet.setAccessibleName(_("Page {number}").format(number=number + 1))
            self._sheets.append(sheet)
            self._column.insertWidget(number, sheet, 0, Qt.AlignmentFlag.AlignHCenter)

    def zoom(self, factor: float) -> None:
        """Draw the pages at a size: 1 is a point to a pixel and a third, as on paper."""
        for sheet, image in zip(self._sheets, self._images, strict=True):
            ratio = self.devicePixelRatioF()
            width = round(image.width() / SHARPNESS * 96 / 72 * factor * ratio)
            picture = QPixmap.fromImage(
                image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
            )
            picture.setDevicePixelRatio(ratio)
            sheet.setPixmap(picture)
            sheet.setFixedSize(picture.deviceIndependentSize().toSize() + QSize(2, 2))
        # The scroll area would learn of the new height only later; the place in the document is needed now.
        self._column.activate()
        self._inner.resize(max(self.viewport().width(), self._column.minimumSize().width()), self._height())

    def fitting(self) -> float:
        """Return the size at which the widest page is as wide as the view."""
        widest = max((image.width() for image in self._images), default=1) / SHARPNESS * 96 / 72
        return (self.viewport().width() - 2 * spacing(2) - 2) / widest

    def _height(self) -> int:
        return max(self.viewport().height(), self._column.minimumSize().height())

    def page(self) -> int:
        """Return the number of the page at the top of the view, from nought."""
        top = self.verticalScrollBar().value() + self.viewport().height() // 3
        return max((number for number, y in enumerate(self._tops()) if y <= top), default=0)

    def _tops(self) -> list[int]:
        """Return where each page begins; reckoned, since the layout may not have placed them yet."""
        gap = spacing(2)
        return list(accumulate((sheet.height() + gap for sheet in self._sheets), initial=gap))[:-1]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_PageDown.value: 1, Qt.Key.Key_PageUp.value: -1}.get(event.key())
        if step is None or not self._sheets:
            super().keyPressEvent(event)
            return
        wanted = min(max(self.page() + step, 0), len(self._sheets) - 1)
        self.verticalScrollBar().setValue(self._tops()[wanted] - spacing(2))
