"""Booking a call as an investor without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, SessionKind
from app.notices import Message
from app.scheduling import Booking, BookingStatus, CallOutcome, CallType, Window
from tests.scheduling.builders import DESK, an_agent, an_investor
from tests.web.browsers import a_browser, hidden_fields_in, send
from tests.web.browsing import Browser
from tests.web.words import words_of

ZONE = "America/New_York"
EVERY_DAY = tuple(range(7))


def slots_in(page: str) -> list[str]:
    return re.findall(r'type="radio"[^>]*value="([^"]+)"', page)


def first_slot(browser: Browser) -> str:
    return slots_in(browser.get(f"/calls/new?zone={ZONE}").text)[0]


def pick(browser: Browser, start: str | None = None) -> TestResponse:
    """Pick the first slot, or the one that starts there."""
    page = browser.get(f"/calls/new?zone={ZONE}").text
    return browser.open(
        "/calls/new", method="POST", data=hidden_fields_in(page) | {"start": start or slots_in(page)[0]}
    )


def hold(browser: Browser) -> str:
    """The address of the check page of the first slot, which is held."""
    answer = pick(browser)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def the_form(browser: Browser, page: str) -> dict[str, str]:
    return hidden_fields_in(browser.get(page).text) | {"phone": "+1 212 555 0199"}


def book(browser: Browser) -> str:
    """Book the first slot; the address of the call's page."""
    page = hold(browser)
    answer = browser.open(page, method="POST", data=the_form(browser, page))
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def bookings() -> int:
    session.rollback()
    booked = select(func.count()).select_from(Booking).where(Booking.status != BookingStatus.HELD)
    return session.execute(booked).scalar_one()


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
    page = browser.get(f"/calls/new?zone={ZONE}").text
    answer = browser.open("/calls/new", method="POST", data=hidden_fields_in(page))

    assert "There is a problem" not in words_of(page)
    assert "There is a problem Choose a time." in words_of(answer.text)
    assert slots_in(answer.text) == slots_in(page)


def test_later_days_are_on_pages_of_their_own(browser: Browser, agent: Person) -> None:
    first = browser.get(f"/calls/new?zone={ZONE}").text
    link = re.search(r'href="([^"]+)">\s*Later days', first)
    assert link is not None
    second = browser.get(link[1].replace("&amp;", "&")).text

    assert set(slots_in(first)).isdisjoint(slots_in(second))
    assert "Earlier days" in second


def test_the_check_page_says_when_until_when_it_is_kept_and_the_number_on_file(browser: Browser, agent: Person) -> None:
    page = browser.get(hold(browser)).text

    words = words_of(page)
    assert "Check your call." in words
    assert "New York time (UTC" in words
    assert re.search(r"It is not booked yet. We keep this time for you until \d+:\d\d [ap]m, New York time.", words)
    assert 'value="+12125550106"' in page
    assert "an interpreter, a text relay, or someone with you" in words
    assert bookings() == 0


def test_a_hold_that_lapsed_says_so_and_can_still_be_booked(browser: Browser, agent: Person) -> None:
    page = hold(browser)
    form = the_form(browser, page)
    with transaction():
        session.execute(update(Booking).values(held_until=clock.now()))

    assert "We no longer keep this time for you. You can still book it if it is free." in words_of(
        browser.get(page).text
    )
    assert "Your call is booked." in words_of(send(browser, page, form).text)


def test_opening_a_link_or_a_page_holds_nothing(browser: Browser, agent: Person) -> None:
    for _ in range(2):
        browser.get(f"/calls/new?zone={ZONE}")
        browser.open("/calls/new", method="HEAD")

    session.rollback()
    assert session.scalar(select(func.count()).select_from(Booking)) == 0


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
    page = hold(browser)
    form = the_form(browser, page)

    answers = [browser.open(page, method="POST", data=form) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [page, page]
    assert bookings() == 1
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def another(app: Flask) -> Browser:
    with transaction():
        person = an_investor()
    return a_browser(app, person, SessionKind.INVESTOR)


def test_a_time_that_somebody_holds_is_refused_with_the_three_nearest(
    app: Flask, browser: Browser, agent: Person
) -> None:
    start = first_slot(browser)
    fields = hidden_fields_in(browser.get(f"/calls/new?zone={ZONE}").text)
    pick(another(app), start)

    answer = browser.open("/calls/new", method="POST", data=fields | {"start": start})

    assert answer.status_code == 409
    assert "Someone has just taken that time. These are the closest times still free." in words_of(answer.text)
    nearest = slots_in(answer.text)
    assert len(nearest) == 3
    assert start not in nearest
    again = browser.open("/calls/new", method="POST", data=hidden_fields_in(answer.text) | {"start": nearest[0]})
    assert "Check your call." in words_of(browser.get(again.headers["Location"]).text)


def test_a_lapsed_hold_that_somebody_took_keeps_the_form_and_shows_the_three_nearest(
    app: Flask, browser: Browser, agent: Person
) -> None:
    page = hold(browser)
    form = the_form(browser, page) | {"help_text": "My daughter will be with me."}
    with transaction():
        session.execute(update(Booking).values(held_until=clock.now()))
    book(another(app))

    answer = browser.open(page, method="POST", data=form)

    assert answer.status_code == 409
    assert "Someone has just taken that time. These are the closest times still free." in words_of(answer.text)
    nearest = slots_in(answer.text)
    assert len(nearest) == 3
    assert "My daughter will be with me." in answer.text
    assert 'value="+1 212 555 0199"' in answer.text
    again = hidden_fields_in(answer.text) | {"start": nearest[0], "phone": "+1 212 555 0199"}
    booked = send(browser, page, again)
    assert "Your call is booked." in words_of(booked.text)
    assert bookings() == 2


def test_a_slot_in_the_past_is_refused_with_the_nearest(browser: Browser, agent: Person) -> None:
    for start in ("2020-01-01T10:00:00Z", "2199-01-01T10:00:00Z"):
        answer = pick(browser, start)

        assert answer.status_code == 409
        assert len(slots_in(answer.text)) == 3


@pytest.mark.parametrize("start", ["soon", "2027-03-01", "2027-03-01T10:00", "9999-12-31T23:59:00Z", "0"])
def test_what_is_no_time_is_refused_in_words(browser: Browser, agent: Person, start: str) -> None:
    answer = pick(browser, start)

    assert answer.status_code == 400
    assert "Choose one of the times on the page." in words_of(answer.text)


def test_an_unknown_zone_is_refused_in_words(browser: Browser, agent: Person) -> None:
    answer = browser.get("/calls/new?zone=Mars/Olympus")

    assert answer.status_code == 409
    assert "is not a time zone" in words_of(answer.text)


def test_a_number_that_cannot_be_called_is_said_beside_the_field(browser: Browser, agent: Person) -> None:
    page = hold(browser)
    form = the_form(browser, page) | {"phone": "my mobile", "help_text": "Please speak slowly."}

    answer = browser.open(page, method="POST", data=form)

    assert "There is a problem" in words_of(answer.text)
    assert "with its country code" in words_of(answer.text)
    assert "Please speak slowly." in answer.text
    assert bookings() == 0


def test_when_nothing_is_free_the_page_gives_the_number_and_offers_to_call(browser: Browser) -> None:
    page = browser.get(f"/calls/new?zone={ZONE}").text

    words = words_of(page)
    assert "No time is free at the moment." in words
    assert "Or call us at +1 212-555-0000" in words
    assert 'href="/calls/call-me?case="' in page


def test_somebody_with_a_call_to_come_is_shown_that_call(browser: Browser, agent: Person) -> None:
    page = book(browser)

    assert browser.get("/calls/new").headers["Location"] == page


def test_a_second_call_about_the_same_is_refused_with_the_first_one_shown(browser: Browser, agent: Person) -> None:
    fields = hidden_fields_in(browser.get(f"/calls/new?zone={ZONE}").text)
    page = book(browser)

    answer = send(browser, "/calls/new", fields | {"start": "2199-01-01T10:00:00Z"})

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


def test_a_post_without_a_token_books_moves_and_cancels_nothing(browser: Browser, agent: Person) -> None:
    held = hold(browser)
    assert browser.open("/calls/new", method="POST", data={"start": first_slot(browser)}).status_code == 400
    assert browser.open(held, method="POST", data={"phone": "+12125550199"}).status_code == 400
    page = book(browser)
    for action in ("cancel", "move"):
        assert browser.open(f"{page}/{action}", method="POST").status_code == 400
    assert browser.open("/calls/call-me", method="POST").status_code == 400
    assert bookings() == 1


def test_somebody_elses_call_is_not_found(app: Flask, browser: Browser, agent: Person) -> None:
    page = book(browser)
    stranger = another(app)

    for path in (page, f"{page}/invite.ics", f"{page}/add/google", f"{page}/cancel", f"{page}/move"):
        assert stranger.get(path).status_code == 404
    token = hidden_fields_in(stranger.get(f"/calls/new?zone={ZONE}").text)
    for path in (page, f"{page}/cancel", f"{page}/move"):
        assert stranger.open(path, method="POST", data=token).status_code == 404


def test_a_case_that_is_not_theirs_is_not_found(browser: Browser, agent: Person) -> None:
    assert browser.get("/calls/new?case=INC-2026-001").status_code == 404


def test_nobody_books_without_signing_in(app: Flask) -> None:
    assert Browser(app).get("/calls/new").headers["Location"].startswith("/sign-in")


def test_after_the_cut_off_the_page_gives_the_number(app: Flask, browser: Browser, grace: Person) -> None:
    with transaction():
        helper = an_agent(days=EVERY_DAY, windows=(Window(0, 1440),))
        booking = _a_call_soon(grace, helper)
    page = f"/calls/{booking}"

    assert "starts too soon to move or cancel it here" in words_of(browser.get(page).text)
    asked = browser.get(f"{page}/cancel")
    assert "This call cannot be cancelled here." in words_of(asked.text)
    assert "This call cannot be moved here." in words_of(browser.get(f"{page}/move").text)
    token = hidden_fields_in(browser.get("/calls/call-me").text)
    late = browser.open(f"{page}/move", method="POST", data=token | {"version": "1", "start": "2199-01-01T10:00:00Z"})
    assert late.status_code == 409
    assert "too soon to move it here. Call +1 212-555-0000" in words_of(late.text)


def test_a_call_that_was_held_is_over(app: Flask, browser: Browser, agent: Person) -> None:
    page = book(browser)
    with transaction():
        booking = session.scalars(select(Booking)).one()
        scheduling.record_outcome(
            booking=booking,
            outcome=CallOutcome.REACHED,
            notes="",
            version_seen=booking.version,
            by=agent,
            at=clock.now(),
        )

    assert "This call is over." in words_of(browser.get(page).text)


def test_a_call_that_we_cancelled_says_why(app: Flask, browser: Browser, agent: Person) -> None:
    page = book(browser)
    with transaction():
        booking = session.scalars(select(Booking)).one()
        scheduling.cancel(booking=booking, by=agent, reason="Our office is closed.", desk=DESK, at=clock.now())

    words = words_of(browser.get(page).text)
    assert "We had to cancel it, and we are sorry. The reason: Our office is closed." in words


def test_a_call_moves_by_its_button_and_stays_where_it_was_when_the_page_is_only_opened(
    browser: Browser, agent: Person
) -> None:
    page = book(browser)
    booking = session.scalars(select(Booking)).one()
    was_at = booking.starts_at
    asked = browser.get(f"{page}/move")
    fields = hidden_fields_in(asked.text)
    assert "It stays there until you choose a new time." in words_of(asked.text)

    unchosen = browser.open(f"{page}/move", method="POST", data=fields)
    answer = send(browser, f"{page}/move", fields | {"start": slots_in(asked.text)[5]})

    assert "Choose a time." in words_of(unchosen.text)
    words = words_of(answer.text)
    assert "Your call has a new time." in words
    session.rollback()
    booking = session.scalars(select(Booking)).one()
    assert booking.starts_at > was_at
    assert "Your call is booked." in words


def test_a_move_onto_a_taken_time_shows_the_nearest_and_changes_nothing(
    app: Flask, browser: Browser, agent: Person
) -> None:
    page = book(browser)
    asked = browser.get(f"{page}/move").text
    wanted = slots_in(asked)[8]
    pick(another(app), wanted)

    answer = browser.open(f"{page}/move", method="POST", data=hidden_fields_in(asked) | {"start": wanted})

    assert answer.status_code == 409
    assert "closest times still free" in words_of(answer.text)
    assert len(slots_in(answer.text)) == 3
    again = send(browser, f"{page}/move", hidden_fields_in(answer.text) | {"start": slots_in(answer.text)[0]})
    assert "Your call has a new time." in words_of(again.text)


def test_whoever_finds_no_time_asks_us_to_call_once(app: Flask, browser: Browser, grace: Person) -> None:
    asked = browser.get("/calls/call-me")
    fields = hidden_fields_in(asked.text) | {"phone": "(212) 555-0199", "best_times": "Weekdays after 5", "zone": ZONE}

    wrong = browser.open("/calls/call-me", method="POST", data=fields | {"phone": "home", "best_times": ""})
    bad = browser.open("/calls/call-me", method="POST", data=fields | {"phone": "home"})
    first = send(browser, "/calls/call-me", fields)
    send(browser, "/calls/call-me", fields)

    assert "Write when we can reach you." in words_of(wrong.text)
    assert "with its country code" in words_of(bad.text)
    assert "We have your request. We will call you." in words_of(first.text)
    assert "Weekdays after 5 (New York time)" in words_of(first.text)
    session.rollback()
    assert [request.person_id for request in scheduling.list_call_requests()] == [grace.id]


def test_the_kinds_of_call_that_are_open_can_be_chosen(app: Flask, browser: Browser, agent: Person) -> None:
    with transaction():
        first = scheduling.get_call_type()
        facts = {column.name: getattr(first, column.name) for column in CallType.__table__.columns}
        facts |= {"id": None, "name": "Long call", "duration_minutes": 60}
        longer = CallType(**facts)
        session.add(longer)
        session.flush()
        type_id = longer.id

    assert "Long call, 60 minutes" in words_of(browser.get("/calls/new").text)
    page = browser.get(f"/calls/new?zone={ZONE}&type={type_id}").text
    assert "A call takes 60 minutes." in words_of(page)
    browser.open("/calls/new", method="POST", data=hidden_fields_in(page) | {"start": slots_in(page)[0]})
    session.rollback()
    held = session.scalars(select(Booking)).one()
    assert held.ends_at - held.starts_at == timedelta(hours=1)
    assert browser.get(f"/calls/new?zone={ZONE}&type=99").status_code == 404


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
