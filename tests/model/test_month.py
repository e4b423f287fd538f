"""Weeks of a whole team's work: the books grow by what is written, nobody drifts apart, and no exchange gets slower."""

from pathlib import Path
from statistics import median

import pytest

from tests.model.month import Month

SLOWER = 3.0
"""How much longer an exchange may take at the end than at the beginning: it costs what changed, not what there is."""
MORE_MEMORY = 1.5


def _live(month: Month, days: int, weekly: int) -> None:
    for number in range(1, days + 1):
        month.day()
        print(month.told())
        if number % weekly == 0 or number == days:
            month.check()
    first, last = month.days[1].syncs, month.days[-1].syncs
    assert median(last) <= SLOWER * median(first)


def test_a_week_of_a_small_team(tmp_path: Path) -> None:
    month = Month(tmp_path / "month", team=10)
    try:
        _live(month, days=5, weekly=5)
    finally:
        month.close()


@pytest.mark.soak
def test_a_month_of_two_hundred(tmp_path: Path, postgres_url: str) -> None:
    month = Month(tmp_path / "month", team=200, url=postgres_url)
    try:
        _live(month, days=30, weekly=7)
        assert month.days[-1].memory <= MORE_MEMORY * month.days[6].memory
    finally:
        month.close()
