"""Keep uploads until they are confirmed, and what an import changed."""

import sqlalchemy as sa
from alembic import op

revision = "11_imports"
down_revision = "10_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("changed", "removed"):
        op.add_column("imports", sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "import_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(40), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("column", sa.String(40), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_changes"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_changes_import_id"),
    )
    op.create_index("ix_import_changes_import_id", "import_changes", ["import_id"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=True),
        sa.Column("plan", sa.String(64), nullable=True),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sa.UniqueConstraint("pseudonym", name="uq_uploads_pseudonym"),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["people.id"], name="fk_uploads_uploaded_by_id"),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["people.id"], name="fk_uploads_confirmed_by_id"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_uploads_job_id"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_uploads_import_id"),
        sa.CheckConstraint("(state = 'imported') = (import_id IS NOT NULL)", name="imported_names_its_import"),
        sa.CheckConstraint("state <> 'ready' OR plan IS NOT NULL", name="ready_has_a_plan"),
    )


def downgrade() -> None:
    op.drop_table("uploads")
    op.drop_table("import_changes")
    for name in ("removed", "changed"):
        op.drop_column("imports", name)
