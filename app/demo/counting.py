"""What a figure is, and what all of them are counted with: pure functions over rows of JSON values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.record import Row

Rows = Mapping[str, Sequence[Row]]
"""Rows by kind."""
BEGIN, CUT_OFF = "2021-03-01", "2022-11-30"  # L752, L759
SMALL = 5
"""Groups of fewer people are not told outside the team (facts.md 8.2, 7)."""
MONTH = 30.44  # days


@dataclass(frozen=True)
class Figure:
    """One figure: what was counted, out of how many where it is a share, and what the pilot's report says.

    `parts` are the counts that it is made of, by name; `missing` says of how many nothing is known that would count.
    `persons`: the value counts people, so that a small group shows. `held` tells whether it agrees with the report.
    """

    name: str
    title: str
    value: Any
    of: int | None = None
    report: str = ""
    missing: int = 0
    parts: Mapping[str, float] = field(default_factory=dict)
    persons: bool = False
    held: bool = True

    @property
    def share(self) -> str:
        """The share in per cent, empty where there is nothing to divide by."""
        return f"{100 * self.value / self.of:.1f} %" if self.of else ""

    @property
    def small(self) -> bool:
        """Whether it tells of a group of people so small that one could be recognised."""
        counts = [*self.parts.values(), *([self.value] if isinstance(self.value, int) else [])]
        return self.persons and any(0 < count < SMALL for count in counts)

    def text(self, *, outside: bool = False) -> str:
        """Return the figure as it is read; `outside` the team groups that are too small are not told apart."""
        hidden = outside and self.persons

        def count(number: Any) -> str:
            return (
                f"under {SMALL}" if hidden and isinstance(number, int) and 0 < number < SMALL else str(number)
            )

        said = count(self.value)
        if self.of and said == str(self.value):
            said += f" of {self.of} ({self.share})"
        elif self.of:
            said += f" of {self.of}"
        parts = ", ".join(f"{name} {count(number)}" for name, number in self.parts.items())
        return f"{said}: {parts}" if parts else said


def in_pilot(rows: Iterable[Row], field_: str) -> list[Row]:
    """Return the rows whose day lies within the pilot."""
    return [row for row in rows if BEGIN <= (row[field_] or "") <= CUT_OFF]


def clients_of(rows: Iterable[Row]) -> set[str]:
    """Return whose rows these are: each client once, however many rows there are."""
    return {row["client_id"] for row in rows}


def by_client(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each client."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["client_id"], []).append(row)
    return found


def between(begin: str, end: str) -> int:
    """Return the days between two days."""
    return (date.fromisoformat(end) - date.fromisoformat(begin)).days


def age(born: str, on: str) -> int:
    """Return the full years between two days."""
    begin, end = date.fromisoformat(born), date.fromisoformat(on)
    return end.year - begin.year - ((end.month, end.day) < (begin.month, begin.day))


def visits_in_pilot(rows: Rows) -> list[Row]:
    """Return the visits that took place within the pilot."""
    return [visit for visit in in_pilot(rows["support_visit"], "on") if visit["state"] == "done"]


@dataclass(frozen=True)
class Span:
    """A time that a client was in a phase: from a day to the one on which another began; no end for the present one."""

    client_id: str
    phase: str
    level: str
    begin: str
    end: str = "9999-12-31"

    def holds(self, day: str) -> bool:
        """Tell whether what was on a day may belong to it. Its last day does: the meeting at which a phase is changed
        closes the one and opens the other."""
        return self.begin <= day <= self.end


def spans(rows: Rows) -> Iterator[Span]:
    """Give the times of all clients in their phases."""
    for client, changes in by_client(rows["phase_change"]).items():
        ordered = sorted(changes, key=lambda change: (change["on"], change["id"]))
        ends = [*(change["on"] for change in ordered[1:]), "9999-12-31"]
        for change, end in zip(ordered, ends, strict=True):
            yield Span(client, change["phase"], change["level"], change["on"], end)
