"""Which slots somebody may book. One function serves the list, the booking and the move, so they cannot disagree."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.core.db import session
from app.identity import Person, Role, list_people_with_role
from app.scheduling.explaining import Explanation, explain
from app.scheduling.models import Booking, BookingStatus, CallType
from app.scheduling.rosters import Roster, list_rosters
from app.scheduling.slots import DAY, LONGEST_SHIFT, MINUTES_A_DAY, Busy, Slot, get_zone, instant, list_slots


@dataclass(frozen=True)
class Offer:
    """A slot, and the ids of the agents who could take it, in rising order."""

    slot: Slot
    agent_ids: tuple[int, ...]


class Taken(NamedTuple):
    """A booking's times and whose they are, without what else a booking is."""

    booking_id: int
    agent_id: int
    person_id: int
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    claimed_from: datetime
    claimed_until: datetime


def list_agents() -> list[Person]:
    """Everybody who may take calls, by id."""
    return sorted(list_people_with_role(Role.SUPPORT), key=lambda person: person.id)


def free_slots(
    *,
    person: Person | None,
    call_type: CallType,
    zone: str,
    from_on: date,
    to_on: date,
    at: datetime,
    moving: Booking | None = None,
) -> list[Slot]:
    """What `person` may book (or move that booking to) on the dates from `from_on` to `to_on` of `zone`, in order.

    Raises UnknownZone.
    """
    since, until = instant(get_zone(zone), from_on, 0), instant(get_zone(zone), to_on, MINUTES_A_DAY)
    offers = list_offers(person=person, call_type=call_type, since=since, until=until, at=at, moving=moving)
    return [offer.slot for offer in offers]


def nearest_slots(
    *, person: Person, call_type: CallType, wanted: datetime, at: datetime, moving: Booking | None = None
) -> list[Slot]:
    """The three free slots closest to a time, in order of time.

    A day on either side is looked at first: where it has three, none further away is closer, and whoever is refused
    under a lock gives it back soon.
    """
    offers: list[Offer] = []
    for since, until in ((max(at, wanted - DAY), wanted + DAY), (at, at + call_type.rules.horizon + DAY)):
        offers = list_offers(person=person, call_type=call_type, since=since, until=until, at=at, moving=moving)
        if len(offers) >= 3:
            break
    closest = sorted((offer.slot for offer in offers), key=lambda slot: (abs(slot.start - wanted), slot.start))
    return sorted(closest[:3])


def list_offers(
    *,
    person: Person | None,
    call_type: CallType,
    since: datetime,
    until: datetime,
    at: datetime,
    moving: Booking | None = None,
) -> list[Offer]:
    """Every slot that starts in [since, until) and that `person` may book at this moment, in order.

    The time of the booking that is moved, and of a slot that `person` holds, is theirs to take. Without a person it is
    what somebody without any call is offered.
    """
    if call_type.closed_at is not None:
        return []
    agents = list_agents()
    people = [*agents, person] if person else agents
    taken = _list_taken(people, since - LONGEST_SHIFT, until + LONGEST_SHIFT, at)
    moved_id = moving.id if moving else None
    others = [each for each in taken if each.booking_id != moved_id and not _is_held_by(person, each)]
    own = [busy for each in others if person and each.person_id == person.id for busy in _busy(each, counts=False)]
    able: dict[Slot, list[int]] = {}
    for roster in list_rosters(agents, since=since, until=until):
        for slot in _slots_of(roster, call_type, [*own, *_calls_of(roster.agent, others)], (since, until), at):
            able.setdefault(slot, []).append(roster.agent.id)
    return [Offer(slot, tuple(able[slot])) for slot in sorted(able)]


def _slots_of(
    roster: Roster, call_type: CallType, busy: Sequence[Busy], span: tuple[datetime, datetime], at: datetime
) -> Iterator[Slot]:
    since, until = span
    found = list_slots(
        hours=roster.hours,
        rules=call_type.rules,
        busy=[*roster.busy, *busy],
        from_on=since.astimezone(roster.hours.zone).date() - DAY,
        to_on=until.astimezone(roster.hours.zone).date() + DAY,
        at=at,
    )
    return (slot for slot in found if since <= slot.start < until)


def _calls_of(agent: Person, taken: Iterable[Taken]) -> list[Busy]:
    return [busy for each in taken if each.agent_id == agent.id for busy in _busy(each, counts=True)]


def explain_day(*, call_type: CallType, on: date, at: datetime) -> list[tuple[Person, Explanation | None]]:
    """Why each agent has no slot on that date of their own zone; None for one who has no hours at all."""
    agents = list_agents()
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    since, until = midnight - LONGEST_SHIFT, midnight + LONGEST_SHIFT
    taken = _list_taken(agents, since - LONGEST_SHIFT, until + LONGEST_SHIFT, at)
    rosters = {roster.agent.id: roster for roster in list_rosters(agents, since=since, until=until)}

    def explained(agent: Person) -> Explanation | None:
        if (roster := rosters.get(agent.id)) is None:
            return None
        calls = _calls_of(agent, taken)
        return explain(hours=roster.hours, rules=call_type.rules, calls=calls, calendar=roster.busy, on=on, at=at)

    return [(agent, explained(agent)) for agent in agents]


def keeps_its_time(at: datetime) -> ColumnElement[bool]:
    """Whether a booking keeps somebody's time: cancelled ones and lapsed holds do not."""
    lapsed = and_(Booking.status == BookingStatus.HELD, Booking.held_until <= at)
    return and_(Booking.status != BookingStatus.CANCELLED, ~lapsed)


def has_room(booking: Booking, *, at: datetime) -> bool:
    """Whether its agent may take this call beside the others of its date.

    The list says so too, but without a lock; this is asked under the agent's, for claims keep only minutes apart.
    """
    if (most := booking.call_type.max_per_day) is None:
        return True
    zone = get_zone(booking.agent.time_zone)
    on = booking.starts_at.astimezone(zone).date()
    others = select(func.count()).where(
        Booking.agent_id == booking.agent.id,
        Booking.id.is_distinct_from(booking.id),
        Booking.starts_at >= instant(zone, on, 0),
        Booking.starts_at < instant(zone, on, MINUTES_A_DAY),
        keeps_its_time(at),
        or_(Booking.status != BookingStatus.HELD, Booking.person_id != booking.person.id),
    )
    return session.execute(others).scalar_one() < most


def _list_taken(people: Iterable[Person], since: datetime, until: datetime, at: datetime) -> list[Taken]:
    """The times of bookings that keep somebody's time in between, as they stand in the database now."""
    ids = sorted({person.id for person in people})
    who = (Booking.id, Booking.agent_id, Booking.person_id, Booking.status)
    when = (Booking.starts_at, Booking.ends_at, Booking.claimed_from, Booking.claimed_until)
    theirs = select(*who, *when).where(or_(Booking.agent_id.in_(ids), Booking.person_id.in_(ids)))
    within = theirs.where(keeps_its_time(at), Booking.claimed_until > since, Booking.claimed_from < until)
    return [Taken(*row) for row in session.execute(within)]


def _is_held_by(person: Person | None, taken: Taken) -> bool:
    return person is not None and taken.status is BookingStatus.HELD and taken.person_id == person.id


def _busy(taken: Taken, *, counts: bool) -> Iterator[Busy]:
    """The time with its buffers; the day it counts for is that of the call itself."""
    yield Busy(taken.claimed_from, taken.claimed_until, counts=False)
    if counts:
        yield Busy(taken.starts_at, taken.ends_at)
