"""Until when the words of an incident's mail are kept, and when they were forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "37_mail_kept"
down_revision = "36_unclaimed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("closings", sa.Column("mail_until", sa.Date(), nullable=True))
    op.add_column("closings", sa.Column("mail_forgotten_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("closings", "mail_forgotten_at")
    op.drop_column("closings", "mail_until")
