"""The centre's tables: every declared record with its number in the scope, and the centre's own books."""

from functools import cache

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlmodel import SQLModel

from app.record import NAMING, Id, Instant, Json
from app.services import SPECS

METADATA = MetaData(naming_convention=NAMING)


# What the centre asks for by other columns than a row's id, its scope and its client.
_KEY = ("id", "scope")
_ASKED = ("worker_id", "sha256", "erased_id", "merged_id")


def _record_table(kind: str) -> Table:
    """Declare a kind's table as the centre keeps it.

    The scope is part of every key and no key leads out of it, so that the tables can be distributed by scope
    (`SYNC.md`); that what a row names is there and is its client's is checked with each push (`push._check_places`).
    """
    declared = SQLModel.metadata.tables[kind]
    table = Table(
        kind,
        METADATA,
        *(Column(c.name, c.type, primary_key=c.name in _KEY, nullable=c.nullable) for c in declared.columns),
        Column("seq", BigInteger, nullable=False),
    )
    Index(f"ix_{kind}_scope_seq", table.c.scope, table.c.seq)
    for name in ("client_id", *_ASKED):
        if name in declared.columns and any(
            [*i.columns] == [declared.columns[name]] for i in declared.indexes
        ):
            Index(f"ix_{kind}_{name}", table.c[name])
    return table


RECORDS: dict[str, Table] = {kind: _record_table(kind) for kind in SPECS}
ASSIGNMENT = RECORDS["assignment"]
CLIENT = RECORDS["client"]
CONFLICT = RECORDS["conflict"]
CONSENT = RECORDS["consent"]
WITHDRAWAL = RECORDS["consent_withdrawal"]
WORKER = RECORDS["worker"]

# `head` numbers the scope's rows, `entries` its audit entries, `chain` is the hash of the last of these.
# `count` and `checksum` are over the living rows, `total` counts the deleted ones too.
SCOPE = Table(
    "scope",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("head", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("checksum", String(16), nullable=False),
)

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("mutation_id", Id, primary_key=True),
    Column("scope", String(80), primary_key=True),
    Column("device", Id, nullable=False),
    Column("status", String(16), nullable=False),
    Column("problems", Json, nullable=False),
    Column("at", Instant, nullable=False),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("mutation_id", Id, primary_key=True),
    Column("device", Id, nullable=False),
    Column("worker", Id, nullable=False),
    Column("scope", String(80), primary_key=True, index=True),
    Column("kind", String(40), nullable=False),
    Column("record_id", Id, nullable=False, index=True),
    Column("op", String(16), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("mutation", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("released_at", Instant),
    # What a person decided (`quarantine.py`): the status that it got, and why where it was rejected.
    Column("decided_at", Instant),
    Column("decided_by", String(100)),
    Column("decision", String(16)),
    Column("note", String(400)),
)

# The history of every row and the proof that nobody rewrote it: see audit.py.
AUDIT = Table(
    "audit",
    METADATA,
    Column("scope", String(80), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("saved_at", String(40)),
    Column("person", String(36)),
    Column("device", String(36)),
    Column("mutation_id", String(36)),
    Column("action", String(24), nullable=False),
    Column("kind", String(40)),
    Column("record_id", String(36), index=True),
    Column("version", Integer),
    Column("commitment", String(64), nullable=False),
    Column("salt", String(32)),
    Column("patch", Text),
)

ACCOUNT = Table(
    "account",
    METADATA,
    Column("worker_id", Id, primary_key=True),
    Column("username", String(100), nullable=False, unique=True),
    Column("role", String(40), nullable=False),
    Column("active", Integer, nullable=False),
    # A password of the centre's own (`passwords.py`): one that somebody else chose is good for a week.
    Column("password_hash", String(200)),
    Column("password_at", Instant),
    Column("must_change", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Instant),
    # Who this is at the organisation's own log-in (`oidc.py`).
    Column("oidc_issuer", String(300)),
    Column("oidc_subject", String(255)),
    Index("ix_account_oidc", "oidc_issuer", "oidc_subject", unique=True),
)

DEVICE = Table(
    "device",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("worker_id", Id, nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("install_id", Id, nullable=False),
    Column("status", String(16), nullable=False),
    Column("order_at", Instant),
    Column("enrolled_at", Instant, nullable=False),
    Column("last_seen", Instant),
    Column("login_at", Instant),  # when its person last proved who she is
    # What it said of itself when it was last seen.
    Column("program", String(40)),
    Column("schema_version", Integer),
    Column("platform", String(80)),
    # By which a copy is noticed (`turns.py`), and the last restore of a backup on it that was taken for good.
    Column("turn", String(80)),
    Column("turn_before", String(80)),
    Column("restore_mark", Id),
    Column("copy_noticed_at", Instant),
    # Who ordered it to forget everything, and why.
    Column("order_by", String(100)),
    Column("order_reason", String(400)),
    Column("wiped_at", Instant),
)

ENROL_CODE = Table(
    "enrol_code",
    METADATA,
    Column("code_hash", String(64), primary_key=True),
    Column("worker_id", Id, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

# Failures from one source (`limits.py`), counted together by all processes of the centre.
ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("source", String(64), primary_key=True),
    Column("since", BigInteger, nullable=False, index=True),  # seconds since 1970
    Column("count", Integer, nullable=False),
)

# What was signed or proved once, until it would be too old anyway: it is not taken a second time.
CHALLENGE_USED = Table(
    "challenge_used",
    METADATA,
    Column("nonce", String(64), primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),  # seconds since 1970
)

# The ends of all chains, signed and kept outside too (`heads.py`); `text` is the newest, as its file has it.
SIGNED_HEAD = Table(
    "signed_head",
    METADATA,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("epoch", String(36), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("text", Text, nullable=False),
)

STATE = Table(
    "server_state",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

# The encrypted files of attachments; `received` of `size` bytes are here, `whole` (0, 1) once the hash was checked.
# The centre can be many processes on many machines, so the bytes lie in the database: `start` is where a piece begins.
BLOB = Table(
    "blob",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("whole", Integer, nullable=False),
    Column("device", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("unnamed_since", Instant),
)

BLOB_PIECE = Table(
    "blob_piece",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)


@cache
def row_names(kind: str) -> tuple[str, ...]:
    """Return the names of a kind's columns of which devices hear: all but its number in the scope."""
    # As plain text: the quick JSON writer takes no other keys.
    return tuple(str(column.name) for column in RECORDS[kind].columns if column.name != "seq")
