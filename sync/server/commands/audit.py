"""Commands: the audit."""

import argparse

from app.errors import KnownError
from app.i18n import N_, Message, _
from sync.server import audit
from sync.server.commands.common import Commands, command, open_database, say
from sync.server.database import snapshot


def verify_audit(_args: argparse.Namespace) -> None:
    """Check every audit chain."""
    with snapshot(open_database()) as connection:
        findings = list(audit.verify(connection))
    for found in findings:
        print(found.scope, found.n if found.n is not None else "-", found.why, sep="\t")
    if findings:
        raise KnownError(Message(N_("The audit does not hold: {count} findings."), count=len(findings)))
    say(_("The audit holds."))


def add(commands: Commands) -> None:
    """Add these commands."""
    command(commands, "verify-audit", verify_audit, _("check every audit chain"))
