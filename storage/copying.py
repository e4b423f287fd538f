"""The copy of everything held on one person, written to a file of a person's choice and noted in the access log."""

from pathlib import Path
from uuid import UUID

from app import client_copy
from app.errors import KnownError
from app.i18n import N_, Message
from storage import blobs, files
from storage.store import Store


def copy_to(store: Store, client_id: UUID, target: Path, *, language: str) -> dict[str, int]:
    """Write the archive in a language (fi, sv, en); return how many entries and files it holds.

    Raises KnownError for a client who is not here or a place that cannot be written, DiskFull. The copy is in the
    access log that it carries itself.
    """
    if store.row("client", client_id) is None:
        raise _not_here()
    store.log("copied", "client", client_id, client_id)
    held = client_copy.gather(store, client_id)
    if held is None:
        raise _not_here()
    maker = held.names.get(str(store.worker), "")
    with files.disk_errors(chosen=True):
        attached = client_copy.write(
            held, target, language=language, maker=maker, content=lambda row: blobs.stream(store, row)
        )
    return {"entries": sum(map(len, held.rows.values())), "files": len(attached)}


def _not_here() -> KnownError:
    return KnownError(Message(N_("This client is not on this computer.")))
