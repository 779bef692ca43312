"""Keep the day since which nobody claims a payment that came back."""

from alembic import op

revision = "36_unclaimed"
down_revision = "35_withdrawn_by_phone"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The CHECK rides on its column: rebuilding a table that others refer to fails on SQLite."""
    op.execute(
        "ALTER TABLE settlements ADD COLUMN unclaimed_on DATE CONSTRAINT ck_settlements_unclaimed_since_a_day"
        " CHECK (state <> 'unclaimed' OR unclaimed_on IS NOT NULL)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE settlements DROP COLUMN unclaimed_on")
