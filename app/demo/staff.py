"""What belongs to nobody's client: working time, meetings with partners, targets, the survey, a coach's phrases."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from app.demo.agenda import working_day
from app.demo.beginning import make
from app.demo.notes import Writer
from app.demo.path import CUT_OFF
from app.demo.people import COACHES, data
from app.demo.picks import choose
from app.record import Record
from app.services.coaching.dates import is_working_day

BEGUN = date(2020, 12, 1)
"""When the coaches began: the pilot was prepared from then on (L624-632)."""
FIRST_CLIENTS = date(2021, 3, 1)
_DAY_MINUTES = 435  # 7 h 15 min, of which 80 % with clients and 20 % development (L618)
_RECENT = timedelta(weeks=8)
INVITED = 40
"""Who was in the service in spring 2022, when the survey was made (L774-776)."""
SURVEY = "Työhönvalmennuksen asiakaskysely, kevät 2022"
_ANSWERS = (("5", 12, "very"), ("4", 8, "satisfied"), ("3", 1, "neither"))


def employment() -> dict[str, Any]:
    """Return what the centre knows of each coach's employment."""
    return {"employed_from": BEGUN.isoformat(), "employed_to": None, "percent": 100}


def of_coach(coach: int, day: date, writer: Writer) -> list[Record]:
    """Return what a coach (1 or 2) writes for herself: working time, phrases, and the first one the meetings."""
    records = [*_time(coach, day, writer), *_phrases(coach, writer)]
    return records + list(_meetings(writer)) if coach == 1 else records


def _time(coach: int, day: date, writer: Writer) -> Iterator[Record]:
    """Give the working time of the pilot and of the last weeks, week by week, some weeks on holiday."""
    monday = BEGUN - timedelta(days=BEGUN.weekday())
    while monday <= day:
        days = [monday + timedelta(days=number) for number in range(5)]
        in_pilot = days[0] >= BEGUN and days[-1] <= CUT_OFF
        recent = day - _RECENT < days[0] and days[-1] < day
        if (in_pilot or recent) and not _away(coach, monday):
            yield from _week(coach, [one for one in days if is_working_day(one)], writer)
        monday += timedelta(days=7)


def _away(coach: int, monday: date) -> bool:
    first = 27 if coach == 1 else 29  # four weeks in summer, one after the other
    week = monday.isocalendar().week
    return first <= week < first + 4 or week in ((52, 53) if coach == 1 else (51, 1))


def _week(coach: int, days: list[date], writer: Writer) -> Iterator[Record]:
    """Give one week: development on two of its days, a fifth of the whole, the rest with clients."""
    develops = len(days) * _DAY_MINUTES // 5
    longer = choose(days, coach, days[0])
    shorter = days[(days.index(longer) + 2) % len(days)]
    for on in days:
        share = (develops - develops // 3 if on == longer else 0) + (develops // 3 if on == shorter else 0)
        yield make("time_entry", {"on": on, "activity": "client", "minutes": _DAY_MINUTES - share})
        if share:
            note = writer.sentence("staff", "development")
            yield make("time_entry", {"on": on, "activity": "development", "minutes": share, "note": note})


def _phrases(coach: int, writer: Writer) -> Iterator[Record]:
    every = data("texts")["staff"]["phrases"]
    for name, text in every[:5] if coach == 1 else every[2:]:
        yield make("phrase", {"name": name, "text": text})


def _meetings(writer: Writer) -> Iterator[Record]:
    """Give the meetings with the coaches of rehabilitative work activity: two a month, later one (L629-632).

    July is free; the two of August make up for it.
    """
    month = BEGUN
    while month <= CUT_OFF:
        twice = month < FIRST_CLIENTS or month.month == 8
        for day in () if month.month == 7 else (5, 19) if twice else (12,):
            yield make(
                "partner_meeting",
                {
                    "on": working_day(month.replace(day=day)),
                    "partner": "rehabilitative_work",
                    "minutes": 90 if twice else 60,
                    "participants": writer.sentence("staff", "participants"),
                    "topics": writer.sentence("staff", "meeting_topics"),
                    "agreed": writer.sentence("staff", "meeting_agreed"),
                },
            )
        month = (month + timedelta(days=32)).replace(day=1)


def targets() -> list[Record]:
    """Return what the pilot aimed at: clients, those of them employed (L217, L279-282), working time (L618)."""
    period = {"begins": BEGUN, "ends": CUT_OFF, "source": "Hankesuunnitelma"}
    aims = (("clients", 40, 50), ("employed_share", 50, 70), ("client_work_share", 80, 80))
    return [
        make("target", {"indicator": name, "lowest": lowest, "highest": highest, **period})
        for name, lowest, highest in aims
    ]


def survey(writer: Writer) -> list[Record]:
    """Return the survey and its answers: none of them tells who answered."""
    made = [
        make(
            "survey_round",
            {"name": SURVEY, "begins": date(2022, 4, 25), "ends": date(2022, 5, 20), "invited": INVITED},
        )
    ]
    for satisfaction, count, words in _ANSWERS:
        made += [
            make(
                "survey_answer",
                {
                    "round_name": SURVEY,
                    "satisfaction": satisfaction,
                    "words": writer.sentence("survey", words),
                },
            )
            for _number in range(count)
        ]
    return made


def usernames() -> list[str]:
    """Return the coaches' user names, in their order."""
    return [username for username, _name in COACHES]
