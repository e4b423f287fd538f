"""What saving an entry tells to whom: a referral that goes out, the coach's contact with an employer (modules.md 2).

Every way of saving such an entry (the form, a button, the command `put`) asks here first, and saves the sharings
together with it:

    entries = sharings_with(store, kind, values, old, override_reason=reason)  # raises NotShared
    changes = store.save(record, *entries)
    log_sharing(store, entries)

Reads the store, writes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from app.clock import today
from app.consent import Recipient, folded
from app.data_groups import groups_for_service, groups_of
from app.record import Row
from app.services.consents.records import Sharing
from app.sharing import Keeper, sharing_entries


class Rows(Protocol):
    """Where rows are read: the open store."""

    def row(self, kind: str, record_id: UUID | str) -> Row | None:
        """Return one row, deleted or not."""


class Holder(Keeper, Rows, Protocol):
    """The open store."""


@dataclass(frozen=True)
class Telling:
    """That an entry tells somebody something: whom, which groups of data, how, and on which day.

    `employer`: the recipient is an employer, whom the client's disclosure decision governs as well.
    """

    recipient: Recipient
    groups: tuple[str, ...]
    shared_as: str
    employer: bool
    on: date


@dataclass(frozen=True)
class Tells:
    """How entries of a kind tell: the fields that name the recipient, the others that it hangs on, and the rule."""

    named_by: tuple[str, ...]
    also: tuple[str, ...]
    rule: Callable[[Rows, Mapping[str, Any]], Telling | None]

    @property
    def fields(self) -> tuple[str, ...]:
        """Return every field that the answer depends on."""
        return (*self.named_by, *self.also)


def telling(
    store: Rows, kind: str, values: Mapping[str, Any], old: Mapping[str, Any] | None
) -> Telling | None:
    """Return what saving an entry with these values tells, or None where nobody is told anything new.

    `values` are the whole entry as it will stand, `old` as it is stored (None for a new one).
    """
    tells = TELLING.get(kind)
    new = tells.rule(store, values) if tells is not None else None
    if tells is None or new is None or old is None or old.get("deleted"):
        return new
    before = tells.rule(store, old)
    same = before is not None and folded(str(before.recipient)) == folded(str(new.recipient))
    return None if before is not None and same and set(new.groups) <= set(before.groups) else new


def sharings_with(
    store: Holder,
    kind: str,
    values: Mapping[str, Any],
    old: Mapping[str, Any] | None,
    *,
    groups: Iterable[str] = (),
    override_reason: str = "",
) -> list[Sharing]:
    """Return the sharings to save together with an entry; none where it tells nobody anything.

    `groups`: what is told, where a person chose it. Raises NotShared without a consent and a written reason.
    """
    told = telling(store, kind, values, old)
    if told is None:
        return []
    return sharing_entries(
        store,
        UUID(str(values["client_id"])),
        told.recipient,
        tuple(groups) or told.groups,
        told.on,
        shared_as=told.shared_as,
        of_kind=kind,
        of_id=UUID(str(values["id"])),
        override_reason=override_reason,
        employer=told.employer,
    )


def told_to(store: Rows, values: Mapping[str, Any]) -> tuple[Recipient, list[str]]:
    """Return whom a referral tells, and the groups of data that such a service is usually told."""
    service = store.row("catalogue_service", values["service_id"]) if values.get("service_id") else None
    of_service = (service["organisation"] or service["name"]) if service else values.get("service") or ""
    organisation = values.get("organisation") or of_service
    groups = groups_for_service(service["category"] if service else "")
    return Recipient(organisation, person=values.get("contact") or ""), list(groups)


def _referral(store: Rows, values: Mapping[str, Any]) -> Telling | None:
    if values.get("direction") != "out":
        return None
    recipient, groups = told_to(store, values)
    return Telling(recipient, tuple(groups), "referral", False, _day(values.get("made_on")))


def _application(_store: Rows, values: Mapping[str, Any]) -> Telling | None:
    # A draft has been shown to nobody; it tells when it is sent.
    if values.get("channel") != "coach" or values.get("state") == "draft":
        return None
    return _contact("job_application", values)


def _interview(_store: Rows, values: Mapping[str, Any]) -> Telling | None:
    if not values.get("coach_present") or values.get("state") == "cancelled":
        return None
    return _contact("interview", values)


def _contact(kind: str, values: Mapping[str, Any]) -> Telling:
    employer = Recipient(str(values.get("employer") or ""))
    groups = tuple(groups_of(kind, {}))
    return Telling(employer, groups, "employer_contact", True, _day(values.get("on")))


def _day(value: Any) -> date:
    """Return the day on which it is told: that of the entry, or today where it is agreed for a day to come."""
    try:
        on = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        return today()
    return min(on, today())


TELLING: Mapping[str, Tells] = {
    "referral": Tells(
        ("organisation", "contact"), ("direction", "service_id", "service", "made_on"), _referral
    ),
    "job_application": Tells(("employer",), ("channel", "state", "on"), _application),
    "interview": Tells(("employer",), ("coach_present", "state", "on"), _interview),
}
"""The kinds whose entries may tell somebody something. The first of `named_by` is where a refusal is said."""
