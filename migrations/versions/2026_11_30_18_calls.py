"""Open call types for an incident, hold slots, override hours, import busy times, remind, be asked to call."""

import sqlalchemy as sa
from alembic import op

revision = "18_calls"
down_revision = "17_bounces"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KIND = sa.String(40)
HELD = "(status = 'held') = (held_until IS NOT NULL)"
IN_A_DAY = "start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440"


def upgrade() -> None:
    op.add_column("call_types", sa.Column("incident_reference", sa.String(40), nullable=False, server_default=""))
    op.add_column("call_types", sa.Column("closed_at", MOMENT))
    _hold_bookings()
    _create_hours()
    _create_calendars()
    _create_care()


def _hold_bookings() -> None:
    """SQLite takes a check and a foreign key only with the column; making the table again would break its claims."""
    if op.get_bind().dialect.name == "sqlite":
        check = f"CONSTRAINT ck_bookings_held_until_some_time CHECK ({HELD})"
        op.execute(f"ALTER TABLE bookings ADD COLUMN held_until DATETIME {check}")
        to_people = "CONSTRAINT fk_bookings_booked_by_id REFERENCES people (id)"
        op.execute(f"ALTER TABLE bookings ADD COLUMN booked_by_id INTEGER {to_people}")
        return
    op.add_column("bookings", sa.Column("held_until", MOMENT))
    op.add_column("bookings", sa.Column("booked_by_id", sa.Integer))
    op.create_check_constraint(op.f("ck_bookings_held_until_some_time"), "bookings", HELD)
    op.create_foreign_key("fk_bookings_booked_by_id", "bookings", "people", ["booked_by_id"], ["id"])


def _create_hours() -> None:
    op.create_table(
        "hours_overrides",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("source", KIND, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hours_overrides"),
        sa.UniqueConstraint(
            "person_id", "on_date", "source", name="uq_hours_overrides_person_id_on_date_source"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_hours_overrides_person_id"),
    )
    op.create_table(
        "override_windows",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("override_id", sa.Integer, nullable=False, index=True),
        sa.Column("start_minute", sa.Integer, nullable=False),
        sa.Column("end_minute", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_override_windows"),
        sa.ForeignKeyConstraint(["override_id"], ["hours_overrides.id"], name="fk_override_windows_override_id"),
        sa.CheckConstraint(IN_A_DAY, name="ck_override_windows_within_a_day"),
        sa.CheckConstraint("start_minute % 5 = 0 AND end_minute % 5 = 0", name="ck_override_windows_in_fives"),
    )


def _create_calendars() -> None:
    op.create_table(
        "busy_calendars",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("address", sa.String(2000), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False, index=True),
        sa.Column("tried_at", MOMENT),
        sa.Column("fetched_at", MOMENT),
        sa.Column("problem", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_busy_calendars"),
        sa.UniqueConstraint("person_id", "address", name="uq_busy_calendars_person_id_address"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_busy_calendars_person_id"),
    )
    op.create_table(
        "busy_times",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("calendar_id", sa.Integer, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_busy_times"),
        sa.ForeignKeyConstraint(["calendar_id"], ["busy_calendars.id"], name="fk_busy_times_calendar_id"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_busy_times_in_order"),
    )
    op.create_index("ix_busy_times_calendar_id_starts_at", "busy_times", ["calendar_id", "starts_at"])


def _create_care() -> None:
    op.create_table(
        "call_reminders",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("booking_id", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("lead_minutes", sa.Integer, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("queued_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_call_reminders"),
        sa.UniqueConstraint(
            "booking_id", "sequence", "lead_minutes", name="uq_call_reminders_booking_id_sequence_lead_minutes"
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_call_reminders_booking_id"),
        sa.CheckConstraint("lead_minutes > 0", name="ck_call_reminders_before_the_call"),
    )
    op.create_index("ix_call_reminders_due_at", "call_reminders", ["due_at"])
    _create_requests()
    op.create_table(
        "late_notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("agent_id", sa.Integer, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_late_notes"),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_late_notes_agent_id"),
        sa.CheckConstraint("minutes >= 0", name="ck_late_notes_not_early"),
        sa.CheckConstraint("said_at < until", name="ck_late_notes_in_order"),
    )
    op.create_index("ix_late_notes_agent_id_said_at", "late_notes", ["agent_id", "said_at"])


def _create_requests() -> None:
    op.create_table(
        "call_requests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("incident_reference", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("best_times", sa.Text, nullable=False),
        sa.Column("help_text", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", KIND, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by_id", sa.Integer),
        sa.Column("booking_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_call_requests"),
        sa.UniqueConstraint("pseudonym", name="uq_call_requests_pseudonym"),
        sa.UniqueConstraint("person_id", "idempotency_key", name="uq_call_requests_person_id_idempotency_key"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_call_requests_person_id"),
        sa.ForeignKeyConstraint(["closed_by_id"], ["people.id"], name="fk_call_requests_closed_by_id"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_call_requests_booking_id"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="ck_call_requests_closed_at_some_time"),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by_id IS NULL)", name="ck_call_requests_closed_by_somebody"
        ),
    )
    op.create_index("ix_call_requests_state_asked_at", "call_requests", ["state", "asked_at"])


def downgrade() -> None:
    """A hold means nothing without its end: holds go, with their claims."""
    for table in (
        "late_notes", "call_requests", "call_reminders", "busy_times", "busy_calendars",
        "override_windows", "hours_overrides",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM slot_claim WHERE booking_id IN (SELECT id FROM bookings WHERE status = 'held')")
    op.execute("DELETE FROM bookings WHERE status = 'held'")
    op.drop_column("bookings", "booked_by_id")
    op.drop_column("bookings", "held_until")
    op.drop_column("call_types", "closed_at")
    op.drop_column("call_types", "incident_reference")
