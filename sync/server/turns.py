"""How a copy of a device's store is noticed: by a word that goes from hand to hand.

With each token a device gets a fresh `turn`, and shows it when it asks for the next token. Two copies of one store
have the same keys and the same turn; the first to go on gets a new one, and the other's is known to be of the past.
A device whose answer was lost shows the turn before, which is good as well.

After a restore of its own backup a device shows a turn of long ago. It says so with a word that is made at each
restore and is taken once; the restore is booked.
"""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from app.clock import now
from app.record import Row, iso
from sync.protocol import TokenRequest, from_base64
from sync.server.database import is_postgres
from sync.server.events import event
from sync.server.faults import BUGS
from sync.server.tables import DEVICE

_WHEN = 12
_SAID_AGAIN = timedelta(days=1)
"""A copy that asks again and again is booked once in this time."""
_COLUMNS = (
    DEVICE.c.worker_id,
    DEVICE.c.turn,
    DEVICE.c.turn_before,
    DEVICE.c.restore_mark,
    DEVICE.c.copy_noticed_at,
)


def turn_of(secret: bytes, challenge: str) -> str:
    """Return the turn that goes with a challenge: the same request always gets the same one.

    It begins with until when the challenge is good, so that of two turns the later is known.
    """
    until = int(json.loads(from_base64(challenge.partition(".")[0]))["until"])
    mark = hmac.digest(secret, f"turn\n{challenge}".encode(), hashlib.sha256).hex()
    return f"{until:0{_WHEN}}.{mark[:32]}"


def next_turn(connection: Connection, secret: bytes, asked: TokenRequest) -> str | None:
    """Give a device its next turn; None for a copy, which is noted. A program that knows no turns gets an empty one.

    The challenge has been checked. To be called where the transaction is then committed, also for a copy.
    """
    row = _locked(connection, asked.device)
    if asked.turn is None:
        if row["turn"] is None:
            return ""
        _note_copy(connection, asked.device, row)
        return None
    fresh = turn_of(secret, asked.challenge)
    restored = asked.restored if asked.restored and asked.restored != row["restore_mark"] else None
    if row["turn"] in (None, asked.turn):
        before: str | None = asked.turn
    elif asked.turn == row["turn_before"]:  # the answer was lost, or the request came twice
        before = asked.turn
        if fresh[:_WHEN] < row["turn"][:_WHEN]:  # one that was long under way changes nothing
            fresh = row["turn"]
    elif restored or "clone_unseen" in BUGS:
        before = asked.turn
    else:
        _note_copy(connection, asked.device, row)
        return None
    values = {"turn": fresh, "turn_before": before}
    if restored:
        values["restore_mark"] = restored
        event(
            connection, "device_restored", of=row["worker_id"], person=row["worker_id"], device=asked.device
        )
    connection.execute(update(DEVICE).where(DEVICE.c.id == asked.device).values(values))
    return fresh


def _locked(connection: Connection, device: str) -> Row:
    statement = select(*_COLUMNS).where(DEVICE.c.id == device)
    if is_postgres(connection):
        statement = statement.with_for_update()
    return dict(connection.execute(statement).mappings().one())


def _note_copy(connection: Connection, device: str, row: Row) -> None:
    """Note that two copies of a device's store are in use."""
    noticed = row["copy_noticed_at"]
    if noticed is None or now() - datetime.fromisoformat(noticed) > _SAID_AGAIN:
        event(connection, "device_copied", of=row["worker_id"], person=row["worker_id"], device=device)
        connection.execute(update(DEVICE).where(DEVICE.c.id == device).values(copy_noticed_at=iso(now())))
