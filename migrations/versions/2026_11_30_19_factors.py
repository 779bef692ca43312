"""Keep second factors of staff: authenticator apps, passkeys, recovery codes, and enrolment codes."""

import sqlalchemy as sa
from alembic import op

revision = "19_factors"
down_revision = "18_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_factors()
    _create_enrolments()
    with op.batch_alter_table("login_sessions") as batch:
        batch.add_column(sa.Column("enrolment_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_login_sessions_enrolment_id", "enrolments", ["enrolment_id"], ["id"])
    with op.batch_alter_table("staff_passwords") as batch:
        batch.alter_column("password_hash", existing_type=sa.String(200), nullable=True)
        batch.add_column(sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True))
    # whoever is signed in showed a password only
    op.execute("UPDATE login_sessions SET ended_at = CURRENT_TIMESTAMP WHERE kind = 'staff' AND ended_at IS NULL")


def _create_factors() -> None:
    op.create_table(
        "authenticators",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(200), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_authenticators"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_authenticators_person_id"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(2048), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("pseudonym", name="uq_passkeys_pseudonym"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_passkeys_person_id"),
        sa.CheckConstraint("sign_count >= 0", name="sign_count_not_negative"),
    )
    op.create_index("ix_passkeys_person_id", "passkeys", ["person_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_recovery_codes_person_id"),
    )
    op.create_index("ix_recovery_codes_person_id", "recovery_codes", ["person_id"])


def _create_enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
        sa.UniqueConstraint("code_hash", name="uq_enrolments_code_hash"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_enrolments_person_id"),
        sa.CheckConstraint("expires_at > issued_at", name="expires_after_it_was_issued"),
    )
    op.create_index("ix_enrolments_person_id", "enrolments", ["person_id"])


def downgrade() -> None:
    with op.batch_alter_table("staff_passwords") as batch:
        batch.drop_column("reset_at")
    op.execute("UPDATE staff_passwords SET password_hash = '' WHERE password_hash IS NULL")
    with op.batch_alter_table("staff_passwords") as batch:
        batch.alter_column("password_hash", existing_type=sa.String(200), nullable=False)
    with op.batch_alter_table("login_sessions") as batch:
        batch.drop_constraint("fk_login_sessions_enrolment_id", type_="foreignkey")
        batch.drop_column("enrolment_id")
    for table in ("enrolments", "recovery_codes", "passkeys", "authenticators"):
        op.drop_table(table)
