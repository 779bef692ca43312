"""Create the tables of incidents."""

import sqlalchemy as sa
from alembic import op

revision = "08_incidents"
down_revision = "07_scheduling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
