"""Icons in the colours of the present appearance: glyphs of the Material Design font that qtawesome carries.

Only its two files are read. Importing qtawesome names every class of Qt, which costs 15 MB and a moment after the
passphrase.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap

from ui.theme import colours

SET = "mdi6."
SIZES = (16, 20, 32, 40, 64)  # pixels; Qt takes the next larger one and makes it smaller
FILLS = 0.875  # of the height: a glyph of this font stands a little outside its letter's square


def icon(name: str, tone: str = "text") -> QIcon:
    """Return an icon such as "mdi6.plus" in a colour of `ui.theme.Colours` (text, accent, quiet, danger…).

    Raises KeyError for a name that the font does not know.
    """
    letter, c = _letter(name.removeprefix(SET)), colours()
    made = (
        QIcon()
    )  # of pictures, not an engine that draws when asked: Qt may let go of one when Python is gone
    for mode, ink in ((QIcon.Mode.Normal, getattr(c, tone)), (QIcon.Mode.Disabled, c.line)):
        for size in SIZES:
            made.addPixmap(_picture(letter, ink, size), mode)
    return made


def _picture(letter: str, ink: str, size: int) -> QPixmap:
    """Draw a letter in the middle of a square."""
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    font = QFont(_family())
    font.setPixelSize(round(FILLS * size))
    painter = QPainter(made)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(made.rect(), Qt.AlignmentFlag.AlignCenter, letter)
    painter.end()
    return made


def _file(ending: str) -> Path:
    """Return the newest of the icon font's files with an ending."""
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("qtawesome")
    return max((Path(spec.origin).parent / "fonts").glob(f"materialdesignicons6-webfont*{ending}"))


@cache
def _family() -> str:
    """Lend the font to the program; return its family's name."""
    return QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(_file(".ttf"))))[0]


@cache
def _names() -> str:
    """Return the font's list of names as it stands in its file: as a dict it would hold 7,000 of them for some 80."""
    return _file(".json").read_text(encoding="utf-8")


@cache
def _letter(name: str) -> str:
    """Return the letter of an icon."""
    _, found, rest = _names().partition(f'"{name}": "0x')
    if not found:
        raise KeyError(name)
    return chr(int(rest.partition('"')[0], 16))
