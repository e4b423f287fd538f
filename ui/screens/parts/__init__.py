"""The parts of a client's page, in their order. The first is the story; every other is made when it is first shown.

A part is a widget made from (context, client_id). A new one is one module and one line here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.i18n import N_
from ui.context import Context


@dataclass(frozen=True)
class Part:
    """A part: its key, (untranslated) title and icon, and where its widget is, or else the kinds that it lists."""

    key: str
    title: str
    icon: str
    kinds: tuple[str, ...] = ()
    widget: str = ""


PARTS = (
    Part(
        "start",
        N_("Start"),
        "mdi6.flag-checkered",
        ("coaching_relationship", "phase_change", "initial_assessment", "kykyviisari_result"),
        "ui.screens.parts.start.StartPart",
    ),
    Part(
        "plans",
        N_("Profile and plans"),
        "mdi6.map-outline",
        (
            "vocational_profile",
            "profile_health",
            "client_finances",
            "profile_criminal_record",
            "career_plan",
            "cooperation_agreement",
        ),
        "ui.screens.parts.plans.PlansPart",
    ),
    Part(
        "search",
        N_("Job search"),
        "mdi6.magnify",
        ("disclosure_decision", "search_plan", "job_application", "interview"),
        "ui.screens.parts.search.SearchPart",
    ),
    Part(
        "work",
        N_("Work and support"),
        "mdi6.briefcase-outline",
        ("work_trial", "employment", "job_check", "support_plan", "support_visit"),
        "ui.screens.parts.work.WorkPart",
    ),
    Part(
        "services",
        N_("Network and services"),
        "mdi6.transit-connection-variant",
        ("network_member", "referral", "support_need_check", "assignment"),
        "ui.screens.parts.services.ServicesPart",
    ),
    Part(
        "consents",
        N_("Consents"),
        "mdi6.file-sign",
        ("consent", "consent_withdrawal", "partner_notice", "sharing"),
        "ui.screens.parts.consents.ConsentsPart",
    ),
    Part(
        "documents",
        N_("Documents"),
        "mdi6.paperclip",
        ("attachment",),
        "ui.screens.parts.documents.Documents",
    ),
)


def build(part: Part, context: Context, client_id: UUID) -> QWidget:
    """Make the widget of a part."""
    if part.widget:
        module, name = part.widget.rsplit(".", 1)
        make: Callable[[Context, UUID], QWidget] = getattr(import_module(module), name)
        return make(context, client_id)
    from app.i18n import _
    from app.services import SPECS
    from ui.lists import Lists

    return Lists(context, _(part.title), tuple(SPECS[kind] for kind in part.kinds), client_id)
