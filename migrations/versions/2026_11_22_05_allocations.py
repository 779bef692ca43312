"""Create the tables of allocations."""

import sqlalchemy as sa
from alembic import op

revision = "05_allocations"
down_revision = "04_deals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("zero_basis", sa.String(40), nullable=False),
        sa.Column("tie", sa.String(40), nullable=False),
        sa.Column("minimum_cents", sa.BigInteger(), nullable=True),
        sa.Column("rate_text", sa.Text(), nullable=True),
        sa.Column("level_text", sa.Text(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("pseudonym", name="uq_runs_pseudonym"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_runs_deal_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_runs_made_by_id"),
        sa.CheckConstraint("minimum_cents IS NULL OR minimum_cents > 0", name="minimum_is_positive"),
    )
    op.create_index("ix_runs_deal_id", "runs", ["deal_id"])
    op.create_table(
        "run_shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("allocated_cents", sa.BigInteger(), nullable=False),
        sa.Column("is_capped", sa.Boolean(), nullable=False),
        sa.Column("share_group", sa.String(40), nullable=False),
        sa.Column("left_as", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_run_shares"),
        sa.UniqueConstraint("run_id", "request_id", name="uq_run_shares_run_id_request_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_shares_run_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_run_shares_request_id"),
        sa.CheckConstraint("allocated_cents >= 0", name="not_negative"),
    )


def downgrade() -> None:
    op.drop_table("run_shares")
    op.drop_table("runs")
