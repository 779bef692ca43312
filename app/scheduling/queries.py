"""Reading call types and calls."""

from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.core.db import session
from app.identity import Person
from app.scheduling.models import Booking, BookingStatus, CallType
from app.scheduling.slots import MINUTES_A_DAY, get_zone, instant


def get_call_type() -> CallType:
    """The call type that stands first among those that can be booked about every incident."""
    return list_call_types(incident_reference="")[0]


def list_call_types(*, incident_reference: str) -> list[CallType]:
    """What can be booked about an incident, by id: what is opened for it, and what is opened for every one."""
    opened_for = CallType.incident_reference.in_(("", incident_reference))
    return list(session.scalars(select(CallType).where(opened_for, CallType.closed_at.is_(None)).order_by(CallType.id)))


def get_call(booking_id: int) -> Booking:
    """Any call, for staff; a slot that is only held is none."""
    return session.scalars(_with_people().where(Booking.id == booking_id, Booking.status != BookingStatus.HELD)).one()


def get_call_of(person: Person, booking_id: int) -> Booking:
    """A call of this investor's own."""
    return session.scalars(_with_people().where(Booking.id == booking_id, Booking.person_id == person.id)).one()


def find_open_call(*, person: Person, incident_reference: str, at: datetime) -> Booking | None:
    """The call about this incident that the investor has booked and not had yet."""
    return session.scalars(
        _with_people()
        .where(
            Booking.person_id == person.id,
            Booking.incident_reference == incident_reference,
            Booking.status == BookingStatus.BOOKED,
            Booking.ends_at > at,
        )
        .order_by(Booking.starts_at)
    ).first()


def list_calls_of(person: Person) -> list[Booking]:
    """An investor's calls, latest first; slots they only hold are none."""
    theirs = _with_people().where(Booking.person_id == person.id, Booking.status != BookingStatus.HELD)
    return list(session.scalars(theirs.order_by(Booking.starts_at.desc())))


def list_calls_to_come(agent: Person, *, at: datetime) -> list[Booking]:
    """An agent's booked calls that have not begun, in order."""
    theirs = _with_people().where(
        Booking.agent_id == agent.id, Booking.status == BookingStatus.BOOKED, Booking.starts_at > at
    )
    return list(session.scalars(theirs.order_by(Booking.starts_at)))


def list_calls(*, zone: str, on: date, until_on: date | None = None) -> list[Booking]:
    """Every agent's calls of one date of the zone, or through `until_on`, in order; cancelled ones too, holds not."""
    since, until = instant(get_zone(zone), on, 0), instant(get_zone(zone), until_on or on, MINUTES_A_DAY)
    return list(
        session.scalars(
            _with_people()
            .where(Booking.starts_at >= since, Booking.starts_at < until, Booking.status != BookingStatus.HELD)
            .order_by(Booking.starts_at, Booking.agent_id, Booking.id)
        )
    )


def list_people_called_at(number: str) -> list[Person]:
    """Whose calls go or went to this number, in E.164."""
    called = select(Booking.person_id).where(Booking.phone == number)
    return list(session.scalars(select(Person).where(Person.id.in_(called)).order_by(Person.full_name, Person.id)))


def _with_people() -> Select[Booking]:
    return select(Booking).options(joinedload(Booking.person), joinedload(Booking.agent), joinedload(Booking.call_type))
