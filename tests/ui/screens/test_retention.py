"""The list of retention, erasing with the typed name, and saving the copy of everything held."""

import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.clock import new_id, today
from app.retention import years_after
from storage.state import set_state
from tests.ui.screens.caseload import make
from tests.ui.screens.conftest import show
from ui import dialogs
from ui.screens.client_page import ClientPage
from ui.screens.erase import EraseScreen
from ui.screens.retention import RetentionScreen


def closed(store: Any, name: str, task: str, years: int, days: int = 0) -> UUID:
    """Save a client whose matter was closed so many years (and days) ago."""
    client, day = new_id(), years_after(today(), -years) - timedelta(days)
    store.save(
        make("client", id=client, first_name=name, last_name="Loppunut", service_task=task, matter_closed_on=day)
    )  # fmt: skip
    return client


def texts(screen: Any) -> list[str]:
    return [one.text() for one in screen.findChildren(QLabel) if one.isVisible()]


def test_the_list_tells_what_has_passed_what_is_near_and_what_cannot_be_said(
    qtbot: Any, context: Any, ways: Any
) -> None:
    context.go = ways.to("go")
    closed(context.store, "Vanha", "working_age", 11)
    near = closed(context.store, "Pian", "older", 10, -100)
    closed(context.store, "Uusi", "working_age", 2)
    closed(context.store, "Tyhjä", "", 3)
    screen = RetentionScreen(context)
    show(qtbot, screen)
    said = texts(screen)
    order = [
        "The time has passed", "Loppunut Vanha", "The time ends within a year", "Loppunut Pian", "to be checked",
        "Cannot be worked out", "Loppunut Tyhjä",
    ]  # fmt: skip
    assert [text for text in said if text in order] == order
    assert "Loppunut Uusi" not in said
    erase = [one for one in screen.findChildren(QPushButton) if one.accessibleName().startswith("Erase")]
    assert len(erase) == 2
    qtbot.keyClick(erase[1], Qt.Key.Key_Space)
    assert ways.went == [("go", ("erase", near))]


def test_a_client_is_erased_after_the_name_was_typed(qtbot: Any, context: Any, ways: Any) -> None:
    client = closed(context.store, "Vanha", "working_age", 11)
    listed = RetentionScreen(context)
    show(qtbot, listed)
    screen = EraseScreen(context, client)
    show(qtbot, screen)
    assert screen.reasons["retention"].isChecked()
    assert screen.window().focusWidget() is screen.typed
    assert not screen.erase.isEnabled()
    qtbot.keyClicks(screen.typed, "Vanha")
    assert not screen.erase.isEnabled()
    qtbot.keyClicks(screen.typed, " Loppunut")
    assert screen.erase.isEnabled()
    with qtbot.waitSignal(screen.closed):
        qtbot.keyClick(screen.erase, Qt.Key.Key_Space)
    assert context.store.row("client", client) is None
    (order,) = context.store.rows("erasure")
    assert (order["erased_id"], order["reason"], order["rule"]) == (str(client), "retention", "working_age")
    assert ways.said == ["Erased."]
    show(qtbot, listed)
    assert "Loppunut Vanha" not in texts(listed)
    assert "Erased" in texts(listed)


def test_who_may_not_erase_is_told_so(qtbot: Any, context: Any) -> None:
    client = closed(context.store, "Vanha", "working_age", 11)
    with context.store.write() as connection:
        set_state(connection, "device_id", str(new_id()))
    screen = EraseScreen(context, client)
    show(qtbot, screen)
    assert screen.denied.isVisible()
    assert not screen.body.isVisible()
    listed = RetentionScreen(context)
    show(qtbot, listed)
    assert not [one for one in listed.findChildren(QPushButton) if one.accessibleName().startswith("Erase")]


def test_the_client_page_leads_to_merging_erasing_and_the_copy(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any, tmp_path: Path
) -> None:
    context.go = ways.to("go")
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    page.setFocus()
    for key in (Qt.Key.Key_M, Qt.Key.Key_X):
        qtbot.keyClick(page.window().focusWidget(), key)
    assert ways.went == [("go", ("merge", people["Aino"], None)), ("go", ("erase", people["Aino"]))]
    dialogs.answer_next(None)
    qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_Z)
    assert not ways.said
    dialogs.answer_next(tmp_path / "copy.zip")
    qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_Z)
    assert "not locked" in ways.said[0]
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert {"copy.pdf", "copy.json"} <= set(archive.namelist())


def test_the_client_page_saves_who_has_seen_the_data(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any, tmp_path: Path
) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    page.setFocus()
    dialogs.answer_next(None)
    qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_0)
    assert not ways.said
    dialogs.answer_next(tmp_path / "seen.pdf")
    qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_0)
    assert "this computer alone" in ways.said[0]
    assert (tmp_path / "seen.pdf").read_bytes().startswith(b"%PDF")
    line = context.store.access_log(people["Aino"])[0]
    assert (line["action"], line["detail"]) == ("export", "who has seen")
