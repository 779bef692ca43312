"""Keep letters and their batches, and changes of address by two people."""

import sqlalchemy as sa
from alembic import op

revision = "24_reach"
down_revision = "23_confirmed"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'entered'")


def upgrade() -> None:
    op.create_table(
        "letter_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("incident_reference", sa.String(40), nullable=False),
        sa.Column("window", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter_batches"),
        sa.UniqueConstraint("pseudonym", name="uq_letter_batches_pseudonym"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_letter_batches_made_by_id"),
        sa.ForeignKeyConstraint(["posted_by_id"], ["people.id"], name="fk_letter_batches_posted_by_id"),
    )
    op.create_index("ix_letter_batches_incident_reference", "letter_batches", ["incident_reference"])
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("notice_number", sa.String(9), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("incident_reference", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("return_note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("pseudonym", name="uq_letters_pseudonym"),
        sa.UniqueConstraint("notice_number", name="uq_letters_notice_number"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_letters_message_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_letters_person_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["letter_batches.id"], name="fk_letters_batch_id"),
        sa.CheckConstraint("postal_address <> ''", name="goes_somewhere"),
        sa.CheckConstraint("(batch_id IS NULL) = (state IN ('wanted', 'withdrawn'))", name="printed_in_a_batch"),
        sa.CheckConstraint("(state = 'returned') = (returned_on IS NOT NULL)", name="returned_on_a_day"),
    )
    for column in ("message_id", "person_id", "incident_reference", "batch_id"):
        op.create_index(f"ix_letters_{column}", "letters", [column])
    op.create_table(
        "address_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("old_email", sa.String(254), nullable=False),
        sa.Column("new_email", sa.String(254), nullable=False),
        sa.Column("asked_by", sa.String(40), nullable=False),
        sa.Column("asked_in", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_address_changes"),
        sa.UniqueConstraint("pseudonym", name="uq_address_changes_pseudonym"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_address_changes_person_id"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["people.id"], name="fk_address_changes_entered_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_address_changes_decided_by_id"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> entered_by_id", name="two_people_change"),
        sa.CheckConstraint("(state = 'entered') = (decided_by_id IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint("reason <> '' AND asked_in <> ''", name="asked_for"),
    )
    op.create_index(
        "uq_address_changes_open",
        "address_changes",
        ["person_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("address_changes")
    op.drop_table("letters")
    op.drop_table("letter_batches")
