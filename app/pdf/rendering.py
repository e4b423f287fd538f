"""Lays a document out on pages and draws them, with what stands around the text on every page."""

from __future__ import annotations

from io import BytesIO

from reportlab.pdfbase import pdfmetrics

from app.i18n import _, using_language
from app.pdf.blocks import Document, Title
from app.pdf.build import Builder, colophon, words
from app.pdf.layout import Box, Break, Stack, Text
from app.pdf.style import (
    ACCENT,
    BOLD,
    BOTTOM,
    HEIGHT,
    LINE,
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    QUIET,
    REGULAR,
    SEMIBOLD,
    TOP,
    UNIT,
    WATERMARK,
    WIDTH,
    Look,
    look,
)
from app.pdf.tagging import Element, TaggedCanvas


def render_document(document: Document) -> bytes:
    """See `app.pdf.render`."""
    with using_language(document.language):
        style = look(document.plain)
        root = Element("Document")
        children = list(Builder(document, style, root).boxes(document.blocks))
        if all(isinstance(child, Break) for child in children):
            children = [Text(_("There is nothing here yet."), style.normal, root.add("P"))]
        pages = paginate(Stack(children))
        target = BytesIO()
        canvas = TaggedCanvas(
            target,
            root,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pdfVersion=(1, 7),
            lang=document.language,
            initialFontName=REGULAR,
            invariant=1,
            pageCompression=1,
        )
        for number, page in enumerate(pages, start=1):
            frame = Frame(document, style, number, len(pages))
            frame.draw_behind(canvas)
            page.draw(canvas, MARGIN, PAGE_HEIGHT - TOP, WIDTH)
            frame.draw(canvas)
            canvas.showPage()
        canvas.close(
            title=words(document.title, "PDF"),
            author=words(document.maker),
            subject=_("Version {version}").format(version=words(document.version, "–")),
            made_on=document.made_on.isoformat(),
        )
    return target.getvalue()


def paginate(content: Box) -> list[Box]:
    """The pages of the content, one box each; empty ones (two page breaks together) are left out."""
    pages: list[Box] = []
    rest: Box | None = content
    while rest is not None:
        first, rest_after = rest.split(WIDTH, HEIGHT)
        if first is None and rest_after is rest:
            first, rest_after = rest.split(WIDTH, HEIGHT, force=True)
        if first is not None:
            pages.append(first)
        rest = rest_after
    return pages


class Frame:
    """What stands around the text of one page. All of it is decoration to a screen reader."""

    def __init__(self, document: Document, style: Look, number: int, count: int) -> None:
        self.style = style.frame
        self.title = words(document.title)
        first = next(iter(document.blocks), None)
        if number == 1 and isinstance(first, Title) and words(first.text, self.title) == self.title:
            self.title = ""  # it stands right below in big letters
        self.mark = words(document.watermark)
        self.foot = colophon(document)
        self.page = _("Page {number} of {count}").format(number=number, count=count)

    def draw_behind(self, canvas: TaggedCanvas) -> None:
        """The watermark, as wide as the page's diagonal lets it be."""
        if not self.mark:
            return
        text = _shortened(self.mark, BOLD, 100, 2000)
        size = min(150.0, 620 * 100 / max(pdfmetrics.stringWidth(text, BOLD, 100), 1))
        with canvas.content(None):
            canvas.saveState()
            canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
            canvas.rotate(52)
            canvas.setFillColor(WATERMARK)
            canvas.setFont(BOLD, size)
            canvas.drawCentredString(0, -size * 0.35, text)
            canvas.restoreState()

    def draw(self, canvas: TaggedCanvas) -> None:
        """The header with the document's title, the foot with version, date, maker and page number."""
        size = self.style.fontSize
        right = PAGE_WIDTH - MARGIN
        high, low = PAGE_HEIGHT - 5 * UNIT, 5 * UNIT
        with canvas.content(None):
            canvas.setFillColor(QUIET)
            canvas.setFont(REGULAR, size)
            canvas.drawString(MARGIN, high, _shortened(self.title, REGULAR, size, WIDTH * 0.7))
            room = WIDTH - pdfmetrics.stringWidth(self.page, SEMIBOLD, size) - 2 * UNIT
            canvas.drawString(MARGIN, low, _shortened(self.foot, REGULAR, size, room))
            canvas.setFont(SEMIBOLD, size)
            canvas.drawRightString(right, low, self.page)
            canvas.setFillColor(ACCENT)
            canvas.drawRightString(right, high, _shortened(self.mark, SEMIBOLD, size, WIDTH * 0.25))
            canvas.setStrokeColor(LINE)
            canvas.setLineWidth(0.5)
            canvas.line(MARGIN, BOTTOM - 2 * UNIT, right, BOTTOM - 2 * UNIT)


def _shortened(text: str, font: str, size: float, room: float) -> str:
    """The text on one line, ended with "…" where there is no room for all of it."""
    text = " ".join(text.split())
    if pdfmetrics.stringWidth(text, font, size) <= room:
        return text
    while text and pdfmetrics.stringWidth(text + "…", font, size) > room:
        text = text[: -max(1, len(text) // 20)]
    return text.rstrip() + "…"
