"""How documents look: the embedded fonts, one accent colour, a type scale on an 8-point grid."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from fontpkg_fira_sans import ROOT
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from app.i18n import language

UNIT = 8.0
PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89  # A4 in points
MARGIN = 8 * UNIT
TOP, BOTTOM = 10 * UNIT, 9 * UNIT
WIDTH = PAGE_WIDTH - 2 * MARGIN
HEIGHT = PAGE_HEIGHT - TOP - BOTTOM

REGULAR, ITALIC, SEMIBOLD, BOLD = "FiraSans", "FiraSans-Italic", "FiraSans-SemiBold", "FiraSans-Bold"
FILES = {
    REGULAR: "FiraSans-Regular.ttf",
    ITALIC: "FiraSans-Italic.ttf",
    SEMIBOLD: "FiraSans-SemiBold.ttf",
    BOLD: "FiraSans-Bold.ttf",
}

# Contrast on white and on the tint: ink 14.7 and 13.2, accent 8.4 and 7.6, quiet 6.4 and 5.8 (WCAG asks for 4.5).
INK = HexColor("#1B2A33")
ACCENT = HexColor("#0B5563")
QUIET = HexColor("#52616A")
TINT = HexColor("#EDF4F5")
LINE = HexColor("#C6D3D6")
WHITE = HexColor("#FFFFFF")
WATERMARK = HexColor("#EEF1F2")

UNKNOWN = "?"  # stands for a character that the font lacks; Fira Sans has no box or replacement sign

# What people write beside words, as it was written before there were pictures for it: a "?" would turn "went well"
# into a doubt.
_WRITTEN = {
    ":)": "☺🙂😀😃😄😁😆😊😇🥰😍🤗😌😎🥳",
    ":D": "😂🤣😅",
    ";)": "😉😜",
    ":(": "☹🙁😞😟😢😭😔😕😩😫😥",
    "<3": "♥❤🧡💛💚💙💜🖤🤍🤎💕💖💗💓",
    "(ok)": "👍👌",
    "√": "✓✔✅🗸",
    "×": "✗✘❌✖",
    "[ ]": "☐□",
    "[x]": "☑☒",
    "*": "★☆⭐🌟✨",
    "•": "●○■▪▫◆◇▶►▸‣◦",
}
_SIGNS = {sign: written for written, signs in _WRITTEN.items() for sign in signs}

# Between spaces; whatever is longer is no word, and breaking it at soft hyphens takes minutes.
_LONG_WORD = re.compile(r"(?<![^ \n])[^ \n]{16,64}(?![^ \n])")
_ADDRESS = re.compile(r"[@/\\_=]|\.\w")
_BREAK = re.compile(r"(?<=\w\w)(?=[bcdfghjklmnpqrstvwxz][aeiouyåäö]\w)")

_registering = threading.Lock()


@lru_cache(maxsize=1)
def _register() -> frozenset[int]:
    faces = []
    for name, file in FILES.items():
        font = TTFont(name, str(ROOT / "files" / file), asciiReadable=0)
        pdfmetrics.registerFont(font)
        faces.append(set(font.face.charToGlyph))
    return frozenset(set.intersection(*faces) - {0xFFFF})


def register_fonts() -> frozenset[int]:
    """Load the fonts once per process; the code points that every one of them can show."""
    with _registering:
        return _register()


@lru_cache(maxsize=4096)
def _shown(sign: str) -> str:
    """One character as the font can show it; see `showable`."""
    known = register_fonts()
    category = unicodedata.category(sign)
    if sign == "\n":
        return sign
    if sign in "\x0b\x0c\x85\u2028\u2029":
        return "\n"
    if category == "Zs" or sign == "\t":
        return "\xa0" if sign in "\u2007\u202f\xa0" else " "
    if category in ("Cc", "Cf"):
        return ""
    if ord(sign) in known:
        return sign
    if sign in _SIGNS:
        return _SIGNS[sign]
    for form in ("NFKC", "NFKD"):
        plainer = unicodedata.normalize(form, sign)
        kept = "".join(part for part in plainer if ord(part) in known)
        if plainer != sign and kept.strip():
            return kept
    if category in ("Mn", "Me", "Sk"):  # accents, variation and skin-tone signs say nothing alone
        return ""
    return UNKNOWN


def showable(text: str) -> str:
    """The text with every character one that the embedded fonts can show.

    Composed letters are used (a Mac gives "a" and dots apart), control and direction signs go, styled letters
    become plain ones, faces and ticks what they were written as before (":)"), and what is left over (other emoji,
    scripts that Fira Sans lacks) becomes "?".
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(map(_shown, text))


def hyphenated(text: str) -> str:
    """The text with soft hyphens in its long Finnish and Swedish words, where lines may break.

    Both languages send one consonant to the next line (Finnish always before consonant and vowel, Swedish by
    its one-consonant rule); compounds as long as these would else be cut anywhere in a narrow column.
    """
    if language() not in ("fi", "sv"):
        return text
    return _LONG_WORD.sub(_with_breaks, text)


def _with_breaks(word: re.Match[str]) -> str:
    if _ADDRESS.search(word.group()):  # a hyphen would make it another address
        return word.group()
    return _BREAK.sub("\xad", word.group())


@dataclass(frozen=True)
class Look:
    """The type scale of one kind of document."""

    title: ParagraphStyle
    subtitle: ParagraphStyle
    h1: ParagraphStyle
    h2: ParagraphStyle
    goal: ParagraphStyle
    step: ParagraphStyle
    fact: ParagraphStyle
    large: ParagraphStyle
    normal: ParagraphStyle
    quiet: ParagraphStyle
    label: ParagraphStyle
    head: ParagraphStyle
    head_number: ParagraphStyle
    cell: ParagraphStyle
    cell_number: ParagraphStyle
    badge: ParagraphStyle
    frame: ParagraphStyle
    plain: bool


def _style(font: str, size: float, leading: float, color: Color, align: int = TA_LEFT) -> ParagraphStyle:
    style = ParagraphStyle(
        f"{font}{size}",
        fontName=font,
        fontSize=size,
        leading=leading,
        textColor=color,
        alignment=align,
        allowWidows=0,
        allowOrphans=0,
        splitLongWords=1,
    )
    style.hyphenating = ParagraphStyle(f"{style.name}-", style, embeddedHyphenation=1)
    return style


@lru_cache(maxsize=2)
def look(plain: bool) -> Look:
    """The look of ordinary documents, or of those in plain language: 15-point text, nothing under 11."""
    register_fonts()
    if not plain:
        return _ordinary()
    made = _plain()
    for style in vars(made).values():
        if isinstance(style, ParagraphStyle):
            style.hyphenating = None
    return made


def _plain() -> Look:
    return Look(
        title=_style(BOLD, 32, 40, ACCENT),
        subtitle=_style(REGULAR, 20, 28, INK),
        h1=_style(SEMIBOLD, 22, 32, ACCENT),
        h2=_style(SEMIBOLD, 18, 24, INK),
        goal=_style(SEMIBOLD, 20, 28, INK),
        step=_style(REGULAR, 17, 24, INK),
        fact=_style(REGULAR, 14, 20, QUIET),
        large=_style(REGULAR, 18, 28, INK),
        normal=_style(REGULAR, 15, 24, INK),
        quiet=_style(REGULAR, 14, 22, QUIET),
        label=_style(SEMIBOLD, 15, 24, ACCENT),
        head=_style(SEMIBOLD, 14, 24, ACCENT),
        head_number=_style(SEMIBOLD, 14, 24, ACCENT, TA_RIGHT),
        cell=_style(REGULAR, 15, 24, INK),
        cell_number=_style(REGULAR, 15, 24, INK, TA_RIGHT),
        badge=_style(BOLD, 20, 32, WHITE),
        frame=_style(REGULAR, 11, 16, QUIET),
        plain=True,
    )


def _ordinary() -> Look:
    return Look(
        title=_style(BOLD, 28, 32, ACCENT),
        subtitle=_style(REGULAR, 15, 24, INK),
        h1=_style(SEMIBOLD, 16, 24, ACCENT),
        h2=_style(SEMIBOLD, 12, 16, INK),
        goal=_style(SEMIBOLD, 16, 24, INK),
        step=_style(REGULAR, 12, 18, INK),
        fact=_style(REGULAR, 10, 14, QUIET),
        large=_style(REGULAR, 14, 24, INK),
        normal=_style(REGULAR, 10.5, 16, INK),
        quiet=_style(REGULAR, 9, 16, QUIET),
        label=_style(REGULAR, 10, 16, QUIET),
        head=_style(SEMIBOLD, 9.5, 16, ACCENT),
        head_number=_style(SEMIBOLD, 9.5, 16, ACCENT, TA_RIGHT),
        cell=_style(REGULAR, 10, 16, INK),
        cell_number=_style(REGULAR, 10, 16, INK, TA_RIGHT),
        badge=_style(BOLD, 15, 24, WHITE),
        frame=_style(REGULAR, 8.5, 12, QUIET),
        plain=False,
    )
