"""Commands: the devices, and orders to forget."""

import argparse

from app.i18n import _
from sync.server import devices
from sync.server.commands.common import Commands, command, identifier, open_database, say
from sync.server.database import snapshot, writing


def device_list(_args: argparse.Namespace) -> None:
    """List the devices."""
    with snapshot(open_database()) as connection:
        for row in devices.devices(connection):
            print(row["id"], row["username"], row["status"], row["last_seen"] or "-", sep="\t")


def device_revoke(args: argparse.Namespace) -> None:
    """Order a device to be drained or destroyed."""
    with writing(open_database()) as connection:
        devices.revoke(connection, identifier(args.id), "destroy" if args.destroy else "drain")
    say(_("The order is given; the device gets it at its next contact."))


def add(commands: Commands) -> None:
    """Add these commands."""
    device = commands.add_parser("device", help=_("devices"))
    actions = device.add_subparsers(required=True, metavar="WHAT")
    command(actions, "list", device_list, _("list them"))
    revoking = command(actions, "revoke", device_revoke, _("order a device to forget"))
    revoking.add_argument("id", metavar="ID")
    order = revoking.add_mutually_exclusive_group()
    order.add_argument("--drain", action="store_true", help=_("after sending what is unsent (the default)"))
    order.add_argument("--destroy", action="store_true", help=_("at once"))
