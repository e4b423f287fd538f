"""Phases as the organisation has them.

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


def upgrade() -> None:
    """Apply."""
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
