"""Keep long work as rows."""

revision = "10_jobs"
down_revision = "09_settlement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
