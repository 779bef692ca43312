"""Create the tables of notices."""

import sqlalchemy as sa
from alembic import op

revision = "06_notices"
down_revision = "05_allocations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
