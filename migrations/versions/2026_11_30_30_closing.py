"""Create what is let go at the close, and who closed an incident."""

import sqlalchemy as sa
from alembic import op

revision = "30_closing"
down_revision = "29_disputes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "close_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("settlement_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (settlement_id IS NULL)", name=op.f("ck_close_exceptions_about_one_thing")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_close_exceptions_with_reason")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_close_exceptions_by_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_close_exceptions_incident_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_close_exceptions_person_id")),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name=op.f("fk_close_exceptions_settlement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_close_exceptions")),
        sa.UniqueConstraint("incident_id", "person_id", name=op.f("uq_close_exceptions_incident_id_person_id")),
        sa.UniqueConstraint("incident_id", "settlement_id", name=op.f("uq_close_exceptions_incident_id_settlement_id")),
    )
    op.create_table(
        "closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("archive_sha256", sa.String(64), nullable=False),
        sa.Column("facts_sha256", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "closed_by_id IS NULL OR closed_by_id <> asked_by_id", name=op.f("ck_closings_two_people_close")
        ),
        sa.CheckConstraint(
            "(closed_by_id IS NULL) = (closed_at IS NULL)", name=op.f("ck_closings_closed_by_somebody")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name=op.f("fk_closings_asked_by_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["people.id"], name=op.f("fk_closings_closed_by_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_closings_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_closings_incident_id")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_closings_pseudonym")),
    )


def downgrade() -> None:
    op.drop_table("closings")
    op.drop_table("close_exceptions")
