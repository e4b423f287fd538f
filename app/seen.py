"""Who has seen a client's data: a paper for the client, in plain words, with names, roles, days and what was done.

From the centre it is about everybody (`from_centre`); without a network only about this computer (`here`), and it says
so. It never tells what was written.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from app import access
from app.clock import now, today
from app.i18n import N_, _, format_date, format_instant, using_language
from app.pdf import Block, Callout, Document, Heading, Paragraph, Table, Title, Value
from app.record import Row
from app.roles import ROLES
from app.services import SPECS

WRITTEN, TRIED = "written", "tried"

_DEEDS = {
    "opened": N_("Looked at your page"),
    "read": N_("Read"),
    "listed": N_("Saw you in a list"),
    "searched": N_("Searched"),
    WRITTEN: N_("Wrote or changed"),
    "export": N_("Made a document"),
    "printed": N_("Printed"),
    "shared": N_("Told others"),
    "copied": N_("Made a copy of everything"),
    "merged": N_("Joined two notes of you into one"),
    "unmerged": N_("Took two notes of you apart again"),
    "erased": N_("Erased"),
    TRIED: N_("Tried to change; it was not accepted"),
}
_ANY = N_("Handled in another way")
_ABOUT = {
    access.CORE: N_("general information"),
    access.HEALTH: N_("health"),
    access.FINANCES: N_("money"),
    access.LEGAL: N_("criminal matters"),
}
_WITHOUT_ABOUT = ("opened", "listed", "searched", "copied", "merged", "unmerged", "erased")
_CHANGES = ("create", "update", "delete", "undelete")


class Reader(Protocol):
    """Where the facts of this computer come from: the open store."""

    def row(self, kind: str, record_id: UUID | str) -> Row | None:
        """Return one row."""

    def rows(self, kind: str, *, client_id: UUID | str | None = None) -> list[Row]:
        """Return the rows of a kind, of one client."""

    def worker_names(self) -> dict[str, str]:
        """Return workers' names by id."""

    def access_log(self, client_id: UUID | str | None = None) -> list[Row]:
        """Return who handled the client's data, newest first."""


@dataclass(frozen=True)
class Person:
    """Somebody of the service: name, role, and from when to when she had the client."""

    name: str
    role: str
    periods: tuple[tuple[date | None, date | None], ...] = ()


@dataclass(frozen=True)
class Deed:
    """What somebody (by id; None for the centre itself) did on a day with one compartment, and how often."""

    day: date
    person: str | None
    action: str
    group: str
    times: int = 1


@dataclass(frozen=True)
class Seen:
    """Everything that the paper says: the client's name, people by id, deeds, and of when and where it was gathered."""

    client: str
    people: Mapping[str, Person]
    deeds: Sequence[Deed] = field(default=())
    at: datetime = field(default_factory=now)
    everywhere: bool = False


# ---- gathering --------------------------------------------------------------------------------------------


def here(reader: Reader, client_id: UUID) -> Seen | None:
    """Gather what this computer knows; None where the client is not here."""
    client = reader.row("client", client_id)
    if client is None or client["deleted"]:
        return None
    names = reader.worker_names()
    people: dict[str, Person] = {}
    for row in reader.rows("assignment", client_id=client_id):
        known = people.get(row["worker_id"], Person(names.get(row["worker_id"], ""), row["role"]))
        period = (_day(row["valid_from"]), _day(row["valid_to"]))
        people[row["worker_id"]] = Person(known.name, row["role"], (*known.periods, period))
    counted = Counter(_deed(line) for line in reader.access_log(client_id))
    for _day_of, worker, _action, _group in counted:
        people.setdefault(worker, Person(names.get(worker, ""), ""))
    deeds = [
        Deed(day, worker, action, group, times) for (day, worker, action, group), times in counted.items()
    ]
    return Seen(_name(client), people, deeds)


def from_centre(client: Row, told: Mapping[str, Any]) -> Seen:
    """Make it of the centre's answer, which is `sync.read_messages.SeenReply` as plain data."""
    people = {
        one["id"]: Person(
            one["name"], one["role"], tuple((_day(begins), _day(ends)) for begins, ends in one["periods"])
        )
        for one in told["people"]
    }
    deeds = [
        Deed(date.fromisoformat(e["day"]), e["person"], e["action"], e["group"], e["times"])
        for e in told["entries"]
    ]
    return Seen(_name(client), people, deeds, datetime.fromisoformat(told["server_time"]), everywhere=True)


def _deed(line: Row) -> tuple[date, str, str, str]:
    spec = SPECS.get(line["kind"])
    group = spec.group if spec is not None and spec.scope == "client" else access.CORE
    action = WRITTEN if line["action"] in _CHANGES else line["action"]
    return datetime.fromisoformat(line["at"]).astimezone().date(), line["worker"], action, group


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _name(client: Row) -> str:
    return f"{client['first_name']} {client['last_name']}"


# ---- the paper --------------------------------------------------------------------------------------------


def document(seen: Seen, *, language: str, maker: str) -> Document:
    """Make the paper in a language (fi, sv, en); `maker` is who gives it to the client."""
    with using_language(language):
        return Document(
            title=_("Who has seen my information"),
            language=language,
            maker=maker,
            version="1",
            made_on=today(),
            blocks=list(_blocks(seen, maker)),
        )


def _blocks(seen: Seen, maker: str) -> Iterable[Block]:
    yield Title(_("Who has seen my information"), seen.client)
    yield Paragraph(
        _(
            "The people who work with you use a program called Työpari. The program notes who looks at your"
            " information and who changes it. Here you see what it has noted."
        )
    )
    yield Callout(_where(seen))
    yield Heading(_("Who works with you"))
    yield from _people(seen)
    yield Heading(_("What has been done"))
    if seen.deeds:
        lines: list[list[Value]] = [[deed.day, _who(seen, deed), _what(deed)] for deed in _newest_first(seen)]
        yield Table([_("Day"), _("Who"), _("What")], lines, [2, 4, 5])
    else:
        yield Paragraph(_("Nothing has been noted."), "quiet")
    yield Heading(_("If you want to ask"))
    asks = (
        _("You can ask {name} what a note means.").format(name=maker)
        if maker
        else _("You can ask your coach.")
    )
    yield Paragraph(
        asks
        + " "
        + _(
            "If you think that somebody has looked at your information without a reason, tell the service. You can"
            " also contact the Data Protection Ombudsman."
        )
    )


def _where(seen: Seen) -> str:
    if seen.everywhere:
        said = _(
            "This is what all computers of the service have noted, up to {time}. A computer that was without a network"
            " tells it later."
        )
    else:
        said = _(
            "This is only what one computer has noted, up to {time}. It does not tell what was done on other"
            " computers. Ask for a new paper when there is a network."
        )
    return said.format(time=format_instant(seen.at))


def _people(seen: Seen) -> Iterable[Block]:
    lines = [
        [person.name or _("Name not known"), _role(person.role), _time(begins, ends)]
        for person in sorted(seen.people.values(), key=lambda one: one.name)
        for begins, ends in person.periods
    ]
    if lines:
        yield Table([_("Name"), _("Work"), _("When")], lines, [4, 4, 3])
    else:
        yield Paragraph(_("Nobody has been named."), "quiet")


def _role(value: str) -> str:
    return next((_(choice.title) for choice in ROLES if choice.value == value), "")


def _time(begins: date | None, ends: date | None) -> str:
    if ends is None:
        return _("from {day}").format(day=format_date(begins)) if begins else _("all the time")
    return f"{format_date(begins) if begins else ''}–{format_date(ends)}"


def _newest_first(seen: Seen) -> list[Deed]:
    def order(deed: Deed) -> tuple[int, str, str, str]:
        return -deed.day.toordinal(), _who(seen, deed), deed.action, deed.group

    return sorted(seen.deeds, key=order)


def _who(seen: Seen, deed: Deed) -> str:
    if deed.person is None:
        return _("The service's centre")
    person = seen.people.get(deed.person)
    name = person.name if person is not None and person.name else _("Name not known")
    role = _role(person.role) if person is not None else ""
    return f"{name}, {role}" if role else name


def _what(deed: Deed) -> str:
    what = _(_DEEDS.get(deed.action, _ANY))
    if deed.action not in _WITHOUT_ABOUT and deed.group in _ABOUT:
        what = f"{what}: {_(_ABOUT[deed.group])}"
    if deed.times > 1:
        return _("{what} ({count} times)").format(what=what, count=deed.times)
    return what
