"""The records of consents: what a client allows to whom, taking it back, and what was shared (modules.md 2)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from app.record import Day, Id, Item, Json, Line, Record, Words
from app.signing import Signature


class Party(Item):
    """One that may give or receive data: an organisation, its unit, a person or role there."""

    organisation: Line = ""
    unit: Line = ""
    person: Line = ""
    gives: bool = True
    receives: bool = True


class Consent(Record, table=True):
    """A client's consent: what for, between whom, which groups of data, with which limits (facts.md 4).

    Once given it never changes: to limit, change or add is a new consent that names the one it replaces.
    """

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    replaces: UUID | None = Field(default=None, sa_type=Id)
    template: Line = "Y100"
    purpose: Words = ""
    parties: list[Party] = Field(default_factory=list, sa_type=Json)
    groups: list[str] = Field(default_factory=list, sa_type=Json)
    limits: Words = ""
    method: str = ""
    given_on: date | None = Field(default=None, sa_type=Day)
    valid_until: date | None = Field(default=None, sa_type=Day)
    copy_at: Line = ""
    signatures: list[Signature] = Field(default_factory=list, sa_type=Json)
    signed_on: date | None = Field(default=None, sa_type=Day)
    content_hash: str = Field(default="", max_length=64)
    copied_on: date | None = Field(default=None, sa_type=Day)


class ConsentWithdrawal(Record, table=True):
    """That a client took a consent back, wholly: from this day on it allows nothing."""

    __tablename__ = "consent_withdrawal"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    consent_id: UUID = Field(sa_type=Id, foreign_key="consent.id", index=True)
    on: date = Field(sa_type=Day)
    reason: Words = ""


class PartnerNotice(Record, table=True):
    """That a partner was told of a consent's change or withdrawal: one tick of the list, with its day."""

    __tablename__ = "partner_notice"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    consent_id: UUID = Field(sa_type=Id, foreign_key="consent.id", index=True)
    party_id: UUID = Field(sa_type=Id)
    on: date = Field(sa_type=Day)
    way: str = ""
    note: Line = ""


class Sharing(Record, table=True):
    """That something about a client was shared with a party: by which consent, or against it, with a written reason."""

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    on: date = Field(sa_type=Day)
    shared_as: str = ""
    of_kind: Line = ""
    of_id: UUID | None = Field(default=None, sa_type=Id)
    party: Line = Field(min_length=1)
    groups: list[str] = Field(default_factory=list, sa_type=Json)
    consent_id: UUID | None = Field(default=None, sa_type=Id)
    override_reason: Words = ""
