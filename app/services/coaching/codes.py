"""The code lists of job coaching, as the pilot used them (L652-735, facts.md 8.1)."""

from app.i18n import N_
from app.spec import Choice

REFERRAL, ASSESSMENT, SEARCH, SUPPORT, MAINTENANCE, ENDED = (
    "referral",
    "assessment",
    "job_search",
    "support",
    "maintenance",
    "ended",
)
# Helsinki's six phases (L652-735); THL's model has five (facts.md 1.3).
PHASES = (
    Choice(REFERRAL, N_("Referral")),
    Choice(ASSESSMENT, N_("Initial assessment")),
    Choice(SEARCH, N_("Job search")),
    Choice(SUPPORT, N_("Support")),
    Choice(MAINTENANCE, N_("Maintenance")),
    Choice(ENDED, N_("Ended")),
)
# THL's model of coaching by quality criteria has five phases (facts.md 1.3).
THL_PHASES = (
    Choice("1", N_("Coming to the service and agreeing")),
    Choice("2", N_("Mapping of skills and vocational profiling")),
    Choice("3", N_("Rapid search for work")),
    Choice("4", N_("Working, and agreeing on support with the employer")),
    Choice("5", N_("Support in the job and outside of work")),
)
THL_PHASE_OF = {REFERRAL: "1", ASSESSMENT: "2", SEARCH: "3", SUPPORT: "4", MAINTENANCE: "5"}
"""Which of THL's phases each of Helsinki's is; the end is none of them. The organisation may map them otherwise."""
NO_THL_PHASE = "none"
THL_CHOICES = (*THL_PHASES, Choice(NO_THL_PHASE, N_("None of them")))
ALWAYS_USED = (REFERRAL, ENDED)
"""Coaching begins and ends everywhere: these two cannot be left out of use."""
ACTIVE, SUFFICIENT, LIGHT = "active", "sufficient", "light"
# L723-731
LEVELS = (
    Choice(ACTIVE, N_("Active: a visit about once a month")),
    Choice(SUFFICIENT, N_("Sufficient: every two to three months")),
    Choice(LIGHT, N_("Light: every six months")),
)
# L742-745
SOURCES = (
    Choice("rehabilitative_work", N_("Rehabilitative work activity")),
    Choice("coaching_queue", N_("Queue of supported employment")),
    Choice("coordinators", N_("Work-ability coordinators")),
    Choice("work_ability_check", N_("Work-ability assessment service")),
    Choice("psychosis", N_("Psychosis outpatient service")),
    Choice("employment_services", N_("Employment services")),
    Choice("social_rehabilitation", N_("Social rehabilitation")),
    Choice("other", N_("Other")),
)
DECISIONS = (
    Choice("waiting", N_("Waiting")),
    Choice("accepted", N_("Accepted")),
    Choice("refused", N_("Refused")),
)
# L732-734
END_REASONS = (
    Choice("other_service", N_("Moved to another service")),
    Choice("health", N_("Health")),
    Choice("moved", N_("Moved to another municipality")),
    Choice("studies", N_("Studies")),
    Choice("goal_reached", N_("Goal reached")),
    Choice("own_wish", N_("Client's own wish")),
    Choice("other", N_("Other")),
)
YES_NO_LATER = (
    Choice("yes", N_("Yes")),
    Choice("no", N_("No")),
    Choice("later", N_("Decided later")),
)
CARDS = (
    Choice("hygiene", N_("Hygiene passport")),
    Choice("occupational_safety", N_("Occupational safety card")),
    Choice("hot_work", N_("Hot work card")),
    Choice("first_aid", N_("First aid")),
    Choice("driving", N_("Driving licence B")),
    Choice("forklift", N_("Forklift licence")),
    Choice("other", N_("Other")),
)
VISIT_STATES = (
    Choice("planned", N_("Planned")),
    Choice("done", N_("Done")),
    Choice("missed", N_("Client did not come")),
    Choice("cancelled", N_("Cancelled")),
)
PLACES = (
    Choice("workplace", N_("Workplace")),
    Choice("office", N_("Office")),
    Choice("library", N_("Library")),
    Choice("home", N_("Home")),
    Choice("activity", N_("Activity unit")),
    Choice("phone", N_("Telephone")),
    Choice("remote", N_("Remote meeting")),
    Choice("elsewhere", N_("Elsewhere")),
)
# L711-722
TOPICS = (
    Choice("induction", N_("Induction")),
    Choice("psychosocial", N_("Psychosocial support")),
    Choice("job_search", N_("Job search")),
    Choice("tax_card", N_("Tax card")),
    Choice("kela", N_("Kela benefits")),
    Choice("housing_support", N_("Housing support")),
    Choice("adjusted_benefit", N_("Adjusted unemployment benefit")),
    Choice("life_change", N_("Change in life situation")),
    Choice("income_limit", N_("Pension's income limit")),
    Choice("expenses", N_("Expense allowance")),
    Choice("travel", N_("Travel to work")),
    Choice("duties", N_("Change of duties")),
    Choice("feedback", N_("Feedback talk")),
    Choice("employer", N_("Support to the employer")),
    Choice("plan", N_("Plan and goals")),
    Choice("network", N_("Network cooperation")),
)
STEP_STATES = (
    Choice("open", N_("Not started")),
    Choice("started", N_("Under way")),
    Choice("done", N_("Done")),
    Choice("dropped", N_("Dropped")),
)
STEP_BY = (
    Choice("client", N_("Client")),
    Choice("coach", N_("Job coach")),
    Choice("together", N_("Together")),
    Choice("network", N_("Somebody in the network")),
)
# Classes of Statistics Finland's TOL 2008 that the pilot's clients worked in (L756), by their letter.
INDUSTRIES = (
    Choice("Q", N_("Care and health (Q)")),
    Choice("I", N_("Restaurants and accommodation (I)")),
    Choice("N", N_("Property maintenance and cleaning (N)")),
    Choice("G", N_("Trade (G)")),
    Choice("H", N_("Transport and storage (H)")),
    Choice("C", N_("Industry (C)")),
    Choice("F", N_("Construction (F)")),
    Choice("P", N_("Education (P)")),
    Choice("R", N_("Arts and recreation (R)")),
    Choice("S", N_("Other services (S)")),
)
CONTRACTS = (
    Choice("permanent", N_("Permanent")),
    Choice("fixed_term", N_("Fixed-term")),
    Choice("on_call", N_("On call")),
    Choice("apprenticeship", N_("Apprenticeship")),
)
FOUND_BY = (
    Choice("open_application", N_("Open application")),
    Choice("advertised", N_("Advertised job")),
    Choice("coach", N_("Coach's employer contact")),
    Choice("trial", N_("Work trial")),
    Choice("own", N_("Client's own contact")),
)
JOB_END_REASONS = (
    Choice("fixed_term_over", N_("Fixed term ended")),
    Choice("trial_period", N_("Ended in the probationary period")),
    Choice("resigned", N_("Resigned")),
    Choice("dismissed", N_("Dismissed")),
    Choice("health", N_("Health")),
    Choice("other", N_("Other")),
)
YES_NO_UNKNOWN = (
    Choice("yes", N_("Yes")),
    Choice("no", N_("No")),
    Choice("unknown", N_("Not known")),
)
OCCASIONS = (
    Choice("start", N_("At the start")),
    Choice("follow_up", N_("Follow-up")),
    Choice("end", N_("At the end")),
)
KYKYVIISARI_MODES = (
    Choice("web", N_("On the web")),
    Choice("paper", N_("On paper")),
)
# The languages that Kykyviisari comes in (facts.md 3).
KYKYVIISARI_LANGUAGES = (
    Choice("fi", N_("Finnish")),
    Choice("fi-easy", N_("Easy Finnish")),
    Choice("sv", N_("Swedish")),
    Choice("en", N_("English")),
    Choice("ar", N_("Arabic")),
    Choice("fa", N_("Persian or Dari")),
    Choice("so", N_("Somali")),
    Choice("ku", N_("Kurdish")),
    Choice("nl", N_("Dutch")),
    Choice("ja", N_("Japanese")),
)
NOUGHT_TO_TEN = tuple(Choice(str(number), str(number)) for number in range(11))
WHO_TELLS = (
    Choice("client", N_("Client")),
    Choice("coach", N_("Job coach")),
    Choice("together", N_("Together")),
)
# L686-690
CHANNELS = (
    Choice("open_application", N_("Open application")),
    Choice("advertised", N_("Answer to an advertisement")),
    Choice("phone", N_("Telephone")),
    Choice("email", N_("E-mail")),
    Choice("visit", N_("Visit to the employer")),
    Choice("coach", N_("Coach's employer contact")),
)
APPLICATION_STATES = (
    Choice("draft", N_("Draft")),
    Choice("sent", N_("Sent")),
    Choice("interview", N_("Led to an interview")),
    Choice("offer", N_("Job offered")),
    Choice("refused", N_("Not chosen")),
    Choice("no_answer", N_("No answer")),
    Choice("withdrawn", N_("Withdrawn")),
)
INTERVIEW_STATES = (
    Choice("agreed", N_("Agreed")),
    Choice("held", N_("Held")),
    Choice("cancelled", N_("Cancelled")),
)
INTERVIEW_OUTCOMES = (
    Choice("job", N_("Job")),
    Choice("trial", N_("Work trial")),
    Choice("waiting", N_("Waiting for the answer")),
    Choice("no", N_("Not chosen")),
    Choice("declined", N_("Client declined")),
)
TRIAL_END_REASONS = (
    Choice("agreed_end", N_("As agreed")),
    Choice("job", N_("Became a job")),
    Choice("client", N_("Broken off by the client")),
    Choice("employer", N_("Broken off by the employer")),
    Choice("health", N_("Health")),
)
KEPT_AFTER = (
    Choice("3", N_("3 months")),
    Choice("6", N_("6 months")),
    Choice("12", N_("12 months")),
)
