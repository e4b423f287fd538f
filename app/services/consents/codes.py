"""The code lists of consents (the model of Kela's form Y100: facts.md 4)."""

from app.i18n import N_
from app.spec import Choice

BENEFITS, HEALTH, SUBSTANCE, WORK, FINANCES, OTHER = (
    "benefits",
    "health",
    "substance_use",
    "work",
    "finances",
    "other",
)
DATA_GROUPS = (
    Choice(BENEFITS, N_("Benefits")),
    Choice(HEALTH, N_("Health (special category)")),
    Choice(SUBSTANCE, N_("Substance use (special category)")),
    Choice(WORK, N_("Work and studies")),
    Choice(FINANCES, N_("Finances")),
    Choice(OTHER, N_("Other")),
)
SPECIAL = (HEALTH, SUBSTANCE)
"""Special categories of personal data (GDPR art. 9): a consent must name each by itself."""
METHODS = (
    Choice("screen", N_("Signed on the screen")),
    Choice("paper", N_("Signed on paper")),
    Choice("electronic", N_("Electronic signature")),
)
STATES = (
    Choice("in_force", N_("In force")),
    Choice("replaced", N_("Replaced by a newer one")),
    Choice("withdrawn", N_("Withdrawn")),
    Choice("ended", N_("Ended")),
    Choice("unsigned", N_("Not signed yet")),
)
NOTICE_WAYS = (
    Choice("phone", N_("Telephone")),
    Choice("secure_mail", N_("Secure e-mail")),
    Choice("letter", N_("Letter")),
    Choice("meeting", N_("Meeting")),
)
SHARED_AS = (
    Choice("pdf", N_("Document as PDF")),
    Choice("referral", N_("Referral to a service")),
    Choice("export", N_("Export")),
    Choice("employer_contact", N_("Contact with an employer")),
    Choice("talk", N_("Talk or meeting")),
)
