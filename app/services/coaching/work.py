"""Work: jobs and work trials, whether a job was kept, and the plan for support in it (L692-731, facts.md 2.2)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Field

from app import register
from app.clock import today
from app.due import Case, DueItem
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Day, Euros, Id, Json, Line, Money, Record, Row, Words
from app.services.coaching import codes, papers, rules
from app.services.coaching.dates import months_after
from app.signing import Signature, check_signed, signable
from app.spec import F, RecordSpec, Section, Sync

KEPT_MONTHS = (3, 6, 12)  # facts.md 2.3, 7: follow-up of staying at work
SUBSIDY_ENDS = Message(N_("Wage subsidy ends: talk about renewal"))
JOB_KEPT = {
    3: Message(N_("Job kept for 3 months?")),
    6: Message(N_("Job kept for 6 months?")),
    12: Message(N_("Job kept for 12 months?")),
}
TRIAL_FEEDBACK = Message(N_("Work trial ends: feedback talk"))


class Employment(Record, table=True):
    """A job that the client got."""

    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    employer: Line = Field(min_length=1)
    title: Line = Field(min_length=1)
    industry: str = ""
    started_on: date = Field(sa_type=Day)
    ended_on: date | None = Field(default=None, sa_type=Day)
    end_reason: str = ""
    contract: str = ""
    weekly_hours: Euros | None = Field(default=None, sa_type=Money)
    hourly_wage: Euros | None = Field(default=None, sa_type=Money)
    wage_subsidy_until: date | None = Field(default=None, sa_type=Day)
    found_by: str = ""
    trial_id: UUID | None = Field(default=None, sa_type=Id)
    notes: Words = ""


class WorkTrial(Record, table=True):
    """A work trial decided by the employment authority (L692-701)."""

    __tablename__ = "work_trial"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    employer: Line = Field(min_length=1)
    title: Line = Field(min_length=1)
    industry: str = ""
    decided_on: date | None = Field(default=None, sa_type=Day)
    decided_by: Line = ""
    started_on: date = Field(sa_type=Day)
    agreed_until: date | None = Field(default=None, sa_type=Day)
    ended_on: date | None = Field(default=None, sa_type=Day)
    end_reason: str = ""
    feedback_on: date | None = Field(default=None, sa_type=Day)
    feedback: Words = ""
    continued_as_job: bool = False
    notes: Words = ""


class JobCheck(Record, table=True):
    """Whether a job was kept at 3, 6 or 12 months, as asked on a day."""

    __tablename__ = "job_check"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    employment_id: UUID = Field(sa_type=Id, foreign_key="employment.id", index=True)
    months: int = Field(ge=3, le=12)
    on: date = Field(sa_type=Day)
    kept: str = "yes"
    note: Words = ""


class SupportPlan(Record, table=True):
    """How the client is supported in a job: by whom, how often at first, and how support fades (facts.md 2.2)."""

    __tablename__ = "support_plan"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    employment_id: UUID | None = Field(default=None, sa_type=Id)
    made_on: date = Field(sa_type=Day)
    job: Line = ""
    strengths: Words = ""
    support_needs: Words = ""
    by_coach: Words = ""
    by_employer: Words = ""
    by_team: Words = ""
    by_family: Words = ""
    first_weeks: Line = ""
    adjustments: Words = ""
    benefit_reporting: Words = ""
    warning_signs: Words = ""
    whom_to_call: Line = ""
    fading: Words = ""
    review_on: date | None = Field(default=None, sa_type=Day)
    signatures: list[Signature] = Field(default_factory=list, sa_type=Json)
    signed_on: date | None = Field(default=None, sa_type=Day)
    content_hash: str = Field(default="", max_length=64)
    copied_on: date | None = Field(default=None, sa_type=Day)


def check_employment(row: Employment) -> list[Problem]:
    """Check that a job did not end before it began, and that its subsidy falls within it."""
    found = []
    if row.ended_on and row.ended_on < row.started_on:
        found.append(Problem("ended_on", Message(N_("The end is before the start."))))
    if row.wage_subsidy_until and row.wage_subsidy_until < row.started_on:
        found.append(Problem("wage_subsidy_until", Message(N_("The subsidy ends before the job begins."))))
    if row.end_reason and row.ended_on is None:
        found.append(Problem("ended_on", Message(N_("Write the day on which it ended."))))
    return found


def beside_employment(row: Employment, others: Sequence[Row]) -> list[Problem]:
    """Check that a job does not run over another one with the same employer."""
    begins, ends = row.started_on.isoformat(), (row.ended_on or date.max).isoformat()
    for other in others:
        same = other["employer"].casefold() == row.employer.casefold()
        if same and other["started_on"] <= ends and begins <= (other["ended_on"] or date.max.isoformat()):
            said = N_("At {employer} there is a job already at this time, begun {day}.")
            begun = date.fromisoformat(other["started_on"])
            return [Problem("started_on", Message(said, employer=row.employer, day=begun))]
    return []


def check_trial(row: WorkTrial) -> list[Problem]:
    """Check that the days of a work trial follow each other."""
    found = []
    for name in ("agreed_until", "ended_on"):
        day = getattr(row, name)
        if day and day < row.started_on:
            found.append(Problem(name, Message(N_("The end is before the start."))))
    if row.decided_on and row.decided_on > row.started_on:
        found.append(Problem("decided_on", Message(N_("The decision comes before the trial begins."))))
    if row.continued_as_job and row.ended_on is None and row.agreed_until is None:
        found.append(Problem("ended_on", Message(N_("Write the day on which it ended."))))
    return found


def check_job_check(row: JobCheck) -> list[Problem]:
    """Check that it was asked at one of the three times, on a day that can be."""
    found = []
    if row.months not in KEPT_MONTHS:
        found.append(Problem("months", Message(N_("Choose 3, 6 or 12 months."))))
    if row.on > today():
        found.append(Problem("on", Message(N_("This date is in the future."))))
    return found


def check_support_plan(row: SupportPlan) -> list[Problem]:
    """Check that the review comes after the plan."""
    found = []
    if row.review_on and row.review_on <= row.made_on:
        found.append(Problem("review_on", Message(N_("The review must be after the day the plan is made."))))
    return [*found, *check_signed(row)]


def due_employment(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of the wage subsidy's end, and of the days on which a job has been kept for 3, 6 and 12 months.

    The end of a subsidy is in front of the worker six weeks before it, since its renewal is decided by then. Whether a
    job was kept cannot be asked before its day, and is asked after the coaching has ended too (facts.md 2.3).
    """
    answers = case.rows.get("job_check", ())
    for row in case.rows.get("employment", ()):
        key, ended = row["id"], row["ended_on"]
        identity = UUID(key)
        if row["wage_subsidy_until"] and not ended and case.phase != codes.ENDED:
            day = date.fromisoformat(row["wage_subsidy_until"])
            since = day - rules.SUBSIDY_AHEAD
            if since <= on <= day + rules.SUBSIDY_OVER:
                yield DueItem(day, SUBSIDY_ENDS, case.client_id, "employment", identity, since=since)
        given = [one for one in answers if one["employment_id"] == key] if answers else ()
        begun = date.fromisoformat(row["started_on"])
        for months in to_ask(row, given):
            day = months_after(begun, months)
            yield DueItem(day, JOB_KEPT[months], case.client_id, "job_check", None, about=identity)


def kept_on(job: Row, months: int) -> date:
    """Return the day on which a job has been kept for so many months."""
    return months_after(date.fromisoformat(job["started_on"]), months)


def to_ask(job: Row, answers: Sequence[Row]) -> Sequence[int]:
    """Return after which months it is still to be asked whether a job was kept, given the answers there are.

    Not for days after the job's end. Kept for six months says that it was kept for three, and a job that was lost by
    then is not asked after again.
    """
    ended = job["ended_on"]
    if not ended and not answers:
        return KEPT_MONTHS
    open_ = [months for months in KEPT_MONTHS if not ended or ended >= kept_on(job, months).isoformat()]
    for answer in answers:
        asked, kept = answer["months"], answer["kept"]
        open_ = [
            months
            for months in open_
            if months != asked
            and not (kept == "yes" and months < asked)
            and not (kept == "no" and months > asked)
        ]
    return open_


def kept_values(item: DueItem) -> Row:
    """Return what the answer to a due question begins with: which job, after how many months, asked today."""
    months = next(months for months, title in JOB_KEPT.items() if title == item.title)
    return {"employment_id": str(item.about), "months": months, "on": today().isoformat(), "kept": "yes"}


def job_after(trial: Row) -> Row:
    """Return what the job begins with that continues a work trial."""
    last = date.fromisoformat(trial["ended_on"] or trial["agreed_until"] or today().isoformat())
    return {
        **{name: trial[name] for name in ("employer", "title", "industry")},
        "started_on": (last + timedelta(days=1)).isoformat(),
        "found_by": "trial",
        "trial_id": trial["id"],
    }


def due_trial(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of the feedback talk at the end of a work trial (L698-701)."""
    for row in case.rows.get("work_trial", ()):
        last = row["ended_on"] or row["agreed_until"]
        if last and not row["feedback_on"] and case.phase != codes.ENDED:
            day = date.fromisoformat(last)
            yield DueItem(day, TRIAL_FEEDBACK, case.client_id, "work_trial", UUID(row["id"]))


EMPLOYMENT = RecordSpec(
    table=Employment,
    title=N_("Jobs"),
    one=N_("Job"),
    label=lambda row: f"{row['title']}, {row['employer']}",
    columns=("title", "employer", "started_on", "ended_on", "weekly_hours"),
    dated="started_on",
    form=(
        Section(
            N_("Job"),
            (
                F("employer", N_("Employer")),
                F("title", N_("Job title")),
                F("industry", N_("Industry"), choices=codes.INDUSTRIES),
                F("started_on", N_("Started")),
                F("contract", N_("Contract"), choices=codes.CONTRACTS),
                F("weekly_hours", N_("Hours a week")),
                F("hourly_wage", N_("Wage, euros an hour")),
                F("wage_subsidy_until", N_("Wage subsidy until")),
                F("found_by", N_("How it was found"), choices=codes.FOUND_BY),
                F(
                    "trial_id",
                    N_("Continues this work trial"),
                    refers="work_trial",
                    fills=(("employer", "employer"), ("title", "title"), ("industry", "industry")),
                ),
                F("notes", N_("Notes"), rows=3),
            ),
        ),
        Section(
            N_("End"),
            (
                F("ended_on", N_("Ended")),
                F("end_reason", N_("Reason of the end"), choices=codes.JOB_END_REASONS),
            ),
        ),
    ),
    sync=Sync(together=(("ended_on", "end_reason"),)),
    check=check_employment,
    beside=beside_employment,
    case=("started_on", "ended_on", "wage_subsidy_until"),
    due=due_employment,
)

TRIAL = RecordSpec(
    table=WorkTrial,
    title=N_("Work trials"),
    one=N_("Work trial"),
    label=lambda row: f"{row['title']}, {row['employer']}",
    columns=("title", "employer", "started_on", "agreed_until", "ended_on", "continued_as_job"),
    dated="started_on",
    form=(
        Section(
            N_("Work trial"),
            (
                F("employer", N_("Employer")),
                F("title", N_("Duties")),
                F("industry", N_("Industry"), choices=codes.INDUSTRIES),
                F("decided_on", N_("Decided on")),
                F("decided_by", N_("Decided by"), help=N_("The employment authority's expert.")),
                F("started_on", N_("Started")),
                F("agreed_until", N_("Agreed until")),
            ),
        ),
        Section(
            N_("End"),
            (
                F("ended_on", N_("Ended")),
                F("end_reason", N_("Reason of the end"), choices=codes.TRIAL_END_REASONS),
                F("feedback_on", N_("Feedback talk")),
                F("feedback", N_("What was said"), rows=3),
                F("continued_as_job", N_("Continued as a job")),
                F("notes", N_("Notes"), rows=3),
            ),
        ),
    ),
    check=check_trial,
    case=("started_on", "agreed_until", "ended_on", "feedback_on"),
    due=due_trial,
)

JOB_CHECK = RecordSpec(
    table=JobCheck,
    title=N_("Jobs kept"),
    one=N_("Job kept"),
    label=lambda row: str(row["months"]),
    columns=("on", "employment_id", "months", "kept"),
    dated="on",
    form=(
        Section(
            N_("Job kept"),
            (
                F("employment_id", N_("Job"), refers="employment"),
                F("months", N_("Months"), choices=codes.KEPT_AFTER),
                F("kept", N_("Still at work"), choices=codes.YES_NO_UNKNOWN),
                F("on", N_("Asked on")),
                F("note", N_("Note"), rows=2),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
    check=check_job_check,
    case=("employment_id", "months", "kept"),
)

SUPPORT_PLAN = RecordSpec(
    table=SupportPlan,
    title=N_("Support plans"),
    one=N_("Support plan"),
    label=lambda row: str(row["made_on"]),
    columns=("made_on", "job", "first_weeks", "review_on"),
    dated="made_on",
    form=(
        Section(
            N_("Job"),
            (
                F("made_on", N_("Made on")),
                F("employment_id", N_("Job"), refers="employment", fills=(("job", ""),)),
                F("job", N_("Job and employer"), help=N_("Filled from the job when left empty.")),
                F("strengths", N_("Strengths in this job"), rows=2),
                F("support_needs", N_("What support is needed for"), rows=2),
            ),
        ),
        Section(
            N_("Who supports, and how"),
            (
                F("by_coach", N_("Job coach"), rows=2),
                F("by_employer", N_("Employer and colleagues"), rows=2),
                F("by_team", N_("Team and network"), rows=2),
                F("by_family", N_("Family and friends"), rows=2),
                F("first_weeks", N_("Contacts in the first weeks")),
                F("adjustments", N_("Adjustments at work"), rows=2),
                F("benefit_reporting", N_("What is reported to Kela, and by whom"), rows=2),
            ),
        ),
        Section(
            N_("When things change"),
            (
                F("warning_signs", N_("Signs that more support is needed"), rows=2),
                F("whom_to_call", N_("Whom to call")),
                F("fading", N_("How support becomes less"), rows=2),
                F("review_on", N_("Review on")),
                F("signed_on", N_("Signed on"), read_only=True),
            ),
        ),
    ),
    sync=signable(
        text=("strengths", "support_needs", "by_coach", "by_employer", "by_team", "by_family", "fading")
    ),
    check=check_support_plan,
    pdf=papers.support_plan_document,
    register=register.from_form("support_plan"),
    case=("employment_id", "made_on", "review_on"),
    due=rules.due_support_plan,
)
