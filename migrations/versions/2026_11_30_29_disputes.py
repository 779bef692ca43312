"""Create disputes and their threads, and say within how many days they are read and answered."""

import sqlalchemy as sa
from alembic import op

revision = "29_disputes"
down_revision = "28_books"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STANDS = sa.text("state IN ('open', 'answered', 'reviewing')")
DAYS = (
    "read_within_days INTEGER DEFAULT 3 NOT NULL",
    "answer_within_days INTEGER DEFAULT 14 NOT NULL",
    "review_within_days INTEGER DEFAULT 14 NOT NULL CONSTRAINT ck_incidents_disputes_have_time"
    " CHECK (read_within_days > 0 AND read_within_days <= answer_within_days AND review_within_days > 0)",
)
"""The CHECK rides on the last column: rebuilding a table that others refer to fails on SQLite."""


def upgrade() -> None:
    for column in DAYS:
        op.execute(f"ALTER TABLE incidents ADD COLUMN {column}")
    _create_disputes()
    op.create_table(
        "dispute_entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("dispute_id", sa.Integer, nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("author_id", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dispute_entries"),
        sa.CheckConstraint("words <> ''", name="says_something"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_dispute_entries_author_id"),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name="fk_dispute_entries_dispute_id"),
    )


def _create_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False, index=True),
        sa.Column("adjustment_id", sa.Integer, nullable=False),
        sa.Column("filed_by_id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("in_question_cents", sa.BigInteger),
        sa.Column("contact_by", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(200)),
        sa.Column("file_sha256", sa.String(64)),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("filed_on", sa.Date, nullable=False),
        sa.Column("read_by_on", sa.Date, nullable=False),
        sa.Column("answer_by_on", sa.Date, nullable=False),
        sa.Column("read_by_id", sa.Integer),
        sa.Column("read_at", MOMENT),
        sa.Column("verdict", sa.String(40)),
        sa.Column("answered_at", MOMENT),
        sa.Column("review_until_on", sa.Date),
        sa.Column("review_by_on", sa.Date),
        sa.Column("reviewed_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
        sa.UniqueConstraint("pseudonym", name="uq_disputes_pseudonym"),
        sa.UniqueConstraint("filed_by_id", "key", name="uq_disputes_filed_by_id_key"),
        sa.CheckConstraint("words <> ''", name="says_something"),
        sa.CheckConstraint("in_question_cents IS NULL OR in_question_cents > 0", name="doubts_something"),
        sa.CheckConstraint("(file_name IS NULL) = (file_sha256 IS NULL)", name="file_with_its_hash"),
        sa.CheckConstraint("read_by_on <= answer_by_on", name="read_before_answered"),
        sa.CheckConstraint("(state IN ('closed', 'withdrawn')) = (ended_at IS NOT NULL)", name="over_with_its_end"),
        sa.CheckConstraint("(verdict IS NULL) = (answered_at IS NULL)", name="answered_with_a_verdict"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_disputes_account_id"),
        sa.ForeignKeyConstraint(["adjustment_id"], ["adjustments.id"], name="fk_disputes_adjustment_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_disputes_case_id"),
        sa.ForeignKeyConstraint(["filed_by_id"], ["people.id"], name="fk_disputes_filed_by_id"),
        sa.ForeignKeyConstraint(["read_by_id"], ["people.id"], name="fk_disputes_read_by_id"),
    )
    one_stands = {"unique": True, "sqlite_where": STANDS, "postgresql_where": STANDS}
    op.create_index("uq_disputes_standing", "disputes", ["case_id", "account_id"], **one_stands)


def downgrade() -> None:
    op.drop_table("dispute_entries")
    op.drop_table("disputes")
    for column in reversed(DAYS):
        op.execute(f"ALTER TABLE incidents DROP COLUMN {column.split()[0]}")
