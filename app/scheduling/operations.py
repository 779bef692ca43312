"""Holding and booking calls. Callers own the transaction; see `app.core.db`."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_datetime
from app.identity import Person
from app.scheduling import claims, reminders
from app.scheduling.announcements import Desk, announce_booked
from app.scheduling.care import close_call_request, find_call_request
from app.scheduling.care_models import RequestState
from app.scheduling.models import Booking, BookingStatus, CallType
from app.scheduling.offers import list_agents, list_offers, nearest_slots
from app.scheduling.phones import parse_phone
from app.scheduling.queries import find_open_call
from app.scheduling.slots import Slot, get_zone
from app.scheduling.words import pick_call_words

HOLD = timedelta(minutes=15)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
        super().__init__(f"You already have a call on {when}. Move or cancel it if you need another time.")
        self.booking_id = booking.id


class CannotConfirm(DomainError):
    """This held slot can no longer become a call."""


def hold(
    *,
    person: Person,
    slot_start: datetime,
    call_type: CallType,
    zone: str,
    incident_reference: str,
    idempotency_key: str,
    prefer: Person | None = None,
    at: datetime,
) -> Booking:
    """Keep the slot for `person` for a quarter of an hour, in place of any other they hold.

    The same key again gives the same booking. Raises SlotTaken, AlreadyBooked and UnknownZone.
    """
    get_zone(zone)
    claims.lock(agents=list_agents(), person=person)
    if again := _find_by_key(person, idempotency_key):
        return again
    booking = _draft(person, call_type, zone, incident_reference, idempotency_key)
    booking.status, booking.held_until = BookingStatus.HELD, at + HOLD
    _take(booking, slot_start, prefer, at)
    audit.record(
        action="slot.held",
        actor=person,
        subject=booking,
        at=at,
        starts_at=booking.starts_at.isoformat(),
        until=(at + HOLD).isoformat(),
        agent=booking.agent.audit_name,
    )
    return booking


def refuse_taken(
    *,
    person: Person,
    slot_start: datetime,
    call_type: CallType,
    at: datetime,
    idempotency_key: str = "",
    moving: Booking | None = None,
) -> None:
    """Raises SlotTaken where a look without any lock shows that a hold or a move would.

    A crowd that wants one slot is refused by reading, so that it does not queue for the lock of the one who won.
    """
    if idempotency_key and _find_by_key(person, idempotency_key):
        return
    until = slot_start + datetime.resolution
    if not list_offers(person=person, call_type=call_type, since=slot_start, until=until, at=at, moving=moving):
        raise SlotTaken(nearest_slots(person=person, call_type=call_type, wanted=slot_start, at=at, moving=moving))


def confirm(
    *,
    booking: Booking,
    phone: str,
    help_text: str,
    by: Person,
    desk: Desk,
    prefer: Person | None = None,
    at: datetime,
) -> None:
    """Make a held slot a call, and mail an invite. A hold that lapsed is as good as long as its slot is free.

    A call that is booked already stays as it is. Raises SlotTaken, AlreadyBooked, BadPhone and CannotConfirm.
    """
    number = parse_phone(phone, near=desk.phone)
    claims.lock(agents=list_agents(), person=booking.person)
    session.refresh(booking)
    if booking.status is BookingStatus.BOOKED:
        return
    if booking.status is not BookingStatus.HELD:
        raise CannotConfirm("This call was cancelled or is over. Choose a new time.")
    if not booking.is_kept(at):
        _take(booking, booking.starts_at, prefer, at)
    booking.status, booking.held_until = BookingStatus.BOOKED, None
    booking.phone, booking.help_text, booking.booked_by_id = number, help_text, by.id
    booking.booked_at = booking.changed_at = at
    booking.version += 1
    session.flush()
    _tell(booking, by, desk, at)


def book(
    *,
    person: Person,
    slot_start: datetime,
    call_type: CallType,
    zone: str,
    phone: str,
    help_text: str,
    incident_reference: str,
    idempotency_key: str,
    by: Person,
    desk: Desk,
    prefer: Person | None = None,
    at: datetime,
) -> Booking:
    """Book without holding first. `prefer` takes the call if free, else the agent with the fewest calls to come.

    The same key again gives the same booking. Raises SlotTaken, AlreadyBooked, BadPhone and UnknownZone.
    """
    get_zone(zone)
    number = parse_phone(phone, near=desk.phone)
    claims.lock(agents=list_agents(), person=person)
    if again := _find_by_key(person, idempotency_key):
        return again
    booking = _draft(person, call_type, zone, incident_reference, idempotency_key)
    booking.phone, booking.help_text, booking.booked_by_id = number, help_text, by.id
    booking.status = BookingStatus.BOOKED
    _take(booking, slot_start, prefer, at)
    _tell(booking, by, desk, at)
    return booking


def choose_agent(agent_ids: tuple[int, ...], *, prefer: Person | None, at: datetime) -> int:
    """Who is preferred; else who has the fewest calls to come, then was booked longest ago, then comes first."""
    if prefer is not None and prefer.id in agent_ids:
        return prefer.id
    booked = select(Booking.agent_id, func.max(Booking.booked_at)).where(Booking.agent_id.in_(agent_ids))
    to_come = select(Booking.agent_id, func.count()).where(
        Booking.agent_id.in_(agent_ids), Booking.status == BookingStatus.BOOKED, Booking.ends_at > at
    )
    latest = dict(session.execute(booked.group_by(Booking.agent_id)).all())
    load = dict(session.execute(to_come.group_by(Booking.agent_id)).all())
    return min(agent_ids, key=lambda agent: (load.get(agent, 0), latest.get(agent, LONG_AGO), agent))


def place(booking: Booking, slot: Slot, agent_id: int) -> None:
    """Put the booking into a slot of that agent, with the buffers of its type. Stores nothing."""
    rules = booking.call_type.rules
    booking.agent_id, booking.starts_at, booking.ends_at = agent_id, slot.start, slot.end
    booking.claimed_from, booking.claimed_until = slot.start - rules.buffer_before, slot.end + rules.buffer_after


def _draft(person: Person, call_type: CallType, zone: str, incident_reference: str, key: str) -> Booking:
    return Booking(
        person=person,
        call_type=call_type,
        incident_reference=incident_reference,
        zone=zone,
        phone="",
        help_text="",
        call_words=pick_call_words(),
        idempotency_key=key,
    )


def _take(booking: Booking, slot_start: datetime, prefer: Person | None, at: datetime) -> None:
    """Claim the slot that starts there for the agent whose turn it is. Raises SlotTaken and AlreadyBooked."""
    person, call_type = booking.person, booking.call_type
    if other := find_open_call(person=person, incident_reference=booking.incident_reference, at=at):
        raise AlreadyBooked(other)
    until = slot_start + datetime.resolution
    offers = list_offers(person=person, call_type=call_type, since=slot_start, until=until, at=at)
    if not offers:
        raise SlotTaken(nearest_slots(person=person, call_type=call_type, wanted=slot_start, at=at))
    _drop_holds(person, at)
    place(booking, offers[0].slot, choose_agent(offers[0].agent_ids, prefer=prefer, at=at))
    booking.booked_at = booking.changed_at = at
    try:
        with claims.exclusive():
            session.add(booking)
            claims.take(booking, at=at)
    except claims.TimeClaimedError as error:
        raise SlotTaken(nearest_slots(person=person, call_type=call_type, wanted=slot_start, at=at)) from error
    session.refresh(booking)


def _drop_holds(person: Person, at: datetime) -> None:
    """Let what `person` holds lapse, since nobody keeps two slots."""
    theirs = (Booking.person_id == person.id, Booking.status == BookingStatus.HELD, Booking.held_until > at)
    for held in session.scalars(select(Booking).where(*theirs)):
        claims.release(held)
    session.execute(update(Booking).where(*theirs).values(held_until=at))


def _find_by_key(person: Person, idempotency_key: str) -> Booking | None:
    return session.scalar(
        select(Booking).where(Booking.person_id == person.id, Booking.idempotency_key == idempotency_key)
    )


def _tell(booking: Booking, by: Person, desk: Desk, at: datetime) -> None:
    audit.record(
        action="call.booked",
        actor=by,
        subject=booking,
        at=at,
        starts_at=booking.starts_at.isoformat(),
        zone=booking.zone,
        agent=booking.agent.audit_name,
        call_type=booking.call_type.name,
    )
    if asked := find_call_request(person=booking.person, incident_reference=booking.incident_reference):
        close_call_request(request=asked, state=RequestState.ANSWERED, booking=booking, by=by, at=at)
    reminders.plan(booking, at=at)
    announce_booked(booking, desk=desk, at=at)
