"""The words that a device and the centre exchange: messages, versions, limits and the checksum of a scope.

Bodies are JSON in UTF-8, gzip above a few kB both ways. Every POST but `/enrol`, `/challenge`
and `/token`, and every request for a file, carries `Authorization: Bearer <token>`. Every failure is an `ErrorReply`.

    GET  /login                          -> LoginMethods     what a person is asked for (see login_messages.py)
    POST /enrol        EnrolRequest      -> EnrolReply       a one-time code, or a person's log-in, makes a device
    POST /login        LoginRequest      -> LoginReply       a person logs in again on her device
    POST /password     PasswordRequest   -> PasswordReply    a person changes her password at the centre
    POST /challenge    ChallengeRequest  -> ChallengeReply   something to sign, good for two minutes
    POST /token        TokenRequest      -> TokenReply       a signed challenge makes a token for 15 minutes
    POST /sync/push    PushRequest       -> PushReply
    POST /sync/pull    PullRequest       -> PullReply
    POST /blobs        BlobsRequest      -> BlobsReply       which files the centre has, and how much of each
    PUT  /blobs/<hash> bytes             -> BlobReply        a piece of a file; Content-Range says which
    GET  /blobs/<hash>                   -> bytes            a piece of a file; Range says which
    POST /reads        ReadsRequest      -> ReadsReply       who read what on the device (see read_messages.py)
    POST /seen         SeenRequest       -> SeenReply        who has handled a client's data
    POST /admin/...                                          what administrators and team leads do (admin_messages.py)
    POST /wiped        WipedRequest      -> WipedReply       the device has carried out its order
    GET  /health                         -> HealthReply
    GET  /live, /ready                   -> LiveReply, ReadyReply: for whoever watches over the centre's processes
    GET  /metrics                        -> figures as Prometheus reads them, on the centre's machine alone

Order of a sync: push until the outbox is empty, then pull until no scope says `more`, then the files of attachments.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import blake2b
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PROTOCOL = 1
SCHEMA_VERSION = 3
MIN_SCHEMA = 1  # the oldest schema of a device that the centre still takes changes from

BATCH_MUTATIONS = 3_000  # what a device sends at once; halved when the centre answers 413
BATCH_BYTES = 1_500_000  # of JSON, before compression; one larger mutation goes alone
FIRST_BYTES = 500_000  # the first batch of a push is small, so that the centre has something to do soon
MAX_MUTATIONS = 5_000  # what the centre takes at once
MAX_BODY = 4_000_000  # compressed bytes
MAX_JSON = 24_000_000  # bytes after decompression
MAX_SCOPES = 5_000  # what one device may say that it holds
MAX_HELD = 1_000  # changes in quarantine that a device asks after at once
ROWS_PER_REPLY = 5_000
BLOB_PIECE = (
    1_000_000  # bytes of a file that a device sends or asks for at once; halved when the answer is 413
)
MAX_BLOB_PIECE = 4_000_000  # what the centre takes or gives at once
MAX_BLOB = 101 * 1024 * 1024  # bytes of an encrypted file
MAX_BLOBS = 1_000  # files asked about at once
COMPRESS_ABOVE = 2_000
COMPRESS_LEVEL = 1

_HEX = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID = f"^{_HEX}$"
_SCOPE = f"^(reference|staff:{_HEX}|client:{_HEX}:[a-z]{{1,20}})$"
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"
Ident = Annotated[str, StringConstraints(pattern=_UUID)]
Moment = Annotated[str, StringConstraints(pattern=_INSTANT)]
Scope = Annotated[str, StringConstraints(pattern=_SCOPE)]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_PRINTED = r"^[^\x00-\x1f\x7f]*$"
Bytes = Annotated[str, StringConstraints(max_length=400, pattern=r"^[A-Za-z0-9+/]+=*$")]

Op = Literal["create", "update", "delete", "undelete"]
Status = Literal["applied", "merged", "conflict", "quarantined", "refused"]


class Message(BaseModel):
    """Common ground of all messages: what a newer side says more is passed over."""

    model_config = ConfigDict(extra="ignore")


class Mutation(Message):
    """One saved change of one row.

    `patch` is `{field: [old, new]}` of the record's own fields in JSON values. It names every field that has
    a value for a `create` (old None), the changed ones for an `update`, every one for a `delete` (new None;
    the old value tells what was seen, so that an edit elsewhere is not deleted unseen) and for an `undelete`
    (old None). A patch that touches a group of fields (`Sync.together`) carries all of that group, unchanged
    ones as [a, a]: see `merge.complete`. `author` is the worker, `saved_at` her device's time.
    """

    id: Ident
    scope: Scope
    kind: Kind
    row: Ident
    op: Op
    patch: dict[FieldName, tuple[Any, Any]]
    schema_version: Annotated[int, Field(ge=1, le=1_000_000)] = SCHEMA_VERSION
    author: Ident
    saved_at: Moment


class SealedMutation(Message):
    """A change that the device may read no more: a mutation's JSON, sealed to the centre (`sync.sealing`)."""

    id: Ident
    sealed: str


class PushRequest(Message):
    """Changes in the order in which they were saved; sealed ones are older than the others."""

    epoch: str
    schema_version: int
    device: Ident
    mutations: list[Mutation]
    sealed: list[SealedMutation] = []


class ProblemMessage(Message):
    """Why a change was refused: the field, and an English message id with its values, for translation."""

    field: str | None = None
    text: str
    values: dict[str, Any] = {}


class Result(Message):
    """What became of one mutation.

    `applied`: the row now holds it. `merged`: joined with somebody else's. `conflict`: the rest of the patch
    is applied, the clashing fields wait as rows of kind `conflict` in the same scope. `quarantined`: kept at
    the centre, not applied. `refused`: a rule does not allow the value; nothing is applied, `problems` says
    why. All but `applied` carry the row as the centre has it, or None when there is none or it is not this
    worker's to see: the device's row becomes that row with the still unsent patches laid over it.
    """

    id: str
    status: Status
    row: dict[str, Any] | None = None
    problems: list[ProblemMessage] = []


class PushReply(Message):
    """One result for each mutation, sealed ones first, in order."""

    epoch: str
    server_time: str
    schema_version: int = SCHEMA_VERSION
    results: list[Result]


class PullRequest(Message):
    """The scopes held, each with the cursor up to which it is held (0: nothing yet).

    `held` are changes of this device that went into quarantine and of which it knows nothing more.
    """

    epoch: str
    schema_version: int
    device: Ident
    have: dict[Scope, Annotated[int, Field(ge=0)]]
    limit: Annotated[int, Field(ge=1, le=50_000)] = ROWS_PER_REPLY
    held: Annotated[list[Ident], Field(max_length=MAX_HELD)] = []


class PulledRow(Message):
    """A row as it is now: its own fields and stamps (`version`, `deleted`, `created_*`, `saved_*`)."""

    kind: str
    row: dict[str, Any]


class PulledScope(Message):
    """Rows of one scope, at most once each in a page.

    Pages are staged until `more` is False and then applied whole, in one transaction with the cursor. `head`
    is the cursor to ask from next. `count` and `checksum` (see `checksum`) describe the whole scope as it is
    at the `head` of the last page; on earlier pages they say nothing.
    """

    scope: str
    rows: list[PulledRow]
    head: int
    count: int
    checksum: str
    more: bool = False


class PullReply(Message):
    """What changed in the scopes that this device may hold, and those it may hold no longer.

    A scope without news is left out. `more` on any scope: ask again with the new cursors. `decided` says what became
    of changes that were held in quarantine.
    """

    epoch: str
    server_time: str
    schema_version: int = SCHEMA_VERSION
    min_schema: int = MIN_SCHEMA
    evict: list[str] = []
    scopes: list[PulledScope] = []
    decided: list[Result] = []


class BlobsRequest(Message):
    """Ask about files by the hashes of their encrypted form."""

    device: Ident
    blobs: list[Sha256]


class BlobReply(Message):
    """What the centre has of a file: so many bytes from its beginning; `whole` once their hash was checked.

    `known` is False where no entry that this worker may hold, or has written, names the file: it is not taken then.
    """

    received: int = 0
    whole: bool = False
    size: int = 0
    known: bool = True


class BlobsReply(Message):
    """One answer for each file, by its hash."""

    blobs: dict[str, BlobReply]


class WorkerMessage(Message):
    """The person whom a device belongs to."""

    id: str
    name: str
    role: str


class ProofMessage(Message):
    """How a person proves who she is: by her password at the centre, or by what her organisation says of her.

    `challenge` is that of `LoginMethods` and good once. `id_token` is an OpenID provider's and carries
    `login_messages.login_nonce` as its nonce, so that it vouches for one device's key and for no other.
    """

    challenge: Annotated[str, StringConstraints(max_length=400)]
    username: Annotated[str, StringConstraints(max_length=100, pattern=_PRINTED)] = ""
    password: Annotated[str, StringConstraints(max_length=200)] = ""
    id_token: Annotated[str, StringConstraints(max_length=16_000)] = ""


class EnrolRequest(Message):
    """A code given by an administrator, and the public half of the key pair that the device has just made.

    `public_key`: Ed25519, 32 raw bytes in base64. `install_id` is made anew whenever a store is created.
    `proof` where the organisation wants the person to log in, beside the code or in its place.
    """

    code: Annotated[str, StringConstraints(max_length=100)] = ""
    public_key: Bytes
    install_id: Ident
    name: Annotated[str, StringConstraints(max_length=80, pattern=_PRINTED)] = ""
    proof: ProofMessage | None = None


class EnrolReply(Message):
    """The device's identity, whose it is, and the centre's public keys.

    `order_key` (Ed25519) checks orders; `sealing_key` (X25519) seals what only the centre may read.
    """

    device: str
    worker: WorkerMessage
    epoch: str
    server_time: str
    order_key: str
    sealing_key: str
    schema_version: int = SCHEMA_VERSION
    must_change: bool = False  # the password was chosen by somebody else


class ChallengeRequest(Message):
    """Ask for something to sign: the device's own clock plays no part, it may be wrong."""

    device: Ident


class ChallengeReply(Message):
    challenge: str
    server_time: str


class TokenRequest(Message):
    """The challenge, signed by the device's key: see `token_words`.

    `turn` is what the device was given with its last token, empty for the first; a program that knows no turns leaves
    it out. `restored` names the restore of a backup on the device since then. The rest is for the list of devices.
    """

    device: Ident
    install_id: Ident
    challenge: Annotated[str, StringConstraints(max_length=400)]
    signature: Bytes
    turn: Annotated[str, StringConstraints(max_length=80, pattern=r"^[0-9a-f.]*$")] | None = None
    restored: Ident | None = None
    program: Annotated[str, StringConstraints(max_length=40, pattern=_PRINTED)] = ""
    platform: Annotated[str, StringConstraints(max_length=80, pattern=_PRINTED)] = ""
    schema_version: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class OrderMessage(Message):
    """What a revoked device must do, signed by the centre: see `order_words`.

    `drain`: push what is unsent (it goes into quarantine), then wipe. `destroy`: wipe at once.
    """

    device: str
    order: Literal["drain", "destroy"]
    at: str
    signature: str


class TokenReply(Message):
    """A token for the other requests; `order` when the device is to be drained. `turn` is shown the next time."""

    token: str
    expires_in: int
    turn: str = ""
    worker: WorkerMessage
    epoch: str
    server_time: str
    order: OrderMessage | None = None


class WipedRequest(Message):
    """The device's last word: with its token, or with a challenge that it has signed (`wiped_words`)."""

    device: Ident
    challenge: Annotated[str, StringConstraints(max_length=400)] = ""
    signature: Bytes | None = None


class WipedReply(Message):
    server_time: str


class HealthReply(Message):
    """That the centre is there and what it speaks."""

    status: Literal["ok"] = "ok"
    protocol: int = PROTOCOL
    schema_version: int = SCHEMA_VERSION
    min_schema: int = MIN_SCHEMA
    epoch: str
    server_time: str


class LiveReply(Message):
    """That one process of the centre answers."""

    status: Literal["ok"] = "ok"


class ReadyReply(Message):
    """That one process of the centre can do its work."""

    status: Literal["ready"] = "ready"
    revision: str
    epoch: str


ErrorCode = Literal[
    "code",  # 403: the enrolment code is not known, used or too old
    "login",  # 401: the person must log in: at enrolment, or once more after so many days
    "login_old",  # 403: the log-in took too long, or was used before
    "password",  # 403: the user name or the password is not right, or there were too many wrong ones
    "weak",  # 422: the new password is too easy to guess
    "identity",  # 403: what the organisation's log-in said is not believed
    "stranger",  # 403: the organisation's log-in names somebody who has no account here
    "other_person",  # 403: the code, the device and the log-in are not one person's
    "provider",  # 503: the centre does not reach the organisation's log-in
    "token",  # 401: no token, or it is no longer good: get another
    "revoked",  # 403: `order` says what the device must do
    "install",  # 403: another copy of this store is in use: this one must be enrolled again
    "inactive",  # 403: the person is no longer in service
    "epoch",  # 409: the centre was restored: `epoch` is the present one
    "schema_old",  # 409: the program is too old to send: update needed; local work goes on
    "schema_new",  # 409: written in words of a newer centre than this one, of `schema_version`: it waits
    "too_large",  # 413: send fewer at once
    "too_many",  # 429: wait for `retry_after` seconds
    "role",  # 403: the person's role does not do this
    "access",  # 403: no entry of this worker's names the file (or its row has not come yet)
    "hash",  # 422: what came of a file was not the file: all of it was dropped
    "no_room",  # 409: the client's files fill their share
    "message",  # 422: the message is not understood
    "not_found",  # 404
    "busy",  # 503: the database does not answer: try again
    "failed",  # 500
]


class ErrorReply(Message):
    """Why a request was not carried out; nothing was changed by it."""

    code: ErrorCode
    message: str
    epoch: str | None = None
    order: OrderMessage | None = None
    retry_after: int | None = None
    min_schema: int | None = None
    schema_version: int | None = None


def token_words(
    device: str, install_id: str, challenge: str, turn: str | None = None, restored: str | None = None
) -> bytes:
    """Return what a device signs to get a token; a program that knows no turns signs the first three alone."""
    words = f"tyopari token\n{device}\n{install_id}\n{challenge}"
    return (words if turn is None else f"{words}\n{turn}\n{restored or ''}").encode()


def wiped_words(device: str, challenge: str) -> bytes:
    """Return what a device signs that has forgotten everything and has no token."""
    return f"tyopari wiped\n{device}\n{challenge}".encode()


def order_words(device: str, order: str, at: str) -> bytes:
    """Return what the centre signs when it orders a device to be drained or destroyed."""
    return f"tyopari order\n{device}\n{order}\n{at}".encode()


def to_base64(data: bytes) -> str:
    """Write bytes as messages carry them."""
    return b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read bytes from a message; raises ValueError."""
    return b64decode(text, validate=True)


EMPTY = "0" * 16
_MASK = 2**64 - 1


def row_mark(kind: str, row_id: str, version: int) -> int:
    """Return the number by which one row counts in its scope's checksum."""
    words = f"{kind}\n{row_id}\n{version}".encode()
    return int.from_bytes(blake2b(words, digest_size=8).digest(), "big")


def checksum(rows: Iterable[tuple[str, str, int]], start: str = EMPTY) -> str:
    """Return the checksum of rows given as (kind, id, version), in whatever order: 16 hexadecimal digits.

    Count and checksum of a scope are over the rows that live: not the deleted ones. On a device `version` is
    that of the row as the centre last sent it, and a row that the centre never sent (version 0) is left out.
    """
    return f"{(int(start, 16) + sum(row_mark(*row) for row in rows)) & _MASK:016x}"
