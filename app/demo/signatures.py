"""Signatures as a pen draws them: loops that lean and run on, different for each name, the same on every run."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from math import cos, pi, sin
from typing import TypeVar

from app.clock import new_id
from app.demo.picks import fraction
from app.record import Record, to_row, validated
from app.signing import seal

Stroke = list[tuple[float, float]]
R = TypeVar("R", bound=Record)


def signed(record: R, names: Mapping[str, str], on: date) -> R:
    """Let people sign a record, by role: what was signed is frozen by its seal."""
    row = to_row(record)
    row["signatures"] = [
        {"id": str(new_id()), "role": role, "name": name, "strokes": strokes(name)}
        for role, name in names.items()
    ]
    row |= {"signed_on": on.isoformat(), "content_hash": seal(type(record), row)}
    return validated(type(record), row)


@cache
def strokes(name: str) -> list[Stroke]:
    """Return the strokes of a signature, each point within 0..1 of the pad's width and height."""
    first, *rest = name.split()
    drawn = [_word(first[:3], name, 0.07, 0.2), _word("".join(rest) or first, name, 0.3, 0.55)]
    if fraction(name, "line") > 0.45:
        drawn.append(_underline(name))
    if any(letter in "iäöåj" for letter in name):
        x = 0.3 + 0.3 * fraction(name, "dot")
        drawn.append([(round(x, 4), 0.3), (round(x + 0.008, 4), 0.31)])
    return drawn


_TALL, _DEEP = "bdfhklt", "gjpqy"


def _word(word: str, name: str, left: float, width: float) -> Stroke:
    """Draw a word as a running line of loops, as high and deep as its letters, ever flatter to the end."""
    letters = word[: 7 + int(4 * fraction(name, "length"))]
    slant, base = 0.1 + 0.25 * fraction(name, "slant"), 0.55 + 0.1 * fraction(name, "base")
    rise = 0.08 * fraction(name, "rise")
    points: Stroke = []
    for place, letter in enumerate(letters):
        up, down = _heights(letter, place, name)
        round_ = 0.25 + 0.9 * fraction(name, letter, "round")
        for step in range(11):
            turn = 2 * pi * step / 11
            at = (place + step / 11) / len(letters)
            height = (up * (0.5 - 0.5 * cos(turn)) - down * max(0.0, sin(turn - pi))) * (1 - 0.4 * at)
            x = left + width * at + round_ * width / len(letters) * 0.6 * sin(turn) + slant * height * 0.3
            y = base - height - rise * at
            points.append((round(min(0.99, max(0.01, x)), 4), round(min(0.97, max(0.03, y)), 4)))
    return points


def _heights(letter: str, place: int, name: str) -> tuple[float, float]:
    """Return how far a letter's loop goes above and below the line."""
    own = fraction(name, letter, place)
    if letter.isupper():
        return 0.34 + 0.12 * own, 0.04 * own
    if letter in _TALL:
        return 0.24 + 0.1 * own, 0.0
    if letter in _DEEP:
        return 0.1, 0.16 + 0.08 * own
    return 0.05 + 0.09 * own, 0.02 * own


def _underline(name: str) -> Stroke:
    """Draw the flourish below."""
    y = 0.74 + 0.08 * fraction(name, "under")
    end = 0.55 + 0.3 * fraction(name, "end")
    return [
        (round(0.12 + (end - 0.12) * n / 14, 4), round(y - 0.03 * sin(pi * n / 14), 4)) for n in range(15)
    ]
