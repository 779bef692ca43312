"""Create the tables of settlement."""

import sqlalchemy as sa
from alembic import op

revision = "09_settlement"
down_revision = "08_incidents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
