"""What this device has to tell the centre of its access log: who read, printed or gave out a client's data here.

The log itself is never changed. Up to which line it was told is kept beside it, and each entry's id follows from what
it says, so that telling it again after a crash or a restore adds nothing at the centre.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection

from app import clock
from app.reading import EACH_TIME, ONCE_A_DAY, TOLD
from app.record import Row, iso
from storage import rows
from storage.state import set_state, state

MARK = "reads_told"
AT_ONCE = 500
_AGAIN = timedelta(days=30)
"""How far back it is told again to a centre that was restored: as far as edits are sent again."""
_SKIP = 1_000


@dataclass(frozen=True)
class Reads:
    """Entries to tell, as `sync.protocol.ReadEntry` has them, and the last line of the log that they stand for."""

    entries: tuple[Row, ...]
    last: int


def waiting(connection: Connection, device: str, limit: int = AT_ONCE) -> Reads | None:
    """Return what is to be told next, or None."""
    query = (
        "SELECT n, at, worker, action, kind, record_id, client_id, detail FROM access_log"
        " WHERE n > ? AND action IN (SELECT value FROM json_each(?)) ORDER BY n LIMIT ?"
    )
    found = rows.ask(connection, query, (_told(connection), to_json(sorted(TOLD)).decode(), limit))
    if not found:
        return None
    entries: dict[str, Row] = {}
    for line in found:
        entry = _entry(device, line)
        entries.setdefault(entry["id"], entry)  # of one day the first time
    return Reads(tuple(entries.values()), int(found[-1][0]))


def told(connection: Connection, last: int) -> None:
    """Note up to which line the centre knows."""
    set_state(connection, MARK, last)


def is_long(connection: Connection) -> bool:
    """Tell whether many lines lie behind the mark that are not to be told: looking through them takes time."""
    ((last,),) = rows.ask(connection, "SELECT coalesce(max(n), 0) FROM access_log")
    return int(last) - _told(connection) > _SKIP


def pass_over(connection: Connection) -> None:
    """Move the mark behind everything; to be called where nothing waits."""
    ((last,),) = rows.ask(connection, "SELECT coalesce(max(n), 0) FROM access_log")
    told(connection, int(last))


def begin_again(connection: Connection) -> None:
    """Tell again what was told of late: the centre was restored from a backup and may have lost it."""
    since = iso(clock.now() - _AGAIN)
    ((last,),) = rows.ask(connection, "SELECT coalesce(max(n), 0) FROM access_log WHERE at < ?", (since,))
    told(connection, min(int(last), _told(connection)))


def _told(connection: Connection) -> int:
    return int(state(connection, MARK) or 0)


def _entry(device: str, line: Iterable[object]) -> Row:
    n, at, worker, action, kind, record, client, detail = line
    entry = {"at": at, "action": action, "kind": kind, "client": client}
    if action in ONCE_A_DAY:
        day = datetime.fromisoformat(str(at)).astimezone().date().isoformat()
        return {"id": _id(device, worker, action, kind, client, day), **entry}
    assert action in EACH_TIME
    name = _id(device, worker, action, kind, client, record, n, at)
    return {"id": name, **entry, "record": record, "detail": str(detail)[:2_000]}


def _id(*parts: object) -> str:
    words = "\n".join("" if part is None else str(part) for part in parts)
    return str(UUID(bytes=hashlib.sha256(f"access log\n{words}".encode()).digest()[:16]))
