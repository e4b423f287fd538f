"""What was read on this device is told to the centre, and asked of it: who has handled a client's data."""

from uuid import UUID

from pydantic_core import to_json

from app import clock
from storage import reading
from sync.read_messages import ReadEntry, ReadsReply, ReadsRequest, SeenReply, SeenRequest
from sync.session import Session
from sync.transport import Told

_OLDER = ("not_found", "message")
"""What a centre says that knows nothing of this yet: it is told later."""


def send(session: Session) -> int:
    """Tell what was read here since the last time; return how many entries. Without news nothing is asked.

    Raises as `Session.call`.
    """
    store, count = session.store, 0
    while True:
        with store.read() as connection:
            batch = reading.waiting(connection, session.me.device)
            is_long = batch is None and reading.is_long(connection)
        if batch is None:
            if is_long:
                with store.write() as connection:
                    reading.pass_over(connection)
            return count
        entries = [ReadEntry.model_validate(entry) for entry in batch.entries]
        message = ReadsRequest(device=session.me.device, entries=entries)
        try:
            session.call("/reads", to_json(message, exclude_none=True), ReadsReply)
        except Told as told:
            if told.reply.code not in _OLDER:
                raise
            return count
        clock.point("client.reads.answered")
        with store.write() as connection:
            reading.told(connection, batch.last)
        count += len(entries)


def seen(session: Session, client: UUID) -> SeenReply:
    """Ask the centre who has handled a client's data, after telling it what was read here. Raises as `Session.call`."""
    send(session)
    question = SeenRequest(device=session.me.device, client=str(client))
    return session.call("/seen", to_json(question), SeenReply)
