"""The calendar file: read back by its own rules, it carries times, codes and kinds of meetings, and no name."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar import FILE_NAME, calendar
from app.clock import new_id
from app.due import COPY, MEET, Case, DueItem, due
from app.i18n import Message, using_language
from app.services.coaching import codes, rules

LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=120)


def read(text: str) -> list[dict[str, str]]:
    """Read entries back: lines unfolded, values unescaped."""
    entries: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            entries.append({})
        elif entries and name:
            plain = value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
            entries[-1].setdefault(name, plain)
    return entries


def item(**values: Any) -> DueItem:
    blank: dict[str, Any] = {
        "on": date(2026, 11, 24),
        "title": rules.VISIT_AGREED,
        "client_id": new_id(),
        "kind": "support_visit",
        "record_id": new_id(),
    }
    return DueItem(**{**blank, **values})


def test_an_appointment_has_its_time_and_kind_of_place() -> None:
    one = item(act=MEET, time="23:30", minutes=90, place="workplace")
    (entry,) = read(calendar([one], {one.client_id: "Havu"}))
    assert (entry["DTSTART"], entry["DTEND"]) == ("20261124T233000", "20261125T010000")
    assert (entry["SUMMARY"], entry["LOCATION"]) == ("Visit agreed (Havu)", "Workplace")
    assert entry["UID"] == f"support_visit-{one.record_id}@tyopari"


def test_what_has_no_time_is_a_whole_day() -> None:
    (entry,) = read(calendar([item(on=date(2024, 2, 28), record_id=None)]))
    assert (entry["DTSTART;VALUE=DATE"], entry["DTEND;VALUE=DATE"]) == ("20240228", "20240229")


def test_an_appointment_that_moves_keeps_its_name_in_the_calendar() -> None:
    one = item(act=MEET)
    moved = item(act=MEET, record_id=one.record_id, client_id=one.client_id, on=one.on + timedelta(days=2))
    assert read(calendar([one]))[0]["UID"] == read(calendar([moved]))[0]["UID"]


def test_two_questions_about_one_job_are_two_entries() -> None:
    about = new_id()
    both = [item(on=date(2026, m, 1), record_id=None, about=about, kind="job_check") for m in (3, 6)]
    assert len({entry["UID"] for entry in read(calendar(both))}) == 2


def test_copying_is_no_meeting() -> None:
    assert not read(calendar([item(act=COPY, record_id=None)]))


@given(LETTERS)
def test_lines_are_short_and_every_text_comes_back(text: str) -> None:
    made = calendar([item(title=Message("{text}", text=text))], {})
    assert all(len(line.encode()) <= 75 for line in made.split("\r\n"))
    (entry,) = read(made)
    assert entry["SUMMARY"].startswith(text)


@pytest.mark.parametrize("tongue", ["fi", "sv", "en"])
def test_nothing_of_a_name_is_in_the_file(tongue: str) -> None:
    planned = (
        {"id": str(new_id()), "on": "2026-11-25", "start_time": "09:00", "place": "home", "minutes": 60},
    )
    interview = ({"id": str(new_id()), "on": "2026-11-26", "start_time": "10:00", "state": "agreed"},)
    case = Case(
        client_id=new_id(),
        name="Esimerkki Aino",
        code_name="AINO E",
        phase=codes.SEARCH,
        phase_since=date(2026, 10, 1),
        planned=planned,
        rows={"interview": interview},
    )
    with using_language(tongue):
        made = calendar(due([case], date(2026, 11, 24)), {case.client_id: case.code})
    for part in ("aino", "esimerkki"):
        assert part not in made.casefold()
        assert part not in FILE_NAME
    assert made.count("DTSTART:2026112") == 2


@pytest.mark.parametrize(
    ("name", "code_name", "code"),
    [
        ("Esimerkki Aino", "Havu", "Havu"),
        ("Esimerkki Aino", "", "1B2C3D"),
        ("Esimerkki Aino", "Ainokainen", "1B2C3D"),
        ("Esimerkki Aino", "esimerkki", "1B2C3D"),
        ("Havu", "Havu", "Havu"),
    ],
)
def test_a_code_name_that_tells_the_name_is_not_used(name: str, code_name: str, code: str) -> None:
    known = UUID("00000000-0000-4000-8000-0000001b2c3d")
    assert Case(client_id=known, name=name, code_name=code_name).code == code
