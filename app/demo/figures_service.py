"""Figures of the service itself: coaches, their time, targets, the survey and meetings with partners."""

from collections.abc import Iterator, Sequence

from app.demo.counting import BEGIN, CUT_OFF, Figure, Rows, clients_of, in_pilot
from app.record import Row

SATISFIED = ("5", "4")
TITLES = {"clients": "A4", "employed_share": "A14"}


def of_service(rows: Rows) -> Iterator[Figure]:
    """Give the figures of the service itself."""
    yield from _coaches(rows)
    yield from _targets(rows)
    yield from _survey(rows)
    yield _meetings(rows)


def _coaches(rows: Rows) -> Iterator[Figure]:
    known = [row for row in rows["worker"] if row["role"] == "job-coach"]
    coaches = [
        row
        for row in known
        if row["employed_from"]
        and row["employed_from"] <= CUT_OFF
        and (row["employed_to"] or CUT_OFF) >= BEGIN
    ]
    yield Figure(
        "A1",
        "Job coaches",
        len(coaches),
        report="2",
        parts={"full-time equivalents": sum(row["percent"] for row in coaches) / 100},
        missing=sum(not row["employed_from"] for row in known),
    )
    entries = [row for row in rows["time_entry"] if row["on"] <= CUT_OFF]
    minutes = sum(row["minutes"] for row in entries)
    with_clients = sum(row["minutes"] for row in entries if row["activity"] == "client")
    writing = {row["created_by"] for row in entries}
    yield Figure(
        "A2",
        "Minutes with clients, of the coaches' working time",
        with_clients,
        minutes,
        "80 %",
        parts={"coaches": len(writing)},
        missing=sum(row["id"] not in writing for row in coaches),
        held=minutes > 0 and 5 * with_clients == 4 * minutes and {row["id"] for row in coaches} <= writing,
    )


def _targets(rows: Rows) -> Iterator[Figure]:
    begun = clients_of(in_pilot(rows["coaching_relationship"], "started_on"))
    employed = clients_of(in_pilot(rows["employment"], "started_on")) & begun
    share = 100 * len(employed) / max(1, len(begun))
    now = {
        "clients": ("Clients aimed at", "40–50", float(len(begun)), "came"),
        "employed_share": (
            "Employed aimed at, per cent of the clients",
            "50–70 %",
            share,
            "employed without trials",
        ),
    }
    for indicator, (title, said, found, what) in now.items():
        target = _target(rows["target"], indicator)
        value = f"{target['lowest']}–{target['highest']}" if target else ""
        yield Figure(
            TITLES[indicator],
            title,
            value,
            report=said,
            parts={what: round(found, 1)},
            missing=0 if target else 1,
            held=target is not None and target["lowest"] <= found <= target["highest"],
        )
    last = max((row["ends"] for row in rows["target"]), default="")
    yield Figure("A16", "Last day that is counted", last, report="2022-11-30", held=last == CUT_OFF)


def _target(targets: Sequence[Row], indicator: str) -> Row | None:
    of_pilot = [
        row for row in targets if row["indicator"] == indicator and row["begins"] <= BEGIN <= row["ends"]
    ]
    return of_pilot[0] if len(of_pilot) == 1 else None


def _survey(rows: Rows) -> Iterator[Figure]:
    """Give how many answered and how they liked it; each question has its own denominator (facts.md 8.2, 2)."""
    rounds = {row["name"]: row for row in in_pilot(rows["survey_round"], "begins")}
    invited = sum(row["invited"] for row in rounds.values())
    answers = [row for row in rows["survey_answer"] if row["round_name"] in rounds]
    rated = [row for row in answers if row["satisfaction"]]
    content = sum(row["satisfaction"] in SATISFIED for row in rated)
    yield Figure(
        "A29",
        "Answered the survey, of those who were asked",
        len(answers),
        invited,
        "about half",
        persons=True,
        missing=invited - len(answers),
        held=0.4 * invited <= len(answers) <= 0.6 * invited and invited > 0,
    )
    yield Figure(
        "A30",
        "Satisfied or very satisfied, of the answers",
        content,
        len(rated),
        "95 %",
        missing=len(answers) - len(rated),
        held=bool(rated) and round(100 * content / len(rated)) == 95,
    )


def _meetings(rows: Rows) -> Figure:
    """Count the meetings with the coaches of rehabilitative work activity before the first client and after."""
    days = [
        row["on"]
        for row in rows["partner_meeting"]
        if row["partner"] == "rehabilitative_work" and row["on"] <= CUT_OFF
    ]
    begin = min((row["started_on"] for row in rows["coaching_relationship"]), default=BEGIN)[:7]
    first = min(days, default=begin)[:7]
    before = [day for day in days if day[:7] < begin]
    early = len(before) / max(1, _months(first, begin))
    late = (len(days) - len(before)) / max(1, _months(begin, CUT_OFF[:7]) + 1)
    return Figure(
        "A31",
        "Meetings a month with the coaches of rehabilitative work activity",
        f"{early:.1f} then {late:.1f}",
        report="two a month at the start, then about one",
        parts={"before the first client": len(before), "after": len(days) - len(before)},
    )


def _months(begin: str, end: str) -> int:
    """Return the months between two months."""
    return (int(end[:4]) - int(begin[:4])) * 12 + int(end[5:7]) - int(begin[5:7])
