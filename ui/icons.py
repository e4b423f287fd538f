"""Icons in the colours of the present appearance: glyphs of the Material Design font that qtawesome carries.

Only its two files are read. Importing qtawesome names every class of Qt, which costs 15 MB and a moment after the
passphrase.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from ui.theme import colours

SET = "mdi6."
FILLS = 0.875  # of the height: a glyph of this font stands a little outside its letter's square


def icon(name: str, tone: str = "text") -> QIcon:
    """Return an icon such as "mdi6.plus" in a colour of `ui.theme.Colours` (text, accent, quiet, danger…).

    Raises KeyError for a name that the font does not know.
    """
    c = colours()
    return QIcon(_Glyph(_letter(name.removeprefix(SET)), getattr(c, tone), c.line))


class _Glyph(QIconEngine):
    """Draws one letter of the icon font, at any size and any resolution of screen."""

    def __init__(self, letter: str, colour: str, disabled: str) -> None:
        super().__init__()
        self.letter, self.colour, self.disabled = letter, colour, disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw it in the middle of a rectangle."""
        font = QFont(_family())
        font.setPixelSize(max(1, round(FILLS * rect.height())))
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(self.disabled if mode == QIcon.Mode.Disabled else self.colour))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.letter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return it as a picture of a size in device pixels."""
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        """Return another of the same, as Qt asks when it copies an icon."""
        return _Glyph(self.letter, self.colour, self.disabled)


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
