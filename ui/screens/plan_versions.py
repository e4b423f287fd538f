"""Versions of a career plan as data: the next one, the difference of two, and the signing of one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.clock import today
from app.errors import Problem, Refused
from app.i18n import N_, Message
from app.record import Row, fields, from_row, validated
from app.services.coaching.records import CareerPlan
from app.signing import SIGNING, seal
from ui.screens.words import as_text, day_of, field_of, title_of

# What a version is, rather than what it says.
_NUMBERING = ("id", "client_id", "version_no", "replaces")


def ordered(plans: Iterable[Row]) -> list[Row]:
    """Return versions newest first."""
    return sorted(plans, key=lambda plan: (plan["version_no"], plan["id"]), reverse=True)


def blank(client_id: UUID) -> dict[str, Any]:
    """Return the values of a client's first plan."""
    return {"client_id": str(client_id), "version_no": 1, "made_on": today().isoformat()}


def next_version(plan: Row, plans: Sequence[Row]) -> dict[str, Any]:
    """Return the values of the version after a signed one.

    The content is copied with the ids of goals and steps, so that progress written for a step goes on.
    """
    copied = {name: plan[name] for name in fields(CareerPlan) if name not in (*SIGNING, *_NUMBERING)}
    review = day_of(plan["review_on"])
    return copied | {
        "client_id": plan["client_id"],
        "version_no": max((row["version_no"] for row in plans), default=plan["version_no"]) + 1,
        "replaces": plan["id"],
        "made_on": today().isoformat(),
        "review_on": review.isoformat() if review and review > today() else None,
    }


def difference(old: Row, new: Row, *, all_fields: bool = False) -> list[tuple[str, str, str]]:
    """Return title, older text and newer text of each field in which two versions differ."""
    found = []
    for name in fields(CareerPlan):
        if name in (*SIGNING, *_NUMBERING):
            continue
        before, after = (as_text(field_of("career_plan", name), row.get(name)) for row in (old, new))
        if before != after or all_fields:
            found.append((title_of("career_plan", name), before, after))
    return found


def may_sign(plan: Row) -> None:
    """Refuse, with words, to have a plan signed that says nothing yet or is signed already."""
    if plan.get("content_hash"):
        raise Refused([Problem(None, Message(N_("This version is signed already.")))])
    if not any((goal.get("text") or "").strip() for goal in plan.get("goals") or []):
        raise Refused(
            [Problem("goals", Message(N_("The plan has no goal yet. Write at least one before signing.")))]
        )


def signed(plan: Row, signatures: Sequence[Mapping[str, Any]]) -> CareerPlan:
    """Return the plan with its signatures, their day and the mark of what they vouch for.

    `signatures` hold role, name, strokes and on_paper: who signs the printed page has no strokes here, and the
    document has a line to sign on. Raises Refused without a goal, a name or a signature.
    """
    may_sign(plan)
    for signature in signatures:
        if not str(signature["name"]).strip():
            raise Refused([Problem("name", Message(N_("Write the name under each signature.")))])
        if not signature["strokes"] and not signature.get("on_paper"):
            raise Refused(
                [
                    Problem(
                        "strokes",
                        Message(N_("{name} has not signed yet."), name=str(signature["name"])),
                    )
                ]
            )
    content = from_row(CareerPlan, plan).model_dump(mode="json")
    return validated(
        CareerPlan,
        content
        | {
            "signatures": [
                {name: signature[name] for name in ("role", "name", "strokes")} for signature in signatures
            ],
            "signed_on": today().isoformat(),
            "content_hash": seal(CareerPlan, content),
        },
    )
