"""Claims: the rows that make a slot exclusive. Callers own the transaction; see `app.core.db`."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.core.db import session
from app.identity import Person
from app.scheduling.models import QUANTUM, Booking, ClaimScope, SlotClaim


class TimeClaimedError(Exception):
    """Another booking holds some of the time; nothing of this one was stored."""


def lock(*, agents: Iterable[Person], person: Person) -> None:
    """Wait until nobody else changes these people's calls: agents by id, then the investor.

    Without this order two moves into each other's slot deadlock on PostgreSQL. SQLite has one writer anyway.
    """
    for person_id in [*sorted(agent.id for agent in agents), person.id]:
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def store(booking: Booking) -> None:
    """Insert the booking with its claims, in order. Raises TimeClaimedError; the transaction can go on."""
    try:
        with session.begin_nested():
            session.add(booking)
            session.flush()
            session.add_all(_claims_of(booking))
            session.flush()
    except IntegrityError as error:
        raise TimeClaimedError from error


def release(booking: Booking) -> None:
    """Give the booking's time back."""
    session.execute(delete(SlotClaim).where(SlotClaim.booking_id == booking.id))


def _claims_of(booking: Booking) -> list[SlotClaim]:
    count = (booking.claimed_until - booking.claimed_from) // QUANTUM
    moments = [booking.claimed_from + number * QUANTUM for number in range(count)]
    people = ((ClaimScope.AGENT, booking.agent_id), (ClaimScope.PERSON, booking.person_id))
    return [
        SlotClaim(scope=scope, scope_id=scope_id, quantum_at=moment, booking_id=booking.id)
        for scope, scope_id in people
        for moment in moments
    ]
