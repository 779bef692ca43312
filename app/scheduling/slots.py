"""Which slots somebody's hours offer. Pure; every sum is on UTC instants, and the server's zone plays no part.

The meaning of each field is fixed by `flask slots` in the public contract.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from app.core.errors import DomainError

MINUTES_A_DAY = 24 * 60
DAY = timedelta(days=1)
LONGEST_SHIFT = 2 * DAY
"""No clock change moves a window further than this from its date, not even where a whole day was skipped."""


class UnknownZone(DomainError):
    """The name is in no time zone database."""


class Window(NamedTuple):
    """Wall-clock opening hours of one date, in minutes since midnight; `end` may be 1440, the next midnight."""

    start: int
    end: int

    @property
    def in_words(self) -> str:
        """`09:00 to 17:00`."""
        return f"{self.start // 60:02d}:{self.start % 60:02d} to {self.end // 60:02d}:{self.end % 60:02d}"


class Slot(NamedTuple):
    """A bookable start and the end of its call, as UTC instants."""

    start: datetime
    end: datetime


class Busy(NamedTuple):
    """Time that is taken, half-open. `counts` says whether it is a call that `max_per_day` counts."""

    start: datetime
    end: datetime
    counts: bool = True


@dataclass(frozen=True)
class Rules:
    """How calls of one type may be booked."""

    duration: timedelta
    step: timedelta
    horizon: timedelta
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    notice: timedelta = timedelta(0)
    max_per_day: int | None = None


@dataclass(frozen=True)
class Hours:
    """One person's opening hours: by weekday (Monday is 0), and dates on which others replace them."""

    zone: ZoneInfo
    weekly: Mapping[int, Sequence[Window]]
    overrides: Mapping[date, Sequence[Window]] = field(default_factory=dict)

    def windows_on(self, day: date) -> Sequence[Window]:
        """The wall-clock windows of a date; empty when closed."""
        return self.overrides.get(day, self.weekly.get(day.weekday(), ()))


def list_slots(
    *, hours: Hours, rules: Rules, busy: Iterable[Busy], from_on: date, to_on: date, at: datetime
) -> list[Slot]:
    """The slots of the dates `from_on` to `to_on` (both included, in the zone of the hours) as of `at`, in order."""
    taken = list(busy)
    earliest, latest = at + rules.notice, at + rules.horizon
    calls = Counter(each.start.astimezone(hours.zone).date() for each in taken if each.counts)
    blocked = _blocked_starts(taken, rules)
    first = max(from_on, earliest.date() - LONGEST_SHIFT)
    last = min(to_on, latest.date() + LONGEST_SHIFT)
    starts: set[datetime] = set()
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if rules.max_per_day is not None and calls[day] >= rules.max_per_day:
            continue
        for opens, closes in open_intervals(hours, day):
            found = _starts(opens, min(closes - rules.duration, latest), rules.step, blocked)
            starts.update(start for start in found if start >= earliest)
    return [Slot(start, start + rules.duration) for start in sorted(starts)]


def get_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as `America/New_York`. Raises UnknownZone."""
    if name not in zone_names():
        raise UnknownZone(f"{name!r} is not a time zone. Use a name such as America/New_York.")
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """Every zone name but `localtime`, which would mean the server's own zone."""
    return frozenset(available_timezones() - {"localtime"})


def instant(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """The UTC instant of a wall-clock time, by RFC 5545 3.3.5.

    A time that does not exist takes the offset before the gap; one that occurs twice is the first: both are fold=0.
    """
    days, rest = divmod(minutes, MINUTES_A_DAY)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tzinfo=zone)
    return wall.astimezone(UTC)


def open_intervals(hours: Hours, day: date) -> list[tuple[datetime, datetime]]:
    """The windows of a date as disjoint intervals; those that touch or overlap are one, empty ones are gone."""
    ends = ((instant(hours.zone, day, start), instant(hours.zone, day, end)) for start, end in hours.windows_on(day))
    merged: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(pair for pair in ends if pair[0] < pair[1]):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


def _blocked_starts(taken: Iterable[Busy], rules: Rules) -> list[tuple[datetime, datetime]]:
    """Disjoint open intervals in which no slot may start, in order; a start on a border is allowed."""
    reach = rules.duration + rules.buffer_after
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(
        (each.start - reach, each.end + rules.buffer_before) for each in taken if each.start < each.end
    ):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _starts(
    opens: datetime, last: datetime, step: timedelta, blocked: Sequence[tuple[datetime, datetime]]
) -> Iterator[datetime]:
    """`opens` plus whole steps up to `last`, without the starts inside a blocked interval."""
    position = bisect_right(blocked, opens, key=lambda interval: interval[1])
    start = opens
    while start <= last:
        while position < len(blocked) and blocked[position][1] <= start:
            position += 1
        if position < len(blocked) and blocked[position][0] < start:
            start += -((start - blocked[position][1]) // step) * step
            continue
        yield start
        start += step
