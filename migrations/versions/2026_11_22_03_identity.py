"""Create the tables of identity."""

import sqlalchemy as sa
from alembic import op

revision = "03_identity"
down_revision = "02_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
