"""People who asked to be called: one of us calls, and what came of it is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import scheduling
from app.core.db import session
from app.identity import Person
from app.notices import Kind, Message
from app.scheduling import CallOutcome, CallRequest, RequestState, TakenAlready
from tests.notices.contents import CONTACT
from tests.scheduling.builders import AT, DESK, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


@pytest.fixture
def wanted() -> CallRequest:
    return scheduling.ask_for_call(
        person=an_investor(),
        incident_reference="",
        phone="+1 212 555 0177",
        zone="America/New_York",
        best_times="Mornings",
        help_text="",
        idempotency_key="k",
        near=DESK.phone,
        at=AT,
    )


def call(wanted: CallRequest, agent: Person, outcome: CallOutcome, *, hours: int) -> bool:
    at = AT + timedelta(hours=hours)
    scheduling.take_request(request=wanted, by=agent, at=at)
    done = at + timedelta(minutes=7)
    return scheduling.answer_request(
        request=wanted, outcome=outcome, notes="Said hello.", by=agent, contact=CONTACT, at=done
    )


def test_one_of_us_takes_a_request_and_nobody_else_can(wanted: CallRequest) -> None:
    sam, nia = an_agent(), an_agent(name="Nia Support")
    scheduling.take_request(request=wanted, by=sam, at=AT)

    with pytest.raises(TakenAlready, match="Sam Support has taken"):
        scheduling.take_request(request=wanted, by=nia, at=AT)
    with pytest.raises(TakenAlready, match="Take this request over first"):
        scheduling.answer_request(request=wanted, outcome=CallOutcome.REACHED, notes="", by=nia, contact=CONTACT, at=AT)

    assert wanted.taken_by == sam


def test_who_was_reached_is_on_the_record_and_waits_no_more(wanted: CallRequest) -> None:
    sam = an_agent()

    assert call(wanted, sam, CallOutcome.REACHED, hours=1) is False

    assert wanted.state is RequestState.ANSWERED
    assert wanted.booking is not None
    assert wanted.booking.ends_at - wanted.booking.starts_at == timedelta(minutes=7)
    assert wanted.booking.notes == "Said hello."
    assert scheduling.list_call_requests() == []


def test_who_did_not_answer_waits_for_another_try_and_is_then_told_by_mail(wanted: CallRequest) -> None:
    sam, nia = an_agent(), an_agent(name="Nia Support")

    first = call(wanted, sam, CallOutcome.NO_ANSWER, hours=1)
    assert (first, wanted.state, wanted.taken_by) == (False, RequestState.OPEN, None)
    second = call(wanted, nia, CallOutcome.NO_ANSWER, hours=2)

    assert (second, wanted.state) == (True, RequestState.ANSWERED)
    mails = session.scalars(select(Message).where(Message.kind == Kind.MISSED_CALL)).all()
    assert [mail.person for mail in mails] == [wanted.person]
