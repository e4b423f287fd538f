"""Initial assessment: what is cleared up at the start, and Kykyviisari's results (L665-681, facts.md 3)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le
from sqlmodel import Field

from app import register
from app.clock import today
from app.due import Case, DueItem
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Day, Id, Line, Money, Record, Row, Words
from app.services.coaching import codes, papers
from app.spec import F, RecordSpec, Section, Sync

Summary = Annotated[Decimal, Ge(0), Le(100)]


class InitialAssessment(Record, table=True):
    """What is cleared up when the service begins, beside the records that show it by themselves (L665-681)."""

    __tablename__ = "initial_assessment"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    relationship_id: UUID | None = Field(default=None, sa_type=Id)
    begun_on: date = Field(sa_type=Day)
    joint_plan: Words = ""
    employment_services_on: date | None = Field(default=None, sa_type=Day)
    job_search_in_force: str = ""
    employment_plan_on: date | None = Field(default=None, sa_type=Day)
    employment_contact: Line = ""
    debts: str = ""
    debt_help: Words = ""
    traps_discussed_on: date | None = Field(default=None, sa_type=Day)
    traps: Words = ""
    calculation_on: date | None = Field(default=None, sa_type=Day)
    kela_contact_on: date | None = Field(default=None, sa_type=Day)
    kela_rehabilitation: bool = False
    no_network: bool = False
    finished_on: date | None = Field(default=None, sa_type=Day)
    summary: Words = ""
    copied_on: date | None = Field(default=None, sa_type=Day)


def check_assessment(row: InitialAssessment) -> list[Problem]:
    """Check that the assessment did not end before it began, and that its days can be."""
    found = []
    if row.finished_on and row.finished_on < row.begun_on:
        found.append(Problem("finished_on", Message(N_("The end is before the start."))))
    for name in (
        "begun_on",
        "employment_services_on",
        "traps_discussed_on",
        "calculation_on",
        "kela_contact_on",
    ):
        day = getattr(row, name)
        if day and day > today():
            found.append(Problem(name, Message(N_("This date is in the future."))))
    return found


ASSESSMENT = RecordSpec(
    table=InitialAssessment,
    title=N_("Initial assessments"),
    one=N_("Initial assessment"),
    label=lambda row: str(row["begun_on"]),
    columns=("begun_on", "job_search_in_force", "debts", "finished_on"),
    dated="begun_on",
    form=(
        Section(
            N_("Initial assessment"),
            (
                F("begun_on", N_("Begun")),
                F("joint_plan", N_("Joint plan for the coaching"), rows=3),
                F("no_network", N_("The client has no network to work with")),
            ),
        ),
        Section(
            N_("Employment services"),
            (
                F("employment_services_on", N_("Contacted on")),
                F("employment_contact", N_("With whom")),
                F("job_search_in_force", N_("Job search in force"), choices=codes.YES_NO_UNKNOWN),
                F("employment_plan_on", N_("Employment plan made on")),
            ),
        ),
        Section(
            N_("Money"),
            (
                F("debts", N_("Debts"), choices=codes.YES_NO_UNKNOWN),
                F("debt_help", N_("What was done about them"), rows=2),
                F("traps_discussed_on", N_("Incentive traps discussed on")),
                F(
                    "traps",
                    N_("Incentive traps"),
                    rows=2,
                    help=N_("What worries the client about pay and benefits."),
                ),
                F("calculation_on", N_("Profitability of work calculated on")),
                F("kela_contact_on", N_("Kela's benefit advice contacted on")),
                F("kela_rehabilitation", N_("Guided to Kela's rehabilitation")),
            ),
        ),
        Section(
            N_("Conclusion"),
            (F("finished_on", N_("Finished")), F("summary", N_("Summary"), rows=3)),
        ),
    ),
    sync=Sync(text=("joint_plan", "debt_help", "traps", "summary")),
    check=check_assessment,
    pdf=papers.assessment_document,
    register=register.from_form("initial_assessment"),
)


class KykyviisariResult(Record, table=True):
    """What Kykyviisari told, typed from its own feedback: never the questionnaire itself (facts.md 3).

    Every value may be left out: a client may decline. The five summaries are as the feedback gives them, 0-100.
    """

    __tablename__ = "kykyviisari_result"
    client_id: UUID = Field(sa_type=Id, index=True)
    on: date = Field(sa_type=Day)
    occasion: str = "start"
    language: str = "fi"
    mode: str = "web"
    work_ability: int | None = Field(default=None, ge=0, le=10)
    inclusion: Summary | None = Field(default=None, sa_type=Money)
    mind: Summary | None = Field(default=None, sa_type=Money)
    everyday: Summary | None = Field(default=None, sa_type=Money)
    skills: Summary | None = Field(default=None, sa_type=Money)
    body: Summary | None = Field(default=None, sa_type=Money)
    own_words: Words = ""
    agreed_actions: Words = ""


KYKYVIISARI = RecordSpec(
    table=KykyviisariResult,
    title=N_("Kykyviisari results"),
    one=N_("Kykyviisari result"),
    group="health",
    label=lambda row: str(row["on"]),
    columns=("on", "occasion", "work_ability", "inclusion", "mind", "everyday", "skills", "body"),
    dated="on",
    form=(
        Section(
            N_("Occasion"),
            (
                F("on", N_("Filled in on")),
                F("occasion", N_("Occasion"), choices=codes.OCCASIONS),
                F("language", N_("Language"), choices=codes.KYKYVIISARI_LANGUAGES),
                F("mode", N_("How"), choices=codes.KYKYVIISARI_MODES),
            ),
        ),
        Section(
            N_("Results"),
            (
                F("work_ability", N_("Work ability, 0-10"), choices=codes.NOUGHT_TO_TEN),
                F("inclusion", N_("Inclusion"), help=N_("As the feedback gives it, 0-100.")),
                F("mind", N_("Mind")),
                F("everyday", N_("Everyday life")),
                F("skills", N_("Skills")),
                F("body", N_("Body")),
            ),
            help=N_("Only what the client wants to tell. Every value may be left empty."),
        ),
        Section(
            N_("Talk"),
            (
                F("own_words", N_("The client's own words"), rows=3),
                F("agreed_actions", N_("Agreed actions"), rows=3),
            ),
        ),
    ),
    sync=Sync(text=("own_words", "agreed_actions")),
    check=lambda row: [Problem("on", Message(N_("This date is in the future.")))] if row.on > today() else [],
    pdf=papers.kykyviisari_document,
)


class DisclosureDecision(Record, table=True):
    """What the client decided about telling employers, on a day; the newest one holds (L688-690, L798-806)."""

    __tablename__ = "disclosure_decision"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    on: date = Field(sa_type=Day)
    coach_seen: str = "later"
    may_tell: Words = ""
    may_not_tell: Words = ""
    to_whom: Line = ""
    words: Words = ""
    who_tells: str = ""
    talked_over: Words = ""
    review_on: date | None = Field(default=None, sa_type=Day)


CARRIED_OVER = ("coach_seen", "may_tell", "may_not_tell", "to_whom", "words", "who_tells")


def decision_after(row: Row | None) -> Row:
    """Return what a new decision begins with, made today: what was decided last, if anything was."""
    return {**{name: row[name] for name in CARRIED_OVER if row}, "on": today().isoformat()}


DISCLOSURE_REVIEW = Message(N_("Disclosure: review the decision"))


def check_disclosure(row: DisclosureDecision) -> list[Problem]:
    """Check that a decision is made by a person, not ahead of time."""
    found = []
    if row.on > today():
        found.append(Problem("on", Message(N_("This date is in the future."))))
    if row.review_on and row.review_on <= row.on:
        found.append(Problem("review_on", Message(N_("The review must be after the day of the decision."))))
    return found


def due_disclosure(case: Case, on: date) -> Iterable[DueItem]:
    """Tell when the newest decision was to be looked at again."""
    rows = case.rows.get("disclosure_decision", ())
    newest = max(rows, key=lambda row: (row["on"], row["id"]), default=None)
    if newest and newest["review_on"] and case.phase != codes.ENDED:
        day = date.fromisoformat(newest["review_on"])
        yield DueItem(day, DISCLOSURE_REVIEW, case.client_id, "disclosure_decision", UUID(newest["id"]))


DISCLOSURE = RecordSpec(
    table=DisclosureDecision,
    title=N_("Disclosure decisions"),
    one=N_("Disclosure decision"),
    label=lambda row: str(row["on"]),
    columns=("on", "coach_seen", "may_tell", "may_not_tell"),
    dated="on",
    form=(
        Section(
            N_("Decision"),
            (
                F("on", N_("Decided on")),
                F("coach_seen", N_("May employers see the coach"), choices=codes.YES_NO_LATER),
                F("may_tell", N_("What may be told"), rows=2),
                F("may_not_tell", N_("What may not be told"), rows=2),
                F("to_whom", N_("To whom")),
                F("words", N_("In which words"), rows=2),
                F("who_tells", N_("Who tells"), choices=codes.WHO_TELLS),
                F("talked_over", N_("For and against, as talked over"), rows=3),
                F("review_on", N_("Look at again on")),
            ),
            help=N_("May be changed at any time: write a new decision, the earlier ones are kept."),
        ),
    ),
    sync=Sync(mode="append_only"),
    check=check_disclosure,
    case=("on", "review_on"),
    due=due_disclosure,
)
