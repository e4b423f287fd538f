"""How the records' schema grew: which kinds and fields each version of it brought.

Programs of different age meet at one centre. A device whose program is newer than the centre keeps back what the
centre has no place for (`storage.skew`); the centre lifts what an older program wrote (`sync.upcasting`). A kind or
field that a migration adds is named here; a test compares this with the migrations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic_core import PydanticUndefined

from app.patch import same


@dataclass(frozen=True)
class Grown:
    """What one version added: whole kinds, and fields to kinds that were there."""

    kinds: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


GREW: Mapping[int, Grown] = {
    2: Grown(
        kinds=_names(
            "attachment catalogue_service client_merge consent consent_withdrawal cooperation_agreement"
            " disclosure_decision erasure initial_assessment interview job_application job_check kykyviisari_result"
            " partner_meeting partner_notice phrase referral search_plan sharing support_need_check support_plan"
            " support_situation survey_answer survey_round target time_entry"
        ),
        fields={
            "career_plan": frozenset({"copied_on"}),
            "client": frozenset({"matter_closed_on", "died_on"}),
            "coaching_relationship": frozenset({"wants_work", "needs_support", "client_joins", "decided_on"}),
            "employment": frozenset({"trial_id"}),
            "support_visit": frozenset({"copied_on"}),
            "work_trial": frozenset({"decided_on", "decided_by", "agreed_until", "end_reason", "feedback"}),
            "worker": frozenset({"employed_from", "employed_to", "percent"}),
        },
    ),
    3: Grown(
        kinds=frozenset({"client_finances", "coaching_phase"}),
        fields={
            "assignment": frozenset({"groups"}),
            "worker": frozenset({"organisation", "unit"}),
        },
    ),
}
"""By version; what is not named here was there from the first."""


@cache
def since(kind: str, name: str = "") -> int:
    """Return the version that brought a kind, or a field of it."""
    for version, grown in GREW.items():
        if kind in grown.kinds or (name and name in grown.fields.get(kind, ())):
            return version
    return 1


@cache
def newer_than(kind: str, version: int) -> Mapping[str, Any]:
    """Return the fields of a kind that a version does not know, each with the value that says nothing."""
    from app.services import SPECS

    infos = SPECS[kind].table.model_fields
    names = sorted(name for name in infos if since(kind, name) > version)
    return {name: _blank(infos[name]) for name in names}


def _blank(info: Any) -> Any:
    if info.default_factory is not None:
        return info.default_factory()
    return None if info.default is PydanticUndefined else info.default


def needs(kind: str, patch: Mapping[str, Sequence[Any]]) -> int:
    """Return the first version that has a place for all that a change says.

    A newer field that says nothing, before or after, needs no place.
    """
    fields = newer_than(kind, 1)
    said = [
        since(kind, name)
        for name in fields.keys() & patch.keys()
        if not _is_silent(fields[name], patch[name])
    ]
    return max(said, default=since(kind))


def without_newer(kind: str, patch: Mapping[str, Sequence[Any]], version: int) -> dict[str, list[Any]]:
    """Return a change as a version says it: without newer fields that say nothing."""
    fields = newer_than(kind, version)
    return {
        name: list(change)
        for name, change in patch.items()
        if name not in fields or not _is_silent(fields[name], change)
    }


def _is_silent(blank: Any, change: Sequence[Any]) -> bool:
    return all(value is None or same(value, blank) for value in change)
