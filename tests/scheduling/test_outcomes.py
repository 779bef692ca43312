"""Tries, notes, and calls that nobody booked."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import identity, scheduling
from app.core.db import session
from app.notices import Kind, Message
from app.scheduling import Booking, BookingStatus, CallOutcome, CallType, CannotRecordCall, NotesChanged, SlotClaim
from tests.notices.contents import CONTACT
from tests.scheduling.builders import (
    AT,
    DESK,
    MONDAY_AT_NINE,
    a_call,
    actions_about,
    an_agent,
    an_investor,
)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
NO_ANSWER, REACHED = CallOutcome.NO_ANSWER, CallOutcome.REACHED


def say(booking: Booking, outcome: CallOutcome, *, minutes: int = 0, notes: str = "") -> bool:
    return scheduling.record_try(
        booking=booking,
        outcome=outcome,
        notes=notes,
        version_seen=booking.version,
        by=booking.agent,
        contact=CONTACT,
        at=MONDAY_AT_NINE + timedelta(minutes=minutes),
    )


def missed(booking: Booking) -> list[Message]:
    theirs = (Message.kind == Kind.MISSED_CALL, Message.person_id == booking.person_id)
    return list(session.scalars(select(Message).where(*theirs)))


def test_the_second_call_without_an_answer_is_told_by_mail_once_with_a_new_link() -> None:
    an_agent()
    booking = a_call(an_investor())

    mailed = [say(booking, NO_ANSWER, minutes=each) for each in (0, 10, 20)]

    assert mailed == [False, True, False]
    (mail,) = missed(booking)
    assert '"tries":["2026-11-23T14:00:00+00:00","2026-11-23T14:10:00+00:00"]' in mail.context
    assert mail.link is not None
    assert mail.link.opens == "/calls/new?case=INC-2026-003"
    assert mail.link.is_open(MONDAY_AT_NINE + timedelta(days=29))
    assert mail.link.pseudonym != mail.pseudonym
    assert [each.outcome for each in scheduling.list_tries(booking)] == [NO_ANSWER] * 3


def test_nobody_is_told_who_was_reached_or_left_a_message_in_between() -> None:
    an_agent()
    booking = a_call(an_investor())

    mailed = [say(booking, each) for each in (NO_ANSWER, CallOutcome.LEFT_MESSAGE, REACHED, CallOutcome.NO_SHOW)]

    assert mailed == [False] * 4
    assert missed(booking) == []
    assert booking.status is BookingStatus.NO_SHOW


def test_notes_are_kept_as_typed_and_nobody_types_over_somebody_else() -> None:
    agent = an_agent()
    booking = a_call(an_investor())
    seen = booking.version
    scheduling.save_notes(booking=booking, notes="First.", version_seen=seen, by=agent, at=AT)

    with pytest.raises(NotesChanged):
        scheduling.save_notes(booking=booking, notes="Second.", version_seen=seen, by=agent, at=AT)

    assert booking.notes == "First."
    assert actions_about(booking).count("call.noted") == 1


def test_the_same_notes_again_change_nothing() -> None:
    agent = an_agent()
    booking = a_call(an_investor())
    version = booking.version

    scheduling.save_notes(booking=booking, notes="", version_seen=version, by=agent, at=AT)

    assert booking.version == version


def record(agent: identity.Person, person: identity.Person, *, minutes: int = 12, key: str = "k") -> Booking:
    return scheduling.record_unbooked(
        person=person,
        starts_at=AT - timedelta(minutes=20),
        minutes=minutes,
        phone="(212) 555-0177",
        near=DESK.phone,
        zone=person.time_zone,
        incident_reference="",
        outcome=REACHED,
        notes="Asked about the sum.",
        idempotency_key=key,
        by=agent,
        at=AT,
    )


def test_a_call_that_nobody_booked_claims_no_time_and_mails_nothing() -> None:
    agent, person = an_agent(), an_investor()

    booking = record(agent, person)
    again = record(agent, person)

    assert again is booking
    assert (booking.status, booking.phone, booking.agent) == (BookingStatus.DONE, "+12125550177", agent)
    assert booking.ends_at - booking.starts_at == timedelta(minutes=12)
    assert session.scalar(select(func.count()).select_from(SlotClaim)) == 0
    assert session.scalar(select(func.count()).select_from(Message)) == 0
    assert actions_about(booking) == ["call.recorded"]
    assert session.scalar(select(func.count()).select_from(CallType)) == 1


@pytest.mark.parametrize("minutes", [0, 241])
def test_a_call_that_cannot_have_been_is_refused(minutes: int) -> None:
    with pytest.raises(CannotRecordCall, match="cannot be recorded"):
        record(an_agent(), an_investor(), minutes=minutes)


def test_a_call_of_tomorrow_is_booked_and_not_recorded() -> None:
    with pytest.raises(CannotRecordCall, match="Book it instead"):
        scheduling.record_unbooked(
            person=an_investor(),
            starts_at=AT + timedelta(minutes=1),
            minutes=5,
            phone=DESK.phone,
            near=DESK.phone,
            zone="UTC",
            incident_reference="",
            outcome=REACHED,
            notes="",
            idempotency_key="k",
            by=an_agent(),
            at=AT,
        )


def test_a_number_that_is_called_finds_the_person() -> None:
    an_agent()
    booking = a_call(an_investor(), phone="+44 20 7946 0018")

    assert scheduling.list_people_called_at("+442079460018") == [booking.person]
    assert scheduling.list_people_called_at("+442079460019") == []
