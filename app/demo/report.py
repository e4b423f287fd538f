"""The report of a demonstration without windows: the figures, the story's steps, the times and the files."""

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.clock import today
from app.demo.figures import Figure
from app.demo.story import Step


@dataclass
class Report:
    """What a demonstration found."""

    figures: Sequence[Figure] = ()
    due: Sequence[tuple[str, int]] = ()
    records: dict[str, int] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    files: Sequence[str] = ()
    failures: Sequence[str] = ()

    @property
    def held(self) -> bool:
        """Whether every figure is the pilot's, every step of the story held and every picture was taken."""
        figures = all(figure.held for figure in self.figures)
        steps = all(step.held for step in self.steps)
        return figures and steps and not self.failures


def write(report: Report, folder: Path) -> list[Path]:
    """Write `report.md` and `report.json` into a folder."""
    text, data = folder / "report.md", folder / "report.json"
    text.write_text("\n".join(_lines(report)) + "\n", encoding="utf-8")
    data.write_text(json.dumps(_data(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [text, data]


def _data(report: Report) -> dict[str, Any]:
    return {
        "day": today().isoformat(),
        "python": platform.python_version(),
        "system": platform.system(),
        "held": report.held,
        "figures": {
            figure.name: {
                "title": figure.title,
                "value": figure.value,
                "of": figure.of,
                "share": figure.share or None,
                "missing": figure.missing,
                "parts": dict(figure.parts),
                "pilot": figure.report,
                "small_group": figure.small,
                "outside": figure.text(outside=True),
                "held": figure.held,
            }
            for figure in report.figures
        },
        "records": report.records,
        "due": dict(report.due),
        "story": [
            {
                "step": step.title,
                "held": step.held,
                "checks": step.checks,
                "seconds": round(step.seconds, 2),
            }
            for step in report.steps
        ],
        "failures": list(report.failures),
        "seconds": {name: round(seconds, 2) for name, seconds in report.seconds.items()},
        "files": list(report.files),
    }


def _lines(report: Report) -> list[str]:
    said = "Every figure and every step held." if report.held else "Something did not hold: see below."
    return [
        "# Työpari: the demonstration",
        "",
        f"{today().isoformat()}, Python {platform.python_version()}, {platform.system()}. All people are invented.",
        "",
        f"**{said}**",
        "",
        *(f"- While a picture was taken: {failure}" for failure in report.failures),
        *_figure_lines(report),
        *_story_lines(report),
        *_table("Records on the first coach's device", ("Kind", "Records"), report.records.items()),
        *_table("Due on the first coach's device", ("When", "Items"), report.due),
        *_table("Times", ("What", "Seconds"), ((n, f"{s:.1f}") for n, s in report.seconds.items())),
        "## Files",
        "",
        *(f"- [{file}]({file})" for file in report.files),
    ]


def _figure_lines(report: Report) -> list[str]:
    rows = (
        (
            figure.name,
            figure.title,
            figure.text(),
            figure.missing or "",
            figure.report,
            "yes" if figure.held else "**no**",
            f"small groups hidden: {figure.text(outside=True)}" if figure.small else "",
        )
        for figure in report.figures
    )
    head = (
        "",
        "Figure",
        "Counted from the records",
        "Not known",
        "The pilot's report",
        "Holds",
        "Outside the team",
    )
    return _table("The pilot's figures, to 30.11.2022", head, rows)


def _story_lines(report: Report) -> list[str]:
    lines = ["## Two coaches, two devices, one centre", ""]
    for number, step in enumerate(report.steps, 1):
        lines.append(f"{number}. {'✓' if step.held else '✗'} **{step.title}** ({step.seconds:.1f} s)")
        lines += [f"   - {'✓' if held else '✗'} {check}" for check, held in step.checks.items()]
    return [*lines, ""]


def _table(title: str, head: Sequence[str], rows: Any) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return [f"## {title}", "", *lines, ""]
