"""Reckoning with months, as the rhythms of coaching do."""

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=4096)
def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month. Thousands of clients share few days."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
