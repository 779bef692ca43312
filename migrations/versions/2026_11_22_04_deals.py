"""Create the tables of deals."""

import sqlalchemy as sa
from alembic import op

revision = "04_deals"
down_revision = "03_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
