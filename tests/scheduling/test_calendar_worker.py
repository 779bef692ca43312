"""An agent's calendar from a real server to their free times, through the worker's task and the worker itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.scheduling import BusyCalendar, Window
from app.settings import Settings
from app.worker import refresh_calendars
from tests.scheduling.builders import an_agent
from tests.scheduling.test_fetching import Answer, a_server, anywhere, say
from tests.scheduling.test_ics import calendar, event
from tests.scheduling.test_reminder_workers import started

pytestmark = pytest.mark.both_databases


@contextmanager
def a_calendar_server(folder: Path, answers: list[Answer]) -> Iterator[list[str]]:
    """A server that gives these answers in turn, kept as the calendar of an agent who works day and night.

    The first is read at once, another at the end; what it was asked for.
    """
    turns = iter(answers)

    def answer(request: BaseHTTPRequestHandler) -> None:
        next(turns)(request)

    with a_server(folder, answer) as (base, trusted, asked):
        with transaction():
            agent = an_agent(days=tuple(range(7)), windows=(Window(0, 1440),))
            scheduling.add_calendar(agent=agent, address=f"{base}/secret.ics", by=agent, at=clock.now())
        fetch_here = partial(scheduling.fetch, may=anywhere, context=trusted)
        refresh_calendars(fetch_here)
        yield asked
        if len(answers) > 1:
            let_it_be_due()
            refresh_calendars(fetch_here)


def let_it_be_due() -> None:
    with transaction():
        session.execute(update(BusyCalendar).values(due_at=clock.now()))


def the_calendar() -> BusyCalendar:
    session.rollback()
    return session.scalars(select(BusyCalendar)).one()


def an_afternoon() -> datetime:
    return clock.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)


def busy_from(start: datetime) -> Answer:
    lines = (f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + timedelta(hours=3):%Y%m%dT%H%M%SZ}")
    return say(200, calendar(event(*lines)))


def is_free(start: datetime) -> bool:
    call_type, now, on = scheduling.get_call_type(), clock.now(), start.date()
    free = scheduling.free_slots(person=None, call_type=call_type, zone="UTC", from_on=on, to_on=on, at=now)
    session.rollback()
    return start in [slot.start for slot in free]


def test_what_the_server_says_closes_slots_and_stays_when_it_says_nothing_more(app: Flask, tmp_path: Path) -> None:
    start = an_afternoon()

    with a_calendar_server(tmp_path, [busy_from(start), say(500)]) as asked:
        assert asked == ["/secret.ics"]
        assert not is_free(start)
        assert is_free(start + timedelta(hours=3))
        read_at = the_calendar().fetched_at

    kept = the_calendar()
    assert asked == ["/secret.ics"] * 2
    assert (kept.fetched_at, kept.problem) == (read_at, "The calendar's server answered 500. Check the address.")
    assert (kept.tried_at or clock.now()) > (read_at or clock.now())
    assert not is_free(start)


def test_the_worker_asks_nobody_inside_and_keeps_the_copy_it_has(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    start = an_afternoon()

    with a_calendar_server(tmp_path, [busy_from(start)]) as asked:
        let_it_be_due()
        assert started(settings, "-m", "flask", "worker", "--once").wait(240) == 0

        assert asked == ["/secret.ics"]
        assert "inside a private network" in the_calendar().problem
        assert not is_free(start)
