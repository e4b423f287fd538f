"""Tables of clients from elsewhere: any dialect is read, a broken row is told and stops nothing."""

import csv
import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from app.errors import KnownError
from app.importing import clients_of, read_table

HEADERS = ["Sukunimi", "Etunimi", "Syntymäaika", "Kieli", "Toimiala"]
ROWS = [
    ["Mäkelä", "Päivi", "1.2.1980", "suomi, ruotsi", "Aikuissosiaalityö"],
    ["Öhman", "Åke", "31.11.1990", "", ""],
    ["Ali", "Nimo", "1995-06-07", "somali", "vammaispalvelut"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_dialect_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([HEADERS, *ROWS])
    file = tmp_path / "clients.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    assert read_table(file) == [HEADERS, *ROWS]


def test_a_broken_row_is_told_and_the_others_are_made() -> None:
    first, second, third = clients_of([HEADERS, *ROWS])
    assert first.client is not None
    assert first.client.languages == ["fi", "sv"]
    assert second.client is None
    assert [p.field for p in second.problems] == ["born_on"]
    assert second.number == 3
    assert third.client is not None
    assert third.client.branch == "disability_services"


def test_english_headings_and_an_excel_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["First name", "Last name", "Born", "Phone"])
    sheet.append(["Aino", "Testinen", datetime(1990, 5, 6), 401234567])
    file = tmp_path / "clients.xlsx"
    book.save(file)
    book.close()
    (line,) = clients_of(read_table(file))
    assert line.client is not None
    assert str(line.client.born_on) == "1990-05-06"
    assert line.client.phone == "401234567"


def test_a_column_that_would_be_left_out_is_named() -> None:
    with pytest.raises(KnownError, match="Kengännumero"):
        clients_of([["Etunimi", "Sukunimi", "Kengännumero"], ["A", "B", "42"]])


@pytest.mark.parametrize("table", [[], [["", None]], [["Nimi"], ["A B"]]])
def test_a_table_without_names_is_refused(table: list[list[object]]) -> None:
    with pytest.raises(KnownError):
        clients_of(table)


def test_a_row_with_too_many_values_is_told() -> None:
    (line,) = clients_of([["Etunimi", "Sukunimi"], ["A", "B", "C"]])
    assert line.client is None


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clients.xlsx"
    file.write_bytes(b"not a workbook")
    with pytest.raises(KnownError):
        read_table(file)
