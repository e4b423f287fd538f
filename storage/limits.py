"""How long a device may show what it holds without a word from its centre; then it is hidden until the next pull.

A client, a role or a consent may have been taken away meanwhile, and a device that is offline cannot know. Only reading
stops: what is written goes on being saved. A store that has joined no centre has nothing of anybody else's, and never
has a limit.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pydantic_core import from_json
from sqlalchemy import Connection

from app import access, clock
from app.i18n import N_, Message
from app.record import iso
from app.services import SPECS
from storage import rows
from storage.state import set_state

DAYS = {group: 30 if group == access.CORE else 7 for group in access.GROUPS}
"""For how many days after a pull each compartment is shown."""
TURNED_BACK = timedelta(minutes=10)
"""How far this computer's clock may be behind the latest time that it has shown: more is no correction of it."""
NOTED_EVERY = timedelta(minutes=10)
_NAMES = ("device_id", "last_pull", "pulled_at", "latest_seen")


@dataclass(frozen=True)
class Contact:
    """The last pull by the centre's clock and by this computer's own, and the latest time that this one has shown.

    All empty where no centre was joined, or nothing was pulled from it yet.
    """

    centre: datetime | None = None
    here: datetime | None = None
    seen: datetime | None = None

    def is_turned_back(self, now: datetime) -> bool:
        """Tell whether this computer's clock was set back since."""
        return self.seen is not None and now < self.seen - TURNED_BACK

    def time_at_centre(self, now: datetime) -> datetime | None:
        """Return what the centre's clock shows now, as far as can be known: a wrong clock here stays as wrong."""
        if self.centre is None or self.here is None:
            return None
        return self.centre + (max(now, self.seen or now) - self.here)


def hidden(contact: Contact, now: datetime) -> frozenset[str]:
    """Return the compartments whose time is over."""
    present = contact.time_at_centre(now)
    if present is None or contact.centre is None:
        return frozenset()
    if contact.is_turned_back(now):
        return frozenset(access.GROUPS)
    return frozenset(group for group, days in DAYS.items() if present - contact.centre > timedelta(days=days))


def sentence(contact: Contact, now: datetime) -> Message | None:
    """Return what the person is told of it, or None while everything is shown."""
    over = hidden(contact, now)
    present = contact.time_at_centre(now)
    if not over or present is None or contact.centre is None:
        return None
    if contact.is_turned_back(now):
        return Message(
            N_(
                "This computer's clock has been turned back, so clients' data is hidden."
                " Set the clock right and connect to the centre."
            )
        )
    days = (present - contact.centre).days
    if access.CORE in over:
        return Message(
            N_(
                "For {days} days the centre has not been reached, so clients' data is hidden."
                " Connect to the centre to see it again. What you write is saved."
            ),
            days=days,
        )
    return Message(
        N_(
            "For {days} days the centre has not been reached, so health, finances and criminal records are hidden."
            " Connect to the centre to see them again. What you write is saved."
        ),
        days=days,
    )


@cache
def kinds(groups: frozenset[str]) -> frozenset[str]:
    """Return the kinds of clients' records that lie in these compartments."""
    return frozenset(kind for kind, spec in SPECS.items() if spec.scope == "client" and spec.group in groups)


def _contact(connection: Connection) -> Contact:
    marks = ", ".join("?" for _ in _NAMES)
    query = f"SELECT name, value FROM sync_state WHERE name IN ({marks})"
    known = {name: from_json(text) for name, text in rows.ask(connection, query, _NAMES) if text}
    if not known.get("device_id"):
        return Contact()
    moments = (known.get(name) for name in _NAMES[1:])
    return Contact(*(datetime.fromisoformat(one) if one else None for one in moments))


class Limits:
    """The limits of an open store. Threads may share it."""

    def __init__(self, view: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._view = view
        self._known: Contact | None = None

    def contact(self) -> Contact:
        """Return what is known of the last pull; read once, until something is written."""
        known = self._known
        if known is None:
            with self._view() as connection:
                known = _contact(connection)
            self._known = known
        return known

    def hidden(self) -> frozenset[str]:
        """Return the compartments that are hidden now."""
        contact = self.contact()
        return hidden(contact, clock.now()) if contact.here is not None else frozenset()

    def sentence(self) -> Message | None:
        """Return what the person is told of it, or None."""
        return sentence(self.contact(), clock.now())

    def note_time(self, connection: Connection) -> None:
        """Note the time that this computer shows, within a transaction that writes: now and then is enough."""
        contact = self._known if self._known is not None else _contact(connection)
        self._known = contact
        now = clock.now()
        if contact.here is not None and now > (contact.seen or contact.here) + NOTED_EVERY:
            set_state(connection, "latest_seen", iso(now))
            self._known = None

    def forget(self) -> None:
        """Read it anew when it is asked for again."""
        self._known = None


def pulled(connection: Connection, server_time: str) -> None:
    """Note, within the transaction that ends a pull, that the centre has said what may be held here."""
    present = iso(clock.now())
    for name, value in (("last_pull", server_time), ("pulled_at", present), ("latest_seen", present)):
        set_state(connection, name, value)
