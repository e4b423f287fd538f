"""What the organisation asks of people who join and how they may log in, as its administrator has set it."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast, get_args

from sqlalchemy import Connection, delete, select

from app.clock import now
from app.errors import KnownError
from app.i18n import N_, Message
from sync.login_messages import EnrolWith
from sync.server.events import event
from sync.server.statements import put
from sync.server.tables import STATE

_NAMES = {name: f"login_{name}" for name in ("enrol_with", "passwords", "issuer", "client_id", "days")}
_OPTIONS = "--oidc, --client-id"
CHOICES: tuple[str, ...] = get_args(EnrolWith)


@dataclass(frozen=True)
class Rules:
    """What is asked at enrolment (`enrol_with`), how people log in, and after how many `days` they do so again."""

    enrol_with: EnrolWith = "code"
    passwords: bool = True
    issuer: str = ""
    client_id: str = ""
    days: int = 30

    @property
    def wants_login(self) -> bool:
        """Tell whether a person must log in, at enrolment and once more after `days`."""
        return self.enrol_with != "code"

    @property
    def wants_code(self) -> bool:
        """Tell whether a code is needed at enrolment."""
        return self.enrol_with != "login"

    def is_due(self, login_at: str | None) -> bool:
        """Tell whether a person who last logged in then must do so again."""
        if not self.wants_login:
            return False
        return login_at is None or datetime.fromisoformat(login_at) + timedelta(days=self.days) < now()


def rules(connection: Connection) -> Rules:
    """Return what is set; a centre of which nothing was set asks for a code alone."""
    found = connection.execute(
        select(STATE.c.name, STATE.c.value).where(STATE.c.name.in_(_NAMES.values()))
    ).all()
    told = {row.name.removeprefix("login_"): row.value for row in found}
    return Rules(
        enrol_with=cast(EnrolWith, told.get("enrol_with", "code")),
        passwords=told.get("passwords", "yes") == "yes",
        issuer=told.get("issuer", ""),
        client_id=told.get("client_id", ""),
        days=int(told.get("days", 30)),
    )


def change(connection: Connection, **changed: Any) -> Rules:
    """Set what is given, and return all. Raises KnownError for what would leave nobody a way in."""
    fresh = replace(rules(connection), **changed)
    if fresh.wants_login and not fresh.passwords and not fresh.issuer:
        raise KnownError(
            Message(N_("Nobody could log in: there is neither a log-in of the organisation nor passwords.")),
            Message(
                N_("Name the organisation's log-in with {options}, or allow passwords."), options=_OPTIONS
            ),
        )
    if bool(fresh.issuer) != bool(fresh.client_id):
        raise KnownError(Message(N_("The organisation's log-in needs both: {options}."), options=_OPTIONS))
    words = {**asdict(fresh), "passwords": "yes" if fresh.passwords else "no", "days": str(fresh.days)}
    connection.execute(delete(STATE).where(STATE.c.name.in_(_NAMES.values())))
    put(connection, STATE, [{"name": _NAMES[name], "value": value} for name, value in words.items()])
    event(connection, "login_rules", enrol_with=fresh.enrol_with, passwords=fresh.passwords, days=fresh.days)
    return fresh
