"""Calls that a change of hours would leave outside them. Callers own the transaction; see `app.core.db`."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.models import Booking
from app.scheduling.queries import list_calls_to_come
from app.scheduling.rosters import list_rosters
from app.scheduling.slots import LONGEST_SHIFT, Hours, open_intervals


class HitsCalls(DomainError):
    """The change would leave booked calls outside the agent's hours, and nobody said that this is meant."""

    def __init__(self, calls: list[Booking]) -> None:
        super().__init__("Calls are booked at times that you would close. Nothing was changed yet.")
        self.call_ids = [call.id for call in calls]


@contextmanager
def telling_hits(agent: Person, *, accepted: Collection[int], at: datetime) -> Iterator[None]:
    """Change the agent's hours inside. Raises HitsCalls when that leaves out calls whose ids are not `accepted`."""
    left_out_before = {call.id for call in _left_out(agent, at)}
    yield
    hit = [call for call in _left_out(agent, at) if call.id not in left_out_before]
    if any(call.id not in accepted for call in hit):
        raise HitsCalls(hit)


def _left_out(agent: Person, at: datetime) -> list[Booking]:
    """The agent's calls to come that do not lie within their hours, in order."""
    calls = list_calls_to_come(agent, at=at)
    if not calls:
        return []
    rosters = list_rosters([agent], since=at, until=calls[-1].ends_at)
    return [call for call in calls if not rosters or not _is_open(rosters[0].hours, call)]


def _is_open(hours: Hours, call: Booking) -> bool:
    first = (call.starts_at - LONGEST_SHIFT).astimezone(hours.zone).date()
    days = [first + timedelta(days=number) for number in range((2 * LONGEST_SHIFT).days + 1)]
    opened = [interval for day in days for interval in open_intervals(hours, day)]
    return any(opens <= call.starts_at and call.ends_at <= closes for opens, closes in opened)
