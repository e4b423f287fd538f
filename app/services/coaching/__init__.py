"""Job coaching, the heart of the program: its records declared for forms, lists, sync and documents."""

from app import register, roles
from app.i18n import N_
from app.services.coaching import codes, documents, records, rules
from app.services.coaching.agreements import AGREEMENT, PHRASE
from app.services.coaching.assessment import ASSESSMENT, DISCLOSURE, KYKYVIISARI
from app.services.coaching.own_phases import OWN_PHASE
from app.services.coaching.profile import CRIMINAL_RECORD, FINANCES, HEALTH, PROFILE
from app.services.coaching.search import APPLICATION, INTERVIEW, SEARCH_PLAN
from app.services.coaching.work import EMPLOYMENT, JOB_CHECK, SUPPORT_PLAN, TRIAL
from app.signing import signable
from app.spec import F, RecordSpec, Section, Service, Sync

RELATIONSHIP = RecordSpec(
    table=records.CoachingRelationship,
    title=N_("Coaching relationships"),
    one=N_("Coaching relationship"),
    label=lambda row: str(row["started_on"]),
    columns=("started_on", "referral_source", "decision", "coach_id"),
    dated="started_on",
    form=(
        Section(
            N_("Referral"),
            (
                F("started_on", N_("Started")),
                F("referral_source", N_("Came from"), choices=codes.SOURCES),
                F("referred_by", N_("Referred by")),
                F("coach_id", N_("Job coach"), refers="worker"),
                F(
                    "wants_work",
                    N_("Wants to work"),
                    choices=codes.YES_NO_UNKNOWN,
                    help=N_("First criterion: the client wants to work."),
                ),
                F("wish", N_("Wish to work"), rows=3),
                F(
                    "needs_support",
                    N_("Needs support"),
                    choices=codes.YES_NO_UNKNOWN,
                    help=N_("Second criterion: support is needed to get or keep a job."),
                ),
                F("support_need", N_("Need of support"), rows=3),
            ),
        ),
        Section(
            N_("First meeting"),
            (
                F("first_meeting_on", N_("Met on")),
                F("first_meeting", N_("Wishes, strengths and support needs"), rows=4),
                F("cooperation", N_("Agreed cooperation"), rows=3),
            ),
        ),
        Section(
            N_("Decision"),
            (
                F("client_joins", N_("The client wants to join"), choices=codes.YES_NO_LATER),
                F("decision", N_("Decision"), choices=codes.DECISIONS),
                F("decided_on", N_("Decided on")),
                F("refusal_reason", N_("Reason of the refusal")),
                F("decided_by_shl17", N_("Decision by section 17 of the Social Welfare Act")),
            ),
        ),
    ),
    sync=Sync(
        together=(("decision", "decided_on", "refusal_reason"),), text=("first_meeting", "cooperation")
    ),
    check=rules.check_relationship,
)

PHASE_CHANGE = RecordSpec(
    table=records.PhaseChange,
    title=N_("Phase history"),
    one=N_("Phase change"),
    label=lambda row: str(row["phase"]),
    columns=("on", "phase", "level", "reason"),
    dated="on",
    form=(
        Section(
            N_("Phase"),
            (
                F("relationship_id", N_("Coaching relationship"), refers="coaching_relationship"),
                F("phase", N_("Phase"), choices=codes.PHASES),
                F("level", N_("Level of maintenance"), choices=codes.LEVELS),
                F("on", N_("From")),
                F("reason", N_("Reason"), rows=2),
                F("end_reason", N_("Reason of the end"), choices=codes.END_REASONS),
                F("onward_path", N_("Onward path, agreed with whom"), rows=3),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
    check=rules.check_phase,
)

PLAN = RecordSpec(
    table=records.CareerPlan,
    title=N_("Career plans"),
    one=N_("Career plan"),
    label=lambda row: str(row["version_no"]),
    columns=("version_no", "made_on", "signed_on", "review_on"),
    dated="made_on",
    form=(
        Section(
            N_("Plan"),
            (
                F("version_no", N_("Version"), read_only=True),
                F("made_on", N_("Made on")),
                F("signed_on", N_("Signed on"), read_only=True),
                F("client_view", N_("The client's view of the need"), rows=3),
                F("worker_view", N_("The worker's view of the need"), rows=3),
                F("strengths", N_("Strengths and resources"), rows=3),
            ),
        ),
        Section(
            N_("Goals"),
            (
                F(
                    "goals",
                    N_("Goals"),
                    items=(
                        F("text", N_("Goal in the client's own words"), rows=2),
                        F(
                            "steps",
                            N_("Steps"),
                            items=(
                                F("what", N_("What is done")),
                                F("by", N_("Who"), choices=codes.STEP_BY),
                                F("by_when", N_("By when")),
                            ),
                        ),
                    ),
                ),
            ),
        ),
        Section(
            N_("Services and follow-up"),
            (
                F(
                    "services",
                    N_("Services"),
                    items=(
                        F("service", N_("Service")),
                        F("purpose", N_("What for")),
                        F("responsible", N_("Who is responsible")),
                    ),
                ),
                F("responsibilities", N_("Who is responsible for what"), rows=3),
                F("follow_up", N_("How and when it is followed up"), rows=3),
                F("duration", N_("Estimated length of the service")),
                F("review_on", N_("Review on"), help=N_("At least yearly.")),
            ),
        ),
    ),
    sync=signable(
        items=("goals", "services"),
        text=("client_view", "worker_view", "strengths", "responsibilities", "follow_up"),
    ),
    check=rules.check_plan,
    due=rules.due_plan,
    pdf=documents.plan_document,
    register=register.plan,
)

PROGRESS = RecordSpec(
    table=records.PlanProgress,
    title=N_("Progress of steps"),
    one=N_("Progress of a step"),
    label=lambda row: str(row["state"]),
    columns=("on", "state", "note"),
    dated="on",
    form=(
        Section(
            N_("Progress"),
            (
                F("step_id", N_("Step"), read_only=True),
                F("on", N_("Day")),
                F("state", N_("State"), choices=codes.STEP_STATES),
                F("note", N_("Note"), rows=2),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
)

VISIT = RecordSpec(
    table=records.SupportVisit,
    title=N_("Support visits"),
    one=N_("Support visit"),
    label=lambda row: str(row["on"]),
    columns=("on", "state", "place", "minutes", "topics"),
    dated="on",
    form=(
        Section(
            N_("Visit"),
            (
                F("state", N_("State"), choices=codes.VISIT_STATES),
                F("on", N_("Day")),
                F("start_time", N_("Begins at")),
                F("minutes", N_("Minutes")),
                F("place", N_("Place"), choices=codes.PLACES),
                F("participants", N_("Participants")),
                F("topics", N_("Topics"), choices=codes.TOPICS),
                F("seen_by_employer", N_("Seen by the employer")),
            ),
        ),
        Section(
            N_("What was done"),
            (
                F("notes", N_("Notes"), rows=5),
                F("next_steps", N_("Agreed next steps"), rows=2),
                F("next_on", N_("Next visit")),
            ),
        ),
    ),
    sync=Sync(text=("notes", "next_steps"), together=(("state", "on", "start_time"),)),
    check=rules.check_visit,
    due=lambda case, on: [
        *rules.due_planned(case, on),
        *rules.due_contact(case, on),
        *rules.due_copying(case, on),
    ],
    register=register.visit,
)

SERVICE = Service(
    key="coaching",
    title=N_("Job coaching"),
    icon="mdi6.briefcase-account-outline",
    records=(
        RELATIONSHIP,
        PHASE_CHANGE,
        ASSESSMENT,
        KYKYVIISARI,
        PROFILE,
        HEALTH,
        FINANCES,
        CRIMINAL_RECORD,
        DISCLOSURE,
        PLAN,
        PROGRESS,
        AGREEMENT,
        SEARCH_PLAN,
        APPLICATION,
        INTERVIEW,
        TRIAL,
        EMPLOYMENT,
        JOB_CHECK,
        SUPPORT_PLAN,
        VISIT,
        PHRASE,
        OWN_PHASE,
    ),
    roles=(roles.JOB_COACH, roles.TEAM_LEAD),
)
