"""The look: enough contrast in light and dark, sizes that follow the text size, and questions tests can answer."""

from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Settings
from ui import dialogs, theme
from ui.theme import DARK, LIGHT, Colours

TEXT_ON = [
    *(
        (text, ground)
        for text in ("text", "quiet")
        for ground in ("window", "surface", "sunken", "accent_soft")
    ),
    *(("accent", ground) for ground in ("window", "surface")),
    ("on_accent", "accent"),
    ("danger", "window"),
    ("danger", "surface"),
    ("danger", "danger_soft"),
    ("warn", "warn_soft"),
    ("good", "good_soft"),
    ("text", "warn_soft"),
    ("surface", "text"),
]


def luminance(name: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in QColor(name).getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "surface", "sunken"])
def test_edges_of_controls_and_the_focus_can_be_seen(colours: Colours, ground: str) -> None:
    for edge in ("control", "accent"):
        assert contrast(getattr(colours, edge), getattr(colours, ground)) >= 3


def test_every_colour_is_one() -> None:
    for colours in (LIGHT, DARK):
        for one in fields(colours):
            assert one.name == "dark" or QColor(getattr(colours, one.name)).isValid()


def test_sizes_follow_the_text_size_and_spacing_does_not(qapp: QApplication) -> None:
    theme.apply(qapp, Settings(None, {"text_size": 200}))
    big, gap = qapp.font().pixelSize(), theme.spacing(2)
    theme.apply(qapp, Settings())
    assert (big, qapp.font().pixelSize()) == (30, 15)
    assert gap == theme.spacing(2) == 16
    assert QFontInfo(qapp.font()).family() == "Fira Sans"


def test_dark_and_light_by_choice(qtbot: QtBot, qapp: QApplication) -> None:
    shades = []
    for name in ("light", "dark"):
        theme.apply(qapp, Settings(None, {"theme": name}))
        frame, _column = theme.card()
        qtbot.addWidget(frame)
        frame.resize(60, 60)
        shades.append(frame.grab().toImage().pixelColor(30, 30).lightness())
    assert shades[0] > 200
    assert shades[1] < 60
    theme.apply(qapp, Settings())


def test_a_label_is_never_taken_for_markup(qtbot: QtBot, qapp: QApplication) -> None:
    made = theme.label("<b>Aino</b> & Eero", "strong")
    qtbot.addWidget(made)
    plain = theme.label("Aino & Eero", "strong")
    qtbot.addWidget(plain)
    assert made.sizeHint().width() > plain.sizeHint().width()


def test_the_drawn_marks_are_there() -> None:
    folder = Path(theme.__file__).with_name("images")
    marks = list(folder.glob("*.svg"))
    assert len(marks) == 8
    assert not any(QImage(str(mark)).isNull() for mark in marks)


def test_questions_are_answered_by_tests_and_an_unexpected_one_is_an_error(tmp_path: Path) -> None:
    dialogs.answer_next(tmp_path / "plan.pdf")
    assert dialogs.save_file(None, "Save the plan", "plan.pdf", "PDF (*.pdf)") == tmp_path / "plan.pdf"
    dialogs.answer_next(None)
    assert dialogs.open_file(None, "Open", "CSV (*.csv)") is None
    dialogs.answer_next(tmp_path)
    assert dialogs.choose_folder(None, "Folder") == tmp_path
    dialogs.answer_next(True)
    assert dialogs.confirm(None, "Wipe", "All of it?", "Wipe", danger=True)
    assert dialogs.asked() == ["Save the plan", "Open", "Folder", "Wipe"]
    with pytest.raises(AssertionError, match="Nobody answers"):
        dialogs.confirm(None, "Unexpected", "?", "Yes")
