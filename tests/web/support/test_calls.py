"""Support's day, one call and its outcome, and an agent's own hours."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, Role, SessionKind
from app.notices import Kind, Message
from app.scheduling import Booking, BookingStatus, Window
from tests.identity.builders import a_member_of_staff
from tests.scheduling.builders import a_call, an_agent, an_investor
from tests.web.browsers import a_browser, hidden_fields_in, send
from tests.web.browsing import Browser
from tests.web.words import words_of


@pytest.fixture
def sam(app: Flask) -> Person:
    with transaction():
        return an_agent(days=tuple(range(7)), windows=(Window(0, 1440),))


@pytest.fixture
def browser(app: Flask, sam: Person) -> Browser:
    return a_browser(app, sam, SessionKind.STAFF)


@pytest.fixture
def booked(app: Flask, sam: Person) -> Booking:
    now = clock.now()
    with transaction():
        grace = an_investor(zone="Europe/London")
        wanted = scheduling.nearest_slots(
            person=grace, call_type=scheduling.get_call_type(), wanted=now + timedelta(days=1), at=now
        )
        return a_call(
            grace, starts_at=wanted[1].start, at=now, zone="Europe/London", help_text="An interpreter, please."
        )


def page_of(booking: Booking) -> str:
    return f"/support/calls/{booking.id}"


def test_the_day_lists_its_calls_with_what_would_help(browser: Browser, sam: Person, booked: Booking) -> None:
    on = booked.starts_at.astimezone(scheduling.get_zone(sam.time_zone)).date()

    words = words_of(browser.get(f"/support/?on={on}").text)

    assert "1 call. All times are New York time." in words
    assert "Grace Lindqvist An interpreter, please." in words
    assert f"+1 212-555-0199. Say “{booked.call_words}”. Notes: INC-2026-003 Sam Support Booked" in words
    assert page_of(booked) in browser.get(f"/support/?on={on}").text


def test_a_day_without_calls_says_so_and_a_date_that_is_none_shows_today(browser: Browser) -> None:
    for on in ("2026-01-01", "not-a-day", "0001-01-01", "9999-12-31", ""):
        answer = browser.get(f"/support/?on={on}")
        assert answer.status_code == 200
        assert "Nobody is to be called on this day." in words_of(answer.text)


def test_the_call_shows_the_number_the_words_and_the_person(browser: Browser, booked: Booking) -> None:
    words = words_of(browser.get(page_of(booked)).text)

    assert "Call this number +1 212-555-0199" in words
    assert f"Say these words first {booked.call_words}" in words
    assert "What would help An interpreter, please." in words
    assert "Email" in words
    assert "For the investor that is" in words
    assert "No figures are published to this person." in words


def test_an_outcome_with_notes_goes_on_the_record(browser: Browser, booked: Booking) -> None:
    form = hidden_fields_in(browser.get(page_of(booked)).text)
    form |= {"outcome": "needs-follow-up", "notes": "Wants the sum <explained> again."}

    answer = send(browser, page_of(booked), form)

    assert "The call is on the record." in words_of(answer.text)
    assert "Needs follow-up" in words_of(answer.text)
    assert "Wants the sum &lt;explained&gt; again." in answer.text
    session.rollback()
    assert booked.status is BookingStatus.DONE


def test_an_outcome_must_be_said(browser: Browser, booked: Booking) -> None:
    form = hidden_fields_in(browser.get(page_of(booked)).text) | {"notes": "Spoke for a while."}

    answer = browser.open(page_of(booked), method="POST", data=form)

    assert "Say what came of the call." in words_of(answer.text)
    assert "Spoke for a while." in answer.text


def test_two_people_who_edit_at_once_are_told_and_lose_nothing(browser: Browser, booked: Booking) -> None:
    form = hidden_fields_in(browser.get(page_of(booked)).text)
    browser.open(page_of(booked), method="POST", data=form | {"outcome": "reached", "notes": "First."})

    second = browser.open(page_of(booked), method="POST", data=form | {"outcome": "no-answer", "notes": "Second."})

    assert second.status_code == 409
    assert "Somebody changed this call after you opened it." in words_of(second.text)
    assert "Second." in second.text
    final = hidden_fields_in(second.text) | {"outcome": "no-answer", "notes": "Second."}
    assert browser.open(page_of(booked), method="POST", data=final).status_code == 302


def test_staff_cancel_with_a_reason_that_is_mailed(browser: Browser, booked: Booking) -> None:
    page = f"{page_of(booked)}/cancel"
    form = hidden_fields_in(browser.get(page).text)

    assert "Write the reason" in words_of(browser.open(page, method="POST", data=form).text)
    browser.open(page, method="POST", data=form | {"reason": "Our office is closed."})

    session.rollback()
    assert booked.status is BookingStatus.CANCELLED
    mails = session.scalars(select(Message).where(Message.kind == Kind.BOOKING_CANCELLED)).all()
    assert len(mails) == 1
    assert "Our office is closed." in mails[0].context
    assert "Cancelled by Sam Support Why Our office is closed." in words_of(browser.get(page_of(booked)).text)


def test_another_call_of_the_same_person_is_listed(browser: Browser, booked: Booking) -> None:
    form = hidden_fields_in(browser.get(page_of(booked)).text)
    browser.open(page_of(booked), method="POST", data=form | {"outcome": "left-message", "notes": "Will try again."})
    with transaction():
        second = a_call(booked.person, starts_at=booked.starts_at + timedelta(hours=1), at=clock.now())

    words = words_of(browser.get(page_of(second)).text)

    assert "Other calls" in words
    assert "Left a message Will try again." in words


def test_an_agent_adds_and_removes_their_own_hours(app: Flask) -> None:
    with transaction():
        nia = a_member_of_staff(full_name="Nia Support")
    browser = a_browser(app, nia, SessionKind.STAFF)
    empty = browser.get("/support/availability")
    assert "No hours yet, so nobody can book." in words_of(empty.text)
    token = hidden_fields_in(empty.text)

    form = token | {"weekday": "Tuesday", "start": "09:00", "end": "12:30"}
    added = send(browser, "/support/availability", form)
    late = token | {"weekday": "Friday", "start": "20:00", "end": "00:00"}
    added = send(browser, "/support/availability", late)
    assert "Tuesday 09:00 to 12:30 Remove Tuesday, 09:00 to 12:30" in words_of(added.text)
    assert "Friday 20:00 to 24:00" in words_of(added.text)
    session.rollback()
    (tuesday, _) = scheduling.list_weekly_hours(nia)
    removed = send(browser, f"/support/availability/{tuesday.id}/remove", token)

    assert "Tuesday 09:00" not in words_of(removed.text)
    assert "Friday 20:00 to 24:00" in words_of(removed.text)


def test_hours_that_cannot_be_kept_are_refused_in_words(browser: Browser) -> None:
    token = hidden_fields_in(browser.get("/support/availability").text)

    answer = browser.open(
        "/support/availability", method="POST", data=token | {"weekday": "Tuesday", "start": "12:00", "end": "11:00"}
    )

    assert "The end must be later than the start" in words_of(answer.text)


def test_nobody_removes_somebody_elses_hours(app: Flask, sam: Person) -> None:
    with transaction():
        nia = an_agent(name="Nia Support")
    browser = a_browser(app, nia, SessionKind.STAFF)
    token = hidden_fields_in(browser.get("/support/availability").text)
    theirs = scheduling.list_weekly_hours(sam)[0].id

    browser.open(f"/support/availability/{theirs}/remove", method="POST", data=token)

    session.rollback()
    assert len(scheduling.list_weekly_hours(sam)) == 7


@pytest.mark.parametrize("path", ["/support/", "/support/availability", "/support/calls/1", "/support/calls/1/cancel"])
def test_only_support_opens_these_pages(app: Flask, path: str) -> None:
    with transaction():
        auditor = a_member_of_staff(roles=(Role.AUDITOR,))
        investor = an_investor()

    assert Browser(app).get(path).headers["Location"].startswith("/staff/sign-in")
    assert a_browser(app, auditor, SessionKind.STAFF).get(path).status_code == 403
    assert a_browser(app, investor, SessionKind.INVESTOR).get(path).status_code == 302


def test_a_call_that_does_not_exist_is_not_found(browser: Browser) -> None:
    assert browser.get("/support/calls/4711").status_code == 404
