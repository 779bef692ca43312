"""Mark the messages that staff send to themselves as a test."""

from alembic import op

revision = "26_tests"
down_revision = "25_thresholds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE messages ADD COLUMN is_test BOOLEAN DEFAULT false NOT NULL"
        " CONSTRAINT ck_messages_test_is_rehearsal CHECK (is_rehearsal OR NOT is_test)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE messages DROP COLUMN is_test")
