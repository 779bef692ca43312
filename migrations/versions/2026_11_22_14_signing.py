"""Keep notes, delegations and who else is told."""

revision = "14_signing"
down_revision = "13_remedies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
