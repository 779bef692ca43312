"""Create the tables of audit and the triggers that keep them append-only."""

import sqlalchemy as sa
from alembic import op

from app.audit import triggers

revision = "02_audit"
down_revision = "01_core"
branch_labels = None
depends_on = None

TABLES = [
    "audit_event",
    "audit_leaf",
    "audit_node",
    "audit_head",
    "audit_opening",
    "audit_checkpoint",
    "audit_anchor",
]


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(leaf_hash) = 32", name="hash_length"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_leaf",
        sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String(36), sa.ForeignKey("audit_event.id"), nullable=False, unique=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_node",
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="hash_length"),
        sa.CheckConstraint("level >= 1 AND idx >= 0", name="place"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_opening",
        sa.Column("event_id", sa.String(36), sa.ForeignKey("audit_event.id"), primary_key=True),
        sa.Column("part", sa.String(40), primary_key=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(salt) = 32", name="salt_length"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_anchor",
        sa.Column("sink", sa.String(40), primary_key=True),
        sa.Column(
            "size", sa.BigInteger, sa.ForeignKey("audit_checkpoint.size"), primary_key=True, autoincrement=False
        ),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO audit_head (id, size) VALUES (1, 0)")
    for statement in triggers.statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for statement in triggers.removing(op.get_bind().dialect.name):
        op.execute(statement)
