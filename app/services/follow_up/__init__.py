"""Follow-up: what the figures of a service need beside the clients' own records (modules.md 12, facts.md 8.1)."""

from datetime import date

from sqlmodel import Field

from app import roles
from app.clock import today
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Day, Line, Record, Words
from app.spec import Choice, F, RecordSpec, Section, Service, Sync

ACTIVITIES = (
    Choice("client", N_("Client work")),
    Choice("development", N_("Development")),
    Choice("other", N_("Other work")),
)
PARTNERS = (
    Choice("rehabilitative_work", N_("Coaches of rehabilitative work activity")),
    Choice("employment_services", N_("Employment services")),
    Choice("kela", N_("Kela")),
    Choice("health", N_("Health care")),
    Choice("social", N_("Social work")),
    Choice("other", N_("Other partner")),
)
SATISFACTION = (
    Choice("5", N_("Very satisfied")),
    Choice("4", N_("Satisfied")),
    Choice("3", N_("Neither")),
    Choice("2", N_("Dissatisfied")),
    Choice("1", N_("Very dissatisfied")),
)
INDICATORS = (
    Choice("clients", N_("Clients")),
    Choice("employed_share", N_("Share of clients employed, per cent")),
    Choice("client_work_share", N_("Share of working time with clients, per cent")),
)


class TimeEntry(Record, table=True):
    """Working time of one person on one day by activity (L618)."""

    __tablename__ = "time_entry"
    on: date = Field(sa_type=Day, index=True)
    activity: str = "client"
    minutes: int = Field(ge=1, le=1440)
    note: Line = ""


class PartnerMeeting(Record, table=True):
    """A meeting with partners about the cooperation itself, not about one client (L630-632)."""

    __tablename__ = "partner_meeting"
    on: date = Field(sa_type=Day, index=True)
    partner: str = ""
    minutes: int = Field(default=60, ge=1, le=1440)
    participants: Line = ""
    topics: Words = ""
    agreed: Words = ""


class Target(Record, table=True):
    """What was aimed at in a period: a range of one indicator (L217, L279-282)."""

    indicator: str = ""
    lowest: int = Field(default=0, ge=0)
    highest: int = Field(default=0, ge=0)
    begins: date = Field(sa_type=Day)
    ends: date = Field(sa_type=Day)
    source: Line = ""


class SurveyRound(Record, table=True):
    """One round of a satisfaction survey: to how many it went (L774-776)."""

    __tablename__ = "survey_round"
    name: Line = Field(min_length=1)
    begins: date = Field(sa_type=Day)
    ends: date | None = Field(default=None, sa_type=Day)
    invited: int = Field(default=0, ge=0)


class SurveyAnswer(Record, table=True):
    """One anonymous answer: nothing in it leads to the person, not even the day (modules.md 9)."""

    __tablename__ = "survey_answer"
    round_name: Line = Field(min_length=1)
    satisfaction: str = ""
    words: Words = ""


def _not_ahead(row: TimeEntry | PartnerMeeting) -> list[Problem]:
    return [Problem("on", Message(N_("This date is in the future.")))] if row.on > today() else []


def _period(row: Target | SurveyRound) -> list[Problem]:
    if row.ends and row.ends < row.begins:
        return [Problem("ends", Message(N_("The end is before the start.")))]
    return []


def check_target(row: Target) -> list[Problem]:
    """Check that the range and the period are the right way round."""
    found = _period(row)
    if row.highest < row.lowest:
        found.append(Problem("highest", Message(N_("The highest value is below the lowest."))))
    return found


TIME_ENTRY = RecordSpec(
    table=TimeEntry,
    title=N_("Working time"),
    one=N_("Working time entry"),
    scope="staff",
    label=lambda row: str(row["on"]),
    columns=("on", "activity", "minutes", "note"),
    dated="on",
    form=(
        Section(
            N_("Working time"),
            (
                F("on", N_("Day")),
                F("activity", N_("Activity"), choices=ACTIVITIES),
                F("minutes", N_("Minutes")),
                F("note", N_("Note")),
            ),
        ),
    ),
    check=_not_ahead,
)

PARTNER_MEETING = RecordSpec(
    table=PartnerMeeting,
    title=N_("Meetings with partners"),
    one=N_("Meeting with partners"),
    scope="staff",
    label=lambda row: str(row["on"]),
    columns=("on", "partner", "participants"),
    dated="on",
    form=(
        Section(
            N_("Meeting"),
            (
                F("on", N_("Day")),
                F("partner", N_("Partner"), choices=PARTNERS),
                F("minutes", N_("Minutes")),
                F("participants", N_("Participants")),
                F("topics", N_("Topics"), rows=3, help=N_("No client's name here.")),
                F("agreed", N_("What was agreed"), rows=3),
            ),
        ),
    ),
    sync=Sync(text=("topics", "agreed")),
    check=_not_ahead,
)

TARGET = RecordSpec(
    table=Target,
    title=N_("Targets"),
    one=N_("Target"),
    scope="reference",
    writers=(roles.TEAM_LEAD, roles.ADMIN),
    label=lambda row: str(row["indicator"]),
    columns=("indicator", "lowest", "highest", "begins", "ends"),
    form=(
        Section(
            N_("Target"),
            (
                F("indicator", N_("Indicator"), choices=INDICATORS),
                F("lowest", N_("At least")),
                F("highest", N_("At most")),
                F("begins", N_("From")),
                F("ends", N_("To")),
                F("source", N_("Where it was set")),
            ),
        ),
    ),
    check=check_target,
)

SURVEY_ROUND = RecordSpec(
    table=SurveyRound,
    title=N_("Satisfaction surveys"),
    one=N_("Survey round"),
    scope="reference",
    writers=roles.WITH_CLIENTS,
    label=lambda row: str(row["name"]),
    columns=("name", "begins", "ends", "invited"),
    form=(
        Section(
            N_("Survey"),
            (
                F("name", N_("Name")),
                F("begins", N_("From")),
                F("ends", N_("To")),
                F("invited", N_("Invited")),
            ),
        ),
    ),
    check=_period,
)

SURVEY_ANSWER = RecordSpec(
    table=SurveyAnswer,
    title=N_("Survey answers"),
    one=N_("Survey answer"),
    scope="reference",
    writers=roles.WITH_CLIENTS,
    label=lambda row: str(row["round_name"]),
    columns=("round_name", "satisfaction"),
    form=(
        Section(
            N_("Answer"),
            (
                F("round_name", N_("Survey")),
                F("satisfaction", N_("How satisfied with the service"), choices=SATISFACTION),
                F("words", N_("In own words"), rows=3, help=N_("Nothing that tells who answered.")),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
)

SERVICE = Service(
    key="follow_up",
    title=N_("Follow-up"),
    icon="mdi6.chart-line",
    records=(TIME_ENTRY, PARTNER_MEETING, TARGET, SURVEY_ROUND, SURVEY_ANSWER),
    roles=roles.WITH_CLIENTS,
)
