"""Administration: the workers that the centre knows, and conflicts that wait for a person's decision."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from app import roles
from app.i18n import N_
from app.record import Day, Id, Instant, Json, Line, Record
from app.spec import Choice, F, RecordSpec, Section, Service, Sync


class Worker(Record, table=True):
    """A person who works in the service; kept by the centre, known to every device.

    `organisation` and `unit` are as consents name them: by these a consent opens a client's data to her.
    """

    name: Line = Field(min_length=1)
    username: Line = ""
    role: str = roles.JOB_COACH
    active: bool = True
    employed_from: date | None = Field(default=None, sa_type=Day)
    employed_to: date | None = Field(default=None, sa_type=Day)
    percent: int = Field(default=100, ge=0, le=100)
    organisation: Line = ""
    unit: Line = ""


WORKER = RecordSpec(
    table=Worker,
    title=N_("Workers"),
    one=N_("Worker"),
    scope="reference",
    label=lambda row: str(row["name"]),
    columns=("name", "role", "active"),
    form=(
        Section(
            N_("Worker"),
            (
                F("name", N_("Name"), read_only=True),
                F("username", N_("User name"), read_only=True),
                F("role", N_("Role"), choices=roles.ROLES, read_only=True),
                F("active", N_("In service"), read_only=True),
                F("employed_from", N_("From"), read_only=True),
                F("employed_to", N_("To"), read_only=True),
                F("percent", N_("Working time, per cent"), read_only=True),
                F("organisation", N_("Organisation"), read_only=True),
                F("unit", N_("Unit"), read_only=True),
            ),
        ),
    ),
    sync=Sync(mode="centre"),
)

CONFLICT_STATES = (Choice("open", N_("Needs a decision")), Choice("settled", N_("Settled")))
CONFLICT_REASONS = (
    Choice("field", N_("Both changed the same thing")),
    Choice("deleted", N_("Deleted elsewhere")),
    Choice("frozen", N_("Signed elsewhere")),
)


class Conflict(Record, table=True):
    """Two people's changes to one thing that the centre did not choose between; both values are kept.

    `parts` are the fields that belong together; `theirs`, `mine` and `base` hold a value for each of them:
    what the centre has, what the later sender wanted, and what both started from.
    """

    client_id: UUID | None = Field(default=None, sa_type=Id, index=True)
    kind: Line
    record_id: UUID = Field(sa_type=Id, index=True)
    mutation_id: UUID = Field(sa_type=Id)
    reason: str = "field"
    parts: list[str] = Field(default_factory=list, sa_type=Json)
    theirs: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    mine: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    base: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    theirs_by: UUID | None = Field(default=None, sa_type=Id)
    theirs_at: datetime | None = Field(default=None, sa_type=Instant)
    mine_by: UUID | None = Field(default=None, sa_type=Id)
    mine_at: datetime | None = Field(default=None, sa_type=Instant)
    state: str = Field(default="open", index=True)


CONFLICT = RecordSpec(
    table=Conflict,
    title=N_("Decisions"),
    one=N_("Conflict"),
    label=lambda row: str(row["kind"]),
    columns=("kind", "reason", "mine_by", "mine_at", "state"),
    form=(
        Section(
            N_("Conflict"),
            (
                F("kind", N_("Kind"), read_only=True),
                F("reason", N_("Reason"), choices=CONFLICT_REASONS, read_only=True),
                F("mine_by", N_("Sent by"), refers="worker", read_only=True),
                F("mine_at", N_("Sent at"), read_only=True),
                F("state", N_("State"), choices=CONFLICT_STATES, read_only=True),
            ),
        ),
    ),
)

SERVICE = Service(
    key="administration",
    title=N_("Administration"),
    icon="mdi6.cog-outline",
    records=(WORKER, CONFLICT),
    roles=(roles.ADMIN, roles.TEAM_LEAD),
)
