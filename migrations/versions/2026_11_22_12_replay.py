"""Keep replays and what runs shared by."""

import sqlalchemy as sa
from alembic import op

revision = "12_replay"
down_revision = "11_imports"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("runs", sa.Column("basis_kind", sa.String(40), nullable=False, server_default="frozen"))
    op.add_column("run_shares", sa.Column("basis", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE run_shares SET basis = (SELECT basis FROM requests WHERE requests.id = run_shares.request_id)")
    op.add_column("incidents", sa.Column("binding", sa.String(40), nullable=False, server_default="frozen"))
    op.add_column("incidents", sa.Column("binding_reason", sa.Text, nullable=False, server_default=""))
    # As SQL, since SQLite adds a constraint only together with its column.
    op.execute(
        "ALTER TABLE incidents ADD COLUMN binding_by_id INTEGER"
        " CONSTRAINT fk_incidents_binding_by_id REFERENCES people (id)"
    )
    op.add_column("incidents", sa.Column("binding_at", MOMENT, nullable=True))


def downgrade() -> None:
    for column in ("binding_at", "binding_by_id", "binding_reason", "binding"):
        op.drop_column("incidents", column)
    op.drop_column("run_shares", "basis")
    op.drop_column("runs", "basis_kind")
