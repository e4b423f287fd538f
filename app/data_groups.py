"""The groups of data that a consent names: what each entry holds of them, as it is filled (facts.md 4)."""

from collections.abc import Mapping

from app.i18n import _
from app.record import Row


class Groups(tuple[str, ...]):
    """Groups of data that write themselves as a person reads them, in the language in which they are shown."""

    def __str__(self) -> str:
        from app.services.consents.codes import DATA_GROUPS

        titles = {choice.value: choice.title for choice in DATA_GROUPS}
        return ", ".join(_(titles.get(group, group)) for group in self)


_GROUPS: Mapping[str, tuple[str, ...]] = {
    "career_plan": ("work",),
    "vocational_profile": ("work",),
    "cooperation_agreement": ("work",),
    "coaching_relationship": ("work",),
    "phase_change": ("work",),
    "initial_assessment": ("work",),
    "plan_progress": ("work",),
    "support_visit": ("work",),
    "search_plan": ("work",),
    "job_application": ("work",),
    "interview": ("work",),
    "employment": ("work",),
    "work_trial": ("work",),
    "job_check": ("work",),
    "support_plan": ("work",),
    "disclosure_decision": ("work",),
    "referral": ("work",),
    "profile_health": ("health",),
    "kykyviisari_result": ("health",),
    "client_finances": ("finances",),
    "consent": (),
}
_FILLED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "vocational_profile": (
        ("benefits", "benefits"),
        ("benefit_fears", "benefits"),
        ("debts", "finances"),
        ("guardian", "finances"),
        ("network", "other"),
    ),
    "initial_assessment": (
        ("debts", "finances"),
        ("debt_help", "finances"),
        ("traps", "benefits"),
        ("kela_rehabilitation", "health"),
    ),
    "client_finances": (("benefits", "benefits"), ("benefit_fears", "benefits")),
    "profile_health": (("substance_use", "substance_use"),),
    "support_plan": (("benefit_reporting", "benefits"),),
    "employment": (("wage_subsidy_until", "benefits"),),
}
_TOPICS = {
    "kela": "benefits",
    "housing_support": "benefits",
    "adjusted_benefit": "benefits",
    "income_limit": "benefits",
    "expenses": "benefits",
    "tax_card": "finances",
}
_SERVICES = {
    "health": ("work", "health"),
    "mental_health": ("health", "substance_use"),
    "rehabilitation": ("work", "health"),
    "debt": ("benefits", "finances"),
    "housing": ("other",),
    "social": ("work", "other"),
}


def groups_of(kind: str, row: Row) -> Groups:
    """Return the groups of data that an entry holds, as it is filled: what a consent must name for it to be shared.

    A consent itself holds none: whoever it names may see it. A kind that is not known here counts as "other", in the
    compartment of health as health as well.
    """
    groups = dict.fromkeys(_GROUPS.get(kind, ("other",)))
    if str(row.get("scope") or "").endswith(":health"):
        groups |= {"health": None}
    groups |= {group: None for name, group in _FILLED.get(kind, ()) if row.get(name)}
    groups |= {_TOPICS[topic]: None for topic in row.get("topics") or () if topic in _TOPICS}
    return Groups(groups)


def groups_for_service(category: str) -> Groups:
    """Return the groups of data that a referral to a service of a category usually tells."""
    return Groups(_SERVICES.get(category, ("work",)))
