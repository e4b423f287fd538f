"""Which phase of coaching the records speak for next, with the reasons. A program proposes, a person decides.

The signs are those of the report's six phases (L652-735): accepted - initial assessment; everything cleared up - job
search; a job or trial begun - support; the work goes well - maintenance on the active level; three steady months - the
sufficient level; six more - the light one; a job or trial that ended, or duties that changed, lead back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from app import assessment
from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import N_, Marked, Message
from app.record import Row
from app.services.coaching import codes
from app.services.coaching.dates import months_after

Rows = Mapping[str, Sequence[Row]]
KINDS = (*assessment.KINDS, "employment", "work_trial", "support_plan")
"""The kinds whose rows `proposal` looks at."""

STEADY = 3  # months on the active level (L726-727: "the work settles")
LIGHTER = 6  # months more on the sufficient one
SETTLED = 1  # month at work before support may become maintenance (L711-722)
VISITS = 2  # L712: the early coaching was one or two support visits at work
LATELY = timedelta(days=30)
_LAST_MET = N_("Last met on {day}: nothing that needs closer support.")
CLOSE = ("induction", "duties")
"""Topics of a visit that tell of closer support: learning the work, or duties that change (L713, L720-721)."""


@dataclass(frozen=True)
class Proposal:
    """A phase (and, for maintenance, its level) that the records speak for, and why."""

    phase: str
    level: str
    reasons: tuple[Message, ...]


@dataclass(frozen=True)
class PutOff:
    """That a person put a proposal off on a day; `mark` tells which."""

    mark: str
    on: date


PUT_OFF_FOR = timedelta(weeks=4)
"""How long a proposal stays silent that was put off: on the active level the client is met once in that time."""


def mark(found: Proposal) -> str:
    """Return what tells a proposal from others: the phase, the level and the reasons, as letters that say nothing.

    How often and when the client was last met changes with every visit and makes no new reason of an old one.
    """
    reasons = [
        (one.text, "" if one.text == _LAST_MET else {n: v for n, v in one.values.items() if n != "count"})
        for one in found.reasons
    ]
    told = json.dumps([found.phase, found.level, reasons], default=str, sort_keys=True)
    return sha256(told.encode()).hexdigest()


def is_put_off(found: Proposal, before: PutOff | None, on: date) -> bool:
    """Tell whether a proposal is to stay silent on a day: put off within four weeks, and the reasons are the same."""
    return before is not None and before.mark == mark(found) and before.on <= on < before.on + PUT_OFF_FOR


@dataclass(frozen=True)
class _Now:
    """A client's rows as seen on a day, and the phase in which she is."""

    rows: Rows
    on: date
    phase: str
    level: str
    since: date
    past: tuple[Row, ...]

    def works(self) -> list[tuple[str, Row]]:
        """Return jobs and trials that have begun, oldest first, each with its kind."""
        found = [
            (kind, row)
            for kind in ("employment", "work_trial")
            for row in self.rows.get(kind, ())
            if row["started_on"] <= self.on.isoformat()
        ]
        return sorted(found, key=lambda pair: (pair[1]["started_on"], pair[0], pair[1]["id"]))

    def running(self) -> list[tuple[str, Row]]:
        """Return those that have not ended."""
        return [(k, r) for k, r in self.works() if not r["ended_on"] or r["ended_on"] > self.on.isoformat()]

    def visits(self, since: date) -> list[Row]:
        """Return the visits held from a day on, oldest first."""
        first, last = since.isoformat(), self.on.isoformat()
        held = [
            row
            for row in self.rows.get("support_visit", ())
            if row["state"] == "done" and first <= row["on"] <= last
        ]
        return sorted(held, key=lambda row: (row["on"], row["id"]))


def proposal(rows: Rows, on: date, ours: CoachingPhases = USUAL) -> Proposal | None:
    """Return what the records speak for on a day, never the present phase and level; None when they are silent.

    `rows` holds a client's living rows (JSON values) of `KINDS`; what is dated after `on` is not counted. In place of
    a phase that is out of use here (`ours`) stands the next one that is in use, but never the end: that a person
    decides.
    """
    start = assessment.relationship(rows)
    if start is None or start["started_on"] > on.isoformat():
        return None
    past = [row for row in assessment.changes(rows) if row["on"] <= on.isoformat()]
    if not past:
        reason = Message(N_("Coaching has begun, and no phase is written down yet."))
        return Proposal(codes.REFERRAL, "", (reason,))
    present = past[-1]
    since = date.fromisoformat(present["on"])
    now = _Now(rows, on, present["phase"], present["level"], since, tuple(past))
    rule = _RULES.get(now.phase)
    found = rule(now) if rule else None
    return found and _in_use(found, now, ours)


def _in_use(found: Proposal, now: _Now, ours: CoachingPhases) -> Proposal | None:
    out = ours.get(found.phase)
    if out is None or out.in_use:
        return found
    phase = ours.next_used(found.phase)
    level = codes.ACTIVE if phase == codes.MAINTENANCE else ""
    if phase == codes.ENDED or (phase, level) == (now.phase, now.level):
        return None
    title = out.title if isinstance(out.title, Marked) else Marked(out.title)
    reason = Message(N_("The phase “{phase}” is not in use here."), phase=title)
    return Proposal(phase, level, (*found.reasons, reason))


# ---- the phases one by one --------------------------------------------------------------------------------


def _from_referral(now: _Now) -> Proposal | None:
    if begun := _work_begun(now):
        return begun
    start = assessment.relationship(now.rows)
    if start is None or start["decision"] != "accepted" or start["client_joins"] in ("no", "later"):
        return None
    day = start["decided_on"]
    if day:
        reasons = [Message(N_("The referral was accepted on {day}."), day=date.fromisoformat(day))]
    else:
        reasons = [Message(N_("The referral is accepted."))]
    if start["client_joins"] == "yes":
        reasons.append(Message(N_("The client wants to join.")))
    return Proposal(codes.ASSESSMENT, "", tuple(reasons))


def _from_assessment(now: _Now) -> Proposal | None:
    if begun := _work_begun(now):
        return begun
    items = assessment.checklist(now.rows, assessment.assessment_days(now.rows))
    if not assessment.complete(items):
        return None
    met = sum(len(item.by) for item in items if item.key == "meetings")
    reasons = (
        Message(N_("Everything of the initial assessment is cleared up.")),
        Message(N_("{count} meetings were held."), count=met),
    )
    return Proposal(codes.SEARCH, "", reasons)


def _from_search(now: _Now) -> Proposal | None:
    return _work_begun(now)


def _from_support(now: _Now) -> Proposal | None:
    if over := _work_over(now):
        return over
    jobs = [row for kind, row in now.running() if kind == "employment"]
    if not jobs:
        return None
    begun = date.fromisoformat(jobs[-1]["started_on"])
    visits = now.visits(begun)
    at_work = [visit for visit in visits if visit["place"] == "workplace"]
    settled = months_after(begun, SETTLED) <= now.on
    if len(visits) < VISITS or not (settled or len(at_work) >= VISITS) or _open_need(now, jobs[-1]):
        return None
    reasons = [_job_goes_on(jobs[-1])]
    reasons.append(Message(N_("{count} support visits since it began."), count=len(visits)))
    if len(at_work) >= VISITS:
        reasons.append(Message(N_("{count} of them at the workplace."), count=len(at_work)))
    reasons.append(Message(N_("No visit of the last month speaks of induction or changed duties.")))
    return Proposal(codes.MAINTENANCE, codes.ACTIVE, tuple(reasons))


def _from_maintenance(now: _Now) -> Proposal | None:
    if over := _work_over(now):
        return over
    jobs = [row for kind, row in now.running() if kind == "employment"]
    new = [row for row in jobs if row["started_on"] > now.since.isoformat()]
    if new:
        return Proposal(codes.SUPPORT, "", (_begun_message("employment", new[-1]),))
    changed = _changed_duties(now)
    if changed is not None:
        return changed if now.level in (codes.SUFFICIENT, codes.LIGHT) else None
    return _lighter(now, jobs)


def _lighter(now: _Now, jobs: Sequence[Row]) -> Proposal | None:
    """Return the next lighter level when the job has been steady long enough on the present one."""
    step = {codes.ACTIVE: (STEADY, codes.SUFFICIENT), codes.SUFFICIENT: (LIGHTER, codes.LIGHT)}.get(now.level)
    if step is None or not jobs:
        return None
    months, level = step
    first = now.on - LATELY
    met = [visit for visit in now.visits(now.since) if visit["on"] > now.since.isoformat()]
    if months_after(now.since, months) > now.on or not met or _open_need(now, jobs[-1]):
        return None
    missed = [
        r
        for r in now.rows.get("support_visit", ())
        if r["state"] == "missed" and r["on"] >= first.isoformat()
    ]
    if missed:
        return None
    reasons = (
        Message(N_("{months} months on this level, since {day}."), months=months, day=now.since),
        _job_goes_on(jobs[-1]),
        Message(_LAST_MET, day=date.fromisoformat(met[-1]["on"])),
    )
    return Proposal(codes.MAINTENANCE, level, reasons)


_RULES = {
    codes.REFERRAL: _from_referral,
    codes.ASSESSMENT: _from_assessment,
    codes.SEARCH: _from_search,
    codes.SUPPORT: _from_support,
    codes.MAINTENANCE: _from_maintenance,
}

# ---- signs ------------------------------------------------------------------------------------------------


def _work_begun(now: _Now) -> Proposal | None:
    """Return support, when there is work that was not supported yet.

    Work that began before the client last came into support or maintenance has been supported: whoever went back to
    the search from there, looks for another job beside it.
    """
    supported = [r["on"] for r in now.past if r["phase"] in (codes.SUPPORT, codes.MAINTENANCE)]
    last = max(supported, default="")
    new = [(kind, row) for kind, row in now.running() if row["started_on"] > last]
    if not new:
        return None
    return Proposal(codes.SUPPORT, "", tuple(_begun_message(kind, row) for kind, row in new))


def _work_over(now: _Now) -> Proposal | None:
    """Return the job search, when the last work ended in this phase and none goes on."""
    if now.running():
        return None
    # The phase's levels too: what ended on the active level still counts on the sufficient one.
    since = _phase_since(now).isoformat()
    ended = [(kind, row) for kind, row in now.works() if row["ended_on"] and row["ended_on"] >= since]
    if not ended:
        return None
    kind, row = max(ended, key=lambda pair: (pair[1]["ended_on"], pair[0], pair[1]["id"]))
    if kind == "work_trial" and row["continued_as_job"]:
        return None  # the job is still to be written down
    day = date.fromisoformat(row["ended_on"])
    said = (
        N_("{work} ended on {day}.")
        if kind == "employment"
        else N_("The work trial {work} ended on {day} without a job.")
    )
    return Proposal(codes.SEARCH, "", (Message(said, work=_work(row), day=day),))


def _phase_since(now: _Now) -> date:
    """Return the day since when the client has been in the present phase, on whatever level."""
    since = now.since
    for row in reversed(now.past):
        if row["phase"] != now.phase:
            break
        since = date.fromisoformat(row["on"])
    return since


def _open_need(now: _Now, job: Row) -> bool:
    """Tell whether closer support is still needed: a late visit speaks of it, or the plan's review is overdue."""
    lately = now.visits(now.on - LATELY)
    if any(topic in CLOSE for visit in lately for topic in visit["topics"]):
        return True
    plans = [row for row in now.rows.get("support_plan", ()) if row["employment_id"] == job["id"]]
    newest = max(plans, key=lambda row: (row["made_on"], row["id"]), default=None)
    return bool(newest and newest["review_on"] and newest["review_on"] < now.on.isoformat())


def _changed_duties(now: _Now) -> Proposal | None:
    """Return the active level, when a visit since the present level began speaks of changed duties (L720-721, L729)."""
    for visit in reversed(now.visits(now.on - LATELY)):
        if "duties" in visit["topics"] and visit["on"] > now.since.isoformat():
            reason = Message(
                N_("Changed duties were talked over on {day}."), day=date.fromisoformat(visit["on"])
            )
            return Proposal(codes.MAINTENANCE, codes.ACTIVE, (reason,))
    return None


def _job_goes_on(row: Row) -> Message:
    day = date.fromisoformat(row["started_on"])
    return Message(N_("The job goes on: {work}, since {day}."), work=_work(row), day=day)


def _begun_message(kind: str, row: Row) -> Message:
    said = (
        N_("{work} began on {day}.") if kind == "employment" else N_("The work trial {work} began on {day}.")
    )
    return Message(said, work=_work(row), day=date.fromisoformat(row["started_on"]))


def _work(row: Row) -> str:
    return f"{row['title']}, {row['employer']}"


def values(found: Proposal, rows: Rows, on: date) -> dict[str, str]:
    """Return what the form of a phase change begins with; the person who decides may change all of it."""
    start = assessment.relationship(rows)
    return {
        "relationship_id": start["id"] if start else "",
        "phase": found.phase,
        "level": found.level,
        "on": on.isoformat(),
        "reason": said(found.reasons),
    }


def said(reasons: Iterable[Message]) -> str:
    """Return reasons as one text, in the present language."""
    return " ".join(str(reason) for reason in reasons)
