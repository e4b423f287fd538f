"""The code lists of clients and the services around them."""

from app.i18n import N_
from app.spec import Choice

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
# The retention rules of the Act 703/2023 go by the service task (facts.md 6).
SERVICE_TASKS = (
    Choice("working_age", N_("Services for people of working age")),
    Choice("disability", N_("Disability services")),
    Choice("substance", N_("Substance abuse services")),
    Choice("older", N_("Services for older people")),
    Choice("child_family", N_("Services for families with children")),
)
# Pictures 1 and 7, L316-325, L365-374: the services that a client of the pilot could be guided to.
SERVICE_CATEGORIES = (
    Choice("coaching", N_("Job coaching")),
    Choice("employment", N_("Employment services")),
    Choice("rehabilitation", N_("Rehabilitation")),
    Choice("work_activity", N_("Work activity")),
    Choice("social", N_("Social work and social rehabilitation")),
    Choice("health", N_("Health care and work-ability assessment")),
    Choice("mental_health", N_("Mental health and substance abuse services")),
    Choice("debt", N_("Money, debts and benefits")),
    Choice("housing", N_("Housing")),
    Choice("education", N_("Education and studies")),
    Choice("other", N_("Other service")),
)
REFERRAL_STATES = (
    Choice("made", N_("Made")),
    Choice("received", N_("Received")),
    Choice("accepted", N_("Accepted")),
    Choice("refused", N_("Refused")),
    Choice("ended", N_("Ended")),
)
DIRECTIONS = (
    Choice("out", N_("To another service")),
    Choice("in", N_("From another service")),
)
ATTACHMENT_KINDS = (
    Choice("cv", N_("CV")),
    Choice("application", N_("Application letter")),
    Choice("certificate", N_("Certificate or diploma")),
    Choice("consent", N_("Consent form")),
    Choice("agreement", N_("Agreement")),
    Choice("decision", N_("Decision")),
    Choice("other", N_("Other document")),
)
# Where the file itself is: only here, at the centre, or taken away.
ATTACHMENT_STATES = (
    Choice("waiting", N_("Still on the computer where it was added")),
    Choice("stored", N_("Stored at the centre")),
)
ERASURE_REASONS = (
    Choice("retention", N_("The time for which it is kept has passed")),
    Choice("request", N_("On the client's lawful request")),
    Choice("mistake", N_("Registered by mistake")),
)
