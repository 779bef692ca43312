"""Moving and cancelling calls, and what came of them. Callers own the transaction; see `app.core.db`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_phone
from app.identity import Person
from app.scheduling import claims, reminders
from app.scheduling.announcements import Desk, announce_cancelled, announce_moved
from app.scheduling.assigning import reassign_at
from app.scheduling.models import Booking, BookingStatus, CallOutcome
from app.scheduling.offers import Offer
from app.scheduling.slots import get_zone

STATUS_AFTER = {
    CallOutcome.REACHED: BookingStatus.DONE,
    CallOutcome.NEEDS_FOLLOW_UP: BookingStatus.DONE,
    CallOutcome.NO_ANSWER: BookingStatus.NO_SHOW,
    CallOutcome.LEFT_MESSAGE: BookingStatus.NO_SHOW,
    CallOutcome.NO_SHOW: BookingStatus.NO_SHOW,
}


class CannotMove(DomainError):
    """This call stays where it is."""


class CannotCancel(DomainError):
    """This call can no longer be cancelled here."""


class CannotRecord(DomainError):
    """The outcome was not stored."""


def move(
    *,
    booking: Booking,
    slot_start: datetime,
    zone: str,
    version_seen: int,
    by: Person,
    desk: Desk,
    seen: Offer | None = None,
    at: datetime,
) -> None:
    """Move a call to another slot, with the same agent where they are free, and mail the change.

    The investor may until the cut-off, staff until it begins. A call that stands at that time already is left alone.
    `seen` as `hold` takes it. Raises SlotTaken, CannotMove and UnknownZone.
    """
    get_zone(zone)
    claims.lock(booking.person)
    claims.lock_booking(booking)  # somebody may cancel it at this moment
    if booking.status is BookingStatus.BOOKED and booking.starts_at == slot_start:
        return
    _refuse_to_move(booking, version_seen, by, desk, at)
    was_at = booking.starts_at
    reassign_at(booking, slot_start=slot_start, seen=seen, at=at)
    booking.zone, booking.sequence, booking.version = zone, booking.sequence + 1, booking.version + 1
    _record_move(booking, was_at, by, at)
    reminders.replan(booking, at=at)
    announce_moved(booking, was_at=was_at, desk=desk, at=at)


def cancel(*, booking: Booking, by: Person, reason: str, desk: Desk, at: datetime) -> None:
    """Call a booking off, give its time back and take it out of the investor's calendar.

    The investor may until the cut-off, staff always. Raises CannotCancel.
    """
    if by.id == booking.person_id and at > booking.cut_off_at:
        number = format_phone(desk.phone)
        raise CannotCancel(f"This call starts too soon to cancel it here. Call {number}, and we will.")
    changed = compare_and_swap(
        booking,
        Booking.status == BookingStatus.BOOKED,
        status=BookingStatus.CANCELLED,
        cancelled_by_id=by.id,
        cancel_reason=reason,
        changed_at=at,
        sequence=Booking.sequence + 1,
    )
    if not changed:
        raise CannotCancel("This call was cancelled or is over. Nothing was changed.")
    claims.release(booking)
    reminders.drop(booking, at=at)
    starts_at = booking.starts_at.isoformat()
    audit.record(action="call.cancelled", actor=by, subject=booking, at=at, starts_at=starts_at, reason=reason)
    announce_cancelled(booking, desk=desk, at=at)


def record_outcome(
    *, booking: Booking, outcome: CallOutcome, notes: str, version_seen: int, by: Person, at: datetime
) -> None:
    """Put on the record what came of a call; a later word replaces it. Raises CannotRecord."""
    if booking.status in (BookingStatus.CANCELLED, BookingStatus.HELD):
        raise CannotRecord("This call was cancelled or never booked, so nothing came of it.")
    changed = compare_and_swap(
        booking, Booking.version == version_seen, status=STATUS_AFTER[outcome], outcome=outcome, notes=notes
    )
    if not changed:
        raise CannotRecord("Somebody changed this call after you opened it. Read it again; your notes are below.")
    reminders.drop(booking, at=at)
    audit.record(
        action="call.held",
        actor=by,
        subject=booking,
        at=at,
        starts_at=booking.starts_at.isoformat(),
        outcome=outcome.value,
        note=notes,
        agent=booking.agent.audit_name,
    )


def _record_move(booking: Booking, was_at: datetime, by: Person, at: datetime) -> None:
    audit.record(
        action="call.moved",
        actor=by,
        subject=booking,
        at=at,
        from_starts_at=was_at.isoformat(),
        starts_at=booking.starts_at.isoformat(),
        zone=booking.zone,
        agent=booking.agent.audit_name,
    )


def _refuse_to_move(booking: Booking, version_seen: int, by: Person, desk: Desk, at: datetime) -> None:
    if booking.status is not BookingStatus.BOOKED or at >= booking.starts_at:
        raise CannotMove("This call was cancelled or is over. Book a new one.")
    if booking.version != version_seen:
        raise CannotMove("This call was changed after you opened it. Read it again before you move it.")
    if by.id == booking.person_id and at > booking.cut_off_at:
        number = format_phone(desk.phone)
        raise CannotMove(f"This call starts too soon to move it here. Call {number}, and we will.")


def compare_and_swap(booking: Booking, as_long_as: ColumnElement[bool], **values: Any) -> bool:
    """Change one row by compare and swap; whether it was changed. The booking is read again."""
    swap = update(Booking).where(Booking.id == booking.id, as_long_as).values(version=Booking.version + 1, **values)
    changed = session.execute(swap.returning(Booking.id), execution_options={"synchronize_session": False})
    is_changed = changed.scalar_one_or_none() is not None
    session.refresh(booking)
    return is_changed
