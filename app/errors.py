"""Two kinds of failure: what the world or the data did (told to the user, with a way out), and our own bugs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.i18n import N_, Message, _


@dataclass(frozen=True)
class Problem:
    """One rule that a record does not meet: the field it concerns (or None for the whole) and why."""

    field: str | None
    message: Message


class KnownError(Exception):
    """A failure that is not our bug. Says what happened and what the user can do about it."""

    exit_code = 1
    changed: Any = None
    """What was changed in the store before it came to this, if anything: views must hear of it."""

    def __init__(self, message: Message, advice: Message | None = None) -> None:
        super().__init__(message.text)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}" if self.advice else str(self.message)


class Refused(KnownError):
    """Data that a rule refuses; `problems` names each field, `row` the row of a batch (from 1)."""

    def __init__(
        self, problems: Sequence[Problem], row: int | None = None, titles: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(Message(N_("The data was not accepted.")))
        self.problems = tuple(problems)
        self.row = row
        self.titles = dict(titles or {})

    def __str__(self) -> str:
        said = "; ".join(f"{self._place(p.field)}{p.message}" for p in self.problems) or str(self.message)
        return (
            str(Message(N_("Row {row}: {problem}"), row=self.row, problem=said))
            if self.row is not None
            else said
        )

    def _place(self, field: str | None) -> str:
        """Write where a problem is: the field's title, and for an entry of a list which one and what in it."""
        if not field:
            return ""
        name, *rest = field.split(".")
        inner = [str(int(part) + 1) if part.isdigit() else part for part in rest]
        return " ".join([_(self.titles.get(name, name)), *inner]) + ": "


class WrongUse(KnownError):
    """A command called with words that it does not know."""

    exit_code = 2


class WrongPassphrase(KnownError):
    """The passphrase or recovery code does not open the store."""

    exit_code = 3


class StoreLocked(KnownError):
    """The store is locked and this needs it open."""

    exit_code = 3


class StoreDamaged(KnownError):
    """The store's file or its key file is damaged."""

    exit_code = 4


class StoreMissing(KnownError):
    """There is no store here, or its file is gone."""

    exit_code = 4


class StoreTooNew(KnownError):
    """The store was written by a newer program."""


class DiskFull(KnownError):
    """No space is left for the write; nothing was changed."""


class StoreBusy(KnownError):
    """Another process holds the store."""


class Unreachable(KnownError):
    """The centre could not be reached or answered with something else; nothing is lost."""

    exit_code = 5


class NotAllowed(KnownError):
    """The centre refuses this device or person."""


class BugError(Exception):
    """Our own mistake: it goes to the crash path, never to a user as advice."""
