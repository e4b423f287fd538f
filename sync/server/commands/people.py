"""Commands: the people of the service, and codes for their new devices."""

import argparse

from app import roles
from app.i18n import _
from sync.server import accounts
from sync.server.commands.common import Commands, command, open_database, say
from sync.server.database import snapshot, writing


def user_add(args: argparse.Namespace) -> None:
    """Register a person of the service."""
    with writing(open_database()) as connection:
        accounts.add_user(connection, args.name, args.role, args.full_name)
    say(_("{name} is registered. Next: tyopari-server enrol-code {name}").format(name=args.name))


def user_list(_args: argparse.Namespace) -> None:
    """List the people of the service."""
    with snapshot(open_database()) as connection:
        for row in accounts.users(connection):
            print(row["username"], row["role"], row["worker_id"], sep="\t")


def enrol_code(args: argparse.Namespace) -> None:
    """Print a one-time code for a person's new device, alone."""
    with writing(open_database()) as connection:
        code = accounts.make_code(connection, args.name)
    print(code)


def add(commands: Commands) -> None:
    """Add these commands."""
    user = commands.add_parser("user", help=_("people of the service"))
    users = user.add_subparsers(required=True, metavar="WHAT")
    adding = command(users, "add", user_add, _("register a person"))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", required=True, choices=[choice.value for choice in roles.ROLES])
    adding.add_argument("--full-name", default="")
    command(users, "list", user_list, _("list them"))
    code = command(commands, "enrol-code", enrol_code, _("print a one-time code for a person's new device"))
    code.add_argument("name", metavar="NAME")
