"""What is agreed and kept at hand: the cooperation agreement, and a worker's own phrases (L648-650)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from app import register
from app.clock import today
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Day, Id, Json, Line, Record, Words
from app.services.coaching import papers
from app.signing import Signature, check_signed, signable
from app.spec import F, RecordSpec, Section, Sync


class CooperationAgreement(Record, table=True):
    """What client and coach agree about working together, attached to the career plan (L650)."""

    __tablename__ = "cooperation_agreement"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    plan_id: UUID | None = Field(default=None, sa_type=Id)
    made_on: date = Field(sa_type=Day)
    client_does: Words = ""
    coach_does: Words = ""
    meetings: Words = ""
    contact: Words = ""
    network: Words = ""
    data: Words = ""
    until: date | None = Field(default=None, sa_type=Day)
    signatures: list[Signature] = Field(default_factory=list, sa_type=Json)
    signed_on: date | None = Field(default=None, sa_type=Day)
    content_hash: str = Field(default="", max_length=64)
    copied_on: date | None = Field(default=None, sa_type=Day)


def check_agreement(row: CooperationAgreement) -> list[Problem]:
    """Check that the agreement does not end before it is made."""
    found = []
    if row.made_on > today():
        found.append(Problem("made_on", Message(N_("This date is in the future."))))
    if row.until and row.until < row.made_on:
        found.append(Problem("until", Message(N_("The end is before the start."))))
    return [*found, *check_signed(row)]


AGREEMENT = RecordSpec(
    table=CooperationAgreement,
    title=N_("Cooperation agreements"),
    one=N_("Cooperation agreement"),
    label=lambda row: str(row["made_on"]),
    columns=("made_on", "signed_on", "until"),
    dated="made_on",
    form=(
        Section(
            N_("Cooperation agreement"),
            (
                F("made_on", N_("Made on")),
                F("plan_id", N_("Attached to this career plan"), refers="career_plan"),
                F("client_does", N_("What the client does"), rows=3),
                F("coach_does", N_("What the job coach does"), rows=3),
                F("meetings", N_("Where and how often we meet"), rows=2),
                F("contact", N_("How we reach each other"), rows=2),
                F("network", N_("With whom the coach works together"), rows=2),
                F("data", N_("What is written down and who sees it"), rows=2),
                F("until", N_("In force until")),
                F("signed_on", N_("Signed on"), read_only=True),
            ),
        ),
    ),
    sync=signable(text=("client_does", "coach_does", "meetings", "contact", "network", "data")),
    check=check_agreement,
    pdf=papers.agreement_document,
    register=register.from_form("cooperation_agreement"),
)


class Phrase(Record, table=True):
    """A phrase of a worker's own, for notes that are written often."""

    name: Line = Field(min_length=1)
    text: Words = Field(min_length=1)


PHRASE = RecordSpec(
    table=Phrase,
    title=N_("Own phrases"),
    one=N_("Phrase"),
    scope="staff",
    label=lambda row: str(row["name"]),
    columns=("name", "text"),
    form=(
        Section(
            N_("Phrase"),
            (
                F("name", N_("Short name")),
                F(
                    "text",
                    N_("Text"),
                    rows=3,
                    help=N_("No client's name here: phrases are used for everybody."),
                ),
            ),
        ),
    ),
    sync=Sync(text=("text",)),
)
