"""Which scopes a person may hold: one pure function, the same on the device and at the centre.

A scope is one compartment of one client, `client:<id>:<group>`, beside `reference` (everybody) and
`staff:<worker id>` (that worker alone). A compartment is opened by an assignment and the role in it, and for some roles
only by a consent of the client's that is in force.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from app import roles
from app.consent import Recipient, covers, day, may_share
from app.i18n import N_
from app.record import Row
from app.spec import Choice

CORE, HEALTH, FINANCES, LEGAL = GROUPS = ("core", "health", "finances", "legal")
COMPARTMENTS = (
    Choice(HEALTH, N_("Health")),
    Choice(FINANCES, N_("Finances")),
    Choice(LEGAL, N_("Criminal record")),
)
"""What an assignment may name beside the core, which every assignment gives."""

# Health, money and criminal-record details are needed by the coach who plans work around them (facts.md 2.2, parts 4, 9
# and 11; GDPR art. 9 and 10).
_BY_ROLE: dict[str, tuple[str, ...]] = {
    roles.JOB_COACH: GROUPS,
    roles.WORK_ABILITY_COORDINATOR: (CORE,),
    roles.JOBCENTER_COORDINATOR: (CORE,),
    roles.TEAM_LEAD: (CORE,),
}
# Coordinators plan with others, often of another organisation: the client says what they may know (facts.md 4). The
# groups of data are those that a consent names.
_BY_CONSENT: dict[str, tuple[str, ...]] = {
    roles.WORK_ABILITY_COORDINATOR: (HEALTH, FINANCES),
    roles.JOBCENTER_COORDINATOR: (HEALTH,),
}
_NEVER = "9999-12-31"


def scopes(
    worker: Mapping[str, Any],
    assignments: Iterable[Mapping[str, Any]],
    consents: Iterable[Row],
    withdrawals: Iterable[Row],
    today: date,
) -> set[str]:
    """Return the scopes that the worker may hold today.

    `worker` says id, name, organisation and unit, as consents name parties. `assignments` are rows of hers: client_id,
    role, valid_from, valid_to (ISO text or None), groups, deleted. The role is that of the assignment: a person may be
    a client's coach and another's coordinator. `consents` and `withdrawals` are those of the clients that `asked_of`
    names, deleted ones too; what of them is withdrawn opens nothing, whoever granted it meanwhile elsewhere.
    """
    mine = [row for row in assignments if _holds(row, today)]
    asked = _asked_of(mine)
    given, back = (_by_client(asked, rows) for rows in (consents, withdrawals))
    opened = {
        client: {group for group in wanted if _opens(worker, group, given[client], back[client], today)}
        for client, wanted in asked.items()
    }
    held = {"reference", f"staff:{worker['id']}"}
    for row in mine:
        client, role = str(row["client_id"]), str(row["role"])
        by_consent = opened.get(client, set()) & {*_BY_CONSENT.get(role, ())}
        held.update(
            f"client:{client}:{group}" for group in _named({*_BY_ROLE.get(role, ())} | by_consent, row)
        )
    return held


def asked_of(assignments: Iterable[Mapping[str, Any]], today: date) -> list[str]:
    """Return the clients whose consents decide about some compartment: of all others none need be read."""
    return sorted(_asked_of([row for row in assignments if _holds(row, today)]))


def _holds(row: Mapping[str, Any], today: date) -> bool:
    begins, ends = str(row["valid_from"] or ""), str(row["valid_to"] or _NEVER)
    return not row["deleted"] and begins <= today.isoformat() <= ends


def _asked_of(mine: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return by client the compartments that a consent may open to the worker."""
    asked: dict[str, set[str]] = defaultdict(set)
    for row in mine:
        if wanted := _named({*_BY_CONSENT.get(str(row["role"]), ())}, row):
            asked[str(row["client_id"])] |= wanted
    return asked


def _named(groups: set[str], row: Mapping[str, Any]) -> set[str]:
    """Return those of the compartments that an assignment gives: all, or the core and the ones that it names."""
    named = row.get("groups")
    return groups & {CORE, *named} if named else groups


def _by_client(clients: Iterable[str], rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the living rows of these clients by client."""
    found: dict[str, list[Row]] = {client: [] for client in clients}
    for row in rows if found else ():
        if not row["deleted"] and str(row["client_id"]) in found:
            found[str(row["client_id"])].append(row)
    return found


def _opens(
    worker: Mapping[str, Any], group: str, consents: Sequence[Row], withdrawals: Sequence[Row], today: date
) -> bool:
    """Tell whether a client's consents open a compartment to the worker, by name or as one who has her role.

    What was taken back on the day of the consent or later holds: neither may have known of the other, and a consent
    given on a later day is the client's word that it is meant (sync.md 4.15, row 10).
    """
    return any(
        _opens_to(recipient, group, consents, withdrawals, today) for recipient in recipients_of(worker)
    )


def recipients_of(worker: Mapping[str, Any]) -> list[Recipient]:
    """Return the worker as a consent may name her: by her name, or as what she is in her organisation."""
    organisation, unit = str(worker.get("organisation") or ""), str(worker.get("unit") or "")
    persons = (str(worker.get("name") or ""), *roles.IN_WORDS.get(str(worker.get("role") or ""), ()))
    return [Recipient(organisation, unit, person) for person in persons] if organisation else []


def _opens_to(
    recipient: Recipient, group: str, consents: Sequence[Row], withdrawals: Sequence[Row], today: date
) -> bool:
    answer = may_share(consents, withdrawals, recipient, (group,), today)
    if not answer.allowed:
        return False
    by = {row["id"]: row for row in consents}
    given = day(by[answer.consents[group]]["given_on"])
    return all(
        day(row["on"]) < given or day(row["on"]) > today
        for row in withdrawals
        if (old := by.get(row["consent_id"])) is not None
        and group in old["groups"]
        and any(party.get("receives") and covers(party, recipient) for party in old["parties"])
    )


class NotHeld(list[dict[str, Any]]):
    """Too few rows of a kind, or none, since the device may not hold its compartment: nobody here knows what lacks."""


def may_create_clients(role: str) -> bool:
    """Tell whether a person of this role may register a new client."""
    return role in roles.WITH_CLIENTS


def may_write(writers: tuple[str, ...], role: str) -> bool:
    """Tell whether a person of this role may change what only some may (`RecordSpec.writers`); nobody named: anyone."""
    return not writers or role in writers


@lru_cache(10_000)
def client_of(scope: str) -> str | None:
    """Return the client id of a client's scope, or None for another scope."""
    parts = scope.split(":")
    return parts[1] if len(parts) == 3 and parts[0] == "client" else None


def group_of(scope: str) -> str | None:
    """Return the compartment of a client's scope, or None for another scope."""
    parts = scope.split(":")
    return parts[2] if len(parts) == 3 and parts[0] == "client" else None
