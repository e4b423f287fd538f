"""Reckoning with months and working days, as the rhythms of coaching do."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

DAY = timedelta(days=1)
WEEK, TWO_WEEKS, MONTH = "week", "two_weeks", "month"
"""How often visits that are planned in one go follow each other."""
MOST_REPEATED = 26


@lru_cache(maxsize=4096)
def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month. Thousands of clients share few days."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """Return the days, beside weekends, on which offices in Finland are closed.

    The church's feasts that fall on weekdays, New Year, May Day and Independence Day, as the laws name them; and the
    eves of Midsummer and Christmas, on which collective agreements close the offices.
    """
    from dateutil.easter import easter

    sunday = easter(year)
    midsummer = date(year, 6, 20) + DAY * ((5 - date(year, 6, 20).weekday()) % 7)  # the Saturday from 20 June
    moving = {sunday - 2 * DAY, sunday, sunday + DAY, sunday + 39 * DAY, midsummer - DAY, midsummer}
    fixed = ((1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26))
    return frozenset(moving | {date(year, month, day) for month, day in fixed})


def is_working_day(day: date) -> bool:
    """Tell whether an office is open on a day."""
    return day.weekday() < 5 and day not in holidays(day.year)


def working_day(day: date) -> date:
    """Return the day itself, or the next one on which an office is open."""
    while not is_working_day(day):
        day += DAY
    return day


def repeated(first: date, every: str, count: int) -> list[date]:
    """Return the days of visits that are planned in one go: the first as chosen, the others on working days.

    Each is counted from the first day, so that a holiday moves one visit and not those after it, and the 31st is the
    31st again after a shorter month. Raises ValueError for an unknown rhythm or an impossible count.
    """
    if every not in (WEEK, TWO_WEEKS, MONTH) or not 1 <= count <= MOST_REPEATED:
        raise ValueError((every, count))
    return [first, *(working_day(day) for day in _following(first, every, count))]


def _following(first: date, every: str, count: int) -> Iterator[date]:
    for number in range(1, count):
        if every == MONTH:
            yield months_after(first, number)
        else:
            yield first + timedelta(weeks=number * (2 if every == TWO_WEEKS else 1))
