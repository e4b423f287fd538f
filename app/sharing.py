"""Sharing a client's data: asked of the consents at that moment, kept as an entry, and written into the access log."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from app.consent import Answer, Recipient, may_share, recipient_from
from app.data_groups import Groups
from app.errors import KnownError
from app.record import Record, Row, validated
from app.services.consents.records import Sharing


class Keeper(Protocol):
    """Where consents are read and sharings are kept: the open store."""

    def rows(self, kind: str, *, client_id: UUID | str | None = None) -> list[Row]:
        """Return the living rows of a kind, of one client."""

    def save(self, *records: Record) -> Any:
        """Save records; return what that changed."""

    def log(
        self,
        action: str,
        kind: str,
        record_id: UUID | None = None,
        client_id: UUID | None = None,
        detail: str = "",
    ) -> None:
        """Write into the access log."""


class NotShared(KnownError):
    """Nothing allows this sharing, and no reason was written. `answer` says what is lacking."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.sentence, answer.way_out)
        self.answer = answer


def check_sharing_now(
    store: Keeper,
    client_id: UUID,
    recipient: Recipient | str,
    groups: Iterable[str],
    on: date,
    *,
    employer: bool = False,
) -> Answer:
    """Answer whether groups of a client's data may be shared with a recipient on a day, by what the store holds now.

    A recipient given as text is a party as the consents write it, or an organisation. `employer`: a contact with an
    employer, which the client's newest disclosure decision must allow as well.
    """
    consents = store.rows("consent", client_id=client_id)
    withdrawals = store.rows("consent_withdrawal", client_id=client_id)
    disclosures = store.rows("disclosure_decision", client_id=client_id) if employer else None
    return may_share(
        consents, withdrawals, _recipient(recipient, consents), groups, on, disclosures=disclosures
    )


def sharing_entries(
    store: Keeper,
    client_id: UUID,
    recipient: Recipient | str,
    groups: Iterable[str],
    on: date,
    *,
    shared_as: str,
    of_kind: str = "",
    of_id: UUID | None = None,
    override_reason: str = "",
    employer: bool = False,
) -> list[Sharing]:
    """Return the entries that say that groups of a client's data are shared, to be saved together with what tells it.

    Asks once more. Where consents allow it there is an entry for each consent with its groups; where they do not, one
    entry with the written reason. Raises NotShared without consent and reason. What is saved is then logged by
    `log_sharing`.
    """
    wanted = Groups(dict.fromkeys(groups))
    recipient = _recipient(recipient, store.rows("consent", client_id=client_id))
    answer = check_sharing_now(store, client_id, recipient, wanted, on, employer=employer)
    reason = "" if answer.allowed else override_reason.strip()
    if not answer.allowed and not reason:
        raise NotShared(answer)
    by: dict[str | None, list[str]] = {answer.consent_id: []}
    for group in wanted:
        by.setdefault(answer.consents.get(group), []).append(group)
    same = {"client_id": client_id, "on": on, "shared_as": shared_as, "party": str(recipient)}
    same |= {"of_kind": of_kind, "of_id": of_id, "override_reason": reason}
    return [
        validated(Sharing, {**same, "groups": held, "consent_id": consent_id})
        for consent_id, held in by.items()
    ]


def log_sharing(store: Keeper, entries: Sequence[Sharing]) -> None:
    """Write sharings that were saved into the access log: one line for what was shared of whom with whom."""
    lines = dict.fromkeys(
        (
            one.of_kind or "client",
            one.of_id,
            one.client_id,
            f"{one.shared_as}: {one.party}" + (" (override)" if one.override_reason else ""),
        )
        for one in entries
    )
    for kind, record, client, detail in lines:
        store.log("shared", kind, record, client, detail)


def record_sharing(store: Keeper, client_id: UUID, *what: Any, **more: Any) -> Any:
    """Keep and log that groups of a client's data are shared, before they leave; return the store's `Changes`.

    Takes what `sharing_entries` takes, and raises NotShared as it does.
    """
    entries = sharing_entries(store, client_id, *what, **more)
    changes = store.save(*entries)
    log_sharing(store, entries)
    return changes


def recipient_now(store: Keeper, client_id: UUID, text: str) -> Recipient:
    """Return whom a text names among the parties of a client's consents, else an organisation of that name."""
    return _recipient(text, store.rows("consent", client_id=client_id))


def _recipient(recipient: Recipient | str, consents: Iterable[Row]) -> Recipient:
    return recipient_from(recipient, consents) if isinstance(recipient, str) else recipient
