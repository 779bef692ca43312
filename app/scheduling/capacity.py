"""How many more calls support could take, to be compared with the people who are invited to book one."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.core.db import session
from app.identity import Person
from app.scheduling.models import Booking
from app.scheduling.offers import keeps_its_time, list_agents, list_offers
from app.scheduling.queries import get_call_type
from app.scheduling.slots import Rules, Slot


def count_free_calls(*, asking: Person, until: datetime, at: datetime) -> int:
    """How many calls of the usual type could still be booked to begin before `until`, by `asking` or anybody like them.

    Each agent takes them one after the other, with the buffers between, up to the maximum of a day.
    """
    call_type = get_call_type()
    offers = list_offers(person=asking, call_type=call_type, since=at, until=until, at=at)
    taken = _count_taken(at)
    return sum(
        _count_one_after_another(
            [offer.slot for offer in offers if agent.id in offer.agent_ids], call_type.rules, agent, taken
        )
        for agent in list_agents()
    )


def _count_taken(at: datetime) -> Counter[tuple[int, date]]:
    """Calls by agent and date of their zone, of today and later."""
    calls = session.scalars(select(Booking).where(keeps_its_time(at), Booking.ends_at > at))
    return Counter((call.agent_id, _day(call.starts_at, call.agent)) for call in calls)


def _count_one_after_another(
    slots: Iterable[Slot], rules: Rules, agent: Person, taken: Counter[tuple[int, date]]
) -> int:
    count, free_from = 0, None
    for slot in slots:
        key = (agent.id, _day(slot.start, agent))
        is_full = rules.max_per_day is not None and taken[key] >= rules.max_per_day
        if is_full or (free_from is not None and slot.start - rules.buffer_before < free_from):
            continue
        taken[key] += 1
        count, free_from = count + 1, slot.end + rules.buffer_after
    return count


def _day(moment: datetime, agent: Person) -> date:
    return moment.astimezone(ZoneInfo(agent.time_zone)).date()
