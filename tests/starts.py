"""A client at the start of coaching, as rows: accepted, and with everything of the initial assessment cleared up."""

from datetime import date, timedelta
from typing import Any

from app.clock import new_id
from app.record import Row, to_row
from app.services.coaching import codes
from app.services.coaching.agreements import CooperationAgreement
from app.signing import seal
from tests.stores import make

CLIENT = new_id()
START = date(2026, 3, 2)


def row(kind: str, **values: Any) -> Row:
    """Return a row of the client."""
    return to_row(make(kind, client_id=CLIENT, **values))


def day(number: int) -> str:
    """Return the day so many days after the coaching began."""
    return (START + timedelta(days=number)).isoformat()


def begun(**more: Any) -> dict[str, list[Row]]:
    """Return a client accepted into coaching, in initial assessment from day 10 on."""
    start = row("coaching_relationship", started_on=day(0), **more)
    phases = [(codes.REFERRAL, 0), (codes.ASSESSMENT, 10)]
    return {
        "coaching_relationship": [start],
        "phase_change": [
            row("phase_change", relationship_id=start["id"], phase=p, on=day(n)) for p, n in phases
        ],
    }


def signed(agreement: Row) -> Row:
    """Return an agreement as it is once both have signed."""
    drawn = [{"role": "client", "name": "A", "strokes": []}]
    return agreement | {
        "signatures": drawn,
        "signed_on": agreement["made_on"],
        "content_hash": seal(CooperationAgreement, agreement),
    }


def everything() -> dict[str, list[Row]]:
    """Return a client for whom everything is cleared up."""
    rows = begun()
    rows["initial_assessment"] = [
        row(
            "initial_assessment",
            relationship_id=rows["coaching_relationship"][0]["id"],
            begun_on=day(11),
            joint_plan="Tavataan viikoittain",
            employment_services_on=day(20),
            job_search_in_force="yes",
            employment_plan_on=day(-30),
            debts="yes",
            debt_help="Velkaneuvonta",
            traps_discussed_on=day(21),
        )
    ]
    rows["kykyviisari_result"] = [row("kykyviisari_result", on=day(12), work_ability=6)]
    rows["career_plan"] = [row("career_plan", made_on=day(22), goals=[{"text": "Keittiöön", "steps": []}])]
    rows["attachment"] = [row("attachment", name="CV", category="cv", added_on=day(13))]
    rows["network_member"] = [row("network_member", name="Tiina Tukija")]
    rows["support_visit"] = [
        row("support_visit", on=day(11), state="done"),
        row("support_visit", on=day(20), state="done"),
    ]
    return rows
