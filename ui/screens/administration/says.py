"""How administration says things: moments, deeds, and why something waits."""

from collections.abc import Mapping
from datetime import datetime

from app.i18n import N_, _, format_instant
from app.reading import ACTIONS
from app.services import SPECS

NEVER = "–"

# Why the centre kept a change apart.
REASONS = {
    "access": N_("The client was not its author's when the change came."),
    "revoked": N_("It came from a computer whose access was ended."),
    "author": N_("Who wrote it is not who sent it."),
    "role": N_("Its author's role does not write this kind of entry."),
    "assignment": N_("Its author may not give clients to people."),
    "scope": N_("The entry belongs to another client."),
    "parent": N_("What it belongs to was not there."),
    "missing": N_("The entry that it changes was not there."),
    "kind": N_("The centre did not know this kind of entry."),
    "poison": N_("The database did not accept it."),
    "newer": N_("A newer program wrote it than the centre is."),
}

# What the log's words mean, beside those of reading.
DEEDS = {
    **ACTIONS,
    "applied": N_("Saved"),
    "applied_later": N_("Taken in from quarantine"),
    "merged": N_("Joined with somebody's change"),
    "merged_later": N_("Taken in from quarantine"),
    "conflict": N_("Met somebody's change"),
    "conflict_later": N_("Taken in from quarantine"),
    "conflict_kept": N_("Waits for a decision between two changes"),
    "quarantined": N_("Set aside"),
    "quarantined_later": N_("Still set aside"),
    "refused": N_("Not accepted"),
    "refused_later": N_("Not accepted"),
    "quarantine_applied": N_("Decided that it is taken in"),
    "quarantine_rejected": N_("Decided that it stays out"),
    "quarantine_read": N_("Read what is in quarantine"),
    "log_read": N_("Read a client's log"),
    "erased": N_("Erased"),
    "handled": N_("Handled"),
    "login": N_("Signed in"),
    "login_failed": N_("Could not sign in"),
    "login_locked": N_("Locked out"),
    "user_added": N_("Added a person"),
    "user_activated": N_("Let in again"),
    "user_deactivated": N_("Let in no more"),
    "user_linked": N_("Linked with the organisation's log-in"),
    "user_unlinked": N_("No longer linked with the organisation's log-in"),
    "role_changed": N_("Changed the role"),
    "place_set": N_("Said for whom the person works"),
    "password_set": N_("Set a password"),
    "code_made": N_("Made a code for a computer"),
    "login_rules": N_("Changed how people log in"),
    "device_copied": N_("A copy of a computer's store was noticed"),
    "device_enrolled": N_("A computer joined"),
    "device_revoked": N_("Ended a computer's access"),
    "device_wiped": N_("A computer has forgotten everything"),
    "restored": N_("The centre was restored from a backup"),
}


def moment(text: str | None) -> str:
    """Write an instant of the centre's as people write it; a dash for never."""
    return format_instant(datetime.fromisoformat(text)) if text else NEVER


def deed(action: str) -> str:
    """Say what was done; a word that this program does not know as it stands."""
    return _(DEEDS[action]) if action in DEEDS else action.replace("_", " ")


def reason(code: str) -> str:
    """Say why something waits in quarantine."""
    return _(REASONS[code]) if code in REASONS else code


def kind(name: str | None) -> str:
    """Return what a kind of entry is called."""
    if not name:
        return ""
    return _(SPECS[name].one) if name in SPECS else name


def person(one: str | None, names: Mapping[str, str]) -> str:
    """Return a person's name; the centre itself where it was nobody."""
    if not one or one == "00000000-0000-0000-0000-000000000000":
        return _("The centre")
    return names.get(one, _("somebody else"))
