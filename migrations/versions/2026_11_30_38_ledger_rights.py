"""Keep the ledger's triggers on, and let nothing be written over a transfer by any of its keys."""

from alembic import op

revision = "38_ledger_rights"
down_revision = "37_mail_kept"
branch_labels = None
depends_on = None

TRIGGERS = ("transfers_no_change", "transfers_no_truncate")
STEP = ("settlement_id", "reason", "attempt", "from_id", "to_id")
SAME_STEP = " AND ".join(f"{column} = NEW.{column}" for column in STEP)


def _refuse_replacing(taken: str) -> None:
    op.execute("DROP TRIGGER transfers_no_replace")
    op.execute(
        "CREATE TRIGGER transfers_no_replace BEFORE INSERT ON transfers"
        f" WHEN EXISTS (SELECT 1 FROM transfers WHERE {taken})"
        " BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END"
    )


def upgrade() -> None:
    """ALWAYS, so that a session which plays a replica cannot switch them off."""
    if op.get_bind().dialect.name == "postgresql":
        for name in TRIGGERS:
            op.execute(f"ALTER TABLE transfers ENABLE ALWAYS TRIGGER {name}")
    else:
        _refuse_replacing(f"id = NEW.id OR ({SAME_STEP})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in TRIGGERS:
            op.execute(f"ALTER TABLE transfers ENABLE TRIGGER {name}")
    else:
        _refuse_replacing("id = NEW.id")
