"""Handing a client over: which assignments end, and which begins. The same on a device, at the centre and typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.record import Row

_NEVER = "9999-12-31"


@dataclass(frozen=True)
class HandOver:
    """What is wanted: from `begins` on (to `ends`, where that is known) the client is `to`'s, in a role.

    `giver` has her until the day before, unless `stays`; without a giver nobody loses her.
    """

    to: str
    role: str
    begins: date
    ends: date | None = None
    giver: str | None = None
    stays: bool = False


@dataclass(frozen=True)
class Steps:
    """What it takes: assignments and their new last days, assignments that never begin, and a new one's values."""

    ended: tuple[tuple[Row, str], ...] = ()
    dropped: tuple[Row, ...] = ()
    new: Row | None = None

    def __bool__(self) -> bool:
        return bool(self.ended or self.dropped or self.new)


def steps(client: str, assignments: Iterable[Row], wanted: HandOver) -> Steps:
    """Return what it takes to hand one client over; nothing where it is so already.

    `assignments` are the client's, as rows of JSON values. An assignment that names compartments passes them on.
    """
    rows = [row for row in assignments if not row.get("deleted")]
    first = wanted.begins.isoformat()
    last = wanted.ends.isoformat() if wanted.ends else _NEVER
    theirs = [row for row in rows if row["worker_id"] == wanted.giver and _until(row) >= first]
    leaving = [] if wanted.stays or wanted.giver in (None, wanted.to) else theirs
    before = (wanted.begins - timedelta(days=1)).isoformat()
    covered = any(
        row["worker_id"] == wanted.to
        and row["role"] == wanted.role
        and (row["valid_from"] or "") <= first
        and _until(row) >= last
        for row in rows
    )
    groups: list[str] = next((row["groups"] for row in theirs if row.get("groups")), [])
    new: Row = {
        "client_id": client,
        "worker_id": wanted.to,
        "role": wanted.role,
        "valid_from": first,
        "valid_to": wanted.ends.isoformat() if wanted.ends else None,
        **({"groups": groups} if groups else {}),
    }
    return Steps(
        ended=tuple((row, before) for row in leaving if (row["valid_from"] or "") < first),
        dropped=tuple(row for row in leaving if (row["valid_from"] or "") >= first),
        new=None if covered else new,
    )


def _until(row: Row) -> str:
    return str(row["valid_to"] or _NEVER)
