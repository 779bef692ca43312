"""Let a version replace an earlier one: which it replaces, what it keeps of it, and what moved before."""

from alembic import op

revision = "32_versions"
down_revision = "31_withdrawals"
branch_labels = None
depends_on = None

ADDED = {
    "proposal_parts": (
        "replaces_id INTEGER CONSTRAINT fk_proposal_parts_replaces_id REFERENCES proposals (id)",
    ),
    "adjustments": (
        "replaces_id INTEGER CONSTRAINT fk_adjustments_replaces_id REFERENCES adjustments (id)",
        "is_kept BOOLEAN DEFAULT false NOT NULL CONSTRAINT ck_adjustments_keeps_an_earlier_one"
        " CHECK (NOT is_kept OR replaces_id IS NOT NULL)",
        "is_lapsed BOOLEAN DEFAULT false NOT NULL CONSTRAINT ck_adjustments_lapsed_are_held"
        " CHECK (NOT is_lapsed OR is_held)",
        "repaid_cents BIGINT DEFAULT 0 NOT NULL",
        "taken_cents BIGINT DEFAULT 0 NOT NULL",
        "left_cents BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_adjustments_moved_not_negative"
        " CHECK (repaid_cents >= 0 AND taken_cents >= 0 AND left_cents >= 0)",
    ),
}
"""Columns in the order they are added. Each CHECK rides on its column: rebuilding a table that others refer to fails
on SQLite, and an added column may carry one on both databases."""


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.create_index("ix_adjustments_replaces_id", "adjustments", ["replaces_id"])


def downgrade() -> None:
    op.drop_index("ix_adjustments_replaces_id", table_name="adjustments")
    for table, columns in reversed(ADDED.items()):
        for column in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
