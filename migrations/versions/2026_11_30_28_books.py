"""Create the records that the platform's own books were changed."""

import sqlalchemy as sa
from alembic import op

revision = "28_books"
down_revision = "27_outlet"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "books_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("out_sha256", sa.String(64), nullable=False),
        sa.Column("done_by", sa.String(200), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proof", sa.String(40), nullable=False),
        sa.Column("proof_name", sa.String(200), nullable=False),
        sa.Column("proof_sha256", sa.String(64), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("done_by <> ''", name=op.f("ck_books_changes_somebody_did_it")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_books_changes_incident_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_books_changes_proposal_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_books_changes_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_changes")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_books_changes_pseudonym")),
    )
    op.create_index(op.f("ix_books_changes_incident_id"), "books_changes", ["incident_id"])
    op.create_table(
        "books_entries",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("adjustment_id", sa.Integer(), nullable=False),
        sa.Column("carried_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("carried_cents >= 0", name=op.f("ck_books_entries_not_negative")),
        sa.ForeignKeyConstraint(["change_id"], ["books_changes.id"], name=op.f("fk_books_entries_change_id")),
        sa.ForeignKeyConstraint(["adjustment_id"], ["adjustments.id"], name=op.f("fk_books_entries_adjustment_id")),
        sa.PrimaryKeyConstraint("change_id", "adjustment_id", name=op.f("pk_books_entries")),
    )
    op.create_index(op.f("ix_books_entries_adjustment_id"), "books_entries", ["adjustment_id"])


def downgrade() -> None:
    op.drop_table("books_entries")
    op.drop_table("books_changes")
