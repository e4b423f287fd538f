"""Documents that a client, a colleague or a partner keeps: blocks in, a tagged PDF out.

A service module describes a document as blocks (`Title`, `GoalCard`, `Pairs` ...) and knows nothing of pages
or fonts; `render` makes the bytes. Nothing is written to the disk: who saves a document does it on purpose.

The blocks are plain data, so importing this package is cheap; ReportLab is loaded by the first `render`.
"""

from __future__ import annotations

from app.pdf.blocks import (
    Block,
    Bullets,
    Callout,
    Document,
    GoalCard,
    Heading,
    KeepTogether,
    PageBreak,
    Pairs,
    Paragraph,
    Signature,
    Step,
    Strokes,
    Table,
    Title,
    Value,
)

__all__ = [
    "Block",
    "Bullets",
    "Callout",
    "Document",
    "GoalCard",
    "Heading",
    "KeepTogether",
    "PageBreak",
    "Pairs",
    "Paragraph",
    "Signature",
    "Step",
    "Strokes",
    "Table",
    "Title",
    "Value",
    "render",
]


def render(document: Document) -> bytes:
    """The document as a PDF 1.7 file, in its own language whatever the program's is.

    The same document always gives the same bytes (its date is `made_on`, not the hour it was rendered), so a
    signed document can be compared by its hash. Any text is safe: what the font cannot show becomes "?".
    """
    from app.pdf.rendering import render_document

    return render_document(document)
