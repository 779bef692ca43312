"""Create the tables of scheduling, and the one call type every installation begins with."""

import sqlalchemy as sa
from alembic import op

revision = "07_scheduling"
down_revision = "06_notices"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KIND = sa.String(40)


def upgrade() -> None:
    call_types = op.create_table(
        "call_types",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("duration_minutes", sa.Integer, nullable=False),
        sa.Column("step_minutes", sa.Integer, nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer, nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer, nullable=False),
        sa.Column("notice_minutes", sa.Integer, nullable=False),
        sa.Column("cut_off_minutes", sa.Integer, nullable=False),
        sa.Column("horizon_days", sa.Integer, nullable=False),
        sa.Column("max_per_day", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_call_types"),
        sa.UniqueConstraint("name", name="uq_call_types_name"),
        sa.CheckConstraint(
            "duration_minutes > 0 AND duration_minutes % 5 = 0", name="ck_call_types_duration_in_fives"
        ),
        sa.CheckConstraint("step_minutes > 0 AND step_minutes % 5 = 0", name="ck_call_types_step_in_fives"),
        sa.CheckConstraint(
            "buffer_before_minutes >= 0 AND buffer_before_minutes % 5 = 0"
            " AND buffer_after_minutes >= 0 AND buffer_after_minutes % 5 = 0",
            name="ck_call_types_buffers_in_fives",
        ),
        sa.CheckConstraint(
            "notice_minutes >= 0 AND cut_off_minutes >= 0 AND horizon_days > 0", name="ck_call_types_bounds"
        ),
        sa.CheckConstraint("max_per_day IS NULL OR max_per_day > 0", name="ck_call_types_some_a_day"),
    )
    op.bulk_insert(call_types, [_SUPPORT_CALL])
    _create_weekly_hours()
    _create_bookings()
    op.create_table(
        "slot_claim",
        sa.Column("scope", KIND, nullable=False),
        sa.Column("scope_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("quantum_at", MOMENT, nullable=False),
        sa.Column("booking_id", sa.Integer, nullable=False, index=True),
        sa.PrimaryKeyConstraint("scope", "scope_id", "quantum_at", name="pk_slot_claim"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_slot_claim_booking_id"),
    )


_SUPPORT_CALL = {
    "name": "Support call",
    "duration_minutes": 30,
    "step_minutes": 30,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 10,
    "notice_minutes": 120,
    "cut_off_minutes": 60,
    "horizon_days": 28,
    "max_per_day": 10,
}


def _create_weekly_hours() -> None:
    op.create_table(
        "weekly_hours",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("start_minute", sa.Integer, nullable=False),
        sa.Column("end_minute", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_hours"),
        sa.UniqueConstraint(
            "person_id", "weekday", "start_minute", name="uq_weekly_hours_person_id_weekday_start_minute"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_weekly_hours_person_id"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_weekly_hours_weekday"),
        sa.CheckConstraint(
            "start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440",
            name="ck_weekly_hours_within_a_day",
        ),
        sa.CheckConstraint("start_minute % 5 = 0 AND end_minute % 5 = 0", name="ck_weekly_hours_in_fives"),
    )


def _create_bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("agent_id", sa.Integer, nullable=False),
        sa.Column("call_type_id", sa.Integer, nullable=False),
        sa.Column("incident_reference", sa.String(40), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("claimed_from", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("help_text", sa.Text, nullable=False),
        sa.Column("call_words", sa.String(40), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("booked_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", KIND, nullable=False),
        sa.Column("cancelled_by_id", sa.Integer),
        sa.Column("cancel_reason", sa.Text, nullable=False),
        sa.Column("outcome", KIND),
        sa.Column("notes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.UniqueConstraint("pseudonym", name="uq_bookings_pseudonym"),
        sa.UniqueConstraint("person_id", "idempotency_key", name="uq_bookings_person_id_idempotency_key"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_bookings_person_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_bookings_agent_id"),
        sa.ForeignKeyConstraint(["call_type_id"], ["call_types.id"], name="fk_bookings_call_type_id"),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["people.id"], name="fk_bookings_cancelled_by_id"),
        sa.CheckConstraint(
            "claimed_from <= starts_at AND starts_at < ends_at AND ends_at <= claimed_until",
            name="ck_bookings_in_order",
        ),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_by_id IS NOT NULL)", name="ck_bookings_cancelled_by_somebody"
        ),
        sa.CheckConstraint(
            "(status IN ('done', 'no-show')) = (outcome IS NOT NULL)", name="ck_bookings_over_with_an_outcome"
        ),
    )
    op.create_index("ix_bookings_agent_id_starts_at", "bookings", ["agent_id", "starts_at"])
    op.create_index("ix_bookings_person_id_starts_at", "bookings", ["person_id", "starts_at"])
    op.create_index("ix_bookings_starts_at", "bookings", ["starts_at"])


def downgrade() -> None:
    for table in ("slot_claim", "bookings", "weekly_hours", "call_types"):
        op.drop_table(table)
