"""Signing with drawn signatures: what they cover, and that what was signed does not change afterwards."""

from typing import Any

from pydantic import Field as PlainField

from app.errors import Problem
from app.i18n import N_, Message
from app.record import Item, Line, Record, Row, content_hash, fields
from app.spec import Sync

SIGNING = ("signatures", "signed_on", "content_hash")
"""The signing itself; these three are taken or refused as one."""
_APART = (*SIGNING, "replaces", "copied_on")
"""What signatures do not cover: marks that are made on an entry later, beside whose it is and what it lies by (ids)."""


class Signature(Item):
    """A signature drawn on the screen: strokes of points, each coordinate 0..1 of the pad's width and height."""

    role: str = "client"
    name: Line = ""
    strokes: list[list[tuple[float, float]]] = PlainField(default_factory=list, max_length=500)


def signable(**more: Any) -> Sync:
    """Return the sync policy of a record that is frozen once it is signed."""
    together = (SIGNING, *more.pop("together", ()))
    return Sync(together=together, frozen_by="content_hash", open=("copied_on",), **more)


def signed_content(cls: type[Record], row: Row) -> dict[str, Any]:
    """Return the part of a record that its signatures cover."""
    names = (name for name in fields(cls) if name not in _APART and not name.endswith("_id"))
    return {name: row[name] for name in names}


def seal(cls: type[Record], row: Row) -> str:
    """Return the hash that freezes a record's content at signing."""
    return content_hash(signed_content(cls, row))


def check_signed(record: Record) -> list[Problem]:
    """Check that a signed record has its signatures and their day, and is still what was signed."""
    found = []
    made: Any = record
    if made.content_hash and made.content_hash != seal(type(record), record.model_dump(mode="json")):
        found.append(Problem("content_hash", Message(N_("The content is not what was signed."))))
    if bool(made.content_hash) != bool(made.signed_on and made.signatures):
        found.append(
            Problem("signatures", Message(N_("A signature needs what is signed, its names and its day.")))
        )
    return found
