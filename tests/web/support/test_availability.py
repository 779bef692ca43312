"""Availability as agents and admins change it."""

import io
from datetime import timedelta

import pytest
from flask import Flask

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, Role, SessionKind
from app.scheduling import Booking
from tests.identity.builders import a_member_of_staff
from tests.scheduling.builders import DESK, an_agent, an_investor
from tests.scheduling.test_ics import calendar, event
from tests.web.browsers import a_browser, hidden_fields_in, send
from tests.web.browsing import Browser
from tests.web.words import words_of

PAGE = "/support/availability"
EVERY_DAY = tuple(range(7))


@pytest.fixture
def sam(app: Flask) -> Person:
    with transaction():
        return an_agent(days=EVERY_DAY)


@pytest.fixture
def browser(app: Flask, sam: Person) -> Browser:
    return a_browser(app, sam, SessionKind.STAFF)


def token(browser: Browser, page: str = PAGE) -> dict[str, str]:
    return {"csrf_token": hidden_fields_in(browser.get(page).text)["csrf_token"]}


def a_call_in_days(days: int) -> Booking:
    """The first call from then on."""
    with transaction():
        person = an_investor()
        call_type = scheduling.get_call_type()
        now = clock.now()
        start = scheduling.nearest_slots(person=person, call_type=call_type, wanted=now + timedelta(days=days), at=now)
        return scheduling.book(
            person=person,
            slot_start=start[0].start,
            call_type=call_type,
            zone="UTC",
            phone="+12125550199",
            help_text="",
            incident_reference="",
            idempotency_key="a call",
            by=person,
            desk=DESK,
            at=now,
        )


def test_the_week_is_set_in_one_go_with_lunch_between(browser: Browser, sam: Person) -> None:
    week = {"week-start": "09:00", "week-lunch": "12:00", "week-back": "12:30", "week-end": "16:00"}

    answer = send(browser, f"{PAGE}/week", token(browser) | week)

    assert "Monday 09:00 to 12:00 Remove Monday, 09:00 to 12:00 12:30 to 16:00" in words_of(answer.text)
    session.rollback()
    assert {row.weekday for row in scheduling.list_weekly_hours(sam)} == {0, 1, 2, 3, 4}


def test_a_lunch_that_is_not_within_the_day_is_refused(browser: Browser) -> None:
    week = {"week-start": "09:00", "week-lunch": "18:00", "week-back": "19:00", "week-end": "16:00"}

    answer = browser.open(f"{PAGE}/week", method="POST", data=token(browser) | week)

    assert "The end must be later than the start" in words_of(answer.text)


def test_days_off_are_typed_listed_and_taken_back(browser: Browser, sam: Person) -> None:
    on = (clock.now() + timedelta(days=40)).date()
    days = {"dates-from_on": on.isoformat(), "dates-to_on": "", "dates-note": "Dentist"}

    added = send(browser, f"{PAGE}/dates", token(browser) | days)
    session.rollback()
    (override,) = scheduling.list_overrides(sam, since_on=on)
    removed = send(browser, f"{PAGE}/dates/{override.id}/remove", token(browser))

    assert "Day off: Dentist" in words_of(added.text)
    assert "None. The week counts on every day." in words_of(removed.text)


def test_a_change_that_hits_calls_lists_them_first_and_is_made_once_they_were_seen(
    browser: Browser, sam: Person
) -> None:
    call = a_call_in_days(3)
    on = call.starts_at.astimezone(scheduling.get_zone(sam.time_zone)).date()
    days = {"dates-from_on": on.isoformat()}

    asked = browser.open(f"{PAGE}/dates", method="POST", data=token(browser) | days)
    session.rollback()
    assert asked.status_code == 409
    assert "Nothing was changed yet." in words_of(asked.text)
    assert call.person.full_name in asked.text
    assert scheduling.list_overrides(sam, since_on=on) == []
    session.rollback()
    send(browser, f"{PAGE}/dates", hidden_fields_in(asked.text))

    session.rollback()
    assert [each.on_date for each in scheduling.list_overrides(sam, since_on=on)] == [on]


def test_a_file_of_holidays_closes_its_days_and_any_other_file_is_refused(browser: Browser, sam: Person) -> None:
    on = clock.now() + timedelta(days=50)
    file = calendar(event(f"DTSTART;VALUE=DATE:{on:%Y%m%d}", "SUMMARY:Founders Day"))

    def upload(content: bytes) -> str:
        fields = token(browser) | {"file": (io.BytesIO(content), "holidays.ics")}
        answer = browser.open(
            f"{PAGE}/holidays", method="POST", data=fields, content_type="multipart/form-data", follow_redirects=True
        )
        return words_of(answer.text)

    assert "This is not a calendar that we can read." in upload(b"%PDF-1.7")
    assert "Choose the file with the holidays." in words_of(
        browser.open(f"{PAGE}/holidays", method="POST", data=token(browser)).text
    )
    assert "Holiday: Founders Day" in upload(file)


def test_a_calendar_is_added_without_being_fetched_and_shows_only_its_host(browser: Browser, sam: Person) -> None:
    address = {"address": "https://calendar.example/very-secret.ics"}

    added = send(browser, f"{PAGE}/calendars", token(browser) | address)
    refused = browser.open(f"{PAGE}/calendars", method="POST", data=token(browser) | {"address": "ftp://x"})

    assert "calendar.example Not read yet" in words_of(added.text)
    assert "very-secret" not in added.text
    assert "Use an address that begins with https://" in words_of(refused.text)
    session.rollback()
    (kept,) = scheduling.list_calendars(sam)
    removed = send(browser, f"{PAGE}/calendars/{kept.id}/remove", token(browser))
    assert "calendar.example" not in removed.text


def test_the_age_of_the_last_good_copy_and_a_later_problem_are_shown(browser: Browser, sam: Person) -> None:
    with transaction():
        scheduling.add_calendar(agent=sam, address="https://calendar.example/a.ics", by=sam, at=clock.now())
        due = scheduling.take_due_calendar(at=clock.now())
        assert due is not None
        scheduling.keep_busy_times(due, [], at=clock.now() - timedelta(minutes=95))
        scheduling.keep_problem(due, "The calendar's server answered 500.", at=clock.now())

    words = words_of(browser.get(PAGE).text)

    assert "Read 95 minutes ago" in words
    assert "The calendar's server answered 500." in words
    assert "The last good copy still counts." in words


def test_an_agent_changes_only_their_own_hours_and_an_admin_anybodys(app: Flask, browser: Browser, sam: Person) -> None:
    with transaction():
        other = an_agent(name="Nia Support")
        admin = a_member_of_staff(roles=(Role.ADMIN,))
    office = a_browser(app, admin, SessionKind.STAFF)
    fields = {"weekday": "Sunday", "start": "18:00", "end": "19:00", "agent": str(other.id)}

    assert browser.get(f"{PAGE}?agent={other.id}").status_code == 404
    assert browser.open(PAGE, method="POST", data=token(browser) | fields).status_code == 404
    answer = send(office, PAGE, token(office) | fields)

    assert "Hours of Nia Support" in words_of(answer.text)
    assert "Sunday 18:00 to 19:00" in words_of(answer.text)


def test_a_call_type_is_opened_changed_and_closed(browser: Browser, sam: Person) -> None:
    form = browser.get(f"{PAGE}/types/new").text
    assert 'name="buffer_after_minutes" type="number" value="10"' in form or 'value="10"' in form
    typed = {
        "name": "Long call", "duration_minutes": "60", "step_minutes": "30", "buffer_before_minutes": "0",
        "buffer_after_minutes": "15", "notice_minutes": "120", "cut_off_minutes": "60", "horizon_days": "14",
        "max_per_day": "", "incident_reference": "",
    }  # fmt: skip

    wrong = browser.open(f"{PAGE}/types/new", method="POST", data=token(browser) | typed | {"duration_minutes": "61"})
    opened = send(browser, f"{PAGE}/types/new", token(browser) | typed)
    session.rollback()
    made = scheduling.list_every_call_type()[-1]
    changed = send(browser, f"{PAGE}/types/{made.id}", token(browser) | typed | {"duration_minutes": "45"})
    closed = send(browser, f"{PAGE}/types/{made.id}/close", token(browser))

    assert "Length of the call: 61 cannot be kept" in words_of(wrong.text)
    assert "Long call 60 minutes 0 and 15 minutes 14 days No limit Every incident Open" in words_of(opened.text)
    assert "Long call 45 minutes" in words_of(changed.text)
    assert "Every incident Closed" in words_of(closed.text)
    assert 'value="45"' in browser.get(f"{PAGE}/types/{made.id}").text


def test_the_preview_shows_what_investors_see_and_why_says_what_leaves_none(browser: Browser, sam: Person) -> None:
    preview = browser.get(f"{PAGE}/preview?zone=Asia/Tokyo").text
    assert "All times are Tokyo time." in words_of(preview)
    assert 'type="radio"' in preview
    far = (clock.now() + timedelta(days=200)).date()

    assert "further ahead than can be booked" in words_of(browser.get(f"{PAGE}/why?on={far}").text)
    with transaction():
        scheduling.set_hours(agent=sam, weekly=[], by=sam, at=clock.now())
    assert "No hours at all." in words_of(browser.get(f"{PAGE}/why").text)
    assert "Why is there no slot?" in words_of(browser.get(f"{PAGE}/preview").text)
