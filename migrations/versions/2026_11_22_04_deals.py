"""Create the tables of deals."""

import sqlalchemy as sa
from alembic import op

revision = "04_deals"
down_revision = "03_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("unchanged", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.UniqueConstraint("pseudonym", name="uq_imports_pseudonym"),
        sa.ForeignKeyConstraint(["imported_by_id"], ["people.id"], name="fk_imports_imported_by_id"),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("deployed_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("name", name="uq_releases_name"),
    )
    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("clause", sa.String(64), nullable=False),
        sa.Column("clause_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sa.UniqueConstraint("version", "clause", name="uq_agreements_version_clause"),
    )
    op.create_table(
        "deals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("available_cents", sa.BigInteger(), nullable=False),
        sa.Column("minimum_cents", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deals"),
        sa.UniqueConstraint("pseudonym", name="uq_deals_pseudonym"),
        sa.UniqueConstraint("external_id", name="uq_deals_external_id"),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_deals_release_id"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name="fk_deals_agreement_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_deals_import_id"),
        sa.CheckConstraint("available_cents >= 0", name="not_negative"),
        sa.CheckConstraint("minimum_cents IS NULL OR minimum_cents > 0", name="minimum_is_positive"),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agreement_signed_on", sa.Date(), nullable=False),
        sa.Column("requested_cents", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("basis_count", sa.Integer(), nullable=True),
        sa.Column("recorded_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("deal_id", "account_id", name="uq_requests_deal_id_account_id"),
        sa.UniqueConstraint("deal_id", "position", name="uq_requests_deal_id_position"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_requests_deal_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_requests_account_id"),
        sa.CheckConstraint("requested_cents >= 0 AND recorded_cents >= 0", name="not_negative"),
        sa.CheckConstraint("basis_count IS NULL OR basis_count > 0", name="count_is_positive"),
    )
    op.create_index("ix_requests_account_id", "requests", ["account_id"])
    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_payments_request_id"),
        sa.CheckConstraint("amount_cents > 0", name="positive"),
    )
    op.create_index("ix_payments_request_id", "payments", ["request_id"])
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("multiple", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_marks"),
        sa.UniqueConstraint("deal_id", "as_of", name="uq_marks_deal_id_as_of"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_marks_deal_id"),
    )
    op.create_table(
        "distributions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_distributions"),
        sa.UniqueConstraint("deal_id", "paid_on", name="uq_distributions_deal_id_paid_on"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_distributions_deal_id"),
        sa.CheckConstraint("total_cents > 0", name="positive"),
    )
    op.create_table(
        "rates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rates"),
        sa.UniqueConstraint("policy", "valid_from", name="uq_rates_policy_valid_from"),
    )


def downgrade() -> None:
    tables = "rates distributions marks payments requests deals agreements releases imports"
    for table in tables.split():
        op.drop_table(table)
