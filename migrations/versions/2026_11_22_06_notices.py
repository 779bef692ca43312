"""Create the tables of notices."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "06_notices"
down_revision = "05_allocations"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("notice_number", sa.String(9), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("lane", sa.String(40), nullable=False),
        sa.Column("subject_key", sa.String(100), nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_rehearsal", sa.Boolean, nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("incident_reference", sa.String(40), nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("link_id", sa.Integer),
        sa.Column("answers_id", sa.Integer),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("give_up_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("may_be_repeated", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("sha256", sa.LargeBinary(32)),
        sa.Column("subject", sa.Text),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("pseudonym", name="uq_messages_pseudonym"),
        sa.UniqueConstraint("notice_number", name="uq_messages_notice_number"),
        sa.UniqueConstraint("kind", "subject_key", "person_id", "version", "is_rehearsal", name="uq_messages_once"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_messages_person_id"),
        sa.ForeignKeyConstraint(["link_id"], ["sign_in_links.id"], name="fk_messages_link_id"),
        sa.ForeignKeyConstraint(["answers_id"], ["messages.id"], name="fk_messages_answers_id"),
        sa.CheckConstraint(
            "(due_at IS NOT NULL) = (state IN ('queued', 'sending', 'deferred', 'uncertain'))",
            name="ck_messages_due_while_it_waits",
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR (sent_at IS NOT NULL AND sha256 IS NOT NULL)",
            name="ck_messages_sent_says_when_what",
        ),
    )
    op.create_index("ix_messages_lane_due_at", "messages", ["lane", "due_at"])
    op.create_index("ix_messages_person_id_subject_key", "messages", ["person_id", "subject_key"])
    op.create_index("ix_messages_incident_reference", "messages", ["incident_reference"])
    op.create_index("ix_messages_state", "messages", ["state"])
    op.create_table(
        "message_attempts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.String(40)),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32)),
        sa.PrimaryKeyConstraint("id", name="pk_message_attempts"),
        sa.UniqueConstraint("message_id", "fence", name="uq_message_attempts_message_id_fence"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_attempts_message_id"),
    )
    op.create_table(
        "outlet",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("stopped_at", MOMENT),
        sa.Column("stopped_by", sa.String(200)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("paused_until", MOMENT),
        sa.Column("free_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_outlet"),
        sa.UniqueConstraint("pseudonym", name="uq_outlet_pseudonym"),
        sa.CheckConstraint("id = 1", name="ck_outlet_one_row"),
    )
    op.execute(f"INSERT INTO outlet (id, pseudonym, failures) VALUES (1, '{uuid4()}', 0)")


def downgrade() -> None:
    op.drop_table("outlet")
    op.drop_table("message_attempts")
    op.drop_table("messages")
