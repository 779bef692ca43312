"""Booking and cancelling calls, and what came of them. Callers own the transaction; see `app.core.db`."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_datetime, format_phone
from app.identity import Person
from app.scheduling import claims
from app.scheduling.announcements import Desk, announce_booked, announce_cancelled
from app.scheduling.models import Booking, BookingStatus, CallOutcome, CallType
from app.scheduling.phones import parse_phone
from app.scheduling.queries import find_open_call, get_call_type, list_agents, list_offers, nearest_slots
from app.scheduling.slots import Slot, get_zone
from app.scheduling.words import pick_call_words

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
STATUS_AFTER = {
    CallOutcome.REACHED: BookingStatus.DONE,
    CallOutcome.NEEDS_FOLLOW_UP: BookingStatus.DONE,
    CallOutcome.NO_ANSWER: BookingStatus.NO_SHOW,
    CallOutcome.LEFT_MESSAGE: BookingStatus.NO_SHOW,
}


class SlotTaken(DomainError):
    """The slot is not free. `nearest` are the three closest that are."""

    def __init__(self, nearest: list[Slot]) -> None:
        closest = "These are the closest times still free." if nearest else "No other time is free at the moment."
        super().__init__(f"Someone has just taken that time. {closest}")
        self.nearest = nearest


class AlreadyBooked(DomainError):
    """The investor has a call about the same incident still to come: `booking_id`."""

    def __init__(self, booking: Booking) -> None:
        when = format_datetime(booking.starts_at, booking.zone)
        super().__init__(f"You already have a call on {when}. Cancel it first if you need another time.")
        self.booking_id = booking.id


class CannotCancel(DomainError):
    """This call can no longer be cancelled here."""


class CannotRecord(DomainError):
    """The outcome was not stored."""


def book(
    *,
    person: Person,
    slot_start: datetime,
    zone: str,
    phone: str,
    help_text: str,
    incident_reference: str,
    idempotency_key: str,
    desk: Desk,
    at: datetime,
) -> Booking:
    """Book the slot with the agent who has the fewest calls to come, and mail an invite.

    The same key again gives the same booking. Raises SlotTaken, AlreadyBooked, BadPhone and UnknownZone.
    """
    get_zone(zone)
    number = parse_phone(phone, near=desk.phone)
    agents = list_agents()
    claims.lock(agents=agents, person=person)
    if again := _find_by_key(person, idempotency_key):
        return again
    if other := find_open_call(person=person, incident_reference=incident_reference, at=at):
        raise AlreadyBooked(other)
    call_type = get_call_type()
    booking = _draft(person, slot_start, call_type, at)
    booking.zone, booking.phone, booking.help_text = zone, number, help_text
    booking.incident_reference, booking.idempotency_key = incident_reference, idempotency_key
    try:
        claims.store(booking)
    except claims.TimeClaimedError as error:
        raise SlotTaken(nearest_slots(person=person, call_type=call_type, wanted=slot_start, at=at)) from error
    _tell(booking, desk, at)
    return booking


def cancel(*, booking: Booking, by: Person, reason: str, desk: Desk, at: datetime) -> None:
    """Call a booking off, give its time back and take it out of the investor's calendar.

    The investor may until the cut-off, staff always. Raises CannotCancel.
    """
    if by.id == booking.person_id and at > booking.cut_off_at:
        number = format_phone(desk.phone)
        raise CannotCancel(f"This call starts too soon to cancel it here. Call {number}, and we will.")
    changed = _change(
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
    audit.record(
        action="call.cancelled", actor=by, subject=booking, at=at, starts_at=_plain(booking.starts_at), reason=reason
    )
    announce_cancelled(booking, desk=desk, at=at)


def record_outcome(
    *, booking: Booking, outcome: CallOutcome, notes: str, version_seen: int, by: Person, at: datetime
) -> None:
    """Put on the record what came of a call; a later word replaces it. Raises CannotRecord."""
    if booking.status is BookingStatus.CANCELLED:
        raise CannotRecord("This call was cancelled, so nothing came of it.")
    changed = _change(
        booking, Booking.version == version_seen, status=STATUS_AFTER[outcome], outcome=outcome, notes=notes
    )
    if not changed:
        raise CannotRecord("Somebody changed this call after you opened it. Read it again; your notes are below.")
    audit.record(
        action="call.held",
        actor=by,
        subject=booking,
        at=at,
        starts_at=_plain(booking.starts_at),
        outcome=outcome.value,
        note=notes,
        agent=booking.agent.audit_name,
    )


def _draft(person: Person, slot_start: datetime, call_type: CallType, at: datetime) -> Booking:
    """The booking of a free slot with the agent whose turn it is. Raises SlotTaken."""
    offers = list_offers(
        person=person, call_type=call_type, since=slot_start, until=slot_start + datetime.resolution, at=at
    )
    if not offers:
        raise SlotTaken(nearest_slots(person=person, call_type=call_type, wanted=slot_start, at=at))
    slot, rules = offers[0].slot, call_type.rules
    return Booking(
        person_id=person.id,
        agent_id=_choose(offers[0].agent_ids, at),
        call_type_id=call_type.id,
        starts_at=slot.start,
        ends_at=slot.end,
        claimed_from=slot.start - rules.buffer_before,
        claimed_until=slot.end + rules.buffer_after,
        call_words=pick_call_words(),
        booked_at=at,
        changed_at=at,
    )


def _choose(agent_ids: tuple[int, ...], at: datetime) -> int:
    """The agent with the fewest calls to come; then the one who was booked longest ago; then the first."""
    booked = select(Booking.agent_id, func.max(Booking.booked_at)).where(Booking.agent_id.in_(agent_ids))
    to_come = select(Booking.agent_id, func.count()).where(
        Booking.agent_id.in_(agent_ids), Booking.status == BookingStatus.BOOKED, Booking.ends_at > at
    )
    latest = dict(session.execute(booked.group_by(Booking.agent_id)).all())
    load = dict(session.execute(to_come.group_by(Booking.agent_id)).all())
    return min(agent_ids, key=lambda agent: (load.get(agent, 0), latest.get(agent, LONG_AGO), agent))


def _find_by_key(person: Person, idempotency_key: str) -> Booking | None:
    return session.scalar(
        select(Booking).where(Booking.person_id == person.id, Booking.idempotency_key == idempotency_key)
    )


def _tell(booking: Booking, desk: Desk, at: datetime) -> None:
    audit.record(
        action="call.booked",
        actor=booking.person,
        subject=booking,
        at=at,
        starts_at=_plain(booking.starts_at),
        zone=booking.zone,
        agent=booking.agent.audit_name,
        call_type=booking.call_type.name,
    )
    announce_booked(booking, desk=desk, at=at)


def _change(booking: Booking, as_long_as: ColumnElement[bool], **values: Any) -> bool:
    """Change one row by compare and swap; whether it was changed. The booking is read again."""
    swap = update(Booking).where(Booking.id == booking.id, as_long_as).values(version=Booking.version + 1, **values)
    changed = session.execute(swap.returning(Booking.id), execution_options={"synchronize_session": False})
    is_changed = changed.scalar_one_or_none() is not None
    session.refresh(booking)
    return is_changed


def _plain(at: datetime) -> str:
    return at.isoformat()
