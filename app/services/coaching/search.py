"""Job search: the plan for it, applications and interviews (L682-705, facts.md 2.2)."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Field

from app import register
from app.clock import today
from app.due import MEET, Case, DueItem
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Clock, Day, Id, Item, Json, Line, Record, Row, Words
from app.services.coaching import codes, papers
from app.services.coaching.rules import found_work
from app.signing import Signature, check_signed, signable
from app.spec import F, RecordSpec, Section, Sync

REVIEW_WITHIN = timedelta(days=90)  # facts.md 2.2
SEARCH_REVIEW = Message(N_("Job search plan review"))
INTERVIEW_AGREED = Message(N_("Job interview"))
INTERVIEW_UNWRITTEN = Message(N_("Job interview: how it went"))
APPLY_BY = Message(N_("Application: last day"))
ANSWER_WAITED = Message(N_("Application without an answer"))
SILENT = timedelta(weeks=3)
"""How long an application may be without an answer before Today asks after it."""


class SearchStep(Item):
    """One thing to do in the search: who, by when, done."""

    what: Line = ""
    by: str = "client"
    by_when: date | None = None
    done: bool = False


class SearchPlan(Record, table=True):
    """How work is looked for: the goal in the client's words, target jobs and employers, who contacts them."""

    __tablename__ = "search_plan"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    made_on: date = Field(sa_type=Day)
    goal: Words = ""
    target_jobs: Words = ""
    target_employers: Words = ""
    who_contacts: str = ""
    frequency: Line = ""
    steps: list[SearchStep] = Field(default_factory=list, sa_type=Json)
    documents_to_update: Words = ""
    review_on: date | None = Field(default=None, sa_type=Day)
    signatures: list[Signature] = Field(default_factory=list, sa_type=Json)
    signed_on: date | None = Field(default=None, sa_type=Day)
    content_hash: str = Field(default="", max_length=64)
    copied_on: date | None = Field(default=None, sa_type=Day)


def check_search_plan(row: SearchPlan) -> list[Problem]:
    """Check that the plan is looked at again within ninety days."""
    found = []
    if row.review_on and row.review_on <= row.made_on:
        found.append(Problem("review_on", Message(N_("The review must be after the day the plan is made."))))
    elif row.review_on and row.review_on > row.made_on + REVIEW_WITHIN:
        found.append(Problem("review_on", Message(N_("Review the job search plan within 90 days."))))
    return [*found, *check_signed(row)]


def in_use(plan: Row, phase: str, since: date | None, jobs: Iterable[Row], on: date) -> bool:
    """Tell whether work is looked for by a plan on a day; `since` is when the present phase began.

    Nobody looks for work by it in any other phase; nor in the search, as soon as there is a job that came after the
    plan and after the search began, although the change of phase is not written down yet.
    """
    made = date.fromisoformat(plan["made_on"])
    return phase == codes.SEARCH and not found_work(jobs, max(made, since or made), on)


def due_search_plan(case: Case, on: date) -> Iterable[DueItem]:
    """Tell when the newest job search plan is to be reviewed, while work is being looked for by it."""
    if case.phase != codes.SEARCH:
        return
    newest = max(case.rows.get("search_plan", ()), key=lambda row: (row["made_on"], row["id"]), default=None)
    if newest is None:
        return
    if not in_use(newest, case.phase, case.phase_since, case.rows.get("employment", ()), on):
        return
    last = date.fromisoformat(newest["made_on"]) + REVIEW_WITHIN
    day = min(last, date.fromisoformat(newest["review_on"])) if newest["review_on"] else last
    yield DueItem(day, SEARCH_REVIEW, case.client_id, "search_plan", UUID(newest["id"]))


SEARCH_PLAN = RecordSpec(
    table=SearchPlan,
    title=N_("Job search plans"),
    one=N_("Job search plan"),
    label=lambda row: str(row["made_on"]),
    columns=("made_on", "goal", "target_jobs", "review_on"),
    dated="made_on",
    form=(
        Section(
            N_("Job search plan"),
            (
                F("made_on", N_("Made on")),
                F("goal", N_("Goal in the client's own words"), rows=2),
                F("target_jobs", N_("Target jobs"), rows=2),
                F("target_employers", N_("Target employers"), rows=2),
                F("who_contacts", N_("Who contacts employers"), choices=codes.STEP_BY),
                F("frequency", N_("How often work is looked for together")),
                F(
                    "steps",
                    N_("Next steps"),
                    items=(
                        F("what", N_("What is done")),
                        F("by", N_("Who"), choices=codes.STEP_BY),
                        F("by_when", N_("By when")),
                        F("done", N_("Done")),
                    ),
                ),
                F("documents_to_update", N_("Documents to update"), rows=2),
                F("review_on", N_("Review on"), help=N_("Within 90 days.")),
                F("signed_on", N_("Signed on"), read_only=True),
            ),
        ),
    ),
    sync=signable(items=("steps",), text=("goal", "target_jobs", "target_employers")),
    check=check_search_plan,
    pdf=papers.search_plan_document,
    register=register.from_form("search_plan"),
    case=("made_on", "review_on"),
    due=due_search_plan,
)


class JobApplication(Record, table=True):
    """One application: when, to whom, for what, by which way, and what was answered (L682-690)."""

    __tablename__ = "job_application"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    on: date = Field(sa_type=Day)
    visit_id: UUID | None = Field(default=None, sa_type=Id)
    employer: Line = Field(min_length=1)
    job: Line = Field(min_length=1)
    industry: str = ""
    channel: str = "open_application"
    apply_by: date | None = Field(default=None, sa_type=Day)
    state: str = "sent"
    answered_on: date | None = Field(default=None, sa_type=Day)
    answer: Words = ""
    notes: Words = ""


def check_application(row: JobApplication) -> list[Problem]:
    """Check that an application was sent and answered in that order, on days that can be."""
    found = []
    if row.state != "draft" and row.on > today():
        found.append(Problem("on", Message(N_("This date is in the future."))))
    if row.answered_on and row.answered_on < row.on:
        found.append(Problem("answered_on", Message(N_("The answer is before the application."))))
    return found


def due_application(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of the last day to apply, and of applications that nobody has answered.

    A job that was got after the application answers for it.
    """
    if case.phase == codes.ENDED:
        return
    jobs = case.rows.get("employment", ())
    for row in case.rows.get("job_application", ()):
        identity = UUID(row["id"])
        if jobs and found_work(jobs, date.fromisoformat(row["on"]), on):
            continue
        if row["state"] == "draft" and row["apply_by"]:
            day = date.fromisoformat(row["apply_by"])
            yield DueItem(day, APPLY_BY, case.client_id, "job_application", identity)
        elif row["state"] == "sent":
            day = date.fromisoformat(row["on"]) + SILENT
            yield DueItem(day, ANSWER_WAITED, case.client_id, "job_application", identity)


APPLICATION = RecordSpec(
    table=JobApplication,
    title=N_("Applications"),
    one=N_("Application"),
    label=lambda row: f"{row['job']}, {row['employer']}",
    columns=("on", "job", "employer", "channel", "state"),
    dated="on",
    form=(
        Section(
            N_("Application"),
            (
                F("employer", N_("Employer")),
                F("job", N_("Job")),
                F("industry", N_("Industry"), choices=codes.INDUSTRIES),
                F("channel", N_("How"), choices=codes.CHANNELS),
                F("state", N_("State"), choices=codes.APPLICATION_STATES),
                F("on", N_("Sent on"), help=N_("For a draft: the day on which it was begun.")),
                F("apply_by", N_("Last day to apply")),
                F("visit_id", N_("Made at this meeting"), refers="support_visit"),
                F("answered_on", N_("Answered on")),
                F("answer", N_("Answer"), rows=2),
                F("notes", N_("Notes"), rows=2),
            ),
        ),
    ),
    sync=Sync(together=(("state", "answered_on"),), text=("answer", "notes")),
    check=check_application,
    case=("on", "state", "apply_by"),
    due=due_application,
)


class Interview(Record, table=True):
    """A job interview: prepared together? was the coach there? how it went (L700-705)."""

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    application_id: UUID | None = Field(default=None, sa_type=Id)
    on: date = Field(sa_type=Day)
    start_time: Clock = ""
    employer: Line = Field(min_length=1)
    job: Line = ""
    place: Line = ""
    state: str = "agreed"
    prepared_together: bool = False
    coach_present: bool = False
    outcome: str = ""
    notes: Words = ""


def check_interview(row: Interview) -> list[Problem]:
    """Check that an interview that is over is not in the future."""
    if row.state == "held" and row.on > today():
        return [Problem("on", Message(N_("An interview in the future cannot be over yet.")))]
    return []


def due_interview(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of agreed interviews: as an appointment, or, its day past, as one to be written down."""
    if case.phase == codes.ENDED or case.closed_on is not None:
        return
    for row in case.rows.get("interview", ()):
        if row["state"] == "agreed":
            day = date.fromisoformat(row["on"])
            title = INTERVIEW_AGREED if day >= on else INTERVIEW_UNWRITTEN
            identity = UUID(row["id"])
            yield DueItem(
                day, title, case.client_id, "interview", identity, row["start_time"], act=MEET, minutes=60
            )


INTERVIEW = RecordSpec(
    table=Interview,
    title=N_("Interviews"),
    one=N_("Interview"),
    label=lambda row: f"{row['employer']}",
    columns=("on", "employer", "job", "state", "coach_present", "outcome"),
    dated="on",
    form=(
        Section(
            N_("Interview"),
            (
                F(
                    "application_id",
                    N_("Application"),
                    refers="job_application",
                    fills=(("employer", "employer"),),
                ),
                F("employer", N_("Employer")),
                F("job", N_("Job")),
                F("state", N_("State"), choices=codes.INTERVIEW_STATES),
                F("on", N_("Day")),
                F("start_time", N_("Begins at")),
                F("place", N_("Place")),
                F("prepared_together", N_("Prepared together")),
                F("coach_present", N_("The coach was there")),
                F("outcome", N_("What came of it"), choices=codes.INTERVIEW_OUTCOMES),
                F("notes", N_("Notes"), rows=3),
            ),
        ),
    ),
    sync=Sync(together=(("state", "on", "start_time"),), text=("notes",)),
    check=check_interview,
    case=("on", "start_time", "state"),
    due=due_interview,
)
