"""What the access log of a device tells the centre: which lines, and which of them once a day."""

from app.i18n import N_

ONCE_A_DAY = frozenset({"read", "opened", "listed", "searched"})
"""Looking at a client's data: told once for each person, client, kind of entry and day."""
EACH_TIME = frozenset({"export", "shared", "copied", "printed"})
"""What left the program: told each time, with the document or its receiver."""
TOLD = ONCE_A_DAY | EACH_TIME
"""The rest of the log are changes, which the centre gets themselves."""

ACTIONS = {
    "read": N_("Read"),
    "opened": N_("Page opened"),
    "listed": N_("Shown in a list"),
    "searched": N_("Searched"),
    "create": N_("Written"),
    "update": N_("Changed"),
    "delete": N_("Deleted"),
    "undelete": N_("Brought back"),
    "export": N_("Document made"),
    "printed": N_("Printed"),
    "shared": N_("Shared"),
    "merged": N_("Merged with another client"),
    "unmerged": N_("Merge undone"),
    "erased": N_("Erased"),
    "copied": N_("Copy of everything made"),
}
"""What the words of the log mean."""
