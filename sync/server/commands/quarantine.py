"""Commands: what waits in quarantine, and what becomes of it."""

import argparse
import getpass

from app import roles
from app.errors import KnownError
from app.i18n import N_, Message, _
from sync.server import quarantine
from sync.server.commands.common import Commands, command, identifier, open_database, say
from sync.server.database import snapshot, writing
from sync.server.office import NOBODY
from sync.server.quarantine import Decider


def quarantine_list(_args: argparse.Namespace) -> None:
    """List what waits: ids, kinds and reasons, never what was written."""
    with snapshot(open_database()) as connection:
        for row in quarantine.waiting(connection):
            print(
                row["mutation_id"],
                row["at"],
                row["worker"],
                row["scope"],
                row["kind"],
                row["op"],
                row["reason"],
                sep="\t",
            )


def quarantine_apply(args: argparse.Namespace) -> None:
    """Take changes in as their authors wrote them."""
    ids = [identifier(one) for one in args.id]
    with writing(open_database()) as connection:
        outcomes = quarantine.take_in(connection, _decider(), ids)
    for one in ids:
        print(one, outcomes[one], sep="\t")
    if quarantine.STILL in outcomes.values():
        raise KnownError(
            Message(N_("Some could not be taken in: what they belong to is not at the centre.")),
            Message(N_("Take in the client first, or all of the client's changes at once.")),
        )


def quarantine_reject(args: argparse.Namespace) -> None:
    """Let changes stay out, with a reason that their authors are told."""
    ids = [identifier(one) for one in args.id]
    with writing(open_database()) as connection:
        quarantine.reject(connection, _decider(), ids, args.reason)
    say(_("Their authors are told at their next contact."))


def _decider() -> Decider:
    """Whoever types at the centre's own machine decides as a team lead does."""
    return Decider(NOBODY, roles.TEAM_LEAD, getpass.getuser())


def add(commands: Commands) -> None:
    """Add these commands."""
    aside = commands.add_parser("quarantine", help=_("changes that wait for a person's decision"))
    actions = aside.add_subparsers(required=True, metavar="WHAT")
    command(actions, "list", quarantine_list, _("list them"))
    taking = command(actions, "apply", quarantine_apply, _("take them in as their authors wrote them"))
    rejecting = command(actions, "reject", quarantine_reject, _("let them stay out, for a reason"))
    for one in (taking, rejecting):
        one.add_argument("id", metavar="ID", nargs="+")
    rejecting.add_argument("--reason", required=True, help=_("why; their authors are told"))
