"""Keep notes of legal, delegations, who else is told, updates and the papers of every variant."""

import sqlalchemy as sa
from alembic import op

revision = "14_signing"
down_revision = "13_remedies"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _delegations()
    op.create_table(
        "legal_notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by_id", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_legal_notes_by_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_legal_notes_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_notes")),
    )
    op.create_index(op.f("ix_legal_notes_incident_id"), "legal_notes", ["incident_id"], unique=False)
    op.create_table(
        "parties_told",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("told_on", sa.Date, nullable=True),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("by_id", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("(told_on IS NULL) = (because <> '')", name=op.f("ck_parties_told_told_or_not_needed")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_parties_told_by_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_parties_told_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_told")),
        sa.UniqueConstraint("incident_id", "party", name=op.f("uq_parties_told_incident_id_party")),
    )
    op.create_table(
        "variants_papers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("subject_key", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("variants", sa.Integer, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variants_papers")),
    )
    op.create_index(op.f("ix_variants_papers_subject_key"), "variants_papers", ["subject_key"], unique=False)
    _updates()
    _deputies_and_batches()


def _delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("approver_id", sa.Integer, nullable=False),
        sa.Column("deputy_id", sa.Integer, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_by_id", sa.Integer, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.CheckConstraint("deputy_id <> approver_id", name=op.f("ck_delegations_somebody_else")),
        sa.CheckConstraint("role IN ('management', 'legal')", name=op.f("ck_delegations_of_an_approver")),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_delegations_ends_after_it_begins")),
        sa.CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_delegations_confirmed_by_somebody")
        ),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR (confirmed_by_id <> approver_id AND confirmed_by_id <> deputy_id)",
            name=op.f("ck_delegations_confirmed_by_a_third"),
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["people.id"], name=op.f("fk_delegations_approver_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["people.id"], name=op.f("fk_delegations_confirmed_by_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["people.id"], name=op.f("fk_delegations_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_delegations_pseudonym")),
    )
    op.create_index(op.f("ix_delegations_deputy_id"), "delegations", ["deputy_id"], unique=False)


def _updates() -> None:
    op.create_table(
        "updates",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("promised_on", sa.Date, nullable=False),
        sa.Column("was_promised_on", sa.Date, nullable=False),
        sa.Column("left_to_do", sa.String(300), nullable=False),
        sa.Column("recipients", sa.Integer, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("proposed_by_id", sa.Integer, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("approved_by_id", sa.Integer, nullable=True),
        sa.Column("approved_for_id", sa.Integer, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=True),
        sa.Column("cursor", sa.Integer, nullable=False),
        sa.Column("queued", sa.Integer, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> proposed_by_id",
            name=op.f("ck_updates_somebody_else_approves"),
        ),
        sa.CheckConstraint(
            "approved_for_id IS NULL OR (approved_for_id <> proposed_by_id AND approved_for_id <> approved_by_id)",
            name=op.f("ck_updates_deputy_of_somebody_else"),
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name=op.f("fk_updates_approved_by_id")),
        sa.ForeignKeyConstraint(["approved_for_id"], ["people.id"], name=op.f("fk_updates_approved_for_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_updates_incident_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["people.id"], name=op.f("fk_updates_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_updates_pseudonym")),
    )
    op.create_index(op.f("ix_updates_incident_id"), "updates", ["incident_id"], unique=False)


def _deputies_and_batches() -> None:
    with op.batch_alter_table("first_notices") as notices:
        notices.add_column(sa.Column("approved_for_id", sa.Integer, nullable=True))
        notices.add_column(sa.Column("begun_at", MOMENT, nullable=True))
        notices.add_column(sa.Column("cursor", sa.Integer, nullable=False, server_default="0"))
        notices.add_column(sa.Column("queued", sa.Integer, nullable=False, server_default="0"))
        notices.create_foreign_key(op.f("fk_first_notices_approved_for_id"), "people", ["approved_for_id"], ["id"])
        notices.create_check_constraint(
            op.f("ck_first_notices_deputy_of_somebody_else"),
            "approved_for_id IS NULL OR (approved_for_id <> proposed_by_id AND approved_for_id <> approved_by_id)",
        )
    op.execute("UPDATE first_notices SET queued = recipients, begun_at = sent_at WHERE sent_at IS NOT NULL")
    with op.batch_alter_table("approvals") as approvals:
        approvals.add_column(sa.Column("signed_for_id", sa.Integer, nullable=True))
        approvals.create_foreign_key(op.f("fk_approvals_signed_for_id"), "people", ["signed_for_id"], ["id"])
        approvals.create_check_constraint(
            op.f("ck_approvals_deputy_of_somebody_else"), "signed_for_id IS NULL OR signed_for_id <> approver_id"
        )
        approvals.create_unique_constraint(
            op.f("uq_approvals_proposal_id_signed_for_id"), ["proposal_id", "signed_for_id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("approvals") as approvals:
        approvals.drop_constraint(op.f("uq_approvals_proposal_id_signed_for_id"), type_="unique")
        approvals.drop_constraint(op.f("ck_approvals_deputy_of_somebody_else"), type_="check")
        approvals.drop_constraint(op.f("fk_approvals_signed_for_id"), type_="foreignkey")
        approvals.drop_column("signed_for_id")
    with op.batch_alter_table("first_notices") as notices:
        notices.drop_constraint(op.f("ck_first_notices_deputy_of_somebody_else"), type_="check")
        notices.drop_constraint(op.f("fk_first_notices_approved_for_id"), type_="foreignkey")
        for name in ("queued", "cursor", "begun_at", "approved_for_id"):
            notices.drop_column(name)
    op.drop_index(op.f("ix_updates_incident_id"), table_name="updates")
    op.drop_table("updates")
    op.drop_index(op.f("ix_variants_papers_subject_key"), table_name="variants_papers")
    op.drop_table("variants_papers")
    op.drop_table("parties_told")
    op.drop_index(op.f("ix_legal_notes_incident_id"), table_name="legal_notes")
    op.drop_table("legal_notes")
    op.drop_index(op.f("ix_delegations_deputy_id"), table_name="delegations")
    op.drop_table("delegations")
