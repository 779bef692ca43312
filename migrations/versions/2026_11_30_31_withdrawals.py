"""Keep who withdrew an incident, and why."""

import sqlalchemy as sa
from alembic import op

revision = "31_withdrawals"
down_revision = "30_closing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_withdrawals_with_reason")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_withdrawals_by_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_withdrawals_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_withdrawals_incident_id")),
    )


def downgrade() -> None:
    op.drop_table("withdrawals")
