"""Create the tables of incidents."""

import sqlalchemy as sa
from alembic import op

revision = "08_incidents"
down_revision = "07_scheduling"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("faulty_release_id", sa.Integer, nullable=False),
        sa.Column("detected_on", sa.Date, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("contact_name", sa.String(200), nullable=False),
        sa.Column("contact_phone", sa.String(40), nullable=False),
        sa.Column("contact_hours", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("promised_on", sa.Date, nullable=True),
        sa.Column("owner_id", sa.Integer, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("live_asked_by_id", sa.Integer, nullable=True),
        sa.Column("live_asked_at", MOMENT, nullable=True),
        sa.Column("live_confirmed_by_id", sa.Integer, nullable=True),
        sa.Column("live_confirmed_at", MOMENT, nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.CheckConstraint(
            "live_confirmed_by_id IS NULL OR live_confirmed_by_id <> live_asked_by_id",
            name=op.f("ck_incidents_two_people_go_live"),
        ),
        sa.ForeignKeyConstraint(["faulty_release_id"], ["releases.id"], name=op.f("fk_incidents_faulty_release_id")),
        sa.ForeignKeyConstraint(["live_asked_by_id"], ["people.id"], name=op.f("fk_incidents_live_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["live_confirmed_by_id"], ["people.id"], name=op.f("fk_incidents_live_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_incidents_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_incidents_pseudonym")),
        sa.UniqueConstraint("reference", name=op.f("uq_incidents_reference")),
    )
    op.create_table(
        "first_notices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("promised_on", sa.Date, nullable=False),
        sa.Column("recipients", sa.Integer, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("proposed_by_id", sa.Integer, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("approved_by_id", sa.Integer, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> proposed_by_id",
            name=op.f("ck_first_notices_somebody_else_approves"),
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name=op.f("fk_first_notices_approved_by_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_first_notices_incident_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["people.id"], name=op.f("fk_first_notices_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_notices")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_first_notices_pseudonym")),
    )
    op.create_index(op.f("ix_first_notices_incident_id"), "first_notices", ["incident_id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("notice_on", sa.Date, nullable=False),
        sa.Column("look_by", sa.Date, nullable=False),
        sa.Column("pay_by", sa.Date, nullable=False),
        sa.Column("remind_on", sa.Date, nullable=False),
        sa.Column("due_by", sa.Date, nullable=False),
        sa.Column("pay_to", sa.Text, nullable=False),
        sa.Column("policy", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("proposed_by_id", sa.Integer, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("rejected_by_id", sa.Integer, nullable=True),
        sa.Column("rejected_at", MOMENT, nullable=True),
        sa.Column("rejection", sa.Text, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.CheckConstraint(
            "look_by < pay_by AND look_by < due_by AND remind_on <= due_by", name=op.f("ck_proposals_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_proposals_incident_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["people.id"], name=op.f("fk_proposals_proposed_by_id")),
        sa.ForeignKeyConstraint(["rejected_by_id"], ["people.id"], name=op.f("fk_proposals_rejected_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("incident_id", "version", name=op.f("uq_proposals_incident_id_version")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_proposals_pseudonym")),
    )
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("release_id", sa.Integer, nullable=False),
        sa.Column("done_by", sa.String(200), nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("evidence_name", sa.String(200), nullable=False),
        sa.Column("evidence_sha256", sa.String(64), nullable=False),
        sa.Column("recorded_by_id", sa.Integer, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_statements_incident_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_statements_recorded_by_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_statements_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_statements_pseudonym")),
    )
    op.create_index(op.f("ix_statements_incident_id"), "statements", ["incident_id"], unique=False)
    op.create_table(
        "acknowledgments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("figures", sa.Text, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_acknowledgments_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_acknowledgments_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgments")),
        sa.UniqueConstraint("number", name=op.f("uq_acknowledgments_number")),
        sa.UniqueConstraint("proposal_id", "person_id", name=op.f("uq_acknowledgments_proposal_id_person_id")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_acknowledgments_pseudonym")),
    )
    op.create_index(op.f("ix_acknowledgments_person_id"), "acknowledgments", ["person_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("approver_id", sa.Integer, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["people.id"], name=op.f("fk_approvals_approver_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_approvals_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("proposal_id", "approver_id", name=op.f("uq_approvals_proposal_id_approver_id")),
        sa.UniqueConstraint("proposal_id", "role", name=op.f("uq_approvals_proposal_id_role")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("deal_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_cases_deal_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_cases_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("incident_id", "deal_id", name=op.f("uq_cases_incident_id_deal_id")),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("cursor", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("started_by_id", sa.Integer, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint("done <= total", name=op.f("ck_publications_never_more_than_all")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_publications_proposal_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["people.id"], name=op.f("fk_publications_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_publications_proposal_id")),
    )
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("request_id", sa.Integer, nullable=False),
        sa.Column("recorded_cents", sa.BigInteger, nullable=False),
        sa.Column("corrected_cents", sa.BigInteger, nullable=False),
        sa.Column("collected_cents", sa.BigInteger, nullable=False),
        sa.Column("is_capped", sa.Boolean, nullable=False),
        sa.Column("interest_cents", sa.BigInteger, nullable=False),
        sa.Column("interest_lines", sa.JSON, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "interest_cents = 0 OR recorded_cents > corrected_cents",
            name=op.f("ck_adjustments_interest_only_on_refunds"),
        ),
        sa.CheckConstraint("interest_cents >= 0", name=op.f("ck_adjustments_interest_not_negative")),
        sa.CheckConstraint("recorded_cents >= 0 AND corrected_cents >= 0", name=op.f("ck_adjustments_not_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_adjustments_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_adjustments_case_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_adjustments_proposal_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_adjustments_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint(
            "proposal_id", "case_id", "account_id", name=op.f("uq_adjustments_proposal_id_case_id_account_id")
        ),
    )
    op.create_index(op.f("ix_adjustments_account_id"), "adjustments", ["account_id"], unique=False)
    op.create_table(
        "proposal_parts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("remedy", sa.String(40), nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_proposal_parts_case_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_parts_proposal_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_proposal_parts_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_parts")),
        sa.UniqueConstraint("proposal_id", "case_id", name=op.f("uq_proposal_parts_proposal_id_case_id")),
    )


def downgrade() -> None:
    op.drop_table("proposal_parts")
    op.drop_index(op.f("ix_adjustments_account_id"), table_name="adjustments")
    op.drop_table("adjustments")
    op.drop_table("publications")
    op.drop_table("cases")
    op.drop_table("approvals")
    op.drop_index(op.f("ix_acknowledgments_person_id"), table_name="acknowledgments")
    op.drop_table("acknowledgments")
    op.drop_index(op.f("ix_statements_incident_id"), table_name="statements")
    op.drop_table("statements")
    op.drop_table("proposals")
    op.drop_index(op.f("ix_first_notices_incident_id"), table_name="first_notices")
    op.drop_table("first_notices")
    op.drop_table("incidents")
