"""Commands: the audit, and the signed heads that vouch for it from outside."""

import argparse
from pathlib import Path

from app.errors import KnownError, WrongUse
from app.i18n import N_, Message, _
from sync.server import audit, heads
from sync.server.commands.common import Commands, command, heads_folder, open_database, say, with_heads
from sync.server.database import snapshot, writing


def verify_audit(args: argparse.Namespace) -> None:
    """Check every audit chain, and that each goes through the ends that were signed."""
    folder, count, explained = heads_folder(args), 0, 0
    with snapshot(open_database()) as connection:
        for found in audit.verify(connection):
            count += 1
            _print(found)
        if folder is not None:
            proof = heads.verify(connection, folder, args.key)
            for found in proof.findings:
                _print(found)
            count, explained = count + len(proof.findings), len(proof.explained)
    if explained:
        say(
            _("{count} signed ends were lost in a restore of the centre that is booked.").format(
                count=explained
            )
        )
    if count:
        raise KnownError(Message(N_("The audit does not hold: {count} findings."), count=count))
    if folder is None:
        say(_("The audit holds."))
    else:
        said = _("The audit holds, and goes through all ends in {count} signed heads.")
        say(said.format(count=proof.heads))


def _print(found: audit.Finding) -> None:
    print(found.scope, found.n if found.n is not None else "-", found.why, sep="\t")


def heads_sign(args: argparse.Namespace) -> None:
    """Sign the ends of all chains now and write them to the folder outside."""
    head = heads.sign(open_database(), _folder(args), new_key=args.new_key)
    print(head.n, head.at, head.hash(), sep="\t")
    if head.next_key:
        say(_("Later heads are signed with another key, which this head vouches for."))


def heads_key(_args: argparse.Namespace) -> None:
    """Print the key by which heads are checked: to be noted where the centre cannot change it."""
    with writing(open_database()) as connection:
        print(heads.public_key(connection))


def _folder(args: argparse.Namespace) -> Path:
    folder = heads_folder(args)
    if folder is None:
        raise WrongUse(Message(N_("Name the folder for signed heads with --heads, or in TYOPARI_HEADS_DIR.")))
    return folder


def add(commands: Commands) -> None:
    """Add these commands."""
    verifying = command(commands, "verify-audit", verify_audit, _("check every audit chain"))
    verifying.add_argument("--key", default="", help=_("the key that the first head must be signed with"))
    with_heads(verifying)
    group = commands.add_parser("heads", help=_("signed ends of the audit chains"))
    actions = group.add_subparsers(required=True, metavar="WHAT")
    signing = command(actions, "sign", heads_sign, _("sign them now and write them to the folder outside"))
    signing.add_argument("--new-key", action="store_true", help=_("sign the later ones with another key"))
    with_heads(signing)
    command(actions, "key", heads_key, _("print the key by which they are checked"))
