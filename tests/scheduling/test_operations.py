"""Booking, cancelling and what came of calls."""

from datetime import UTC, date, datetime, timedelta
from typing import cast

import icalendar
import pytest
from sqlalchemy import func, select

from app import scheduling
from app.core.db import session
from app.identity import Person
from app.notices import BookingCancelled, BookingConfirmed, Content, Kind, Message
from app.notices.encoding import decode
from app.scheduling import (
    AlreadyBooked,
    BadPhone,
    Booking,
    BookingStatus,
    CallOutcome,
    CannotCancel,
    CannotRecord,
    SlotClaim,
    SlotTaken,
    UnknownZone,
    Window,
)
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, actions_about, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
HALF_HOUR = timedelta(minutes=30)
MONDAY = date(2026, 11, 23)


def slots_on(person: Person, day: date, at: datetime = AT) -> list[datetime]:
    call_type = scheduling.get_call_type()
    found = scheduling.free_slots(
        person=person, call_type=call_type, zone="America/New_York", from_on=day, to_on=day, at=at
    )
    return [slot.start for slot in found]


def mails(booking: Booking) -> list[Content]:
    sent = session.scalars(select(Message).where(Message.subject_key == booking.pseudonym).order_by(Message.id))
    return [decode(Kind(message.kind), message.context) for message in sent]


def event_of(text: str) -> icalendar.Event:
    return cast(icalendar.Event, icalendar.Calendar.from_ical(text).walk("VEVENT")[0])


def test_a_booking_takes_the_slot_with_its_buffer_for_agent_and_investor() -> None:
    agent, person = an_agent(), an_investor()

    booking = a_call(person)

    claimed = session.execute(
        select(SlotClaim.scope, SlotClaim.scope_id, func.count()).group_by(SlotClaim.scope, SlotClaim.scope_id)
    ).all()
    assert (booking.agent_id, booking.status) == (agent.id, BookingStatus.BOOKED)
    assert (booking.starts_at, booking.ends_at) == (MONDAY_AT_NINE, MONDAY_AT_NINE + HALF_HOUR)
    assert sorted(map(tuple, claimed)) == [("agent", agent.id, 8), ("person", person.id, 8)]


def test_a_booking_is_mailed_with_an_invite_its_words_and_both_zones() -> None:
    an_agent(zone="Europe/London", windows=(Window(14 * 60, 20 * 60),))

    booking = a_call(an_investor())

    (mail,) = mails(booking)
    assert isinstance(mail, BookingConfirmed)
    assert (mail.zone, mail.other_zone) == ("America/New_York", "Europe/London")
    assert (mail.phone_end, mail.call_words) == ("0199", booking.call_words)
    assert (mail.page, mail.cut_off_at) == (f"/calls/{booking.id}", MONDAY_AT_NINE - timedelta(hours=1))
    event = event_of(mail.invite)
    assert "METHOD:REQUEST" in mail.invite
    assert (event["UID"], event["SEQUENCE"]) == (f"{booking.pseudonym}@portal.example", 0)
    assert str(event["ORGANIZER"]) == "mailto:support@portal.example"
    assert "New York time (UTC−05:00)" in str(event.description)
    assert "London time (UTC+00:00)" in str(event.description)
    assert booking.call_words not in mail.invite


def test_a_booking_is_on_the_record() -> None:
    an_agent()

    assert actions_about(a_call(an_investor())) == ["call.booked"]


def test_what_the_list_offers_is_what_can_be_booked() -> None:
    an_agent(windows=(Window(9 * 60, 12 * 60),))
    offered = slots_on(an_investor(), MONDAY)

    assert len(offered) == 6
    for start in offered[::2]:
        assert a_call(an_investor(), starts_at=start).starts_at == start


@pytest.mark.parametrize(
    "start",
    [
        MONDAY_AT_NINE + timedelta(minutes=5),
        MONDAY_AT_NINE - timedelta(days=1),
        MONDAY_AT_NINE - timedelta(days=7),
        MONDAY_AT_NINE + timedelta(days=35),
        MONDAY_AT_NINE + timedelta(hours=8),
        AT + timedelta(microseconds=1),
    ],
)
def test_what_the_list_does_not_offer_cannot_be_booked(start: datetime) -> None:
    an_agent()
    person = an_investor()

    with pytest.raises(SlotTaken) as refusal:
        a_call(person, starts_at=start)

    assert len(refusal.value.nearest) == 3
    assert session.scalar(select(func.count()).select_from(Booking)) == 0


def test_a_taken_slot_is_gone_with_the_one_its_buffer_reaches_into() -> None:
    an_agent()
    other = an_investor()
    before = slots_on(other, MONDAY)

    a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=1))

    gone = set(before) - set(slots_on(other, MONDAY))
    assert gone == {MONDAY_AT_NINE + timedelta(minutes=minutes) for minutes in (30, 60, 90)}


def test_a_taken_slot_is_refused_with_the_three_nearest_that_are_free() -> None:
    an_agent()
    a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=1))

    with pytest.raises(SlotTaken, match="closest times still free") as refusal:
        a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=1))

    offsets = [(slot.start - MONDAY_AT_NINE) // timedelta(minutes=1) for slot in refusal.value.nearest]
    assert offsets == [0, 120, 150]


def test_the_nearest_times_are_the_nearest_of_all_however_far_the_wanted_one_is() -> None:
    an_agent()
    person, call_type = an_investor(), scheduling.get_call_type()
    days = [MONDAY + timedelta(days=number) for number in range(28)]
    offered = [start for day in days for start in slots_on(person, day)]

    for hours in (-400, -30, -3, 0, 5, 20, 31, 24 * 5, 24 * 12 + 7, 24 * 90):
        wanted = MONDAY_AT_NINE + timedelta(hours=hours)
        nearest = scheduling.nearest_slots(person=person, call_type=call_type, wanted=wanted, at=AT)

        closest = sorted(offered, key=lambda start: (abs(start - wanted), start))[:3]
        assert [slot.start for slot in nearest] == sorted(closest)


def test_when_nothing_is_free_the_refusal_says_so() -> None:
    with pytest.raises(SlotTaken, match="No other time is free") as refusal:
        a_call(an_investor())

    assert refusal.value.nearest == []


def test_the_claims_refuse_even_what_the_list_would_offer() -> None:
    agent = an_agent()
    other = a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=4))
    five_to_half_past = MONDAY_AT_NINE + timedelta(minutes=25)
    session.add(SlotClaim(scope="agent", scope_id=agent.id, quantum_at=five_to_half_past, booking_id=other.id))
    session.flush()

    with pytest.raises(SlotTaken):
        a_call(an_investor())

    assert session.scalar(select(func.count()).select_from(Booking)) == 1


def test_an_investor_is_offered_no_time_at_which_they_have_another_call() -> None:
    an_agent()
    an_agent()
    person = an_investor()
    a_call(person, incident="INC-2026-001")

    assert MONDAY_AT_NINE not in slots_on(person, MONDAY)
    assert MONDAY_AT_NINE in slots_on(an_investor(), MONDAY)
    with pytest.raises(SlotTaken):
        a_call(person, incident="INC-2026-002")


def test_the_agent_with_the_fewest_calls_to_come_is_booked_then_the_one_booked_longest_ago() -> None:
    first, second = an_agent(), an_agent()
    hours = [MONDAY_AT_NINE + timedelta(hours=hour) for hour in range(4)]

    agents = [
        a_call(an_investor(), starts_at=start, at=AT + timedelta(minutes=n)).agent_id for n, start in enumerate(hours)
    ]

    assert agents == [first.id, second.id, first.id, second.id]


def test_a_cancelled_call_no_longer_counts_as_load() -> None:
    first, second = an_agent(), an_agent()
    scheduling.cancel(booking=a_call(an_investor()), by=first, reason="", desk=DESK, at=AT)

    assert a_call(an_investor()).agent_id == second.id
    assert a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=3)).agent_id == first.id


def test_one_open_call_for_an_investor_and_incident() -> None:
    an_agent()
    person = an_investor()
    a_call(person)

    with pytest.raises(AlreadyBooked, match="already have a call on November 23, 2026, 9:00 am, New York time"):
        a_call(person, starts_at=MONDAY_AT_NINE + timedelta(days=1))

    assert a_call(person, starts_at=MONDAY_AT_NINE + timedelta(days=1), incident="INC-2026-009")
    later = MONDAY_AT_NINE + timedelta(days=2)
    assert a_call(person, starts_at=later, at=MONDAY_AT_NINE + timedelta(hours=1)).starts_at == later


def test_a_form_sent_twice_is_one_booking_and_one_mail() -> None:
    an_agent()
    person = an_investor()

    once = a_call(person, key="rendered-once")
    again = a_call(person, key="rendered-once")

    assert once.id == again.id
    assert len(mails(once)) == 1


def test_ten_calls_a_day_are_enough_for_an_agent() -> None:
    an_agent(windows=(Window(0, 1440),))
    for hour in range(10):
        a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=hour))

    assert slots_on(an_investor(), MONDAY) == []
    assert slots_on(an_investor(), date(2026, 11, 24)) != []


@pytest.mark.parametrize("phone", ["", "call me", "911", "+1 212 555", "+12125550199 ext. 5", "0" * 40])
def test_a_number_that_cannot_be_called_is_refused(phone: str) -> None:
    an_agent()

    with pytest.raises(BadPhone, match="with its country code"):
        a_call(an_investor(), phone=phone)


def test_a_number_is_kept_in_e164_and_read_as_in_our_country_without_a_code() -> None:
    an_agent()

    assert a_call(an_investor(), phone="(212) 555-0199").phone == "+12125550199"
    assert a_call(an_investor(), phone="+44 20 7946 0018", starts_at=MONDAY_AT_NINE + timedelta(hours=1)).phone == (
        "+442079460018"
    )


def test_an_unknown_zone_is_refused() -> None:
    an_agent()

    with pytest.raises(UnknownZone):
        a_call(an_investor(), zone="localtime")


def test_cancelling_gives_the_time_back_and_takes_the_call_out_of_the_calendar() -> None:
    an_agent()
    person = an_investor()
    booking = a_call(person)

    scheduling.cancel(booking=booking, by=person, reason="", desk=DESK, at=AT + HALF_HOUR)

    mail = mails(booking)[-1]
    assert isinstance(mail, BookingCancelled)
    assert (mail.is_by_us, mail.reason) == (False, None)
    assert "METHOD:CANCEL" in mail.invite
    event = event_of(mail.invite)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert event["UID"] == f"{booking.pseudonym}@portal.example"
    assert event.stamp == AT + HALF_HOUR
    assert session.scalar(select(func.count()).select_from(SlotClaim)) == 0
    assert MONDAY_AT_NINE in slots_on(person, MONDAY)
    assert actions_about(booking) == ["call.booked", "call.cancelled"]


def test_a_call_is_cancelled_once() -> None:
    an_agent()
    person = an_investor()
    booking = a_call(person)
    scheduling.cancel(booking=booking, by=person, reason="", desk=DESK, at=AT)

    with pytest.raises(CannotCancel, match="was cancelled or is over"):
        scheduling.cancel(booking=booking, by=person, reason="", desk=DESK, at=AT)

    assert len(mails(booking)) == 2


def test_after_the_cut_off_only_staff_cancel_and_their_reason_is_mailed() -> None:
    agent, person = an_agent(), an_investor()
    booking = a_call(person)
    late = MONDAY_AT_NINE - timedelta(minutes=59)

    with pytest.raises(CannotCancel, match=r"starts too soon .* Call \+1 212-555-0000"):
        scheduling.cancel(booking=booking, by=person, reason="", desk=DESK, at=late)
    scheduling.cancel(booking=booking, by=agent, reason="The office is closed.", desk=DESK, at=late)

    mail = mails(booking)[-1]
    assert isinstance(mail, BookingCancelled)
    assert (mail.is_by_us, mail.reason) == (True, "The office is closed.")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (CallOutcome.REACHED, BookingStatus.DONE),
        (CallOutcome.NEEDS_FOLLOW_UP, BookingStatus.DONE),
        (CallOutcome.NO_ANSWER, BookingStatus.NO_SHOW),
        (CallOutcome.LEFT_MESSAGE, BookingStatus.NO_SHOW),
    ],
)
def test_an_outcome_says_whether_the_call_was_held(outcome: CallOutcome, status: BookingStatus) -> None:
    agent = an_agent()
    booking = a_call(an_investor())

    scheduling.record_outcome(booking=booking, outcome=outcome, notes="Spoke.", version_seen=1, by=agent, at=AT)

    assert (booking.status, booking.outcome, booking.notes, booking.version) == (status, outcome, "Spoke.", 2)
    assert actions_about(booking) == ["call.booked", "call.held"]


def test_the_second_of_two_people_who_edit_at_once_is_told() -> None:
    agent = an_agent()
    booking = a_call(an_investor())
    scheduling.record_outcome(
        booking=booking, outcome=CallOutcome.REACHED, notes="First.", version_seen=1, by=agent, at=AT
    )

    with pytest.raises(CannotRecord, match="changed this call after you opened it"):
        scheduling.record_outcome(
            booking=booking, outcome=CallOutcome.NO_ANSWER, notes="Second.", version_seen=1, by=agent, at=AT
        )

    assert booking.notes == "First."


def test_nothing_comes_of_a_cancelled_call() -> None:
    agent = an_agent()
    booking = a_call(an_investor())
    scheduling.cancel(booking=booking, by=agent, reason="", desk=DESK, at=AT)

    with pytest.raises(CannotRecord, match="was cancelled"):
        scheduling.record_outcome(
            booking=booking, outcome=CallOutcome.REACHED, notes="", version_seen=booking.version, by=agent, at=AT
        )


def test_slots_follow_the_agents_zone_and_the_investors_dates() -> None:
    an_agent(zone="Asia/Tokyo", windows=(Window(9 * 60, 10 * 60),))
    person = an_investor()

    found = slots_on(person, date(2026, 11, 24))

    assert found == [datetime(2026, 11, 25, 0, 0, tzinfo=UTC), datetime(2026, 11, 25, 0, 30, tzinfo=UTC)]


def test_the_days_agenda_holds_every_call_of_that_date_in_its_zone() -> None:
    an_agent(windows=(Window(0, 1440),))
    late = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    booked = [a_call(an_investor(), starts_at=start) for start in (late, MONDAY_AT_NINE)]

    on_monday = scheduling.list_calls(zone="America/New_York", on=MONDAY)
    in_london = scheduling.list_calls(zone="Europe/London", on=MONDAY)

    assert [call.id for call in on_monday] == [booked[1].id, booked[0].id]
    assert [call.id for call in in_london] == [booked[1].id]
