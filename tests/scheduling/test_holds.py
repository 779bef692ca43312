"""Slots that are held for a quarter of an hour, and what becomes of them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import scheduling
from app.core.db import session
from app.identity import Person
from app.notices import Message
from app.scheduling import AlreadyBooked, Booking, BookingStatus, CannotConfirm, SlotClaim, SlotTaken
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, a_hold, actions_about, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
QUARTER = timedelta(minutes=15)
AN_HOUR = timedelta(hours=1)


def confirm(booking: Booking, at: timedelta = timedelta(0)) -> None:
    scheduling.confirm(
        booking=booking, phone="+12125550199", help_text="A relay", by=booking.person, desk=DESK, at=AT + at
    )


def claims_of(booking: Booking) -> int:
    count = select(func.count()).select_from(SlotClaim).where(SlotClaim.booking_id == booking.id)
    return session.execute(count).scalar_one()


def is_free(person: Person, at: timedelta) -> bool:
    slots = scheduling.free_slots(
        person=person,
        call_type=scheduling.get_call_type(),
        zone="America/New_York",
        from_on=MONDAY_AT_NINE.date(),
        to_on=MONDAY_AT_NINE.date(),
        at=AT + at,
    )
    return MONDAY_AT_NINE in {slot.start for slot in slots}


def test_a_held_slot_is_nobody_elses_for_a_quarter_of_an_hour_and_is_no_call_yet() -> None:
    an_agent()
    other = an_investor()

    held = a_hold(an_investor())

    assert (held.status, held.held_until) == (BookingStatus.HELD, AT + QUARTER)
    assert claims_of(held) == 16
    assert not is_free(other, QUARTER - timedelta(seconds=1))
    assert is_free(other, QUARTER)
    with pytest.raises(SlotTaken):
        a_call(other, at=AT + QUARTER - timedelta(seconds=1))
    assert session.scalar(select(func.count()).select_from(Message)) == 0
    assert actions_about(held) == ["slot.held"]
    assert scheduling.list_calls_of(held.person) == []


def test_whoever_holds_a_slot_still_sees_it_on_the_list() -> None:
    an_agent()
    person = an_investor()
    a_hold(person)

    assert is_free(person, timedelta(minutes=1))


def test_a_confirmed_hold_is_a_call_with_its_invite() -> None:
    an_agent()
    held = a_hold(an_investor())

    confirm(held, timedelta(minutes=14))

    assert (held.status, held.held_until) == (BookingStatus.BOOKED, None)
    assert (held.phone, held.help_text, held.booked_by_id) == ("+12125550199", "A relay", held.person_id)
    assert actions_about(held) == ["slot.held", "call.booked"]
    assert [mail.kind for mail in session.scalars(select(Message))] == ["booking-confirmed"]


def test_confirming_twice_is_one_call_and_one_mail() -> None:
    an_agent()
    held = a_hold(an_investor())

    confirm(held)
    confirm(held)

    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_hold_that_lapsed_still_becomes_a_call_while_its_slot_is_free() -> None:
    an_agent()
    held = a_hold(an_investor())

    confirm(held, AN_HOUR)

    assert held.status is BookingStatus.BOOKED
    assert claims_of(held) == 16


def test_a_hold_that_lapsed_gives_way_and_is_then_refused_with_the_nearest_times() -> None:
    an_agent()
    held, other = a_hold(an_investor()), an_investor()

    taken = a_call(other, at=AT + QUARTER)

    assert taken.starts_at == held.starts_at
    assert (claims_of(held), claims_of(taken)) == (0, 16)
    with pytest.raises(SlotTaken) as refusal:
        confirm(held, AN_HOUR)
    assert len(refusal.value.nearest) == 3
    assert held.status is BookingStatus.HELD


def test_a_lapsed_hold_may_become_a_call_with_another_agent() -> None:
    first, second = an_agent(), an_agent()
    held = a_hold(an_investor())
    assert held.agent_id == first.id
    taken = a_call(an_investor(), at=AT + QUARTER)
    assert taken.agent_id == second.id  # the first was booked last
    moved_over = a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(minutes=30), at=AT + QUARTER)

    assert moved_over.agent_id == first.id
    with pytest.raises(SlotTaken):
        confirm(held, AN_HOUR)
    scheduling.cancel(booking=taken, by=second, reason="", desk=DESK, at=AT + QUARTER)
    confirm(held, AN_HOUR)

    assert held.agent.id == second.id


def test_nobody_holds_two_slots() -> None:
    an_agent()
    person = an_investor()
    first = a_hold(person)

    second = a_hold(person, starts_at=MONDAY_AT_NINE + AN_HOUR, at=AT + timedelta(minutes=1))

    assert (claims_of(first), claims_of(second)) == (0, 16)
    assert is_free(an_investor(), timedelta(minutes=2))


def test_the_same_form_holds_once() -> None:
    an_agent()
    person = an_investor()

    assert a_hold(person, key="form").id == a_hold(person, key="form").id


def test_nobody_holds_a_slot_beside_a_call_about_the_same_incident() -> None:
    an_agent()
    person = an_investor()
    a_call(person)

    with pytest.raises(AlreadyBooked):
        a_hold(person, starts_at=MONDAY_AT_NINE + AN_HOUR)


def test_a_second_hold_cannot_be_confirmed_once_the_first_is_a_call() -> None:
    an_agent()
    person = an_investor()
    first = a_hold(person)
    second = a_hold(person, starts_at=MONDAY_AT_NINE + AN_HOUR)
    confirm(first)

    with pytest.raises(AlreadyBooked):
        confirm(second)


def test_a_cancelled_call_is_not_confirmed_again() -> None:
    agent = an_agent()
    held = a_hold(an_investor())
    confirm(held)
    scheduling.cancel(booking=held, by=agent, reason="", desk=DESK, at=AT)

    with pytest.raises(CannotConfirm, match="Choose a new time"):
        confirm(held)


def test_who_is_preferred_is_booked_while_free() -> None:
    an_agent()
    owner = an_agent()
    person = an_investor()

    held = scheduling.hold(
        person=person,
        slot_start=MONDAY_AT_NINE,
        call_type=scheduling.get_call_type(),
        zone="America/New_York",
        incident_reference="",
        idempotency_key="owner",
        prefer=owner,
        at=AT,
    )

    assert held.agent_id == owner.id
