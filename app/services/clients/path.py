"""A client's way through services: what may be noted next of a referral, and how it stands, in words (modules.md 1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.i18n import N_, Message
from app.record import Row

RECEIVED, ACCEPTED, REFUSED, BEGUN, ENDED = "received", "accepted", "refused", "begun", "ended"
_NEXT = {"made": (RECEIVED, ACCEPTED, REFUSED), "received": (ACCEPTED, REFUSED), "ended": (), "refused": ()}
OVER = ("refused", "ended")
STEPS = {
    RECEIVED: N_("Received"),
    ACCEPTED: N_("Accepted"),
    REFUSED: N_("Refused"),
    BEGUN: N_("Service began"),
    ENDED: N_("Service ended"),
}
"""What may be noted of a referral, in the order in which it happens."""


def next_steps(row: Row) -> tuple[str, ...]:
    """Return what may be noted next of a referral."""
    if row["state"] in _NEXT:
        return _NEXT[row["state"]]
    return (ENDED,) if row["begun_on"] else (BEGUN,)


def stepped(row: Row, step: str, on: date, reason: str = "") -> dict[str, Any]:
    """Return a referral's values after a step taken on a day; a day before what came earlier becomes that day."""
    known = [row[name] for name in ("made_on", "received_on", "decided_on", "begun_on") if row[name]]
    day = max([on.isoformat(), *known])
    if step == RECEIVED:
        return {"state": "received", "received_on": day}
    if step == ACCEPTED:
        return {"state": "accepted", "decided_on": day}
    if step == REFUSED:
        return {"state": "refused", "decided_on": day, "refusal_reason": reason}
    if step == BEGUN:
        return {"state": "accepted", "begun_on": day}
    return {"state": "ended", "ended_on": day}


def standing(row: Row) -> Message:
    """Say how a referral stands, and since when."""
    for state, name, text in _STANDINGS:
        if state in ("", row["state"]) and row[name]:
            reason = row["refusal_reason"]
            return Message(text, day=date.fromisoformat(row[name]), reason=reason)
    return Message(_UNDATED[row["state"]]) if row["state"] in _UNDATED else Message(row["state"])


_STANDINGS = (
    ("refused", "decided_on", N_("Refused {day}: {reason}")),
    ("ended", "ended_on", N_("Ended {day}")),
    ("accepted", "begun_on", N_("Goes on since {day}")),
    ("accepted", "decided_on", N_("Accepted {day}, not begun yet")),
    ("received", "received_on", N_("Received {day}, waits for a decision")),
    ("made", "made_on", N_("Made {day}, no answer yet")),
)
_UNDATED = {
    "refused": N_("Refused"),
    "ended": N_("Ended"),
    "accepted": N_("Accepted"),
    "received": N_("Received"),
}


@dataclass(frozen=True)
class Stretch:
    """A referral as a bar: how long it waited (`made` to `begun` or the decision), and how long the service goes on."""

    row: Row
    made: date
    waited_until: date
    begun: date | None
    until: date | None
    goes_on: bool


def stretches(rows: Sequence[Row], today: date) -> list[Stretch]:
    """Return the referrals as bars, the earliest first; what goes on reaches up to today."""
    found = []
    for row in sorted(rows, key=lambda row: (row["made_on"], row["id"])):
        made, begun, ended = (_day(row[name]) for name in ("made_on", "begun_on", "ended_on"))
        decided = _day(row["decided_on"])
        assert made is not None
        over = row["state"] in OVER
        end = ended or decided or begun or _day(row["received_on"]) or made
        waited = begun or (end if over else max(today, made))
        until = (max(ended or today, begun) if begun else None) if not over or ended else begun
        found.append(Stretch(row, made, max(waited, made), begun, until, not over))
    return found


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
