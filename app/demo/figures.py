"""The pilot's figures A1-A32 counted from the records (facts.md 8.1), each compared with what its report says.

Mistakes of the report (facts.md 8.2) are not made: employment and work trials are told apart and together, people are
counted once however many jobs or visits they have, every share has its numerator, its denominator and the number of
those of whom nothing is known, and small groups are marked.
"""

from dataclasses import replace
from typing import Any

from app.demo import figures_meetings, figures_service
from app.demo.counting import Figure, Rows, age, clients_of, in_pilot
from app.demo.figures_meetings import assessment_meetings, supported_after, supported_at_start, trial_days
from app.demo.figures_outcomes import ends, outcomes

__all__ = [
    "EXACT",
    "KINDS",
    "Figure",
    "age",
    "assessment_meetings",
    "clients_of",
    "ends",
    "figures",
    "in_pilot",
    "supported_after",
    "supported_at_start",
    "trial_days",
]
KINDS = (
    "client",
    "coaching_relationship",
    "phase_change",
    "initial_assessment",
    "support_visit",
    "job_application",
    "interview",
    "employment",
    "work_trial",
    "career_plan",
    "worker",
    "time_entry",
    "partner_meeting",
    "target",
    "survey_round",
    "survey_answer",
)
EXACT: dict[str, Any] = {
    "A1": 2,
    "A3": 42,
    "A4": "40–50",
    "A5": 25,
    "A6": 7,
    "A7": "2021-03 – 2022-06",
    "A8": "23–63",
    "A10": 33,
    "A11": 30,
    "A12": 27,
    "A13": 6,
    "A14": "50–70",
    "A16": "2022-11-30",
    "A17": "2–6",
    "A18": "1–2",
    "A19": "1–4",
    "A21": "1–2",
    "A24": 13,
    "A25": 5,
    "A30": 20,
    "A31": "2.0 then 1.0",
}
"""What the pilot's report says in exact numbers (A13 and the counts of A10 and A30 follow from the others)."""


def figures(rows: Rows) -> list[Figure]:
    """Return the figures of the pilot, in the order of facts.md."""
    counted = [*outcomes(rows), *figures_meetings.of_meetings(rows), *figures_service.of_service(rows)]
    held = [
        replace(figure, held=figure.held and figure.value == EXACT.get(figure.name, figure.value))
        for figure in counted
    ]
    return sorted(held, key=_place)


def _place(figure: Figure) -> tuple[int, str]:
    return int("".join(letter for letter in figure.name if letter.isdigit())), figure.name
