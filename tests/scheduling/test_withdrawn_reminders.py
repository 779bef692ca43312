"""A reminder whose mail still waits when its call is moved or called off does not leave."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import scheduling
from app.core.db import session
from app.notices import Kind, Message, State
from app.scheduling import Booking
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
A_DAY = timedelta(days=1)
TUESDAY = MONDAY_AT_NINE + A_DAY


def a_reminded_call() -> Booking:
    an_agent()
    booking = a_call(an_investor(), starts_at=TUESDAY)
    assert scheduling.queue_due_reminders(at=TUESDAY - A_DAY) == 1
    return booking


def states(booking: Booking) -> list[State]:
    theirs = (Message.subject_key == booking.pseudonym, Message.kind == Kind.CALL_REMINDER)
    return list(session.scalars(select(Message.state).where(*theirs).order_by(Message.id)))


def test_a_reminder_that_waits_is_taken_back_with_its_call() -> None:
    booking = a_reminded_call()
    assert states(booking) == [State.QUEUED]

    scheduling.cancel(booking=booking, by=booking.agent, reason="", desk=DESK, at=TUESDAY - A_DAY)

    assert states(booking) == [State.SUPPRESSED]


def test_a_reminder_that_waits_moves_with_its_call() -> None:
    booking = a_reminded_call()
    at = TUESDAY - A_DAY

    scheduling.move(
        booking=booking,
        slot_start=TUESDAY + A_DAY,
        zone=booking.zone,
        version_seen=booking.version,
        by=booking.agent,
        desk=DESK,
        at=at,
    )
    queued = scheduling.queue_due_reminders(at=TUESDAY)

    assert queued == 1
    assert states(booking) == [State.SUPPRESSED, State.QUEUED]


def test_a_call_that_was_made_early_is_not_reminded_of() -> None:
    booking = a_reminded_call()

    scheduling.record_outcome(
        booking=booking,
        outcome=scheduling.CallOutcome.REACHED,
        notes="",
        version_seen=booking.version,
        by=booking.agent,
        at=AT,
    )

    assert states(booking) == [State.SUPPRESSED]
