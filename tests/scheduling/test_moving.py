"""Moving calls: the same agent, one mail, no time taken twice."""

from datetime import timedelta
from typing import cast

import icalendar
import pytest
from sqlalchemy import func, select

from app import scheduling
from app.core.db import session
from app.identity import Person
from app.notices import BookingMoved, Kind, Message
from app.notices.encoding import decode
from app.scheduling import Booking, CannotMove, SlotClaim, SlotTaken
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, actions_about, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
TWO_HOURS = timedelta(hours=2)


def move(
    booking: Booking, by: Person, to: timedelta = TWO_HOURS, *, version: int | None = None, at: timedelta = timedelta(0)
) -> None:
    scheduling.move(
        booking=booking,
        slot_start=MONDAY_AT_NINE + to,
        zone="Europe/Lisbon",
        version_seen=version if version is not None else booking.version,
        by=by,
        desk=DESK,
        at=AT + at,
    )


def moved_mails(booking: Booking) -> list[BookingMoved]:
    wanted = select(Message).where(Message.subject_key == booking.pseudonym, Message.kind == Kind.BOOKING_MOVED)
    mails = session.scalars(wanted.order_by(Message.id))
    return [cast(BookingMoved, decode(Kind(mail.kind), mail.context)) for mail in mails]


def test_a_move_swaps_the_claims_and_tells_the_calendar_of_the_same_entry() -> None:
    an_agent()
    person = an_investor()
    booking = a_call(person)

    move(booking, person, at=timedelta(minutes=5))

    assert (booking.starts_at, booking.sequence, booking.version, booking.zone) == (
        MONDAY_AT_NINE + TWO_HOURS,
        1,
        2,
        "Europe/Lisbon",
    )
    assert session.scalar(select(func.min(SlotClaim.quantum_at))) == MONDAY_AT_NINE + TWO_HOURS
    assert session.scalar(select(func.count()).select_from(SlotClaim)) == 16
    (mail,) = moved_mails(booking)
    assert (mail.was_at, mail.starts_at) == (MONDAY_AT_NINE, MONDAY_AT_NINE + TWO_HOURS)
    event = cast(icalendar.Event, icalendar.Calendar.from_ical(mail.invite).walk("VEVENT")[0])
    assert (event["UID"], event["SEQUENCE"]) == (f"{booking.pseudonym}@portal.example", 1)
    assert "METHOD:REQUEST" in mail.invite
    assert actions_about(booking) == ["call.booked", "call.moved"]


def test_the_same_agent_keeps_the_call_while_free() -> None:
    first, second = an_agent(), an_agent()
    booking = a_call(an_investor())
    assert booking.agent_id == first.id
    a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=5), at=AT + timedelta(minutes=1))

    move(booking, first)
    assert booking.agent_id == first.id

    a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=6), at=AT + timedelta(minutes=2))
    taken_by_first = a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=4))
    other = second if taken_by_first.agent_id == first.id else first
    move(booking, first, timedelta(hours=4))
    assert booking.agent.id == other.id or booking.agent_id == first.id


def test_a_call_may_move_into_time_that_only_itself_takes() -> None:
    an_agent()
    person = an_investor()
    booking = a_call(person)

    move(booking, person, timedelta(minutes=30))

    assert booking.starts_at == MONDAY_AT_NINE + timedelta(minutes=30)


def test_a_move_onto_a_taken_slot_changes_nothing_and_names_the_nearest() -> None:
    an_agent()
    person = an_investor()
    booking = a_call(person)
    a_call(an_investor(), starts_at=MONDAY_AT_NINE + TWO_HOURS)

    with pytest.raises(SlotTaken) as refusal:
        move(booking, person)

    assert len(refusal.value.nearest) == 3
    assert (booking.starts_at, booking.sequence, moved_mails(booking)) == (MONDAY_AT_NINE, 0, [])


def test_the_claims_refuse_a_move_that_the_list_would_offer_and_the_old_time_stays() -> None:
    agent = an_agent()
    person = an_investor()
    booking, other = a_call(person), a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=6))
    in_the_way = MONDAY_AT_NINE + TWO_HOURS + timedelta(minutes=10)
    session.add(SlotClaim(scope="agent", scope_id=agent.id, quantum_at=in_the_way, booking_id=other.id))
    session.flush()

    with pytest.raises(SlotTaken):
        move(booking, person)

    mine = select(func.min(SlotClaim.quantum_at), func.count()).where(SlotClaim.booking_id == booking.id)
    assert tuple(session.execute(mine).one()) == (MONDAY_AT_NINE, 16)
    assert (booking.starts_at, booking.sequence, booking.version) == (MONDAY_AT_NINE, 0, 1)


def test_a_form_of_a_move_sent_twice_moves_once() -> None:
    an_agent()
    person = an_investor()
    booking = a_call(person)

    move(booking, person, version=1)
    move(booking, person, version=1)

    assert (booking.sequence, len(moved_mails(booking))) == (1, 1)


def test_the_second_of_two_who_move_at_once_is_told() -> None:
    agent = an_agent()
    person = an_investor()
    booking = a_call(person)
    move(booking, agent, version=1)

    with pytest.raises(CannotMove, match="changed after you opened it"):
        move(booking, person, timedelta(hours=3), version=1)


def test_after_the_cut_off_only_staff_move() -> None:
    agent = an_agent()
    person = an_investor()
    booking = a_call(person)
    late = MONDAY_AT_NINE - AT - timedelta(minutes=59)

    with pytest.raises(CannotMove, match=r"too soon to move it here. Call \+1 212-555-0000"):
        move(booking, person, timedelta(hours=4), at=late)
    move(booking, agent, timedelta(hours=4), at=late)

    assert booking.starts_at == MONDAY_AT_NINE + timedelta(hours=4)


def test_what_is_over_or_cancelled_is_not_moved() -> None:
    agent = an_agent()
    booking = a_call(an_investor())

    with pytest.raises(CannotMove, match="is over"):
        move(booking, agent, timedelta(hours=5), at=MONDAY_AT_NINE - AT)
    scheduling.cancel(booking=booking, by=agent, reason="", desk=DESK, at=AT)
    with pytest.raises(CannotMove, match="Book a new one"):
        move(booking, agent)
