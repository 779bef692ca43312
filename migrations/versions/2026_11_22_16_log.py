"""Keep what was found of the log, mailed checkpoints, erasures and legal holds."""

import sqlalchemy as sa
from alembic import op

revision = "16_log"
down_revision = "15_dossier"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("line", sa.String(200), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_findings"),
    )
    op.create_index("ix_log_findings_source_id", "log_findings", ["source", "id"])
    op.create_table(
        "checkpoint_mails",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint_mails"),
        sa.ForeignKeyConstraint(["size"], ["audit_checkpoint.size"], name="fk_checkpoint_mails_size"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.UniqueConstraint("pseudonym", name="uq_erasures_pseudonym"),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name="fk_erasures_event_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name="fk_erasures_asked_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_erasures_decided_by_id"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="two_people_erase"),
        sa.CheckConstraint("(state = 'asked') = (decided_by_id IS NULL)", name="decided_has_a_person"),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
        sa.UniqueConstraint("pseudonym", name="uq_legal_holds_pseudonym"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_legal_holds_incident_id"),
        sa.ForeignKeyConstraint(["placed_by_id"], ["people.id"], name="fk_legal_holds_placed_by_id"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["people.id"], name="fk_legal_holds_lifted_by_id"),
    )
    op.create_index("ix_legal_holds_incident_id", "legal_holds", ["incident_id"])


def downgrade() -> None:
    for table in ("legal_holds", "erasures", "checkpoint_mails", "log_findings"):
        op.drop_table(table)
