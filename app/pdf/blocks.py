"""The blocks that documents are made of: plain data, no ReportLab, no layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from app.i18n import N_

Value: TypeAlias = str | int | float | date | None
"""What a block may hold: a date is written in the document's language, None and "" as a dash."""

Strokes: TypeAlias = Sequence[Sequence[tuple[float, float]]]
"""A drawn signature: strokes of points (x, y), each 0..1 of the pad's width and height, origin top left.

The pad is three times as wide as high.
"""

StepState: TypeAlias = Literal["open", "started", "done", "dropped"]

STEP_STATES: dict[str, str] = {
    "open": N_("To do"),
    "started": N_("Under way"),
    "done": N_("Done"),
    "dropped": N_("Left out"),
}


class Step(NamedTuple):
    """One step towards a goal: what is done, by whom, by when, and how far it is."""

    text: Value
    who: Value = None
    by_when: Value = None
    state: StepState = "open"


@dataclass(frozen=True)
class Title:
    """The name of the document as the reader sees it, once, first."""

    text: Value
    subtitle: Value = None


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a section, 2 a part of it. It never stays alone at the foot of a page."""

    text: Value
    level: Literal[1, 2] = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text; line breaks are kept. An empty one takes no room."""

    text: Value
    style: Literal["normal", "large", "quiet"] = "normal"


@dataclass(frozen=True)
class Bullets:
    """A list; empty items are left out."""

    items: Sequence[Value]


@dataclass(frozen=True)
class Pairs:
    """Labels with their values; a missing value shows as a dash, so that it is seen to be missing."""

    pairs: Sequence[tuple[Value, Value]]


@dataclass(frozen=True)
class Table:
    """Rows under headers, which are repeated on every page the table reaches.

    `widths` are relative (1, 2, 1 gives the middle column half); left out, columns are equally wide. Short
    rows are filled with dashes. In a plain-language document each row of a table with more than two columns
    becomes a small group of its own, since big type does not fit narrow columns.
    """

    headers: Sequence[Value]
    rows: Sequence[Sequence[Value]]
    widths: Sequence[float] | None = None


@dataclass(frozen=True)
class GoalCard:
    """A goal in big type with its steps, for the first page."""

    number: int
    goal: Value
    steps: Sequence[Step | tuple[Value, Value, Value, StepState]] = ()


@dataclass(frozen=True)
class Callout:
    """What the reader must not miss, set apart."""

    text: Value


@dataclass(frozen=True)
class Signature:
    """Who agreed, in which role and when, with the drawn strokes; without strokes a line to sign on paper."""

    role: Value
    name: Value = None
    date: Value = None
    strokes: Strokes = ()


@dataclass(frozen=True)
class PageBreak:
    """What follows starts a new page."""


@dataclass(frozen=True)
class KeepTogether:
    """Blocks that stay on one page whenever a page can hold them."""

    blocks: Sequence[Block]


Block: TypeAlias = (
    Title
    | Heading
    | Paragraph
    | Bullets
    | Pairs
    | Table
    | GoalCard
    | Callout
    | Signature
    | PageBreak
    | KeepTogether
)


@dataclass(frozen=True)
class Document:
    """A whole document.

    `title` says the kind only ("Career plan"): it stands in the header of every page and in the file's
    metadata, where a client's name would leak to whoever lists files. `language` is "fi", "sv" or "en".
    `maker` is the worker who made it. `plain` gives the plain-language look: big type, short blocks.
    `watermark`, for example a translated "Draft", stands behind the text and in the header.
    """

    title: str
    language: str
    maker: str
    version: Value
    made_on: date
    blocks: Sequence[Block]
    plain: bool = False
    watermark: str | None = None
