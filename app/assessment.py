"""How far the start of coaching is: referral and initial assessment, told by the records and never ticked by hand.

Pure functions over a client's living rows by kind. What counts is in the report (L652-681): the two criteria and the
first meeting of the referral; joint plan, Kykyviisari, career plan, job-search documents, network, employment services,
debts, incentive traps and two to six meetings of the initial assessment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.access import NotHeld
from app.i18n import N_, Message
from app.record import Row
from app.services.coaching import codes
from app.services.coaching.dates import months_after

Rows = Mapping[str, Sequence[Row]]
Days = tuple[date | None, date | None]
"""The first day of the initial assessment and the day on which it passed into another phase; None is not known."""

KINDS = (
    "coaching_relationship",
    "phase_change",
    "initial_assessment",
    "cooperation_agreement",
    "kykyviisari_result",
    "career_plan",
    "attachment",
    "network_member",
    "support_visit",
)
"""The kinds whose rows `checklist` and `referral` look at."""
SUMMARIES = ("inclusion", "mind", "everyday", "skills", "body")
MEETINGS = (2, 6)  # L665
FRESH = 12
"""Months before the coaching within which a Kykyviisari result or a plan still tells of its start (L676: yearly)."""
PAPERS = ("cv", "application")


@dataclass(frozen=True)
class By:
    """A record that fills an item, with its day where it has one."""

    kind: str
    id: UUID
    day: date | None = None


@dataclass(frozen=True)
class Fill:
    """The form that fills a missing item: an existing record of a kind, or a new one with these values."""

    kind: str
    id: UUID | None = None
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Item:
    """One line of a checklist. `note` says what is written there, or what is still missing of it.

    Whether a `hidden` one is done cannot be said: what would fill it may not be seen here.
    """

    key: str
    title: Message
    done: bool
    by: tuple[By, ...]
    fill: Fill
    note: Message | None = None
    hidden: bool = False


TITLES = {
    "joint_plan": Message(N_("Joint plan for the coaching")),
    "kykyviisari": Message(N_("Kykyviisari")),
    "career_plan": Message(N_("Career plan")),
    "documents": Message(N_("Job search documents")),
    "network": Message(N_("Network mapped")),
    "employment_services": Message(N_("Contact with employment services")),
    "debts": Message(N_("Debts cleared up")),
    "traps": Message(N_("Incentive traps discussed")),
    "meetings": Message(N_("Meetings of the initial assessment")),
}


def relationship(rows: Rows) -> Row | None:
    """Return the present coaching relationship: the one begun last."""
    return max(rows.get("coaching_relationship", ()), key=_begun, default=None)


def assessment(rows: Rows) -> Row | None:
    """Return the initial assessment of the present coaching, the newest of them."""
    present = relationship(rows)
    own = [
        row
        for row in rows.get("initial_assessment", ())
        if present is None
        or row["relationship_id"] == present["id"]
        or (row["relationship_id"] is None and row["begun_on"] >= present["started_on"])
    ]
    return max(own, key=lambda row: (row["begun_on"], row["id"]), default=None)


def changes(rows: Rows) -> list[Row]:
    """Return the phase changes of the present coaching, oldest first."""
    present = relationship(rows)
    own = [r for r in rows.get("phase_change", ()) if present and r["relationship_id"] == present["id"]]
    return sorted(own, key=lambda row: (row["on"], row["id"]))


def assessment_days(rows: Rows) -> Days:
    """Return from when to when the initial assessment lasts or lasted, by the phases; the last time if several."""
    begun = ended = None
    for row in changes(rows):
        day = date.fromisoformat(row["on"])
        if row["phase"] == codes.ASSESSMENT:
            begun, ended = (day, None) if begun is None or ended is not None else (begun, None)
        elif begun is not None and ended is None:
            ended = day
    return begun, ended


def checklist(rows: Rows, days: Days) -> tuple[Item, ...]:
    """Return the nine items of the initial assessment, each done, missing or hidden by what is written.

    `rows` holds living rows (JSON values) of `KINDS`, `days` when the phase lasted (see `assessment_days`).
    """
    start = relationship(rows)
    own = assessment(rows)
    return (
        _joint_plan(rows, start, own),
        _kykyviisari(rows, start),
        _career_plan(rows, start),
        _documents(rows),
        _network(rows, own, start),
        _employment_services(own, start),
        _debts(own, start),
        _traps(own, start),
        _meetings(rows, days),
    )


def complete(items: Iterable[Item]) -> bool:
    """Tell whether every item is done, as far as can be said: not while one is hidden."""
    return all(item.done for item in items)


# ---- the items of the initial assessment ------------------------------------------------------------------


def _item(
    key: str,
    done: bool,
    by: Iterable[By],
    fill: Fill,
    note: Message | None = None,
    title: Message | None = None,
) -> Item:
    return Item(key, title or TITLES[key], done, tuple(by), fill, note)


def _form(own: Row | None, start: Row | None) -> Fill:
    """The form of the initial assessment: the one begun, else a new one for the present coaching."""
    if own is not None:
        return Fill("initial_assessment", UUID(own["id"]))
    return Fill("initial_assessment", None, {"relationship_id": start["id"]} if start else {})


def _joint_plan(rows: Rows, start: Row | None, own: Row | None) -> Item:
    by = [_by("initial_assessment", own, own["begun_on"])] if own and own["joint_plan"] else []
    agreements = [
        row
        for row in rows.get("cooperation_agreement", ())
        if row["content_hash"] and _of_now(row["made_on"], start)
    ]
    by += [_by("cooperation_agreement", row, row["signed_on"]) for row in _sorted(agreements, "made_on")]
    return _item("joint_plan", bool(by), by, _form(own, start))


def _kykyviisari(rows: Rows, start: Row | None) -> Item:
    found = _sorted((r for r in rows.get("kykyviisari_result", ()) if _of_now(r["on"], start)), "on")
    note = None
    if found and all(found[-1][name] is None for name in ("work_ability", *SUMMARIES)):
        note = Message(N_("The client did not want to tell the results."))
    by = [_by("kykyviisari_result", row, row["on"]) for row in found]
    fill = Fill("kykyviisari_result", None, {"occasion": "start"})
    if isinstance(rows.get("kykyviisari_result"), NotHeld):
        return Item("kykyviisari", TITLES["kykyviisari"], False, (), fill, hidden=True)
    return _item("kykyviisari", bool(by), by, fill, note)


def _career_plan(rows: Rows, start: Row | None) -> Item:
    plans = [row for row in rows.get("career_plan", ()) if _of_now(row["signed_on"] or row["made_on"], start)]
    newest = max(plans, key=lambda r: (r["version_no"], bool(r["signed_on"]), r["id"]), default=None)
    if newest is None:
        return _item("career_plan", False, (), Fill("career_plan"))
    fill = Fill("career_plan", UUID(newest["id"]))
    if not any((goal.get("text") or "").strip() for goal in newest["goals"]):
        return _item("career_plan", False, (), fill, Message(N_("It has no goal yet.")))
    note = None if newest["signed_on"] else Message(N_("Not signed yet."))
    by = _by("career_plan", newest, newest["signed_on"] or newest["made_on"])
    return _item("career_plan", True, (by,), fill, note)


def _documents(rows: Rows) -> Item:
    found = _sorted((row for row in rows.get("attachment", ()) if row["category"] in PAPERS), "added_on")
    by = [_by("attachment", row, row["added_on"]) for row in found]
    return _item("documents", bool(by), by, Fill("attachment", None, {"category": PAPERS[0]}))


def _network(rows: Rows, own: Row | None, start: Row | None) -> Item:
    people = sorted(rows.get("network_member", ()), key=lambda row: (row["name"].casefold(), row["id"]))
    by = [By("network_member", UUID(row["id"])) for row in people]
    if by:
        return _item(
            "network", True, by, Fill("network_member"), Message(N_("{count} in all"), count=len(by))
        )
    if own and own["no_network"]:
        note = Message(N_("The client has no network to work with."))
        return _item(
            "network", True, (_by("initial_assessment", own, own["begun_on"]),), _form(own, start), note
        )
    return _item("network", False, (), Fill("network_member"))


def _employment_services(own: Row | None, start: Row | None) -> Item:
    fill = _form(own, start)
    if own is None or not own["employment_services_on"]:
        return _item("employment_services", False, (), fill)
    if own["job_search_in_force"] not in ("yes", "no"):
        return _item(
            "employment_services", False, (), fill, Message(N_("Missing: is the job search in force?"))
        )
    in_force = own["job_search_in_force"] == "yes"
    plan = own["employment_plan_on"]
    if in_force and plan:
        note = Message(N_("Job search in force, employment plan of {day}."), day=date.fromisoformat(plan))
    elif in_force:
        note = Message(N_("Job search in force, no employment plan written down."))
    else:
        note = Message(N_("The job search is not in force."))
    by = _by("initial_assessment", own, own["employment_services_on"])
    return _item("employment_services", True, (by,), fill, note)


def _debts(own: Row | None, start: Row | None) -> Item:
    fill = _form(own, start)
    if own is None or own["debts"] not in ("yes", "no"):
        return _item("debts", False, (), fill)
    if own["debts"] == "yes" and not own["debt_help"]:
        return _item(
            "debts", False, (), fill, Message(N_("There are debts: write what was done about them."))
        )
    note = Message(N_("There are debts.")) if own["debts"] == "yes" else Message(N_("No debts."))
    return _item("debts", True, (_by("initial_assessment", own, own["begun_on"]),), fill, note)


def _traps(own: Row | None, start: Row | None) -> Item:
    fill = _form(own, start)
    if own is None or not own["traps_discussed_on"]:
        return _item("traps", False, (), fill)
    counted = own["calculation_on"]
    note = Message(N_("Calculated on {day}."), day=date.fromisoformat(counted)) if counted else None
    return _item("traps", True, (_by("initial_assessment", own, own["traps_discussed_on"]),), fill, note)


def _meetings(rows: Rows, days: Days) -> Item:
    first, last = (day.isoformat() if day else None for day in days)
    # With the one of the last day: at that meeting it was decided to go on.
    held = _sorted(
        (
            row
            for row in rows.get("support_visit", ())
            if row["state"] == "done" and first and first <= row["on"] and (last is None or row["on"] <= last)
        ),
        "on",
    )
    by = [_by("support_visit", row, row["on"]) for row in held]
    least, most = MEETINGS
    note = Message(N_("{count} held; {least} to {most} are usual."), count=len(by), least=least, most=most)
    return _item("meetings", len(by) >= least, by, Fill("support_visit"), note)


# ---- the referral -----------------------------------------------------------------------------------------

CRITERIA = {
    "wants_work": Message(N_("First criterion: the client wants to work")),
    "needs_support": Message(N_("Second criterion: support is needed")),
}
ANSWERS = {choice.value: choice.title for choice in (*codes.YES_NO_UNKNOWN, *codes.YES_NO_LATER)}


def referral(row: Row) -> tuple[Item, ...]:
    """Return how far a referral is: the two criteria, the first meeting, choice and decision (L655-664)."""
    fill = Fill("coaching_relationship", UUID(row["id"]))

    def item(
        key: str, title: str | Message, done: bool, day: str | None, note: Message | None = None
    ) -> Item:
        said = title if isinstance(title, Message) else Message(title)
        by = (_by("coaching_relationship", row, day),) if done else ()
        return Item(key, said, done, by, fill, note)

    known = [
        item(name, title, row[name] in ("yes", "no"), None, _answer(row[name]))
        for name, title in CRITERIA.items()
    ]
    met = row["first_meeting_on"]
    told = None if row["first_meeting"] else Message(N_("Missing: wishes, strengths and support needs."))
    return (
        *known,
        item(
            "first_meeting",
            N_("First meeting"),
            bool(met and row["first_meeting"]),
            met,
            told if met else None,
        ),
        item("cooperation", N_("Agreed cooperation"), bool(row["cooperation"]), None),
        item(
            "client_joins",
            N_("The client's own choice"),
            row["client_joins"] in ("yes", "no"),
            None,
            _answer(row["client_joins"]),
        ),
        item(
            "decision",
            N_("Decision"),
            row["decision"] in ("accepted", "refused"),
            row["decided_on"],
            _decision(row),
        ),
    )


def _answer(value: str) -> Message | None:
    return Message(ANSWERS[value]) if value in ANSWERS else None


def _decision(row: Row) -> Message:
    if row["decision"] == "refused":
        return Message(N_("Refused: {reason}"), reason=row["refusal_reason"])
    if row["decision"] == "accepted":
        by_law = row["decided_by_shl17"]
        return Message(N_("Accepted, by section 17")) if by_law else Message(N_("Accepted"))
    return Message(N_("Waiting"))


# ---- inside -----------------------------------------------------------------------------------------------


def _begun(row: Row) -> tuple[str, str]:
    return row["started_on"], row["id"]


def _sorted(rows: Iterable[Row], name: str) -> list[Row]:
    return sorted(rows, key=lambda row: (row[name], row["id"]))


def _by(kind: str, row: Row, day: str | None) -> By:
    return By(kind, UUID(row["id"]), date.fromisoformat(day) if day else None)


def _of_now(day: str, start: Row | None) -> bool:
    """Tell whether something of a day belongs to the present coaching: of it, or at most a year before it."""
    if start is None:
        return True
    return day >= months_after(date.fromisoformat(start["started_on"]), -FRESH).isoformat()
