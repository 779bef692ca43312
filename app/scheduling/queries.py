"""Reading slots and calls. One function serves both the list of slots and the booking, so they cannot disagree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.core.db import session
from app.identity import Person, Role, list_people_with_role
from app.scheduling.models import Booking, BookingStatus, CallType, WeeklyHours
from app.scheduling.slots import (
    DAY,
    LONGEST_SHIFT,
    MINUTES_A_DAY,
    Busy,
    Hours,
    Slot,
    Window,
    get_zone,
    instant,
    list_slots,
)


@dataclass(frozen=True)
class Offer:
    """A slot, and the ids of the agents who could take it, in rising order."""

    slot: Slot
    agent_ids: tuple[int, ...]


def get_call_type() -> CallType:
    """The call type that investors book."""
    return session.scalars(select(CallType).order_by(CallType.id).limit(1)).one()


def list_agents() -> list[Person]:
    """Everybody who may take calls, by id."""
    return sorted(list_people_with_role(Role.SUPPORT), key=lambda person: person.id)


def free_slots(
    *, person: Person, call_type: CallType, zone: str, from_on: date, to_on: date, at: datetime
) -> list[Slot]:
    """What `person` may book at this moment, on the dates from `from_on` to `to_on` of `zone`, in order.

    Raises UnknownZone.
    """
    since, until = instant(get_zone(zone), from_on, 0), instant(get_zone(zone), to_on, MINUTES_A_DAY)
    offers = list_offers(person=person, call_type=call_type, since=since, until=until, at=at)
    return [offer.slot for offer in offers]


def nearest_slots(*, person: Person, call_type: CallType, wanted: datetime, at: datetime) -> list[Slot]:
    """The three free slots closest to a time, in order of time."""
    until = at + call_type.rules.horizon + DAY
    offers = list_offers(person=person, call_type=call_type, since=at, until=until, at=at)
    closest = sorted((offer.slot for offer in offers), key=lambda slot: (abs(slot.start - wanted), slot.start))
    return sorted(closest[:3])


def list_offers(*, person: Person, call_type: CallType, since: datetime, until: datetime, at: datetime) -> list[Offer]:
    """Every slot that starts in [since, until) and that `person` may book at this moment, in order."""
    agents = list_agents()
    taken = _list_taken([agent.id for agent in agents] + [person.id], since - LONGEST_SHIFT, until + LONGEST_SHIFT)
    own = [_busy(each, counts=False) for each in taken if each.person_id == person.id]
    able: dict[Slot, list[int]] = {}
    for agent, hours in _hours_of(agents):
        found = list_slots(
            hours=hours,
            rules=call_type.rules,
            busy=[*own, *(_busy(each, counts=True) for each in taken if each.agent_id == agent.id)],
            from_on=since.astimezone(hours.zone).date() - DAY,
            to_on=until.astimezone(hours.zone).date() + DAY,
            at=at,
        )
        for slot in found:
            if since <= slot.start < until:
                able.setdefault(slot, []).append(agent.id)
    return [Offer(slot, tuple(able[slot])) for slot in sorted(able)]


def list_weekly_hours(agent: Person) -> list[WeeklyHours]:
    """An agent's hours from Monday to Sunday."""
    wanted = select(WeeklyHours).where(WeeklyHours.person_id == agent.id)
    return list(session.scalars(wanted.order_by(WeeklyHours.weekday, WeeklyHours.start_minute)))


def get_call(booking_id: int) -> Booking:
    """Any call, for staff."""
    return session.scalars(_with_people().where(Booking.id == booking_id)).one()


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
    """An investor's calls, latest first."""
    return list(
        session.scalars(_with_people().where(Booking.person_id == person.id).order_by(Booking.starts_at.desc()))
    )


def list_calls(*, zone: str, on: date) -> list[Booking]:
    """Every agent's calls of one date of the zone, in order of time; cancelled ones too."""
    since, until = instant(get_zone(zone), on, 0), instant(get_zone(zone), on, MINUTES_A_DAY)
    return list(
        session.scalars(
            _with_people()
            .where(Booking.starts_at >= since, Booking.starts_at < until)
            .order_by(Booking.starts_at, Booking.agent_id, Booking.id)
        )
    )


def _with_people() -> Select[Booking]:
    return select(Booking).options(joinedload(Booking.person), joinedload(Booking.agent), joinedload(Booking.call_type))


def _list_taken(people: Iterable[int], since: datetime, until: datetime) -> list[Booking]:
    """Calls that keep somebody's time in between: all but the cancelled."""
    ids = sorted(set(people))
    return list(
        session.scalars(
            select(Booking).where(
                Booking.agent_id.in_(ids) | Booking.person_id.in_(ids),
                Booking.status != BookingStatus.CANCELLED,
                Booking.claimed_until > since,
                Booking.claimed_from < until,
            )
        )
    )


def _busy(booking: Booking, *, counts: bool) -> Busy:
    return Busy(booking.claimed_from, booking.claimed_until, counts)


def _hours_of(agents: Iterable[Person]) -> list[tuple[Person, Hours]]:
    """Agents who have hours, in the given order."""
    by_id = {agent.id: agent for agent in agents}
    weekly: dict[int, dict[int, list[Window]]] = {}
    for row in session.scalars(select(WeeklyHours).where(WeeklyHours.person_id.in_(by_id)).order_by(WeeklyHours.id)):
        weekly.setdefault(row.person_id, {}).setdefault(row.weekday, []).append(row.window)
    return [
        (by_id[agent], Hours(get_zone(by_id[agent].time_zone), weekly[agent])) for agent in by_id if agent in weekly
    ]
