"""Many at once: one winner for a slot, no overlap anywhere, nothing but refusals in words."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.core.db import session, transaction
from app.identity import Person
from app.scheduling import Booking, SlotTaken
from tests.scheduling.builders import MONDAY_AT_NINE, a_call, an_agent, an_investor

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
