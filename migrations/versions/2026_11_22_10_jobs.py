"""Keep long work as rows."""

import sqlalchemy as sa
from alembic import op

revision = "10_jobs"
down_revision = "09_settlement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("argument", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("says", sa.String(500), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("pseudonym", name="uq_jobs_pseudonym"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name="fk_jobs_asked_by_id"),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR total >= 0)", name="counts_are_not_negative"),
        sa.CheckConstraint("(state IN ('waiting', 'running')) = (finished_at IS NULL)", name="over_has_a_time"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"])


def downgrade() -> None:
    op.drop_table("jobs")
