"""Phase proposals that a person has put off: whose, which, and when; kept on this device alone.

That a worker does not want to hear of something for some weeks says how she works, not how her client fares: it is no
note about the client, so it is neither in the client's data nor sent to the centre. On another device, and to whoever
takes the client over, the proposal is made once more, and one key puts it off. It leaves the device with the client.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.phases import PutOff
from storage.store import Store
from storage.tables import put_off
from storage.writing import Changes

_SEEN = frozenset({"phase_change"})  # views that speak of phases look again


def put_off_by(store: Store, client_id: UUID) -> PutOff | None:
    """Return what was put off last with a client."""
    wanted = select(put_off.c.mark, put_off.c.on).where(put_off.c.client_id == str(client_id))
    with store.read() as connection:
        found = connection.execute(wanted).one_or_none()
    return PutOff(found.mark, date.fromisoformat(found.on)) if found is not None else None


def remember(store: Store, client_id: UUID, what: PutOff) -> Changes:
    """Put a proposal off; what was put off before with this client is forgotten."""
    row = {"client_id": str(client_id), "mark": what.mark, "on": what.on.isoformat()}
    with store.write() as connection:
        connection.execute(
            upsert(put_off).values(row).on_conflict_do_update(index_elements=["client_id"], set_=row)
        )
    return Changes(_SEEN, frozenset(), frozenset({client_id}))


def take_back(store: Store, client_id: UUID) -> Changes:
    """Let the proposal be made again."""
    with store.write() as connection:
        forget(connection, str(client_id))
    return Changes(_SEEN, frozenset(), frozenset({client_id}))


def forget(connection: Connection, client_id: str) -> None:
    """Drop what was put off with a client."""
    connection.execute(delete(put_off).where(put_off.c.client_id == client_id))
