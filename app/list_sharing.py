"""Sharing a list with a party: asked of the consents of each client in it, kept and logged for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.access import client_of
from app.consent import Answer, Recipient
from app.data_groups import Groups, groups_of
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Row
from app.services.consents.records import Sharing
from app.sharing import Keeper, NotShared, check_sharing_now, sharing_entries

LACKING = N_("Clients in this list whose consent does not allow it for {party}: {count} of {all}.")
WAY_OUT = N_("Make a new consent with them, or write why it is shared all the same.")
ALLOWED = N_("A consent of every client in this list allows it for {party}. Clients: {all}.")


@dataclass(frozen=True)
class ListAnswer:
    """Whether a list may be shared with a party: how many clients it holds, and what is lacking for which of them."""

    party: str
    clients: int
    lacking: Mapping[UUID, Answer]

    @property
    def whole(self) -> Answer:
        """The answer for the whole list: allowed where it is for every client in it."""
        if not self.lacking:
            return Answer(True, Message(ALLOWED, party=self.party, all=self.clients))
        if self.clients == 1:
            return next(iter(self.lacking.values()))
        said = Message(LACKING, party=self.party, count=len(self.lacking), all=self.clients)
        return Answer(False, said, Message(WAY_OUT))


class ListNotShared(KnownError):
    """Some client's consents do not allow this sharing, and no reason was written. `answer` says whose."""

    def __init__(self, answer: ListAnswer) -> None:
        super().__init__(answer.whole.sentence, answer.whole.way_out)
        self.answer = answer


def held_by(kind: str, rows: Iterable[Row]) -> dict[UUID, Groups]:
    """Return the groups of data that entries of a kind hold, by the client whose they are; nobody's are left out."""
    held: dict[UUID, dict[str, None]] = {}
    for row in rows:
        owner = client_of(row["scope"])
        if owner:
            held.setdefault(UUID(owner), {}).update(dict.fromkeys(groups_of(kind, row)))
    return {client: Groups(groups) for client, groups in held.items()}


def check_list_now(
    store: Keeper, held: Mapping[UUID, Groups], party: Recipient | str, on: date
) -> ListAnswer:
    """Answer whether what a list holds (`held_by`) may be shared with a party on a day."""
    known = _AtOnce(store) if len(held) > 1 else store
    answers = {client: check_sharing_now(known, client, party, groups, on) for client, groups in held.items()}
    lacking = {client: answer for client, answer in answers.items() if not answer.allowed}
    return ListAnswer(str(party), len(held), lacking)


def list_entries(
    store: Keeper, kind: str, rows: Sequence[Row], party: Recipient | str, on: date, reason: str = ""
) -> list[Sharing]:
    """Return the entries that say that a list is shared with a party, for each client in it; to be saved and logged.

    Raises ListNotShared where a client's consents do not allow it and no reason is written.
    """
    held = held_by(kind, rows)
    known = _AtOnce(store) if len(held) > 1 else store
    same: dict[str, Any] = {"shared_as": "export", "of_kind": kind, "override_reason": reason}
    entries: list[Sharing] = []
    lacking: dict[UUID, Answer] = {}
    for client, groups in held.items():
        try:
            entries += sharing_entries(known, client, party, groups, on, **same)
        except NotShared as refused:
            lacking[client] = refused.answer
    if lacking:
        raise ListNotShared(ListAnswer(str(party), len(held), lacking))
    return entries


class _AtOnce:
    """The consents of all clients, read once: a list of a whole caseload asks for each client's."""

    def __init__(self, store: Keeper) -> None:
        self._store = store
        self._read: dict[str, dict[str, list[Row]]] = {}

    def rows(self, kind: str, *, client_id: UUID | str | None = None) -> list[Row]:
        """Return the living rows of a kind, of one client."""
        if kind not in self._read:
            read = self._read[kind] = {}
            for row in self._store.rows(kind):
                read.setdefault(str(row["client_id"]), []).append(row)
        return self._read[kind].get(str(client_id), [])

    def save(self, *records: Any) -> Any:
        """Save records; return what that changed."""
        return self._store.save(*records)

    def log(self, *what: Any, **more: Any) -> None:
        """Write into the access log."""
        self._store.log(*what, **more)
