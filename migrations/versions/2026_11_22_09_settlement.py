"""Create the tables of settlement."""

import sqlalchemy as sa
from alembic import op

revision = "09_settlement"
down_revision = "08_incidents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_invoice_years"),
    )
    op.create_table(
        "settlements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("adjustment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("principal_cents", sa.BigInteger(), nullable=False),
        sa.Column("interest_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("number", sa.String(20), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settlements"),
        sa.UniqueConstraint("pseudonym", name="uq_settlements_pseudonym"),
        sa.UniqueConstraint("adjustment_id", name="uq_settlements_adjustment_id"),
        sa.UniqueConstraint("number", name="uq_settlements_number"),
        sa.ForeignKeyConstraint(["adjustment_id"], ["adjustments.id"], name="fk_settlements_adjustment_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_settlements_account_id"),
        sa.CheckConstraint("principal_cents >= 0 AND interest_cents >= 0", name="not_negative"),
        sa.CheckConstraint("direction = 'refund' OR interest_cents = 0", name="interest_only_on_refunds"),
        sa.CheckConstraint("direction = 'refund' OR principal_cents > 0", name="offers_something"),
        sa.CheckConstraint("(direction = 'offer') = (number IS NOT NULL)", name="offers_are_numbered"),
        sa.CheckConstraint("length(currency) = 3", name="currency_code"),
    )
    op.create_index("ix_settlements_account_id", "settlements", ["account_id"])


def downgrade() -> None:
    op.drop_table("settlements")
    op.drop_table("invoice_years")
