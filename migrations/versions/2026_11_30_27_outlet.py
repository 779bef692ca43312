"""Keep which lanes of mail are held, when the worker comes back to the outbox, and what could not leave in time."""

import sqlalchemy as sa
from alembic import op

revision = "27_outlet"
down_revision = "26_tests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outlet", sa.Column("held_lanes", sa.String(60), nullable=False, server_default=""))
    op.add_column("outlet", sa.Column("overdue", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outlet", sa.Column("back_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in ("back_at", "overdue", "held_lanes"):
        op.drop_column("outlet", column)
