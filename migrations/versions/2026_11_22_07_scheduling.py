"""Create the tables of scheduling."""

import sqlalchemy as sa
from alembic import op

revision = "07_scheduling"
down_revision = "06_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
