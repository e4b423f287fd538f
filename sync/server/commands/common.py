"""What the centre's commands share: the database, what is said beside a result, and how a command is declared."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Engine

from app.errors import WrongUse
from app.i18n import N_, Message, _
from sync.server import setup
from sync.server.database import connect, default_url

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


_opened: list[Engine] = []


def close_databases() -> None:
    """Let go of the connections of what a command has opened."""
    while _opened:
        _opened.pop().dispose()


def open_database(ready: bool = True) -> Engine:
    """Return the engine of the configured database; an SQLite file of our own is set up at its first use."""
    url = os.environ.get("TYOPARI_DATABASE_URL") or default_url()
    try:
        engine = connect(url)
    except Exception:
        raise WrongUse(Message(N_("TYOPARI_DATABASE_URL is not the address of a database."))) from None
    _opened.append(engine)
    if ready:
        if setup.is_empty(engine):
            setup.prepare(engine)
        setup.check_ready(engine)
    return engine


def heads_folder(args: argparse.Namespace) -> Path | None:
    """Return the folder outside for signed heads: as named, or TYOPARI_HEADS_DIR; None where there is none."""
    named = args.heads or os.environ.get("TYOPARI_HEADS_DIR")
    return Path(named) if named else None


def with_heads(made: argparse.ArgumentParser) -> None:
    """Let a command name the folder for signed heads."""
    text = _("the folder outside the centre for signed heads (or TYOPARI_HEADS_DIR)")
    made.add_argument("--heads", metavar="DIR", help=text)


def say(text: str) -> None:
    """Tell the administrator something, beside the result."""
    print(text, file=sys.stderr)


def identifier(text: str) -> str:
    """Return an id as it is stored; raises WrongUse for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise WrongUse(Message(N_("This is not an identifier: {text}"), text=text)) from None


def command(to: Commands, name: str, does: Callable[..., None], text: str) -> argparse.ArgumentParser:
    """Declare one command."""
    made = to.add_parser(name, help=text)
    made.set_defaults(does=does)
    return made
