"""Commands: setting the centre up, serving, and how it fares."""

import argparse
import sys
from contextlib import nullcontext
from ipaddress import ip_address, ip_network

from sqlalchemy import select
from sqlalchemy.sql import func

from app.errors import WrongUse
from app.i18n import N_, Message, _
from sync.server import keeping, push, setup, state, wall
from sync.server.commands.common import (
    Commands,
    command,
    heads_folder,
    open_database,
    say,
    with_heads,
)
from sync.server.database import snapshot, writing
from sync.server.events import event
from sync.server.tables import CONFLICT, RECORDS, SCOPE

MOST_WORKERS = 64
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def init(_args: argparse.Namespace) -> None:
    """Set the database up."""
    setup.prepare(open_database(ready=False))
    say(_("The centre is ready. Add people with: tyopari-server user add NAME --role ROLE"))


def run(args: argparse.Namespace) -> None:
    """Serve until stopped."""
    from sync.server.serve import Serving, serve

    if args.host not in LOOPBACK and not (args.tls_cert and args.tls_key):
        raise WrongUse(
            Message(N_("Without TLS the centre listens on this computer alone.")),
            Message(N_("Give --tls-cert and --tls-key, or put a proxy with TLS before it.")),
        )
    proxies = ",".join(args.proxy)
    options = Serving(args.host, args.port, args.tls_cert, args.tls_key, proxies, _workers(args.workers))
    engine, folder = open_database(), heads_folder(args)
    keeping.begin(engine, folder)
    engine.dispose()
    with keeping.Keeping(engine, folder) if folder is not None else nullcontext():
        serve(engine.url.render_as_string(hide_password=False), options)


def _workers(wanted: int) -> int:
    if wanted > 1 and sys.platform == "win32":
        say(_("On Windows the centre is one process."))
        return 1
    return wanted


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_WORKERS:
        raise ValueError(text)
    return number


def _network(text: str) -> str:
    return str(ip_network(text)) if "/" in text else str(ip_address(text))


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
        stands = wall.stands(connection)
        print(
            _("Rights checked in the database as well")
            if stands
            else _("Rights checked by the program alone")
        )
        for kind, table in RECORDS.items():
            living = select(func.count()).select_from(table).where(table.c.deleted.is_(False))
            print(f"  {kind}: {connection.execute(living).scalar_one()}")
        open_conflicts = select(func.count()).where(CONFLICT.c.state == "open", CONFLICT.c.deleted.is_(False))
        print(_("Need a decision: {count}").format(count=connection.execute(open_conflicts).scalar_one()))
        waiting = push.waiting(connection)
        print(_("In quarantine: {count}").format(count=sum(waiting.values())))
        for reason, number in sorted(waiting.items()):
            print(f"  {reason}: {number}")


def restored(args: argparse.Namespace) -> None:
    """Declare that the database came back from a backup."""
    print(setup.restored(open_database(), heads_folder(args)))
    say(_("Every device will start over and send again what it still has."))


def renew_tokens(_args: argparse.Namespace) -> None:
    """Take all tokens back."""
    with writing(open_database()) as connection:
        state.renew_tokens(connection)
        event(connection, "tokens_renewed")
    say(_("Start the centre anew now: devices then sign in again by themselves."))


def add(commands: Commands) -> None:
    """Add these commands."""
    command(commands, "init", init, _("set the database up"))
    serving = command(commands, "run", run, _("serve until stopped"))
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8735)
    serving.add_argument("--tls-cert")
    serving.add_argument("--tls-key")
    serving.add_argument(
        "--workers", type=_count, default=1, metavar="N", help=_("how many processes serve (1 on Windows)")
    )
    serving.add_argument(
        "--proxy",
        type=_network,
        action="append",
        default=[],
        metavar="ADDRESS",
        help=_("a proxy before the centre, which is believed when it says who asks; may be given again"),
    )
    command(commands, "upgrade", upgrade, _("bring the database to this program's version"))
    command(commands, "status", status, _("how much the centre holds, and what waits for a person"))
    with_heads(serving)
    back = command(commands, "restored", restored, _("declare that the database came back from a backup"))
    with_heads(back)
    command(commands, "renew-tokens", renew_tokens, _("take all tokens back; devices sign in again"))
