"""Stage imports until somebody confirms them."""

revision = "11_imports"
down_revision = "10_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
