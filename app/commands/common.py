"""What all commands share: the profile, the passphrase, the open store, and how an answer is printed."""

import getpass
import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from app.errors import WrongUse
from app.i18n import N_, Message, _

if TYPE_CHECKING:
    from app.spec import RecordSpec
    from storage.store import Store

PASSPHRASE = "TYOPARI_PASSPHRASE"


def profile(arguments: Namespace) -> Path:
    """Return the folder of the store: as named, else the platform's data folder."""
    if arguments.profile:
        return Path(arguments.profile)
    return Path(platformdirs.user_data_dir("tyopari", appauthor=False))


def passphrase(question: str = N_("Passphrase: "), *, variable: str = PASSPHRASE) -> str:
    """Return the passphrase from the environment, else ask for it."""
    given = os.environ.get(variable)
    return given if given is not None else getpass.getpass(_(question))


@contextmanager
def opened(arguments: Namespace) -> "Iterator[Store]":
    """Open the profile's store for the time of a command."""
    from storage.store import Store

    store = Store.open(profile(arguments), passphrase())
    try:
        if store.journal_lost:
            say(_("The last session ended in a crash and its journal is gone: check what was saved last."))
        if (hidden := store.limits.sentence()) is not None:
            say(str(hidden))
        yield store
    finally:
        store.close()


def spec_of(kind: str) -> "RecordSpec":
    """Return the declaration of a kind. Raises WrongUse that names the kinds there are."""
    from app.services import SPECS

    if kind not in SPECS:
        said = N_("There is no kind “{kind}”. The kinds are: {kinds}.")
        raise WrongUse(Message(said, kind=kind[:40], kinds=", ".join(SPECS)))
    return SPECS[kind]


def say(text: str) -> None:
    """Tell the person something, on standard error."""
    print(text, file=sys.stderr)


def answer(arguments: Namespace, data: Any, text: str | None = None) -> None:
    """Print the answer: one JSON document where asked for, else a text for people."""
    if getattr(arguments, "json", False):
        print(json.dumps(data, ensure_ascii=False, indent=1, default=str))
    elif text is not None:
        print(text)


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Lay rows out in columns for a terminal."""
    lines = [[str(cell).replace("\n", " ") for cell in row] for row in [list(headers), *rows]]
    widths = [min(40, max(len(line[column]) for line in lines)) for column in range(len(headers))]
    return "\n".join(
        "  ".join(c[:40].ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines
    )
