"""From blocks to boxes and the elements they belong to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from babel.numbers import format_decimal

from app.i18n import _, format_date, language
from app.pdf import blocks as b
from app.pdf.layout import Badge, Blank, Box, Break, Column, HeadedRows, Mark, Pad, Row, Stack, Text
from app.pdf.style import ACCENT, LINE, UNIT, Look, showable
from app.pdf.tagging import Element

MISSING = "–"


def words(value: b.Value, missing: str = "") -> str:
    """A value as the document shows it, in the present language; `missing` for None and blank text."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, float):
        return showable(_number(value)) if math.isfinite(value) else missing
    text = showable("" if value is None else str(value)).strip()
    return text or missing


def _number(value: float) -> str:
    return str(format_decimal(round(value, 2), locale=language(), group_separator=False))


def _numeric(values: Sequence[b.Value]) -> bool:
    """Whether a column holds numbers only, and so stands at the right."""
    filled = [value for value in values if value not in (None, "")]
    return bool(filled) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in filled)


class Builder:
    """Turns the blocks of one document into boxes, in reading order."""

    def __init__(self, document: b.Document, look: Look, root: Element) -> None:
        self.document = document
        self.look = look
        self.root = root
        self.level = 0  # of the last heading: levels may not be skipped (ISO 14289-1, 7.4.2)
        self.titled = any(isinstance(block, b.Title) for block in document.blocks)

    def boxes(self, blocks: Sequence[b.Block]) -> Iterator[Box]:
        """The boxes of the blocks; signatures that follow each other stand side by side."""
        waiting: list[b.Signature] = []
        for block in blocks:
            if isinstance(block, b.Signature):
                waiting.append(block)
                continue
            yield from self._signatures(waiting)
            waiting = []
            yield from self._box(block)
        yield from self._signatures(waiting)

    def _box(self, block: b.Block) -> Iterator[Box]:
        match block:
            case b.Title():
                yield from self._title(block)
            case b.Heading():
                yield from self._heading(block)
            case b.Paragraph():
                yield from self._paragraph(block)
            case b.Bullets():
                yield from self._bullets(block)
            case b.Pairs():
                yield from self._pairs(block.pairs)
            case b.Table():
                yield from self._table(block)
            case b.GoalCard():
                yield self._goal(block)
            case b.Callout():
                yield from self._callout(block)
            case b.PageBreak():
                yield Break()
            case b.KeepTogether():
                yield from self._together(block)

    def _tag(self, wanted: int) -> str:
        self.level = min(wanted, self.level + 1, 6)
        return f"H{self.level}"

    def _title(self, block: b.Title) -> Iterator[Box]:
        look = self.look
        title = words(block.text, words(self.document.title, MISSING))
        yield Text(title, look.title, self.root.add(self._tag(1)), after=UNIT, keep_next=True)
        if subtitle := words(block.subtitle):
            yield Text(subtitle, look.subtitle, self.root.add("P"), after=UNIT, keep_next=True)
        yield Text(colophon(self.document), look.quiet, self.root.add("P"), after=3 * UNIT)

    def _heading(self, block: b.Heading) -> Iterator[Box]:
        text = words(block.text)
        if not text:
            return
        style = self.look.h1 if block.level == 1 else self.look.h2
        element = self.root.add(self._tag(block.level + self.titled))
        before = 4 * UNIT if block.level == 1 else 2 * UNIT
        yield Text(text, style, element, before=before, after=UNIT, keep_next=True)

    def _paragraph(self, block: b.Paragraph) -> Iterator[Box]:
        if text := words(block.text):
            style = getattr(self.look, block.style)
            yield Text(text, style, self.root.add("P"), before=UNIT, after=UNIT)

    def _bullets(self, block: b.Bullets) -> Iterator[Box]:
        items = [text for item in block.items if (text := words(item))]
        if not items:
            return
        every = self.root.add("L")
        rows: list[Box] = []
        for text in items:
            item = every.add("LI")
            dot = Text("•", self.look.normal, item.add("Lbl"))
            body = Text(text, self.look.normal, item.add("LBody"))
            rows.append(Row([dot, body], [Column(points=UNIT), Column(share=1)], gap=UNIT, after=UNIT / 2))
        yield Stack(rows, before=UNIT, after=2 * UNIT)

    def _pairs(self, pairs: Sequence[tuple[b.Value, b.Value]]) -> Iterator[Box]:
        if not pairs:
            return
        look = self.look
        table = self.root.add("Table")
        rows: list[Box] = []
        for label, value in pairs:
            row = table.add("TR")
            name = Text(words(label, MISSING), look.label, row.add("TH", scope="Row"))
            what = Text(words(value, MISSING), look.normal, row.add("TD"))
            if look.plain:
                name.keep_next = True
                rows.append(Stack([name, what], after=1.5 * UNIT))
            else:
                columns = [Column(points=19 * UNIT), Column(share=1)]
                rows.append(Row([name, what], columns, pad=UNIT / 2, line=LINE))
        yield Stack(_never_one_alone(rows), rows=True, before=UNIT, after=2 * UNIT)

    def _table(self, block: b.Table) -> Iterator[Box]:
        count = max([len(block.headers), *(len(row) for row in block.rows)])
        if not count:
            return
        headers = [*block.headers, *[None] * (count - len(block.headers))]
        full = [[*row, *[None] * (count - len(row))] for row in block.rows]
        if self.look.plain and count > 2:
            yield from self._groups(headers, full)
            return
        yield self._grid(headers, full, block.widths)

    def _groups(self, headers: Sequence[b.Value], rows: Sequence[Sequence[b.Value]]) -> Iterator[Box]:
        """A wide table in plain language: its first column names a group, the other filled cells follow."""
        every = self.root.add("L")
        for row in rows:
            item = every.add("LI").add("LBody")
            boxes: list[Box] = [Text(words(row[0], MISSING), self.look.label, item.add("P"), keep_next=True)]
            for header, value in zip(headers[1:], row[1:], strict=True):
                if text := words(value):
                    name = words(header)
                    line = _("{label}: {value}").format(label=name, value=text) if name else text
                    boxes.append(Text(line, self.look.cell, item.add("P")))
            yield Stack(boxes, together=True, before=UNIT, after=2 * UNIT)

    def _grid(
        self, headers: Sequence[b.Value], rows: Sequence[Sequence[b.Value]], widths: Sequence[float] | None
    ) -> Box:
        look = self.look
        shares = [w if w > 0 else 1.0 for w in (widths or ())][: len(headers)]
        columns = [Column(share=w) for w in [*shares, *[1.0] * (len(headers) - len(shares))]]
        numeric = [_numeric([row[at] for row in rows]) for at in range(len(headers))]
        heads = [look.head_number if right else look.head for right in numeric]
        styles = [look.cell_number if right else look.cell for right in numeric]
        table = self.root.add("Table")
        top = table.add("THead").add("TR")
        names = [
            Text(words(h, MISSING), style, top.add("TH", scope="Column"))
            for h, style in zip(headers, heads, strict=True)
        ]
        header = Row(names, columns, pad=UNIT / 2, line=ACCENT)
        body = table.add("TBody") if rows else table
        lines: list[Box] = []
        for row in rows:
            line = body.add("TR")
            cells = [
                Text(words(value, MISSING), style, line.add("TD"))
                for value, style in zip(row, styles, strict=True)
            ]
            lines.append(Row(cells, columns, pad=UNIT / 2, line=LINE))
        if not lines:
            header.before, header.after = UNIT, 2 * UNIT
            return header
        return HeadedRows(header, Stack(_never_one_alone(lines)), before=UNIT, after=2 * UNIT)

    def _goal(self, block: b.GoalCard) -> Box:
        look = self.look
        section = self.root.add("Sect")
        level = self.level
        heading = section.add(self._tag(min(level + 1, 3)))
        self.level = level
        badge = Badge(str(block.number), look.badge, heading)
        goal = Text(words(block.goal, MISSING), look.goal, heading)
        columns = [Column(points=look.badge.leading), Column(share=1)]
        parts: list[Box] = [Row([badge, goal], columns, after=1.5 * UNIT, keep_next=True)]
        steps = [b.Step(*step) for step in block.steps]
        every = section.add("L") if steps else section
        for step in steps:
            parts.append(self._step(step, every.add("LI").add("LBody")))
        return Stack(
            parts, (2.5 * UNIT, 2 * UNIT), tinted=True, together=True, before=2 * UNIT, after=2 * UNIT
        )

    def _step(self, step: b.Step, element: Element) -> Box:
        look = self.look
        state = _(b.STEP_STATES[step.state]) if step.state in b.STEP_STATES else words(step.state)
        who, when = words(step.who), words(step.by_when)
        if look.plain:
            facts = [
                _("Who: {name}").format(name=who) if who else "",
                _("When: {date}").format(date=when) if when else "",
            ]
            line = "\n".join(part for part in ["  ·  ".join(filter(None, facts)), state] if part)
        else:
            by = _("by {date}").format(date=when) if when else ""
            line = "  ·  ".join(filter(None, [who, by, state]))
        body: list[Box] = [Text(words(step.text, MISSING), look.step, element.add("P"))]
        if line:
            body[0].keep_next = True
            body.append(Text(line, look.fact, element.add("P")))
        mark = Mark(step.state, look.step.leading)
        return Row(
            [mark, Stack(body)],
            [Column(points=look.badge.leading), Column(share=1)],
            before=UNIT,
            after=UNIT,
        )

    def _callout(self, block: b.Callout) -> Iterator[Box]:
        if text := words(block.text):
            inside = Text(text, self.look.step, self.root.add("P"))
            yield Stack([inside], (2.5 * UNIT, 1.5 * UNIT), tinted=True, before=2 * UNIT, after=2 * UNIT)

    def _together(self, block: b.KeepTogether) -> Iterator[Box]:
        inside = [box for box in self.boxes(block.blocks) if not isinstance(box, Break)]
        if inside:
            yield Stack(inside, together=True, before=inside[0].before, after=inside[-1].after)

    def _signatures(self, signatures: Sequence[b.Signature]) -> Iterator[Box]:
        beside = 1 if self.look.plain else 2
        for at in range(0, len(signatures), beside):
            boxes: list[Box] = [self._signature(one) for one in signatures[at : at + beside]]
            if len(boxes) < beside:
                boxes.append(Stack([]))
            columns = [Column(share=1)] * beside
            yield Row(boxes, columns, gap=4 * UNIT, before=2 * UNIT, after=2 * UNIT)

    def _signature(self, block: b.Signature) -> Box:
        look = self.look
        section = self.root.add("Sect")
        name, role, when = words(block.name), words(block.role), words(block.date)
        strokes = usable(block.strokes)
        figure = None
        if strokes:
            figure = section.add("Figure", alt=_("Signature: {name}").format(name=name or role or MISSING))
        below: list[Box] = [Pad(strokes, figure, after=UNIT / 2)]
        if name or strokes:
            below.append(Text(name or MISSING, look.normal, section.add("P")))
        if role:
            below.append(Text(role, look.quiet, section.add("P")))
        if not (name or strokes):
            below.append(Blank(_("Name:"), look.quiet, section.add("P")))
        if when:
            below.append(Text(_("Signed {date}").format(date=when), look.quiet, section.add("P")))
        elif not strokes:
            below.append(Blank(_("Date:"), look.quiet, section.add("P")))
        return Stack(below, together=True)


def _never_one_alone(rows: Sequence[Box]) -> Sequence[Box]:
    """The rows, of which neither the first nor the last stands on a page without its neighbour."""
    if len(rows) > 1:
        rows[0].keep_next = rows[-2].keep_next = True
    return rows


def usable(strokes: b.Strokes) -> list[list[tuple[float, float]]]:
    """The strokes that can be drawn: points held inside the pad, numbers that are none left out."""
    kept = []
    for stroke in strokes:
        points = [
            (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
            for x, y in stroke
            if math.isfinite(x) and math.isfinite(y)
        ]
        if points:
            kept.append(points)
    return kept


def colophon(document: b.Document) -> str:
    """Which version this is, of what day, by whom: under the title and at the foot of every page."""
    version, maker = words(document.version), words(document.maker)
    parts = [
        format_date(document.made_on),
        _("Version {version}").format(version=version) if version else "",
        _("Made by {name}").format(name=maker) if maker else "",
    ]
    return "  ·  ".join(part for part in parts if part)
