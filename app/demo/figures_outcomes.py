"""Figures of the clients and what came of the coaching: sources, ages, jobs, trials, ends (A3, A5-A15, A27, A28)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from app.demo.counting import CUT_OFF, Figure, Rows, age, between, clients_of, in_pilot
from app.record import Row

SOURCES = {
    "rehabilitative_work",
    "coaching_queue",
    "coordinators",
    "work_ability_check",
    "psychosis",
    "employment_services",
    "social_rehabilitation",
}
"""The seven that the report names (L742-745)."""
END_REASONS = {"other_service", "health", "moved", "studies"}  # L732-734
FIELDS = {"Q", "I", "N"}  # care, restaurants, property (L756)
_YEAR = 365.25
_CLASSES = (
    ("under 1 year", 1),
    ("1–2 years", 2),
    ("2–5 years", 5),
    ("5–10 years", 10),
    ("over 10 years", 200),
)


def outcomes(rows: Rows) -> Iterator[Figure]:
    """Give the figures of the clients and of what came of the coaching."""
    begun = in_pilot(rows["coaching_relationship"], "started_on")
    jobs, trials = in_pilot(rows["employment"], "started_on"), in_pilot(rows["work_trial"], "started_on")
    yield from _clients(rows, begun)
    yield from _work(rows, jobs, trials, clients_of(begun))
    yield from _ends(rows, begun)


def _clients(rows: Rows, begun: Sequence[Row]) -> Iterator[Figure]:
    count = len(clients_of(begun))
    sources = Counter(row["referral_source"] for row in begun)
    unknown = sources.pop("", 0)
    days = sorted(row["started_on"] for row in begun)
    direct = len(clients_of(row for row in begun if row["referral_source"] == "rehabilitative_work"))
    span = f"{days[0][:7]} – {days[-1][:7]}" if days else ""
    yield Figure("A3", "Clients in the project", count, report="42", persons=True)
    yield Figure(
        "A5",
        "Came from rehabilitative work activity",
        direct,
        count,
        "25 of 42",
        missing=unknown,
        persons=True,
    )
    yield Figure(
        "A6",
        "Sources of referral",
        len(sources),
        report="seven named, without counts",
        parts=dict(sources.most_common()),
        missing=unknown,
        persons=True,
        held=set(sources) == SOURCES,
    )
    yield Figure("A7", "First and last start", span, report="2021-03 – 2022-06")
    yield _unemployment(rows, begun)


def _unemployment(rows: Rows, begun: Sequence[Row]) -> Figure:
    """Count how long the clients had been unemployed when they came."""
    since = {row["id"]: row["unemployed_since"] for row in rows["client"]}
    years = [
        between(since[row["client_id"]], row["started_on"]) / _YEAR
        for row in begun
        if since.get(row["client_id"])
    ]
    classes: dict[str, float] = {}
    least = 0
    for title, most in _CLASSES:
        classes[title] = sum(least <= one < most for one in years)
        least = most
    if not years:
        return Figure("A9", "Unemployed before", "", missing=len(begun), held=False)
    shortest, longest = min(years), max(years)
    return Figure(
        "A9",
        "Unemployed before",
        f"{shortest * 12:.0f} months – {longest:.0f} years",
        report="from a few months to decades",
        parts=classes,
        missing=len(begun) - len(years),
        persons=True,
        held=shortest < 1 and longest >= 20,
    )


def _work(rows: Rows, jobs: Sequence[Row], trials: Sequence[Row], members: set[str]) -> Iterator[Figure]:
    """Give employment, trials and both together, always told apart (facts.md 8.2, 5)."""
    born = {row["id"]: row["born_on"] for row in rows["client"]}
    known = [job for job in jobs if born.get(job["client_id"])]
    ages = [age(born[job["client_id"]], job["started_on"]) for job in known]
    employed, tried = clients_of(jobs) & members, clients_of(trials) & members
    either, count = employed | tried, len(members)
    industries = Counter(job["industry"] for job in jobs)
    unknown = industries.pop("", 0)
    yield Figure(
        "A8",
        "Age of the employed when the job began",
        f"{min(ages)}–{max(ages)}" if ages else "",
        report="23–63",
        missing=len(clients_of(jobs) - clients_of(known)),
    )
    yield Figure(
        "A10",
        "Employed or in a work trial",
        len(either),
        count,
        "79 %",
        parts={
            "employed without a trial": len(employed - tried),
            "both": len(employed & tried),
            "trial only": len(tried - employed),
        },
        persons=True,
        held=round(100 * len(either) / max(1, count)) == 79,
    )
    yield Figure("A11", "Jobs (not persons)", len(jobs), report="30")
    yield Figure("A12", "Persons employed", len(employed), count, "27", persons=True)
    yield Figure("A13", "In a work trial only", len(tried - employed), count, "6 (33 less 27)", persons=True)
    yield Figure(
        "A15",
        "Industries of the jobs",
        len(industries),
        report="most in care, restaurants and property",
        parts=dict(industries.most_common()),
        missing=unknown,
        held=_commonest(industries) == FIELDS,
    )


def _commonest(industries: Counter[str]) -> set[str]:
    """Return the three commonest industries; more where the third place is shared, since nobody is third alone then."""
    counts = sorted(industries.values(), reverse=True)
    least = counts[2] if len(counts) > 2 else 0
    return {name for name, count in industries.items() if count >= least}


def ends(rows: Rows) -> list[Row]:
    """Return the ends of service within the pilot."""
    return [change for change in in_pilot(rows["phase_change"], "on") if change["phase"] == "ended"]


def _ends(rows: Rows, begun: Sequence[Row]) -> Iterator[Figure]:
    over, members = ends(rows), clients_of(begun)
    reasons = Counter(change["end_reason"] for change in over)
    unknown = reasons.pop("", 0)
    decided = clients_of(row for row in begun if row["decided_by_shl17"])
    queue = clients_of(row for row in begun if row["referral_source"] == "coaching_queue")
    yield Figure(
        "A27",
        f"Service ended by {CUT_OFF}",
        len(clients_of(over) & members),
        len(members),
        "a few: other service, health, moved, studies",
        parts=dict(sorted(reasons.items())),
        missing=unknown,
        persons=True,
        held=_few(len(clients_of(over)), len(members)) and set(reasons) == END_REASONS,
    )
    yield Figure(
        "A28",
        "Decision by section 17, of those from the queue",
        len(decided & queue),
        len(queue),
        "for those from the queue alone",
        parts={"of the others": len(decided - queue)},
        persons=True,
        held=decided == queue and bool(queue),
    )


def _few(count: int, of: int) -> bool:
    """Tell whether a count is what the report calls a few: more than one, at most a sixth."""
    return 1 < count <= of / 6


def few(people: Iterable[str], of: Iterable[str]) -> bool:
    """Tell whether people are a few of others."""
    return _few(len(set(people)), len(set(of)))
