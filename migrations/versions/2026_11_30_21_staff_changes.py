"""Keep what waits for an approver of the other kind: approvers' roles, and resets of their factors."""

import sqlalchemy as sa
from alembic import op

revision = "21_staff_changes"
down_revision = "20_money"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_changes"),
        sa.UniqueConstraint("pseudonym", name="uq_staff_changes_pseudonym"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_staff_changes_person_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name="fk_staff_changes_asked_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_staff_changes_decided_by_id"),
        sa.CheckConstraint("(kind = 'role') = (role IS NOT NULL)", name="role_where_one_is_given"),
        sa.CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint("decided_by_id <> person_id", name="not_decided_by_oneself"),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name="not_decided_by_who_asked"),
    )
    op.create_index("ix_staff_changes_person_id", "staff_changes", ["person_id"])


def downgrade() -> None:
    op.drop_table("staff_changes")
