"""Keep what bounced, and the addresses that are not written to."""

import sqlalchemy as sa
from alembic import op

revision = "17_bounces"
down_revision = "16_log"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IN_FORCE = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("report_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bounces"),
        sa.UniqueConstraint("message_id", name="uq_bounces_message_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_bounces_message_id"),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
        sa.UniqueConstraint("pseudonym", name="uq_suppressions_pseudonym"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_suppressions_message_id"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["people.id"], name="fk_suppressions_lifted_by_id"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
        sa.CheckConstraint("lifted_at IS NULL OR lift_reason <> ''", name="lifted_with_a_reason"),
    )
    op.create_index(
        "uq_suppressions_in_force",
        "suppressions",
        ["address"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def downgrade() -> None:
    op.drop_table("suppressions")
    op.drop_table("bounces")
