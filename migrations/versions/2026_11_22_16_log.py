"""Keep exports and signing refusals."""

revision = "16_log"
down_revision = "15_dossier"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
