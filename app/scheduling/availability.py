"""When agents take calls. Callers own the transaction; see `app.core.db`."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from sqlalchemy import delete

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.models import WeeklyHours
from app.scheduling.queries import list_weekly_hours
from app.scheduling.slots import MINUTES_A_DAY, Window

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class BadHours(DomainError):
    """These hours cannot be kept."""


def set_hours(*, agent: Person, weekly: Iterable[tuple[int, Window]], by: Person | str, at: datetime) -> None:
    """Replace an agent's hours by (weekday, window) pairs in the agent's own zone; Monday is 0. Raises BadHours."""
    wanted = sorted(weekly)
    for weekday, window in wanted:
        _check(weekday, window)
    for (weekday, window), (next_day, after) in pairwise(wanted):
        if weekday == next_day and after.start < window.end:
            raise BadHours(f"You already have hours on {WEEKDAY_NAMES[weekday]} at that time.")
    session.execute(delete(WeeklyHours).where(WeeklyHours.person_id == agent.id))
    session.add_all(
        WeeklyHours(person_id=agent.id, weekday=weekday, start_minute=window.start, end_minute=window.end)
        for weekday, window in wanted
    )
    session.flush()
    said = [f"{WEEKDAY_NAMES[weekday]} {_clock(window.start)}-{_clock(window.end)}" for weekday, window in wanted]
    audit.record(action="hours.changed", actor=by, subject=agent, at=at, weekly=said, zone=agent.time_zone)


def add_hours(*, agent: Person, weekday: int, window: Window, by: Person, at: datetime) -> None:
    """Add one window to an agent's week. Raises BadHours."""
    set_hours(agent=agent, weekly=[*_kept(agent), (weekday, window)], by=by, at=at)


def remove_hours(*, agent: Person, hours_id: int, by: Person, at: datetime) -> None:
    """Take one window out of an agent's week; one that is gone already changes nothing."""
    set_hours(agent=agent, weekly=_kept(agent, without=hours_id), by=by, at=at)


def _kept(agent: Person, without: int | None = None) -> list[tuple[int, Window]]:
    return [(row.weekday, row.window) for row in list_weekly_hours(agent) if row.id != without]


def _check(weekday: int, window: Window) -> None:
    if weekday not in range(7):
        raise BadHours("Choose a day of the week.")
    if not 0 <= window.start < window.end <= MINUTES_A_DAY:
        raise BadHours("The end must be later than the start, on the same day.")
    if window.start % 5 or window.end % 5:
        raise BadHours("Use times in steps of five minutes.")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
