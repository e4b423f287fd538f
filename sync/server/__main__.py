"""The centre's commands, `tyopari-server`: results on standard output, messages on standard error.

Exit codes: 0 done; 1 refused by data or rules; 2 wrong use; 5 the database does not answer.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql import func

from app import i18n, roles
from app.errors import KnownError, Unreachable, WrongUse
from app.i18n import N_, Message, _
from sync.server import audit, people, push, setup, state
from sync.server.database import connect, default_url, snapshot, writing
from sync.server.tables import CONFLICT, RECORDS, SCOPE

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def open_database(ready: bool = True) -> Engine:
    """Return the engine of the configured database; an SQLite file of our own is set up at its first use."""
    url = os.environ.get("TYOPARI_DATABASE_URL") or default_url()
    try:
        engine = connect(url)
    except Exception:
        raise WrongUse(Message(N_("TYOPARI_DATABASE_URL is not the address of a database."))) from None
    if ready:
        if setup.is_empty(engine):
            setup.prepare(engine)
        setup.check_ready(engine)
    return engine


def init(_args: argparse.Namespace) -> None:
    """Set the database up."""
    setup.prepare(open_database(ready=False))
    say(_("The centre is ready. Add people with: tyopari-server user add NAME --role ROLE"))


def run(args: argparse.Namespace) -> None:
    """Serve until stopped."""
    from sync.server.serve import serve

    if args.host not in LOOPBACK and not (args.tls_cert and args.tls_key):
        raise WrongUse(
            Message(N_("Without TLS the centre listens on this computer alone.")),
            Message(N_("Give --tls-cert and --tls-key, or put a proxy with TLS before it.")),
        )
    serve(open_database(), args.host, args.port, args.tls_cert, args.tls_key)


def upgrade(_args: argparse.Namespace) -> None:
    """Bring the database to this program's version."""
    setup.prepare(open_database(ready=False))
    say(_("The database is up to date."))


def status(_args: argparse.Namespace) -> None:
    """Show how much the centre holds, and what waits for a person."""
    with snapshot(open_database()) as connection:
        print(_("Epoch: {epoch}").format(epoch=state.epoch(connection)))
        count = connection.execute(select(func.count()).select_from(SCOPE)).scalar_one()
        print(_("Compartments: {count}").format(count=count))
        for kind, table in RECORDS.items():
            living = select(func.count()).select_from(table).where(table.c.deleted.is_(False))
            print(f"  {kind}: {connection.execute(living).scalar_one()}")
        open_conflicts = select(func.count()).where(CONFLICT.c.state == "open", CONFLICT.c.deleted.is_(False))
        print(_("Need a decision: {count}").format(count=connection.execute(open_conflicts).scalar_one()))
        waiting = push.waiting(connection)
        print(_("In quarantine: {count}").format(count=sum(waiting.values())))
        for reason, number in sorted(waiting.items()):
            print(f"  {reason}: {number}")


def user_add(args: argparse.Namespace) -> None:
    """Register a person of the service."""
    with writing(open_database()) as connection:
        people.add_user(connection, args.name, args.role, args.full_name)
    say(_("{name} is registered. Next: tyopari-server enrol-code {name}").format(name=args.name))


def user_list(_args: argparse.Namespace) -> None:
    """List the people of the service."""
    with snapshot(open_database()) as connection:
        for row in people.users(connection):
            print(row["username"], row["role"], row["worker_id"], sep="\t")


def enrol_code(args: argparse.Namespace) -> None:
    """Print a one-time code for a person's new device, alone."""
    with writing(open_database()) as connection:
        code = people.make_code(connection, args.name)
    print(code)


def device_list(_args: argparse.Namespace) -> None:
    """List the devices."""
    with snapshot(open_database()) as connection:
        for row in people.devices(connection):
            print(row["id"], row["username"], row["status"], row["last_seen"] or "-", sep="\t")


def device_revoke(args: argparse.Namespace) -> None:
    """Order a device to be drained or destroyed."""
    with writing(open_database()) as connection:
        people.revoke(connection, _id(args.id), "destroy" if args.destroy else "drain")
    say(_("The order is given; the device gets it at its next contact."))


def assign(args: argparse.Namespace) -> None:
    """Give a client to a person."""
    if args.begins and args.ends and args.ends < args.begins:
        raise KnownError(Message(N_("The end is before the start.")))
    with writing(open_database()) as connection:
        people.assign(connection, _id(args.client), args.user, args.role, args.begins, args.ends)
    say(_("Assigned."))


def unassign(args: argparse.Namespace) -> None:
    """Take a client from a person."""
    with writing(open_database()) as connection:
        ended = people.unassign(connection, _id(args.client), args.user)
    if not ended:
        raise KnownError(Message(N_("{name} does not hold this client."), name=args.user))
    say(_("The client leaves the person's devices at their next contact."))


def verify_audit(_args: argparse.Namespace) -> None:
    """Check every audit chain."""
    with snapshot(open_database()) as connection:
        findings = list(audit.verify(connection))
    for found in findings:
        print(found.scope, found.n if found.n is not None else "-", found.why, sep="\t")
    if findings:
        raise KnownError(Message(N_("The audit does not hold: {count} findings."), count=len(findings)))
    say(_("The audit holds."))


def restored(_args: argparse.Namespace) -> None:
    """Declare that the database came back from a backup."""
    print(setup.restored(open_database()))
    say(_("Every device will start over and send again what it still has."))


def say(text: str) -> None:
    """Tell the administrator something, beside the result."""
    print(text, file=sys.stderr)


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise WrongUse(Message(N_("This is not an identifier: {text}"), text=text)) from None


def _add(to: Commands, name: str, does: Callable[..., None], text: str) -> argparse.ArgumentParser:
    made = to.add_parser(name, help=text)
    made.set_defaults(does=does)
    return made


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="tyopari-server", description=_("The centre of Työpari."))
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "init", init, _("set the database up"))
    serving = _add(commands, "run", run, _("serve until stopped"))
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8735)
    serving.add_argument("--tls-cert")
    serving.add_argument("--tls-key")
    _add(commands, "upgrade", upgrade, _("bring the database to this program's version"))
    _add(commands, "status", status, _("how much the centre holds, and what waits for a person"))
    _add_people(commands)
    _add_clients(commands)
    _add(commands, "verify-audit", verify_audit, _("check every audit chain"))
    _add(commands, "restored", restored, _("declare that the database came back from a backup"))
    return top


def _add_people(commands: Commands) -> None:
    user = commands.add_parser("user", help=_("people of the service"))
    users = user.add_subparsers(required=True, metavar="WHAT")
    adding = _add(users, "add", user_add, _("register a person"))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", required=True, choices=[choice.value for choice in roles.ROLES])
    adding.add_argument("--full-name", default="")
    _add(users, "list", user_list, _("list them"))
    code = _add(commands, "enrol-code", enrol_code, _("print a one-time code for a person's new device"))
    code.add_argument("name", metavar="NAME")
    device = commands.add_parser("device", help=_("devices"))
    devices = device.add_subparsers(required=True, metavar="WHAT")
    _add(devices, "list", device_list, _("list them"))
    revoking = _add(devices, "revoke", device_revoke, _("order a device to forget"))
    revoking.add_argument("id", metavar="ID")
    order = revoking.add_mutually_exclusive_group()
    order.add_argument("--drain", action="store_true", help=_("after sending what is unsent (the default)"))
    order.add_argument("--destroy", action="store_true", help=_("at once"))


def _add_clients(commands: Commands) -> None:
    assigning = _add(commands, "assign", assign, _("give a client to a person"))
    assigning.add_argument("client", metavar="CLIENT")
    assigning.add_argument("user", metavar="USER")
    assigning.add_argument("--role", choices=roles.WITH_CLIENTS)
    assigning.add_argument("--from", dest="begins", type=date.fromisoformat, metavar="DATE")
    assigning.add_argument("--to", dest="ends", type=date.fromisoformat, metavar="DATE")
    taking = _add(commands, "unassign", unassign, _("take a client from a person"))
    taking.add_argument("client", metavar="CLIENT")
    taking.add_argument("user", metavar="USER")


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command; returns its exit code."""
    i18n.set_language(os.environ.get("TYOPARI_LANGUAGE") or i18n.system_language())
    args = parser().parse_args(words)
    try:
        args.does(args)
    except KnownError as error:
        say(str(error))
        return error.exit_code
    except OperationalError as error:
        # Its text names the address and the statement, never a value of a client's.
        say(str(Message(N_("The database does not answer: {kind}"), kind=type(error.orig).__name__)))
        return Unreachable.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
