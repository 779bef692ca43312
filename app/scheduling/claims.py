"""Claims: the rows that make a slot exclusive. Callers own the transaction; see `app.core.db`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import InstanceState
from sqlalchemy.orm.attributes import instance_state

from app.core.db import session
from app.identity import Person
from app.scheduling.models import QUANTUM, Booking, BookingStatus, ClaimScope, SlotClaim

GRID = datetime(1970, 1, 1, tzinfo=UTC)
DEADLOCK = "40P01"
"""What PostgreSQL calls it."""


class TimeClaimedError(Exception):
    """Another booking holds some of the time; nothing of this one was stored."""


def lock(*people: Person) -> None:
    """Wait until nobody else changes the calls of these people, in the order of their ids.

    The investor first, alone; then the agents whose time is given back or taken, all in one. Without this order two
    moves into each other's slot deadlock on PostgreSQL. SQLite has one writer anyway.
    """
    ids = {key_of(each) for each in people}
    theirs = select(Person).where(Person.id.in_(ids)).order_by(Person.id)
    session.scalars(theirs.with_for_update(key_share=True)).all()


def lock_investor(booking: Booking) -> None:
    """As `lock`, for the investor whose call it is; the booking itself need not be read before."""
    whose = select(Booking.person_id).where(Booking.id == key_of(booking)).scalar_subquery()
    session.execute(select(Person.id).where(Person.id == whose).with_for_update(key_share=True))


def key_of(row: Person | Booking) -> int:
    """Its id, for which a row that expired need not be read again."""
    state: InstanceState[Any] = instance_state(row)
    return int(state.identity[0]) if state.identity else row.id


def lock_booking(booking: Booking) -> None:
    """Read the booking again, and wait until nobody else changes it."""
    session.refresh(booking, with_for_update={"key_share": True, "of": Booking})


@contextmanager
def exclusive() -> Iterator[None]:
    """Store a booking and its claims inside. Raises TimeClaimedError with all of it undone; the transaction goes on.

    Locks taken inside are given back with it. Whoever PostgreSQL picks to end a deadlock was beaten to the time too.
    """
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        raise TimeClaimedError from error
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != DEADLOCK:
            raise
        raise TimeClaimedError from error


def take(booking: Booking, *, at: datetime) -> None:
    """Claim the booking's time in place of what it claimed before; the time of holds that lapsed by `at` is free."""
    is_new = not instance_state(booking).persistent
    session.flush()
    if not is_new:
        release(booking)
    wanted = list(_claims_of(booking))
    in_the_way = [
        and_(SlotClaim.scope == scope, SlotClaim.scope_id == scope_id, SlotClaim.quantum_at.between(first, last))
        for scope, scope_id, first, last in _reaches(booking)
    ]
    lapsed = (
        select(Booking.id)
        .where(Booking.id.in_(select(SlotClaim.booking_id).where(or_(*in_the_way))))
        .where(Booking.status == BookingStatus.HELD, Booking.held_until <= at)
        .order_by(Booking.id)
    )
    if met := session.scalars(lapsed.with_for_update(key_share=True)).all():
        session.execute(delete(SlotClaim).where(SlotClaim.booking_id.in_(met)))
    session.add_all(wanted)
    session.flush()


def secure(booking: Booking) -> bool:
    """Whether the time of a hold that is locked is still claimed; from here on nobody takes it for lapsed."""
    return session.scalar(select(SlotClaim.booking_id).where(SlotClaim.booking_id == booking.id).limit(1)) is not None


def release(booking: Booking) -> None:
    """Give the booking's time back."""
    session.execute(delete(SlotClaim).where(SlotClaim.booking_id == booking.id))


def _claims_of(booking: Booking) -> Iterator[SlotClaim]:
    for scope, scope_id, first, last in _reaches(booking):
        moment = first
        while moment <= last:
            yield SlotClaim(scope=scope, scope_id=scope_id, quantum_at=moment, booking_id=booking.id)
            moment += QUANTUM


def _reaches(booking: Booking) -> list[tuple[ClaimScope, int, datetime, datetime]]:
    """Whose time the booking takes, from its first quantum to its last, both on the grid of five minutes."""
    first = booking.claimed_from - (booking.claimed_from - GRID) % QUANTUM
    last = booking.claimed_until - datetime.resolution
    last -= (last - GRID) % QUANTUM
    people = ((ClaimScope.AGENT, booking.agent_id), (ClaimScope.PERSON, booking.person_id))
    return [(scope, scope_id, first, last) for scope, scope_id in people]
