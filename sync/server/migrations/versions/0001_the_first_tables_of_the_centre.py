"""The first tables of the centre.

Revision 0001, the first.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import app.record

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_KEPT = (
    "scope", "n", "prev", "hash", "at", "saved_at", "person", "device", "mutation_id", "action", "kind",
    "record_id", "version", "commitment",
)  # fmt: skip
_POSTGRES_WALL = f"""
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR ({", ".join(f"OLD.{name}" for name in _KEPT)})
        IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in _KEPT)})
        OR NEW.patch IS NOT NULL OR NEW.salt IS NOT NULL
    THEN RAISE EXCEPTION 'the audit is only ever added to'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
"""
_SQLITE_WALL = (
    "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END",
    f"CREATE TRIGGER audit_is_kept BEFORE UPDATE OF {', '.join(_KEPT)} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END",
    "CREATE TRIGGER audit_is_only_blanked BEFORE UPDATE OF patch, salt ON audit "
    "WHEN NEW.patch IS NOT NULL OR NEW.salt IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account",
        sa.Column("worker_id", app.record.Id(length=36), nullable=False),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "audit",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", app.record.Instant(length=32), nullable=False),
        sa.Column("saved_at", sa.String(length=40), nullable=True),
        sa.Column("person", sa.String(length=36), nullable=True),
        sa.Column("device", sa.String(length=36), nullable=True),
        sa.Column("mutation_id", sa.String(length=36), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("patch", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "n", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_record_id"), ["record_id"], unique=False)

    op.create_table(
        "client",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("first_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("last_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("identity_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("born_on", app.record.Day(length=10), nullable=True),
        sa.Column("code_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("municipality", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("languages", app.record.Json(), nullable=False),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column("branch", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("legal_basis", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service_task", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("matter", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("unemployed_since", app.record.Day(length=10), nullable=True),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_last_name"), ["last_name"], unique=False)
        batch_op.create_index("ix_client_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("record_id", app.record.Id(length=36), nullable=False),
        sa.Column("mutation_id", app.record.Id(length=36), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("parts", app.record.Json(), nullable=False),
        sa.Column("theirs", app.record.Json(), nullable=False),
        sa.Column("mine", app.record.Json(), nullable=False),
        sa.Column("base", app.record.Json(), nullable=False),
        sa.Column("theirs_by", app.record.Id(length=36), nullable=True),
        sa.Column("theirs_at", app.record.Instant(length=32), nullable=True),
        sa.Column("mine_by", app.record.Id(length=36), nullable=True),
        sa.Column("mine_at", app.record.Instant(length=32), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_record_id"), ["record_id"], unique=False)
        batch_op.create_index("ix_conflict_scope_seq", ["scope", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_state"), ["state"], unique=False)

    op.create_table(
        "device",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("worker_id", app.record.Id(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("install_id", app.record.Id(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("order_at", app.record.Instant(length=32), nullable=True),
        sa.Column("enrolled_at", app.record.Instant(length=32), nullable=False),
        sa.Column("last_seen", app.record.Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "enrol_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("worker_id", app.record.Id(length=36), nullable=False),
        sa.Column("expires_at", app.record.Instant(length=32), nullable=False),
        sa.Column("used_at", app.record.Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrol_code")),
    )
    op.create_table(
        "profile_criminal_record",
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
        sa.Column("noted_on", app.record.Day(length=10), nullable=False),
        sa.Column("affects_work", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("told_to_employer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_criminal_record")),
    )
    with op.batch_alter_table("profile_criminal_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_criminal_record_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_profile_criminal_record_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "profile_health",
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
        sa.Column("noted_on", app.record.Day(length=10), nullable=False),
        sa.Column("symptoms_at_work", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("medication_effects", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("limits", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("coping", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("substance_use", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("daily_rhythm", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("housing", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_health")),
    )
    with op.batch_alter_table("profile_health", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_health_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_profile_health_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("mutation_id", app.record.Id(length=36), nullable=False),
        sa.Column("device", app.record.Id(length=36), nullable=False),
        sa.Column("worker", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", app.record.Id(length=36), nullable=False),
        sa.Column("op", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("at", app.record.Instant(length=32), nullable=False),
        sa.Column("released_at", app.record.Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("mutation_id", name=op.f("pk_quarantine")),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarantine_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quarantine_scope"), ["scope"], unique=False)

    op.create_table(
        "receipt",
        sa.Column("mutation_id", app.record.Id(length=36), nullable=False),
        sa.Column("device", app.record.Id(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("problems", app.record.Json(), nullable=False),
        sa.Column("at", app.record.Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint("mutation_id", name=op.f("pk_receipt")),
    )
    op.create_table(
        "scope",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope")),
    )
    op.create_table(
        "server_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_state")),
    )
    op.create_table(
        "worker",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("username", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.create_index("ix_worker_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "assignment",
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
        sa.Column("worker_id", app.record.Id(length=36), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", app.record.Day(length=10), nullable=False),
        sa.Column("valid_to", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_assignment_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_assignment_scope_seq", ["scope", "seq"], unique=False)
        batch_op.create_index("ix_assignment_worker_id", ["worker_id"], unique=False)

    op.create_table(
        "career_plan",
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
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("replaces", app.record.Id(length=36), nullable=True),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("client_view", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("worker_view", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("goals", app.record.Json(), nullable=False),
        sa.Column("strengths", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("services", app.record.Json(), nullable=False),
        sa.Column("responsibilities", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("follow_up", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("duration", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_career_plan_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_career_plan")),
    )
    with op.batch_alter_table("career_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_career_plan_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_career_plan_scope_seq", ["scope", "seq"], unique=False)
        batch_op.create_index(
            "ix_career_plan_version",
            ["client_id", "version_no", "deleted", "made_on", "signed_on", "review_on", "id"],
            unique=False,
        )

    op.create_table(
        "coaching_relationship",
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
        sa.Column("started_on", app.record.Day(length=10), nullable=False),
        sa.Column("referral_source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("referred_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("coach_id", app.record.Id(length=36), nullable=True),
        sa.Column("wish", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("support_need", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("first_meeting_on", app.record.Day(length=10), nullable=True),
        sa.Column("first_meeting", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cooperation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decision", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("refusal_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_by_shl17", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_coaching_relationship_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_relationship")),
    )
    with op.batch_alter_table("coaching_relationship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coaching_relationship_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_coaching_relationship_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "employment",
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
        sa.Column("employer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("industry", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_on", app.record.Day(length=10), nullable=False),
        sa.Column("ended_on", app.record.Day(length=10), nullable=True),
        sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contract", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("weekly_hours", app.record.Money(length=16), nullable=True),
        sa.Column("hourly_wage", app.record.Money(length=16), nullable=True),
        sa.Column("wage_subsidy_until", app.record.Day(length=10), nullable=True),
        sa.Column("found_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_employment_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
    )
    with op.batch_alter_table("employment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_employment_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_employment_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "network_member",
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
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_network_member_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_member")),
    )
    with op.batch_alter_table("network_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_network_member_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_network_member_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "plan_progress",
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
        sa.Column("step_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_plan_progress_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_progress")),
    )
    with op.batch_alter_table("plan_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_progress_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_plan_progress_scope_seq", ["scope", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_progress_step_id"), ["step_id"], unique=False)

    op.create_table(
        "support_visit",
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
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("start_time", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("participants", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("topics", app.record.Json(), nullable=False),
        sa.Column("seen_by_employer", sa.Boolean(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("next_steps", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("next_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_support_visit_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_visit")),
    )
    with op.batch_alter_table("support_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_visit_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_support_visit_scope_seq", ["scope", "seq"], unique=False)
        batch_op.create_index(
            "ix_support_visit_state", ["state", "client_id", "place", "on", "deleted"], unique=False
        )

    op.create_table(
        "vocational_profile",
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
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("dream_job", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reasons_to_work", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("first_job_idea", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("avoid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("wished_hours", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("wished_pay", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("wished_shift", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("wished_area", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("education", app.record.Json(), nullable=False),
        sa.Column("cards", app.record.Json(), nullable=False),
        sa.Column("language_skills", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digital_skills", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("study_wish", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("experience", app.record.Json(), nullable=False),
        sa.Column("other_experience", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("applying_skills", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("interview_skills", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("social_skills", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("endurance", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("strengths", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("interests", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("network", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("disclosure", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("may_tell", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("may_not_tell", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("benefits", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("debts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("guardian", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("benefit_fears", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("transport", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("practicalities", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("job_leads", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("team_comments", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("updates", app.record.Json(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_vocational_profile_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocational_profile")),
    )
    with op.batch_alter_table("vocational_profile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vocational_profile_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_vocational_profile_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "work_trial",
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
        sa.Column("employer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("industry", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_on", app.record.Day(length=10), nullable=False),
        sa.Column("ended_on", app.record.Day(length=10), nullable=True),
        sa.Column("feedback_on", app.record.Day(length=10), nullable=True),
        sa.Column("continued_as_job", sa.Boolean(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_work_trial_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_trial")),
    )
    with op.batch_alter_table("work_trial", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_trial_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_work_trial_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "phase_change",
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
        sa.Column("relationship_id", app.record.Id(length=36), nullable=False),
        sa.Column("phase", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("level", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("onward_path", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_phase_change_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["relationship_id"],
            ["coaching_relationship.id"],
            name=op.f("fk_phase_change_relationship_id_coaching_relationship"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_change")),
    )
    with op.batch_alter_table("phase_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phase_change_client_id"), ["client_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_phase_change_relationship_id"), ["relationship_id"], unique=False
        )
        batch_op.create_index("ix_phase_change_scope_seq", ["scope", "seq"], unique=False)

    # The second wall around the audit: nothing but a patch and its salt is ever blanked (a lawful erasure).
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRES_WALL)
    else:
        for statement in _SQLITE_WALL:
            op.execute(statement)
