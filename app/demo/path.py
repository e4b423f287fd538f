"""One client's way through the service: phases and meetings with their days, from referral to the present day."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from app.demo.agenda import last_contact, soon, time_of, working_day, working_days_from
from app.demo.people import Job, Person, Trial
from app.demo.picks import between, choose
from app.services.coaching.codes import (
    ACTIVE,
    ASSESSMENT,
    ENDED,
    LIGHT,
    MAINTENANCE,
    REFERRAL,
    SEARCH,
    SUFFICIENT,
    SUPPORT,
)

CUT_OFF = date(2022, 11, 30)  # L759
FAR = date.max
PACE = (6, 25)  # days between two meetings of a search, at least and at most
LEVEL_DAYS = {ACTIVE: (29, 33), SUFFICIENT: (80, 90), LIGHT: (172, 182), SEARCH: (20, 25)}


@dataclass(frozen=True)
class Phase:
    """A phase change."""

    on: date
    phase: str
    level: str = ""
    reason: str = ""
    end_reason: str = ""
    onward_path: str = ""


@dataclass(frozen=True)
class Meeting:
    """A meeting; `purpose` says what is written about it, `topics` what it was about."""

    on: date
    purpose: str
    topics: tuple[str, ...]
    place: str = "office"
    minutes: int = 60
    seen: bool = False
    state: str = "done"
    time: str = ""
    industry: str = ""


@dataclass
class Path:
    """A client's phases and meetings, oldest first."""

    person: Person
    day: date
    phases: list[Phase] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    assessed: date = date.min

    def enter(self, on: date, phase: str, reason: str = "", level: str = "") -> None:
        """Add a phase change, on a day of its own."""
        if self.phases and on <= self.phases[-1].on:
            on = self.phases[-1].on + timedelta(days=1)
        self.phases.append(Phase(on, phase, level, reason))

    @property
    def phase(self) -> str:
        """The phase so far."""
        return self.phases[-1].phase if self.phases else ""

    def spans(self, phase: str) -> list[tuple[date, date | None]]:
        """Return when a phase began and ended, each time that it was come into; None for the present one."""
        after = [*(change.on for change in self.phases[1:]), None]
        return [
            (change.on, end)
            for change, end in zip(self.phases, after, strict=True)
            if change.phase == phase and change.on <= self.day
        ]

    @property
    def over(self) -> date:
        """The day on which the service ended, the present one where it goes on."""
        last = self.phases[-1]
        return min(last.on, self.day) if last.phase == ENDED else self.day

    def meet(self, on: date, purpose: str, *topics: str, **how: object) -> None:
        """Add a meeting on the nearest working day."""
        on = working_day(on)
        label = (self.person.label, on, purpose)
        made = Meeting(on, purpose, topics, time=time_of(*label), **how)  # type: ignore[arg-type]
        self.meetings.append(made)


def path(person: Person, day: date) -> Path:
    """Return a client's way up to a day."""
    way = Path(person, day)
    at = _begin(way)
    for stay in person.stays:
        _search(way, at, stay.on)
        left = _trial(way, stay) if isinstance(stay, Trial) else _job(way, stay)
        at = left or FAR
    _afterwards(way, at)
    _plan_ahead(way)
    way.meetings = [meeting for meeting in way.meetings if meeting.state == "planned" or meeting.on <= day]
    way.meetings.sort(key=lambda meeting: (meeting.on, meeting.time))
    return way


def _begin(way: Path) -> date:
    """Referral and initial assessment of two to six meetings (L665); return the day from which work is sought."""
    person = way.person
    way.enter(person.start, REFERRAL, "Ohjattu palveluun.")
    first = person.stays[0].on if person.stays else person.start + timedelta(days=220)
    wait = min(55, max(9, (first - person.start).days // 5)) + between(0, 5, person.label, "wait")
    at = person.start + timedelta(days=wait)
    way.enter(working_day(at), ASSESSMENT, "Asiakas haluaa aloittaa työhönvalmennuksen.")
    count = choose((2, 2, 2, 3, 3, 3, 4, 5, 6), person.label, "assessment")
    gap = min(20, ((first - at).days - 24) // count)
    for number in range(count):
        purpose = "assessment_first" if not number else "assessment"
        purpose = "assessment_last" if number == count - 1 else purpose
        place = choose(("office", "office", "library", "activity", "home", "office"), person.label, number)
        topics = ("plan", "network") if number == 1 else ("plan",)
        way.meet(at, purpose, *topics, place=place, minutes=choose((60, 75, 90), person.label, number))
        at += timedelta(days=gap)
    way.assessed = way.meetings[-1].on
    return way.assessed + timedelta(days=between(2, 6, person.label, "search"))


def _search(way: Path, begin: date, until: date, reason: str = "Kartoitus valmis.") -> None:
    """Job search with a meeting or more a month (L684), up to the day before something begins."""
    person = way.person
    if until - begin < timedelta(days=3):
        return
    if way.phase != SEARCH:
        way.enter(working_day(begin), SEARCH, reason)
    at, label = begin + timedelta(days=min(8, PACE[0])), person.label
    # From about weekly to monthly, by the client (L684-685): who searches closely finds sooner.
    gap = min(PACE[1], max(PACE[0], (until - begin).days // 9))
    while at < until - timedelta(days=12):
        place = choose(("office", "library", "office", "remote", "phone"), label, at)
        if at.month != 7 and (at.month, at.day) < (12, 20):
            way.meet(at, "search", "job_search", place=place, minutes=choose((45, 60, 90), label, at))
        at += timedelta(days=gap + between(0, 2, label, at))
    first = person.jobs and until == person.jobs[0].on and not person.trial
    if first and person.interview:
        way.meet(until - timedelta(days=9), "interview_with", "job_search", place="elsewhere", seen=True)
    elif first:
        way.meet(until - timedelta(days=9), "interview", "job_search", minutes=45)


def _trial(way: Path, trial: Trial) -> date:
    """A work trial, its feedback talk and what follows it; return the day from which work is sought again."""
    person = way.person
    way.enter(trial.on, SUPPORT, f"Työkokeilu alkoi: {trial.employer}.")
    by = {"seen": person.seen, "place": "workplace" if person.seen else "phone", "industry": trial.industry}
    way.meet(trial.on + timedelta(days=5), "trial_first", "travel", **by)
    way.meet(trial.to - timedelta(days=4), "trial_last", "feedback", "employer", **by)
    if trial.continued:
        return FAR
    back = working_day(trial.to + timedelta(days=4))
    way.enter(back, SEARCH, "Työkokeilu päättyi, jatketaan työnetsintää.")
    way.meet(back, "trial_after", "plan", "job_search")
    return back + timedelta(days=14)


def _job(way: Path, job: Job) -> date | None:
    """A job: support at its start, then maintenance; return the day after its end, None while it goes on."""
    person, label = way.person, (way.person.label, job.employer)
    if way.phase != SUPPORT:
        way.enter(job.on, SUPPORT, f"Työsuhde alkoi: {job.employer}.")
    if person.help and job is person.jobs[0]:
        for number in range(between(1, 2, *label)):
            minutes = choose((120, 180, 240, 360, 420), *label, number)
            way.meet(
                job.on + timedelta(days=number * 2),
                "induction",
                "induction",
                "employer",
                place="workplace",
                minutes=minutes,
                seen=True,
                industry=job.industry,
            )
    topic = choose(("tax_card", "kela", "adjusted_benefit", "housing_support", "travel"), *label)
    place = choose(("phone", "library", "office", "home"), *label)
    way.meet(job.on + timedelta(days=10), "start", topic, "psychosocial", place=place, minutes=45)
    over = job.to or FAR
    if over - job.on < timedelta(days=130):
        way.meet(job.on + timedelta(days=36), "work", "psychosocial", place="phone", industry=job.industry)
    else:
        begin = working_day(job.on + timedelta(days=between(43, 62, *label)))
        _maintenance(way, begin, over, job.industry)
    if job.to is None:
        return None
    after = working_day(job.to + timedelta(days=2))
    if not person.end or person.end.on - after > timedelta(days=45):
        way.enter(after, SEARCH, "Työsuhde päättyi.")
    way.meet(after, "job_ended", "job_search")
    return after + timedelta(days=5)


def _maintenance(way: Path, begin: date, over: date, industry: str) -> None:
    """Maintenance on ever lighter levels (L723-731), and closer again where something changes."""
    person, day = way.person, way.day
    stop = min(over, person.end.on if person.end else day)
    steps = [(begin, MAINTENANCE, ACTIVE, "Perehdytys on ohi, työ sujuu.")]
    steps.append(
        (begin + timedelta(days=between(50, 62, person.label)), MAINTENANCE, SUFFICIENT, "Työ vakiintunut.")
    )
    steps.append(
        (begin + timedelta(days=between(140, 170, person.label)), MAINTENANCE, LIGHT, "Tuen tarve vähäinen.")
    )
    if over == FAR and not person.end:
        steps += _closer_again(person.now, day)
    if person.help == "after":
        on = min(begin + timedelta(days=16), CUT_OFF - timedelta(days=6))
        way.meet(on, "employer", "employer", "feedback", place="workplace", seen=True, industry=industry)
    steps = [step for step in steps if step[0] < stop]
    for number, (on, phase, level, reason) in enumerate(steps):
        way.enter(working_day(on), phase, reason, level)
        last = number == len(steps) - 1
        until = stop if last else steps[number + 1][0]
        if last and over == FAR and not person.end:
            until = last_contact(person, day)
        for at in _contacts(until, on, level or SUPPORT, person.label, exact=last and until != stop):
            if at.month == 7 and at != until and level in (SUFFICIENT, LIGHT):
                at = min(at.replace(month=8), until - timedelta(days=1))  # after the holidays
            _contact(way, at, level, industry, last and not level)


def _closer_again(now: str, day: date) -> list[tuple[date, str, str, str]]:
    """Return the step from light maintenance back to where the coaching stands at present."""
    ago = {SUFFICIENT: 120, ACTIVE: 64, SUPPORT: 32}.get(now)
    if ago is None:
        return []
    on = day - timedelta(days=ago)
    if now == SUPPORT:
        return [(on, SUPPORT, "", "Työtehtävät muuttuivat, tarvitaan tiiviimpää tukea.")]
    reason = "Esihenkilö vaihtui." if now == SUFFICIENT else "Tunnit lisääntyivät, seurataan jaksamista."
    return [(on, MAINTENANCE, now, reason)]


def _contacts(until: date, begin: date, level: str, *label: object, exact: bool) -> Iterator[date]:
    """Give the days of contacts back from `until` (itself where `exact`) in the rhythm of the level."""
    least, most = LEVEL_DAYS.get(level, (11, 14))
    at = until if exact else until - timedelta(days=between(6, 12, *label, until))
    while at > begin + timedelta(days=5):
        yield at
        at -= timedelta(days=between(least, most, *label, at))


def _contact(way: Path, at: date, level: str, industry: str, changed: bool) -> None:
    """Add one contact of maintenance: never seen at work within the pilot, where few wanted that (L799-800)."""
    person = way.person
    at_work = person.seen and at > CUT_OFF
    calls = ("phone", "phone", "office", "remote") if level != ACTIVE else ("office", "library", "elsewhere")
    places = ("workplace", "workplace", *calls) if at_work else calls
    if not level:
        places = ("workplace",) if at_work else ("office",)
    place = choose(places, person.label, at)
    purpose = "duties" if changed else "work"
    if purpose == "work" and place == "workplace":
        purpose = choose(("work", "employer"), person.label, at, "purpose")
    topic = choose(
        ("psychosocial", "kela", "feedback", "duties", "plan", "travel"), person.label, at, "topic"
    )
    minutes = choose((15, 20, 30) if place in ("phone", "remote") else (45, 60, 90), person.label, at)
    seen = place == "workplace"
    topics = ("duties", "employer") if changed else (("employer", topic) if seen else (topic,))
    on = working_day(at, -1)
    made = Meeting(
        on, purpose, topics, place, minutes, seen, time=time_of(person.label, at), industry=industry
    )
    way.meetings.append(made)


_WHY_LEFT = ("Asiakas halusi tauon työnhausta.", "Elämäntilanne muuttui, työnhaku ei ole nyt ajankohtainen.")


def _afterwards(way: Path, at: date) -> None:
    """What followed the last job or trial: more search, the end, or an end and a return."""
    person, day = way.person, way.day
    if person.end is not None:
        if at != FAR:
            _search(way, at, person.end.on - timedelta(days=6))
        _end(way, person.end.on, person.end.reason, person.end.path)
    elif at != FAR:
        ended = working_day(CUT_OFF + timedelta(days=between(70, 190, person.label, "pause")))
        _search(way, at, CUT_OFF - timedelta(days=between(0, 20, person.label)))
        _end(way, ended, "own_wish", f"{choose(_WHY_LEFT, person.label)} Voi palata omasta yhteydenotostaan.")
        _return(way, day)


def _end(way: Path, on: date, reason: str, onward: str) -> None:
    way.meet(on, "ending", "plan", place=choose(("office", "elsewhere", "library"), way.person.label))
    way.phases.append(Phase(on, ENDED, "", "Palvelu päättyi.", reason, onward))


def _return(way: Path, day: date) -> None:
    """Somebody came back after years: referral, assessment and search anew in the same relationship."""
    person = way.person
    last = last_contact(person, day)
    days = {REFERRAL: (9, 0, 0), ASSESSMENT: (58, 37, 0), SEARCH: (160, 148, 118)}[person.now]
    on, assessed, searched = (day - timedelta(days=ago) for ago in days)
    way.enter(working_day(on, -1), REFERRAL, "Asiakas otti uudelleen yhteyttä.")
    way.meet(min(on + timedelta(days=2), last), "returning", "plan", place="phone", minutes=30)
    if person.now == REFERRAL:
        return
    way.enter(working_day(assessed, -1), ASSESSMENT, "Päivitetään kartoitus ennen työnhakua.")
    until = last if person.now == ASSESSMENT else searched
    for at in (until - timedelta(days=13), until):
        way.meet(working_day(at, -1), "assessment", "plan", place="office")
    if person.now == SEARCH:
        way.enter(working_day(searched, -1) + timedelta(days=2), SEARCH, "Kartoitus päivitetty.")
        for at in _contacts(last, searched + timedelta(days=6), SEARCH, person.label, exact=True):
            place = choose(("office", "library"), at)
            way.meet(working_day(at, -1), "search", "job_search", place=place)


def _plan_ahead(way: Path) -> None:
    """Add the agreed visits, and here and there one that did not take place."""
    person, day = way.person, way.day
    topic = {SEARCH: "job_search", SUPPORT: "duties"}.get(person.now, "plan")
    for planned in soon(person).planned:
        on = working_days_from(day, planned.days)
        made = Meeting(on, "planned", (topic,), planned.place, 60, False, "planned", planned.time)
        way.meetings.append(made)
    if between(0, 2, person.label, "missed") == 0:
        later = [m for m in way.meetings if m.purpose in ("search", "work") and m.on < day]
        if later:
            instead = choose(later, person.label, "missed which")
            state = choose(("missed", "missed", "cancelled"), person.label)
            before = working_day(instead.on - timedelta(days=6), -1)
            way.meetings.append(
                replace(instead, on=before, state=state, purpose=state, seen=False, place="office")
            )
