"""What is written after each meeting: put together from `sentences.toml`, so that no two notes are alike."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from app.demo.path import Meeting
from app.demo.people import Person, data
from app.demo.picks import Supply, between, number

# What a note is put together from, by the purpose of the meeting: one list of alternatives for each sentence.
# A name with a dot is a list by industry.
_RECIPES: dict[str, tuple[tuple[str, ...], ...]] = {
    "assessment_first": (("assessment_first",), ("assessment",)),
    "assessment": (("assessment",), ("assessment",)),
    "assessment_last": (("assessment",), ("assessment_last",)),
    "search": (("applied",), ("search",), ("search", "psychosocial", "", "")),
    "interview": (("interview",), ("search",)),
    "interview_with": (("interview_with",), ("psychosocial", "")),
    "trial_first": (("trial_first",), ("trial_first", "psychosocial")),
    "trial_last": (("trial_last",), ("trial_last", "psychosocial")),
    "trial_after": (("trial_after",), ("search",)),
    "induction": (("induction.",), ("induction.", "")),
    "start": (("topic",), ("psychosocial",)),
    "work": (("work.", "maintenance"), ("maintenance", "topic"), ("psychosocial", "", "")),
    "employer": (("employer",), ("work.",)),
    "duties": (("duties",), ("work.", "psychosocial")),
    "job_ended": (("job_ended",), ("search",)),
    "ending": (("ending",),),
    "returning": (("returning",), ("psychosocial",)),
    "missed": (("missed",),),
    "cancelled": (("cancelled",),),
    "planned": (),
}
_SWEDISH = {
    "maintenance": "work",
    "topic": "start",
    "job_ended": "trial_after",
    "interview_with": "interview",
}
# What is only said in its season: parts of words, and the months.
_SEASONS: tuple[tuple[tuple[str, ...], frozenset[int]], ...] = (
    (("lumity", "liuka", "Talvella"), frozenset({11, 12, 1, 2, 3})),
    (("oulun vuorot", "julfest"), frozenset({1, 12})),
    (("helteet", "kuumuudesta", "heinäkuu", "Kesäloma", "Sommaren", "sommararbet"), frozenset({5, 6, 7, 8})),
    (("hiekanpoisto", "keväällä"), frozenset({2, 3, 4, 5})),
    (("Loma teki",), frozenset({1, 3, 8, 9})),
    (("koulunalku", "syksyllä"), frozenset({8, 9, 10})),
)
# What is only said of a place, and what not of a call.
_AT = (
    (("kirjaston tapaamistilassa",), ("library",)),
    (("Tavattiin asumisyksikössä",), ("home",)),
    (("tutussa paikassa työtoiminnan",), ("activity",)),
    (("toimistolla",), ("office",)),
    (("Puhelu oli lyhyt", "kort samtal"), ("phone",)),
)
_FACE_TO_FACE = ("vieressä", "istuin", "viemässä", "Kuva CV", "Piirrettiin", "kahvilla", "satt bredvid")
_NEXT = {
    **dict.fromkeys(("assessment_first", "assessment", "assessment_last", "returning"), "assessment"),
    **dict.fromkeys(("search", "interview", "interview_with", "trial_after", "job_ended"), "job_search"),
    **dict.fromkeys(("work", "employer"), "maintenance"),
}
_AT_WORK = ("work", "employer", "duties", "start", "induction")
_OF_WORK = (
    "palkka tuntuu",
    "työvuor",
    "työpäiv",
    "työssä käynti",
    "hyvä työssään",
    "vapaapäiv",
    "poissa vain",
)
_BEGAN = ("työn alkamisesta", "työ alkoi")
_PENSION = ("ansaintaraja",)
_OLDER = ("työuran lopulla",)
_TOPICS = ("tax_card", "kela", "adjusted_benefit", "housing_support", "travel", "plan", "network")


@dataclass
class Writer:
    """Writes the whole caseload's notes and uses every sentence evenly; remembers what each client has had."""

    supplies: dict[str, Supply[Any]] = field(default_factory=dict)
    had: dict[str, set[str]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    applied: dict[tuple[str, date], tuple[str, str, str]] = field(default_factory=dict)
    """What a note says was applied for, by client and day: job, employer, and the sentence."""

    def note(self, person: Person, meeting: Meeting) -> str:
        """Return the note of a meeting that has taken place or was missed; empty for a planned one."""
        said: list[str] = []
        for place, ways in enumerate(_RECIPES[meeting.purpose]):
            way = ways[number(person.label, meeting.on, place) % len(ways)]
            sentence = self._take(person, meeting, way) if way else ""
            if sentence and sentence not in said:
                said.append(sentence)
        if meeting.purpose == "ending" and person.end and meeting.on == person.end.on:
            said.append(person.end.path)
        if " ".join(said) in self.written and meeting.state == "done":
            said.append(self._take(person, meeting, "psychosocial"))
        self.written.add(" ".join(said))
        return " ".join(said)

    def next_steps(self, person: Person, meeting: Meeting) -> str:
        """Return what was agreed to do next, for about two meetings in three."""
        if meeting.state != "done" or meeting.purpose in ("ending", "planned"):
            return ""
        if between(0, 2, person.label, meeting.on, "next") == 0:
            return ""
        kind = _NEXT.get(meeting.purpose, "support")
        if person.swedish:
            return self.sentence("sv", "next_work" if meeting.purpose in _AT_WORK else "next_search")
        return self.sentence("fi", "next", kind)

    def sentence(self, name: str, *names: str) -> str:
        """Return the next sentence of a list, such as `profile`, `interests`."""
        return str(self._supply(".".join((name, *names))).take())

    def piece(self, name: str, *names: str) -> Any:
        """Return the next piece of a list whose pieces have parts."""
        return self._supply(".".join((name, *names))).take()

    def _take(self, person: Person, meeting: Meeting, way: str) -> str:
        name = self._list(person, meeting, way)
        had = self.had.setdefault(person.label, set())
        supply = self._supply(name)
        sentence = supply.take(had, {one for one in supply.options if not _fits(one, person, meeting)})
        had.add(sentence)
        return self._applied(person, meeting, sentence) if way == "applied" else sentence

    def _list(self, person: Person, meeting: Meeting, way: str) -> str:
        if person.swedish:
            if way == "topic" and meeting.purpose != "start":
                return "sv.psychosocial"
            way = _SWEDISH.get(way.rstrip("."), way.rstrip("."))
            return f"sv.{way}"
        if way == "topic":
            topics = [topic for topic in meeting.topics if topic in _TOPICS]
            return f"fi.{topics[0]}" if topics else "fi.psychosocial"
        return f"fi.{way}{meeting.industry or person.industry}" if way.endswith(".") else f"fi.{way}"

    def opening(self, person: Person) -> tuple[str, str]:
        """Return a job and an employer that a client could apply to."""
        field_ = "sv" if person.swedish else person.industry
        return self.sentence("openings", field_), self.sentence("openings", "places", field_)

    def _applied(self, person: Person, meeting: Meeting, sentence: str) -> str:
        title, employer = self.opening(person)
        self.applied[person.label, meeting.on] = (title, employer, sentence)
        return sentence.format(title=title, title_small=title[0].lower() + title[1:], employer=employer)

    def _supply(self, name: str) -> Supply[Any]:
        if name not in self.supplies:
            top, *rest = name.split(".")
            found: Any = next(data(file) for file in ("profiles", "sentences", "texts") if top in data(file))
            for part in (top, *rest):
                found = found[part]
            options = [tuple(one) if isinstance(one, list) else one for one in found]
            self.supplies[name] = Supply(options, name)
        return self.supplies[name]


@lru_cache(maxsize=4096)
def _marks(sentence: str) -> frozenset[tuple[str, ...]]:
    """Return which of the words that only fit sometimes a sentence says; each sentence is asked about often."""
    text = sentence.casefold()
    lists = [words for words, _ in (*_SEASONS, *_AT)] + [_FACE_TO_FACE, _OF_WORK, _BEGAN, _PENSION, _OLDER]
    return frozenset(words for words in lists if any(word.casefold() in text for word in words))


def _fits(sentence: str, person: Person, meeting: Meeting) -> bool:
    """Tell whether a sentence may be said of a meeting: of its season, its place and the one who was met."""
    marks = _marks(sentence)
    if not marks:
        return True
    unfit = {words for words, months in _SEASONS if meeting.on.month not in months}
    unfit |= {words for words, places in _AT if meeting.place not in places}
    if meeting.purpose not in _AT_WORK:
        unfit.add(_OF_WORK)
    if meeting.purpose != "start":
        unfit.add(_BEGAN)
    if person.source != "coaching_queue":
        unfit.add(_PENSION)
    if person.born.year >= 1967:
        unfit.add(_OLDER)
    if meeting.place in ("phone", "remote"):
        unfit.add(_FACE_TO_FACE)
    return not marks & unfit
