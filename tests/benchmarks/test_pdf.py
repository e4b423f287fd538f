"""A career plan of five pages as PDF; bare is ReportLab's canvas drawing as many lines."""

from io import BytesIO
from typing import Any

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from app import documents
from app.pdf import render
from storage.store import Store
from tests.benchmarks.big_store import id_of, note
from tests.benchmarks.figures import Figure, timed
from tests.stores import make

PAGES = 5


def _plan(client: str) -> Any:
    goals = [
        {
            "text": note(number),
            "steps": [{"what": note(number + step)[:120], "by": "client"} for step in range(3)],
        }
        for number in range(3)
    ]
    services = [
        {"service": f"Palvelu {n}", "purpose": note(n)[:200], "responsible": "Valmentaja"} for n in range(5)
    ]
    words = {
        name: " ".join(note(number * 10 + part) for part in range(3))
        for number, name in enumerate(
            ("client_view", "worker_view", "strengths", "responsibilities", "follow_up")
        )
    }
    return make(
        "career_plan",
        client_id=client,
        version_no=2,
        made_on="2026-05-04",
        goals=goals,
        services=services,
        **words,
    )


def _bare(lines: int) -> bytes:
    target = BytesIO()
    canvas = Canvas(target)
    for page in range(PAGES):
        for line in range(lines):
            canvas.drawString(60, 780 - 14 * line, note(page * lines + line)[:90])
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def test_career_plan(opened: Store, figures: list[Figure]) -> None:
    """Read from the store, laid out, and written: what the preview waits for."""
    plan = _plan(id_of("client", 1))
    opened.save(plan)
    row = opened.row("career_plan", plan.id)
    assert row is not None

    def whole() -> bytes:
        return render(documents.make(opened, "career_plan", row, language="fi"))

    with pypdfium2.PdfDocument(whole()) as made:
        assert PAGES <= len(made) <= PAGES + 1
    figures.append(Figure("five-page career plan as PDF", timed(whole, 7), 0.4, timed(lambda: _bare(45), 7)))
