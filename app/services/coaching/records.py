"""The records of job coaching, from referral to the end of the service (modules.md 3)."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.record import Clock, Day, Id, Item, Json, Line, Record, Words
from app.services.coaching import codes
from app.signing import Signature

NAME_MOST = 50
"""So many letters a phase's own name may have: it stands under a mark in a line of six."""


class CoachingRelationship(Record, table=True):
    """A client in job coaching: how she came, what was decided, who coaches (L655-664).

    `wants_work` and `needs_support` are the two criteria of the pilot (L655-657).
    """

    __tablename__ = "coaching_relationship"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    started_on: date = Field(sa_type=Day)
    referral_source: str = ""
    referred_by: Line = ""
    coach_id: UUID | None = Field(default=None, sa_type=Id)
    wants_work: str = ""
    wish: Words = ""
    needs_support: str = ""
    support_need: Words = ""
    first_meeting_on: date | None = Field(default=None, sa_type=Day)
    first_meeting: Words = ""
    cooperation: Words = ""
    client_joins: str = ""
    decision: str = "waiting"
    decided_on: date | None = Field(default=None, sa_type=Day)
    refusal_reason: Line = ""
    decided_by_shl17: bool = False


class CoachingPhase(Record, table=True):
    """What the organisation has settled about one of the six phases. An empty field is as usual.

    Names and guidance are in each language by itself; `thl_phase` is one of THL's five, or `none` of them.
    """

    __tablename__ = "coaching_phase"
    phase: str
    name_fi: Line = Field(default="", max_length=NAME_MOST)
    name_sv: Line = Field(default="", max_length=NAME_MOST)
    name_en: Line = Field(default="", max_length=NAME_MOST)
    guidance_fi: Words = ""
    guidance_sv: Words = ""
    guidance_en: Words = ""
    thl_phase: str = ""
    in_use: bool = True


class PhaseChange(Record, table=True):
    """The day on which a client's coaching came into a phase, and why. The latest one is the present phase."""

    __tablename__ = "phase_change"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    relationship_id: UUID = Field(sa_type=Id, foreign_key="coaching_relationship.id", index=True)
    phase: str = codes.REFERRAL
    level: str = ""
    on: date = Field(sa_type=Day)
    reason: Words = ""
    end_reason: str = ""
    onward_path: Words = ""


class EducationItem(Item):
    """A school, degree or course."""

    what: Line = ""
    where: Line = ""
    years: Line = ""


class ExperienceItem(Item):
    """A job held, or other work done."""

    title: Line = ""
    employer: Line = ""
    years: Line = ""
    hours: Line = ""
    duties: Words = ""
    liked: Words = ""
    disliked: Words = ""
    reason_left: Line = ""


class UpdateItem(Item):
    """What a job taught about the client, noted after it."""

    on: date
    after: Line = ""
    learned: Words = ""


class VocationalProfile(Record, table=True):
    """What a client wants, can and needs in work (13 parts, facts.md 2.2).

    Parts 4 (health) and 11 (criminal record) are records of their own, in compartments that fewer people hold.
    """

    __tablename__ = "vocational_profile"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    version_no: int = Field(default=1, ge=1)
    made_on: date = Field(sa_type=Day)
    dream_job: Words = ""
    reasons_to_work: Words = ""
    first_job_idea: Words = ""
    avoid: Words = ""
    wished_hours: Line = ""
    wished_pay: Line = ""
    wished_shift: Line = ""
    wished_area: Line = ""
    education: list[EducationItem] = Field(default_factory=list, sa_type=Json)
    cards: list[str] = Field(default_factory=list, sa_type=Json)
    language_skills: Words = ""
    digital_skills: Words = ""
    study_wish: Words = ""
    experience: list[ExperienceItem] = Field(default_factory=list, sa_type=Json)
    other_experience: Words = ""
    applying_skills: Words = ""
    interview_skills: Words = ""
    social_skills: Words = ""
    endurance: Words = ""
    strengths: Words = ""
    interests: Words = ""
    network: Words = ""
    disclosure: str = ""
    may_tell: Words = ""
    may_not_tell: Words = ""
    benefits: Words = ""
    debts: Words = ""
    guardian: Words = ""
    benefit_fears: Words = ""
    transport: Words = ""
    practicalities: Words = ""
    job_leads: Words = ""
    team_comments: Words = ""
    updates: list[UpdateItem] = Field(default_factory=list, sa_type=Json)


class ProfileHealth(Record, table=True):
    """Part 4 of the profile: health and daily life, only as they affect work (special category, GDPR art. 9)."""

    __tablename__ = "profile_health"
    client_id: UUID = Field(sa_type=Id, index=True)
    noted_on: date = Field(sa_type=Day)
    symptoms_at_work: Words = ""
    medication_effects: Words = ""
    limits: Words = ""
    coping: Words = ""
    substance_use: Words = ""
    daily_rhythm: Words = ""
    housing: Words = ""


class ClientFinances(Record, table=True):
    """Part 9 of the profile: money as it bears on going to work, as of a day (consent group `finances`, facts.md 4).

    In a compartment of its own, which fewer people hold. What earlier versions wrote in the profile and in the
    initial assessment stays there as it was written: those fields are part of the core.
    """

    __tablename__ = "client_finances"
    client_id: UUID = Field(sa_type=Id, index=True)
    as_of: date = Field(sa_type=Day)
    debts: Words = ""
    debt_help: Words = ""
    guardian: Words = ""
    benefits: Words = ""
    benefit_fears: Words = ""
    note: Words = ""


class ProfileCriminalRecord(Record, table=True):
    """Part 11 of the profile: optional, kept apart (GDPR art. 10)."""

    __tablename__ = "profile_criminal_record"
    client_id: UUID = Field(sa_type=Id, index=True)
    noted_on: date = Field(sa_type=Day)
    affects_work: Words = ""
    told_to_employer: str = ""


class Step(Item):
    """One thing to do towards a goal: who does it, by when. How it went is kept as plan progress."""

    what: Line = ""
    by: str = "client"
    by_when: date | None = None


class Goal(Item):
    """A goal in the client's own words, with its steps."""

    text: Words = ""
    steps: list[Step] = Field(default_factory=list)


class PlannedService(Item):
    """A service or measure of the plan and who is responsible for it."""

    service: Line = ""
    purpose: Line = ""
    responsible: Line = ""


class CareerPlan(Record, table=True):
    """The career plan, which is the client plan of the Social Welfare Act, section 39 (facts.md 6, L674-676).

    Once signed it never changes; a change is a new version that names the one it replaces.
    """

    __tablename__ = "career_plan"
    # Answers "which plan is the latest" for a whole caseload without reading the plans.
    __table_args__ = (
        Index(
            "ix_career_plan_version",
            *("client_id", "version_no", "deleted", "made_on", "signed_on", "review_on", "id"),
        ),
    )
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    version_no: int = Field(default=1, ge=1)
    replaces: UUID | None = Field(default=None, sa_type=Id)
    made_on: date = Field(sa_type=Day)
    client_view: Words = ""
    worker_view: Words = ""
    goals: list[Goal] = Field(default_factory=list, sa_type=Json)
    strengths: Words = ""
    services: list[PlannedService] = Field(default_factory=list, sa_type=Json)
    responsibilities: Words = ""
    follow_up: Words = ""
    duration: Line = ""
    review_on: date | None = Field(default=None, sa_type=Day)
    signatures: list[Signature] = Field(default_factory=list, sa_type=Json)
    signed_on: date | None = Field(default=None, sa_type=Day)
    content_hash: str = Field(default="", max_length=64)
    copied_on: date | None = Field(default=None, sa_type=Day)


class PlanProgress(Record, table=True):
    """How a step of a plan went, on a day. Written beside the plan, so that a signed plan stays as signed."""

    __tablename__ = "plan_progress"
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    step_id: UUID = Field(sa_type=Id, index=True)
    on: date = Field(sa_type=Day)
    state: str = "started"
    note: Words = ""


class SupportVisit(Record, table=True):
    """A meeting with the client, planned or done: at work, at the office, by phone (L711-722)."""

    __tablename__ = "support_visit"
    # Answers "when was each client last met" for a whole caseload without reading the notes.
    __table_args__ = (
        Index("ix_support_visit_state", "state", "client_id", "place", "on", "copied_on", "deleted"),
    )
    client_id: UUID = Field(sa_type=Id, foreign_key="client.id", index=True)
    state: str = "done"
    on: date = Field(sa_type=Day)
    start_time: Clock = ""
    minutes: int = Field(default=60, ge=0, le=1440)
    place: str = "workplace"
    participants: Line = ""
    topics: list[str] = Field(default_factory=list, sa_type=Json)
    seen_by_employer: bool = False
    notes: Words = ""
    next_steps: Words = ""
    next_on: date | None = Field(default=None, sa_type=Day)
    copied_on: date | None = Field(default=None, sa_type=Day)
