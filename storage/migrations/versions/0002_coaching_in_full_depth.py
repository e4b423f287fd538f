"""Coaching in full depth"""

import sqlalchemy as sa
from alembic import op

import app.record

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store one step on."""
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("here", sa.Boolean(), nullable=False),
        sa.Column("used_at", app.record.Instant(length=32), nullable=False),
        sa.Column("unnamed_since", app.record.Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blob_state"), ["state"], unique=False)

    op.create_table(
        "catalogue_service",
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
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("how_to_refer", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_service")),
    )
    with op.batch_alter_table("catalogue_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_service_scope"), ["scope"], unique=False)

    op.create_table(
        "erasure",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("erased_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_erased_id"), ["erased_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_erasure_scope"), ["scope"], unique=False)

    op.create_table(
        "kykyviisari_result",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("work_ability", sa.Integer(), nullable=True),
        sa.Column("inclusion", app.record.Money(length=16), nullable=True),
        sa.Column("mind", app.record.Money(length=16), nullable=True),
        sa.Column("everyday", app.record.Money(length=16), nullable=True),
        sa.Column("skills", app.record.Money(length=16), nullable=True),
        sa.Column("body", app.record.Money(length=16), nullable=True),
        sa.Column("own_words", sa.String(), nullable=False),
        sa.Column("agreed_actions", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kykyviisari_result")),
    )
    with op.batch_alter_table("kykyviisari_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kykyviisari_result_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kykyviisari_result_scope"), ["scope"], unique=False)

    op.create_table(
        "partner_meeting",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("participants", sa.String(), nullable=False),
        sa.Column("topics", sa.String(), nullable=False),
        sa.Column("agreed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_meeting")),
    )
    with op.batch_alter_table("partner_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_meeting_on"), ["on"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_meeting_scope"), ["scope"], unique=False)

    op.create_table(
        "phrase",
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
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phrase_scope"), ["scope"], unique=False)

    op.create_table(
        "support_situation",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("services", app.record.Json(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_situation")),
    )
    with op.batch_alter_table("support_situation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_situation_scope"), ["scope"], unique=False)

    op.create_table(
        "survey_answer",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("round_name", sa.String(), nullable=False),
        sa.Column("satisfaction", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
    )
    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_answer_scope"), ["scope"], unique=False)

    op.create_table(
        "survey_round",
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
        sa.Column("begins", app.record.Day(length=10), nullable=False),
        sa.Column("ends", app.record.Day(length=10), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_round")),
    )
    with op.batch_alter_table("survey_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_round_scope"), ["scope"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("lowest", sa.Integer(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("begins", app.record.Day(length=10), nullable=False),
        sa.Column("ends", app.record.Day(length=10), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_scope"), ["scope"], unique=False)

    op.create_table(
        "time_entry",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
    )
    with op.batch_alter_table("time_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_time_entry_on"), ["on"], unique=False)
        batch_op.create_index(batch_op.f("ix_time_entry_scope"), ["scope"], unique=False)

    op.create_table(
        "attachment",
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
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("blob_key", sa.String(length=64), nullable=False),
        sa.Column("of_kind", sa.String(), nullable=False),
        sa.Column("of_id", app.record.Id(length=36), nullable=True),
        sa.Column("added_on", app.record.Day(length=10), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_attachment_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_scope"), ["scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)

    op.create_table(
        "client_merge",
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
        sa.Column("merged_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("moved", app.record.Json(), nullable=False),
        sa.Column("client_before", app.record.Json(), nullable=False),
        sa.Column("undone_on", app.record.Day(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_client_merge_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_merge")),
    )
    with op.batch_alter_table("client_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_merge_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_merge_scope"), ["scope"], unique=False)

    op.create_table(
        "consent",
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
        sa.Column("replaces", app.record.Id(length=36), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("parties", app.record.Json(), nullable=False),
        sa.Column("groups", app.record.Json(), nullable=False),
        sa.Column("limits", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("given_on", app.record.Day(length=10), nullable=True),
        sa.Column("valid_until", app.record.Day(length=10), nullable=True),
        sa.Column("copy_at", sa.String(), nullable=False),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_consent_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_scope"), ["scope"], unique=False)

    op.create_table(
        "cooperation_agreement",
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
        sa.Column("plan_id", app.record.Id(length=36), nullable=True),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("client_does", sa.String(), nullable=False),
        sa.Column("coach_does", sa.String(), nullable=False),
        sa.Column("meetings", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("until", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_cooperation_agreement_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperation_agreement")),
    )
    with op.batch_alter_table("cooperation_agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cooperation_agreement_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cooperation_agreement_scope"), ["scope"], unique=False)

    op.create_table(
        "disclosure_decision",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("coach_seen", sa.String(), nullable=False),
        sa.Column("may_tell", sa.String(), nullable=False),
        sa.Column("may_not_tell", sa.String(), nullable=False),
        sa.Column("to_whom", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("who_tells", sa.String(), nullable=False),
        sa.Column("talked_over", sa.String(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_disclosure_decision_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_decision")),
    )
    with op.batch_alter_table("disclosure_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosure_decision_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disclosure_decision_scope"), ["scope"], unique=False)

    op.create_table(
        "initial_assessment",
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
        sa.Column("relationship_id", app.record.Id(length=36), nullable=True),
        sa.Column("begun_on", app.record.Day(length=10), nullable=False),
        sa.Column("joint_plan", sa.String(), nullable=False),
        sa.Column("employment_services_on", app.record.Day(length=10), nullable=True),
        sa.Column("job_search_in_force", sa.String(), nullable=False),
        sa.Column("employment_plan_on", app.record.Day(length=10), nullable=True),
        sa.Column("employment_contact", sa.String(), nullable=False),
        sa.Column("debts", sa.String(), nullable=False),
        sa.Column("debt_help", sa.String(), nullable=False),
        sa.Column("traps_discussed_on", app.record.Day(length=10), nullable=True),
        sa.Column("traps", sa.String(), nullable=False),
        sa.Column("calculation_on", app.record.Day(length=10), nullable=True),
        sa.Column("kela_contact_on", app.record.Day(length=10), nullable=True),
        sa.Column("kela_rehabilitation", sa.Boolean(), nullable=False),
        sa.Column("no_network", sa.Boolean(), nullable=False),
        sa.Column("finished_on", app.record.Day(length=10), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_initial_assessment_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_assessment")),
    )
    with op.batch_alter_table("initial_assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_initial_assessment_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_initial_assessment_scope"), ["scope"], unique=False)

    op.create_table(
        "interview",
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
        sa.Column("application_id", app.record.Id(length=36), nullable=True),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("start_time", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("prepared_together", sa.Boolean(), nullable=False),
        sa.Column("coach_present", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_interview_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
    )
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_scope"), ["scope"], unique=False)

    op.create_table(
        "job_application",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("visit_id", app.record.Id(length=36), nullable=True),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("apply_by", app.record.Day(length=10), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answered_on", app.record.Day(length=10), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_job_application_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_application")),
    )
    with op.batch_alter_table("job_application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_application_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_application_scope"), ["scope"], unique=False)

    op.create_table(
        "referral",
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
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("service_id", app.record.Id(length=36), nullable=True),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_on", app.record.Day(length=10), nullable=True),
        sa.Column("decided_on", app.record.Day(length=10), nullable=True),
        sa.Column("begun_on", app.record.Day(length=10), nullable=True),
        sa.Column("ended_on", app.record.Day(length=10), nullable=True),
        sa.Column("refusal_reason", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_referral_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_scope"), ["scope"], unique=False)

    op.create_table(
        "search_plan",
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
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("target_jobs", sa.String(), nullable=False),
        sa.Column("target_employers", sa.String(), nullable=False),
        sa.Column("who_contacts", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("steps", app.record.Json(), nullable=False),
        sa.Column("documents_to_update", sa.String(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_search_plan_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_plan")),
    )
    with op.batch_alter_table("search_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_plan_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_plan_scope"), ["scope"], unique=False)

    op.create_table(
        "sharing",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("shared_as", sa.String(), nullable=False),
        sa.Column("of_kind", sa.String(), nullable=False),
        sa.Column("of_id", app.record.Id(length=36), nullable=True),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("groups", app.record.Json(), nullable=False),
        sa.Column("consent_id", app.record.Id(length=36), nullable=True),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_sharing_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing")),
    )
    with op.batch_alter_table("sharing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sharing_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sharing_scope"), ["scope"], unique=False)

    op.create_table(
        "support_need_check",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("situations", app.record.Json(), nullable=False),
        sa.Column("suggested", app.record.Json(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_support_need_check_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_need_check")),
    )
    with op.batch_alter_table("support_need_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_need_check_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_need_check_scope"), ["scope"], unique=False)

    op.create_table(
        "support_plan",
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
        sa.Column("employment_id", app.record.Id(length=36), nullable=True),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("strengths", sa.String(), nullable=False),
        sa.Column("support_needs", sa.String(), nullable=False),
        sa.Column("by_coach", sa.String(), nullable=False),
        sa.Column("by_employer", sa.String(), nullable=False),
        sa.Column("by_team", sa.String(), nullable=False),
        sa.Column("by_family", sa.String(), nullable=False),
        sa.Column("first_weeks", sa.String(), nullable=False),
        sa.Column("adjustments", sa.String(), nullable=False),
        sa.Column("benefit_reporting", sa.String(), nullable=False),
        sa.Column("warning_signs", sa.String(), nullable=False),
        sa.Column("whom_to_call", sa.String(), nullable=False),
        sa.Column("fading", sa.String(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_support_plan_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_plan")),
    )
    with op.batch_alter_table("support_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_plan_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_plan_scope"), ["scope"], unique=False)

    op.create_table(
        "consent_withdrawal",
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
        sa.Column("consent_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_consent_withdrawal_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["consent.id"],
            name=op.f("fk_consent_withdrawal_consent_id_consent"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_withdrawal")),
    )
    with op.batch_alter_table("consent_withdrawal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_withdrawal_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_withdrawal_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_withdrawal_scope"), ["scope"], unique=False)

    op.create_table(
        "job_check",
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
        sa.Column("employment_id", app.record.Id(length=36), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("kept", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_job_check_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["employment_id"],
            ["employment.id"],
            name=op.f("fk_job_check_employment_id_employment"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_check")),
    )
    with op.batch_alter_table("job_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_check_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_check_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_check_scope"), ["scope"], unique=False)

    op.create_table(
        "partner_notice",
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
        sa.Column("consent_id", app.record.Id(length=36), nullable=False),
        sa.Column("party_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_partner_notice_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["consent.id"],
            name=op.f("fk_partner_notice_consent_id_consent"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_notice")),
    )
    with op.batch_alter_table("partner_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_notice_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_notice_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_notice_scope"), ["scope"], unique=False)

    with op.batch_alter_table("career_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copied_on", app.record.Day(length=10), nullable=True))

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(sa.Column("matter_closed_on", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("died_on", app.record.Day(length=10), nullable=True))

    with op.batch_alter_table("coaching_relationship", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wants_work", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("needs_support", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("client_joins", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("decided_on", app.record.Day(length=10), nullable=True))

    with op.batch_alter_table("employment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trial_id", app.record.Id(length=36), nullable=True))

    with op.batch_alter_table("support_visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copied_on", app.record.Day(length=10), nullable=True))
        batch_op.drop_index(batch_op.f("ix_support_visit_state"))
        batch_op.create_index(
            "ix_support_visit_state",
            ["state", "client_id", "place", "on", "copied_on", "deleted"],
            unique=False,
        )

    with op.batch_alter_table("work_trial", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_on", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("decided_by", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("agreed_until", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("end_reason", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("feedback", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.add_column(sa.Column("employed_from", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("employed_to", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("percent", sa.Integer(), nullable=False, server_default="100"))
