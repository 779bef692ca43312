"""Whether support could take the calls that a notice invites to."""

from datetime import timedelta

import pytest

from app import scheduling
from app.scheduling import Window
from tests.scheduling.builders import AT, MONDAY_AT_NINE, a_call, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
A_WEEK = timedelta(days=7)


def count() -> int:
    return scheduling.count_free_calls(asking=an_investor(), until=AT + A_WEEK, at=AT)


def test_an_agent_takes_one_call_after_another_with_the_buffer_between() -> None:
    an_agent(days=(0,), windows=(Window(9 * 60, 11 * 60),))  # 9:00, 9:30, 10:00, 10:30 are offered
    rules = scheduling.get_call_type().rules

    offered = scheduling.free_slots(
        person=an_investor(),
        call_type=scheduling.get_call_type(),
        zone="America/New_York",
        from_on=MONDAY_AT_NINE.date(),
        to_on=MONDAY_AT_NINE.date(),
        at=AT,
    )

    assert rules.buffer_after == timedelta(minutes=10)
    assert (len(offered), count()) == (4, 2)


def test_no_more_than_the_maximum_of_a_day_is_counted_and_what_is_booked_counts_for_it() -> None:
    an_agent(days=(0,), windows=(Window(0, 1440),))
    most = scheduling.get_call_type().max_per_day

    assert count() == most
    a_call(an_investor())
    assert count() == (most or 0) - 1


def test_two_agents_take_twice_as_many_and_none_takes_any() -> None:
    assert count() == 0
    for name in ("Sam Support", "Nia Support"):
        an_agent(name=name, days=(0,), windows=(Window(9 * 60, 11 * 60),))

    assert count() == 4
