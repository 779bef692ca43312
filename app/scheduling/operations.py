"""Holding and booking calls. Callers own the transaction; see `app.core.db`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_datetime
from app.identity import Person
from app.scheduling import claims, reminders
from app.scheduling.announcements import Desk, announce_booked
from app.scheduling.assigning import SlotTaken, assign
from app.scheduling.care import close_call_request, find_call_request
from app.scheduling.care_models import RequestState
from app.scheduling.models import Booking, BookingStatus, CallType
from app.scheduling.offers import Offer, list_offers, nearest_slots
from app.scheduling.phones import parse_phone
from app.scheduling.slots import get_zone
from app.scheduling.words import pick_call_words

HOLD = timedelta(minutes=15)


class AlreadyBooked(DomainError):
    """The investor has a call about the same incident still to come: `booking_id`."""

    def __init__(self, booking: Booking) -> None:
        when = format_datetime(booking.starts_at, booking.zone)
        super().__init__(f"You already have a call on {when}. Move or cancel it if you need another time.")
        self.booking_id = booking.id


class CannotConfirm(DomainError):
    """This held slot can no longer become a call."""


class _Theirs(NamedTuple):
    """What an investor has already: by the same key, a call about the incident to come, and what they hold."""

    again: Booking | None
    to_come: Booking | None
    held: Sequence[Booking]


def hold(
    *,
    person: Person,
    slot_start: datetime,
    call_type: CallType,
    zone: str,
    incident_reference: str,
    idempotency_key: str,
    prefer: Person | None = None,
    seen: Offer | None = None,
    at: datetime,
) -> Booking:
    """Keep the slot for `person` for a quarter of an hour, in place of any other they hold.

    The same key again gives the same booking. `seen` is what `find_offer` just gave for that slot, which then is not
    looked for twice. Raises SlotTaken, AlreadyBooked and UnknownZone.
    """
    get_zone(zone)
    claims.lock(person)
    theirs = _list_theirs(person, incident_reference, idempotency_key, at)
    if theirs.again:
        return theirs.again
    booking = _draft(person, call_type, zone, incident_reference, idempotency_key)
    booking.status, booking.held_until = BookingStatus.HELD, at + HOLD
    _take(booking, slot_start, theirs, prefer=prefer, seen=seen, at=at)
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


def find_offer(
    *,
    person: Person,
    slot_start: datetime,
    call_type: CallType,
    at: datetime,
    idempotency_key: str = "",
    moving: Booking | None = None,
) -> Offer | None:
    """Who could take the call, seen without any lock. Raises SlotTaken where nobody can, but for a key that was used.

    A crowd that wants one slot is refused by reading, so that it does not queue for the lock of the one who won.
    """
    until = slot_start + datetime.resolution
    offers = list_offers(person=person, call_type=call_type, since=slot_start, until=until, at=at, moving=moving)
    if not offers:
        if idempotency_key and _find_by_key(person, idempotency_key):
            return None
        raise SlotTaken(nearest_slots(person=person, call_type=call_type, wanted=slot_start, at=at, moving=moving))
    return offers[0]


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
    claims.lock_investor(booking)
    claims.lock_booking(booking)
    if booking.status is BookingStatus.BOOKED:
        return
    if booking.status is not BookingStatus.HELD:
        raise CannotConfirm("This call was cancelled or is over. Choose a new time.")
    if not (booking.is_kept(at) and claims.secure(booking)):
        theirs = _list_theirs(booking.person, booking.incident_reference, booking.idempotency_key, at)
        _take(booking, booking.starts_at, theirs, prefer=prefer, at=at)
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
    claims.lock(person)
    theirs = _list_theirs(person, incident_reference, idempotency_key, at)
    if theirs.again:
        return theirs.again
    booking = _draft(person, call_type, zone, incident_reference, idempotency_key)
    booking.phone, booking.help_text, booking.booked_by_id = number, help_text, by.id
    booking.status = BookingStatus.BOOKED
    _take(booking, slot_start, theirs, prefer=prefer, at=at)
    _tell(booking, by, desk, at)
    return booking


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


def _take(
    booking: Booking,
    slot_start: datetime,
    theirs: _Theirs,
    *,
    prefer: Person | None,
    seen: Offer | None = None,
    at: datetime,
) -> None:
    """Claim the slot that starts there, in place of any other they hold. Raises SlotTaken and AlreadyBooked."""
    if theirs.to_come:
        raise AlreadyBooked(theirs.to_come)
    _drop(theirs.held, at)
    booking.booked_at = at
    assign(booking, slot_start=slot_start, prefer=prefer, seen=seen, at=at)


def _drop(held: Sequence[Booking], at: datetime) -> None:
    """Let it lapse, since nobody keeps two slots."""
    for each in held:
        claims.release(each)
        each.held_until = at


def _list_theirs(person: Person, incident_reference: str, idempotency_key: str, at: datetime) -> _Theirs:
    """By one question, for it is asked under the lock."""
    is_again = Booking.idempotency_key == idempotency_key
    is_held = and_(Booking.status == BookingStatus.HELD, Booking.held_until > at)
    is_about_it = Booking.incident_reference == incident_reference
    is_to_come = and_(is_about_it, Booking.status == BookingStatus.BOOKED, Booking.ends_at > at)
    found = select(Booking, is_again, is_held, is_to_come).where(
        Booking.person_id == claims.key_of(person), or_(is_again, is_held, is_to_come)
    )
    rows = session.execute(found.order_by(Booking.starts_at)).all()
    return _Theirs(
        again=next((each for each, again, _, _ in rows if again), None),
        to_come=next((each for each, _, _, to_come in rows if to_come), None),
        held=[each for each, _, held, _ in rows if held],
    )


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
