"""The records of clients: who they are, the people and services around them, and which workers hold them."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Field
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu

from app import roles
from app.record import Day, Id, Item, Json, Line, Record, Words


class Client(Record, table=True):
    """A person who uses the services."""

    first_name: Line = Field(min_length=1)
    last_name: Line = Field(min_length=1, index=True)
    identity_code: Line = ""
    born_on: date | None = Field(default=None, sa_type=Day)
    code_name: Line = ""
    phone: Line = ""
    email: Line = ""
    address: Line = ""
    municipality: Line = ""
    languages: list[str] = Field(default_factory=list, sa_type=Json)
    interpreter: bool = False
    branch: str = ""
    legal_basis: str = ""
    service_task: Line = ""
    matter: Line = ""
    matter_closed_on: date | None = Field(default=None, sa_type=Day)
    died_on: date | None = Field(default=None, sa_type=Day)
    unemployed_since: date | None = Field(default=None, sa_type=Day)
    notes: Words = ""

    @model_validator(mode="before")
    @classmethod
    def _born_by_code(cls, values: Any) -> Any:
        """Fill the birth date from the identity code where it was left empty."""
        if isinstance(values, dict) and values.get("identity_code") and not values.get("born_on"):
            return {**values, "born_on": birth_date(str(values["identity_code"]))}
        return values


def birth_date(code: str) -> date | None:
    """Return the birth date that a valid Finnish identity code carries, else None.

    Artificial codes (individual number 900-999) count: a client may have one for a time.
    """
    try:
        compact = hetu.validate(code, allow_temporary=True)
    except ValidationError:
        return None
    century = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}[compact[6]]
    return date(century + int(compact[4:6]), int(compact[2:4]), int(compact[:2]))


class NetworkMember(Record, table=True):
    """A person around the client, with a role."""

    __tablename__ = "network_member"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    name: Line = Field(min_length=1)
    role: str = ""
    organisation: Line = ""
    phone: Line = ""
    email: Line = ""
    may_contact: bool = False
    notes: Words = ""


class Assignment(Record, table=True):
    """A worker who holds a client, in a role, from a day to a day. Decides whose device gets the client.

    `groups`, where any are named, are the compartments that it gives beside the core, of those that the role allows.
    """

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    worker_id: UUID = Field(sa_type=Id, index=True)
    role: str = roles.JOB_COACH
    valid_from: date = Field(sa_type=Day)
    valid_to: date | None = Field(default=None, sa_type=Day)
    groups: list[str] = Field(default_factory=list, sa_type=Json)


class CatalogueService(Record, table=True):
    """A service that clients can be guided to: the service catalogue, kept by coordinators (L316-325)."""

    __tablename__ = "catalogue_service"
    name: Line = Field(min_length=1)
    category: str = ""
    organisation: Line = ""
    description: Words = ""
    how_to_refer: Words = ""
    contact: Line = ""
    active: bool = True


class SupportSituation(Record, table=True):
    """A client's situation and the services that it speaks for: the list behind the support-need check (L328-332)."""

    __tablename__ = "support_situation"
    text: Line = Field(min_length=1)
    help: Words = ""
    place: int = Field(default=1, ge=1, le=999)
    services: list[str] = Field(default_factory=list, sa_type=Json)
    active: bool = True


class FoundSituation(Item):
    """A situation that holds for the client, with its text as it was then and a note."""

    situation_id: UUID | None = None
    text: Line = ""
    note: Words = ""


class SuggestedService(Item):
    """A service that the situations speak for, and what was agreed about it."""

    service_id: UUID | None = None
    name: Line = ""
    agreed: bool = False
    note: Line = ""


class SupportNeedCheck(Record, table=True):
    """A support-need check: which situations hold, which services they speak for, what was agreed (L328-332)."""

    __tablename__ = "support_need_check"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    on: date = Field(sa_type=Day)
    situations: list[FoundSituation] = Field(default_factory=list, sa_type=Json)
    suggested: list[SuggestedService] = Field(default_factory=list, sa_type=Json)
    summary: Words = ""


class Referral(Record, table=True):
    """A client's way into or on to a service: made, received, accepted or refused, ended, with what came of it."""

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    direction: str = "out"
    service_id: UUID | None = Field(default=None, sa_type=Id)
    service: Line = ""
    organisation: Line = ""
    contact: Line = ""
    made_on: date = Field(sa_type=Day)
    reason: Words = ""
    state: str = "made"
    received_on: date | None = Field(default=None, sa_type=Day)
    decided_on: date | None = Field(default=None, sa_type=Day)
    begun_on: date | None = Field(default=None, sa_type=Day)
    ended_on: date | None = Field(default=None, sa_type=Day)
    refusal_reason: Line = ""
    result: Words = ""


class Attachment(Record, table=True):
    """A file of a client's: what it is and how it is opened. Its encrypted bytes travel apart from the records.

    `sha256` is that of the encrypted file and names it; `blob_key` is its key (32 bytes in hexadecimal); `of_kind`
    and `of_id` name the entry that it belongs to, where there is one.
    """

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    name: Line = Field(min_length=1)
    category: str = "other"
    mime: Line = ""
    size: int = Field(default=0, ge=0)
    sha256: str = Field(default="", max_length=64, index=True)
    blob_key: str = Field(default="", max_length=64)
    of_kind: Line = ""
    of_id: UUID | None = Field(default=None, sa_type=Id)
    added_on: date = Field(sa_type=Day)
    note: Line = ""


class ClientMerge(Record, table=True):
    """That two clients were one person: which entries were brought over, so that it can be undone.

    `client_id` is the client that stays; `moved` names each entry of the other one's core by kind, its id there and
    here. Entries of other compartments are named nowhere: who sees the merge may not see those (`merging.derived`).
    """

    __tablename__ = "client_merge"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    merged_id: UUID = Field(sa_type=Id)
    on: date = Field(sa_type=Day)
    moved: list[dict[str, str]] = Field(default_factory=list, sa_type=Json)
    client_before: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    undone_on: date | None = Field(default=None, sa_type=Day)


class Erasure(Record, table=True):
    """That everything about a client was erased: who decided it, why and by which rule. Says nothing of the person.

    Known to every device, so that each drops what it holds of this client (sync.md 4.6).
    """

    erased_id: UUID = Field(sa_type=Id, index=True)
    on: date = Field(sa_type=Day)
    reason: str = ""
    rule: Line = ""
