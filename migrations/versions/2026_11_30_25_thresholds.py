"""Keep one threshold for each currency of a proposal instead of one number for all."""

import json

import sqlalchemy as sa
from alembic import op

revision = "25_thresholds"
down_revision = "24_reach"
branch_labels = None
depends_on = None

OLD = (
    "threshold_cents BIGINT DEFAULT 0 NOT NULL",
    "threshold_waives VARCHAR(40) DEFAULT 'nothing' NOT NULL"
    " CONSTRAINT ck_proposals_threshold_waives_something"
    " CHECK ((threshold_cents = 0) = (threshold_waives = 'nothing'))",
    "threshold_reason TEXT DEFAULT '' NOT NULL CONSTRAINT ck_proposals_threshold_with_reason"
    " CHECK (threshold_cents = 0 OR (threshold_cents > 0 AND threshold_reason <> ''))",
)
NEW = (
    "thresholds JSON DEFAULT '{}' NOT NULL",
    "threshold_waives VARCHAR(40) DEFAULT 'nothing' NOT NULL"
    " CONSTRAINT ck_proposals_threshold_waives_something"
    " CHECK ((CAST(thresholds AS TEXT) = '{}') = (threshold_waives = 'nothing'))",
    "threshold_reason TEXT DEFAULT '' NOT NULL CONSTRAINT ck_proposals_threshold_with_reason"
    " CHECK (threshold_waives = 'nothing' OR threshold_reason <> '')",
)
"""Columns in the order they are added. Each CHECK rides on its column: rebuilding a table that others refer to fails
on SQLite. It is tested against the rows that are there, so these wait outside until the columns stand."""

CURRENCY = (
    "SELECT deals.currency FROM proposal_parts JOIN cases ON cases.id = proposal_parts.case_id"
    " JOIN deals ON deals.id = cases.deal_id WHERE proposal_parts.proposal_id = :id ORDER BY cases.id LIMIT 1"
)
"""What the one number was typed in: the currency of the first deal."""


def upgrade() -> None:
    bind = op.get_bind()
    stored = _taken_out("threshold_cents", "threshold_cents = 0")
    _swap(OLD, NEW)
    for row in stored:
        currency = bind.execute(sa.text(CURRENCY), {"id": row.id}).scalar_one()
        _put_back(row, "thresholds", json.dumps({currency: row.amount}))


def downgrade() -> None:
    stored = _taken_out("thresholds", "thresholds = '{}'")
    _swap(NEW, OLD)
    for row in stored:
        below = json.loads(row.amount) if isinstance(row.amount, str) else row.amount
        _put_back(row, "threshold_cents", max(below.values()))


def _taken_out(column: str, nothing: str) -> list[sa.Row]:
    """The rows with a threshold; after it none has one."""
    bind = op.get_bind()
    select = f"SELECT id, {column} AS amount, threshold_waives, threshold_reason FROM proposals"
    rows = list(bind.execute(sa.text(f"{select} WHERE threshold_waives <> 'nothing'")))
    bind.execute(sa.text(f"UPDATE proposals SET {nothing}, threshold_waives = 'nothing', threshold_reason = ''"))
    return rows


def _swap(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    for column in reversed(old):
        op.execute(f"ALTER TABLE proposals DROP COLUMN {column.split()[0]}")
    for column in new:
        op.execute(f"ALTER TABLE proposals ADD COLUMN {column}")


def _put_back(row: sa.Row, column: str, amount: str | int) -> None:
    value = "CAST(:amount AS JSON)" if column == "thresholds" and op.get_bind().dialect.name != "sqlite" else ":amount"
    op.get_bind().execute(
        sa.text(f"UPDATE proposals SET {column} = {value}, threshold_waives = :waives, threshold_reason = :reason"
                " WHERE id = :id"),
        {"amount": amount, "waives": row.threshold_waives, "reason": row.threshold_reason, "id": row.id},
    )
