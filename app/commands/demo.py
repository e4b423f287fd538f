"""Command: the demonstration, with its windows or without."""

import os
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.clock import monotonic, today
from app.commands.common import say
from app.i18n import N_, Message, _

if TYPE_CHECKING:
    from app.demo.device import Demo
    from app.demo.report import Report

DEFAULT_OUT = "demo-output"


def demo(arguments: Namespace) -> int:
    """Show the pilot's caseload as invented people, with a centre on this computer."""
    with _folder(arguments.profile) as folder:
        if arguments.headless:
            return _headless(folder, Path(arguments.out or DEFAULT_OUT))
        return _windows(folder)


@contextmanager
def _folder(named: str | None) -> Iterator[Path]:
    """Give the named folder, else one that goes when the demonstration is over."""
    if named:
        yield Path(named)
        return
    with tempfile.TemporaryDirectory(prefix="tyopari-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "profile"


def _windows(folder: Path) -> int:
    """Open the main window on the first coach's store; the centre runs as long as it is open."""
    from app.demo.device import PASSPHRASE, opened
    from ui.app import run
    from ui.centre import way_to

    say(_("Making ready the demonstration. All people in it are invented."))
    with opened(folder) as made:
        made.close_stores()
        say(_("Folder: {folder}").format(folder=folder))
        say(_("Passphrase of the demonstration: {passphrase}").format(passphrase=PASSPHRASE))
        return run(folder, connect=way_to, passphrase=PASSPHRASE)


def _headless(folder: Path, out: Path) -> int:
    """Write pictures, documents and a report; return 0 where everything held."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.demo import report as reports
    from app.demo.device import opened

    out.mkdir(parents=True, exist_ok=True)
    report = reports.Report()
    begun = monotonic()
    with _timed(report, "Everything"), opened(folder) as made:
        report.seconds["Caseload, two stores and a centre"] = monotonic() - begun
        files = _show(made, out, report)
    report.files = [file.relative_to(out).as_posix() for file in files]
    reports.write(report, out)
    print((out / "report.md").resolve())
    if not report.held:
        say(str(Message(N_("Something in the demonstration did not hold. The report says what."))))
    return 0 if report.held else 1


def _show(made: "Demo", out: Path, report: "Report") -> list[Path]:
    """Count, write the documents, take the pictures and tell the story."""
    from app.demo import device, figures, papers, story
    from app.demo.pictures import Studio

    store = made.first
    report.figures = figures.figures(device.rows(made, figures.KINDS))
    report.records = {kind: count for kind, count in store.counts().items() if count}
    report.due = _due(made)
    with _timed(report, "Documents"):
        files = papers.write(store, out / "documents")
    studio = Studio(store, out / "pictures")
    with _timed(report, "Pictures"):
        studio.take_all()
    with _timed(report, "Story"):
        report.steps = story.tell(made, studio.take_conflicts)
    report.failures = studio.failures
    return [*files, *studio.files]


def _due(made: "Demo") -> list[tuple[str, int]]:
    from datetime import timedelta

    from app.due import due

    day = today()
    counts = Counter(
        "overdue" if item.on < day else "today" if item.on == day else "in the coming two weeks"
        for item in due(made.first.clients(), day)
        if item.on <= day + timedelta(days=14)
    )
    return [(when, counts[when]) for when in ("overdue", "today", "in the coming two weeks")]


@contextmanager
def _timed(report: "Report", what: str) -> Iterator[None]:
    begun = monotonic()
    try:
        yield
    finally:
        report.seconds[what] = monotonic() - begun
