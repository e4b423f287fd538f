"""Coaching in full depth.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import app.record

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False),
        sa.Column("device", app.record.Id(length=36), nullable=False),
        sa.Column("at", app.record.Instant(length=32), nullable=False),
        sa.Column("unnamed_since", app.record.Instant(length=32), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "blob_piece",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "start", name=op.f("pk_blob_piece")),
    )

    op.create_table(
        "catalogue_service",
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
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("how_to_refer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_service")),
    )
    with op.batch_alter_table("catalogue_service", schema=None) as batch_op:
        batch_op.create_index("ix_catalogue_service_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "erasure",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("erased_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_erased_id"), ["erased_id"], unique=False)
        batch_op.create_index("ix_erasure_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "kykyviisari_result",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("occasion", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mode", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("work_ability", sa.Integer(), nullable=True),
        sa.Column("inclusion", app.record.Money(length=16), nullable=True),
        sa.Column("mind", app.record.Money(length=16), nullable=True),
        sa.Column("everyday", app.record.Money(length=16), nullable=True),
        sa.Column("skills", app.record.Money(length=16), nullable=True),
        sa.Column("body", app.record.Money(length=16), nullable=True),
        sa.Column("own_words", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("agreed_actions", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kykyviisari_result")),
    )
    with op.batch_alter_table("kykyviisari_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kykyviisari_result_client_id"), ["client_id"], unique=False)
        batch_op.create_index("ix_kykyviisari_result_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "partner_meeting",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("partner", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("participants", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("topics", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("agreed", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_meeting")),
    )
    with op.batch_alter_table("partner_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_meeting_on"), ["on"], unique=False)
        batch_op.create_index("ix_partner_meeting_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "phrase",
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
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.create_index("ix_phrase_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "support_situation",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("help", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("services", app.record.Json(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_situation")),
    )
    with op.batch_alter_table("support_situation", schema=None) as batch_op:
        batch_op.create_index("ix_support_situation_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "survey_answer",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("round_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("satisfaction", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
    )
    with op.batch_alter_table("survey_answer", schema=None) as batch_op:
        batch_op.create_index("ix_survey_answer_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "survey_round",
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
        sa.Column("begins", app.record.Day(length=10), nullable=False),
        sa.Column("ends", app.record.Day(length=10), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_round")),
    )
    with op.batch_alter_table("survey_round", schema=None) as batch_op:
        batch_op.create_index("ix_survey_round_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("indicator", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("lowest", sa.Integer(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("begins", app.record.Day(length=10), nullable=False),
        sa.Column("ends", app.record.Day(length=10), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index("ix_target_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "time_entry",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("activity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
    )
    with op.batch_alter_table("time_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_time_entry_on"), ["on"], unique=False)
        batch_op.create_index("ix_time_entry_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "attachment",
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
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mime", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("blob_key", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("of_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("of_id", app.record.Id(length=36), nullable=True),
        sa.Column("added_on", app.record.Day(length=10), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_attachment_scope_seq", ["scope", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)

    op.create_table(
        "client_merge",
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
        sa.Column("merged_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("moved", app.record.Json(), nullable=False),
        sa.Column("client_before", app.record.Json(), nullable=False),
        sa.Column("undone_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_client_merge_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "consent",
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
        sa.Column("replaces", app.record.Id(length=36), nullable=True),
        sa.Column("template", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("parties", app.record.Json(), nullable=False),
        sa.Column("groups", app.record.Json(), nullable=False),
        sa.Column("limits", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("method", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("given_on", app.record.Day(length=10), nullable=True),
        sa.Column("valid_until", app.record.Day(length=10), nullable=True),
        sa.Column("copy_at", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_consent_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "cooperation_agreement",
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
        sa.Column("plan_id", app.record.Id(length=36), nullable=True),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("client_does", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("coach_does", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("meetings", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("network", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("data", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("until", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_cooperation_agreement_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "disclosure_decision",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("coach_seen", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("may_tell", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("may_not_tell", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("to_whom", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("who_tells", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("talked_over", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_disclosure_decision_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "initial_assessment",
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
        sa.Column("relationship_id", app.record.Id(length=36), nullable=True),
        sa.Column("begun_on", app.record.Day(length=10), nullable=False),
        sa.Column("joint_plan", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("employment_services_on", app.record.Day(length=10), nullable=True),
        sa.Column("job_search_in_force", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("employment_plan_on", app.record.Day(length=10), nullable=True),
        sa.Column("employment_contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("debts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("debt_help", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("traps_discussed_on", app.record.Day(length=10), nullable=True),
        sa.Column("traps", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("calculation_on", app.record.Day(length=10), nullable=True),
        sa.Column("kela_contact_on", app.record.Day(length=10), nullable=True),
        sa.Column("kela_rehabilitation", sa.Boolean(), nullable=False),
        sa.Column("no_network", sa.Boolean(), nullable=False),
        sa.Column("finished_on", app.record.Day(length=10), nullable=True),
        sa.Column("summary", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_initial_assessment_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "interview",
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
        sa.Column("application_id", app.record.Id(length=36), nullable=True),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("start_time", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("employer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("job", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("prepared_together", sa.Boolean(), nullable=False),
        sa.Column("coach_present", sa.Boolean(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_interview_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "job_application",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("visit_id", app.record.Id(length=36), nullable=True),
        sa.Column("employer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("job", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("industry", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("apply_by", app.record.Day(length=10), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("answered_on", app.record.Day(length=10), nullable=True),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_job_application_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "referral",
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
        sa.Column("direction", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service_id", app.record.Id(length=36), nullable=True),
        sa.Column("service", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("received_on", app.record.Day(length=10), nullable=True),
        sa.Column("decided_on", app.record.Day(length=10), nullable=True),
        sa.Column("begun_on", app.record.Day(length=10), nullable=True),
        sa.Column("ended_on", app.record.Day(length=10), nullable=True),
        sa.Column("refusal_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("result", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_referral_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "search_plan",
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
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("goal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target_jobs", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target_employers", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("who_contacts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("frequency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("steps", app.record.Json(), nullable=False),
        sa.Column("documents_to_update", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_search_plan_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "sharing",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("shared_as", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("of_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("of_id", app.record.Id(length=36), nullable=True),
        sa.Column("party", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("groups", app.record.Json(), nullable=False),
        sa.Column("consent_id", app.record.Id(length=36), nullable=True),
        sa.Column("override_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_sharing_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "support_need_check",
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
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("situations", app.record.Json(), nullable=False),
        sa.Column("suggested", app.record.Json(), nullable=False),
        sa.Column("summary", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_support_need_check_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "support_plan",
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
        sa.Column("employment_id", app.record.Id(length=36), nullable=True),
        sa.Column("made_on", app.record.Day(length=10), nullable=False),
        sa.Column("job", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("strengths", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("support_needs", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_coach", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_employer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_team", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_family", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("first_weeks", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("adjustments", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("benefit_reporting", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("warning_signs", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("whom_to_call", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fading", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("review_on", app.record.Day(length=10), nullable=True),
        sa.Column("signatures", app.record.Json(), nullable=False),
        sa.Column("signed_on", app.record.Day(length=10), nullable=True),
        sa.Column("content_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("copied_on", app.record.Day(length=10), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_support_plan_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "consent_withdrawal",
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
        sa.Column("consent_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_consent_withdrawal_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "job_check",
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
        sa.Column("employment_id", app.record.Id(length=36), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("kept", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_job_check_scope_seq", ["scope", "seq"], unique=False)

    op.create_table(
        "partner_notice",
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
        sa.Column("consent_id", app.record.Id(length=36), nullable=False),
        sa.Column("party_id", app.record.Id(length=36), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.Column("way", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
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
        batch_op.create_index("ix_partner_notice_scope_seq", ["scope", "seq"], unique=False)

    with op.batch_alter_table("career_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copied_on", app.record.Day(length=10), nullable=True))

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(sa.Column("matter_closed_on", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("died_on", app.record.Day(length=10), nullable=True))

    with op.batch_alter_table("coaching_relationship", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("wants_work", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("needs_support", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("client_joins", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
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
        batch_op.add_column(
            sa.Column("decided_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("agreed_until", app.record.Day(length=10), nullable=True))
        batch_op.add_column(
            sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("feedback", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )

    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.add_column(sa.Column("employed_from", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("employed_to", app.record.Day(length=10), nullable=True))
        batch_op.add_column(sa.Column("percent", sa.Integer(), nullable=False, server_default="100"))
