"""Many at once: one winner for a slot, no overlap anywhere, nothing but refusals in words."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app import scheduling
from app.core.db import session, transaction
from app.identity import Person
from app.notices import Kind, Message
from app.scheduling import Booking, SlotClaim, SlotTaken
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, a_hold, an_agent, an_investor

pytestmark = pytest.mark.both_databases
AT_ONCE = 20


def all_at_once(app: Flask, attempts: list[Callable[[], int]]) -> list[int | None]:
    """Run the attempts in threads that start together; the id each booked, or None for a slot taken."""
    start = Barrier(len(attempts))

    def run(attempt: Callable[[], int]) -> int | None:
        with app.app_context():
            start.wait(timeout=30)
            try:
                return attempt()
            except SlotTaken:
                return None
            finally:
                session.remove()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def booking(person_id: int, starts_at: datetime, key: str) -> Callable[[], int]:
    def attempt() -> int:
        with transaction():
            return a_call(session.get_one(Person, person_id), starts_at=starts_at, key=key).id

    return attempt


def people(count: int) -> list[int]:
    return [an_investor().id for _ in range(count)]


def overlaps() -> int:
    """Pairs of calls of one agent or one investor whose claimed times overlap, found by SQL alone."""
    one, other = aliased(Booking), aliased(Booking)
    together = (one.agent_id == other.agent_id) | (one.person_id == other.person_id)
    pairs = select(func.count()).where(
        one.id < other.id,
        together,
        one.status != "cancelled",
        other.status != "cancelled",
        one.claimed_from < other.claimed_until,
        other.claimed_from < one.claimed_until,
    )
    return session.execute(pairs).scalar_one()


def test_one_slot_has_one_winner(app: Flask) -> None:
    with transaction():
        an_agent()
        investors = people(AT_ONCE)

    won = all_at_once(app, [booking(person, MONDAY_AT_NINE, f"k{person}") for person in investors])

    assert sum(1 for each in won if each is not None) == 1
    assert session.scalar(select(func.count()).select_from(Booking)) == 1


def test_neighbouring_slots_and_two_agents_never_overlap(app: Flask) -> None:
    with transaction():
        an_agent()
        an_agent()
        investors = people(AT_ONCE)
    starts = [MONDAY_AT_NINE + timedelta(minutes=30 * (number % 5)) for number in range(AT_ONCE)]

    won = all_at_once(app, [booking(person, at, f"k{person}") for person, at in zip(investors, starts, strict=True)])

    assert sum(1 for each in won if each is not None) >= 4
    assert overlaps() == 0


def test_a_form_sent_many_times_at_once_is_one_booking(app: Flask) -> None:
    with transaction():
        an_agent()
        (person,) = people(1)

    won = all_at_once(app, [booking(person, MONDAY_AT_NINE, "one-form")] * 8)

    assert len(set(won)) == 1
    assert session.scalar(select(func.count()).select_from(Booking)) == 1


def test_a_reminder_is_queued_once_by_several_workers_one_of_which_dies(app: Flask) -> None:
    day_before = MONDAY_AT_NINE
    with transaction():
        an_agent()
        for number in range(3):
            a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(days=1, hours=number))

    def remind() -> int:
        with transaction():
            return scheduling.queue_due_reminders(at=day_before + timedelta(hours=2))

    def die() -> int:
        with contextlib.suppress(ZeroDivisionError), transaction():
            scheduling.queue_due_reminders(at=day_before + timedelta(hours=2))
            raise ZeroDivisionError
        return 0

    all_at_once(app, [remind, die, remind, die])
    remind()

    reminders = select(Message.subject_key, func.count()).where(Message.kind == Kind.CALL_REMINDER)
    assert [count for _, count in session.execute(reminders.group_by(Message.subject_key))] == [1, 1, 1]


def test_two_calls_that_move_into_each_others_time_never_deadlock_or_overlap(app: Flask) -> None:
    with transaction():
        agent = an_agent()
        calls = [a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=2 * n)).id for n in range(3)]
        agent_id = agent.id

    def moving(booking_id: int, hours: int) -> Callable[[], int]:
        def attempt() -> int:
            with transaction():
                booking = session.get_one(Booking, booking_id)
                scheduling.move(
                    booking=booking,
                    slot_start=MONDAY_AT_NINE + timedelta(hours=hours),
                    zone="UTC",
                    version_seen=booking.version,
                    by=session.get_one(Person, agent_id),
                    desk=DESK,
                    at=AT,
                )
                return booking_id

        return attempt

    for shift in range(1, 4):
        goals = [2 * ((n + shift) % 4) for n in range(3)]
        all_at_once(app, [moving(booking, hours) for booking, hours in zip(calls, goals, strict=True)])

    assert overlaps() == 0
    claims = select(func.count()).select_from(SlotClaim)
    assert session.execute(claims).scalar_one() == 3 * 16


def test_a_slot_has_as_many_winners_as_there_are_agents(app: Flask) -> None:
    with transaction():
        agents = {an_agent().id for _ in range(3)}
        investors = people(AT_ONCE)

    won = all_at_once(app, [booking(person, MONDAY_AT_NINE, f"k{person}") for person in investors])

    assert sum(1 for each in won if each is not None) == 3
    assert set(session.scalars(select(Booking.agent_id))) == agents


def test_a_days_maximum_holds_however_many_book_at_once(app: Flask) -> None:
    with transaction():
        an_agent()
        scheduling.get_call_type().max_per_day = 3
        investors = people(8)
    starts = [MONDAY_AT_NINE + timedelta(hours=number) for number in range(8)]

    won = all_at_once(app, [booking(person, at, f"k{person}") for person, at in zip(investors, starts, strict=True)])

    assert sum(1 for each in won if each is not None) == 3


@pytest.mark.parametrize("confirmed_after", [timedelta(minutes=14), timedelta(minutes=16)])
def test_a_hold_that_is_confirmed_while_somebody_takes_its_slot_has_one_winner(
    app: Flask, confirmed_after: timedelta
) -> None:
    with transaction():
        an_agent()
        holder, other = people(2)
        held_id = a_hold(session.get_one(Person, holder)).id

    def confirm() -> int:
        with transaction():
            held = scheduling.get_call_of(session.get_one(Person, holder), held_id)
            scheduling.confirm(
                booking=held, phone="+12125550199", help_text="", by=held.person, desk=DESK, at=AT + confirmed_after
            )
            return held_id

    def take() -> int:
        with transaction():
            person = session.get_one(Person, other)
            return a_call(person, starts_at=MONDAY_AT_NINE, at=AT + timedelta(minutes=16)).id

    won = all_at_once(app, [confirm, take])

    assert sum(1 for each in won if each is not None) == 1
    booked = select(Booking.id).where(Booking.status == "booked")
    assert list(session.scalars(booked)) == [each for each in won if each is not None]
    assert list(session.scalars(select(SlotClaim.booking_id).distinct())) == list(session.scalars(booked))


def test_a_call_that_is_cancelled_while_it_moves_keeps_nobodys_time(app: Flask) -> None:
    with transaction():
        agent_id = an_agent().id
        call_id, person_id = a_call(an_investor()).id, session.scalar(select(Booking.person_id))

    def move() -> int:
        with contextlib.suppress(scheduling.CannotMove), transaction():
            call = scheduling.get_call_of(session.get_one(Person, person_id), call_id)
            start, by = MONDAY_AT_NINE + timedelta(hours=2), session.get_one(Person, agent_id)
            scheduling.move(
                booking=call, slot_start=start, zone="UTC", version_seen=call.version, by=by, desk=DESK, at=AT
            )
        return 0

    def cancel() -> int:
        with transaction():
            call, by = session.get_one(Booking, call_id), session.get_one(Person, agent_id)
            scheduling.cancel(booking=call, by=by, reason="", desk=DESK, at=AT)
        return 0

    all_at_once(app, [move, cancel])

    assert session.get_one(Booking, call_id).status == "cancelled"
    assert session.scalars(select(SlotClaim)).all() == []
    assert session.scalars(select(scheduling.CallReminder)).all() == []
