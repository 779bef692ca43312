"""Agents' weekly hours and what overrides them."""

from datetime import date, timedelta

import pytest

from app import scheduling
from app.core.db import session
from app.identity import Person
from app.scheduling import BadHours, BusyCalendar, BusyTime, HoursOverride, OverrideSource, Window
from tests.scheduling.builders import AT, MONDAY_AT_NINE, actions_about, an_agent, an_investor

pytestmark = pytest.mark.usefixtures("tx")


def week_of(agent: Person) -> list[tuple[int, Window]]:
    return [(row.weekday, row.window) for row in scheduling.list_weekly_hours(agent)]


def test_hours_are_added_and_removed_one_by_one_and_each_change_is_on_the_record() -> None:
    agent = an_agent(days=(0,), windows=(Window(540, 720),))

    scheduling.add_hours(agent=agent, weekday=0, window=Window(780, 1020), by=agent, at=AT)
    scheduling.add_hours(agent=agent, weekday=4, window=Window(0, 1440), by=agent, at=AT)
    morning = scheduling.list_weekly_hours(agent)[0]
    scheduling.remove_hours(agent=agent, hours_id=morning.id, by=agent, at=AT)

    assert week_of(agent) == [(0, Window(780, 1020)), (4, Window(0, 1440))]
    assert actions_about(agent) == ["hours.changed"] * 4


@pytest.mark.parametrize(
    ("weekday", "window", "words"),
    [
        (0, Window(600, 600), "later than the start"),
        (0, Window(600, 540), "later than the start"),
        (0, Window(600, 1445), "later than the start"),
        (0, Window(601, 660), "steps of five minutes"),
        (7, Window(600, 660), "day of the week"),
        (0, Window(700, 800), "already have hours on Monday"),
    ],
)
def test_hours_that_cannot_be_kept_are_refused(weekday: int, window: Window, words: str) -> None:
    agent = an_agent(days=(0,), windows=(Window(540, 720),))

    with pytest.raises(BadHours, match=words):
        scheduling.add_hours(agent=agent, weekday=weekday, window=window, by=agent, at=AT)

    assert week_of(agent) == [(0, Window(540, 720))]


def test_hours_may_touch() -> None:
    agent = an_agent(days=(0,), windows=(Window(540, 720),))

    scheduling.add_hours(agent=agent, weekday=0, window=Window(720, 780), by=agent, at=AT)

    assert len(week_of(agent)) == 2


MONDAY = MONDAY_AT_NINE.date()


def hours_free(on: date) -> list[int]:
    """The hours of New York at which a slot is offered."""
    call_type = scheduling.get_call_type()
    found = scheduling.free_slots(
        person=an_investor(), call_type=call_type, zone="America/New_York", from_on=on, to_on=on, at=AT
    )
    return sorted({slot.start.hour - 5 for slot in found})


def override(agent: Person, *windows: Window, days: int = 0) -> None:
    scheduling.set_override(
        agent=agent, from_on=MONDAY, to_on=MONDAY + timedelta(days=days), windows=windows, note="", by=agent, at=AT
    )


def test_an_override_replaces_the_hours_of_its_date_and_can_be_taken_back() -> None:
    agent = an_agent(windows=(Window(540, 660),))

    override(agent, Window(840, 900), Window(960, 1020))
    assert (hours_free(MONDAY), hours_free(MONDAY + timedelta(days=1))) == ([14, 16], [9, 10])
    override(agent, Window(720, 780))
    assert hours_free(MONDAY) == [12]
    scheduling.remove_override(agent=agent, on=MONDAY, source=OverrideSource.AGENT, by=agent, at=AT)

    assert hours_free(MONDAY) == [9, 10]
    assert actions_about(agent) == ["hours.changed", "hours.overridden", "hours.overridden", "hours.restored"]


def test_days_off_are_closed_to_their_last_day() -> None:
    agent = an_agent(windows=(Window(540, 660),))

    override(agent, days=1)

    assert [hours_free(MONDAY + timedelta(days=n)) for n in range(3)] == [[], [], [9, 10]]
    assert [each.on_date for each in scheduling.list_overrides(agent, since_on=MONDAY)] == [
        MONDAY,
        MONDAY + timedelta(days=1),
    ]


def test_what_an_agent_types_counts_before_a_holiday() -> None:
    agent = an_agent(windows=(Window(540, 660),))
    session.add(HoursOverride(person_id=agent.id, on_date=MONDAY, source=OverrideSource.HOLIDAY, note="Labor Day"))
    session.flush()

    assert hours_free(MONDAY) == []
    override(agent, Window(600, 660))

    assert hours_free(MONDAY) == [10]


def test_an_imported_busy_time_takes_the_slots_it_touches_and_is_no_call() -> None:
    agent = an_agent(windows=(Window(540, 780),))
    calendar = BusyCalendar(person_id=agent.id, address="https://calendar.example/a.ics", due_at=AT)
    session.add(calendar)
    session.flush()
    starts = MONDAY_AT_NINE + timedelta(minutes=45)
    session.add(BusyTime(calendar_id=calendar.id, starts_at=starts, ends_at=starts + timedelta(minutes=75)))
    session.flush()

    assert hours_free(MONDAY) == [9, 11, 12]


@pytest.mark.parametrize(
    ("windows", "days", "words"),
    [
        ((Window(600, 600),), 0, "later than the start"),
        ((Window(601, 660),), 0, "steps of five"),
        ((Window(540, 660), Window(600, 700)), 0, "overlap"),
        ((), -1, "cannot be the last day"),
        ((), 366, "cannot be the last day"),
    ],
)
def test_overrides_that_cannot_be_kept_are_refused(windows: tuple[Window, ...], days: int, words: str) -> None:
    agent = an_agent()

    with pytest.raises(BadHours, match=words):
        override(agent, *windows, days=days)

    assert scheduling.list_overrides(agent, since_on=MONDAY - timedelta(days=9)) == []
