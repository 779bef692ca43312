"""Create elections: what somebody chose of what they were offered."""

import sqlalchemy as sa
from alembic import op

revision = "33_elections"
down_revision = "32_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "elections",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("adjustment_id", sa.Integer, nullable=False, index=True),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("choice", sa.String(40), nullable=False),
        sa.Column("figures", sa.Text, nullable=False),
        sa.Column("until_on", sa.Date, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_elections"),
        sa.UniqueConstraint("pseudonym", name="uq_elections_pseudonym"),
        sa.UniqueConstraint("number", name="uq_elections_number"),
        sa.UniqueConstraint("person_id", "key", name="uq_elections_person_id_key"),
        sa.ForeignKeyConstraint(["adjustment_id"], ["adjustments.id"], name="fk_elections_adjustment_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_elections_person_id"),
    )


def downgrade() -> None:
    op.drop_table("elections")
