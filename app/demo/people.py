"""The invented people of the demonstration, read from `people.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

COACHES = (("satu", "Satu Virtasalmi"), ("janne", "Janne Ketomäki"))
"""User name and name of the two job coaches, by their number in the file less one."""


@dataclass(frozen=True)
class Job:
    """A job of the pilot's time."""

    employer: str
    title: str
    industry: str
    on: date
    contract: str
    hours: float
    wage: float
    found: str
    to: date | None = None
    why: str = ""
    subsidy: date | None = None


@dataclass(frozen=True)
class Trial:
    """A work trial of about two months (L694)."""

    employer: str
    title: str
    industry: str
    on: date
    to: date
    continued: bool = False


@dataclass(frozen=True)
class End:
    """How the service ended."""

    on: date
    reason: str
    path: str


@dataclass(frozen=True)
class Person:
    """A client: what the file says of her. `now` is where her coaching stands at present."""

    name: tuple[str, str]
    born: date
    coach: int
    start: date
    unemployed: date
    source: str
    now: str
    wish: str
    need: str
    dream: str
    strengths: str
    avoid: str
    hours: str
    shift: str
    area: str
    goals: tuple[Any, ...]
    languages: tuple[str, ...] = ("fi",)
    interpreter: bool = False
    seen: bool = False
    help: str = ""
    interview: bool = False
    jobs: tuple[Job, ...] = ()
    trial: Trial | None = None
    end: End | None = None

    @property
    def label(self) -> str:
        """What her choices hang on."""
        return " ".join(self.name)

    @property
    def swedish(self) -> bool:
        """Whether her notes are in Swedish."""
        return self.languages[0] == "sv"

    @property
    def stays(self) -> tuple["Trial | Job", ...]:
        """Her trial and jobs in the order of time."""
        trial = (self.trial,) if self.trial else ()
        return tuple(sorted((*trial, *self.jobs), key=lambda stay: stay.on))

    @property
    def industry(self) -> str:
        """The industry that she looks for work in."""
        return self.stays[0].industry if self.stays else "S"


@cache
def people() -> tuple[Person, ...]:
    """Return the 42 people in the order in which they came."""
    return tuple(_person(entry) for entry in data("people")["person"])


@cache
def data(name: str) -> dict[str, Any]:
    """Return the content of one of the package's files."""
    return tomllib.loads(files("app.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _person(entry: dict[str, Any]) -> Person:
    values = {
        **entry,
        "name": tuple(entry["name"]),
        "languages": tuple(entry.get("languages", ["fi"])),
        "goals": tuple(entry["goals"]),
        "jobs": tuple(Job(**job) for job in entry.get("jobs", ())),
        "trial": Trial(**entry["trial"]) if "trial" in entry else None,
        "end": End(**entry["end"]) if "end" in entry else None,
    }
    return Person(**values)
