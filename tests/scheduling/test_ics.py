"""Calendars that others wrote: busy times and holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.scheduling.ics import MOST_BYTES, MOST_ENTRIES, BadCalendar, Holiday, read_busy, read_holidays

NEW_YORK = ZoneInfo("America/New_York")
SINCE = datetime(2027, 3, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=60)


def calendar(*events: str, zones: str = "") -> bytes:
    blocks = "".join(f"BEGIN:VEVENT\r\nUID:{n}@x\r\n{event}\r\nEND:VEVENT\r\n" for n, event in enumerate(events))
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{zones}{blocks}END:VCALENDAR\r\n"
    return text.encode()


def event(*lines: str) -> str:
    return "\r\n".join(lines)


def busy(*events: str, zones: str = "", until: datetime = UNTIL) -> list[str]:
    found = read_busy(calendar(*events, zones=zones), zone=NEW_YORK, since=SINCE, until=until)
    return [f"{start:%m-%dT%H:%M}/{end:%m-%dT%H:%M}" for start, end in found]


PLAIN = event("DTSTART:20270302T150000Z", "DTEND:20270302T160000Z")


def test_an_entry_takes_its_time_in_utc() -> None:
    assert busy(PLAIN) == ["03-02T15:00/03-02T16:00"]


def test_windows_zone_names_are_understood_over_a_clock_change() -> None:
    weekly = event(
        "DTSTART;TZID=Eastern Standard Time:20270308T090000",
        "DTEND;TZID=Eastern Standard Time:20270308T093000",
        "RRULE:FREQ=WEEKLY;COUNT=2",
    )

    assert busy(weekly) == ["03-08T14:00/03-08T14:30", "03-15T13:00/03-15T13:30"]


def test_a_floating_time_and_a_whole_day_are_in_the_agents_zone() -> None:
    floating = event("DTSTART:20270302T090000", "DURATION:PT30M")
    whole_day = event("DTSTART;VALUE=DATE:20270303", "DTEND;VALUE=DATE:20270304")

    assert busy(floating, whole_day) == ["03-02T14:00/03-02T14:30", "03-03T05:00/03-04T05:00"]


def test_exceptions_of_a_series_are_left_out_and_moved_ones_moved() -> None:
    daily = event(
        "DTSTART:20270302T150000Z", "DTEND:20270302T153000Z", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20270303T150000Z"
    )
    moved = "RECURRENCE-ID:20270304T150000Z\r\nDTSTART:20270304T200000Z\r\nDTEND:20270304T203000Z"
    series = (
        calendar(daily)
        .decode()
        .replace("END:VCALENDAR", f"BEGIN:VEVENT\r\nUID:0@x\r\n{moved}\r\nEND:VEVENT\r\nEND:VCALENDAR")
    )

    found = read_busy(series.encode(), zone=NEW_YORK, since=SINCE, until=UNTIL)

    assert [f"{start:%dT%H}" for start, _ in found] == ["02T15", "04T20", "05T15"]


@pytest.mark.parametrize(
    "line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "status:cancelled"]
)
def test_what_is_free_or_cancelled_takes_no_time(line: str) -> None:
    assert busy(event(PLAIN, line)) == []


def test_times_that_touch_or_overlap_are_one_and_end_with_the_range() -> None:
    other = event("DTSTART:20270302T160000Z", "DTEND:20270302T170000Z")
    long = event("DTSTART:20270228T000000Z", "DTEND:20270302T153000Z")

    assert busy(PLAIN, other, long) == ["03-01T00:00/03-02T17:00"]
    assert busy(PLAIN, until=datetime(2027, 3, 2, 15, 30, tzinfo=UTC)) == ["03-02T15:00/03-02T15:30"]


def test_an_endless_series_is_read_as_far_as_asked() -> None:
    assert len(busy(event("DTSTART:20260101T150000Z", "DTEND:20260101T153000Z", "RRULE:FREQ=DAILY"))) == 60


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
    ],
)
def test_a_series_that_nobody_could_follow_is_refused_before_it_is(rule: str) -> None:
    with pytest.raises(BadCalendar, match="too often or for too long"):
        busy(event("DTSTART:20200101T150000Z", "DTEND:20200101T150001Z", f"RRULE:{rule}"))


def test_a_series_from_the_year_one_with_a_thousand_like_it_is_refused() -> None:
    with pytest.raises(BadCalendar, match="too often or for too long"):
        busy(*[event("DTSTART:00010101T150000Z", "DURATION:PT5M", "RRULE:FREQ=DAILY")] * 10)


def test_an_enormous_calendar_is_refused_by_its_bytes_and_its_entries() -> None:
    with pytest.raises(BadCalendar, match="bytes"):
        read_busy(b"x" * (MOST_BYTES + 1), zone=NEW_YORK, since=SINCE, until=UNTIL)
    with pytest.raises(BadCalendar, match=f"has {MOST_ENTRIES + 1} entries"):
        busy(*[PLAIN] * (MOST_ENTRIES + 1))


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>Sign in</html>", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\n", calendar(PLAIN)[:-9]],
)
def test_what_is_no_calendar_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(BadCalendar, match="not a calendar"):
        read_busy(content, zone=NEW_YORK, since=SINCE, until=UNTIL)


def test_an_entry_without_a_start_is_refused_or_skipped_but_never_an_error_of_ours() -> None:
    for broken in ("SUMMARY:x", "DTSTART:never"):
        try:
            assert busy(broken) == []
        except BadCalendar:
            continue


def test_holidays_are_the_whole_days_of_the_range_by_name() -> None:
    holiday = event("DTSTART;VALUE=DATE:20270531", "DTEND;VALUE=DATE:20270601", "SUMMARY:Memorial  Day")
    bridge = event("DTSTART;VALUE=DATE:20271225", "DTEND;VALUE=DATE:20271227", "SUMMARY:Christmas")
    off = event("DTSTART;VALUE=DATE:20270704", "STATUS:CANCELLED", "SUMMARY:None")
    one = event("DTSTART;VALUE=DATE:20280101", "SUMMARY:New Year")

    found = read_holidays(calendar(holiday, bridge, off, one, PLAIN), from_on=date(2027, 3, 1), to_on=date(2028, 1, 1))

    assert found == [
        Holiday(date(2027, 5, 31), "Memorial Day"),
        Holiday(date(2027, 12, 25), "Christmas"),
        Holiday(date(2027, 12, 26), "Christmas"),
        Holiday(date(2028, 1, 1), "New Year"),
    ]
    assert read_holidays(calendar(bridge), from_on=date(2027, 12, 26), to_on=date(2027, 12, 31)) == [
        Holiday(date(2027, 12, 26), "Christmas")
    ]
