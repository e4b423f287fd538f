"""The device's own tables, beside those of the records: what is unsent, what the centre last said, who looked.

All of them lie in the encrypted store and leave with it.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text
from sqlmodel import SQLModel

import app.services  # noqa: F401  (declares the tables of the records on the same metadata)
from app.record import Day, Id, Instant, Json

metadata = SQLModel.metadata

# One row per edit that the centre has not taken for good. state: new (to be sent), sent (under way, or the
# answer was lost), kept (acknowledged; kept for a restored centre), held (refused or quarantined: `answer`).
outbox = Table(
    "outbox",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("mutation_id", Id(), nullable=False, unique=True),
    Column("scope", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("row_id", Id(), nullable=False),
    Column("op", String(10), nullable=False),
    Column("patch", Json(), nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("author", Id(), nullable=False),
    Column("saved_at", Instant(), nullable=False),
    Column("state", String(10), nullable=False),
    Column("answer", Json()),
    Index("ix_outbox_state", "state", "n"),
    Index("ix_outbox_row_id", "row_id", "state"),
    sqlite_autoincrement=True,
)

# The row as the centre last said it, kept from the first unsent edit on. fields null: the centre has no such row.
sync_base = Table(
    "sync_base",
    metadata,
    Column("row_id", Id(), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("scope", String(80), nullable=False, index=True),
    Column("fields", Json()),
)

sync_scope = Table(
    "sync_scope",
    metadata,
    Column("scope", String(80), primary_key=True),
    Column("cursor", Integer, nullable=False),
    Column("schema_version", Integer, nullable=False),
)

# Pages of a scope that has not arrived whole yet.
sync_page = Table(
    "sync_page",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("scope", String(80), nullable=False, index=True),
    Column("cursor", Integer, nullable=False),
    Column("rows", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Names and values about this store: worker, device, centre, epoch, last sync.
sync_state = Table(
    "sync_state",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Json()),
)

history = Table(
    "history",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),
    Column("row_id", Id(), nullable=False, index=True),
    Column("scope", String(80), nullable=False, index=True),
    Column("at", Instant(), nullable=False),
    Column("by", Id()),
    Column("op", String(10), nullable=False),
    Column("patch", Json(), nullable=False),
    sqlite_autoincrement=True,
)

# Who handled a client's data on this device, and how: saved, read, opened, exported (facts.md 6).
access_log = Table(
    "access_log",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant(), nullable=False),
    Column("worker", Id(), nullable=False),
    Column("action", String(20), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("record_id", Id()),
    Column("client_id", Id(), index=True),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)

draft = Table(
    "draft",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("client_id", Id()),
    Column("record_id", Id()),
    Column("fields", Json(), nullable=False),
    Column("saved_at", Instant(), nullable=False),
)

# The phase proposal that was last put off with a client, as `app.phases.mark` tells it from others. No note about the
# client: it is not sent.
put_off = Table(
    "put_off",
    metadata,
    Column("client_id", Id(), primary_key=True),
    Column("mark", String(64), nullable=False),
    Column("on", Day(), nullable=False),
)

# The encrypted files of attachments, by the hash that names them. state: waiting (the centre does not have it),
# stored (it has), away (it is still on somebody else's computer), leaving (its client left this device before it
# was sent; nobody here can read it any more), gone (to be removed). `here`: whether it lies in this profile.
blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("here", Boolean, nullable=False),
    Column("used_at", Instant(), nullable=False),
    Column("unnamed_since", Instant()),
)

# What the full-text table's rows stand for; `n` is its rowid.
search_entry = Table(
    "search_entry",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("row_id", Id(), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("client_id", Id()),
    Column("scope", String(80), nullable=False, index=True),
    sqlite_autoincrement=True,
)

# Scopes that have just come and whose words are not in the index yet: see `search.catch_up`.
search_waiting = Table("search_waiting", metadata, Column("scope", String(80), primary_key=True))

# FTS5 table `search_text(name, text)`, made by the first migration since Alembic cannot see a virtual table. It
# folds case and diacritics (ä finds a and a finds ä) and keeps prefix indexes; `name` are words that name somebody.
VIRTUAL = "search_text"
