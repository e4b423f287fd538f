"""Boxes that know their height, split over pages and draw themselves with their tags.

Lengths are in points. ReportLab breaks the lines of a paragraph; the rest is here rather than in its page
templates, because the number of pages must be known before the first is drawn, a table row must split at any
height, and every piece must go to its place in the structure tree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph

from app.pdf.style import ACCENT, HEIGHT, INK, LINE, QUIET, TINT, UNIT, WHITE, hyphenated
from app.pdf.tagging import Element, TaggedCanvas

Split = tuple["Box | None", "Box | None"]

SIGNING = 26 * UNIT  # how wide a signature is
SHORT_ROW = 15 * UNIT  # a row up to this high moves to the next page rather than splits
SHORT_LIST = HEIGHT / 4  # so do rows that are together no higher than this


class Box(Protocol):
    """A piece of a page. `before` and `after` are the room it wants; the larger of two neighbours counts."""

    before: float
    after: float
    keep_next: bool

    def height(self, width: float) -> float: ...

    def split(self, width: float, room: float, force: bool = False) -> Split:
        """(what fits in `room`, the rest); with `force`, on an empty page, something always fits."""

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None: ...


@dataclass
class Leaf:
    """A box that does not split."""

    before: float = field(default=0.0, kw_only=True)
    after: float = field(default=0.0, kw_only=True)
    keep_next: bool = field(default=False, kw_only=True)

    def height(self, width: float) -> float:
        return 0.0

    def split(self, width: float, room: float, force: bool = False) -> Split:
        me: Any = self
        return (me, None) if force or self.height(width) <= room else (None, me)

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        """Nothing to see."""


@dataclass
class Break(Leaf):
    """The end of a page."""


@dataclass
class Text(Leaf):
    """A paragraph that belongs to an element. The text must be showable; it may hold any markup sign."""

    text: str
    style: Any
    element: Element | None
    paragraph: Any = None

    def __post_init__(self) -> None:
        if self.paragraph is None:
            # Plain language (selkokieli) never divides a word.
            text = hyphenated(self.text) if self.style.hyphenating else self.text
            style = self.style.hyphenating if "\xad" in text else self.style
            self.paragraph = Paragraph(escape(text).replace("\n", "<br/>"), style)
        self._width = -1.0
        self._height = 0.0

    def height(self, width: float) -> float:
        if width != self._width:
            self._width = width
            self._height = float(self.paragraph.wrap(width, HEIGHT)[1])
        return self._height

    def split(self, width: float, room: float, force: bool = False) -> Split:
        if self.height(width) <= room:
            return self, None
        pieces = self.paragraph.split(width, max(room, 0))
        if len(pieces) != 2:
            self._width = -1.0  # a split that fails makes the paragraph forget its lines
            return (self, None) if force else (None, self)
        first = Text("", self.style, self.element, pieces[0], before=self.before)
        rest = Text("", self.style, self.element, pieces[1], after=self.after, keep_next=self.keep_next)
        return first, rest

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        height = self.height(width)
        with canvas.content(self.element):
            self.paragraph.drawOn(canvas, x, top - height)


@dataclass
class Column:
    """The width of a row's cell: in points, or a share of what the others leave."""

    points: float = 0.0
    share: float = 0.0


@dataclass
class Row(Leaf):
    """Boxes side by side, with room above and below, and a hairline under them if wanted."""

    cells: Sequence[Box]
    columns: Sequence[Column]
    gap: float = 2 * UNIT
    pad: float = 0.0
    line: Color | None = None

    def places(self, width: float) -> list[tuple[float, float]]:
        """Where each cell starts, and how wide it is."""
        free = width - sum(c.points for c in self.columns) - self.gap * (len(self.columns) - 1)
        shares = sum(c.share for c in self.columns) or 1.0
        places, x = [], 0.0
        for column in self.columns:
            wide = max(column.points or free * column.share / shares, 1.0)
            places.append((x, wide))
            x += wide + self.gap
        return places

    def height(self, width: float) -> float:
        tall = [cell.height(wide) for cell, (_x, wide) in zip(self.cells, self.places(width), strict=True)]
        return max(tall, default=0.0) + 2 * self.pad

    def split(self, width: float, room: float, force: bool = False) -> Split:
        height = self.height(width)
        if height <= room:
            return self, None
        if height <= SHORT_ROW and not force:
            return None, self
        places = self.places(width)
        pieces = [
            cell.split(wide, room - 2 * self.pad, force)
            for cell, (_x, wide) in zip(self.cells, places, strict=True)
        ]
        held_back = [
            first is None and cell.height(wide) > 0
            for (first, _rest), cell, (_x, wide) in zip(pieces, self.cells, places, strict=True)
        ]
        if any(held_back) or all(rest is None for _first, rest in pieces):
            return (self, None) if force else (None, self)
        first = Row([a or Leaf() for a, _b in pieces], self.columns, self.gap, self.pad, before=self.before)
        rest = Row(
            [b or Leaf() for _a, b in pieces], self.columns, self.gap, self.pad, self.line, after=self.after
        )
        return first, rest

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        if self.line is not None:
            with canvas.content(None):
                y = top - self.height(width)
                canvas.setStrokeColor(self.line)
                canvas.setLineWidth(0.5)
                canvas.line(x, y, x + width, y)
        for cell, (start, wide) in zip(self.cells, self.places(width), strict=True):
            cell.draw(canvas, x + start, top - self.pad, wide)


@dataclass
class Stack(Leaf):
    """Boxes one under another, `tinted` with an accent bar; on one page if `together`, or if few and `rows`."""

    children: Sequence[Box]
    pad: tuple[float, float] = (0.0, 0.0)  # beside, above and below
    tinted: bool = False
    together: bool = False
    rows: bool = False

    def height(self, width: float) -> float:
        inner = width - 2 * self.pad[0]
        total, previous = 2 * self.pad[1], None
        for child in self.children:
            total += child.height(inner) + (max(previous.after, child.before) if previous else 0.0)
            previous = child
        return total

    def split(self, width: float, room: float, force: bool = False) -> Split:
        breaks = any(isinstance(child, Break) for child in self.children)
        height = math.inf if breaks else self.height(width)
        if height <= room:
            return self, None
        most = HEIGHT if self.together else SHORT_LIST if self.rows else 0.0
        if height <= most and not force:
            return None, self
        return self._split(width - 2 * self.pad[0], room - 2 * self.pad[1], force)

    def _split(self, inner: float, left: float, force: bool) -> Split:
        taken: list[Box] = []
        for at, child in enumerate(self.children):
            if isinstance(child, Break):
                return self._part(taken), self._part(self.children[at + 1 :])
            gap = max(taken[-1].after, child.before) if taken else 0.0
            first, rest = child.split(inner, left - gap, force and not taken)
            if first is not None:
                taken.append(first)
            if rest is not None:
                return self._cut(taken, first is None, rest, self.children[at + 1 :], force)
            left -= gap + child.height(inner)
        return self, None

    def _cut(self, taken: list[Box], whole: bool, rest: Box, after: Sequence[Box], force: bool) -> Split:
        """End the page after `taken`; headings directly before a child that went whole go with it."""
        count = len(taken)
        while whole and count and taken[count - 1].keep_next:
            count -= 1
        if count == 0:
            if not (force and taken):
                return None, self
            count = len(taken)
        return self._part(taken[:count]), self._part([*taken[count:], rest, *after])

    def _part(self, children: Sequence[Box]) -> Box | None:
        if not children:
            return None
        return replace(self, children=children)

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        if self.tinted:
            height = self.height(width)
            with canvas.content(None):
                canvas.setFillColor(TINT)
                canvas.rect(x, top - height, width, height, stroke=0, fill=1)
                canvas.setFillColor(ACCENT)
                canvas.rect(x, top - height, 4, height, stroke=0, fill=1)
        inner = width - 2 * self.pad[0]
        y, previous = top - self.pad[1], None
        for child in self.children:
            y -= max(previous.after, child.before) if previous else 0.0
            child.draw(canvas, x + self.pad[0], y, inner)
            y -= child.height(inner)
            previous = child


@dataclass
class HeadedRows(Leaf):
    """Rows under a header row, which comes again (as decoration) on each further page."""

    header: Row
    body: Box
    repeated: bool = False

    def height(self, width: float) -> float:
        return self.header.height(width) + self.body.height(width)

    def split(self, width: float, room: float, force: bool = False) -> Split:
        if self.header.height(width) > HEIGHT / 3:  # no header to repeat: let it split as a row does
            return Stack([self.header, self.body], before=self.before, after=self.after).split(
                width, room, force
            )
        height = self.height(width)
        if room < height <= SHORT_LIST and not force:
            return None, self
        first, rest = self.body.split(width, room - self.header.height(width), force)
        if first is None:
            return None, self
        if rest is None:
            return self, None
        return (
            HeadedRows(self.header, first, self.repeated, before=self.before),
            HeadedRows(self.header, rest, True, after=self.after),
        )

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        if self.repeated:
            with canvas.content(None):
                self.header.draw(canvas, x, top, width)
        else:
            self.header.draw(canvas, x, top, width)
        self.body.draw(canvas, x, top - self.header.height(width), width)


@dataclass
class Badge(Leaf):
    """A number in a disc, as high as the line of text beside it."""

    text: str
    style: Any
    element: Element

    def height(self, width: float) -> float:
        return float(self.style.leading)

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        radius = self.style.leading / 2
        with canvas.content(None):
            canvas.setFillColor(ACCENT)
            canvas.circle(x + radius, top - radius, radius, stroke=0, fill=1)
        size = self.style.fontSize if len(self.text) < 3 else self.style.fontSize * 2 / len(self.text)
        with canvas.content(self.element):
            canvas.setFillColor(WHITE)
            canvas.setFont(self.style.fontName, size)
            canvas.drawCentredString(x + radius, top - radius - size * 0.35, self.text)


@dataclass
class Mark(Leaf):
    """How far a step is, as a shape; the words stand beside it, so it is decoration."""

    state: str
    leading: float

    def height(self, width: float) -> float:
        return self.leading

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        radius = 0.3 * self.leading
        cx, cy = x + width / 2, top - self.leading * 0.54  # under the middle of the goal's number
        with canvas.content(None):
            canvas.setLineWidth(1.2)
            canvas.setStrokeColor(QUIET if self.state == "dropped" else ACCENT)
            canvas.setFillColor(ACCENT)
            canvas.circle(cx, cy, radius, stroke=1, fill=1 if self.state == "done" else 0)
            if self.state == "started":
                canvas.wedge(cx - radius, cy - radius, cx + radius, cy + radius, 90, 180, stroke=0, fill=1)
            elif self.state == "done":
                canvas.setStrokeColor(WHITE)
                tick = [(-0.45, 0.0), (-0.1, -0.38), (0.5, 0.4)]
                _polyline(canvas, [(cx + radius * a, cy + radius * b) for a, b in tick])
            elif self.state == "dropped":
                canvas.line(cx - radius * 0.5, cy, cx + radius * 0.5, cy)


@dataclass
class Pad(Leaf):
    """Where a signature stands: its strokes over a line, or the line alone to sign on."""

    strokes: Sequence[Sequence[tuple[float, float]]]
    figure: Element | None
    wide: float = SIGNING
    high: float = SIGNING / 3

    def height(self, width: float) -> float:
        return self.high

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        wide = min(self.wide, width)
        bottom = top - self.high
        with canvas.content(None):
            canvas.setStrokeColor(LINE if self.strokes else QUIET)
            canvas.setLineWidth(0.75)
            canvas.line(x, bottom, x + wide, bottom)
        if self.figure is None:
            return
        self.figure.box = (round(x, 2), round(bottom, 2), round(x + wide, 2), round(top, 2))
        with canvas.content(self.figure):
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(1.4)
            canvas.setLineCap(1)
            canvas.setLineJoin(1)
            for stroke in self.strokes:
                _polyline(canvas, [(x + wide * a, top - self.high * b) for a, b in stroke])


@dataclass
class Blank(Leaf):
    """A word and a line to write on with a pen."""

    text: str
    style: Any
    element: Element

    def height(self, width: float) -> float:
        return 3.5 * UNIT

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        y = top - self.height(width) + 2
        start = x + stringWidth(self.text, self.style.fontName, self.style.fontSize) + UNIT
        with canvas.content(self.element):
            canvas.setFillColor(QUIET)
            canvas.setFont(self.style.fontName, self.style.fontSize)
            canvas.drawString(x, y + 2, self.text)
        with canvas.content(None):
            canvas.setStrokeColor(LINE)
            canvas.setLineWidth(0.75)
            canvas.line(start, y, max(x + min(width, SIGNING), start), y)


def _polyline(canvas: TaggedCanvas, points: Sequence[tuple[float, float]]) -> None:
    """A line through the points; one point alone is a dot."""
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:] or points:
        path.lineTo(*point)
    canvas.drawPath(path, stroke=1, fill=0)
