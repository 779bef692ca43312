"""Every zone on every transition day from 2010 to 2037, against a naive oracle that shares nothing with the engine.

The oracle walks through the instants of three days minute by minute of offset change, and asks of each only what the
wall shows: no sum of wall-clock times, no `fold`, no UTC round trip.
"""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from app.scheduling.slots import Hours, Rules, Window, list_slots, zone_names

MINUTE = timedelta(minutes=1)
WINDOWS = (Window(0, 75), Window(105, 195), Window(600, 660), Window(1380, 1440))
RULES = Rules(duration=timedelta(minutes=30), step=timedelta(minutes=30), horizon=timedelta(days=30))
FIRST, LAST = datetime(2010, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)


def offset_at(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).replace(tzinfo=UTC) - moment.replace(microsecond=0)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Every minute from 2010 to 2037 at which the zone's offset is another than the minute before."""
    zone, found = ZoneInfo(name), []
    day = FIRST
    while day < LAST:
        following = day + timedelta(days=7)
        if offset_at(zone, day) != offset_at(zone, following):
            found.extend(_within(zone, day, following))
        day = following
    return tuple(found)


def _within(zone: ZoneInfo, low: datetime, high: datetime) -> list[datetime]:
    if offset_at(zone, low) == offset_at(zone, high):
        return []
    if high - low <= MINUTE:
        return [high]
    middle = low + (high - low) // 2
    middle = middle.replace(second=0, microsecond=0)
    return [*_within(zone, low, middle), *_within(zone, middle, high)]


def instant_of(zone: ZoneInfo, day: date, minutes: int, change: datetime) -> datetime:
    """The first instant at which the wall shows that time; where it never does, as with the offset before the gap."""
    wall = datetime.combine(day, time(), tzinfo=UTC) + minutes * MINUTE
    before = offset_at(zone, change - MINUTE)
    after = offset_at(zone, change)
    shown = [moment for moment in (wall - before, wall - after) if offset_at(zone, moment) == wall - moment]
    return min(shown) if shown else wall - before


def oracle(zone: ZoneInfo, day: date, change: datetime) -> list[datetime]:
    opened: set[datetime] = set()
    for window in WINDOWS:
        opens, closes = (instant_of(zone, day, minutes, change) for minutes in window)
        while opens < closes:
            opened.add(opens)
            opens += MINUTE
    found = []
    for begins in sorted(moment for moment in opened if moment - MINUTE not in opened):
        start = begins
        while all(start + n * MINUTE in opened for n in range(30)):
            found.append(start)
            start += 30 * MINUTE
    return sorted(set(found))


def near(zone: ZoneInfo, change: datetime) -> list[date]:
    """The dates of the wall on both sides of a change."""
    return sorted({(change + shift).astimezone(zone).date() for shift in (-MINUTE, MINUTE)})


def has_one_change(name: str, change: datetime) -> bool:
    """Whether no other change of the zone is within three days, where the oracle would need both."""
    return all(each == change or abs(each - change) > timedelta(days=3) for each in changes(name))


def check(name: str) -> int:
    zone = ZoneInfo(name)
    checked = 0
    for change in changes(name):
        if not has_one_change(name, change):
            continue
        for day in near(zone, change):
            hours = Hours(zone, {}, {day: WINDOWS})
            at = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=3)
            found = list_slots(hours=hours, rules=RULES, busy=[], from_on=day, to_on=day, at=at)
            assert [slot.start for slot in found] == oracle(zone, day, change), (name, day)
            assert all(slot.end - slot.start == RULES.duration for slot in found)
            checked += 1
    return checked


def distinct_zones() -> list[str]:
    """One zone of each history of changes, so that aliases are not asked twice."""
    by_history: dict[tuple[object, ...], str] = {}
    for name in sorted(zone_names()):
        zone = ZoneInfo(name)
        offsets = tuple(offset_at(zone, FIRST + timedelta(days=28 * n)) for n in range(366))
        by_history.setdefault(offsets, name)
    return sorted(by_history.values())


ZONES = distinct_zones()


@pytest.mark.parametrize("part", range(8))
def test_every_zone_is_right_on_every_day_its_clocks_change(part: int) -> None:
    checked = [check(name) for name in ZONES[part::8]]

    assert sum(checked) > 100


def test_the_zones_that_change_in_odd_ways_are_among_them() -> None:
    for name in ("Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "Africa/Casablanca", "Asia/Gaza"):
        assert len(changes(name)) >= 2, name


def test_the_zone_of_the_server_plays_no_part() -> None:
    program = """
from datetime import date, datetime, UTC, timedelta
from zoneinfo import ZoneInfo
from app.scheduling.slots import Hours, Rules, Window, list_slots
half = timedelta(minutes=30)
hours = Hours(ZoneInfo("America/New_York"), {day: [Window(0, 240)] for day in range(7)})
found = list_slots(hours=hours, rules=Rules(half, half, timedelta(days=400)), busy=[],
    from_on=date(2027, 3, 12), to_on=date(2027, 3, 16), at=datetime(2027, 1, 1, tzinfo=UTC))
print([slot.start.isoformat() for slot in found])
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe")
    }

    assert len(said) == 1
    assert "2027-03-14T05:00:00+00:00" in said.pop()
