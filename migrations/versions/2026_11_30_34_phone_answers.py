"""Create phone_answers: what was answered on which call, who took it and why."""

import sqlalchemy as sa
from alembic import op

revision = "34_phone_answers"
down_revision = "33_elections"
branch_labels = None
depends_on = None

ANSWERS = {"acknowledgment_id": "acknowledgments.id", "election_id": "elections.id", "dispute_id": "disputes.id"}


def upgrade() -> None:
    op.create_table(
        "phone_answers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False, index=True),
        sa.Column("person_id", sa.Integer, nullable=False, index=True),
        sa.Column("booking_id", sa.Integer, nullable=False),
        sa.Column("taken_by_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=True) for name in ANSWERS),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone_answers"),
        sa.UniqueConstraint("pseudonym", name="uq_phone_answers_pseudonym"),
        sa.UniqueConstraint("booking_id", "key", name="uq_phone_answers_booking_id_key"),
        *(sa.UniqueConstraint(name, name=f"uq_phone_answers_{name}") for name in ANSWERS),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_phone_answers_incident_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_phone_answers_person_id"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_phone_answers_booking_id"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["people.id"], name="fk_phone_answers_taken_by_id"),
        *(sa.ForeignKeyConstraint([name], [to], name=f"fk_phone_answers_{name}") for name, to in ANSWERS.items()),
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.CheckConstraint("taken_by_id <> person_id", name="taken_by_somebody_else"),
        sa.CheckConstraint(
            "(kind = 'read') = (acknowledgment_id IS NOT NULL)"
            " AND (kind IN ('take', 'leave', 'talk')) = (election_id IS NOT NULL)"
            " AND (kind = 'dispute') = (dispute_id IS NOT NULL)",
            name="answers_one_thing",
        ),
    )


def downgrade() -> None:
    op.drop_table("phone_answers")
