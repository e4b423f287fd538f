"""Commands: the devices, and orders to forget."""

import argparse
import getpass
import json

from app.i18n import _
from app.record import Row
from sync.server import devices
from sync.server.commands.common import Commands, command, identifier, open_database, say
from sync.server.database import snapshot, writing

_SHOWN = (
    "id",
    "username",
    "status",
    "last_seen",
    "program",
    "schema_version",
    "platform",
    "name",
    "enrolled_at",
    "copy_noticed_at",
    "order_at",
    "order_by",
    "order_reason",
    "wiped_at",
)


def device_list(args: argparse.Namespace) -> None:
    """List the devices."""
    with snapshot(open_database()) as connection:
        found = devices.devices(connection)
    if args.json:
        print(json.dumps([{name: row[name] for name in _SHOWN} for row in found], indent=1))
        return
    for row in found:
        shown = [row[name] or "-" for name in _SHOWN[:8]]
        print(*shown, *_remarks(row), sep="\t")


def _remarks(row: Row) -> list[str]:
    said = []
    if row["last_seen"] is None:
        said.append(_("never came"))
    if row["copy_noticed_at"]:
        said.append(_("a copy was noticed {time}").format(time=row["copy_noticed_at"]))
    if row["order_at"]:
        told = _("ordered {time} by {who}: {reason}")
        said.append(
            told.format(time=row["order_at"], who=row["order_by"] or "-", reason=row["order_reason"] or "-")
        )
    return said


def device_revoke(args: argparse.Namespace) -> None:
    """Order a device to be drained or destroyed."""
    order = "destroy" if args.destroy else "drain"
    with writing(open_database()) as connection:
        devices.revoke(connection, identifier(args.id), order, args.by or _typist(), args.reason)
    say(_("The order is given; the device gets it at its next contact."))


def _typist() -> str:
    """Return the system's name for whoever types the command; a service may run without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def add(commands: Commands) -> None:
    """Add these commands."""
    device = commands.add_parser("device", help=_("devices"))
    actions = device.add_subparsers(required=True, metavar="WHAT")
    listing = command(actions, "list", device_list, _("list them"))
    listing.add_argument("--json", action="store_true", help=_("print one JSON document"))
    revoking = command(actions, "revoke", device_revoke, _("order a device to forget"))
    revoking.add_argument("id", metavar="ID")
    order = revoking.add_mutually_exclusive_group()
    order.add_argument("--drain", action="store_true", help=_("after sending what is unsent (the default)"))
    order.add_argument("--destroy", action="store_true", help=_("at once"))
    revoking.add_argument("--reason", default="", metavar="TEXT", help=_("why, for whoever asks later"))
    revoking.add_argument("--by", default="", metavar="NAME", help=_("who orders it (you, if left out)"))
