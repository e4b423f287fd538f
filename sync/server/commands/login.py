"""Commands: what people are asked for when they join, and how they log in."""

import argparse
from typing import Any

from app.errors import KnownError
from app.i18n import N_, Message, _
from sync.server import login_rules, oidc
from sync.server.commands.common import Commands, command, open_database
from sync.server.database import snapshot, writing
from sync.server.login_rules import Rules


def login(args: argparse.Namespace) -> None:
    """Set what is given, and show all."""
    changed = _changed(args)
    if changed.get("issuer"):
        _check(changed["issuer"])
    engine = open_database()
    if changed:
        with writing(engine) as connection:
            _show(login_rules.change(connection, **changed))
        return
    with snapshot(engine) as connection:
        _show(login_rules.rules(connection))


def _changed(args: argparse.Namespace) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if args.enrol_with:
        changed["enrol_with"] = args.enrol_with
    if args.passwords:
        changed["passwords"] = args.passwords == "yes"
    if args.no_oidc:
        changed.update(issuer="", client_id="")
    if args.oidc:
        changed["issuer"] = args.oidc
    if args.client_id:
        changed["client_id"] = args.client_id
    if args.days:
        changed["days"] = args.days
    return changed


def _check(issuer: str) -> None:
    """Ask the organisation's log-in what it is: a slip in its address is noticed here, not by every worker."""
    if not oidc.is_safe(issuer):
        raise KnownError(Message(N_("The organisation's log-in needs an address that begins with https.")))
    try:
        oidc.discovery(issuer)
    except oidc.ProviderAway as away:
        raise KnownError(
            Message(N_("No OpenID provider answers at {address} ({why})."), address=issuer, why=str(away)),
            Message(N_("Write the address exactly as the provider gives it as its issuer.")),
        ) from None


def _show(rules: Rules) -> None:
    print("enrol-with", rules.enrol_with, sep="\t")
    print("passwords", "yes" if rules.passwords else "no", sep="\t")
    print("oidc", rules.issuer or "-", sep="\t")
    print("client-id", rules.client_id or "-", sep="\t")
    print("days", rules.days, sep="\t")


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 3650:
        raise argparse.ArgumentTypeError(_("from 1 to 3650"))
    return days


def add(commands: Commands) -> None:
    """Add these commands."""
    made = command(commands, "login", login, _("what people are asked for, and how they log in"))
    made.add_argument("--enrol-with", choices=login_rules.CHOICES, help=_("what a new device needs"))
    made.add_argument("--passwords", choices=("yes", "no"), help=_("whether the centre's passwords hold"))
    provider = made.add_mutually_exclusive_group()
    provider.add_argument("--oidc", metavar="URL", help=_("the organisation's log-in, by its issuer"))
    provider.add_argument("--no-oidc", action="store_true", help=_("no log-in of the organisation"))
    made.add_argument(
        "--client-id", metavar="ID", help=_("what the organisation's log-in calls this program")
    )
    made.add_argument("--days", type=_days, metavar="N", help=_("after how many days people log in again"))
