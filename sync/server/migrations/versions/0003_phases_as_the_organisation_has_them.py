"""Phases as the organisation has them; keys that let the tables be distributed by scope.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import app.record

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


_OWN = (
    "account",
    "alembic_version",
    "audit",
    "blob",
    "blob_piece",
    "device",
    "enrol_code",
    "scope",
    "server_state",
)
_BY_SCOPE = {"quarantine": "mutation_id", "receipt": "mutation_id"}  # the rest by "id"
_ASKED = ("client_id", "worker_id", "sha256", "erased_id", "merged_id", "scope", "seq")


def upgrade() -> None:
    """Apply."""
    _add_phases()
    _add_finances()
    _tell_more_of_workers()
    _tell_receipts_their_scope()
    connection = op.get_bind()
    tables = [name for name, _ in sa.inspect(connection).get_sorted_table_and_fkc_names() if name]
    for name in reversed(tables):  # what names others first
        if name not in _OWN:
            _key_by_scope(connection, name)
    _count_failures()
    _let_people_log_in()
    _tell_more_of_devices()
    _keep_signed_heads()
    _decide_what_waits()


def _decide_what_waits() -> None:
    for column in (
        sa.Column("decided_at", app.record.Instant(length=32)),
        sa.Column("decided_by", sa.String(length=100)),
        sa.Column("decision", sa.String(length=16)),
        sa.Column("note", sa.String(length=400)),
    ):
        op.add_column("quarantine", column)


def _tell_more_of_devices() -> None:
    for column in (
        sa.Column("program", sa.String(length=40)),
        sa.Column("schema_version", sa.Integer()),
        sa.Column("platform", sa.String(length=80)),
        sa.Column("turn", sa.String(length=80)),
        sa.Column("turn_before", sa.String(length=80)),
        sa.Column("restore_mark", app.record.Id(length=36)),
        sa.Column("copy_noticed_at", app.record.Instant(length=32)),
        sa.Column("order_by", sa.String(length=100)),
        sa.Column("order_reason", sa.String(length=400)),
        sa.Column("wiped_at", app.record.Instant(length=32)),
    ):
        op.add_column("device", column)


def _keep_signed_heads() -> None:
    op.create_table(
        "signed_head",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", app.record.Instant(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_signed_head")),
    )


def _let_people_log_in() -> None:
    for column in (
        sa.Column("password_hash", sa.String(length=200)),
        sa.Column("password_at", app.record.Instant(length=32)),
        sa.Column("must_change", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked_until", app.record.Instant(length=32)),
        sa.Column("oidc_issuer", sa.String(length=300)),
        sa.Column("oidc_subject", sa.String(length=255)),
    ):
        op.add_column("account", column)
    op.create_index("ix_account_oidc", "account", ["oidc_issuer", "oidc_subject"], unique=True)
    op.add_column("device", sa.Column("login_at", app.record.Instant(length=32)))
    op.create_table(
        "challenge_used",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_challenge_used")),
    )
    op.create_index(op.f("ix_challenge_used_until"), "challenge_used", ["until"], unique=False)


def _count_failures() -> None:
    op.create_table(
        "attempt",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_since"), "attempt", ["since"], unique=False)


def _tell_receipts_their_scope() -> None:
    op.add_column("receipt", sa.Column("scope", sa.String(length=80), nullable=False, server_default=""))
    op.execute(
        "UPDATE receipt SET scope = audit.scope FROM audit "
        "WHERE audit.mutation_id = CAST(receipt.mutation_id AS varchar(36)) AND audit.action <> 'conflict_kept'"
    )


def _key_by_scope(connection: sa.Connection, name: str) -> None:
    """Make the scope a part of a table's key, and let go of keys that lead out of it and of indexes not asked."""
    known = sa.inspect(connection)
    key = (_BY_SCOPE.get(name, "id"), "scope")
    for index in known.get_indexes(name):
        if not {*index["column_names"]} <= {*_ASKED} and name != "quarantine":
            op.drop_index(str(index["name"]), name)
    if connection.dialect.name != "postgresql":
        _make_anew(connection, name, key)
        return
    for foreign in known.get_foreign_keys(name):
        op.drop_constraint(str(foreign["name"]), name, type_="foreignkey")
    op.drop_constraint(f"pk_{name}", name, type_="primary")
    op.create_primary_key(f"pk_{name}", name, [*key])
    if name == "receipt":
        op.alter_column(name, "scope", server_default=None)


def _make_anew(connection: sa.Connection, name: str, key: tuple[str, str]) -> None:
    """Copy a table into one with another key and without foreign keys: SQLite changes neither in place."""
    old = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
    columns = [sa.Column(c.name, c.type, nullable=c.nullable, autoincrement=False) for c in old.columns]
    fresh = sa.Table(
        f"{name}_fresh", sa.MetaData(), *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
    )
    fresh.create(connection)
    connection.execute(fresh.insert().from_select([c.name for c in columns], sa.select(*old.columns)))
    old.drop(connection)
    op.rename_table(fresh.name, name)
    for index in sorted(old.indexes, key=lambda each: str(each.name)):
        op.create_index(index.name, name, [column.name for column in index.columns])


def _add_phases() -> None:
    op.create_table(
        "coaching_phase",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("phase", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_fi", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("name_sv", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("guidance_fi", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("guidance_sv", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("guidance_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("thl_phase", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_phase")),
    )
    with op.batch_alter_table("coaching_phase", schema=None) as batch_op:
        batch_op.create_index("ix_coaching_phase_scope_seq", ["scope", "seq"], unique=False)


def _add_finances() -> None:
    op.create_table(
        "client_finances",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("as_of", app.record.Day(length=10), nullable=False),
        sa.Column("debts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("debt_help", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("guardian", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("benefits", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("benefit_fears", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_finances")),
    )
    op.create_index("ix_client_finances_scope_seq", "client_finances", ["scope", "seq"], unique=False)
    op.create_index(op.f("ix_client_finances_client_id"), "client_finances", ["client_id"], unique=False)


def _tell_more_of_workers() -> None:
    for name in ("organisation", "unit"):
        text = sqlmodel.sql.sqltypes.AutoString(length=300)
        op.add_column("worker", sa.Column(name, text, nullable=False, server_default=""))
    op.add_column("assignment", sa.Column("groups", app.record.Json(), nullable=False, server_default="[]"))
