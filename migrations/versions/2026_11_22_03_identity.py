"""Create the tables of identity."""

import sqlalchemy as sa
from alembic import op

revision = "03_identity"
down_revision = "02_audit"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KIND = sa.String(40)


def upgrade() -> None:
    _create_people()
    _create_staff()
    _create_access()
    op.create_table(
        "request_counts",
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("window_seconds", sa.Integer, nullable=False),
        sa.Column("window_start", MOMENT, nullable=False, index=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "purpose", "subject_hash", "window_seconds", "window_start", name="pk_request_counts"
        ),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("full_name", sa.String(200), nullable=False),
        sa.Column("greeting", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(40)),
        sa.Column("postal_address", sa.Text),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
        sa.UniqueConstraint("pseudonym", name="uq_people_pseudonym"),
        sa.CheckConstraint("email = lower(email)", name="ck_people_email_is_lower_case"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("type", KIND, nullable=False),
        sa.Column("payment_last4", sa.String(4)),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("external_id", name="uq_accounts_external_id"),
        sa.UniqueConstraint("pseudonym", name="uq_accounts_pseudonym"),
        sa.CheckConstraint(
            "payment_last4 IS NULL OR length(payment_last4) = 4", name="ck_accounts_last4_is_four"
        ),
    )
    op.create_table(
        "authorities",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False, index=True),
        sa.Column("scope", KIND, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_authorities"),
        sa.UniqueConstraint("person_id", "account_id", name="uq_authorities_person_id_account_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_authorities_person_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_authorities_account_id"),
    )


def _create_staff() -> None:
    op.create_table(
        "staff_roles",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("role", KIND, nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("granted_by_id", sa.Integer),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_staff_roles"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_staff_roles_person_id"),
        sa.ForeignKeyConstraint(["granted_by_id"], ["people.id"], name="fk_staff_roles_granted_by_id"),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= granted_at", name="ck_staff_roles_ends_after_it_began"
        ),
    )
    op.create_index(
        "uq_staff_roles_held",
        "staff_roles",
        ["person_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "staff_passwords",
        sa.Column("person_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.PrimaryKeyConstraint("person_id", name="pk_staff_passwords"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_staff_passwords_person_id"),
    )


def _create_access() -> None:
    op.create_table(
        "sign_in_requests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("opens", sa.String(200), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_requests"),
        sa.CheckConstraint(
            "substr(opens, 1, 1) = '/' AND substr(opens, 2, 1) <> '/'", name="ck_sign_in_requests_opens_a_path_of_ours"
        ),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False, index=True),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("message_pseudonym", sa.String(36), index=True),
        sa.Column("opens", sa.String(200), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(32)),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("voided_at", MOMENT),
        sa.Column("wrong_codes", sa.Integer, nullable=False),
        sa.Column("rests_until", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_links"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sign_in_links_person_id"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_links_token_hash"),
        sa.UniqueConstraint("pseudonym", name="uq_sign_in_links_pseudonym"),
        sa.CheckConstraint(
            "substr(opens, 1, 1) = '/' AND substr(opens, 2, 1) <> '/'", name="ck_sign_in_links_opens_a_path_of_ours"
        ),
        sa.CheckConstraint("wrong_codes BETWEEN 0 AND 10", name="ck_sign_in_links_ten_wrong_codes_at_most"),
        sa.CheckConstraint("expires_at > made_at", name="ck_sign_in_links_expires_after_it_was_made"),
    )
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False, index=True),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("link_id", sa.Integer),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("proved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_login_sessions"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_login_sessions_person_id"),
        sa.ForeignKeyConstraint(["link_id"], ["sign_in_links.id"], name="fk_login_sessions_link_id"),
        sa.UniqueConstraint("token_hash", name="uq_login_sessions_token_hash"),
        sa.CheckConstraint("expires_at > started_at", name="ck_login_sessions_expires_after_it_started"),
    )


def downgrade() -> None:
    for table in (
        "login_sessions", "sign_in_links", "sign_in_requests", "request_counts",
        "staff_passwords", "staff_roles", "authorities", "accounts", "people",
    ):
        op.drop_table(table)
