"""Commands: the people of the service, and codes for their new devices."""

import argparse
import sys
from getpass import getpass

from app import roles
from app.errors import KnownError, WrongUse
from app.i18n import N_, Message, _
from app.record import Row
from sync.server import accounts, assignments, login_rules, passwords
from sync.server.commands.common import Commands, command, open_database, say
from sync.server.database import snapshot, writing


def user_add(args: argparse.Namespace) -> None:
    """Register a person of the service."""
    password = _read_password(args.name) if args.password_stdin else None
    with writing(open_database()) as connection:
        worker = accounts.add_user(connection, args.name, args.role, args.full_name)
        if password is not None:
            accounts.set_password(connection, worker, passwords.keep(password), must_change=True)
    say(_("{name} is registered. Next: tyopari-server enrol-code {name}").format(name=args.name))


def user_list(_args: argparse.Namespace) -> None:
    """List the people of the service."""
    with snapshot(open_database()) as connection:
        for row in accounts.users(connection):
            print(row["username"], row["role"], row["worker_id"], _how(row), sep="\t")


def _how(row: Row) -> str:
    """Tell in fixed words how a person comes in, or that she does not."""
    ways = {"password": row["password_hash"], "organisation": row["oidc_subject"]}
    told = "+".join(name for name, has in ways.items() if has) or "-"
    return told if row["active"] else "inactive"


def _read_password(username: str) -> str:
    """Return the first line of standard input; raises KnownError for a password that is too weak."""
    return _strong(sys.stdin.readline().rstrip("\r\n"), username)


def _strong(password: str, username: str) -> str:
    if passwords.is_weak(password, username):
        raise KnownError(
            Message(
                N_("The password is too easy to guess: it needs at least {count} characters."),
                count=passwords.SHORTEST,
            )
        )
    return password


def _asked_password(username: str) -> str:
    if not sys.stdin.isatty():
        raise WrongUse(Message(N_("There is nobody to ask for a password: use --stdin or --generate.")))
    password = _strong(getpass(_("New password for {name}: ").format(name=username)), username)
    if not passwords.are_same(password, getpass(_("Once more: "))):
        raise KnownError(Message(N_("The two passwords are different.")))
    return password


def user_password(args: argparse.Namespace) -> None:
    """Set a password with which a person logs in once and then chooses her own, or take it away."""
    engine = open_database()
    with snapshot(engine) as connection:
        account = accounts.user(connection, args.name)
    name = account["username"]
    if args.none:
        password = None
    elif args.generate:
        password = passwords.made()
    else:
        password = _read_password(name) if args.stdin else _asked_password(name)
    kept = passwords.keep(password) if password is not None else None
    with writing(engine) as connection:
        accounts.set_password(connection, account["worker_id"], kept, must_change=kept is not None)
    if args.generate:
        print(password)
    if kept is None:
        say(_("{name} has no password at the centre any more.").format(name=name))
    else:
        say(_("{name} logs in with it within a week, and then chooses another one.").format(name=name))


def user_deactivate(args: argparse.Namespace) -> None:
    """Let a person in no more."""
    with writing(open_database()) as connection:
        accounts.set_active(connection, args.name, False)
    text = _("{name} comes in no more. To have a computer forget its data: tyopari-server device revoke ID")
    say(text.format(name=args.name))


def user_activate(args: argparse.Namespace) -> None:
    """Let a person in again."""
    with writing(open_database()) as connection:
        accounts.set_active(connection, args.name, True)


def user_role(args: argparse.Namespace) -> None:
    """Give a person another role."""
    with writing(open_database()) as connection:
        assignments.set_role(connection, args.name, args.role)


def user_link(args: argparse.Namespace) -> None:
    """Note who a person is at the organisation's log-in."""
    with writing(open_database()) as connection:
        issuer = args.issuer or login_rules.rules(connection).issuer
        if not issuer:
            raise WrongUse(Message(N_("No log-in of the organisation is set: see tyopari-server login.")))
        worker = accounts.user(connection, args.name)["worker_id"]
        accounts.link(connection, worker, issuer, args.subject)


def user_unlink(args: argparse.Namespace) -> None:
    """Forget who a person is at the organisation's log-in."""
    with writing(open_database()) as connection:
        accounts.link(connection, accounts.user(connection, args.name)["worker_id"], None, None)


def user_place(args: argparse.Namespace) -> None:
    """Say for whom a person works."""
    with writing(open_database()) as connection:
        accounts.set_place(connection, args.name, args.organisation, args.unit)


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
    adding.add_argument(
        "--password-stdin", action="store_true", help=_("with a password from standard input")
    )
    command(users, "list", user_list, _("list them"))
    setting = command(users, "password", user_password, _("set a password to begin with"))
    setting.add_argument("name", metavar="NAME")
    way = setting.add_mutually_exclusive_group()
    way.add_argument("--stdin", action="store_true", help=_("read it from standard input"))
    way.add_argument("--generate", action="store_true", help=_("make one and print it, alone"))
    way.add_argument("--none", action="store_true", help=_("take it away"))
    for name, does, text in (
        ("deactivate", user_deactivate, _("let a person in no more")),
        ("activate", user_activate, _("let a person in again")),
        ("unlink", user_unlink, _("forget who a person is at the organisation's log-in")),
    ):
        command(users, name, does, text).add_argument("name", metavar="NAME")
    giving = command(users, "role", user_role, _("give a person another role"))
    giving.add_argument("name", metavar="NAME")
    giving.add_argument("role", choices=[choice.value for choice in roles.ROLES])
    placing = command(users, "place", user_place, _("say for whom a person works, as consents name it"))
    placing.add_argument("name", metavar="NAME")
    placing.add_argument("--organisation", required=True)
    placing.add_argument("--unit", default="")
    linking = command(users, "link", user_link, _("say who a person is at the organisation's log-in"))
    linking.add_argument("name", metavar="NAME")
    linking.add_argument("subject", metavar="SUBJECT", help=_("what the log-in calls her (sub)"))
    linking.add_argument("--issuer", metavar="URL")
    code = command(commands, "enrol-code", enrol_code, _("print a one-time code for a person's new device"))
    code.add_argument("name", metavar="NAME")
