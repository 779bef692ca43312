"""Requests to be called, and word that an agent runs late."""

from datetime import timedelta

import pytest

from app import scheduling
from app.identity import Person
from app.scheduling import AlreadyClosed, BadDelay, BadPhone, CallRequest, RequestState, UnknownZone
from tests.scheduling.builders import AT, a_call, actions_about, an_agent, an_investor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


def ask(
    person: Person,
    *,
    key: str = "form",
    incident: str = "INC-2026-003",
    phone: str = "(212) 555-0199",
    zone: str = "America/New_York",
) -> CallRequest:
    return scheduling.ask_for_call(
        person=person,
        incident_reference=incident,
        phone=phone,
        zone=zone,
        best_times="Mornings",
        help_text="",
        idempotency_key=key,
        near="+12125550000",
        at=AT,
    )


def test_a_request_waits_for_support_and_is_on_the_record() -> None:
    request = ask(an_investor())

    assert (request.phone, request.state, request.best_times) == ("+12125550199", RequestState.OPEN, "Mornings")
    assert scheduling.list_call_requests() == [request]
    assert actions_about(request) == ["call.requested"]


def test_one_open_request_for_an_investor_and_incident() -> None:
    person = an_investor()
    first = ask(person)

    assert ask(person, key="another form").id == first.id
    assert ask(person, key="other incident", incident="INC-2026-009").id != first.id
    assert ask(an_investor()).id != first.id


def test_a_closed_request_leaves_the_list_and_is_not_opened_again_by_the_same_form() -> None:
    agent, person = an_agent(), an_investor()
    request = ask(person)
    call = a_call(an_investor())

    scheduling.close_call_request(request=request, state=RequestState.ANSWERED, booking=call, by=agent, at=AT)

    assert scheduling.list_call_requests() == []
    assert (request.closed_by_id, request.booking_id) == (agent.id, call.id)
    assert ask(person).id == request.id
    assert ask(person, key="a later form").id != request.id
    with pytest.raises(AlreadyClosed):
        scheduling.close_call_request(request=request, state=RequestState.WITHDRAWN, booking=None, by=person, at=AT)
    assert actions_about(request) == ["call.requested", "call.request_closed"]


def test_a_booked_call_answers_the_request() -> None:
    an_agent()
    person = an_investor()
    request, other = ask(person), ask(person, key="other", incident="INC-2026-009")

    call = a_call(person)

    assert (request.state, request.booking_id) == (RequestState.ANSWERED, call.id)
    assert scheduling.list_call_requests() == [other]


def test_a_request_names_a_number_and_a_zone_that_exist() -> None:
    with pytest.raises(BadPhone):
        ask(an_investor(), phone="soon")
    with pytest.raises(UnknownZone):
        ask(an_investor(), zone="Mars/Olympus")


def test_the_latest_word_of_a_delay_counts_while_it_lasts() -> None:
    agent = an_agent()
    until = AT + timedelta(hours=3)

    assert scheduling.find_late_note(agent=agent, at=AT) is None
    scheduling.say_late(agent=agent, minutes=10, until=until, by=agent, at=AT)
    scheduling.say_late(agent=agent, minutes=25, until=until, by=agent, at=AT + timedelta(minutes=5))

    now = scheduling.find_late_note(agent=agent, at=AT + timedelta(minutes=10))
    assert now is not None
    assert now.minutes == 25
    assert scheduling.find_late_note(agent=agent, at=until) is None
    assert scheduling.find_late_note(agent=an_agent(), at=AT + timedelta(minutes=10)) is None
    scheduling.say_late(agent=agent, minutes=0, until=until, by=agent, at=AT + timedelta(minutes=20))
    assert scheduling.find_late_note(agent=agent, at=AT + timedelta(minutes=30)) is None


@pytest.mark.parametrize("minutes", [-1, 241])
def test_nobody_is_late_by_less_than_nothing_or_by_half_a_day(minutes: int) -> None:
    agent = an_agent()

    with pytest.raises(BadDelay, match="cannot be said"):
        scheduling.say_late(agent=agent, minutes=minutes, until=AT + timedelta(hours=1), by=agent, at=AT)
