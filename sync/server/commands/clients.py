"""Commands: who works with which client."""

import argparse
from datetime import date

from app import roles
from app.errors import KnownError
from app.i18n import N_, Message, _
from sync.server import assignments
from sync.server.commands.common import Commands, command, identifier, open_database, say
from sync.server.database import writing


def assign(args: argparse.Namespace) -> None:
    """Give a client to a person."""
    if args.begins and args.ends and args.ends < args.begins:
        raise KnownError(Message(N_("The end is before the start.")))
    with writing(open_database()) as connection:
        assignments.assign(connection, identifier(args.client), args.user, args.role, args.begins, args.ends)
    say(_("Assigned."))


def unassign(args: argparse.Namespace) -> None:
    """Take a client from a person."""
    with writing(open_database()) as connection:
        ended = assignments.unassign(connection, identifier(args.client), args.user)
    if not ended:
        raise KnownError(Message(N_("{name} does not hold this client."), name=args.user))
    say(_("The client leaves the person's devices at their next contact."))


def add(commands: Commands) -> None:
    """Add these commands."""
    assigning = command(commands, "assign", assign, _("give a client to a person"))
    assigning.add_argument("client", metavar="CLIENT")
    assigning.add_argument("user", metavar="USER")
    assigning.add_argument("--role", choices=roles.WITH_CLIENTS)
    assigning.add_argument("--from", dest="begins", type=date.fromisoformat, metavar="DATE")
    assigning.add_argument("--to", dest="ends", type=date.fromisoformat, metavar="DATE")
    taking = command(commands, "unassign", unassign, _("take a client from a person"))
    taking.add_argument("client", metavar="CLIENT")
    taking.add_argument("user", metavar="USER")
