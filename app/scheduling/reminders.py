"""Reminders before a call, each queued once for one version of it. Callers own the transaction; see `app.core.db`."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app import notices
from app.core.db import session
from app.notices import Kind
from app.scheduling.announcements import announce_reminder
from app.scheduling.care_models import CallReminder
from app.scheduling.models import Booking, BookingStatus

LEADS = (timedelta(hours=24), timedelta(hours=1))
MOST_AT_ONCE = 200


def plan(booking: Booking, *, at: datetime) -> None:
    """Plan the reminders of a booking that has none yet, but for those whose time has passed at `at`."""
    session.add_all(
        CallReminder(
            booking_id=booking.id,
            sequence=booking.sequence,
            lead_minutes=lead // timedelta(minutes=1),
            due_at=booking.starts_at - lead,
        )
        for lead in LEADS
        if booking.starts_at - lead > at
    )
    session.flush()


def replan(booking: Booking, *, at: datetime) -> None:
    """Plan the reminders of a booking that moved in place of its older ones."""
    drop(booking, at=at)
    plan(booking, at=at)


def drop(booking: Booking, *, at: datetime) -> None:
    """Forget the booking's reminders: those not queued yet, then those whose mail still waits to leave.

    In this order: the first waits for a worker that is queueing one just now, and the second finds what it queued.
    """
    session.execute(delete(CallReminder).where(CallReminder.booking_id == booking.id, CallReminder.queued_at.is_(None)))
    reason = "The call was moved, cancelled or made before it could leave."
    notices.withdraw(kind=Kind.CALL_REMINDER, subject_key=booking.pseudonym, reason=reason, at=at)


def queue_due(*, at: datetime) -> int:
    """Queue what is due, and answer how many mails; a reminder that the next one has overtaken is passed over.

    A row that another worker holds is left to it, and a queued one is never queued again.
    """
    reminded: set[int] = set()
    for reminder in _take_due(at):
        reminder.queued_at = at
        if reminder.booking_id not in reminded and at < reminder.booking.starts_at:
            announce_reminder(reminder.booking, lead_minutes=reminder.lead_minutes, at=at)
            reminded.add(reminder.booking_id)
    session.flush()
    return len(reminded)


def _take_due(at: datetime) -> list[CallReminder]:
    """Reminders of calls as they stand whose time has come, the latest first; nobody else takes them meanwhile."""
    as_it_stands = (CallReminder.sequence == Booking.sequence, Booking.status == BookingStatus.BOOKED)
    due = select(CallReminder).join(CallReminder.booking).where(CallReminder.due_at <= at, *as_it_stands)
    waiting = due.where(CallReminder.queued_at.is_(None)).order_by(CallReminder.due_at.desc(), CallReminder.id)
    return list(session.scalars(waiting.limit(MOST_AT_ONCE).with_for_update(of=CallReminder, skip_locked=True)))
