"""Signing: what is drawn becomes strokes of parts; it can be taken back; paper leaves nothing behind."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Settings
from ui import theme
from ui.signature_pad import SignaturePad


@pytest.fixture
def pad(qtbot: QtBot, qapp: QApplication) -> SignaturePad:
    theme.apply(qapp, Settings())
    made = SignaturePad("Client")
    qtbot.addWidget(made)
    made.resize(480, 240)
    made.show()
    return made


def draw(qtbot: QtBot, pad: SignaturePad, *points: tuple[float, float]) -> None:
    at = [QPoint(round(x * pad.paper.width()), round(y * pad.paper.height())) for x, y in points]
    qtbot.mousePress(pad.paper, Qt.MouseButton.LeftButton, pos=at[0])
    for point in at[1:]:
        qtbot.mouseMove(pad.paper, point)
    qtbot.mouseRelease(pad.paper, Qt.MouseButton.LeftButton, pos=at[-1])


def test_drawing_gives_strokes_of_parts_with_four_decimals(qtbot: QtBot, pad: SignaturePad) -> None:
    with qtbot.waitSignal(pad.changed):
        draw(qtbot, pad, (0.1, 0.5), (0.3, 0.25), (0.5, 0.5))
    draw(qtbot, pad, (0.6, 0.5), (0.7, 0.75))
    strokes = pad.strokes()
    assert [len(stroke) for stroke in strokes] == [3, 2]
    assert strokes[0][0] == pytest.approx((0.1, 0.5), abs=0.01)
    assert strokes[1][1] == pytest.approx((0.7, 0.75), abs=0.01)
    for stroke in strokes:
        assert all(0 <= part <= 1 and round(part, 4) == part for point in stroke for part in point)
    assert "Signed here" in pad.paper.accessibleDescription()


def test_drawing_outside_stays_on_the_paper(qtbot: QtBot, pad: SignaturePad) -> None:
    draw(qtbot, pad, (0.5, 0.5), (3.0, -2.0))
    assert pad.strokes()[0][-1] == (1.0, 0.0)


def test_strokes_can_be_taken_back_and_cleared_by_keyboard(qtbot: QtBot, pad: SignaturePad) -> None:
    draw(qtbot, pad, (0.1, 0.5), (0.3, 0.5))
    draw(qtbot, pad, (0.5, 0.5), (0.7, 0.5))
    qtbot.keyClick(pad.paper, Qt.Key.Key_Backspace)
    assert len(pad.strokes()) == 1
    qtbot.keyClick(pad.clear_button, Qt.Key.Key_Space)
    assert pad.strokes() == []
    assert "Not signed" in pad.paper.accessibleDescription()


def test_signing_on_paper_leaves_nothing_and_can_be_changed_back(qtbot: QtBot, pad: SignaturePad) -> None:
    draw(qtbot, pad, (0.1, 0.5), (0.3, 0.5))
    qtbot.keyClick(pad.paper_button, Qt.Key.Key_Space)
    assert pad.on_paper
    assert pad.strokes() == []
    assert "on paper" in pad.state.text()
    draw(qtbot, pad, (0.1, 0.5), (0.3, 0.5))
    assert pad.strokes() == [], "a pad that is set aside takes no ink"
    qtbot.keyClick(pad.paper_button, Qt.Key.Key_Space)
    draw(qtbot, pad, (0.1, 0.5), (0.3, 0.5))
    assert len(pad.strokes()) == 1


def test_what_was_signed_is_shown_again_at_any_size(qtbot: QtBot, pad: SignaturePad) -> None:
    draw(qtbot, pad, (0.1, 0.5), (0.3, 0.25))
    strokes = pad.strokes()
    empty = pad.paper.grab().toImage()
    pad.clear()
    blank = pad.paper.grab().toImage()
    pad.set_strokes(strokes)
    assert pad.strokes() == strokes
    assert pad.paper.grab().toImage() == empty
    assert blank != empty


def test_every_control_is_named(pad: SignaturePad) -> None:
    for control in (pad.paper, pad.clear_button, pad.paper_button):
        assert "Client" in control.accessibleName()
