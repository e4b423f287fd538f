"""The centre's commands, `tyopari-server`: results on standard output, messages on standard error.

Exit codes: 0 done; 1 refused by data or rules; 2 wrong use; 5 the database does not answer.
"""

import argparse
import os
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError, OperationalError

from app import i18n
from app.errors import KnownError, Unreachable
from app.i18n import N_, Message, _
from sync.server.commands import audit, centre, clients, devices, login, people, quarantine
from sync.server.commands.common import close_databases, say
from sync.server.logs import of_exception

_MODULES = (centre, people, login, devices, clients, quarantine, audit)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="tyopari-server", description=_("The centre of Työpari."))
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for module in _MODULES:
        module.add(commands)
    return top


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
    except DBAPIError as error:
        # Its text may quote the row that was refused: kind and place say enough to whoever looks into it.
        told = of_exception(error)
        say(
            str(
                Message(
                    N_("The database refused it: {kind} ({place})."), kind=told["cause"], place=told["place"]
                )
            )
        )
        return KnownError.exit_code
    finally:
        close_databases()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
