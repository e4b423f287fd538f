"""A list as a file: every field of a kind of record in a column, as .csv or .xlsx, for a person's own use."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.amounts import amount, is_amount
from app.documents import called, said
from app.i18n import _
from app.record import Row
from app.spec import F, RecordSpec

KINDS = ("csv", "xlsx")
_FORMULA = ("=", "+", "-", "@", "\t")
"""What a spreadsheet would take for a formula at the beginning of a cell."""


@dataclass(frozen=True)
class Sheet:
    """A titled table: the titles of its columns, and lines of text."""

    title: str
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def sheet(
    spec: RecordSpec,
    rows: Sequence[Row],
    worker_names: Mapping[str, str] | None = None,
    client_names: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Sheet:
    """Make the table of a kind's rows in the present language; with `client_names` the first column says who.

    `labels` says what the entries are called that the rows point to (`labels_for`); without it their ids stand there.
    """
    fields = spec.fields()
    titles = [_(field.title) for field in fields]
    lines = [[_cell(spec, field, row, worker_names, labels) for field in fields] for row in rows]
    if client_names is not None:
        titles.insert(0, _("Client"))
        for line, row in zip(lines, rows, strict=True):
            line.insert(0, client_names.get(str(row.get("client_id")), ""))
    return Sheet(_(spec.title), tuple(titles), tuple(map(tuple, lines)))


class Figure(str):
    """A number as text, with a decimal comma where the language has one and nothing between thousands.

    So the Excel of Finland reads it from .csv; a workbook holds `exact` itself, for which it has its own way of
    showing.
    """

    __slots__ = ("exact",)
    exact: Decimal

    def __new__(cls, exact: Any) -> "Figure":
        made = super().__new__(cls, amount(exact, grouped=False))
        made.exact = Decimal(str(exact))
        return made


def _cell(spec: RecordSpec, field: F, row: Row, *named: Mapping[str, str] | None) -> str:
    value = row.get(field.name)
    whole = isinstance(value, int) and not isinstance(value, bool) and not field.choices
    return (
        Figure(str(value).removesuffix(".00"))
        if whole or (value and is_amount(field))
        else said(spec, field, row, *named)
    )


def labels_for(spec: RecordSpec, rows: Callable[[str], Sequence[Row]]) -> dict[str, str]:
    """Return what the entries that a kind's fields refer to are called, by id; `rows` gives the rows of a kind."""
    kinds = {field.refers for field in spec.fields()}
    return {one: label for kind in sorted(kinds) for one, label in called(kind, rows).items()}


def as_file(made: Sheet, kind: str) -> bytes:
    """Return the table as a file of a kind (`KINDS`)."""
    return as_csv(made) if kind == "csv" else as_xlsx(made)


def as_csv(made: Sheet) -> bytes:
    """Return the table as the Excel of Finland opens it: semicolons, UTF-8 with its mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(made.header)
    writer.writerows([_harmless(value) for value in line] for line in made.lines)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(made: Sheet) -> bytes:
    """Return the table as a workbook; every cell is text or a number, so that nothing in it is ever a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    page: Any = book.active
    page.title = _sheet_name(made.title)
    for number, line in enumerate((made.header, *made.lines), 1):
        for place, value in enumerate(line, 1):
            cell = page.cell(number, place)
            if isinstance(value, Figure):
                cell.value = value.exact
                cell.number_format = "0" if value.exact == value.exact.to_integral_value() else "0.00"
            else:
                cell.value = value[:32_000]
                cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 1:
                cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    for place, column in enumerate(zip(made.header, *made.lines, strict=True), 1):
        longest = max((len(part) for value in column for part in value.split("\n")), default=0)
        page.column_dimensions[page.cell(1, place).column_letter].width = min(max(longest + 2, 10), 60)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) and not _number(value) else value


def _number(value: str) -> bool:
    return value.lstrip("+-").replace(",", "").replace(".", "").replace(" ", "").isdigit()


def _sheet_name(title: str) -> str:
    kept = "".join(" " if letter in "[]:*?/\\" else letter for letter in title)
    return kept[:31] or "1"
