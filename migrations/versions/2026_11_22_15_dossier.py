"""Keep attestations."""

revision = "15_dossier"
down_revision = "14_signing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
