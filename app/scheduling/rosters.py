"""When agents can take calls at all: their weekly hours with what overrides them, and what calendars say."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.db import session
from app.identity import Person
from app.scheduling.hours_models import BusyCalendar, BusyTime, HoursOverride, OverrideSource, WeeklyHours
from app.scheduling.slots import LONGEST_SHIFT, Busy, Hours, Window, get_zone


@dataclass(frozen=True)
class Roster:
    """One agent's hours, and the times in between that an imported calendar takes."""

    agent: Person
    hours: Hours
    busy: tuple[Busy, ...]


def list_rosters(agents: Iterable[Person], *, since: datetime, until: datetime) -> list[Roster]:
    """The rosters of the agents who have any hours, in the given order, for calls in [since, until)."""
    by_id = {agent.id: agent for agent in agents}
    weekly = _weekly(by_id)
    overrides = _overrides(by_id, (since - LONGEST_SHIFT).date(), (until + LONGEST_SHIFT).date())
    busy = _busy(by_id, since - LONGEST_SHIFT, until + LONGEST_SHIFT)
    return [
        Roster(
            agent=agent,
            hours=Hours(get_zone(agent.time_zone), weekly.get(agent_id, {}), overrides.get(agent_id, {})),
            busy=tuple(busy.get(agent_id, ())),
        )
        for agent_id, agent in by_id.items()
        if agent_id in weekly or agent_id in overrides
    ]


def list_weekly_hours(agent: Person) -> list[WeeklyHours]:
    """An agent's hours from Monday to Sunday."""
    wanted = select(WeeklyHours).where(WeeklyHours.person_id == agent.id)
    return list(session.scalars(wanted.order_by(WeeklyHours.weekday, WeeklyHours.start_minute)))


def list_overrides(agent: Person, *, since_on: date) -> list[HoursOverride]:
    """An agent's dated overrides and holidays from `since_on`, by date; what they typed comes first."""
    wanted = select(HoursOverride).options(selectinload(HoursOverride.windows))
    mine = wanted.where(HoursOverride.person_id == agent.id, HoursOverride.on_date >= since_on)
    return list(session.scalars(mine.order_by(HoursOverride.on_date, HoursOverride.source)))


def _weekly(agent_ids: Collection[int]) -> dict[int, dict[int, list[Window]]]:
    found: dict[int, dict[int, list[Window]]] = {}
    wanted = select(WeeklyHours).where(WeeklyHours.person_id.in_(agent_ids)).order_by(WeeklyHours.id)
    for row in session.scalars(wanted):
        found.setdefault(row.person_id, {}).setdefault(row.weekday, []).append(row.window)
    return found


def _overrides(agent_ids: Collection[int], since_on: date, until_on: date) -> dict[int, dict[date, list[Window]]]:
    """What an agent typed for a date counts before its holiday."""
    found: dict[int, dict[date, list[Window]]] = {}
    wanted = select(HoursOverride).where(
        HoursOverride.person_id.in_(agent_ids), HoursOverride.on_date.between(since_on, until_on)
    )
    for row in session.scalars(wanted.options(selectinload(HoursOverride.windows))):
        mine = found.setdefault(row.person_id, {})
        if row.source is OverrideSource.AGENT or row.on_date not in mine:
            mine[row.on_date] = [each.window for each in row.windows]
    return found


def _busy(agent_ids: Collection[int], since: datetime, until: datetime) -> dict[int, list[Busy]]:
    found: dict[int, list[Busy]] = {}
    wanted = select(BusyCalendar.person_id, BusyTime.starts_at, BusyTime.ends_at).join_from(BusyTime, BusyCalendar)
    within = wanted.where(BusyCalendar.person_id.in_(agent_ids), BusyTime.starts_at < until, BusyTime.ends_at > since)
    for person_id, starts_at, ends_at in session.execute(within):
        found.setdefault(person_id, []).append(Busy(starts_at, ends_at, counts=False))
    return found
