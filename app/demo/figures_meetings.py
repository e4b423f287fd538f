"""Figures of meetings, applications, trials, support and plans (A17-A26, A32)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import fmean, median

from app.demo.counting import (
    CUT_OFF,
    MONTH,
    Figure,
    Rows,
    Span,
    between,
    by_client,
    clients_of,
    in_pilot,
    spans,
    visits_in_pilot,
)
from app.demo.figures_outcomes import few
from app.record import Row

RHYTHM = {"active": (25, 35), "sufficient": (60, 95), "light": (165, 190)}
"""Days between contacts that are about a month, two to three months and six months (L725-729)."""
TRIAL_DAYS = (50, 70)  # about two months (L694)
VISIT_MINUTES = (120, 480)  # from two hours to a whole day (L712-713)
YEARLY = 366


def of_meetings(rows: Rows) -> Iterator[Figure]:
    """Give the figures of what was done together, in the order of the phases."""
    yield _assessments(rows)
    yield from _search(rows)
    yield _trials(rows)
    yield from _support(rows)
    yield _rhythm(rows)
    yield _plans(rows)
    yield from _interviews(rows)
    yield _money(rows)


def assessment_meetings(rows: Rows) -> dict[str, int]:
    """Return how many meetings each client's first initial assessment took, the one that closed it among them."""
    first: dict[str, Span] = {}
    for span in spans(rows):
        if span.phase == "assessment":
            first.setdefault(span.client_id, span)
    visits = by_client(visits_in_pilot(rows))
    return {
        client: sum(
            span.holds(visit["on"]) and (visit["on"] < span.end or "job_search" not in visit["topics"])
            for visit in visits.get(client, ())
        )
        for client, span in first.items()
    }


def _assessments(rows: Rows) -> Figure:
    meetings = assessment_meetings(rows)
    made = clients_of(in_pilot(rows["initial_assessment"], "begun_on"))
    members = clients_of(in_pilot(rows["coaching_relationship"], "started_on"))
    counts = meetings.values()
    return Figure(
        "A17",
        "Meetings of an initial assessment, by client",
        _range(counts),
        report="2–6; made for everybody",
        parts={"assessments": len(made)},
        missing=len(members - made),
        held=made >= members,
    )


# ---- search ----


def search_meetings(rows: Rows) -> list[Row]:
    """Return the meetings of the pilot at which work was looked for: in that phase, without an employer."""
    periods = by_client({"client_id": span.client_id, "span": span} for span in spans(rows))
    return [
        visit
        for visit in visits_in_pilot(rows)
        if "job_search" in visit["topics"]
        and not visit["seen_by_employer"]
        and any(
            one["span"].phase == "job_search" and one["span"].holds(visit["on"])
            for one in periods.get(visit["client_id"], ())
        )
    ]


def meetings_a_month(rows: Rows) -> dict[str, float]:
    """Return how often a month each client met for the search, of those who searched for a month at least."""
    days: dict[str, int] = {}
    for span in spans(rows):
        if span.phase == "job_search" and span.begin <= CUT_OFF:
            days[span.client_id] = days.get(span.client_id, 0) + between(span.begin, min(span.end, CUT_OFF))
    met = by_client(search_meetings(rows))
    return {
        client: len(met.get(client, ())) / (count / MONTH) for client, count in days.items() if count >= MONTH
    }


def _search(rows: Rows) -> Iterator[Figure]:
    meetings = search_meetings(rows)
    sent = [row for row in in_pilot(rows["job_application"], "on") if row["state"] != "draft"]
    at = {meeting["id"]: 0 for meeting in meetings}
    for row in sent:
        if row["visit_id"] in at:
            at[row["visit_id"]] += 1
    linked, counts = sum(at.values()), [count for count in at.values() if count]
    mean = linked / max(1, len(meetings))
    yield Figure(
        "A18",
        "Applications at a meeting of the search",
        _range(_rounded(counts and [fmean(counts)]) | set(counts)),
        report="1–2 on average",
        parts={"applications": linked, "meetings": len(meetings), "mean": round(mean, 2)},
        missing=len(sent) - linked,
        held=1 <= mean <= 2,
    )
    often = meetings_a_month(rows)
    searched = {
        span.client_id for span in spans(rows) if span.phase == "job_search" and span.begin <= CUT_OFF
    }
    yield Figure(
        "A19",
        "Meetings of the search a month, by client",
        _range(_rounded(often.values())),
        report="1–4",
        parts={"clients": len(often), "median": round(median(often.values()), 1) if often else 0},
        missing=len(searched) - len(often),
    )


def trial_days(trials: Iterable[Row]) -> list[int]:
    """Return how many days each ended trial took."""
    return [between(trial["started_on"], trial["ended_on"]) + 1 for trial in trials if trial["ended_on"]]


def _trials(rows: Rows) -> Figure:
    trials = in_pilot(rows["work_trial"], "started_on")
    days = trial_days(trials)
    middle = median(days) if days else 0
    return Figure(
        "A20",
        "Median length of a work trial, days",
        middle,
        report="about two months",
        parts={"trials": len(trials), "shortest": min(days, default=0), "longest": max(days, default=0)},
        missing=len(trials) - len(days),
        held=TRIAL_DAYS[0] <= middle <= TRIAL_DAYS[1],
    )


# ---- support ----


def _at_start(rows: Rows) -> list[Row]:
    return [
        visit
        for visit in visits_in_pilot(rows)
        if "induction" in visit["topics"] and visit["place"] == "workplace"
    ]


def supported_at_start(rows: Rows) -> set[str]:
    """Return who was supported in induction at the workplace (L711-713, L799)."""
    return clients_of(_at_start(rows))


def _after(rows: Rows, jobs: Iterable[Row]) -> list[Row]:
    starts: dict[str, str] = {}
    for job in jobs:
        starts[job["client_id"]] = min(job["started_on"], starts.get(job["client_id"], "9999"))
    return [
        visit
        for visit in visits_in_pilot(rows)
        if visit["place"] == "workplace"
        and "induction" not in visit["topics"]
        and visit["on"] > starts.get(visit["client_id"], "9999")
    ]


def supported_after(rows: Rows, jobs: Iterable[Row]) -> set[str]:
    """Return who was supported at the workplace after induction (L800)."""
    return clients_of(_after(rows, jobs))


def _support(rows: Rows) -> Iterator[Figure]:
    jobs = in_pilot(rows["employment"], "started_on")
    at_start, after = _at_start(rows), _after(rows, jobs)
    minutes = [visit["minutes"] for visit in at_start]
    least, most = min(minutes, default=0), max(minutes, default=0)
    yield Figure(
        "A21",
        "Support visits at the start of a job, by client",
        _range(len(visits) for visits in by_client(at_start).values()),
        report="1–2, from two hours to a day",
        parts={"shortest, minutes": least, "longest, minutes": most},
        held=VISIT_MINUTES[0] <= least <= most <= VISIT_MINUTES[1],
    )
    yield Figure(
        "A24",
        "Supported in recruiting and induction",
        len(clients_of(at_start)),
        len(clients_of(jobs)),
        "13",
        parts={"employers": len(employers(at_start, jobs))},
        persons=True,
    )
    yield Figure(
        "A25",
        "Supported at the workplace after induction",
        len(clients_of(after)),
        len(clients_of(jobs)),
        "5 and their employers",
        parts={"employers": len(employers(after, jobs))},
        persons=True,
    )


def employers(visits: Iterable[Row], jobs: Sequence[Row]) -> set[str]:
    """Return the employers at whose workplaces visits were made: each once, apart from the clients."""
    return {
        job["employer"]
        for visit in visits
        for job in jobs
        if job["client_id"] == visit["client_id"]
        and job["started_on"] <= visit["on"] <= (job["ended_on"] or "9999-12-31")
    }


def _rhythm(rows: Rows) -> Figure:
    """Count the days between contacts on each level of maintenance, over all that has been written down."""
    held = by_client(visit for visit in rows["support_visit"] if visit["state"] == "done")
    gaps: dict[str, list[int]] = {level: [] for level in RHYTHM}
    for span in spans(rows):
        if span.level:
            days = sorted(visit["on"] for visit in held.get(span.client_id, ()) if span.holds(visit["on"]))
            gaps[span.level] += [between(one, other) for one, other in pairwise(days)]
    medians = {level: median(days) if days else 0 for level, days in gaps.items()}
    return Figure(
        "A22",
        "Median days between contacts, by level of maintenance",
        " / ".join(f"{days:.0f}" for days in medians.values()),
        report="a month / two to three / six",
        parts={f"gaps, {level}": len(days) for level, days in gaps.items()},
        held=all(RHYTHM[level][0] <= days <= RHYTHM[level][1] for level, days in medians.items()),
    )


def _plans(rows: Rows) -> Figure:
    """Count whose plan was renewed within a year, of those whose plan became a year old while they were served."""
    over = {
        span.client_id: span.begin for span in spans(rows) if span.phase == "ended" and span.begin <= CUT_OFF
    }
    old, renewed = set[str](), set[str]()
    late = set[str]()
    for client, plans in by_client(rows["career_plan"]).items():
        last = min(over.get(client, CUT_OFF), CUT_OFF)
        days = sorted(plan["made_on"] for plan in plans)
        for made, following in zip(days, [*days[1:], "9999-12-31"], strict=True):
            if made > last or between(made, last) <= YEARLY:
                continue
            old.add(client)
            if between(made, following) > YEARLY:
                late.add(client)
    renewed = old - late
    members = clients_of(in_pilot(rows["coaching_relationship"], "started_on"))
    return Figure(
        "A23",
        "Plan renewed within a year, of plans that became a year old",
        len(renewed),
        len(old),
        "at least yearly",
        missing=len(members - clients_of(rows["career_plan"])),
        persons=True,
        held=bool(old) and renewed == old,
    )


# ---- interviews, money ----


def _interviews(rows: Rows) -> Iterator[Figure]:
    held = [row for row in in_pilot(rows["interview"], "on") if row["state"] == "held"]
    along = clients_of(row for row in held if row["coach_present"])
    prepared = clients_of(row for row in held if row["prepared_together"])
    everybody = clients_of(held)
    yield Figure(
        "A26",
        "Took the coach to an interview",
        len(along),
        len(everybody),
        "a few; nearly all prepared together",
        parts={"prepared together": len(prepared)},
        persons=True,
        held=few(along, everybody) and len(prepared) >= 0.9 * len(everybody),
    )


def _money(rows: Rows) -> Figure:
    """Count with whom debts and benefits were cleared up in the initial assessment."""
    made = in_pilot(rows["initial_assessment"], "begun_on")
    members = clients_of(in_pilot(rows["coaching_relationship"], "started_on"))
    parts = {
        "debts": clients_of(row for row in made if row["debts"] == "yes"),
        "profitability of work calculated": clients_of(row for row in made if row["calculation_on"]),
        "Kela contacted": clients_of(row for row in made if row["kela_contact_on"]),
        "guided to Kela's rehabilitation": clients_of(row for row in made if row["kela_rehabilitation"]),
    }
    anybody = set().union(*parts.values())
    some = all(0 < len(clients) < len(members) for clients in parts.values())
    return Figure(
        "A32",
        "Debts or benefits cleared up in the initial assessment",
        len(anybody),
        len(members),
        "debts of some; Kela in some cases, its rehabilitation in single ones",
        parts={name: len(clients) for name, clients in parts.items()},
        missing=len(members - clients_of(row for row in made if row["debts"] in ("yes", "no"))),
        persons=True,
        held=some and len(parts["guided to Kela's rehabilitation"]) <= 5,
    )


def _rounded(numbers: Iterable[float]) -> set[int]:
    return {round(number) for number in numbers}


def _range(counts: Iterable[int]) -> str:
    found = sorted(counts)
    return f"{found[0]}–{found[-1]}" if found else ""
