"""Versions of a career plan as data: their order, the first, the next one, and what makes it ready to be signed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app import versions
from app.clock import today
from app.record import Row, from_row
from app.services import SPECS
from app.services.coaching.records import CareerPlan

SPEC = SPECS["career_plan"]


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
    return versions.next_version(SPEC, plan, plans)


def may_sign(plan: Row) -> None:
    """Refuse, with words, to have a plan signed that says nothing yet or is signed already."""
    versions.may_sign(SPEC, plan)


def signed(plan: Row, signatures: Sequence[Mapping[str, Any]]) -> CareerPlan:
    """Return the plan as both have signed it. Raises Refused without a goal, a name or a signature."""
    return from_row(CareerPlan, versions.signed(SPEC, plan, signatures).model_dump(mode="json"))
