"""Calendars that others wrote, as busy times and as holidays. Pure; nothing is kept of what an entry is about.

Reading is bounded before it begins: bytes, entries, and how far their rules would have to be followed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from app.core.errors import DomainError

MOST_BYTES = 2_000_000
MOST_ENTRIES = 5_000
MOST_STEPS = 2_000_000
"""Days, or hours, that all rules together are followed through; a thousand daily rules of five years are fewer."""
MOST_TIMES = 10_000
LONGEST_NOTE = 200
UNREADABLE = "This is not a calendar that we can read. Export it again as iCalendar (.ics)."
OFTEN = {"HOURLY": 24, "MINUTELY": 24 * 60, "SECONDLY": 24 * 60 * 60}


class BadCalendar(DomainError):
    """The text is no calendar that we read."""


@dataclass(frozen=True)
class Holiday:
    """A whole day off and its name."""

    on: date
    name: str


def read_busy(content: bytes, *, zone: ZoneInfo, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Stretches within [since, until) that the calendar calls busy, in UTC, in order, without overlap.

    Times without a zone, and whole days, are in `zone`. Cancelled and transparent entries take no time.
    Raises BadCalendar.
    """
    times: list[tuple[datetime, datetime]] = []
    for event in _events(content, since, until):
        if _takes_time(event):
            start, end = _instant(event.start, zone), _instant(event.end, zone)
            times.append((max(start, since), min(end, until)))
    return _merged(pair for pair in times if pair[0] < pair[1])


def read_holidays(content: bytes, *, from_on: date, to_on: date) -> list[Holiday]:
    """The whole-day entries from one date to the other, both included, one a date. Raises BadCalendar."""
    found: dict[date, str] = {}
    days = (datetime.combine(day, time(), tzinfo=UTC) for day in (from_on, to_on + timedelta(days=1)))
    for event in _events(content, *days):
        first, last = event.start, event.end
        is_off = str(event.get("STATUS", "")).upper() == "CANCELLED"
        if isinstance(first, datetime) or isinstance(last, datetime) or is_off:
            continue
        name = " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_NOTE]
        for number in range(max((last - first).days, 1)):
            found.setdefault(first + timedelta(days=number), name)
    return [Holiday(day, found[day]) for day in sorted(found) if from_on <= day <= to_on]


def _events(content: bytes, since: datetime, until: datetime) -> list[icalendar.Event]:
    """Every occurrence that touches [since, until). Raises BadCalendar."""
    if len(content) > MOST_BYTES:
        raise BadCalendar(f"The calendar has {len(content)} bytes. The most we read is {MOST_BYTES}.")
    if not content.strip().upper().endswith(b"END:VCALENDAR"):
        raise BadCalendar(UNREADABLE)  # a part of one would free time that the rest takes
    try:
        calendar = icalendar.Calendar.from_ical(content)
        _refuse_endless([each for each in calendar.walk("VEVENT") if isinstance(each, icalendar.Event)], until)
        found: list[icalendar.Event] = recurring_ical_events.of(calendar, skip_bad_series=True).between(since, until)
    except BadCalendar:
        raise
    except Exception as error:  # the libraries raise many kinds for text that is no calendar
        raise BadCalendar(UNREADABLE) from error
    if len(found) > MOST_TIMES:
        raise BadCalendar(f"The calendar has {len(found)} entries in that time. The most we read is {MOST_TIMES}.")
    return found


def _refuse_endless(events: list[icalendar.Event], until: datetime) -> None:
    """Raises BadCalendar for what would take too long to follow."""
    if len(events) > MOST_ENTRIES:
        raise BadCalendar(f"The calendar has {len(events)} entries. The most we read is {MOST_ENTRIES}.")
    steps = sum(_steps(event.start, rule, until.date()) for event in events for rule in event.rrules)
    if steps > MOST_STEPS:
        raise BadCalendar("The calendar repeats its entries too often or for too long to be read.")


def _steps(start: date, rule: icalendar.vRecur, until: date) -> int:
    """How many candidates the rule is followed through from its start, at most."""
    first = start.date() if isinstance(start, datetime) else start
    a_day = OFTEN.get(str(rule.get("FREQ", [""])[0]).upper(), 1)
    for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        a_day *= max(len(rule.get(part, [])), 1)
    return max((until - first).days, 1) * a_day


def _takes_time(event: icalendar.Event) -> bool:
    is_free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    is_off = str(event.get("STATUS", "")).upper() == "CANCELLED"
    shown_free = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    return not (is_free or is_off or shown_free)


def _instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _merged(times: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(times):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
