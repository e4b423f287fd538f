"""How long a client's data is kept: pure functions over a client and dated rules (Act 703/2023; facts.md 6).

Nothing is erased by itself: a person looks at the list and decides.
"""

import tomllib
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from app.i18n import N_, Message
from app.services.clients.codes import SERVICE_TASKS

BASIC = "basic"
"""The rule of everybody's basic data, beside the rule of the service task."""
_YEAR_AHEAD = 366


@dataclass(frozen=True)
class Rule:
    """A rule: for which service task, from which of the client's days, how many years; since when.

    `source` is the number of the act, `address` where it was read.
    """

    task: str
    starts: str
    years: int
    valid_from: date
    source: str
    address: str
    verified: bool

    @property
    def title(self) -> str:
        """The (untranslated) name of what the rule is for."""
        if self.task == BASIC:
            return N_("Basic data after death")
        return next((one.title for one in SERVICE_TASKS if one.value == self.task), self.task)


@dataclass(frozen=True)
class Term:
    """The last day on which a client's data is kept, by which rule, and whether that rule has been verified."""

    on: date
    rule: Rule
    verified: bool

    def has_passed(self, today: date) -> bool:
        """Tell whether the data is kept longer than it may be."""
        return self.on < today

    def is_near(self, today: date) -> bool:
        """Tell whether the time ends within a year, or has."""
        return (self.on - today).days <= _YEAR_AHEAD


@cache
def load() -> tuple[Rule, ...]:
    """Return the rules that come with the program."""
    found = tomllib.loads(files("app.rules").joinpath("retention.toml").read_text(encoding="utf-8"))
    return tuple(Rule(**rule) for rule in found["rule"])


def expires(client: Mapping[str, Any], rules: Iterable[Rule], today: date) -> Term | None:
    """Return until when a client's data is kept; None while the matter is open or no rule fits its service task.

    By the rules in force on `today`. Everything is kept until the longest of them has passed; that of the basic data
    runs from the client's death. The day of the end is counted by the Act on the calculation of time limits (150/1930),
    section 3: a year ends on the day of the same number, or on the last of its month.
    """
    terms = [
        Term(years_after(date.fromisoformat(client[rule.starts]), rule.years), rule, rule.verified)
        for rule in in_force(rules, today)
        if rule.task in (client["service_task"], BASIC) and client[rule.starts]
    ]
    if not any(term.rule.task == client["service_task"] for term in terms):
        return None
    return max(terms, key=lambda term: (term.on, not term.verified))


def in_force(rules: Iterable[Rule], today: date) -> list[Rule]:
    """Return the rules that hold on a day: of each service task the latest that has come into force."""
    latest: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda rule: rule.valid_from):
        if rule.valid_from <= today:
            latest[rule.task] = rule
    return list(latest.values())


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; after 29 February, in a year without one, 28 February."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def unknown(client: Mapping[str, Any]) -> Message | None:
    """Return what is missing before it can be said how long a closed client's data is kept, or None."""
    if client["died_on"] and not client["matter_closed_on"]:
        return Message(N_("The client has died: write the day on which the matter was closed."))
    if client["matter_closed_on"] and not client["service_task"]:
        return Message(N_("Write the service task: it decides how long documents are kept."))
    return None
