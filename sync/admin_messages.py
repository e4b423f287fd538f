"""The messages of administration (see `protocol.py`): people, computers, clients handed over, the log, quarantine.

Every request says what is to be done (`do`), or only asks for the list; every reply is the list as it is then. What a
rule does not allow is told in `problem`, and nothing was changed. Who may ask: `server/admin.py`.

    POST /admin/users        UsersRequest       -> UsersReply         administrators
    POST /admin/devices      DevicesRequest     -> DevicesReply       administrators
    POST /admin/assignments  AssignmentsRequest -> AssignmentsReply   team leads
    POST /admin/quarantine   QuarantineRequest  -> QuarantineReply    team leads
    POST /admin/log          LogRequest         -> LogReply           both: of people and computers, or of clients
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from sync.protocol import Ident, Message, ProblemMessage

_PRINTED = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, StringConstraints(max_length=100, pattern=_PRINTED, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(max_length=400, pattern=_PRINTED, strip_whitespace=True)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
AT_ONCE = 500
"""How many clients are handed over, and how many quarantined changes decided, at once."""


class Asked(Message):
    """Common ground of the requests: whose device asks."""

    device: Ident


class Told(Message):
    """Common ground of the replies: why nothing was done, if so, and what can be done about that."""

    problem: ProblemMessage | None = None
    advice: ProblemMessage | None = None
    server_time: str = ""


# ---- people -----------------------------------------------------------------------------------------------


class UsersRequest(Asked):
    """Ask for the people, or change one: `user` names her, but for `add`, which needs `username` and `role`.

    `place` says for whom she works (`organisation`, `unit`): a client's consent names its parties so.
    """

    do: Literal["list", "add", "role", "place", "activate", "deactivate", "code", "password"] = "list"
    user: Ident | None = None
    username: Name = ""
    name: Name = ""
    role: Name = ""
    organisation: Name = ""
    unit: Name = ""


class UserMessage(Message):
    """A person of the service and how she comes in."""

    id: str
    username: str
    name: str
    role: str
    organisation: str = ""
    unit: str = ""
    active: bool
    has_password: bool = False
    linked: bool = False
    locked_until: str | None = None
    devices: int = 0
    last_seen: str | None = None


class UsersReply(Told):
    """The people by name. `secret` is shown once: a code for a new computer, or a password to begin with."""

    users: list[UserMessage] = []
    secret: str = ""


# ---- computers --------------------------------------------------------------------------------------------


class DevicesRequest(Asked):
    """Ask for the computers, or order one (`of`) to forget everything: `drain` or `destroy`, with the reason why."""

    do: Literal["list", "drain", "destroy"] = "list"
    of: Ident | None = None
    reason: Reason = ""


class DeviceMessage(Message):
    """A computer: whose it is, what it said of itself when it was last seen, and what it was ordered to do."""

    id: str
    worker: str
    name: str
    status: str
    enrolled_at: str
    last_seen: str | None = None
    program: str | None = None
    platform: str | None = None
    order_at: str | None = None
    order_by: str | None = None
    order_reason: str | None = None
    wiped_at: str | None = None
    copy_noticed_at: str | None = None


class DevicesReply(Told):
    """The computers, those seen last first; `here` is the one that asks."""

    devices: list[DeviceMessage] = []
    here: str = ""


# ---- who works with whom ----------------------------------------------------------------------------------


class AssignmentsRequest(Asked):
    """Ask who works with which client, or hand `clients` over: ordinary assignments, in the asker's name.

    From `begins` on the clients are also `to`'s; `giver` has them until the day before, unless `stays`. Without
    `giver` nobody loses them. `ends` is the last day of a stand-in.
    """

    do: Literal["list", "hand_over"] = "list"
    clients: Annotated[list[Ident], Field(max_length=AT_ONCE)] = []
    giver: Ident | None = None
    to: Ident | None = None
    begins: Day | None = None
    ends: Day | None = None
    stays: bool = False


class AssignmentMessage(Message):
    """One person who works, or will work, with a client."""

    worker: str
    role: str
    valid_from: str | None = None
    valid_to: str | None = None


class HeldClientMessage(Message):
    """A client and who works with her; nobody may."""

    id: str
    name: str
    held_by: list[AssignmentMessage] = []


class AssignmentsReply(Told):
    """Every client by name."""

    clients: list[HeldClientMessage] = []


# ---- quarantine -------------------------------------------------------------------------------------------


class QuarantineRequest(Asked):
    """Ask what waits, or decide about some of it (`ids`): take it in, or reject it with a reason."""

    do: Literal["list", "apply", "reject"] = "list"
    ids: Annotated[list[Ident], Field(max_length=AT_ONCE)] = []
    reason: Reason = ""


class QuarantinedMessage(Message):
    """A change that was kept apart: what it is about, from whom, and why it waits.

    `patch` is {field: [old, new]} where the reader may hold that compartment, else None.
    """

    id: str
    scope: str
    client: str | None = None
    client_name: str = ""
    kind: str
    record: str
    op: str
    worker: str
    author: str
    saved_at: str
    at: str
    reason: str
    patch: dict[str, Any] | None = None


class QuarantineReply(Told):
    """What waits, oldest first; `outcomes` says by id what became of that which was decided."""

    waiting: list[QuarantinedMessage] = []
    outcomes: dict[str, str] = {}


# ---- the log ----------------------------------------------------------------------------------------------


class LogRequest(Asked):
    """Ask who did what, newest first: of one client or one person, from a day to a day; `skip` turns pages."""

    client: Ident | None = None
    person: Ident | None = None
    first: Day | None = None
    last: Day | None = None
    skip: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class LoggedMessage(Message):
    """One line of the log: no values, and the names of fields only where the reader may hold the compartment."""

    scope: str
    n: int
    at: str
    saved_at: str | None = None
    person: str | None = None
    device: str | None = None
    of: str | None = None
    action: str
    kind: str | None = None
    record: str | None = None
    fields: list[str] = []
    reason: str = ""


class LogReply(Told):
    """Lines of the log, with the names of the clients in them."""

    lines: list[LoggedMessage] = []
    clients: dict[str, str] = {}
    more: bool = False
