"""Slots against examples, and against a slow reference that shares no arithmetic with them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scheduling.slots import (
    Busy,
    Hours,
    Rules,
    UnknownZone,
    Window,
    get_zone,
    instant,
    list_slots,
    zone_names,
)

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = Window(9 * 60, 17 * 60)
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
GRAIN = timedelta(minutes=5)
LONG_BEFORE = datetime(2027, 1, 1, tzinfo=UTC)


def some_rules(**changed: object) -> Rules:
    return Rules(**({"duration": HALF_HOUR, "step": HALF_HOUR, "horizon": timedelta(days=400)} | changed))  # type: ignore[arg-type]  # a builder


def open_on(day: date, *windows: Window, zone: ZoneInfo = NEW_YORK) -> Hours:
    return Hours(zone=zone, weekly={}, overrides={day: windows})


def starts(
    hours: Hours,
    day: date,
    *,
    rules: Rules | None = None,
    busy: list[Busy] | None = None,
    at: datetime = LONG_BEFORE,
    to: date | None = None,
) -> list[str]:
    found = list_slots(hours=hours, rules=rules or some_rules(), busy=busy or [], from_on=day, to_on=to or day, at=at)
    return [f"{slot.start:%Y-%m-%dT%H:%M}" for slot in found]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY = date(2027, 3, 1)


def test_a_working_day_offers_a_slot_every_step_and_the_last_one_ends_with_the_window() -> None:
    found = starts(Hours(NEW_YORK, {0: [NINE_TO_FIVE]}), MONDAY)

    assert len(found) == 16
    assert (found[0], found[-1]) == ("2027-03-01T14:00", "2027-03-01T21:30")


def test_both_ends_of_the_range_are_included_and_closed_weekdays_offer_nothing() -> None:
    found = starts(Hours(NEW_YORK, {0: [Window(540, 570)], 2: [Window(540, 570)]}), MONDAY, to=date(2027, 3, 8))

    assert found == ["2027-03-01T14:00", "2027-03-03T14:00", "2027-03-08T14:00"]


def test_a_call_that_would_end_after_the_window_is_not_offered() -> None:
    found = starts(open_on(MONDAY, Window(540, 600)), MONDAY, rules=some_rules(duration=timedelta(minutes=40)))

    assert found == ["2027-03-01T14:00"]


def test_windows_that_touch_or_overlap_are_one() -> None:
    touching = starts(open_on(MONDAY, Window(560, 600), Window(540, 560)), MONDAY)
    overlapping = starts(open_on(MONDAY, Window(540, 580), Window(545, 600)), MONDAY)
    apart = starts(open_on(MONDAY, Window(540, 560), Window(561, 600)), MONDAY)

    assert touching == overlapping == ["2027-03-01T14:00", "2027-03-01T14:30"]
    assert apart == ["2027-03-01T14:21"]


def test_a_window_inside_another_does_not_shorten_it() -> None:
    assert len(starts(open_on(MONDAY, Window(540, 660), Window(550, 560)), MONDAY)) == 4


def test_a_window_that_ends_no_later_than_it_starts_is_empty() -> None:
    assert starts(open_on(MONDAY, Window(600, 600), Window(700, 540)), MONDAY) == []


def test_twenty_four_hundred_is_the_next_midnight() -> None:
    assert starts(open_on(MONDAY, Window(23 * 60, 1440)), MONDAY) == ["2027-03-02T04:00", "2027-03-02T04:30"]


def test_an_override_replaces_the_weekly_windows_and_an_empty_one_closes_the_day() -> None:
    weekly = {0: [NINE_TO_FIVE]}

    replaced = Hours(NEW_YORK, weekly, {MONDAY: [Window(600, 630)]})
    closed = Hours(NEW_YORK, weekly, {MONDAY: []})

    assert starts(replaced, MONDAY) == ["2027-03-01T15:00"]
    assert starts(closed, MONDAY) == []


def test_busy_time_is_half_open_so_a_call_may_begin_when_another_ends() -> None:
    busy = [Busy(utc("2027-03-01T14:30"), utc("2027-03-01T15:00"))]

    assert starts(open_on(MONDAY, Window(540, 630)), MONDAY, busy=busy) == ["2027-03-01T14:00", "2027-03-01T15:00"]


def test_one_minute_of_overlap_takes_the_slot() -> None:
    busy = [Busy(utc("2027-03-01T14:29"), utc("2027-03-01T14:31"))]

    assert starts(open_on(MONDAY, Window(540, 630)), MONDAY, busy=busy) == ["2027-03-01T15:00"]


def test_buffers_keep_their_distance_on_both_sides() -> None:
    rules = some_rules(
        step=timedelta(minutes=5), buffer_before=timedelta(minutes=10), buffer_after=timedelta(minutes=20)
    )
    busy = [Busy(utc("2027-03-01T16:00"), utc("2027-03-01T16:30"))]

    found = starts(open_on(MONDAY, Window(600, 780)), MONDAY, rules=rules, busy=busy)

    assert "2027-03-01T15:10" in found
    assert "2027-03-01T15:15" not in found
    assert "2027-03-01T16:35" not in found
    assert "2027-03-01T16:40" in found


def test_a_slot_that_exactly_fits_between_two_busy_times_is_offered() -> None:
    busy = [
        Busy(utc("2027-03-01T14:00"), utc("2027-03-01T14:30")),
        Busy(utc("2027-03-01T15:00"), utc("2027-03-01T18:00")),
    ]

    assert starts(open_on(MONDAY, Window(540, 720)), MONDAY, busy=busy) == ["2027-03-01T14:30"]


def test_busy_times_that_overlap_or_lie_inside_each_other_take_their_whole_span() -> None:
    before = Busy(utc("2027-03-01T13:00"), utc("2027-03-01T13:30"))
    long, inside = (
        Busy(utc("2027-03-01T14:30"), utc("2027-03-01T16:00")),
        Busy(utc("2027-03-01T14:45"), utc("2027-03-01T15:00")),
    )
    onward = Busy(utc("2027-03-01T15:55"), utc("2027-03-01T16:30"))

    found = starts(open_on(MONDAY, Window(540, 720)), MONDAY, busy=[onward, inside, long, before])

    assert found == ["2027-03-01T14:00", "2027-03-01T16:30"]


def test_an_empty_busy_time_takes_nothing() -> None:
    busy = [Busy(utc("2027-03-01T14:15"), utc("2027-03-01T14:15"))]

    assert starts(open_on(MONDAY, Window(540, 570)), MONDAY, busy=busy) == ["2027-03-01T14:00"]


def test_notice_and_horizon_include_their_last_moment() -> None:
    hours = open_on(MONDAY, Window(540, 660))
    rules = some_rules(notice=timedelta(minutes=60), horizon=timedelta(days=1))

    assert starts(hours, MONDAY, rules=rules, at=utc("2027-03-01T13:30"))[0] == "2027-03-01T14:30"
    assert starts(hours, MONDAY, rules=rules, at=utc("2027-03-01T13:31"))[0] == "2027-03-01T15:00"
    assert starts(hours, MONDAY, rules=rules, at=utc("2027-02-28T14:30"))[-1] == "2027-03-01T14:30"
    assert starts(hours, MONDAY, rules=rules, at=utc("2027-02-28T14:29"))[-1] == "2027-03-01T14:00"


def test_the_horizon_is_counted_in_days_of_twenty_four_hours() -> None:
    sunday = date(2027, 3, 14)
    rules = some_rules(horizon=timedelta(days=1))

    found = starts(open_on(sunday, NINE_TO_FIVE), sunday, rules=rules, at=utc("2027-03-13T14:00"))

    assert found == ["2027-03-14T13:00", "2027-03-14T13:30", "2027-03-14T14:00"]


def test_a_full_day_offers_nothing_and_uncounted_appointments_do_not_fill_it() -> None:
    rules = some_rules(max_per_day=1)
    hours = open_on(MONDAY, Window(540, 600))
    elsewhere = (utc("2027-03-01T20:00"), utc("2027-03-01T20:30"))

    assert starts(hours, MONDAY, rules=rules, busy=[Busy(*elsewhere)]) == []
    assert len(starts(hours, MONDAY, rules=rules, busy=[Busy(*elsewhere, counts=False)])) == 2
    assert len(starts(hours, MONDAY, rules=some_rules(max_per_day=2), busy=[Busy(*elsewhere)])) == 2


def test_a_full_day_takes_nothing_from_the_days_after_it() -> None:
    hours = Hours(NEW_YORK, {0: [Window(540, 570)], 1: [Window(540, 570)]})
    elsewhere = Busy(utc("2027-03-01T20:00"), utc("2027-03-01T20:30"))

    found = starts(hours, MONDAY, rules=some_rules(max_per_day=1), busy=[elsewhere], to=MONDAY + DAY)

    assert found == ["2027-03-02T14:00"]


def test_the_day_of_a_busy_time_is_the_local_date_of_its_start() -> None:
    late_on_sunday = Busy(utc("2027-03-01T04:30"), utc("2027-03-01T05:30"))
    hours = open_on(MONDAY, Window(540, 570))

    assert starts(hours, MONDAY, rules=some_rules(max_per_day=1), busy=[late_on_sunday]) == ["2027-03-01T14:00"]


def test_a_time_in_the_gap_takes_the_offset_before_it() -> None:
    spring = date(2027, 3, 14)

    assert instant(NEW_YORK, spring, 150) == utc("2027-03-14T07:30")
    assert starts(open_on(spring, Window(150, 240)), spring) == ["2027-03-14T07:30"]


def test_a_window_that_the_gap_swallows_or_turns_around_is_empty() -> None:
    spring = date(2027, 3, 14)

    assert starts(open_on(spring, Window(165, 180)), spring) == []
    assert starts(open_on(spring, Window(60, 120)), spring) == ["2027-03-14T06:00", "2027-03-14T06:30"]
    assert starts(open_on(spring, Window(60, 180)), spring) == ["2027-03-14T06:00", "2027-03-14T06:30"]


def test_a_time_that_occurs_twice_is_the_first_and_steps_are_elapsed_time() -> None:
    autumn = date(2027, 11, 7)

    assert starts(open_on(autumn, Window(90, 150)), autumn) == [
        "2027-11-07T05:30",
        "2027-11-07T06:00",
        "2027-11-07T06:30",
        "2027-11-07T07:00",
    ]


def test_lord_howe_shifts_by_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    spring, autumn = date(2027, 10, 3), date(2027, 4, 4)

    assert starts(open_on(spring, Window(60, 180), zone=zone), spring) == [
        "2027-10-02T14:30",
        "2027-10-02T15:00",
        "2027-10-02T15:30",
    ]
    assert len(starts(open_on(autumn, Window(60, 180), zone=zone), autumn)) == 5


def test_midnight_that_does_not_exist_is_the_moment_of_the_change() -> None:
    santiago = ZoneInfo("America/Santiago")
    spring = date(2027, 9, 5)

    first = starts(open_on(spring, Window(0, 90), zone=santiago), spring)
    eve = starts(open_on(spring - DAY, Window(23 * 60, 1440), zone=santiago), spring - DAY)

    assert first == ["2027-09-05T04:00"]
    assert eve == ["2027-09-05T03:00", "2027-09-05T03:30"]


def test_a_date_that_was_skipped_offers_no_slot_twice() -> None:
    apia = ZoneInfo("Pacific/Apia")
    hours = Hours(apia, {weekday: [Window(540, 600)] for weekday in range(7)})

    found = starts(hours, date(2011, 12, 29), to=date(2011, 12, 31), at=utc("2011-12-01T00:00"))

    assert found == ["2011-12-29T19:00", "2011-12-29T19:30", "2011-12-30T19:00", "2011-12-30T19:30"]


def test_no_zone_may_mean_the_servers_own() -> None:
    for name in ("localtime", "Mars/Olympus", "", "../etc/passwd", "America"):
        with pytest.raises(UnknownZone, match="not a time zone"):
            get_zone(name)


def test_slots_are_instants_in_utc() -> None:
    slots = list_slots(
        hours=open_on(MONDAY, NINE_TO_FIVE),
        rules=some_rules(),
        busy=[],
        from_on=MONDAY,
        to_on=MONDAY,
        at=LONG_BEFORE,
    )

    assert len(slots) == 16
    assert all(moment.tzinfo is UTC for slot in slots for moment in slot)


def test_a_zone_is_the_one_that_was_named() -> None:
    assert [get_zone(name).key for name in ("Asia/Kathmandu", "UTC")] == ["Asia/Kathmandu", "UTC"]


def reference(hours: Hours, rules: Rules, busy: list[Busy], day: date, at: datetime) -> list[datetime]:
    """Five minutes by five: which are open, which starts lie in one open stretch and hit nothing busy."""
    calls = [each for each in busy if each.counts and each.start.astimezone(hours.zone).date() == day]
    if rules.max_per_day is not None and len(calls) >= rules.max_per_day:
        return []
    opened = opened_on(hours, day)
    found = []
    for opens in sorted(moment for moment in opened if moment - GRAIN not in opened):
        start, closes = opens, opens
        while closes in opened:
            closes += GRAIN
        while start + rules.duration <= closes:
            if at + rules.notice <= start <= at + rules.horizon and not is_hit(start, rules, busy):
                found.append(start)
            start += rules.step
    return found


def opened_on(hours: Hours, day: date) -> set[datetime]:
    opened: set[datetime] = set()
    for window in hours.windows_on(day):
        moment, closes = seek(hours.zone, day, window.start), seek(hours.zone, day, window.end)
        while moment < closes:
            opened.add(moment)
            moment += GRAIN
    return opened


def is_hit(start: datetime, rules: Rules, busy: list[Busy]) -> bool:
    since, until = start - rules.buffer_before, start + rules.duration + rules.buffer_after
    return any(each.start < until and since < each.end and each.start < each.end for each in busy)


def seek(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """The first UTC moment whose wall clock shows the time; in a gap, what the offset before it makes of it."""
    wanted = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
    moment = wanted - timedelta(hours=27)
    while (shown := moment.astimezone(zone).replace(tzinfo=UTC)) < wanted:
        offset = shown - moment
        moment += GRAIN
    return moment if shown == wanted else wanted - offset


def changes_of(zone: ZoneInfo, year: int) -> list[date]:
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + n * DAY for n in range(366)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    return [
        noons[n].astimezone(zone).date() - shift
        for n in range(1, 366)
        if offsets[n] != offsets[n - 1]
        for shift in (timedelta(0), DAY)
    ]


def test_every_change_of_clocks_in_every_zone_agrees_with_the_reference() -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    windows = (Window(0, 45), Window(95, 170), Window(165, 205), Window(22 * 60 + 50, 1440))
    days = 0
    for name in sorted(zone_names()):
        zone = ZoneInfo(name)
        for day in changes_of(zone, 2027):
            days += 1
            hours, rules = open_on(day, *windows, zone=zone), some_rules(step=timedelta(minutes=15))
            found = list_slots(hours=hours, rules=rules, busy=[], from_on=day, to_on=day, at=at)
            assert [slot.start for slot in found] == reference(hours, rules, [], day, at), (name, day)
    assert days > 400


ZONES = ("America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/Nuuk", "UTC")
CHANGES = tuple((name, day) for name in ZONES for day in changes_of(ZoneInfo(name), 2027) or [MONDAY])
fives = st.integers(0, 288).map(lambda n: 5 * n)
some_windows = st.lists(st.builds(Window, fives, fives), max_size=5)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Hours, Rules, list[Busy], date, datetime]:
    name, day = draw(st.sampled_from(CHANGES))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    minutes = st.integers(-20 * 60, 40 * 60).map(lambda n: midnight + timedelta(minutes=n))
    lengths = st.integers(0, 120).map(lambda n: timedelta(minutes=n))
    spans = st.tuples(minutes, lengths, st.booleans()).map(lambda span: Busy(span[0], span[0] + span[1], span[2]))
    rules = Rules(
        duration=draw(st.integers(1, 12)) * timedelta(minutes=5),
        step=draw(st.integers(1, 12)) * timedelta(minutes=5),
        horizon=timedelta(days=draw(st.integers(0, 3))),
        buffer_before=draw(st.integers(0, 3)) * timedelta(minutes=5),
        buffer_after=draw(st.integers(0, 3)) * timedelta(minutes=5),
        notice=draw(lengths),
        max_per_day=draw(st.none() | st.integers(0, 3)),
    )
    hours = open_on(day, *draw(some_windows), zone=ZoneInfo(name))
    return hours, rules, draw(st.lists(spans, max_size=4)), day, draw(minutes) - DAY


@settings(max_examples=150, deadline=None)
@given(questions())
def test_any_question_agrees_with_the_reference(question: tuple[Hours, Rules, list[Busy], date, datetime]) -> None:
    hours, rules, busy, day, at = question

    found = list_slots(hours=hours, rules=rules, busy=busy, from_on=day, to_on=day, at=at)

    assert [slot.start for slot in found] == reference(hours, rules, busy, day, at)
    assert all(slot.end - slot.start == rules.duration for slot in found)
