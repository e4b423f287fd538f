"""Periods to choose from: the last weeks and months, one's own, and each year in which something happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.i18n import _
from ui.screens.story import Entry


@dataclass(frozen=True)
class Period:
    """A period by its first and last day, each of which may be open; `title` is what is chosen by."""

    key: str
    title: str = ""
    begins: date | None = None
    ends: date | None = None

    def holds(self, day: date | None) -> bool:
        """Tell whether a day lies in it; what has no day lies in the whole time alone."""
        if self.begins is None and self.ends is None:
            return True
        return day is not None and (self.begins or day) <= day <= (self.ends or day)


EVER = Period("ever")
OWN = "own"
"""The key of the period that a person gives by its days."""


def periods(entries: Iterable[Entry], today: date) -> list[Period]:
    """Return the periods to offer for these entries, the whole time first."""
    years = sorted({entry.on.year for entry in entries if entry.on is not None}, reverse=True)
    return [
        Period("ever", _("The whole time")),
        Period("month", _("The last 30 days"), today - timedelta(days=30), today),
        Period("quarter", _("The last 3 months"), today - timedelta(days=91), today),
        Period("year", _("The last 12 months"), today - timedelta(days=365), today),
        Period("ahead", _("From today on"), today),
        Period(OWN, _("From a day to a day")),
        *(Period(str(year), str(year), date(year, 1, 1), date(year, 12, 31)) for year in years),
    ]
