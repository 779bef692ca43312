"""Keep when an investor last confirmed, by a code that was mailed for it, that it is them."""

import sqlalchemy as sa
from alembic import op

revision = "23_confirmed"
down_revision = "22_support"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("login_sessions") as batch:
        batch.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("login_sessions") as batch:
        batch.drop_column("confirmed_at")
