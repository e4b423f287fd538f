"""The first schema"""

import sqlalchemy as sa
from alembic import op

import app.record

CREATE_SEARCH = (
    "CREATE VIRTUAL TABLE search_text USING fts5("
    "name, text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store one step on."""
    op.create_table(
        "access_log",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", app.record.Instant(length=32), nullable=False),
        sa.Column("worker", app.record.Id(length=36), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_access_log")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_log_client_id"), ["client_id"], unique=False)

    op.create_table(
        "client",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("identity_code", sa.String(), nullable=False),
        sa.Column("born_on", app.record.Day(length=10), nullable=True),
        sa.Column("code_name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("languages", app.record.Json(), nullable=False),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("service_task", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("unemployed_since", app.record.Day(length=10), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_last_name"), ["last_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_scope"), ["scope"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", app.record.Id(length=36), nullable=False),
        sa.Column("mutation_id", app.record.Id(length=36), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("parts", app.record.Json(), nullable=False),
        sa.Column("theirs", app.record.Json(), nullable=False),
        sa.Column("mine", app.record.Json(), nullable=False),
        sa.Column("base", app.record.Json(), nullable=False),
        sa.Column("theirs_by", app.record.Id(length=36), nullable=True),
        sa.Column("theirs_at", app.record.Instant(length=32), nullable=True),
        sa.Column("mine_by", app.record.Id(length=36), nullable=True),
        sa.Column("mine_at", app.record.Instant(length=32), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_scope"), ["scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_state"), ["state"], unique=False)

    op.create_table(
        "draft",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("client_id", app.record.Id(length=36), nullable=True),
        sa.Column("record_id", app.record.Id(length=36), nullable=True),
        sa.Column("fields", app.record.Json(), nullable=False),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_draft")),
    )
    op.create_table(
        "history",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("row_id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("at", app.record.Instant(length=32), nullable=False),
        sa.Column("by", app.record.Id(length=36), nullable=True),
        sa.Column("op", sa.String(length=10), nullable=False),
        sa.Column("patch", app.record.Json(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_history")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_row_id"), ["row_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_history_scope"), ["scope"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mutation_id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("row_id", app.record.Id(length=36), nullable=False),
        sa.Column("op", sa.String(length=10), nullable=False),
        sa.Column("patch", app.record.Json(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("author", app.record.Id(length=36), nullable=False),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", app.record.Json(), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_outbox")),
        sa.UniqueConstraint("mutation_id", name=op.f("uq_outbox_mutation_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_row_id", ["row_id", "state"], unique=False)
        batch_op.create_index("ix_outbox_state", ["state", "n"], unique=False)

    op.create_table(
        "profile_criminal_record",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("noted_on", app.record.Day(length=10), nullable=False),
        sa.Column("affects_work", sa.String(), nullable=False),
        sa.Column("told_to_employer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_criminal_record")),
    )
    with op.batch_alter_table("profile_criminal_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_criminal_record_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_profile_criminal_record_scope"), ["scope"], unique=False)

    op.create_table(
        "profile_health",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("noted_on", app.record.Day(length=10), nullable=False),
        sa.Column("symptoms_at_work", sa.String(), nullable=False),
        sa.Column("medication_effects", sa.String(), nullable=False),
        sa.Column("limits", sa.String(), nullable=False),
        sa.Column("coping", sa.String(), nullable=False),
        sa.Column("substance_use", sa.String(), nullable=False),
        sa.Column("daily_rhythm", sa.String(), nullable=False),
        sa.Column("housing", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_health")),
    )
    with op.batch_alter_table("profile_health", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_health_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_profile_health_scope"), ["scope"], unique=False)

    op.create_table(
        "search_entry",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("row_id", app.record.Id(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("client_id", app.record.Id(length=36), nullable=True),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("row_id", name=op.f("uq_search_entry_row_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_entry_scope"), ["scope"], unique=False)

    op.create_table(
        "sync_base",
        sa.Column("row_id", app.record.Id(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("fields", app.record.Json(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_sync_base")),
    )
    with op.batch_alter_table("sync_base", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sync_base_scope"), ["scope"], unique=False)

    op.create_table(
        "sync_page",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_sync_page")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sync_page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sync_page_scope"), ["scope"], unique=False)

    op.create_table(
        "sync_scope",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_sync_scope")),
    )
    op.create_table(
        "sync_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", app.record.Json(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sync_state")),
    )
    op.create_table(
        "worker",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_scope"), ["scope"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("worker_id", app.record.Id(length=36), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("valid_from", app.record.Day(length=10), nullable=False),
        sa.Column("valid_to", app.record.Day(length=10), nullable=True),
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
        batch_op.create_index(batch_op.f("ix_assignment_scope"), ["scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "career_plan",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
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
        sa.Column("client_view", sa.String(), nullable=False),
        sa.Column("worker_view", sa.String(), nullable=False),
        sa.Column("goals", app.record.Json(), nullable=False),
        sa.Column("strengths", sa.String(), nullable=False),
        sa.Column("services", app.record.Json(), nullable=False),
        sa.Column("responsibilities", sa.String(), nullable=False),
        sa.Column("follow_up", sa.String(), nullable=False),
        sa.Column("duration", sa.String(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_career_plan_scope"), ["scope"], unique=False)
        batch_op.create_index(
            "ix_career_plan_version",
            ["client_id", "version_no", "deleted", "made_on", "signed_on", "review_on", "id"],
            unique=False,
        )

    op.create_table(
        "coaching_relationship",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("started_on", app.record.Day(length=10), nullable=False),
        sa.Column("referral_source", sa.String(), nullable=False),
        sa.Column("referred_by", sa.String(), nullable=False),
        sa.Column("coach_id", app.record.Id(length=36), nullable=True),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("support_need", sa.String(), nullable=False),
        sa.Column("first_meeting_on", app.record.Day(length=10), nullable=True),
        sa.Column("first_meeting", sa.String(), nullable=False),
        sa.Column("cooperation", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("refusal_reason", sa.String(), nullable=False),
        sa.Column("decided_by_shl17", sa.Boolean(), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_coaching_relationship_scope"), ["scope"], unique=False)

    op.create_table(
        "employment",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("started_on", app.record.Day(length=10), nullable=False),
        sa.Column("ended_on", app.record.Day(length=10), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("weekly_hours", app.record.Money(length=16), nullable=True),
        sa.Column("hourly_wage", app.record.Money(length=16), nullable=True),
        sa.Column("wage_subsidy_until", app.record.Day(length=10), nullable=True),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_employment_scope"), ["scope"], unique=False)

    op.create_table(
        "network_member",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_network_member_scope"), ["scope"], unique=False)

    op.create_table(
        "plan_progress",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
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
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_plan_progress_scope"), ["scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_progress_step_id"), ["step_id"], unique=False)

    op.create_table(
        "support_visit",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("start_time", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("participants", sa.String(), nullable=False),
        sa.Column("topics", app.record.Json(), nullable=False),
        sa.Column("seen_by_employer", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("next_steps", sa.String(), nullable=False),
        sa.Column("next_on", app.record.Day(length=10), nullable=True),
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
        batch_op.create_index(batch_op.f("ix_support_visit_scope"), ["scope"], unique=False)
        batch_op.create_index(
            "ix_support_visit_state", ["state", "client_id", "place", "on", "deleted"], unique=False
        )

    op.create_table(
        "vocational_profile",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
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
        sa.Column("dream_job", sa.String(), nullable=False),
        sa.Column("reasons_to_work", sa.String(), nullable=False),
        sa.Column("first_job_idea", sa.String(), nullable=False),
        sa.Column("avoid", sa.String(), nullable=False),
        sa.Column("wished_hours", sa.String(), nullable=False),
        sa.Column("wished_pay", sa.String(), nullable=False),
        sa.Column("wished_shift", sa.String(), nullable=False),
        sa.Column("wished_area", sa.String(), nullable=False),
        sa.Column("education", app.record.Json(), nullable=False),
        sa.Column("cards", app.record.Json(), nullable=False),
        sa.Column("language_skills", sa.String(), nullable=False),
        sa.Column("digital_skills", sa.String(), nullable=False),
        sa.Column("study_wish", sa.String(), nullable=False),
        sa.Column("experience", app.record.Json(), nullable=False),
        sa.Column("other_experience", sa.String(), nullable=False),
        sa.Column("applying_skills", sa.String(), nullable=False),
        sa.Column("interview_skills", sa.String(), nullable=False),
        sa.Column("social_skills", sa.String(), nullable=False),
        sa.Column("endurance", sa.String(), nullable=False),
        sa.Column("strengths", sa.String(), nullable=False),
        sa.Column("interests", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("disclosure", sa.String(), nullable=False),
        sa.Column("may_tell", sa.String(), nullable=False),
        sa.Column("may_not_tell", sa.String(), nullable=False),
        sa.Column("benefits", sa.String(), nullable=False),
        sa.Column("debts", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("benefit_fears", sa.String(), nullable=False),
        sa.Column("transport", sa.String(), nullable=False),
        sa.Column("practicalities", sa.String(), nullable=False),
        sa.Column("job_leads", sa.String(), nullable=False),
        sa.Column("team_comments", sa.String(), nullable=False),
        sa.Column("updates", app.record.Json(), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_vocational_profile_scope"), ["scope"], unique=False)

    op.create_table(
        "work_trial",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("started_on", app.record.Day(length=10), nullable=False),
        sa.Column("ended_on", app.record.Day(length=10), nullable=True),
        sa.Column("feedback_on", app.record.Day(length=10), nullable=True),
        sa.Column("continued_as_job", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_work_trial_scope"), ["scope"], unique=False)

    op.create_table(
        "phase_change",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("relationship_id", app.record.Id(length=36), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("onward_path", sa.String(), nullable=False),
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
        batch_op.create_index(batch_op.f("ix_phase_change_scope"), ["scope"], unique=False)
    op.execute(CREATE_SEARCH)
