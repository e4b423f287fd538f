"""On no screen is a text cut: whatever the language, the size of the text and the width of the window."""

from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QWidget,
)

from app import i18n
from app.settings import Settings
from storage.store import Store
from tests.ui.screens.caseload import fill
from tests.ui.walking import Walk, unlocking
from ui import theme

WORDS = (QLabel, QPushButton, QRadioButton, QCheckBox)
NARROW, WIDE = (640, 480), (1280, 800)
LOOKS = [
    pytest.param("fi", "dark", 100, NARROW, marks=pytest.mark.soak),
    ("sv", "light", 200, WIDE),
]


@pytest.fixture
def people(store: Store) -> dict[str, UUID]:
    """The clients of the caseload by first name."""
    return fill(store)


def shorter_than_its_words(widget: QWidget) -> bool:
    """Tell whether a widget is smaller than its text."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 1
    return bool(widget.sizeHint().width() > widget.width() + 1)


def sticks_out(widget: QWidget) -> bool:
    """Tell whether a part of a widget lies outside what holds it and cannot be scrolled to."""
    place, holder = QRect(QPoint(0, 0), widget.size()), widget
    while (above := holder.parentWidget()) is not None and not holder.isWindow():
        place.translate(holder.pos())
        holder = above
        scrolled = isinstance(holder.parentWidget(), QAbstractScrollArea)
        if place.left() < -1 or place.right() > holder.width():
            return True
        if scrolled:
            return False
        if place.top() < -1 or place.bottom() > holder.height():
            return True
    return False


def faults(window: QWidget) -> list[str]:
    """Return what is cut in a window, in words for the one who mends it."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not window:
            continue
        if isinstance(widget, WORDS) and widget.text() and "<" not in widget.text()[:1]:
            if shorter_than_its_words(widget) and not widget.toolTip():
                found.append(f"{widget.text()[:60]!r} is cut")
            if sticks_out(widget):
                found.append(f"{widget.text()[:60]!r} lies outside")
        if isinstance(widget, QScrollArea) and widget.horizontalScrollBar().maximum() > 0:
            found.append(f"{type(widget.parentWidget()).__name__} is scrolled sideways")
    return found


def settled(window: QWidget) -> QWidget:
    """Let the layouts come to rest."""
    for _turn in range(4):
        QApplication.processEvents()
    return window


@pytest.mark.parametrize(("language", "colours", "percent", "size"), LOOKS)
def test_no_text_is_cut_on_any_screen(
    qapp: QApplication,
    store: Store,
    people: dict[str, UUID],
    language: str,
    colours: str,
    percent: int,
    size: tuple[int, int],
) -> None:
    i18n.set_language(language)
    walk = Walk(store, people, Settings(values={"theme": colours, "text_size": percent}), size)
    try:
        found = {name: faults(settled(show())) for name, show in walk.steps()}
    finally:
        walk.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or all of it is styled again
        theme.apply(qapp, Settings())
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(("language", "colours", "percent", "size"), LOOKS)
def test_no_text_is_cut_before_the_store_is_open(
    qapp: QApplication,
    store: Store,
    tmp_path: Path,
    language: str,
    colours: str,
    percent: int,
    size: tuple[int, int],
) -> None:
    i18n.set_language(language)
    settings = Settings(values={"theme": colours, "text_size": percent})
    theme.apply(qapp, settings)
    found = []
    for folder in (tmp_path / "none", store.folder):
        window = unlocking(folder, settings)
        window.resize(*size)
        window.show()
        found += faults(settled(window))
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme.apply(qapp, Settings())
    assert found == []
