"""Keep replays and what runs shared by."""

revision = "12_replay"
down_revision = "11_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
