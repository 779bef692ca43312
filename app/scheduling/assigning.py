"""Giving a booking its slot and its agent. Callers own the transaction, and hold the lock of the investor.

Only the agent who takes the call is locked, and their locks end with the savepoint when they cannot take it after all:
bookings with different agents never wait for each other.
"""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Select, func, select

from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling import claims
from app.scheduling.models import Booking, BookingStatus
from app.scheduling.offers import Offer, has_room, list_offers, nearest_slots
from app.scheduling.slots import Slot

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
MOST_TRIES = 10
"""Whoever is beaten to an agent looks again; each time, somebody else was booked."""


class SlotTaken(DomainError):
    """The slot is not free. `nearest` are the three closest that are."""

    def __init__(self, nearest: list[Slot]) -> None:
        closest = "These are the closest times still free." if nearest else "No other time is free at the moment."
        super().__init__(f"Someone has just taken that time. {closest}")
        self.nearest = nearest


def assign(booking: Booking, *, slot_start: datetime, prefer: Person | None, seen: Offer | None, at: datetime) -> None:
    """Store a new booking, or one whose hold lapsed, in the slot that starts there, with the agent whose turn it is.

    What was `seen` is tried first; claims hold against what changed since. Raises SlotTaken with nothing stored.
    """
    offer = seen or _find_offer(booking, slot_start, at, moving=None)
    for _ in range(MOST_TRIES):
        if offer is None:
            break
        with suppress(claims.TimeClaimedError), claims.exclusive():
            _claim(booking, offer.slot, _lock_whose_turn(offer, prefer, at), at)
            return
        offer = _find_offer(booking, slot_start, at, moving=None)
    raise SlotTaken(nearest_slots(person=booking.person, call_type=booking.call_type, wanted=slot_start, at=at))


def reassign_at(booking: Booking, *, slot_start: datetime, seen: Offer | None, at: datetime) -> None:
    """Swap the claims of a call for those of the slot that starts there, both or neither.

    The same agent where they are free. Raises SlotTaken with the call as it was.
    """
    offer = seen or _find_offer(booking, slot_start, at, moving=booking)
    for _ in range(MOST_TRIES):
        if offer is None:
            break
        with suppress(claims.TimeClaimedError), claims.exclusive():
            agent = _next_agent(booking, offer, at)
            claims.lock(booking.agent, agent)
            _claim(booking, offer.slot, agent, at)
            return
        offer = _find_offer(booking, slot_start, at, moving=booking)
    person, call_type = booking.person, booking.call_type
    raise SlotTaken(nearest_slots(person=person, call_type=call_type, wanted=slot_start, at=at, moving=booking))


def _find_offer(booking: Booking, slot_start: datetime, at: datetime, moving: Booking | None) -> Offer | None:
    until = slot_start + datetime.resolution
    person, call_type = booking.person, booking.call_type
    offers = list_offers(person=person, call_type=call_type, since=slot_start, until=until, at=at, moving=moving)
    return offers[0] if offers else None


def _claim(booking: Booking, slot: Slot, agent: Person, at: datetime) -> None:
    """Put the booking into a slot of that agent, with the buffers of its type. Raises TimeClaimedError."""
    rules = booking.call_type.rules
    booking.agent, booking.starts_at, booking.ends_at = agent, slot.start, slot.end
    booking.claimed_from, booking.claimed_until = slot.start - rules.buffer_before, slot.end + rules.buffer_after
    if not has_room(booking, at=at):
        raise claims.TimeClaimedError
    booking.changed_at = at
    session.add(booking)
    claims.take(booking, at=at)


def _next_agent(booking: Booking, offer: Offer, at: datetime) -> Person:
    if booking.agent_id in offer.agent_ids:
        return booking.agent
    return session.scalars(_in_turn(offer, at)).one()


def _lock_whose_turn(offer: Offer, prefer: Person | None, at: datetime) -> Person:
    """Lock and answer who is preferred; else who comes first of those whom nobody else books at this moment.

    Who is locked gets a call just now, so it is the others' turn before theirs. Where all are, the first is waited for.
    """
    if prefer is not None and claims.key_of(prefer) in offer.agent_ids:
        claims.lock(prefer)
        return prefer
    turn = _in_turn(offer, at)
    idle = session.scalar(turn.with_for_update(key_share=True, of=Person, skip_locked=True))
    return idle or session.scalars(turn.with_for_update(key_share=True, of=Person)).one()


def _in_turn(offer: Offer, at: datetime) -> Select[Person]:
    """Who has the fewest calls to come, then was booked longest ago, then comes first."""
    theirs = Booking.agent_id == Person.id
    to_come = select(func.count()).where(theirs, Booking.status == BookingStatus.BOOKED, Booking.ends_at > at)
    latest = select(func.coalesce(func.max(Booking.booked_at), LONG_AGO)).where(theirs)
    able = select(Person).where(Person.id.in_(offer.agent_ids))
    return able.order_by(to_come.scalar_subquery(), latest.scalar_subquery(), Person.id).limit(1)
