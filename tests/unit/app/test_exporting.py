"""Lists as files: what stands in them can be read back, and is never a formula."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app import i18n
from app.clock import new_id
from app.exporting import Sheet, as_csv, as_file, as_xlsx, labels_for, sheet
from app.record import to_row
from app.services import SPECS
from tests.stores import make

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20)


@pytest.fixture(autouse=True)
def finnish() -> Any:
    before = i18n.language()
    i18n.set_language("en")
    yield
    i18n.set_language(before)


def _cells(content: bytes, kind: str) -> list[list[str]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    page: Any = load_workbook(io.BytesIO(content)).active
    return [[cell.value or "" for cell in line] for line in page.iter_rows()]


@given(st.lists(st.lists(WORDS, min_size=2, max_size=2), max_size=6))
def test_every_cell_can_be_read_back(lines: list[list[str]]) -> None:
    made = Sheet("Visits", ("First", "Second"), tuple(map(tuple, lines)))
    assert _cells(as_xlsx(made), "xlsx") == [["First", "Second"], *lines]
    read = _cells(as_csv(made), "csv")
    assert [[cell.removeprefix("'") for cell in line] for line in read[1:]] == [
        [cell.removeprefix("'") for cell in line] for line in lines
    ]


@pytest.mark.parametrize("text", ["=1+1", "@sum(a1)", "+cmd|calc", "-2+3+cmd", "\t=1"])
def test_nothing_becomes_a_formula(text: str) -> None:
    made = Sheet("Visits", ("Notes",), ((text,),))
    assert _cells(as_csv(made), "csv")[1] == [f"'{text}"]
    book: Any = load_workbook(io.BytesIO(as_xlsx(made))).active
    assert book["A2"].data_type in ("s", "inlineStr")


def test_numbers_stay_numbers_in_csv() -> None:
    made = Sheet("Visits", ("Minutes",), (("-5,50",), ("+358 40 123",)))
    assert _cells(as_csv(made), "csv")[1:] == [["-5,50"], ["+358 40 123"]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_has_every_field_by_its_title_and_codes_in_words(kind: str) -> None:
    client = make("client", first_name="Aino", last_name="Testinen")
    visit = make("support_visit", client_id=client.id, on="2026-01-05", place="library", notes="Hyvä")
    spec = SPECS["support_visit"]
    made = sheet(spec, [to_row(visit)], {}, {str(client.id): "Testinen Aino"})
    header, line = _cells(as_file(made, kind), kind)
    cells = dict(zip(header, line, strict=True))
    assert header[0] == "Client"
    assert len(header) == len(spec.fields()) + 1
    assert (cells["Client"], cells["Place"], cells["Notes"]) == ("Testinen Aino", "Library", "Hyvä")


@pytest.mark.parametrize(
    ("language", "wage", "clock"), [("fi", "10,85", "9.05"), ("sv", "10,85", "9.05"), ("en", "10.85", "9:05")]
)
def test_amounts_and_times_are_as_the_language_writes_them(language: str, wage: str, clock: str) -> None:
    i18n.set_language(language)
    job = make(
        "employment",
        client_id=new_id(),
        employer="Kulma",
        title="Apulainen",
        started_on="2026-01-05",
        weekly_hours="20",
        hourly_wage="10.85",
    )
    visit = make(
        "support_visit", client_id=new_id(), on="2026-01-05", start_time="09:05", notes="10:30 alkoi"
    )
    (line,) = sheet(SPECS["employment"], [to_row(job)]).lines
    assert {"20", wage} <= set(line)
    (line,) = sheet(SPECS["support_visit"], [to_row(visit)]).lines
    assert {f"0{clock}", "10:30 alkoi"} <= set(line)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_workbook_holds_numbers_and_csv_what_excel_takes_for_one(language: str) -> None:
    i18n.set_language(language)
    values = {"employer": "Kulma", "title": "Apulainen", "started_on": "2026-01-05", "hourly_wage": "1234.50"}
    job = make("employment", client_id=new_id(), **values)
    visit = make("support_visit", client_id=new_id(), on="2026-01-05", minutes=90)
    for kind, record, exact, text in (
        ("employment", job, 1234.5, "1234.50" if language == "en" else "1234,50"),
        ("support_visit", visit, 90, "90"),
    ):
        made = sheet(SPECS[kind], [to_row(record)])
        assert text in _cells(as_csv(made), "csv")[1]
        page: Any = load_workbook(io.BytesIO(as_xlsx(made))).active
        assert [cell.value for cell in page[2] if cell.data_type == "n" and cell.value is not None] == [exact]


def test_what_a_row_points_to_is_called_by_its_name() -> None:
    client = new_id()
    job = make(
        "employment", client_id=client, employer="Kahvila Kulma", title="Apulainen", started_on="2026-01-05"
    )
    check = make("job_check", client_id=client, employment_id=job.id, on="2026-01-05", months=3)
    elsewhere = make("job_check", client_id=client, employment_id=new_id(), on="2026-01-05", months=3)
    labels = labels_for(SPECS["job_check"], {"employment": [to_row(job)]}.__getitem__)
    lines = sheet(SPECS["job_check"], [to_row(check), to_row(elsewhere)], labels=labels).lines
    assert [any("Kahvila Kulma" in cell for cell in line) for line in lines] == [True, False]
    assert not any(
        str(other) in cell for line in lines for cell in line for other in (job.id, elsewhere.employment_id)
    )
