"""Referrals made from a support-need check: those that a consent allows at once, the others through their form."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.clock import new_id, today
from app.record import Row, to_row, validated
from app.services.clients.path import OVER
from app.services.clients.records import Referral
from app.sharing import NotShared, log_sharing
from app.telling import sharings_with
from storage.writing import Changes


@dataclass(frozen=True)
class Referred:
    """What became of it: how many referrals were made, and the values of those for which a consent is lacking."""

    changes: Changes
    made: int
    lacking: tuple[dict[str, Any], ...] = ()


def waiting(check: Row, referrals: list[Row]) -> list[Row]:
    """Return the agreed services of a check for which no referral has been made since, in their order."""
    since = [row for row in referrals if row["direction"] == "out" and row["made_on"] >= check["on"]]
    open_ones = since + [row for row in referrals if row["direction"] == "out" and row["state"] not in OVER]
    ids, names = {row["service_id"] for row in open_ones}, {row["service"] for row in open_ones}
    return [
        one
        for one in check["suggested"]
        if one["agreed"]
        and (not one["service_id"] or one["service_id"] not in ids)
        and one["name"] not in names
    ]


def values_of(check: Row, service: Row | None, suggested: Row) -> dict[str, Any]:
    """Return what a referral to a suggested service begins with; the situations of the check say why."""
    said = [
        ": ".join(part for part in (found["text"], found["note"]) if part) for found in check["situations"]
    ]
    return {
        "direction": "out",
        "service_id": service["id"] if service else None,
        "service": service["name"] if service else suggested["name"],
        "organisation": service["organisation"] if service else "",
        "contact": service["contact"] if service else "",
        "made_on": today().isoformat(),
        "reason": "\n".join([*said, suggested["note"]]).strip(),
    }


def refer(store: Any, client_id: UUID, check: Row) -> Referred:
    """Make the referrals that were agreed in a check, on the database thread. Each is asked of the consents first."""
    changes, made, lacking = Changes(), 0, []
    for one in waiting(check, store.rows("referral", client_id=client_id)):
        service = store.row("catalogue_service", one["service_id"]) if one["service_id"] else None
        values = values_of(check, service, one)
        record = validated(Referral, {**values, "id": new_id(), "client_id": client_id})
        try:
            shared = sharings_with(store, "referral", to_row(record), None)
        except NotShared:
            lacking.append(values)
            continue
        changes |= store.save(record, *shared)
        log_sharing(store, shared)
        made += 1
    return Referred(changes, made, tuple(lacking))
