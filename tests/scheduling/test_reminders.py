"""Reminders: a day and an hour before, once each, for the call as it stands."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import scheduling
from app.core.db import session
from app.notices import Kind, Message
from app.scheduling import Booking, CallOutcome, CallReminder
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, a_hold, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY_AT_NINE = MONDAY_AT_NINE + A_DAY


def reminders(booking: Booking) -> list[Message]:
    wanted = select(Message).where(Message.subject_key == booking.pseudonym, Message.kind == Kind.CALL_REMINDER)
    return list(session.scalars(wanted.order_by(Message.id)))


def run(*moments: datetime) -> list[int]:
    return [scheduling.queue_due_reminders(at=moment) for moment in moments]


def test_a_call_is_reminded_of_a_day_and_an_hour_before_and_never_twice() -> None:
    an_agent()
    booking = a_call(an_investor(), starts_at=TUESDAY_AT_NINE)

    early = run(TUESDAY_AT_NINE - A_DAY - timedelta(seconds=1))
    queued = run(*[TUESDAY_AT_NINE - A_DAY] * 2, *[TUESDAY_AT_NINE - AN_HOUR] * 2, TUESDAY_AT_NINE + AN_HOUR)

    assert (early, queued) == ([0], [1, 0, 1, 0, 0])
    assert [mail.version for mail in reminders(booking)] == [24 * 60, 60]


def test_a_call_booked_inside_a_lead_is_not_reminded_of_then() -> None:
    an_agent()
    a_call(an_investor())  # 23 hours before
    a_call(an_investor(), starts_at=MONDAY_AT_NINE + AN_HOUR)  # a day before, to the second

    assert [row.lead_minutes for row in session.scalars(select(CallReminder))] == [60, 60]


def test_a_cancelled_call_is_not_reminded_of() -> None:
    agent = an_agent()
    booking = a_call(an_investor(), starts_at=TUESDAY_AT_NINE)
    scheduling.cancel(booking=booking, by=agent, reason="", desk=DESK, at=AT)

    assert run(TUESDAY_AT_NINE - A_DAY, TUESDAY_AT_NINE - AN_HOUR) == [0, 0]


def test_a_held_slot_is_not_reminded_of() -> None:
    an_agent()
    a_hold(an_investor(), starts_at=TUESDAY_AT_NINE)

    assert run(TUESDAY_AT_NINE - AN_HOUR) == [0]


def test_a_move_moves_the_reminders() -> None:
    agent = an_agent()
    booking = a_call(an_investor(), starts_at=TUESDAY_AT_NINE)
    run(TUESDAY_AT_NINE - A_DAY)
    wednesday = TUESDAY_AT_NINE + A_DAY

    scheduling.move(
        booking=booking, slot_start=wednesday, zone="UTC", version_seen=1, by=agent, desk=DESK, at=MONDAY_AT_NINE
    )

    assert run(TUESDAY_AT_NINE - AN_HOUR, wednesday - A_DAY, wednesday - AN_HOUR) == [0, 1, 1]
    assert [mail.version for mail in reminders(booking)] == [24 * 60, 10_000 + 24 * 60, 10_000 + 60]


def test_a_worker_that_slept_sends_only_the_latest_reminder() -> None:
    an_agent()
    booking = a_call(an_investor(), starts_at=TUESDAY_AT_NINE)

    assert run(TUESDAY_AT_NINE - timedelta(minutes=30), TUESDAY_AT_NINE - timedelta(minutes=20)) == [1, 0]
    assert [mail.version for mail in reminders(booking)] == [60]


def test_nobody_is_reminded_of_a_call_that_began_or_was_held() -> None:
    agent = an_agent()
    over, begun = (a_call(an_investor(), starts_at=TUESDAY_AT_NINE + n * AN_HOUR) for n in (0, 2))
    scheduling.record_outcome(
        booking=over, outcome=CallOutcome.REACHED, notes="", version_seen=1, by=agent, at=TUESDAY_AT_NINE - A_DAY
    )

    assert run(TUESDAY_AT_NINE, TUESDAY_AT_NINE + 3 * AN_HOUR) == [1, 0]
    assert [len(reminders(each)) for each in (over, begun)] == [0, 1]
