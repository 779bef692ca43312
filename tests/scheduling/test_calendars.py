"""Agents' calendars: added, fetched in turn, kept when a later try fails; holidays; and calls that a change hits."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import scheduling
from app.core.db import session
from app.identity import Person
from app.scheduling import BadCalendar, BusyTime, CannotFetch, HitsCalls, OverrideSource, TooMany, Window
from tests.scheduling.builders import AT, MONDAY_AT_NINE, a_call, actions_about, an_agent, an_investor
from tests.scheduling.test_ics import PLAIN, calendar, event

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
ADDRESS = "https://calendar.example/secret.ics"
MONDAY = MONDAY_AT_NINE.date()


def add(agent: Person, address: str = ADDRESS) -> None:
    scheduling.add_calendar(agent=agent, address=address, by=agent, at=AT)


def test_a_calendar_is_added_once_and_its_secret_address_is_not_on_the_record() -> None:
    agent = an_agent()

    add(agent)
    add(agent, "webcal://calendar.example/secret.ics")

    assert [each.host for each in scheduling.list_calendars(agent)] == ["calendar.example"]
    assert actions_about(agent) == ["hours.changed", "calendar.added"]


def test_an_agent_has_at_most_five_calendars() -> None:
    agent = an_agent()
    for number in range(5):
        add(agent, f"https://calendar.example/{number}.ics")

    with pytest.raises(TooMany, match="Remove one"):
        add(agent)
    with pytest.raises(CannotFetch):
        add(agent, "http://calendar.example/a.ics")


def test_a_calendar_is_taken_by_one_worker_a_round_and_again_a_quarter_later() -> None:
    add(an_agent(zone="Europe/Paris"))

    due = scheduling.take_due_calendar(at=AT)

    assert due is not None
    assert (due.address, due.zone) == (ADDRESS, "Europe/Paris")
    assert scheduling.take_due_calendar(at=AT) is None
    assert scheduling.take_due_calendar(at=AT + timedelta(minutes=15)) is not None


def test_the_last_good_copy_is_kept_when_a_later_try_fails() -> None:
    agent = an_agent()
    add(agent)
    due = scheduling.take_due_calendar(at=AT)
    assert due is not None
    soon = event("DTSTART:20261123T140000Z", "DTEND:20261123T160000Z")

    scheduling.keep_busy_times(due, scheduling.read_due(due, calendar(soon), at=AT), at=AT)
    scheduling.keep_problem(due, "The calendar's server answered 500.", at=AT + timedelta(hours=1))

    session.expire_all()
    (kept,) = scheduling.list_calendars(agent)
    assert (kept.fetched_at, kept.tried_at) == (AT, AT + timedelta(hours=1))
    assert kept.problem == "The calendar's server answered 500."
    assert [(each.starts_at, each.ends_at) for each in session.scalars(select(BusyTime))] == [
        (MONDAY_AT_NINE, MONDAY_AT_NINE + timedelta(hours=2))
    ]
    scheduling.keep_busy_times(due, [], at=AT + timedelta(hours=2))
    session.expire_all()
    assert (kept.problem, list(session.scalars(select(BusyTime)))) == ("", [])


def test_what_was_fetched_for_a_calendar_that_is_gone_is_not_kept() -> None:
    agent = an_agent()
    add(agent)
    due = scheduling.take_due_calendar(at=AT)
    assert due is not None
    scheduling.keep_busy_times(due, [(MONDAY_AT_NINE, MONDAY_AT_NINE + timedelta(hours=1))], at=AT)

    scheduling.remove_calendar(agent=an_agent(), calendar_id=due.calendar_id, by=agent, at=AT)
    assert len(scheduling.list_calendars(agent)) == 1
    scheduling.remove_calendar(agent=agent, calendar_id=due.calendar_id, by=agent, at=AT)
    scheduling.remove_calendar(agent=agent, calendar_id=due.calendar_id, by=agent, at=AT)
    scheduling.keep_busy_times(due, [(MONDAY_AT_NINE, MONDAY_AT_NINE + timedelta(hours=1))], at=AT)

    assert list(session.scalars(select(BusyTime))) == []
    assert actions_about(agent)[-1] == "calendar.removed"


def holidays(agent: Person, *names: str) -> int:
    days = [event(f"DTSTART;VALUE=DATE:{name}", f"SUMMARY:{name}") for name in names]
    return scheduling.import_holidays(agent=agent, content=calendar(*days, PLAIN), by=agent, at=AT)


def test_holidays_close_their_days_and_a_new_file_replaces_the_old_one() -> None:
    agent = an_agent()
    scheduling.set_override(
        agent=agent, from_on=MONDAY, to_on=MONDAY, windows=[Window(540, 600)], note="", by=agent, at=AT
    )

    assert holidays(agent, "20261123", "20261225", "20200101") == 2
    assert holidays(agent, "20261226") == 1

    kept = [(each.on_date, each.source, each.note) for each in scheduling.list_overrides(agent, since_on=MONDAY)]
    assert kept == [
        (MONDAY, OverrideSource.AGENT, ""),
        (date(2026, 12, 26), OverrideSource.HOLIDAY, "20261226"),
    ]
    assert actions_about(agent)[-1] == "holidays.imported"


def test_a_file_that_is_no_calendar_changes_no_holiday() -> None:
    agent = an_agent()
    holidays(agent, "20261225")

    with pytest.raises(BadCalendar):
        scheduling.import_holidays(agent=agent, content=b"PDF", by=agent, at=AT)

    assert len(scheduling.list_overrides(agent, since_on=MONDAY)) == 1


def close_monday(agent: Person, *accepted: int) -> None:
    with scheduling.telling_hits(agent, accepted=accepted, at=AT):
        scheduling.set_override(agent=agent, from_on=MONDAY, to_on=MONDAY, windows=[], note="", by=agent, at=AT)


def test_a_change_that_hits_calls_names_them_first() -> None:
    agent = an_agent()
    call = a_call(an_investor())
    a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(days=1))

    with pytest.raises(HitsCalls) as refusal:
        close_monday(agent)

    assert refusal.value.call_ids == [call.id]


def test_a_change_goes_through_once_every_call_it_hits_was_seen() -> None:
    agent = an_agent()
    call, unseen = a_call(an_investor()), a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=2))

    with pytest.raises(HitsCalls) as refusal:
        close_monday(agent, call.id)
    assert refusal.value.call_ids == [call.id, unseen.id]


def test_a_call_that_lies_outside_the_hours_already_is_not_hit_again() -> None:
    agent = an_agent()
    call = a_call(an_investor())
    close_monday(agent, call.id)

    with scheduling.telling_hits(agent, accepted=(), at=AT):
        scheduling.set_hours(agent=agent, weekly=[], by=agent, at=AT)


def test_a_change_around_a_call_hits_nothing() -> None:
    agent = an_agent()
    a_call(an_investor())

    with scheduling.telling_hits(agent, accepted=(), at=AT):
        scheduling.set_hours(agent=agent, weekly=[(0, Window(540, 570))], by=agent, at=AT)
    with pytest.raises(HitsCalls), scheduling.telling_hits(agent, accepted=(), at=AT):
        scheduling.set_hours(agent=agent, weekly=[(0, Window(540, 565))], by=agent, at=AT)
