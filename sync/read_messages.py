"""The words about who has read a client's data: what a device tells, and what the centre answers.

A part of `protocol.py`, which says how messages travel.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from sync.protocol import Ident, Kind, Message, Moment


class ReadEntry(Message):
    """That a client's data was read, shown, printed or given out on a device; what is only looked at, once a day.

    `id` follows from what it tells, so that sending it again adds nothing. `at` is the device's time. `client` is left
    out for a list or a file about many; `detail` says which document it was, or for whom.
    """

    id: Ident
    at: Moment
    action: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]
    kind: Kind
    record: Ident | None = None
    client: Ident | None = None
    detail: Annotated[str, StringConstraints(max_length=2_000)] = ""


class ReadsRequest(Message):
    """What was read on this device since it last told."""

    device: Ident
    entries: Annotated[list[ReadEntry], Field(max_length=1_000)]


class ReadsReply(Message):
    """How many of the entries are new to the centre; it has them all now."""

    taken: int
    server_time: str


class SeenRequest(Message):
    """Ask who has handled a client's data."""

    device: Ident
    client: Ident


class SeenEntry(Message):
    """What one person did with one compartment of a client's data on one day; `person` is None for the centre."""

    day: str
    person: Ident | None = None
    action: str
    group: str
    times: int = 1


class SeenPerson(Message):
    """A person of the service who was given the client, or handled her data; `periods` are [from, to] days."""

    id: Ident
    name: str
    role: str
    periods: list[tuple[str | None, str | None]] = []


class SeenReply(Message):
    """Everything that the centre has booked about a client's data, oldest first."""

    people: list[SeenPerson]
    entries: list[SeenEntry]
    server_time: str
