"""Every icon that the windows name is drawn, and in the right colour."""

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QIcon
from pytestqt.qtbot import QtBot

from ui.icons import icon
from ui.theme import colours

UI = Path(__file__).parents[2] / "ui"


def named() -> set[str]:
    """Return the names of icons in the sources of the windows."""
    found: set[str] = set()
    for file in UI.rglob("*.py"):
        found |= set(re.findall(r'"(mdi6\.[a-z0-9-]+)"', file.read_text(encoding="utf-8")))
    return found


def drawn(of: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, size: int = 48) -> set[str]:
    """Return the colours of the opaque points of an icon's picture."""
    picture = of.pixmap(size, size, mode).toImage()
    points = (picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height()))
    return {point.name() for point in points if point.alpha() == 255}


def test_each_named_icon_is_drawn_in_its_colour(qtbot: QtBot) -> None:
    names = named()
    assert len(names) > 30
    for name in sorted(names):
        assert drawn(icon(name, "accent")) == {QColor(colours().accent).name()}, name


def test_an_icon_that_cannot_be_used_is_paler(qtbot: QtBot) -> None:
    assert drawn(icon("mdi6.plus"), QIcon.Mode.Disabled) == {QColor(colours().line).name()}


@pytest.mark.parametrize("size", [16, 18, 40, 64])
def test_it_fills_its_square_at_any_size(qtbot: QtBot, size: int) -> None:
    picture = icon("mdi6.plus").pixmap(size, size).toImage()
    inked = [x for x in range(size) if any(picture.pixelColor(x, y).alpha() for y in range(size))]
    assert size * 0.4 < inked[-1] - inked[0] < size
    assert abs((inked[0] + inked[-1]) / 2 - (size - 1) / 2) <= 1.5, "in the middle"


def test_a_name_that_the_font_lacks_is_told(qtbot: QtBot) -> None:
    with pytest.raises(KeyError):
        icon("mdi6.no-such-thing")


def test_the_package_that_carries_the_font_is_not_loaded(qtbot: QtBot) -> None:
    icon("mdi6.plus").pixmap(16, 16)
    assert "qtawesome" not in sys.modules
