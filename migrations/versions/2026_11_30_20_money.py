"""Create the ledger, payments in batches, their answers, holds and what is given up."""

import sqlalchemy as sa
from alembic import op

revision = "20_money"
down_revision = "19_factors"
branch_labels = None
depends_on = None

TABLES = (
    "ledger_accounts",
    "transfers",
    "batch_years",
    "batches",
    "batch_items",
    "answer_files",
    "invoice_payments",
    "settlement_holds",
    "forgoings",
)


def upgrade() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_accounts"),
        sa.CheckConstraint("(kind = 'deal') = (deal_id IS NOT NULL)", name="deals_have_a_deal"),
        sa.CheckConstraint("(kind = 'investor') = (account_id IS NOT NULL)", name="investors_have_an_account"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_ledger_accounts_account_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_ledger_accounts_deal_id"),
        sa.UniqueConstraint("id", "currency", name="uq_ledger_accounts_id_currency"),
        sa.UniqueConstraint("name", name="uq_ledger_accounts_name"),
    )
    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.CheckConstraint("cents > 0", name="moves_something"),
        sa.CheckConstraint("from_id <> to_id", name="moves_somewhere"),
        sa.CheckConstraint("(reason = 'bridged') = (settlement_id IS NULL)", name="of_a_settlement"),
        sa.ForeignKeyConstraint(["from_id", "currency"], ["ledger_accounts.id", "ledger_accounts.currency"], name="fk_transfers_from_id_currency"),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name="fk_transfers_settlement_id"),
        sa.ForeignKeyConstraint(["to_id", "currency"], ["ledger_accounts.id", "ledger_accounts.currency"], name="fk_transfers_to_id_currency"),
        sa.UniqueConstraint("settlement_id", "reason", "attempt", "from_id", "to_id", name="uq_transfers_settlement_id_reason_attempt_from_id_to_id"),
    )
    op.create_index("ix_transfers_from_id", "transfers", ["from_id"])
    op.create_index("ix_transfers_to_id", "transfers", ["to_id"])
    op.create_index("ix_transfers_settlement_id", "transfers", ["settlement_id"])
    op.create_table(
        "batch_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_batch_years"),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.CheckConstraint("released_by_id IS NULL OR released_by_id <> prepared_by_id", name="two_people_release"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_batches_incident_id"),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["people.id"], name="fk_batches_prepared_by_id"),
        sa.ForeignKeyConstraint(["released_by_id"], ["people.id"], name="fk_batches_released_by_id"),
        sa.UniqueConstraint("number", name="uq_batches_number"),
        sa.UniqueConstraint("pseudonym", name="uq_batches_pseudonym"),
    )
    op.create_index("ix_batches_incident_id", "batches", ["incident_id"])
    op.create_table(
        "batch_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batch_items"),
        sa.CheckConstraint("cents > 0", name="pays_something"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_items_batch_id"),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name="fk_batch_items_settlement_id"),
        sa.UniqueConstraint("reference", name="uq_batch_items_reference"),
        sa.UniqueConstraint("settlement_id", "attempt", name="uq_batch_items_settlement_id_attempt"),
    )
    op.create_index(
        "uq_batch_items_one_open",
        "batch_items",
        ["settlement_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_batch_items_batch_id", "batch_items", ["batch_id"])
    op.create_table(
        "answer_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("leftovers", sa.JSON(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_note", sa.Text(), nullable=False),
        sa.Column("cleared_by_id", sa.Integer(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_files"),
        sa.ForeignKeyConstraint(["cleared_by_id"], ["people.id"], name="fk_answer_files_cleared_by_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_answer_files_incident_id"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["people.id"], name="fk_answer_files_taken_by_id"),
        sa.UniqueConstraint("pseudonym", name="uq_answer_files_pseudonym"),
        sa.UniqueConstraint("sha256", name="uq_answer_files_sha256"),
    )
    op.create_index("ix_answer_files_incident_id", "answer_files", ["incident_id"])
    op.create_table(
        "invoice_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_payments"),
        sa.CheckConstraint("cents > 0", name="pays_something"),
        sa.ForeignKeyConstraint(["file_id"], ["answer_files.id"], name="fk_invoice_payments_file_id"),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name="fk_invoice_payments_settlement_id"),
        sa.UniqueConstraint("settlement_id", "paid_on", "cents", "code", name="uq_invoice_payments_settlement_id_paid_on_cents_code"),
    )
    op.create_table(
        "settlement_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("placed_by_id", sa.Integer(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settlement_holds"),
        sa.CheckConstraint("cents IS NULL OR cents > 0", name="holds_something"),
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["people.id"], name="fk_settlement_holds_lifted_by_id"),
        sa.ForeignKeyConstraint(["placed_by_id"], ["people.id"], name="fk_settlement_holds_placed_by_id"),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name="fk_settlement_holds_settlement_id"),
        sa.UniqueConstraint("pseudonym", name="uq_settlement_holds_pseudonym"),
    )
    op.create_index("ix_settlement_holds_settlement_id", "settlement_holds", ["settlement_id"])
    op.create_table(
        "forgoings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forgoings"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="two_people"),
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name="fk_forgoings_asked_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_forgoings_decided_by_id"),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlements.id"], name="fk_forgoings_settlement_id"),
        sa.UniqueConstraint("pseudonym", name="uq_forgoings_pseudonym"),
    )
    op.create_index("ix_forgoings_settlement_id", "forgoings", ["settlement_id"])
    op.add_column("settlements", sa.Column("deal_id", sa.Integer(), nullable=True))
    op.add_column("settlements", sa.Column("paid_cents", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE settlements SET deal_id = (SELECT cases.deal_id FROM adjustments"
        " JOIN cases ON cases.id = adjustments.case_id WHERE adjustments.id = settlements.adjustment_id)"
    )
    with op.batch_alter_table("settlements") as batch:
        batch.alter_column("deal_id", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("paid_cents", existing_type=sa.BigInteger(), server_default=None)
        batch.create_foreign_key("fk_settlements_deal_id", "deals", ["deal_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_settlements_never_paid_twice"), "paid_cents >= 0 AND paid_cents <= principal_cents + interest_cents"
        )
    _owe_what_is_due()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _owe_what_is_due() -> None:
    """What became due before there was a ledger is owed in it from now on, by whom `app.settlement.ledger` says."""
    investor = "'investor:' || s.account_id || ':' || s.currency"
    deal = "'deal:' || s.deal_id || ':' || s.currency"
    platform = "'platform:' || s.currency"
    owed = "s.state = 'due' AND s.direction NOT IN ('offer', 'claim')"
    for kind, name, column in (
        ("investor", investor, "account_id"),
        ("deal", deal, "deal_id"),
    ):
        op.execute(
            f"INSERT INTO ledger_accounts (name, kind, currency, {column})"
            f" SELECT DISTINCT {name}, '{kind}', s.currency, s.{column} FROM settlements AS s WHERE {owed}"
        )
    op.execute(
        "INSERT INTO ledger_accounts (name, kind, currency)"
        f" SELECT DISTINCT {platform}, 'platform', s.currency FROM settlements AS s WHERE {owed}"
    )
    source = f"CASE WHEN s.direction = 'refund' THEN {deal} ELSE {platform} END"
    for cents, origin in (("principal_cents", source), ("interest_cents", platform)):
        op.execute(
            "INSERT INTO transfers (from_id, to_id, currency, cents, reason, settlement_id, attempt, at)"
            f" SELECT origin.id, target.id, s.currency, s.{cents}, 'due', s.id, 0, s.made_at FROM settlements AS s"
            f" JOIN ledger_accounts AS origin ON origin.name = {origin}"
            f" JOIN ledger_accounts AS target ON target.name = {investor}"
            f" WHERE s.{cents} > 0 AND {owed}"
        )


TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers"
        " BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END",
        "CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers"
        " BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END",
        "CREATE TRIGGER transfers_no_replace BEFORE INSERT ON transfers"
        " WHEN EXISTS (SELECT 1 FROM transfers WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION transfers_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'transfers is append-only'; END$$",
        "CREATE TRIGGER transfers_no_change BEFORE UPDATE OR DELETE ON transfers"
        " FOR EACH ROW EXECUTE FUNCTION transfers_refuse()",
        "CREATE TRIGGER transfers_no_truncate BEFORE TRUNCATE ON transfers"
        " FOR EACH STATEMENT EXECUTE FUNCTION transfers_refuse()",
    ],
}


def downgrade() -> None:
    for table in reversed(TABLES):  # before the settlements they point at are written anew
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION transfers_refuse()")
    with op.batch_alter_table("settlements") as batch:
        batch.drop_constraint(op.f("ck_settlements_never_paid_twice"), type_="check")
        batch.drop_constraint("fk_settlements_deal_id", type_="foreignkey")
        batch.drop_column("paid_cents")
        batch.drop_column("deal_id")
