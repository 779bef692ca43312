"""Agents' weekly hours."""

import pytest

from app import scheduling
from app.identity import Person
from app.scheduling import BadHours, Window
from tests.scheduling.builders import AT, actions_about, an_agent

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
