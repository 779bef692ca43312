"""Agents' own calendars: busy times from an address, holidays from a file. Callers own the transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update

from app import audit
from app.core import signals
from app.core.db import ring, session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.availability import replace_holidays
from app.scheduling.fetching import check_address
from app.scheduling.hours_models import BusyCalendar, BusyTime
from app.scheduling.ics import read_busy, read_holidays
from app.scheduling.slots import get_zone

EVERY = timedelta(minutes=15)
AHEAD = timedelta(days=400)
"""Further than any horizon, so that the last good copy serves for long."""
HOLIDAYS_AHEAD = timedelta(days=730)
MOST_CALENDARS = 5


class TooMany(DomainError):
    """No further calendar is kept."""


@dataclass(frozen=True)
class Due:
    """A calendar that somebody took to fetch."""

    calendar_id: int
    address: str
    zone: str


def add_calendar(*, agent: Person, address: str, by: Person, at: datetime) -> BusyCalendar:
    """Keep an address whose busy times close the agent's slots; the worker fetches it soon.

    One that is kept already stays as it is. Raises CannotFetch and TooMany.
    """
    checked = check_address(address)
    kept = list_calendars(agent)
    if same := next((each for each in kept if each.address == checked), None):
        return same
    if len(kept) >= MOST_CALENDARS:
        raise TooMany(f"You have {len(kept)} calendars. Remove one before you add another.")
    calendar = BusyCalendar(person_id=agent.id, address=checked, due_at=at)
    session.add(calendar)
    session.flush()
    audit.record(action="calendar.added", actor=by, subject=agent, at=at, host=calendar.host)
    ring(signals.calendar_added)
    return calendar


def remove_calendar(*, agent: Person, calendar_id: int, by: Person, at: datetime) -> None:
    """Forget a calendar of the agent's and its busy times; one that is gone already changes nothing."""
    mine = select(BusyCalendar).where(BusyCalendar.id == calendar_id, BusyCalendar.person_id == agent.id)
    calendar = session.scalars(mine).one_or_none()
    if calendar is None:
        return
    session.execute(delete(BusyTime).where(BusyTime.calendar_id == calendar.id))
    session.delete(calendar)
    audit.record(action="calendar.removed", actor=by, subject=agent, at=at, host=calendar.host)
    session.flush()


def list_calendars(agent: Person) -> list[BusyCalendar]:
    """An agent's calendars, the oldest first."""
    return list(
        session.scalars(select(BusyCalendar).where(BusyCalendar.person_id == agent.id).order_by(BusyCalendar.id))
    )


def take_due_calendar(*, at: datetime) -> Due | None:
    """A calendar whose turn it is, taken for this round; nobody else takes it before the next."""
    due = select(BusyCalendar).where(BusyCalendar.due_at <= at).order_by(BusyCalendar.due_at, BusyCalendar.id)
    calendar = session.scalars(due.limit(1).with_for_update(skip_locked=True)).first()
    if calendar is None:
        return None
    calendar.due_at = at + EVERY
    session.flush()
    return Due(calendar.id, calendar.address, calendar.person.time_zone)


def read_due(due: Due, content: bytes, *, at: datetime) -> list[tuple[datetime, datetime]]:
    """The busy times of what was fetched, for as long ahead as they are kept. Raises BadCalendar."""
    return read_busy(content, zone=get_zone(due.zone), since=at - timedelta(days=1), until=at + AHEAD)


def keep_busy_times(due: Due, times: list[tuple[datetime, datetime]], *, at: datetime) -> None:
    """Replace the copy by a newer good one; nothing is kept for a calendar that was removed meanwhile."""
    fetched = update(BusyCalendar).where(BusyCalendar.id == due.calendar_id)
    if session.scalar(fetched.values(tried_at=at, fetched_at=at, problem="").returning(BusyCalendar.id)) is None:
        return
    session.execute(delete(BusyTime).where(BusyTime.calendar_id == due.calendar_id))
    session.add_all(BusyTime(calendar_id=due.calendar_id, starts_at=start, ends_at=end) for start, end in times)
    session.flush()


def keep_problem(due: Due, problem: str, *, at: datetime) -> None:
    """Say why the calendar could not be read; the last good copy stays."""
    session.execute(update(BusyCalendar).where(BusyCalendar.id == due.calendar_id).values(tried_at=at, problem=problem))


def import_holidays(*, agent: Person, content: bytes, by: Person, at: datetime) -> int:
    """Close the agent's days that the file calls holidays, in place of an earlier file's; how many.

    Raises BadCalendar.
    """
    today = at.astimezone(get_zone(agent.time_zone)).date()
    found = read_holidays(content, from_on=today, to_on=today + HOLIDAYS_AHEAD)
    replace_holidays(agent, {each.on: each.name for each in found}, since_on=today)
    dates = [each.on.isoformat() for each in found]
    digest = sha256(content).hexdigest()
    audit.record(action="holidays.imported", actor=by, subject=agent, at=at, dates=dates, digest=digest)
    return len(found)
