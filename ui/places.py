"""The places of the program: the tabs on the left, a client's page, a plan; each built when it is first shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QTabWidget, QWidget

from app.i18n import N_, _
from ui.theme import spacing

if TYPE_CHECKING:
    from app.spec import Service
    from ui.context import Context

Place = tuple[Any, ...]
"""("today",), ("service", key), ("client", id), ("plan", client, plan), ("conflicts",) or ("settings",)."""


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
    if name == "conflicts":
        from ui.screens.conflicts import ConflictsScreen

        return ConflictsScreen(context)
    if name == "service":
        return _service(context, rest[0])
    return settings_page()


def client_of(place: Place) -> Any:
    """Return the client whom a place is about, or None."""
    return place[1] if place[0] in ("client", "plan") else None


def _service(context: "Context", key: str) -> QWidget:
    from app.services import SERVICES

    if key == "clients":
        from ui.screens.clients import ClientsScreen

        return ClientsScreen(context)
    return _lists(context, next(service for service in SERVICES if service.key == key))


def _lists(context: "Context", service: "Service") -> QWidget:
    """A service without a screen of its own: a list for each of its kinds, made when its tab is first shown."""
    from ui.records import RecordsPage

    empty: list[QWidget] = []
    made = QTabWidget()
    made.setDocumentMode(True)
    made.setAccessibleName(_(service.title))
    for spec in service.records:
        empty.append(QWidget())
        made.addTab(empty[-1], _(spec.title))

    def shown(index: int) -> None:
        if isinstance(made.widget(index), RecordsPage):
            return
        spec = service.records[index]
        made.blockSignals(True)
        made.removeTab(index)
        page = RecordsPage(context, spec)
        page.setContentsMargins(*[spacing(2)] * 4)
        made.insertTab(index, page, _(spec.title))
        made.setCurrentIndex(index)
        made.blockSignals(False)
        empty[index].deleteLater()

    made.currentChanged.connect(shown)
    shown(0)
    return made
