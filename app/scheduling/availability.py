"""When agents take calls. Callers own the transaction; see `app.core.db`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import delete, select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.hours_models import HoursOverride, OverrideSource, OverrideWindow, WeeklyHours
from app.scheduling.rosters import list_weekly_hours
from app.scheduling.slots import MINUTES_A_DAY, Window

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_OVERRIDE = timedelta(days=366)


class BadHours(DomainError):
    """These hours cannot be kept."""


def set_hours(*, agent: Person, weekly: Iterable[tuple[int, Window]], by: Person | str, at: datetime) -> None:
    """Replace an agent's hours by (weekday, window) pairs in the agent's own zone; Monday is 0. Raises BadHours."""
    wanted = sorted(weekly)
    for weekday, window in wanted:
        if weekday not in range(7):
            raise BadHours("Choose a day of the week.")
        _check(window)
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


def set_override(
    *, agent: Person, from_on: date, to_on: date, windows: Sequence[Window], note: str, by: Person, at: datetime
) -> None:
    """Replace an agent's hours on each date from `from_on` to `to_on`; without windows these are days off.

    Raises BadHours.
    """
    wanted = sorted(windows)
    for window in wanted:
        _check(window)
    if any(after.start < window.end for window, after in pairwise(wanted)):
        raise BadHours("These hours overlap. Write them as one.")
    if not timedelta(0) <= to_on - from_on < LONGEST_OVERRIDE:
        raise BadHours(f"{to_on} cannot be the last day. Use {from_on} or a day within a year after it.")
    dates = [from_on + timedelta(days=number) for number in range((to_on - from_on).days + 1)]
    _forget(agent, dates, OverrideSource.AGENT)
    session.add_all(_override(agent, day, OverrideSource.AGENT, note, wanted) for day in dates)
    session.flush()
    said = [f"{_clock(window.start)}-{_clock(window.end)}" for window in wanted]
    on = [day.isoformat() for day in dates]
    audit.record(action="hours.overridden", actor=by, subject=agent, at=at, dates=on, windows=said, note=note)


def remove_override(*, agent: Person, on: date, source: OverrideSource, by: Person, at: datetime) -> None:
    """Go back to what the week says of a date; where nothing replaces it nothing changes."""
    if _forget(agent, [on], source):
        audit.record(action="hours.restored", actor=by, subject=agent, at=at, dates=[on.isoformat()])


def replace_holidays(agent: Person, names: Mapping[date, str], *, since_on: date) -> None:
    """Close these dates, and open again what an earlier file closed from `since_on`. The caller records it."""
    earlier = select(HoursOverride.on_date).where(
        HoursOverride.person_id == agent.id,
        HoursOverride.on_date >= since_on,
        HoursOverride.source == OverrideSource.HOLIDAY,
    )
    _forget(agent, list(session.scalars(earlier)), OverrideSource.HOLIDAY)
    session.add_all(_override(agent, day, OverrideSource.HOLIDAY, names[day], ()) for day in sorted(names))
    session.flush()


def _forget(agent: Person, dates: Sequence[date], source: OverrideSource) -> bool:
    """Whether anything was there to forget."""
    mine = select(HoursOverride).where(
        HoursOverride.person_id == agent.id, HoursOverride.on_date.in_(dates), HoursOverride.source == source
    )
    found = list(session.scalars(mine))
    for each in found:
        session.delete(each)
    session.flush()
    return bool(found)


def _override(agent: Person, day: date, source: OverrideSource, note: str, windows: Iterable[Window]) -> HoursOverride:
    opened = [OverrideWindow(start_minute=window.start, end_minute=window.end) for window in windows]
    return HoursOverride(person_id=agent.id, on_date=day, source=source, note=note, windows=opened)


def _kept(agent: Person, without: int | None = None) -> list[tuple[int, Window]]:
    return [(row.weekday, row.window) for row in list_weekly_hours(agent) if row.id != without]


def _check(window: Window) -> None:
    if not 0 <= window.start < window.end <= MINUTES_A_DAY:
        raise BadHours("The end must be later than the start, on the same day.")
    if window.start % 5 or window.end % 5:
        raise BadHours("Use times in steps of five minutes.")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
