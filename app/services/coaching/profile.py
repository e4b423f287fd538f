"""The vocational profile declared: its forms in thirteen parts, two of them kept apart (facts.md 2.2)."""

from app.i18n import N_
from app.services.coaching import codes, records
from app.spec import F, RecordSpec, Section, Sync

PROFILE = RecordSpec(
    table=records.VocationalProfile,
    title=N_("Vocational profiles"),
    one=N_("Vocational profile"),
    label=lambda row: str(row["version_no"]),
    columns=("version_no", "made_on", "dream_job", "strengths"),
    dated="made_on",
    form=(
        Section(N_("Profile"), (F("version_no", N_("Version"), read_only=True), F("made_on", N_("Made on")))),
        Section(
            N_("1 Work goal"),
            (
                F("dream_job", N_("Dream job"), rows=2),
                F("reasons_to_work", N_("Reasons to work"), rows=2),
                F("first_job_idea", N_("First job idea"), rows=2),
                F("avoid", N_("To be avoided"), rows=2),
                F("wished_hours", N_("Wished hours")),
                F("wished_pay", N_("Wished pay")),
                F("wished_shift", N_("Wished shifts")),
                F("wished_area", N_("Wished area")),
            ),
        ),
        Section(
            N_("2 Education and skills"),
            (
                F(
                    "education",
                    N_("Education and training"),
                    items=(
                        F("what", N_("Degree or course")),
                        F("where", N_("School")),
                        F("years", N_("Years")),
                    ),
                ),
                F("cards", N_("Cards and licences"), choices=codes.CARDS),
                F("language_skills", N_("Language skills"), rows=2),
                F("digital_skills", N_("Digital skills"), rows=2),
                F("study_wish", N_("Wish to study"), rows=2),
            ),
        ),
        Section(
            N_("3 Work experience"),
            (
                F(
                    "experience",
                    N_("Jobs"),
                    items=(
                        F("title", N_("Job title")),
                        F("employer", N_("Employer")),
                        F("years", N_("Years")),
                        F("hours", N_("Hours")),
                        F("duties", N_("Duties"), rows=2),
                        F("liked", N_("What was good"), rows=2),
                        F("disliked", N_("What was not"), rows=2),
                        F("reason_left", N_("Why it ended")),
                    ),
                ),
                F("other_experience", N_("Military service, volunteering, work activity"), rows=3),
            ),
        ),
        Section(
            N_("5 Work skills"),
            (
                F("applying_skills", N_("Applying for jobs"), rows=2),
                F("interview_skills", N_("Interviews"), rows=2),
                F("social_skills", N_("Working with others"), rows=2),
                F("endurance", N_("Endurance"), rows=2),
            ),
            help=N_("Part 4, health as it affects work, is kept apart: see Health and work."),
        ),
        Section(
            N_("6 Strengths and interests"),
            (F("strengths", N_("Strengths"), rows=3), F("interests", N_("Interests"), rows=3)),
        ),
        Section(N_("7 Network"), (F("network", N_("People who support, and who may be contacted"), rows=3),)),
        Section(
            N_("8 Disclosure"),
            (
                F("disclosure", N_("May the coach be seen by employers"), choices=codes.YES_NO_LATER),
                F("may_tell", N_("What may be told"), rows=2),
                F("may_not_tell", N_("What may not be told"), rows=2),
            ),
        ),
        Section(
            N_("9 Benefits and money"),
            (
                F("benefits", N_("Benefits"), rows=2),
                F("debts", N_("Debts"), rows=2),
                F("guardian", N_("Guardian"), rows=2),
                F("benefit_fears", N_("Worries about losing benefits"), rows=2),
            ),
        ),
        Section(
            N_("10 Travel and practical matters"),
            (
                F("transport", N_("Travel to work"), rows=2),
                F("practicalities", N_("Work clothes, bank ID, clock"), rows=2),
            ),
        ),
        Section(
            N_("12 Job leads"),
            (F("job_leads", N_("Known employers and contacts"), rows=3),),
            help=N_("Part 11, criminal record, is kept apart and is optional."),
        ),
        Section(
            N_("13 Team and updates"),
            (
                F("team_comments", N_("Team's comments"), rows=3),
                F(
                    "updates",
                    N_("Updated after each job"),
                    items=(
                        F("on", N_("Day")),
                        F("after", N_("After which job")),
                        F("learned", N_("What was learned"), rows=2),
                    ),
                ),
            ),
        ),
    ),
    sync=Sync(
        items=("education", "experience", "updates"),
        text=("strengths", "network", "job_leads", "team_comments"),
        together=(("disclosure", "may_tell", "may_not_tell"),),
    ),
)

HEALTH = RecordSpec(
    table=records.ProfileHealth,
    title=N_("Health and work"),
    one=N_("Health and work"),
    group="health",
    label=lambda row: str(row["noted_on"]),
    columns=("noted_on", "limits", "coping"),
    dated="noted_on",
    form=(
        Section(
            N_("4 Present situation"),
            (
                F("noted_on", N_("Noted on")),
                F("symptoms_at_work", N_("Symptoms as they show at work"), rows=3),
                F("medication_effects", N_("Effects of medication at work"), rows=2),
                F("limits", N_("Physical and cognitive limits"), rows=3),
                F("coping", N_("What helps"), rows=3),
                F("substance_use", N_("Substance use as it affects work"), rows=2),
                F("daily_rhythm", N_("Daily rhythm"), rows=2),
                F("housing", N_("Housing"), rows=2),
            ),
            help=N_("Only what work needs. Nothing about illness for its own sake."),
        ),
    ),
)

FINANCES = RecordSpec(
    table=records.ClientFinances,
    title=N_("Finances and benefits"),
    one=N_("Finances and benefits"),
    group="finances",
    label=lambda row: str(row["as_of"]),
    columns=("as_of", "debts", "benefits"),
    dated="as_of",
    form=(
        Section(
            N_("9 Finances as they are now"),
            (
                F("as_of", N_("As of")),
                F("debts", N_("Debts"), rows=2),
                F("debt_help", N_("Debt counselling"), rows=2),
                F("guardian", N_("Guardian"), rows=2),
                F("benefits", N_("Benefits"), rows=2),
                F("benefit_fears", N_("Worries about losing benefits"), rows=2),
                F("note", N_("Note"), rows=3),
            ),
            help=N_("Only what bears on going to work. Kept apart: fewer people see it than the profile."),
        ),
    ),
    sync=Sync(text=("note",)),
)

CRIMINAL_RECORD = RecordSpec(
    table=records.ProfileCriminalRecord,
    title=N_("Criminal record"),
    one=N_("Criminal record"),
    group="legal",
    label=lambda row: str(row["noted_on"]),
    columns=("noted_on", "affects_work"),
    dated="noted_on",
    form=(
        Section(
            N_("11 Criminal record"),
            (
                F("noted_on", N_("Noted on")),
                F("affects_work", N_("How it affects work"), rows=3),
                F("told_to_employer", N_("Told to the employer"), choices=codes.YES_NO_LATER),
            ),
            help=N_("Optional. Write only what the client wants and what a job requires."),
        ),
    ),
)
