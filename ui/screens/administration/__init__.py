"""Administration: what administrators and team leads do at the centre, each page for those whose role may."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app import roles
from app.i18n import N_
from ui.context import Context


@dataclass(frozen=True)
class Page:
    """A page of administration: its key, its (untranslated) title, and who sees it."""

    kind: str
    title: str
    roles: tuple[str, ...]


PAGES = (
    Page("users", N_("People"), (roles.ADMIN,)),
    Page("devices", N_("Computers"), (roles.ADMIN,)),
    Page("hand_over", N_("Hand over clients"), (roles.TEAM_LEAD,)),
    Page("quarantine", N_("Quarantine"), (roles.TEAM_LEAD,)),
    Page("log", N_("Log"), (roles.ADMIN, roles.TEAM_LEAD)),
)


def pages(role: str) -> tuple[Page, ...]:
    """Return the pages that a role sees."""
    return tuple(page for page in PAGES if role in page.roles)


def screens(context: Context) -> dict[str, Callable[[], QWidget]]:
    """Return how each page is made; it is loaded when it is first shown."""

    def users() -> QWidget:
        from ui.screens.administration.users import UsersPage

        return UsersPage(context)

    def devices() -> QWidget:
        from ui.screens.administration.devices import DevicesPage

        return DevicesPage(context)

    def hand_over() -> QWidget:
        from ui.screens.administration.hand_over import HandOverPage

        return HandOverPage(context)

    def quarantine() -> QWidget:
        from ui.screens.administration.quarantine import QuarantinePage

        return QuarantinePage(context)

    def log() -> QWidget:
        from ui.screens.administration.log import LogPage

        return LogPage(context)

    return {"users": users, "devices": devices, "hand_over": hand_over, "quarantine": quarantine, "log": log}
