"""Two texts whose differences are marked: struck through what only the older says, underlined what only the newer says.

Never by colour alone: the marks are lines through and below the words, and a screen reader hears them named.
"""

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.compare import Piece, words
from app.i18n import _
from ui.theme import colours, label

Pieces = tuple[Piece, ...]

LONG = 40
"""From how many letters on a text is long enough for its differences to be looked for."""
ALIKE = 0.25
"""How much of the longer text both must share; of texts that are altogether different every word would be marked."""
KEPT = 160
"""How many letters of what both say stay before and after a difference where the rest is left out."""
LEFT_OUT = " […] "


def differences(older: str, newer: str) -> tuple[Pieces, Pieces] | None:
    """Return two texts in pieces, or None where marking would not help: short ones, and ones with little in common."""
    if max(len(older), len(newer)) < LONG or not older or not newer:
        return None
    left, right = (_joined(side) for side in words(older, newer))
    shared = sum(len(piece.text) for piece in left if piece.state == "same")
    return (left, right) if shared >= ALIKE * max(len(older), len(newer)) else None


def _joined(pieces: Sequence[Piece]) -> Pieces:
    """Take a space between two differences as part of them, so that a changed sentence is one piece."""
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        state = piece.state
        between = 0 < number < len(pieces) - 1 and not piece.text.strip()
        if state == "same" and between and pieces[number - 1].state == pieces[number + 1].state != "same":
            state = pieces[number - 1].state
        if found and found[-1].state == state:
            found[-1] = Piece(found[-1].text + piece.text, state)
        else:
            found.append(Piece(piece.text, state))
    return tuple(found)


def shortened(pieces: Sequence[Piece]) -> Pieces:
    """Leave out the middle of long stretches that both texts say; what differs is always whole."""
    return tuple(
        Piece(_ends(piece.text, number == 0, number == len(pieces) - 1)) if piece.state == "same" else piece
        for number, piece in enumerate(pieces)
    )


def _ends(text: str, first: bool, last: bool) -> str:
    before, after = (0 if first else KEPT), (0 if last else KEPT)
    if len(text) <= before + after + KEPT:
        return text
    begins = text[:before].rsplit(" ", 1)[0] if before else ""
    ends = text[-after:].split(" ", 1)[-1] if after else ""
    return f"{begins}{LEFT_OUT}{ends}" if begins else f"{LEFT_OUT.lstrip()}{ends}"


def spoken(pieces: Iterable[Piece]) -> str:
    """Say the differences as a screen reader reads them: what is gone, what has come."""
    said = {"removed": _("removed: {text}"), "added": _("added: {text}")}
    told = [(piece.state, " ".join(piece.text.split())) for piece in pieces]
    return "; ".join(said[state].format(text=text) for state, text in told if state in said and text)


def marked(pieces: Sequence[Piece]) -> QLabel:
    """Show a text with its differences: struck through what is gone, underlined what has come, and tinted both."""
    said = label("" if pieces else "–", "" if pieces else "quiet")
    if not pieces:
        return said
    said.setTextFormat(Qt.TextFormat.RichText)
    said.setText(markup(pieces))
    said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return said


def markup(pieces: Iterable[Piece]) -> str:
    """Return the pieces as rich text; whatever signs they hold, they stay text."""
    c = colours()
    looks = {
        "removed": f"background-color:{c.danger_soft}; color:{c.danger}; text-decoration:line-through",
        "added": f"background-color:{c.good_soft}; color:{c.good}; text-decoration:underline",
    }
    text = "".join(
        f'<span style="{looks[piece.state]}">{escape(piece.text)}</span>'
        if piece.state in looks
        else escape(piece.text)
        for piece in pieces
    )
    return f'<div style="white-space: pre-wrap">{text}</div>'
