"""Phases as the organisation has them"""

import sqlalchemy as sa
from alembic import op

import app.record

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store one step on."""
    op.create_table(
        "coaching_phase",
        sa.Column("id", app.record.Id(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("extra", app.record.Json(), nullable=False),
        sa.Column("created_at", app.record.Instant(length=32), nullable=True),
        sa.Column("created_by", app.record.Id(length=36), nullable=True),
        sa.Column("saved_at", app.record.Instant(length=32), nullable=True),
        sa.Column("saved_by", app.record.Id(length=36), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("name_fi", sa.String(length=50), nullable=False),
        sa.Column("name_sv", sa.String(length=50), nullable=False),
        sa.Column("name_en", sa.String(length=50), nullable=False),
        sa.Column("guidance_fi", sa.String(), nullable=False),
        sa.Column("guidance_sv", sa.String(), nullable=False),
        sa.Column("guidance_en", sa.String(), nullable=False),
        sa.Column("thl_phase", sa.String(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_phase")),
    )
    with op.batch_alter_table("coaching_phase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coaching_phase_scope"), ["scope"], unique=False)

    op.create_table(
        "put_off",
        sa.Column("client_id", app.record.Id(length=36), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("on", app.record.Day(length=10), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_put_off")),
    )
    op.create_table(
        "search_waiting",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_search_waiting")),
    )
    _add_finances()
    _tell_more_of_workers()


def _add_finances() -> None:
    op.create_table(
        "client_finances",
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
        sa.Column("as_of", app.record.Day(length=10), nullable=False),
        sa.Column("debts", sa.String(), nullable=False),
        sa.Column("debt_help", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("benefits", sa.String(), nullable=False),
        sa.Column("benefit_fears", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_finances")),
    )
    for name in ("client_id", "scope"):
        op.create_index(op.f(f"ix_client_finances_{name}"), "client_finances", [name], unique=False)


def _tell_more_of_workers() -> None:
    for name in ("organisation", "unit"):
        op.add_column("worker", sa.Column(name, sa.String(length=300), nullable=False, server_default=""))
    op.add_column("assignment", sa.Column("groups", app.record.Json(), nullable=False, server_default="[]"))
