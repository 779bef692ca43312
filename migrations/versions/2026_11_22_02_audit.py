"""Create the tables of audit."""

import sqlalchemy as sa
from alembic import op

revision = "02_audit"
down_revision = "01_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
