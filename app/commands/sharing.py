"""What the commands share with others: asked of the consents, and kept, as the forms do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.clock import today
from app.commands.common import say
from app.errors import KnownError, Problem, Refused
from app.giving import as_it_was_given, needs_seal, sealed_if_given
from app.i18n import N_, Marked, Message, _
from app.list_sharing import LACKING, ListNotShared, list_entries
from app.record import Record, Row, to_row
from app.services.clients.rules import name_of
from app.services.consents.records import Sharing
from app.sharing import NotShared, log_sharing
from app.spec import RecordSpec
from app.telling import TELLING, sharings_with

if TYPE_CHECKING:
    from storage.store import Store

NOT_PUT = N_("{lack} Put a consent first, or write with --override why it is told all the same.")


def prepared(
    store: "Store", spec: RecordSpec, record: Record, old: Row | None, reason: str
) -> tuple[Record, list[Sharing]]:
    """Return an entry as it is to be saved, and the sharings to save with it.

    A consent that was given outside is sealed. Raises Refused that names the field where nothing lets it be told.
    """
    tells = TELLING.get(spec.kind)
    if (tells is None and spec.kind != "consent") or _is_refused_anyway(spec, record):
        return record, []
    row = to_row(record)
    client = store.row("client", row["client_id"])
    if client is None:
        return record, []  # the save says so
    if tells is None and old is not None and needs_seal(old):
        return as_it_was_given(old, record), []
    if tells is None:
        return sealed_if_given(record, name_of(client)), []
    try:
        return record, sharings_with(store, spec.kind, row, old, override_reason=reason)
    except NotShared as refused:
        problem = Problem(tells.named_by[0], Message(NOT_PUT, lack=refused.answer.sentence))
        titles = {name: Marked(title) for name, title in spec.titles().items()}
        raise Refused([problem], titles=titles) from None


def _is_refused_anyway(spec: RecordSpec, record: Record) -> bool:
    """Tell whether the save will refuse an entry for what it says: that is more to the point than a consent."""
    return bool(list(spec.check(record)) if spec.check else ())


def save_with(store: "Store", records: Sequence[Record], shared: Sequence[Sharing]) -> None:
    """Save entries and the sharings that go with them in one transaction, and log what is shared."""
    try:
        store.save(*records, *shared)
    except Refused as refused:
        row = refused.row if len(records) > 1 else None
        raise Refused(refused.problems, row=row, titles=refused.titles) from None
    log_sharing(store, shared)


def ask_for_list(store: "Store", kind: str, rows: Sequence[Row], party: str, reason: str) -> None:
    """Keep and log that a list of entries is shared with a party, for each client in it; before the file comes to be.

    Raises KnownError with how many clients nothing lets be shared, and no reason is written; each is said before.
    """
    try:
        entries = list_entries(store, kind, rows, party, today(), reason)
    except ListNotShared as refused:
        answer = refused.answer
        for client, lack in answer.lacking.items():
            say(_("Client {id}: {problem}").format(id=client, problem=lack.sentence))
        raise KnownError(
            Message(LACKING, party=party, count=len(answer.lacking), all=answer.clients),
            Message(
                N_("Make a new consent with them, or write with --override why it is shared all the same.")
            ),
        ) from None
    store.save(*entries)
    log_sharing(store, entries)
