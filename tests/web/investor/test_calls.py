"""Booking a call as an investor without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
from flask import Flask
from sqlalchemy import func, select

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, SessionKind
from app.notices import Message
from app.scheduling import Booking, BookingStatus, CallOutcome, Window
from tests.scheduling.builders import DESK, an_agent, an_investor
from tests.web.browsers import a_browser, hidden_fields_in, send
from tests.web.browsing import Browser
from tests.web.words import words_of

ZONE = "America/New_York"
EVERY_DAY = tuple(range(7))


@pytest.fixture
def grace(app: Flask) -> Person:
    with transaction():
        return an_investor()


@pytest.fixture
def agent(app: Flask) -> Person:
    with transaction():
        return an_agent(days=EVERY_DAY, windows=(Window(0, 1440),))


@pytest.fixture
def browser(app: Flask, grace: Person) -> Browser:
    return a_browser(app, grace, SessionKind.INVESTOR)


def slots_in(page: str) -> list[str]:
    return re.findall(r'type="radio"[^>]*value="([^"]+)"', page)


def first_slot(browser: Browser) -> str:
    return slots_in(browser.get(f"/calls/new?zone={ZONE}").text)[0]


def the_form(browser: Browser, start: str) -> dict[str, str]:
    page = browser.get(f"/calls/new?zone={ZONE}&start={start}").text
    return hidden_fields_in(page) | {"start": start, "phone": "+1 212 555 0199"}


def book(browser: Browser) -> str:
    """Book the first slot; the address of the call's page."""
    answer = browser.open("/calls/new", method="POST", data=the_form(browser, first_slot(browser)))
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def bookings() -> int:
    session.rollback()
    return session.execute(select(func.count()).select_from(Booking)).scalar_one()


def test_the_zone_comes_first_and_the_readers_own_is_chosen(browser: Browser, agent: Person) -> None:
    page = browser.get("/calls/new").text

    assert re.search(r'<option value="America/New_York"\s+selected>New York time \(UTC−0[45]:00\)', page)
    assert "data-zone-guess" in page


def test_a_time_is_chosen_from_radio_buttons_by_day_in_the_zone(browser: Browser, agent: Person) -> None:
    page = browser.get("/calls/new?zone=Asia/Kathmandu").text

    starts = [datetime.fromisoformat(value) for value in slots_in(page)]
    assert starts == sorted(starts)
    assert page.count("<details") == page.count("<summary") == 7
    assert page.count("<details open") == 1
    assert "All times are Kathmandu time." in words_of(page)
    assert re.search(r"<label[^>]*>\d+:[14]5 [ap]m</label>", page)


def test_a_week_of_working_hours_stays_a_light_page(app: Flask, browser: Browser) -> None:
    with transaction():
        an_agent(days=EVERY_DAY)

    page = browser.get(f"/calls/new?zone={ZONE}").text

    assert len(slots_in(page)) > 90
    assert len(page) < 30_000


def test_going_on_without_a_time_says_so(browser: Browser, agent: Person) -> None:
    assert "Choose a time." in words_of(browser.get(f"/calls/new?zone={ZONE}&chosen=yes").text)
    assert "There is a problem" not in words_of(browser.get(f"/calls/new?zone={ZONE}").text)


def test_later_days_are_on_pages_of_their_own(browser: Browser, agent: Person) -> None:
    first = browser.get(f"/calls/new?zone={ZONE}").text
    link = re.search(r'href="([^"]+)">\s*Later days', first)
    assert link is not None
    second = browser.get(link[1].replace("&amp;", "&")).text

    assert set(slots_in(first)).isdisjoint(slots_in(second))
    assert "Earlier days" in second


def test_the_check_page_says_when_and_keeps_the_number_on_file(browser: Browser, agent: Person) -> None:
    page = browser.get(f"/calls/new?zone={ZONE}&start={first_slot(browser)}").text

    assert "Check your call." in words_of(page)
    assert "New York time (UTC" in words_of(page)
    assert 'value="+12125550106"' in page
    assert "an interpreter, a text relay, or someone with you" in words_of(page)
    assert bookings() == 0


def test_a_booked_call_shows_its_words_and_who_calls_which_number(
    browser: Browser, agent: Person, grace: Person
) -> None:
    page = browser.get(book(browser)).text
    booking = session.scalars(select(Booking)).one()

    words = words_of(page)
    assert "Your call is booked." in words
    assert f"We will say the words {booking.call_words}. If the caller cannot, hang up" in words
    assert "Sam Support will call you at the number ending 0199." in words
    assert booking.person_id == grace.id
    assert session.scalars(select(Message)).one().person_id == grace.id


def test_both_zones_are_named_where_they_differ(app: Flask, browser: Browser) -> None:
    with transaction():
        an_agent(zone="Europe/London", days=EVERY_DAY, windows=(Window(0, 1440),))

    words = words_of(browser.get(book(browser)).text)

    assert "New York time (UTC" in words
    assert re.search(r"For us that is .* London time \(UTC", words)


def test_a_form_sent_twice_shows_the_same_call(browser: Browser, agent: Person) -> None:
    form = the_form(browser, first_slot(browser))

    answers = [browser.open("/calls/new", method="POST", data=form) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert bookings() == 1


def test_a_taken_slot_keeps_the_form_and_shows_the_three_nearest(app: Flask, browser: Browser, agent: Person) -> None:
    start = first_slot(browser)
    form = the_form(browser, start) | {"help_text": "My daughter will be with me."}
    with transaction():
        other = an_investor()
    a_browser_of_another = a_browser(app, other, SessionKind.INVESTOR)
    a_browser_of_another.open("/calls/new", method="POST", data=the_form(a_browser_of_another, start))

    answer = browser.open("/calls/new", method="POST", data=form)

    assert answer.status_code == 409
    assert "Someone has just taken that time. These are the closest times still free." in words_of(answer.text)
    nearest = slots_in(answer.text)
    assert len(nearest) == 3
    assert start not in nearest
    assert "My daughter will be with me." in answer.text
    assert 'value="+1 212 555 0199"' in answer.text
    again = hidden_fields_in(answer.text) | {"start": nearest[0], "phone": "+1 212 555 0199"}
    assert browser.open("/calls/new", method="POST", data=again).status_code == 302


def test_a_slot_that_is_gone_before_the_check_shows_the_nearest(browser: Browser, agent: Person) -> None:
    long_ago = browser.get(f"/calls/new?zone={ZONE}&start=2020-01-01T10:00:00Z")

    assert long_ago.status_code == 409
    assert len(slots_in(long_ago.text)) == 3


@pytest.mark.parametrize("start", ["soon", "2027-03-01", "2027-03-01T10:00", "9999-12-31T23:59:00Z", ""])
def test_what_is_no_time_is_refused_in_words(browser: Browser, agent: Person, start: str) -> None:
    answer = browser.get(f"/calls/new?zone={ZONE}&start={start}")

    assert answer.status_code == 400
    assert "Choose one of the times on the page." in words_of(answer.text)


def test_an_unknown_zone_is_refused_in_words(browser: Browser, agent: Person) -> None:
    answer = browser.get("/calls/new?zone=Mars/Olympus")

    assert answer.status_code == 409
    assert "is not a time zone" in words_of(answer.text)


def test_a_number_that_cannot_be_called_is_said_beside_the_field(browser: Browser, agent: Person) -> None:
    form = the_form(browser, first_slot(browser)) | {"phone": "my mobile", "help_text": "Please speak slowly."}

    answer = browser.open("/calls/new", method="POST", data=form)

    assert "There is a problem" in words_of(answer.text)
    assert "with its country code" in words_of(answer.text)
    assert "Please speak slowly." in answer.text
    assert bookings() == 0


def test_when_nothing_is_free_the_page_gives_the_number_to_call(browser: Browser) -> None:
    words = words_of(browser.get(f"/calls/new?zone={ZONE}").text)

    assert "No time is free at the moment." in words
    assert "Please call us at +1 212-555-0000" in words


def test_somebody_with_a_call_to_come_is_shown_that_call(browser: Browser, agent: Person) -> None:
    page = book(browser)

    assert browser.get("/calls/new").headers["Location"] == page


def test_a_second_call_about_the_same_is_refused_with_the_first_one_shown(browser: Browser, agent: Person) -> None:
    start = first_slot(browser)
    second = the_form(browser, start)
    page = book(browser)

    answer = send(browser, "/calls/new", second)

    assert answer.request.path == page
    assert "You already have a call on" in words_of(answer.text)
    assert bookings() == 1


def test_the_file_for_a_calendar_is_a_publication_without_attendee(browser: Browser, agent: Person) -> None:
    answer = browser.get(f"{book(browser)}/invite.ics")

    calendar = icalendar.Calendar.from_ical(answer.data)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in answer.text
    assert "mailto:support@portal.example" in answer.text.replace("\r\n ", "")


@pytest.mark.parametrize(
    ("service", "host"),
    [("google", "calendar.google.com"), ("outlook", "outlook.live.com"), ("office365", "outlook.office.com")],
)
def test_a_web_calendar_is_opened_through_our_own_address(
    browser: Browser, agent: Person, service: str, host: str
) -> None:
    page = book(browser)
    booking = session.scalars(select(Booking)).one()

    assert f'href="{page}/add/{service}"' in browser.get(page).text
    assert host not in browser.get(page).text
    link = urlsplit(browser.get(f"{page}/add/{service}").headers["Location"])
    parts = parse_qs(link.query)
    assert link.hostname == host
    starts = parts.get("startdt") or [parts["dates"][0].split("/")[0]]
    assert datetime.fromisoformat(starts[0]) == booking.starts_at
    assert booking.call_words not in link.query


def test_an_unknown_calendar_is_not_found(browser: Browser, agent: Person) -> None:
    assert browser.get(f"{book(browser)}/add/yahoo").status_code == 404


def test_opening_the_cancel_page_changes_nothing_and_its_button_cancels(browser: Browser, agent: Person) -> None:
    page = book(browser)
    asked = browser.get(f"{page}/cancel")
    browser.open(f"{page}/cancel", method="HEAD")
    session.rollback()
    assert session.scalars(select(Booking)).one().status is BookingStatus.BOOKED

    answer = send(browser, f"{page}/cancel", hidden_fields_in(asked.text))

    words = words_of(answer.text)
    assert "This call is cancelled." in words
    assert "Choose another time" in words
    assert browser.get(f"{page}/invite.ics").status_code == 404
    assert browser.get(f"{page}/add/google").status_code == 404
    again = browser.open(f"{page}/cancel", method="POST", data=hidden_fields_in(asked.text))
    assert again.status_code == 409


def test_a_post_without_a_token_books_and_cancels_nothing(browser: Browser, agent: Person) -> None:
    form = the_form(browser, first_slot(browser))
    del form["csrf_token"]

    assert browser.open("/calls/new", method="POST", data=form).status_code == 400
    page = book(browser)
    assert browser.open(f"{page}/cancel", method="POST").status_code == 400
    session.rollback()
    assert session.scalars(select(Booking)).one().status is BookingStatus.BOOKED


def test_somebody_elses_call_is_not_found(app: Flask, browser: Browser, agent: Person) -> None:
    page = book(browser)
    with transaction():
        other = an_investor()
    stranger = a_browser(app, other, SessionKind.INVESTOR)

    for path in (page, f"{page}/invite.ics", f"{page}/add/google", f"{page}/cancel"):
        assert stranger.get(path).status_code == 404
    token = hidden_fields_in(stranger.get(f"/calls/new?zone={ZONE}&start={first_slot(stranger)}").text)
    assert stranger.open(f"{page}/cancel", method="POST", data=token).status_code == 404


def test_a_case_that_is_not_theirs_is_not_found(browser: Browser, agent: Person) -> None:
    assert browser.get("/calls/new?case=INC-2026-001").status_code == 404


def test_nobody_books_without_signing_in(app: Flask) -> None:
    assert Browser(app).get("/calls/new").headers["Location"].startswith("/sign-in")


def test_after_the_cut_off_the_page_gives_the_number(app: Flask, browser: Browser, grace: Person) -> None:
    with transaction():
        helper = an_agent(days=EVERY_DAY, windows=(Window(0, 1440),))
        booking = _a_call_soon(grace, helper)
    page = f"/calls/{booking}"

    assert "starts too soon to cancel it here" in words_of(browser.get(page).text)
    asked = browser.get(f"{page}/cancel")
    assert "This call cannot be cancelled here." in words_of(asked.text)


def test_a_call_that_was_held_is_over(app: Flask, browser: Browser, agent: Person) -> None:
    page = book(browser)
    with transaction():
        booking = session.scalars(select(Booking)).one()
        scheduling.record_outcome(
            booking=booking, outcome=CallOutcome.REACHED, notes="", version_seen=1, by=agent, at=clock.now()
        )

    assert "This call is over." in words_of(browser.get(page).text)


def test_a_call_that_we_cancelled_says_why(app: Flask, browser: Browser, agent: Person) -> None:
    page = book(browser)
    with transaction():
        booking = session.scalars(select(Booking)).one()
        scheduling.cancel(booking=booking, by=agent, reason="Our office is closed.", desk=DESK, at=clock.now())

    words = words_of(browser.get(page).text)
    assert "We had to cancel it, and we are sorry. The reason: Our office is closed." in words


def _a_call_soon(person: Person, agent: Person) -> int:
    starts_at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=20)
    booked_at = starts_at - timedelta(hours=5)
    starts_at -= timedelta(minutes=starts_at.minute % 30 - 30 if starts_at.minute % 30 else 0)
    booking = scheduling.book(
        person=person,
        slot_start=starts_at,
        call_type=scheduling.get_call_type(),
        zone=ZONE,
        phone="+12125550199",
        help_text="",
        incident_reference="",
        idempotency_key="soon",
        by=person,
        desk=DESK,
        at=booked_at,
    )
    return booking.id
