"""Create the tables of allocations."""

import sqlalchemy as sa
from alembic import op

revision = "05_allocations"
down_revision = "04_deals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
