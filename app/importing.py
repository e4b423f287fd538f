"""Clients from a table that somebody else made: CSV in whatever dialect, or an Excel sheet. Pure but for reading."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.duplicates import fold
from app.entry import record_from
from app.errors import KnownError, Problem, Refused
from app.i18n import N_, Message
from app.record import Record
from app.services.clients import CLIENT
from app.services.clients.codes import BRANCHES, LANGUAGES, LEGAL_BASES
from app.spec import Choice

# What a column may be called, in Finnish or English, as `_header` writes it.
COLUMNS = {
    "first_name": ("etunimi", "etunimet", "first name", "given name"),
    "last_name": ("sukunimi", "last name", "surname", "family name"),
    "identity_code": ("henkilotunnus", "hetu", "identity code", "personal identity code"),
    "born_on": ("syntymaaika", "syntynyt", "born", "birth date", "date of birth", "born on"),
    "code_name": ("peitenimi", "koodinimi", "code name"),
    "phone": ("puhelin", "puhelinnumero", "phone", "telephone"),
    "email": ("sahkoposti", "email", "e mail"),
    "address": ("osoite", "address", "katuosoite"),
    "municipality": ("kunta", "kotikunta", "municipality", "city"),
    "languages": ("kieli", "kielet", "language", "languages", "aidinkieli"),
    "interpreter": ("tulkki", "tulkin tarve", "interpreter", "needs an interpreter"),
    "branch": ("toimiala", "branch"),
    "legal_basis": ("palvelun peruste", "peruste", "legal basis", "legal basis of the service"),
    "service_task": ("palvelutehtava", "service task"),
    "matter": ("asia", "matter"),
    "unemployed_since": ("tyottomana alkaen", "tyoton alkaen", "unemployed since"),
    "notes": ("lisatiedot", "huomautukset", "notes"),
}
_CHOICES: dict[str, tuple[Choice, ...]] = {
    "branch": BRANCHES,
    "legal_basis": LEGAL_BASES,
    "languages": LANGUAGES,
}
# Code lists by the words that a Finnish table uses.
_WORDS = {
    "aikuissosiaalityo": "adult_social_work",
    "vammaistyo": "disability_services",
    "vammaispalvelut": "disability_services",
    "suomi": "fi",
    "ruotsi": "sv",
    "englanti": "en",
    "saame": "se",
    "venaja": "ru",
    "viro": "et",
    "somali": "so",
    "arabia": "ar",
    "persia": "fa",
    "dari": "fa",
    "kurdi": "ku",
    "viittomakieli": "sign",
    "kuntouttava tyotoiminta": "rehabilitative_work",
    "kehitysvammalaki": "disability_act",
    "shl 17": "shl_17",
    "shl 27 d": "shl_27d",
    "shl 27 e": "shl_27e",
}
_YES = {"kylla", "x", "1", "yes", "true", "k"}
_NO = {"ei", "", "0", "no", "false", "e"}


@dataclass(frozen=True)
class Line:
    """One row of the table: its number in the file, and the client it makes or why it makes none."""

    number: int
    client: Record | None
    problems: tuple[Problem, ...] = ()

    def report(self) -> dict[str, Any]:
        """Return the line as a report says it."""
        found = [{"field": p.field, "problem": str(p.message)} for p in self.problems]
        return {"row": self.number, "ok": self.client is not None, "problems": found}


def read_table(file: Path) -> list[list[Any]]:
    """Read the rows of a CSV (UTF-8 or Latin-1; comma, semicolon or tab) or of an Excel file's first sheet.

    Raises KnownError for a file that cannot be read as either.
    """
    try:
        return _excel(file) if file.suffix.lower() in (".xlsx", ".xlsm") else _csv(file.read_bytes())
    except OSError:
        raise KnownError(Message(N_("The file cannot be opened: {file}"), file=file.name)) from None


def _csv(data: bytes) -> list[list[Any]]:
    for encoding in (
        ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1")
    ):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise KnownError(Message(N_("The file's letters cannot be read. Save it as UTF-8.")))
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    delimiter = max(";,\t", key=first.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error:
        raise KnownError(
            Message(N_("The file is not a table of comma- or semicolon-separated values."))
        ) from None


def _excel(file: Path) -> list[list[Any]]:
    from zipfile import BadZipFile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise KnownError(Message(N_("The file is not an Excel workbook: {file}"), file=file.name)) from None
    try:
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def clients_of(table: Sequence[Sequence[Any]]) -> list[Line]:
    """Turn a table with a header row into clients, row by row; a broken row says why and stops nothing.

    Raises KnownError when no column is known by its name.
    """
    rows = [(number, row) for number, row in enumerate(table, 1) if any(_text(cell) for cell in row)]
    if not rows:
        raise KnownError(Message(N_("The table is empty.")))
    headers = [_column(_text(cell)) for cell in rows[0][1]]
    if "last_name" not in headers or "first_name" not in headers:
        raise KnownError(
            Message(N_("The first row does not name the columns for first and last name.")),
            Message(N_("Use the headings “Etunimi” and “Sukunimi”, or “First name” and “Last name”.")),
        )
    unknown = [
        _text(cell) for cell, name in zip(rows[0][1], headers, strict=True) if _text(cell) and not name
    ]
    if unknown:
        raise KnownError(
            Message(N_("These columns are not known: {columns}."), columns=", ".join(unknown)),
            Message(N_("Rename or remove them, so that nothing is left out unseen.")),
        )
    return [_line(number, headers, row) for number, row in rows[1:]]


def _line(number: int, headers: Sequence[str], row: Sequence[Any]) -> Line:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, cell in zip(headers, row, strict=False):
        if not name:
            continue
        try:
            values[name] = _value(name, cell)
        except Refused as refused:
            problems += refused.problems
    if len(row) > len(headers) and any(_text(cell) for cell in row[len(headers) :]):
        problems.append(Problem(None, Message(N_("The row has more values than there are columns."))))
    try:
        client = record_from(CLIENT, {n: v for n, v in values.items() if v not in (None, "")})
        problems += CLIENT.check(client) if CLIENT.check else []
    except Refused as refused:
        problems += refused.problems
        client = None
    return Line(number, None if problems else client, tuple(problems))


def _value(name: str, cell: Any) -> Any:
    text = _text(cell)
    if name in ("born_on", "unemployed_since"):
        return _date(name, cell, text)
    if name == "interpreter":
        if fold(text) in _YES | _NO:
            return fold(text) in _YES
        raise Refused([Problem(name, Message(N_("Write yes or no.")))])
    if name == "languages":
        return [_code(name, part) for part in text.replace(";", ",").split(",") if part.strip()]
    return _code(name, text) if name in _CHOICES else text


def _code(name: str, text: str) -> str:
    word = _header(text)
    for choice in _CHOICES[name]:
        if word in (_header(choice.value), _header(choice.title)):
            return choice.value
    known = {choice.value for choice in _CHOICES[name]} | {""}
    code = _WORDS.get(word, word)
    if code not in known:
        raise Refused([Problem(name, Message(N_("“{value}” is not one of the choices."), value=text[:40]))])
    return code


def _date(name: str, cell: Any, text: str) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date) or not text:
        return cell or None
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        raise Refused([Problem(name, Message(N_("This is not a date. Write it as 3.5.2026.")))]) from None


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _header(text: str) -> str:
    return " ".join(fold(text).replace("_", " ").replace("-", " ").replace(".", " ").split())


def _column(text: str) -> str:
    word = _header(text)
    found: Iterable[str] = (name for name, words in COLUMNS.items() if word in words or word == _header(name))
    return next(iter(found), "")
