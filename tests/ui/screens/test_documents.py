"""A client's documents by keyboard: added, opened from memory, saved on purpose, deleted with undo."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage

import ui.screens.attachment_view as attachment_view
from app.errors import KnownError
from app.i18n import N_, Message, set_language
from storage import blob_keeping, blobs
from storage.store import Store
from tests.ui.screens.caseload import make
from tests.ui.screens.conftest import show
from ui import dialogs
from ui.context import Context
from ui.screens import attachment_add
from ui.screens.attachment_add import attach_to, category_of
from ui.screens.attachment_view import AttachmentView
from ui.screens.client_page import ClientPage
from ui.screens.parts import PARTS, build
from ui.screens.parts.documents import Documents, size_text


@cache
def pdf(pages: int = 2) -> bytes:
    """Return a PDF of empty pages."""
    import pypdfium2

    made, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _number in range(pages):
        made.new_page(595, 842)
    made.save(target)
    made.close()
    return target.getvalue()


def picture() -> bytes:
    """Return a PNG."""
    from PySide6.QtCore import QBuffer, QIODevice

    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())


@pytest.fixture
def aino(people: dict[str, UUID]) -> UUID:
    """A client."""
    return people["Aino"]


@pytest.fixture
def documents(qtbot: Any, context: Context, aino: UUID) -> Documents:
    """The part of her page."""
    part = next(part for part in PARTS if part.key == "documents")
    made = build(part, context, aino)
    assert isinstance(made, Documents)
    show(qtbot, made)
    return made


def attach(store: Store, client: UUID, name: str, content: bytes, **values: Any) -> dict[str, Any]:
    """Attach a file as another screen would have."""
    (made,) = blobs.attach(store, content, {"client_id": str(client), **values}, name).ids
    row = store.row("attachment", made)
    assert row is not None
    return row


def texts(documents: Documents) -> list[list[str]]:
    model = documents.records.model
    return [
        [str(model.index(line, column).data()) for column in range(model.columnCount())]
        for line in range(model.rowCount())
    ]


def log(store: Store, client: UUID) -> list[tuple[str, str]]:
    return [
        (line["action"], line["detail"]) for line in store.access_log(client) if line["kind"] == "attachment"
    ]


# ---- adding -----------------------------------------------------------------------------------------------


def test_a_file_is_added_by_keyboard_alone(
    qtbot: Any, documents: Documents, store: Store, aino: UUID, tmp_path: Path, ways: Any
) -> None:
    file = tmp_path / "Aino suostumus.pdf"
    file.write_bytes(pdf())
    assert documents.records.empty_title.text() == "Nothing here yet"
    assert "Insert" in documents.records.empty_help.text()
    dialogs.answer_next(file)
    qtbot.keyClick(documents.records, Qt.Key.Key_Insert)
    assert documents.card.isVisible()
    assert documents.card.category.hasFocus()
    assert documents.card.category.currentData() == "consent", "guessed from the name"
    qtbot.keyClick(documents.card.category, Qt.Key.Key_Tab)
    qtbot.keyClicks(documents.card.note, "Allekirjoitettu paperilla")
    qtbot.keyClick(documents.card.note, Qt.Key.Key_Return)
    (row,) = store.rows("attachment", client_id=aino)
    assert (row["name"], row["category"], row["note"]) == (
        "Aino suostumus.pdf",
        "consent",
        "Allekirjoitettu paperilla",
    )
    assert not documents.card.isVisible()
    (line,) = texts(documents)
    assert line[0] == "Aino suostumus.pdf"
    assert line[1] == "Consent form"
    assert line[3] == size_text(len(pdf()))
    assert line[4] == "Still on the computer where it was added"
    assert ways.said == ["1 file added."]
    assert log(store, aino) == [("create", "")]
    ways.undo()
    assert store.rows("attachment", client_id=aino) == []
    assert texts(documents) == []


def test_escape_adds_nothing(qtbot: Any, documents: Documents, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "cv.pdf"
    file.write_bytes(b"x")
    dialogs.answer_next(file)
    documents.records.new_button.click()
    qtbot.keyClick(documents.card.category, Qt.Key.Key_Escape)
    assert not documents.card.isVisible()
    assert store.rows("attachment") == []
    assert not list((store.folder / blobs.FOLDER).glob("*"))


def test_files_are_added_by_dropping_them(
    qtbot: Any, documents: Documents, store: Store, tmp_path: Path, ways: Any
) -> None:
    files = [tmp_path / name for name in ("Työtodistus 2024.png", "Diplom.png")]
    for file in files:
        file.write_bytes(picture())
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, dragged, buttons, keys)
    documents.dragEnterEvent(entering)
    assert entering.isAccepted()
    documents.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, dragged, buttons, keys))
    assert documents.card.title.text() == "Add 2 files"
    assert documents.card.category.currentData() == "certificate"
    qtbot.keyClick(documents.card.category, Qt.Key.Key_Return)
    assert sorted(row["name"] for row in store.rows("attachment")) == ["Diplom.png", "Työtodistus 2024.png"]
    assert ways.said == ["2 files added."]
    text = QMimeData()
    text.setText("words")
    other = QDragEnterEvent(QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, text, buttons, keys)
    other.ignore()
    documents.dragEnterEvent(other)
    assert not other.isAccepted()


def test_one_file_that_cannot_be_added_does_not_hold_up_the_others(
    documents: Documents, store: Store, tmp_path: Path, ways: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "MAX_FILE", 1024 * 1024)
    small, large = tmp_path / "small.txt", tmp_path / "large.txt"
    small.write_bytes(b"small")
    large.write_bytes(bytes(2 * 1024 * 1024))
    documents.offer([large, small])
    documents.card.add_button.click()
    assert [row["name"] for row in store.rows("attachment")] == ["small.txt"]
    assert "1 file added." in ways.said[0]
    assert "large.txt: The file is larger than 1 MB" in ways.said[0]


def test_without_room_it_is_said(
    documents: Documents, store: Store, tmp_path: Path, ways: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_keeping, "QUOTA", 10)
    file = tmp_path / "cv.pdf"
    file.write_bytes(pdf())
    documents.offer([file])
    documents.card.add_button.click()
    assert store.rows("attachment") == []
    assert "there is no room" in ways.said[0]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Aino_CV.pdf", "cv"),
        ("Ansioluettelo.docx", "cv"),
        ("työhakemus-K-market.pdf", "application"),
        ("Päätös 12.pdf", "decision"),
        ("arbetsavtal.pdf", "agreement"),
        ("samtycke.png", "consent"),
        ("kuva.jpg", "other"),
        ("cvs-report.txt", "other"),
    ],
)
def test_the_category_is_guessed_from_the_name(name: str, category: str) -> None:
    assert category_of(name) == category


@pytest.fixture
def language() -> Iterator[None]:
    yield
    set_language("en")


def test_sizes_are_written_as_people_read_them(language: None) -> None:
    assert [size_text(n) for n in (0, 999, 1000, 45_678, 1_234_567, 98_765_432)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "46 kB",
        "1.2 MB",
        "99 MB",
    ]
    set_language("fi")
    assert size_text(1_234_567) == "1,2 MB"


# ---- opening ----------------------------------------------------------------------------------------------


def opened(qtbot: Any, documents: Documents) -> AttachmentView:
    """Open the chosen file with Enter."""
    documents.records.load()
    documents.records.table.setFocus()
    qtbot.keyClick(documents.records.table, Qt.Key.Key_Return)
    assert documents.view is not None
    return documents.view


def test_a_pdf_is_shown_page_by_page(qtbot: Any, documents: Documents, store: Store, aino: UUID) -> None:
    attach(store, aino, "sopimus.pdf", pdf(3))
    view = opened(qtbot, documents)
    assert view.stack.currentWidget() is view.pages
    assert len(view.pages._images) == 3
    assert view.state.text() == "Pages: 3"
    width = view.pages._sheets[0].width()
    qtbot.keyClick(view.pages, Qt.Key.Key_Plus)
    assert view.pages._sheets[0].width() > width
    assert log(store, aino)[0] == ("opened", "")
    qtbot.keyClick(view.pages, Qt.Key.Key_Escape)
    assert documents.view is None
    assert documents.records.table.hasFocus()


def test_a_long_pdf_says_how_much_is_shown(
    qtbot: Any, documents: Documents, store: Store, aino: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachment_view, "MOST_PAGES", 2)
    attach(store, aino, "long.pdf", pdf(5))
    assert "first 2 of 5 pages" in opened(qtbot, documents).state.text()


def test_a_picture_is_shown(qtbot: Any, documents: Documents, store: Store, aino: UUID) -> None:
    attach(store, aino, "scan.png", picture())
    view = opened(qtbot, documents)
    assert view.stack.currentWidget() is view.pages
    assert view.pages._images[0].width() == 400


@pytest.mark.parametrize("content", ["Työ sujuu hyvin.".encode(), "Työ sujuu hyvin.".encode("cp1252")])
def test_a_text_is_shown(qtbot: Any, documents: Documents, store: Store, aino: UUID, content: bytes) -> None:
    attach(store, aino, "muistio.txt", content)
    view = opened(qtbot, documents)
    assert view.text.toPlainText() == "Työ sujuu hyvin."
    assert view.text.isReadOnly()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("kirje.docx", b"PK\x03\x04 words", "not shown in the program"),
        ("broken.png", b"\x89PNG\r\n\x1a\n no picture", "not shown in the program"),
        ("broken.pdf", b"%PDF-1.7 no pages", "This PDF cannot be shown"),
    ],
)
def test_what_cannot_be_shown_says_so_and_can_be_saved(
    qtbot: Any,
    documents: Documents,
    store: Store,
    aino: UUID,
    tmp_path: Path,
    name: str,
    content: bytes,
    said: str,
) -> None:
    attach(store, aino, name, content)
    view = opened(qtbot, documents)
    assert said in view.told.text()
    assert view.told.hasFocus()
    dialogs.answer_next(tmp_path / "out")
    qtbot.keyClick(view.told, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (tmp_path / "out").read_bytes() == content


def test_opening_writes_no_file(
    qtbot: Any, documents: Documents, store: Store, aino: UUID, private_home: Path, tmp_path: Path
) -> None:
    attach(store, aino, "sopimus.pdf", pdf())
    before = {path for folder in (private_home, tmp_path) for path in folder.rglob("*")}
    opened(qtbot, documents)
    assert {path for folder in (private_home, tmp_path) for path in folder.rglob("*")} == before


def test_a_damaged_file_is_not_shown(qtbot: Any, documents: Documents, store: Store, aino: UUID) -> None:
    row = attach(store, aino, "sopimus.pdf", pdf())
    lies = blobs.path_of(store, row["sha256"])
    lies.write_bytes(lies.read_bytes()[:-1])
    assert "damaged" in opened(qtbot, documents).told.text()


def test_a_file_that_is_elsewhere_is_fetched_when_it_is_opened(
    qtbot: Any,
    documents: Documents,
    store: Store,
    aino: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = attach(store, aino, "sopimus.pdf", pdf())
    lies = blobs.path_of(store, row["sha256"])
    sealed = lies.read_bytes()
    with store.write() as connection:
        blobs.stored(connection, row["sha256"])
    blobs.forget_copies(store, [row["sha256"]])
    documents.records.load()
    assert texts(documents)[0][4] == "Not here yet: fetch"

    def away(*_: object) -> None:
        raise KnownError(Message(N_("The centre could not be reached.")))

    monkeypatch.setattr("sync.blobs.fetch", away)
    assert "could not be reached" in opened(qtbot, documents).told.text()

    def fetch(store: Store, row: dict[str, Any]) -> None:
        part = blobs.part_of(store, row["sha256"])
        part.write_bytes(sealed)
        blobs.arrived(store, row["sha256"], part)

    monkeypatch.setattr("sync.blobs.fetch", fetch)
    view = opened(qtbot, documents)
    assert view.stack.currentWidget() is view.pages
    qtbot.keyClick(view.pages, Qt.Key.Key_Escape)
    assert texts(documents)[0][4] == "Stored at the centre"


# ---- saving, changing, deleting ---------------------------------------------------------------------------


def test_saving_is_on_purpose_and_logged(
    qtbot: Any, documents: Documents, store: Store, aino: UUID, tmp_path: Path, ways: Any
) -> None:
    attach(store, aino, "sopimus.pdf", pdf())
    documents.records.load()
    dialogs.answer_next(tmp_path / "out.pdf")
    qtbot.keyClick(documents.records, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (tmp_path / "out.pdf").read_bytes() == pdf()
    assert ("export", "file") in log(store, aino)
    assert ways.said == ["The file is saved."]
    dialogs.answer_next(None)
    documents.records.save_button.click()
    assert ways.said == ["The file is saved."]


def test_deleting_can_be_taken_back(
    qtbot: Any, context: Context, documents: Documents, store: Store, aino: UUID, ways: Any
) -> None:
    row = attach(store, aino, "sopimus.pdf", pdf())
    documents.records.load()
    qtbot.keyClick(documents.records.table, Qt.Key.Key_Delete)
    assert texts(documents) == []
    ways.undo()
    assert len(texts(documents)) == 1
    assert blobs.read(store, row) == pdf()


def test_name_and_category_are_changed_in_the_form(
    qtbot: Any, documents: Documents, store: Store, aino: UUID, ways: Any
) -> None:
    row = attach(store, aino, "sopimus.pdf", pdf())
    documents.records.load()
    qtbot.keyClick(documents.records, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert ways.went[-1][:3] == ("edit", "attachment", UUID(row["id"]))


def test_the_list_follows_what_changes_elsewhere(
    context: Context, documents: Documents, store: Store, aino: UUID, people: dict[str, UUID]
) -> None:
    changes = blobs.attach(store, b"x", {"client_id": str(aino)}, "new.txt")
    context.bus.changed.emit(changes)
    assert [line[0] for line in texts(documents)] == ["new.txt"]
    assert documents.records.save_button.isEnabled()


def test_every_control_has_a_name(qtbot: Any, documents: Documents, store: Store, aino: UUID) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTableView

    attach(store, aino, "sopimus.pdf", pdf())
    opened(qtbot, documents)
    for kind in (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTableView):
        for widget in documents.findChildren(kind):
            if widget.objectName().startswith("qt_") or isinstance(widget.parent(), QLineEdit):
                continue
            shown = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert shown or isinstance(widget.parent(), QTableView), widget


# ---- beside an entry --------------------------------------------------------------------------------------


def test_a_signed_form_is_attached_to_its_consent(
    context: Context, store: Store, aino: UUID, tmp_path: Path, ways: Any
) -> None:
    file = tmp_path / "skannaus.pdf"
    file.write_bytes(pdf())
    visit = make("support_visit", client_id=aino, state="done", on="2026-05-03")
    store.save(visit)
    done: list[attachment_add.Added] = []
    dialogs.answer_next(file)
    attach_to(context, aino, "consent", visit.id, done=done.append)
    (row,) = store.rows("attachment", client_id=aino)
    assert (row["category"], row["of_kind"], row["of_id"]) == ("consent", "consent", str(visit.id))
    assert done[0].changes.ids == {UUID(row["id"])}
    dialogs.answer_next(None)
    attach_to(context, aino, "consent", visit.id)
    assert len(store.rows("attachment", client_id=aino)) == 1


def test_a_file_in_the_timeline_opens_among_the_documents(
    qtbot: Any, context: Context, store: Store, aino: UUID, ways: Any
) -> None:
    row = attach(store, aino, "muistio.txt", b"Ty\xc3\xb6 sujuu.")
    page = ClientPage(context, aino)
    show(qtbot, page)
    view = page.timeline.view
    (line,) = [n for n, entry in enumerate(view.model().all) if str(entry.id) == row["id"]]
    view.setCurrentIndex(view.model().index(line, 0))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    documents = page.parts.stack.currentWidget()
    assert isinstance(documents, Documents)
    assert documents.view is not None
    assert documents.view.text.toPlainText() == "Työ sujuu."
    assert documents.view.text.hasFocus()
    assert not ways.went
    store.delete("attachment", row["id"])
    documents.back()
    page.open_document(UUID(row["id"]))
    assert documents.view is None, "a file that was deleted meanwhile is not opened"
