"""What happens around the present day, so that Today has a few things to show: two late, two today, some soon."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from app.demo.people import Person
from app.demo.picks import between, choose
from app.services.coaching.codes import ACTIVE, ASSESSMENT, LIGHT, REFERRAL, SEARCH, SUFFICIENT, SUPPORT

TIMES = ("9:00", "9:30", "10:00", "10:30", "12:15", "13:00", "13:30", "14:15", "15:00")


@dataclass(frozen=True)
class Planned:
    """A visit that has been agreed: working days from today, and when."""

    days: int
    time: str
    place: str = "office"


@dataclass(frozen=True)
class Soon:
    """What is special about one client's coming weeks.

    `contact_in` puts her next contact so many days from today by the rhythm of her level; `review_in` the
    review of her plan.
    """

    planned: tuple[Planned, ...] = ()
    contact_in: int | None = None
    review_in: int | None = None


SOON = {
    "Harri Uusihonko": Soon((Planned(-1, "14:00", "workplace"), Planned(13, "12:30", "workplace"))),
    "Pekka Myllylahti": Soon(contact_in=-4),
    "Mika Hietaranta": Soon((Planned(0, "09:30"),)),
    "Fatuma Hassan Omar": Soon((Planned(0, "13:00", "library"),)),
    "Päivi Ojantausta": Soon((Planned(2, "10:00", "workplace"),)),
    "Toni Leppäluoto": Soon((Planned(4, "13:30"),)),
    "Sami Jokivarsi": Soon((Planned(7, "12:00", "library"),)),
    "Katri Suonsaari": Soon(contact_in=10),
    "Tiina Vuorenpää": Soon(review_in=6),
    "Ahmed Jama Nuur": Soon((Planned(12, "11:00", "workplace"),)),
    "Outi Saarikettu": Soon((Planned(14, "14:30", "library"),)),
    "Irina Guseva": Soon((Planned(12, "10:30"),)),
    "Kaj Nordling": Soon((Planned(16, "09:00"),)),
    "Ann-Sofi Bergroth": Soon((Planned(15, "15:00", "workplace"),)),
    "Jarmo Pietilänaho": Soon((Planned(17, "14:00", "workplace"),)),
}
_FREE = {(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)}
# Days since the last contact, by where the coaching stands: near enough that nothing else falls due soon.
_LAST = {
    LIGHT: (20, 90),
    SUFFICIENT: (12, 45),
    ACTIVE: (4, 11),
    SUPPORT: (5, 9),
    SEARCH: (6, 12),
    ASSESSMENT: (8, 11),
    REFERRAL: (5, 9),
}
RHYTHM = {ACTIVE: relativedelta(months=1), SUFFICIENT: relativedelta(months=3)}


def working_day(day: date, step: int = 1) -> date:
    """Return the day, or the next working day after it (before it with a step of -1)."""
    while day.weekday() > 4 or (day.month, day.day) in _FREE:
        day += timedelta(days=step)
    return day


def working_days_from(day: date, count: int) -> date:
    """Return the day that is so many working days away; the present one counts as the nearest working day."""
    if count < 0:
        day = working_day(day - timedelta(days=1), -1)
        for _ in range(-count - 1):
            day = working_day(day - timedelta(days=1), -1)
        return day
    day = working_day(day)
    for _ in range(count):
        day = working_day(day + timedelta(days=1))
    return day


def soon(person: Person) -> Soon:
    """Return what is special about a client's coming weeks."""
    return SOON.get(person.label, Soon())


def last_contact(person: Person, day: date) -> date:
    """Return the day of the latest contact with somebody who is in the service on `day`."""
    special = soon(person).contact_in
    if special is not None:
        return day + timedelta(days=special) - RHYTHM[person.now]
    least, most = _LAST[person.now]
    return working_day(day - timedelta(days=between(least, most, person.label, "last")), -1)


def time_of(*label: object) -> str:
    """Return an hour at which visits begin."""
    return choose(TIMES, *label).rjust(5, "0")
