"""Command: import clients from a table, with a report by row."""

from argparse import Namespace
from pathlib import Path

from app.commands.common import answer, opened, table
from app.errors import KnownError
from app.i18n import N_, Message, _
from app.record import to_row


def import_clients(arguments: Namespace) -> int:
    """Import clients from CSV or xlsx. A dry run says what each row would do; with a broken row nothing is written."""
    from app.importing import clients_of, read_table

    lines = clients_of(read_table(Path(arguments.file)))
    broken = [line for line in lines if line.client is None]
    good = [line.client for line in lines if line.client is not None]
    reports = [line.report() for line in lines]
    with opened(arguments) as store:
        for line, report in zip(lines, reports, strict=True):
            same = store.duplicates(to_row(line.client)) if line.client else []
            report["duplicates"] = [row["id"] for row in same]
        if not arguments.dry_run and not broken:
            store.save(*good)
            for line, report in zip(lines, reports, strict=True):
                report["id"] = str(line.client.id) if line.client else None
    imported = 0 if arguments.dry_run or broken else len(good)
    data = {"rows": reports, "good": len(good), "broken": len(broken), "imported": imported}
    answer(arguments, data, _as_text(reports, imported))
    if broken and not arguments.dry_run:
        raise KnownError(
            Message(N_("{count} rows cannot be imported, so nothing was."), count=len(broken)),
            Message(N_("Correct them in the table and import it again.")),
        )
    return 0


def _as_text(reports: list[dict[str, object]], imported: int) -> str:
    rows = []
    for report in reports:
        problems = "; ".join(f"{p['field'] or ''} {p['problem']}".strip() for p in report["problems"])  # type: ignore[attr-defined]
        said = problems or (_("may be registered already") if report["duplicates"] else _("good"))
        rows.append((report["row"], said))
    text = _("Imported: {count}").format(count=imported)
    heads = [_("Row"), _("Result")]
    return f"{table(heads, rows)}\n{text}" if rows else text
