"""The pilot's figures counted from the records (facts.md 8.1): pure functions over rows of JSON values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import Any

from app.record import Row

Rows = Mapping[str, Sequence[Row]]
"""Rows by kind."""
KINDS = (
    "client",
    "coaching_relationship",
    "phase_change",
    "support_visit",
    "employment",
    "work_trial",
    "career_plan",
)
BEGIN, CUT_OFF = "2021-03-01", "2022-11-30"  # L752, L759


@dataclass(frozen=True)
class Figure:
    """One figure: what was counted, out of how many where it is a share, and what the pilot's report says.

    `held` tells whether the two agree.
    """

    name: str
    title: str
    value: Any
    of: int | None = None
    report: str = ""
    held: bool = True

    @property
    def share(self) -> str:
        """The share in per cent, empty where there is nothing to divide by."""
        return f"{100 * self.value / self.of:.1f} %" if self.of else ""


def in_pilot(rows: Iterable[Row], field: str) -> list[Row]:
    """Return the rows whose day lies within the pilot."""
    return [row for row in rows if BEGIN <= (row[field] or "") <= CUT_OFF]


def clients_of(rows: Iterable[Row]) -> set[str]:
    """Return whose rows these are."""
    return {row["client_id"] for row in rows}


def age(born: str, on: str) -> int:
    """Return the full years between two days."""
    begin, end = date.fromisoformat(born), date.fromisoformat(on)
    return end.year - begin.year - ((end.month, end.day) < (begin.month, begin.day))


EXACT: dict[str, Any] = {
    "A3": 42,
    "A5": 25,
    "A7": "2021-03 – 2022-06",
    "A8": "23–63",
    "A10": 33,
    "A11": 30,
    "A12": 27,
    "A13": 6,
    "A17": "2–6",
    "A24": 13,
    "A25": 5,
}
"""What the pilot's report says in exact numbers (A13 and the count of A10 follow from the others)."""


def figures(rows: Rows) -> list[Figure]:
    """Return the figures of the pilot, in the order of facts.md."""
    return [
        replace(figure, held=figure.value == EXACT.get(figure.name, figure.value))
        for figure in _counted(rows)
    ]


def _counted(rows: Rows) -> list[Figure]:
    begun = in_pilot(rows["coaching_relationship"], "started_on")
    jobs, trials = in_pilot(rows["employment"], "started_on"), in_pilot(rows["work_trial"], "started_on")
    members = clients_of(begun)
    sources = Counter(row["referral_source"] for row in begun)
    days = sorted(row["started_on"] for row in begun)
    born = {row["id"]: row["born_on"] for row in rows["client"]}
    ages = [age(born[job["client_id"]], job["started_on"]) for job in jobs]
    employed, tried = clients_of(jobs), clients_of(trials)
    count = len(members)
    return [
        Figure("A3", "Clients in the project", count, report="42"),
        Figure(
            "A5", "Came from rehabilitative work activity", sources["rehabilitative_work"], count, "25 of 42"
        ),
        Figure("A6", "Sources of the others", _sources(sources), report="six other sources"),
        Figure("A7", "First and last start", f"{days[0][:7]} – {days[-1][:7]}", report="2021-03 – 2022-06"),
        Figure("A8", "Age of the employed", f"{min(ages)}–{max(ages)}", report="23–63"),
        Figure("A10", "Employed or in a work trial", len(employed | tried), count, "79 %"),
        Figure("A11", "Jobs", len(jobs), report="30"),
        Figure("A12", "Persons employed", len(employed), count, "27"),
        Figure("A13", "In a work trial only", len(tried - employed), count, "6"),
        Figure("A15", "Commonest industries", _industries(jobs), report="care, restaurant, property"),
        *_of_meetings(rows, jobs),
        *_of_ends(rows, begun, trials),
    ]


def _sources(sources: Counter[str]) -> str:
    others = [(name, n) for name, n in sources.most_common() if name != "rehabilitative_work"]
    return ", ".join(f"{name} {n}" for name, n in others)


def _industries(jobs: Iterable[Row]) -> str:
    return ", ".join(f"{name} {n}" for name, n in Counter(job["industry"] for job in jobs).most_common(3))


def visits_in_pilot(rows: Rows) -> list[Row]:
    """Return the visits that took place within the pilot."""
    return [visit for visit in in_pilot(rows["support_visit"], "on") if visit["state"] == "done"]


def assessment_meetings(rows: Rows) -> dict[str, int]:
    """Return how many meetings each client's first initial assessment took."""
    counts: dict[str, int] = {}
    for client, changes in _by_client(rows["phase_change"]).items():
        days = sorted((change["on"], change["phase"]) for change in changes)
        begin = next(on for on, phase in days if phase == "assessment")
        end = next(on for on, phase in days if on > begin)
        counts[client] = sum(
            visit["client_id"] == client and begin <= visit["on"] < end for visit in visits_in_pilot(rows)
        )
    return counts


def supported_at_start(rows: Rows) -> set[str]:
    """Return who was supported in induction at the workplace (L711-713, L799)."""
    return clients_of(
        v for v in visits_in_pilot(rows) if "induction" in v["topics"] and v["place"] == "workplace"
    )


def supported_after(rows: Rows, jobs: Iterable[Row]) -> set[str]:
    """Return who was supported at the workplace after induction (L800)."""
    starts: dict[str, str] = {}
    for job in jobs:
        starts[job["client_id"]] = min(job["started_on"], starts.get(job["client_id"], "9999"))
    return clients_of(
        visit
        for visit in visits_in_pilot(rows)
        if visit["place"] == "workplace"
        and "induction" not in visit["topics"]
        and visit["on"] > starts.get(visit["client_id"], "9999")
    )


def _of_meetings(rows: Rows, jobs: Sequence[Row]) -> list[Figure]:
    meetings = assessment_meetings(rows).values()
    with_coach = clients_of(
        visit
        for visit in visits_in_pilot(rows)
        if visit["seen_by_employer"] and "job_search" in visit["topics"]
    )
    least, most = min(meetings), max(meetings)
    return [
        Figure("A17", "Meetings of an initial assessment", f"{least}–{most}", report="2–6"),
        Figure("A24", "Supported in induction at the workplace", len(supported_at_start(rows)), report="13"),
        Figure("A25", "Supported at the workplace after it", len(supported_after(rows, jobs)), report="5"),
        Figure("A26", "Took the coach to an interview", len(with_coach), report="a few"),
    ]


def trial_days(trials: Iterable[Row]) -> list[int]:
    """Return how many days each ended trial took."""
    return [
        (date.fromisoformat(trial["ended_on"]) - date.fromisoformat(trial["started_on"])).days + 1
        for trial in trials
        if trial["ended_on"]
    ]


def ends(rows: Rows) -> list[Row]:
    """Return the ends of service within the pilot."""
    return [change for change in in_pilot(rows["phase_change"], "on") if change["phase"] == "ended"]


def _of_ends(rows: Rows, begun: Sequence[Row], trials: Sequence[Row]) -> list[Figure]:
    over = ends(rows)
    reasons = Counter(change["end_reason"] for change in over)
    said = ", ".join(f"{name} {n}" for name, n in sorted(reasons.items()))
    decided = [row for row in begun if row["decided_by_shl17"]]
    queue = sum(row["referral_source"] == "coaching_queue" for row in begun)
    return [
        Figure(
            "A20", "Median length of a work trial, days", median(trial_days(trials)), report="about 2 months"
        ),
        Figure("A27", "Services ended by the cut-off", len(over), len(clients_of(begun)), "a few"),
        Figure("A27b", "Reasons of those ends", said, report="other service, health, moved, studies"),
        Figure(
            "A28",
            "Decisions by section 17, of those from the queue",
            len(decided),
            queue,
            "only from the queue",
        ),
    ]


def _by_client(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["client_id"], []).append(row)
    return found
