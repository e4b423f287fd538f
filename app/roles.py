"""The roles of people in the service, as commands, assignments and the centre name them."""

from app.i18n import N_
from app.spec import Choice

JOB_COACH = "job-coach"
WORK_ABILITY_COORDINATOR = "work-ability-coordinator"
JOBCENTER_COORDINATOR = "jobcenter-coordinator"
TEAM_LEAD = "team-lead"
ADMIN = "admin"

ROLES = (
    Choice(JOB_COACH, N_("Job coach")),
    Choice(WORK_ABILITY_COORDINATOR, N_("Work-ability coordinator")),
    Choice(JOBCENTER_COORDINATOR, N_("Jobcenter coordinator")),
    Choice(TEAM_LEAD, N_("Team lead")),
    Choice(ADMIN, N_("Administrator")),
)
IN_WORDS = {
    WORK_ABILITY_COORDINATOR: (
        "työkykykoordinaattori",
        "arbetsförmågekoordinator",
        "work-ability coordinator",
    ),
    JOBCENTER_COORDINATOR: ("Jobcenter-koordinaattori", "Jobcenter-koordinator", "Jobcenter coordinator"),
}
"""How consents name those whom they may open a compartment to, in the languages that they are written in."""
WITH_CLIENTS = (JOB_COACH, WORK_ABILITY_COORDINATOR, JOBCENTER_COORDINATOR, TEAM_LEAD)
KEEP_LISTS = (WORK_ABILITY_COORDINATOR, TEAM_LEAD, ADMIN)
"""Who keeps what everybody shares: the service catalogue and the lists behind checks (L328-332)."""
MAY_ERASE = (TEAM_LEAD, ADMIN)
"""Who may erase a client for good."""
MAY_MERGE = (JOB_COACH, WORK_ABILITY_COORDINATOR, TEAM_LEAD)
"""Who may make two clients one, having the core of both, and undo it: those who meet people entered twice."""
