"""Clients: who they are, the people around them, and which workers hold them (modules.md 1)."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Field
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu

from app import roles
from app.clock import today
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Day, Id, Json, Line, Record, Row, Words
from app.spec import Choice, F, RecordSpec, Section, Service

BRANCHES = (
    Choice("adult_social_work", N_("Adult social work")),
    Choice("disability_services", N_("Disability services")),
)
# L748-751, L869-874
LEGAL_BASES = (
    Choice("shl_17", N_("Social Welfare Act, section 17 (social rehabilitation)")),
    Choice("shl_27d", N_("Social Welfare Act, section 27 d (activities supporting employment)")),
    Choice("shl_27e", N_("Social Welfare Act, section 27 e (work activities)")),
    Choice("disability_act", N_("Act on special care for persons with intellectual disabilities")),
    Choice("rehabilitative_work", N_("Act on rehabilitative work activity")),
    Choice("none", N_("No statutory basis")),
)
LANGUAGES = (
    Choice("fi", N_("Finnish")),
    Choice("sv", N_("Swedish")),
    Choice("en", N_("English")),
    Choice("se", N_("Sámi")),
    Choice("ru", N_("Russian")),
    Choice("et", N_("Estonian")),
    Choice("so", N_("Somali")),
    Choice("ar", N_("Arabic")),
    Choice("fa", N_("Persian or Dari")),
    Choice("ku", N_("Kurdish")),
    Choice("sign", N_("Sign language")),
    Choice("other", N_("Other language")),
)
# L375-385, L667-672
NETWORK_ROLES = (
    Choice("care_contact", N_("Care contact person")),
    Choice("own_team", N_("Own team")),
    Choice("own_worker", N_("Own worker")),
    Choice("guardian", N_("Guardian")),
    Choice("housing", N_("Housing counsellor")),
    Choice("debt", N_("Debt counsellor")),
    Choice("psychologist", N_("Career psychologist")),
    Choice("kela", N_("Kela")),
    Choice("employment", N_("Employment services expert")),
    Choice("health", N_("Health care")),
    Choice("activity", N_("Rehabilitative work activity coach")),
    Choice("family", N_("Family or friend")),
    Choice("other", N_("Other")),
)


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


def check_client(client: Client) -> list[Problem]:
    """Check the identity code and that dates can be (the code is optional: Data Protection Act 29 section)."""
    found: list[Problem] = []
    if client.identity_code:
        born = birth_date(client.identity_code)
        if born is None:
            found.append(
                Problem(
                    "identity_code",
                    Message(N_("This is not a valid identity code. Check it, or leave it empty.")),
                )
            )
        elif client.born_on and client.born_on != born:
            found.append(Problem("born_on", Message(N_("The birth date differs from the identity code."))))
    for name in ("born_on", "unemployed_since"):
        value = getattr(client, name)
        if value and value > today():
            found.append(Problem(name, Message(N_("This date is in the future."))))
    if client.email and "@" not in client.email:
        found.append(Problem("email", Message(N_("This is not an e-mail address."))))
    return found


def name_of(row: Row) -> str:
    """Return a client's name as lists show it: last name first."""
    return " ".join(part for part in (row.get("last_name"), row.get("first_name")) if part) or str(
        row["code_name"]
    )


CLIENT = RecordSpec(
    table=Client,
    title=N_("Clients"),
    one=N_("Client"),
    label=name_of,
    columns=("last_name", "first_name", "born_on", "municipality", "branch"),
    form=(
        Section(
            N_("Personal details"),
            (
                F("first_name", N_("First name")),
                F("last_name", N_("Last name")),
                F(
                    "identity_code",
                    N_("Identity code"),
                    help=N_("Optional. Only when identification is necessary."),
                ),
                F("born_on", N_("Born"), help=N_("Filled from the identity code when left empty.")),
                F("code_name", N_("Code name"), help=N_("Used where the client must stay anonymous.")),
            ),
        ),
        Section(
            N_("Contact"),
            (
                F("phone", N_("Telephone")),
                F("email", N_("E-mail")),
                F("address", N_("Address")),
                F("municipality", N_("Municipality")),
                F("languages", N_("Languages"), choices=LANGUAGES),
                F("interpreter", N_("Needs an interpreter")),
            ),
        ),
        Section(
            N_("Service"),
            (
                F("branch", N_("Branch"), choices=BRANCHES),
                F("legal_basis", N_("Legal basis of the service"), choices=LEGAL_BASES),
                F("service_task", N_("Service task")),
                F("matter", N_("Matter"), help=N_("The matter decides how long documents are kept.")),
                F("unemployed_since", N_("Unemployed since")),
                F("notes", N_("Notes"), rows=4),
            ),
        ),
    ),
    check=check_client,
)


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


NETWORK_MEMBER = RecordSpec(
    table=NetworkMember,
    title=N_("Network"),
    one=N_("Network member"),
    label=lambda row: str(row["name"]),
    columns=("name", "role", "organisation", "phone"),
    form=(
        Section(
            N_("Person"),
            (
                F("name", N_("Name")),
                F("role", N_("Role"), choices=NETWORK_ROLES),
                F("organisation", N_("Organisation")),
                F("phone", N_("Telephone")),
                F("email", N_("E-mail")),
                F("may_contact", N_("The client agrees to contact"), help=N_("Agreed with the client.")),
                F("notes", N_("Notes"), rows=3),
            ),
        ),
    ),
)


class Assignment(Record, table=True):
    """A worker who holds a client, in a role, from a day to a day. Decides whose device gets the client."""

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    worker_id: UUID = Field(sa_type=Id, index=True)
    role: str = roles.JOB_COACH
    valid_from: date = Field(sa_type=Day)
    valid_to: date | None = Field(default=None, sa_type=Day)


def check_assignment(row: Assignment) -> list[Problem]:
    """Check that the assignment does not end before it begins."""
    if row.valid_to and row.valid_to < row.valid_from:
        return [Problem("valid_to", Message(N_("The end is before the start.")))]
    return []


ASSIGNMENT = RecordSpec(
    table=Assignment,
    title=N_("Workers"),
    one=N_("Assignment"),
    label=lambda row: str(row["role"]),
    columns=("worker_id", "role", "valid_from", "valid_to"),
    form=(
        Section(
            N_("Worker"),
            (
                F("worker_id", N_("Worker"), refers="worker"),
                F("role", N_("Role"), choices=roles.ROLES),
                F("valid_from", N_("From")),
                F("valid_to", N_("To")),
            ),
        ),
    ),
    check=check_assignment,
)

SERVICE = Service(
    key="clients",
    title=N_("Clients"),
    icon="mdi6.account-group-outline",
    records=(CLIENT, NETWORK_MEMBER, ASSIGNMENT),
    roles=roles.WITH_CLIENTS,
)
