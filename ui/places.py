"""The places of the program: the tabs on the left, a client's page, a plan; each built when it is first shown."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.i18n import N_, _

if TYPE_CHECKING:
    from ui.context import Context
    from ui.screens.administration import Page

Place = tuple[Any, ...]
"""("today",), ("service", key), ("client", id), ("plan", client, plan), ("merge", client, other or None),
("erase", client), ("register", client), ("conflicts",) or ("settings",)."""


@dataclass(frozen=True)
class Tab:
    """An entry of the list on the left: where it leads, its (untranslated) text and its icon."""

    place: Place
    title: str
    icon: str


def tabs(role: str) -> list[Tab]:
    """Return the tabs that a role sees: Today first, Settings last, the services between."""
    from app.services import SERVICES

    services = [Tab(("service", s.key), s.title, s.icon) for s in SERVICES if role in s.roles]
    return [
        Tab(("today",), N_("Today"), "mdi6.calendar-check-outline"),
        *services,
        Tab(("settings",), N_("Settings"), "mdi6.tune-variant"),
    ]


def build(place: Place, context: "Context", settings_page: Callable[[], QWidget]) -> QWidget:
    """Make the widget of a place. Screens are loaded only now."""
    name, *rest = place
    if name == "today":
        from ui.screens.today import TodayScreen

        return TodayScreen(context)
    if name == "client":
        from ui.screens.client_page import ClientPage

        return ClientPage(context, rest[0])
    if name == "plan":
        from ui.screens.plan import PlanScreen

        return PlanScreen(context, rest[0], rest[1])
    if name == "merge":
        from ui.screens.merge import MergeScreen

        return MergeScreen(context, rest[0], rest[1])
    if name == "erase":
        from ui.screens.erase import EraseScreen

        return EraseScreen(context, rest[0])
    if name == "register":
        from ui.screens.register_list import RegisterPage

        return RegisterPage(context, rest[0])
    if name == "conflicts":
        from ui.screens.conflicts import ConflictsScreen

        return ConflictsScreen(context)
    if name == "service":
        return _service(context, rest[0])
    return settings_page()


def client_of(place: Place) -> Any:
    """Return the client whom a place is about, or None."""
    return place[1] if place[0] in ("client", "plan", "merge", "erase", "register") else None


ALSO = {
    "clients": ("coaching_phase",),
    "administration": ("coaching_phase", "catalogue_service", "support_situation"),
}
"""What a tab shows beside its own kinds: the lists that coordinators keep, and administrators who see no client."""


def _service(context: "Context", key: str) -> QWidget:
    from app.services import SERVICES, SPECS
    from ui.lists import Listed, Lists
    from ui.screens.phases import PhasesScreen

    service = next(service for service in SERVICES if service.key == key)
    screens: dict[str, Callable[[], QWidget]] = {"coaching_phase": lambda: PhasesScreen(context)}
    if key in ALSO:
        from ui.screens.catalogue import KINDS, StartingList

        for kind in KINDS:
            screens[kind] = partial(StartingList, context, kind)
    if key == "clients":
        from ui.screens.clients import ClientsScreen
        from ui.screens.merges import MergesScreen
        from ui.screens.retention import RetentionScreen

        screens["client"] = lambda: ClientsScreen(context)
        screens["client_merge"] = lambda: MergesScreen(context)
        screens["erasure"] = lambda: RetentionScreen(context)
    own: tuple[Page, ...] = ()
    if key == "administration":
        from ui.screens.administration import pages
        from ui.screens.administration import screens as pages_made

        own = pages(context.role)
        screens |= pages_made(context)
    records: list[Listed] = [*own, *service.records, *(SPECS[kind] for kind in ALSO.get(key, ()))]
    return Lists(context, _(service.title), records, screens=screens)
