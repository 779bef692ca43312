"""An agent's private calendar feed."""

from datetime import timedelta

import icalendar
import pytest
import vobject
from sqlalchemy.exc import NoResultFound

from app import scheduling
from app.core.db import session
from app.scheduling import BookingStatus, CalendarFeed, FeedCall
from tests.scheduling.builders import AT, DESK, MONDAY_AT_NINE, a_call, a_hold, an_agent, an_investor

CALL = FeedCall(
    uid="1@portal.example",
    sequence=2,
    changed_at=AT,
    starts_at=MONDAY_AT_NINE,
    ends_at=MONDAY_AT_NINE + timedelta(minutes=30),
    is_cancelled=False,
    page="https://portal.example/support/calls/1",
)


@pytest.mark.both_databases
@pytest.mark.usefixtures("tx")
def test_only_the_newest_address_leads_to_the_agents_calls_and_none_is_kept() -> None:
    sam = an_agent()

    first = scheduling.renew_feed(agent=sam, at=AT)
    second = scheduling.renew_feed(agent=sam, at=AT)

    assert scheduling.get_feed_agent(second.upper()) == sam
    for secret in (first, "", "no secret", "a" * 52):
        with pytest.raises(NoResultFound):
            scheduling.get_feed_agent(secret)
    rows = session.query(CalendarFeed).all()
    assert second not in str([vars(row) for row in rows])
    assert [row.ended_at is None for row in rows] == [False, True]


@pytest.mark.both_databases
@pytest.mark.usefixtures("tx")
def test_an_ended_feed_leads_nowhere() -> None:
    sam = an_agent()
    secret = scheduling.renew_feed(agent=sam, at=AT)
    scheduling.end_feed(agent=sam, at=AT)
    scheduling.end_feed(agent=sam, at=AT)

    with pytest.raises(NoResultFound):
        scheduling.get_feed_agent(secret)
    assert scheduling.find_feed(sam) is None


@pytest.mark.both_databases
@pytest.mark.usefixtures("tx")
def test_a_cancelled_call_stays_for_thirty_days_and_a_held_slot_never_appears() -> None:
    sam = an_agent()
    off, on = a_call(an_investor()), a_call(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=1))
    a_hold(an_investor(), starts_at=MONDAY_AT_NINE + timedelta(hours=2))
    scheduling.cancel(booking=off, by=sam, reason="", desk=DESK, at=AT)

    soon = scheduling.list_feed_calls(sam, at=AT + timedelta(days=30))
    late = scheduling.list_feed_calls(sam, at=AT + timedelta(days=30, seconds=1))

    assert [call.status for call in soon] == [BookingStatus.CANCELLED, BookingStatus.BOOKED]
    assert late == [on]
    assert scheduling.list_feed_calls(sam, at=AT + timedelta(days=40)) == []


def test_two_readers_find_the_same_calls_in_the_feed_and_nobody_to_invite() -> None:
    called_off = FeedCall(**{**vars(CALL), "uid": "2@portal.example", "is_cancelled": True})

    text = scheduling.write_feed([CALL, called_off], title="Support call, Example, Ltd.")

    calendar = icalendar.Calendar.from_ical(text)
    events = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert [event.get("STATUS") for event in events] == ["CONFIRMED", "CANCELLED"]
    assert [(event.decoded("DTSTART"), event.decoded("DTEND")) for event in events] == [
        (CALL.starts_at, CALL.ends_at)
    ] * 2
    other = vobject.readOne(text)
    assert [each.dtstart.value for each in other.vevent_list] == [CALL.starts_at] * 2
    assert [each.uid.value for each in other.vevent_list] == ["1@portal.example", "2@portal.example"]
    assert [each.sequence.value for each in other.vevent_list] == ["2", "2"]
    assert not [word for word in ("ATTENDEE", "ORGANIZER", "VALARM") if word in text]
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")


def test_the_same_calls_give_the_same_bytes() -> None:
    assert scheduling.write_feed([CALL], title="A") == scheduling.write_feed([CALL], title="A")
