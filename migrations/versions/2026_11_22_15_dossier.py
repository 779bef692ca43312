"""Keep every version of a rate of interest, and the papers of an incident."""

import sqlalchemy as sa
from alembic import op

revision = "15_dossier"
down_revision = "14_signing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rates") as rates:
        rates.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        rates.drop_constraint("uq_rates_policy_valid_from", type_="unique")
        rates.create_unique_constraint("uq_rates_policy_valid_from_version", ["policy", "valid_from", "version"])
        rates.create_check_constraint("first_version_is_one", "version >= 1")
        rates.alter_column("rate", existing_type=sa.Text(), nullable=True)
    op.create_table(
        "paper_sets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("made_by_id", sa.Integer, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_paper_sets_incident_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name=op.f("fk_paper_sets_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_sets")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_paper_sets_pseudonym")),
    )
    op.create_index(op.f("ix_paper_sets_incident_id"), "paper_sets", ["incident_id"])


def downgrade() -> None:
    op.drop_table("paper_sets")
    op.execute(
        "DELETE FROM rates WHERE version < (SELECT max(newer.version) FROM rates AS newer"
        " WHERE newer.policy = rates.policy AND newer.valid_from = rates.valid_from)"
    )
    op.execute("DELETE FROM rates WHERE rate IS NULL")
    with op.batch_alter_table("rates") as rates:
        rates.alter_column("rate", existing_type=sa.Text(), nullable=False)
        rates.drop_constraint("first_version_is_one", type_="check")
        rates.drop_constraint("uq_rates_policy_valid_from_version", type_="unique")
        rates.create_unique_constraint("uq_rates_policy_valid_from", ["policy", "valid_from"])
        rates.drop_column("version")
