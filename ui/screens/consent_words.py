"""How a consent is said on the screen: its state, parties and groups, and what the one that replaces it begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app import consent as rules
from app.clock import today
from app.consent import Standing, party_of, standing
from app.i18n import N_, _, format_date
from app.record import Row
from app.services.consents import codes
from ui.screens.words import choice, day_of

KINDS = ("consent", "consent_withdrawal", "partner_notice", "sharing")
_STATES = {
    rules.IN_FORCE: N_("In force since {day}"),
    rules.REPLACED: N_("Replaced on {day}"),
    rules.WITHDRAWN: N_("Withdrawn on {day}"),
    rules.ENDED: N_("Ended on {day}"),
    rules.UNSIGNED: N_("Not signed yet"),
    rules.FUTURE: N_("In force from {day}"),
}
_TONES = {rules.IN_FORCE: "good", rules.WITHDRAWN: "danger", rules.UNSIGNED: "warn", rules.FUTURE: "warn"}


@dataclass(frozen=True)
class Standings:
    """A client's consents with all that tells how they stand."""

    consents: tuple[Row, ...]
    withdrawals: tuple[Row, ...]
    notices: tuple[Row, ...]

    def of(self, row: Row, on: date | None = None) -> Standing:
        """Return how a consent stands, today where no day is named."""
        return standing(row, self.consents, self.withdrawals, on or today())

    def over_since(self, row: Row) -> date | None:
        """Return the day from which its partners are to be told of a change, if there is one."""
        return rules.over_since(row, self.consents, self.withdrawals)

    def told(self, row: Row) -> dict[str, Row]:
        """Return what was told of a consent, by party."""
        return {one["party_id"]: one for one in self.notices if one["consent_id"] == row["id"]}

    def untold(self, row: Row) -> list[Row]:
        """Return the parties that are still to be told of the change or withdrawal."""
        told = self.told(row)
        return [party for party in row["parties"] if party["id"] not in told] if self.over_since(row) else []


def read(store: Any, client_id: UUID) -> Standings:
    """Read a client's consents on the database thread."""
    consents, withdrawals, notices = (tuple(store.rows(kind, client_id=client_id)) for kind in KINDS[:3])
    return Standings(consents, withdrawals, notices)


def state_chip(found: Standing) -> tuple[str, str]:
    """Return the state in words and its tone."""
    return _(_STATES[found.state]).format(day=format_date(found.since)), _TONES.get(found.state, "")


def group_chips(groups: Sequence[str]) -> list[tuple[str, str]]:
    """Return the groups of data as chips, the special categories last and in another tone."""
    ordered = sorted(groups, key=lambda group: group in codes.SPECIAL)
    return [(choice(codes.DATA_GROUPS, group), "warn" if group in codes.SPECIAL else "") for group in ordered]


def party_line(party: Row) -> str:
    """Say who a party is and which way data goes."""
    way = {
        (True, True): N_("{party}: gives and receives"),
        (True, False): N_("{party}: gives only"),
        (False, True): N_("{party}: receives only"),
    }.get((bool(party["gives"]), bool(party["receives"])), "{party}")
    return _(way).format(party=str(party_of(party)))


def until_line(row: Row) -> str:
    """Say how long a consent holds."""
    until = day_of(row["valid_until"])
    return (
        _("Valid until {day}").format(day=format_date(until)) if until else _("Until the client withdraws it")
    )


def replacing(row: Row) -> dict[str, Any]:
    """Return the values of the consent that takes another one's place: its content, not given yet."""
    until = row["valid_until"] if row["valid_until"] and row["valid_until"] > today().isoformat() else None
    same = {name: row[name] for name in ("template", "purpose", "parties", "groups", "limits")}
    return {**same, "valid_until": until, "replaces": row["id"]}
