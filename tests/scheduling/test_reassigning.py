"""Giving calls away, and running late."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import scheduling
from app.core.db import session
from app.notices import Kind, Message, State
from app.scheduling import AgentIsBusy, Booking, CannotReassign, ClaimScope, SlotClaim
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, actions_about, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
HALF_AN_HOUR = timedelta(minutes=30)


def mails(booking: Booking) -> list[Message]:
    theirs = (Message.subject_key == booking.pseudonym, Message.kind == Kind.CALL_LATE)
    return list(session.scalars(select(Message).where(*theirs).order_by(Message.id)))


def claimants(booking: Booking) -> set[int]:
    theirs = (SlotClaim.booking_id == booking.id, SlotClaim.scope == ClaimScope.AGENT)
    return set(session.scalars(select(SlotClaim.scope_id).where(*theirs)))


def test_a_call_that_is_given_away_takes_its_time_along() -> None:
    sam, nia = an_agent(), an_agent(name="Nia Support")
    booking = a_call(an_investor())
    words, sequence = booking.call_words, booking.sequence

    scheduling.reassign(booking=booking, agent=nia, version_seen=booking.version, by=sam, at=AT)

    assert (booking.agent, claimants(booking)) == (nia, {nia.id})
    assert (booking.call_words, booking.sequence) == (words, sequence)
    assert actions_about(booking)[-1] == "call.reassigned"
    assert a_call(an_investor()).agent == sam  # whose time is free again


def test_who_has_a_call_at_that_time_is_not_given_another_and_both_are_named() -> None:
    sam, nia = an_agent(), an_agent(name="Nia Support")
    one, other = a_call(an_investor()), a_call(an_investor())

    with pytest.raises(AgentIsBusy) as refusal:
        scheduling.reassign(booking=one, agent=nia, version_seen=one.version, by=sam, at=AT)

    assert (one.agent, other.agent) == (sam, nia)
    assert refusal.value.other == other
    assert claimants(one) == {sam.id}


def test_a_call_that_changed_or_is_over_stays_with_its_agent() -> None:
    sam, nia = an_agent(), an_agent(name="Nia Support")
    booking = a_call(an_investor())

    with pytest.raises(CannotReassign, match="changed after you opened it"):
        scheduling.reassign(booking=booking, agent=nia, version_seen=booking.version + 1, by=sam, at=AT)
    with pytest.raises(CannotReassign, match="already"):
        scheduling.reassign(booking=booking, agent=sam, version_seen=booking.version, by=sam, at=AT)
    with pytest.raises(CannotReassign, match="not in support"):
        scheduling.reassign(booking=booking, agent=booking.person, version_seen=booking.version, by=sam, at=AT)
    scheduling.cancel(booking=booking, by=sam, reason="", desk=DESK, at=AT)
    with pytest.raises(CannotReassign, match="cancelled or is over"):
        scheduling.reassign(booking=booking, agent=nia, version_seen=booking.version, by=sam, at=AT)


def test_the_next_callers_are_told_that_an_agent_runs_late_and_others_are_not() -> None:
    sam = an_agent()
    soon, later = a_call(an_investor()), a_call(an_investor(), starts_at=MONDAY_AT_NINE + 6 * HALF_AN_HOUR)
    nine, until = MONDAY_AT_NINE - HALF_AN_HOUR, MONDAY_AT_NINE + HALF_AN_HOUR

    told = scheduling.run_late(agent=sam, minutes=15, until=until, by=sam, at=nine)

    assert told == 1
    assert (len(mails(soon)), len(mails(later))) == (1, 0)
    assert '"minutes":15' in mails(soon)[0].context


def test_a_delay_that_is_taken_back_takes_back_what_has_not_left() -> None:
    sam = an_agent()
    booking = a_call(an_investor())
    at, until = MONDAY_AT_NINE - HALF_AN_HOUR, MONDAY_AT_NINE + HALF_AN_HOUR
    for minutes in (15, 30, 0):
        scheduling.run_late(agent=sam, minutes=minutes, until=until, by=sam, at=at)

    assert [mail.state for mail in mails(booking)] == [State.SUPPRESSED, State.SUPPRESSED]
    assert scheduling.find_late_note(agent=sam, at=at) is None
