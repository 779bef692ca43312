"""What can be booked, and within which bounds."""

from dataclasses import replace
from typing import Any

import pytest

from app import scheduling
from app.scheduling import BadCallType, CallTerms
from tests.scheduling.builders import AT, a_call, actions_about, an_agent, an_investor

pytestmark = pytest.mark.usefixtures("tx")
LONG = CallTerms(name="Long call", duration_minutes=60)


def test_a_type_opened_for_an_incident_is_offered_for_it_alone() -> None:
    agent = an_agent()
    first = scheduling.get_call_type()
    special = scheduling.open_call_type(terms=replace(LONG, incident_reference="INC-2026-003"), by=agent, at=AT)
    every = scheduling.open_call_type(terms=replace(LONG, name="Another"), by=agent, at=AT)

    assert scheduling.list_call_types(incident_reference="INC-2026-003") == [first, special, every]
    assert scheduling.list_call_types(incident_reference="INC-2026-009") == [first, every]
    assert actions_about(agent) == ["hours.changed", "calltype.opened", "calltype.opened"]


def test_a_closed_type_takes_no_bookings_and_is_still_listed_for_staff() -> None:
    agent = an_agent()
    first = scheduling.get_call_type()

    scheduling.close_call_type(call_type=first, by=agent, at=AT)
    scheduling.close_call_type(call_type=first, by=agent, at=AT)

    assert scheduling.list_call_types(incident_reference="") == []
    assert scheduling.list_every_call_type() == [first]
    day = AT.date()
    assert (
        scheduling.free_slots(person=None, call_type=first, zone="UTC", from_on=day, to_on=day.replace(day=30), at=AT)
        == []
    )
    assert actions_about(agent) == ["hours.changed", "calltype.closed"]


def test_a_change_leaves_booked_calls_as_they_are() -> None:
    agent = an_agent()
    call = a_call(an_investor())

    scheduling.change_call_type(call_type=call.call_type, terms=LONG, by=agent, at=AT)

    assert (call.call_type.duration_minutes, (call.ends_at - call.starts_at).total_seconds()) == (60, 1800)
    scheduling.change_call_type(call_type=call.call_type, terms=replace(LONG, max_per_day=None), by=agent, at=AT)
    assert call.call_type.max_per_day is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " "}, "Give the call a name"),
        ({"name": "Support call"}, "already"),
        ({"duration_minutes": 31}, "Length of the call: 31 cannot be kept. Use 5 to 240, in steps of 5."),
        ({"duration_minutes": 0}, "Length of the call: 0"),
        ({"step_minutes": 7}, "A call may start every: 7"),
        ({"buffer_after_minutes": -5}, "Free time after a call: -5"),
        ({"horizon_days": 366}, "How far ahead: 366 cannot be kept. Use 1 to 365."),
        ({"max_per_day": 0}, "Most calls a day: 0"),
        ({"notice_minutes": -1}, "Shortest notice"),
        ({"cut_off_minutes": 20_161}, "Latest move or cancel"),
    ],
)
def test_terms_that_nobody_could_keep_are_refused_by_name(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(BadCallType, match=words):
        scheduling.open_call_type(terms=replace(LONG, **changed), by=an_agent(), at=AT)

    assert len(scheduling.list_every_call_type()) == 1
