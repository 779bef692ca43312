"""Keep every version of a rate of interest, and attestations."""

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


def downgrade() -> None:
    op.execute(
        "DELETE FROM rates WHERE version < (SELECT max(newer.version) FROM rates AS newer"
        " WHERE newer.policy = rates.policy AND newer.valid_from = rates.valid_from)"
    )
    with op.batch_alter_table("rates") as rates:
        rates.drop_constraint("first_version_is_one", type_="check")
        rates.drop_constraint("uq_rates_policy_valid_from_version", type_="unique")
        rates.create_unique_constraint("uq_rates_policy_valid_from", ["policy", "valid_from"])
        rates.drop_column("version")
