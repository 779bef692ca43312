"""Compare remedies and record the decision."""

revision = "13_remedies"
down_revision = "12_replay"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
