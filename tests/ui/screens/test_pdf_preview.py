"""The preview of a document: pages, language, plain language, and saving that leaves a trace."""

from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt

from tests.ui.screens.conftest import show
from ui import dialogs
from ui.screens.pdf_preview import PdfPreview, file_name


def preview(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> tuple[PdfPreview, dict[str, Any]]:
    plan = store.rows("career_plan", client_id=people["Aino"])[0]
    screen = PdfPreview(context, "career_plan", UUID(plan["id"]))
    show(qtbot, screen)
    return screen, plan


def test_pages_are_shown_and_turned_by_key(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen, _plan = preview(qtbot, context, people, store)
    assert screen.made is not None
    count = len(screen.made.pages)
    assert count > 1
    assert screen.state.text() == f"Page 1 of {count}"
    qtbot.keyClick(screen.pages, Qt.Key.Key_PageDown)
    assert screen.state.text() == f"Page 2 of {count}"
    qtbot.keyClick(screen.pages, Qt.Key.Key_PageUp)
    assert screen.state.text() == f"Page 1 of {count}"
    width = screen.pages._sheets[0].width()
    qtbot.keyClick(screen.pages, Qt.Key.Key_Plus)
    assert screen.pages._sheets[0].width() > width


def test_a_page_is_as_wide_as_the_window_until_its_size_is_chosen(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen, _plan = preview(qtbot, context, people, store)
    sideways = screen.pages.horizontalScrollBar()
    screen.resize(1000, 700)
    wide = screen.pages._sheets[0].width()
    screen.resize(640, 480)
    qtbot.waitUntil(lambda: screen.pages._sheets[0].width() < wide)
    assert sideways.maximum() == 0
    qtbot.keyClick(screen.pages, Qt.Key.Key_Plus)
    chosen = screen.pages._sheets[0].width()
    screen.resize(1000, 700)
    assert screen.pages._sheets[0].width() == chosen


def test_language_and_plain_words_make_another_document(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen, _plan = preview(qtbot, context, people, store)
    assert screen.made is not None
    first = screen.made.pdf
    screen.plain.setChecked(True)
    assert screen.made.pdf != first
    screen.plain.setChecked(False)
    screen.language.setCurrentIndex(screen.language.findData("sv"))
    assert screen.made.pdf != first


def test_saving_writes_the_file_whole_and_logs_it(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, tmp_path: Path, ways: Any
) -> None:
    screen, plan = preview(qtbot, context, people, store)
    dialogs.answer_next(tmp_path / "suunnitelma")
    qtbot.keyClick(screen.pages, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert screen.made is not None
    assert (tmp_path / "suunnitelma.pdf").read_bytes() == screen.made.pdf
    assert sorted(path.name for path in tmp_path.iterdir()) == ["profile", "suunnitelma.pdf"]
    entry = next(row for row in store.access_log(people["Aino"]) if row["action"] == "export")
    assert (entry["kind"], entry["record_id"]) == ("career_plan", plan["id"])
    assert ways.said == ["The document is saved."]


def test_nothing_is_written_when_saving_is_cancelled(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    screen, _plan = preview(qtbot, context, people, store)
    dialogs.answer_next(None)
    screen.save()
    assert "export" not in [row["action"] for row in store.access_log(people["Aino"])]


def test_a_place_that_cannot_be_written_is_said(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, tmp_path: Path
) -> None:
    screen, _plan = preview(qtbot, context, people, store)
    dialogs.answer_next(tmp_path / "missing" / "plan.pdf")
    screen.save()
    assert "another folder" in screen.state.text()


def test_file_names_hold_nothing_of_a_client() -> None:
    assert file_name("career_plan", {"version_no": 2}, "fi") == "urasuunnitelma-v2.pdf"
    assert file_name("career_plan", {"version_no": 2}, "sv") == "karriarplan-v2.pdf"
    assert file_name("support_visit", {}, "fi") == "tukikaynti.pdf"
    assert file_name("kykyviisari_result", {}, "en") == "kykyviisari-result.pdf"


def test_escape_leaves(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    screen, _plan = preview(qtbot, context, people, store)
    with qtbot.waitSignal(screen.closed):
        qtbot.keyClick(screen.pages, Qt.Key.Key_Escape)


def test_any_kind_has_a_document(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    job = store.rows("employment", client_id=people["Aino"])[0]
    screen = PdfPreview(context, "employment", UUID(job["id"]))
    show(qtbot, screen)
    assert screen.made is not None
    assert not screen.plain.isVisible()
