"""Who has seen a client's data: from the centre where it is within reach, else of this computer alone."""

from uuid import UUID

from app import seen as paper
from app.errors import Unreachable
from storage.store import Store
from sync.client import joined, transport_of
from sync.reads import seen
from sync.session import Session


def gather(store: Store, client: UUID) -> paper.Seen | None:
    """Gather who has seen a client's data: from the centre where it is within reach, else of this computer alone.

    It is itself noted as a document made. Returns None for a client who is not here; raises NotAllowed.
    """
    row = store.row("client", client)
    if row is None or row["deleted"]:
        return None
    store.log("export", "client", client, client, "who has seen")
    if joined(store):
        transport = transport_of(store)
        try:
            return paper.from_centre(row, seen(Session(store, transport), client).model_dump())
        except Unreachable:
            pass  # what is known here is said to be so
        finally:
            transport.close()
    return paper.here(store, client)
