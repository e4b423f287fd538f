"""Commands on the files of clients: attach, attachment."""

from argparse import Namespace
from pathlib import Path
from uuid import UUID

from app.commands.common import answer, opened
from app.entry import identifier
from app.errors import KnownError
from app.i18n import N_, Message


def attach(arguments: Namespace) -> int:
    """Attach a file to a client; the file itself stays as it is where it lies."""
    from storage import blobs

    client = str(identifier(arguments.client))
    with opened(arguments) as store:
        known = store.row("client", client)
        if known is None or known["deleted"]:  # before the file is read and encrypted
            raise _no_entry()
        values = {"client_id": client, "note": arguments.note}
        if arguments.category is not None:
            values["category"] = arguments.category
        (made,) = blobs.attach(store, Path(arguments.file), values).ids
    answer(arguments, {"id": str(made)}, str(made))
    return 0


def save(arguments: Namespace) -> int:
    """Write an attached file where the person wants it, with an entry in the access log."""
    from storage import blobs
    from sync import blobs as centre

    wanted = identifier(arguments.id)
    with opened(arguments) as store:
        row = store.row("attachment", wanted)
        if row is None or row["deleted"]:
            raise _no_entry()
        if not blobs.is_here(store, row):
            centre.fetch(store, row)
        # Written down first: a file whose export is not in the log must not come to be.
        store.log("export", "attachment", wanted, UUID(row["client_id"]), "file")
        blobs.save_to(store, row, Path(arguments.out))
    answer(arguments, {"file": arguments.out, "name": row["name"]}, arguments.out)
    return 0


def _no_entry() -> KnownError:
    return KnownError(Message(N_("There is no such entry.")), Message(N_("Look it up with list or search.")))
