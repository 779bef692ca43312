"""Add what each remedy does in money, the decision and its risk, and legal's rulings."""

import sqlalchemy as sa
from alembic import op

revision = "13_remedies"
down_revision = "12_replay"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ADDED = {
    "proposals": (
        "threshold_cents BIGINT DEFAULT 0 NOT NULL",
        "threshold_waives VARCHAR(40) DEFAULT 'nothing' NOT NULL"
        " CONSTRAINT ck_proposals_threshold_waives_something"
        " CHECK ((threshold_cents = 0) = (threshold_waives = 'nothing'))",
        "threshold_reason TEXT DEFAULT '' NOT NULL CONSTRAINT ck_proposals_threshold_with_reason"
        " CHECK (threshold_cents = 0 OR (threshold_cents > 0 AND threshold_reason <> ''))",
        "assumptions JSON DEFAULT '[]' NOT NULL",
    ),
    "proposal_parts": (
        "reason TEXT DEFAULT '' NOT NULL",
        "risk VARCHAR(40) DEFAULT 'medium' NOT NULL",
        "risk_reason TEXT DEFAULT '' NOT NULL",
        "multiple_text VARCHAR(64) CONSTRAINT ck_proposal_parts_cash_by_a_multiple"
        " CHECK ((remedy = 'cash') = (multiple_text IS NOT NULL))",
        "distributions VARCHAR(40) DEFAULT 'nothing' NOT NULL",
        "distributions_reason TEXT DEFAULT '' NOT NULL",
        "held JSON DEFAULT '[]' NOT NULL",
        "held_rate_text TEXT",
        "obliged_by TEXT DEFAULT '' NOT NULL",
    ),
    "adjustments": (
        "change_cents BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_adjustments_changes_to_what_is_right"
        " CHECK (change_cents = 0 OR change_cents = corrected_cents - recorded_cents)",
        "refund_cents BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_adjustments_refunds_what_was_too_much"
        " CHECK (refund_cents = 0 OR (refund_cents > 0 AND recorded_cents > corrected_cents))",
        "offer_cents BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_adjustments_offers_what_is_missing"
        " CHECK (offer_cents = 0 OR (offer_cents > 0 AND offer_cents <= corrected_cents - recorded_cents))",
        "cash_cents BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_adjustments_cash_instead_of_moving"
        " CHECK (cash_cents = 0 OR (cash_cents > 0 AND recorded_cents <> corrected_cents"
        " AND refund_cents = 0 AND offer_cents = 0))",
        "distribution_cents BIGINT DEFAULT 0 NOT NULL",
        "distribution_lines JSON DEFAULT '[]' NOT NULL",
        "is_held BOOLEAN DEFAULT false NOT NULL CONSTRAINT ck_adjustments_held_keep_what_they_have"
        " CHECK (NOT is_held OR recorded_cents = corrected_cents)",
        "waived VARCHAR(40) DEFAULT 'nothing' NOT NULL",
    ),
}
"""Columns in the order they are added. Each CHECK rides on its column: rebuilding a table that others refer to fails
on SQLite, and an added column may carry one on both databases."""

FIGURES = (
    "UPDATE adjustments SET change_cents = corrected_cents - recorded_cents",
    "UPDATE adjustments SET offer_cents = corrected_cents - recorded_cents WHERE corrected_cents > recorded_cents",
    "UPDATE adjustments SET refund_cents = collected_cents - corrected_cents"
    " WHERE recorded_cents > corrected_cents AND collected_cents > corrected_cents",
)
"""What redistribution, the only remedy until now, meant in money."""

def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for figures in FIGURES:
        op.execute(figures)
    _number("direction IN ('offer', 'claim')", "offers_are_numbered", unique=["adjustment_id", "direction"])
    op.create_table(
        "rulings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("ruled_by_id", sa.Integer, nullable=False),
        sa.Column("ruled_at", MOMENT, nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rulings_case_id")),
        sa.ForeignKeyConstraint(["ruled_by_id"], ["people.id"], name=op.f("fk_rulings_ruled_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["people.id"], name=op.f("fk_rulings_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_rulings_pseudonym")),
    )
    op.create_index(
        "uq_rulings_one_stands",
        "rulings",
        ["case_id", "kind"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_rulings_one_stands", table_name="rulings")
    op.drop_table("rulings")
    op.execute("DELETE FROM settlements WHERE direction NOT IN ('refund', 'offer')")
    _number("direction = 'offer'", "offers_are_numbered", unique=["adjustment_id"])
    for table, columns in reversed(ADDED.items()):
        for column in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")


def _number(which: str, name: str, *, unique: list[str]) -> None:
    """Which settlements carry an invoice number, and what there may be one settlement of."""
    old = ["adjustment_id"] if len(unique) > 1 else ["adjustment_id", "direction"]
    with op.batch_alter_table("settlements") as batch:
        batch.drop_constraint("uq_settlements_" + "_".join(old), type_="unique")
        batch.create_unique_constraint("uq_settlements_" + "_".join(unique), unique)
        batch.drop_constraint(op.f(f"ck_settlements_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_settlements_{name}"), f"({which}) = (number IS NOT NULL)")
