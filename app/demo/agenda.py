"""What happens around the present day, so that Today has a few things to show: two late, two today, some soon."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from app.demo.people import Person
from app.demo.picks import between, choose
from app.services.coaching.codes import ACTIVE, ASSESSMENT, LIGHT, REFERRAL, SEARCH, SUFFICIENT, SUPPORT
from app.services.coaching.dates import is_working_day

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
    review of her plan; `disclosure_in`, `support_in`, `search_in` that of those decisions and plans;
    `subsidy_in` the end of a wage subsidy, `consent_in` that of a consent; `interview_in` counts working days.
    """

    planned: tuple[Planned, ...] = ()
    contact_in: int | None = None
    review_in: int | None = None
    disclosure_in: int | None = None
    support_in: int | None = None
    search_in: int | None = None
    subsidy_in: int | None = None
    consent_in: int | None = None
    interview_in: int | None = None


SOON = {
    "Harri Uusihonko": Soon((Planned(-1, "14:00", "workplace"), Planned(13, "12:30", "workplace"))),
    "Pekka Myllylahti": Soon(contact_in=-4),
    "Mika Hietaranta": Soon((Planned(0, "09:30"),)),
    "Fatuma Hassan Omar": Soon((Planned(0, "13:00", "library"),)),
    "Päivi Ojantausta": Soon((Planned(2, "10:00", "workplace"),)),
    "Toni Leppäluoto": Soon((Planned(4, "13:30"),)),
    "Sami Jokivarsi": Soon((Planned(7, "12:00", "library"),), interview_in=3),
    "Katri Suonsaari": Soon(contact_in=10),
    "Tiina Vuorenpää": Soon(review_in=6),
    "Ahmed Jama Nuur": Soon((Planned(12, "11:00", "workplace"),)),
    "Outi Saarikettu": Soon((Planned(14, "14:30", "library"),), search_in=9),
    "Irina Guseva": Soon((Planned(12, "10:30"),)),
    "Kaj Nordling": Soon((Planned(16, "09:00"),), disclosure_in=6),
    "Ann-Sofi Bergroth": Soon((Planned(15, "15:00", "workplace"),), support_in=8),
    "Jarmo Pietilänaho": Soon((Planned(17, "14:00", "workplace"),), subsidy_in=13),
    "Hodan Warsame Ali": Soon(consent_in=11),
}
NOT_COPIED = ("Fatuma Hassan Omar", "Harri Uusihonko")
"""Whose latest visits are not in the official register yet."""
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
    while not is_working_day(day):
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


def copied(on: date, person: Person, day: date) -> date | None:
    """Return when something of a day was copied to the official register: soon after it, but for two clients."""
    if person.label in NOT_COPIED and day - on < timedelta(days=15):
        return None
    return min(day, on + timedelta(days=between(0, 1, person.label, on, "copied")))


def time_of(*label: object) -> str:
    """Return an hour at which visits begin."""
    return choose(TIMES, *label).rjust(5, "0")
