"""Signatures as a pen draws them: loops that lean and run on, different for each name, the same on every run."""

from functools import cache
from math import cos, pi, sin

from app.demo.picks import fraction

Stroke = list[tuple[float, float]]


@cache
def strokes(name: str) -> list[Stroke]:
    """Return the strokes of a signature, each point within 0..1 of the pad's width and height."""
    first, *rest = name.split()
    drawn = [_word(first[0], name, 0.08, 0.18), _word(" ".join(rest) or first, name, 0.2, 0.62)]
    if fraction(name, "line") > 0.45:
        drawn.append(_underline(name))
    if any(letter in "iäöåj" for letter in name):
        x = 0.3 + 0.3 * fraction(name, "dot")
        drawn.append([(round(x, 4), 0.3), (round(x + 0.008, 4), 0.31)])
    return drawn


def _word(word: str, name: str, left: float, width: float) -> Stroke:
    """Draw a word as a running line of loops: a tall first letter, then ever flatter ones."""
    points: Stroke = []
    letters = max(2, min(len(word), 9))
    steps = letters * 7
    lean, base = 0.02 + 0.03 * fraction(name, "lean"), 0.58 + 0.08 * fraction(name, "base")
    for step in range(steps + 1):
        at = step / steps
        letter = int(at * letters)
        tall = 0.36 if letter == 0 else 0.06 + 0.15 * fraction(word, name, letter)
        turn = 2 * pi * at * letters
        height = tall * (0.5 - 0.5 * cos(turn)) * (1 - 0.35 * at)
        x = left + width * at + (0.012 + 0.014 * fraction(name, letter)) * sin(turn) + lean * height
        y = base - height + 0.03 * sin(turn * 0.5 + 6 * fraction(name)) - 0.05 * at
        points.append((round(min(0.99, max(0.01, x)), 4), round(min(0.97, max(0.03, y)), 4)))
    return points


def _underline(name: str) -> Stroke:
    """Draw the flourish below."""
    y = 0.74 + 0.08 * fraction(name, "under")
    end = 0.55 + 0.3 * fraction(name, "end")
    return [(round(0.12 + (end - 0.12) * n / 14, 4), round(y - 0.03 * sin(pi * n / 14), 4)) for n in range(15)]
