"""Support's desk: finding people, booking for them, giving calls away, running late, and seeing what they see."""

import re
from datetime import timedelta

import icalendar
import pytest
from flask import Flask
from sqlalchemy import func, select

from app import identity, scheduling
from app.audit import AuditEvent
from app.core import clock
from app.core.db import session, transaction
from app.identity import AccountType, Person, Role, Scope, SessionKind
from app.notices import Kind, Message, State
from app.scheduling import Booking, BookingStatus, Window
from tests.identity.builders import a_member_of_staff
from tests.scheduling.builders import DESK, a_call, actions_about, an_agent, an_investor
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
def grace(app: Flask) -> Person:
    with transaction():
        person = an_investor()
        account = identity.add_account(external_id="INV-42", name="Lindqvist Trust", type_=AccountType.TRUST)
        identity.authorise(person=person, account=account, scope=Scope.OWNER)
        return person


@pytest.fixture
def booked(sam: Person, grace: Person) -> Booking:
    now = clock.now()
    with transaction():
        free = scheduling.nearest_slots(
            person=grace, call_type=scheduling.get_call_type(), wanted=now + timedelta(days=1), at=now
        )
        return a_call(grace, starts_at=free[1].start, at=now, incident="")


def search(browser: Browser, typed: str) -> str:
    token = hidden_fields_in(browser.get("/support/search").text)
    return words_of(browser.open("/support/search", method="POST", data=token | {"text": typed}).text)


@pytest.mark.parametrize("typed", ["lindqvist", "INV-42", "trust grace", "555-0106"])
def test_whoever_is_on_the_phone_is_found(browser: Browser, grace: Person, typed: str) -> None:
    words = search(browser, typed)

    assert "1 person found" in words
    assert f"Grace Lindqvist {grace.email}" in words


def test_an_email_address_finds_its_owner_however_it_is_written(browser: Browser, grace: Person) -> None:
    assert f"Grace Lindqvist {grace.email}" in search(browser, grace.email.upper())


def test_a_number_that_was_given_for_a_call_finds_who_gave_it(browser: Browser, booked: Booking) -> None:
    assert "1 person found" in search(browser, "+1 212 555 0199")


def test_a_notice_number_finds_whom_it_was_sent_to(browser: Browser, booked: Booking) -> None:
    with transaction():
        mail = session.scalars(select(Message)).one()
        mail.state, mail.due_at, mail.sent_at, mail.sha256 = State.SENT, None, clock.now(), b"0" * 32
        number = mail.notice_number

    assert "1 person found" in search(browser, number.lower())


@pytest.mark.parametrize("typed", ["Nobody Here", "INC-2020-001", "R-ZZZZ", "2222-2222"])
def test_a_search_that_finds_nobody_says_what_to_ask(browser: Browser, grace: Person, typed: str) -> None:
    words = search(browser, typed)

    assert "Nobody found" in words
    assert "Ask how the name is spelt" in words


def test_a_search_that_finds_too_many_asks_for_more(browser: Browser, app: Flask) -> None:
    with transaction():
        for _ in range(26):
            an_investor(name="Grace Lindqvist")

    words = search(browser, "grace")

    assert "More than 25 people found" in words
    assert "Add a word" in words
    assert words.count("Book or record a call with Grace Lindqvist") == 25


def test_one_letter_is_not_looked_for(browser: Browser) -> None:
    assert "Write at least two letters or digits." in search(browser, "g")


def test_the_log_says_that_somebody_searched_and_not_for_what(browser: Browser, sam: Person, grace: Person) -> None:
    search(browser, "lindqvist")

    assert actions_about(sam)[-1] == "people.searched"
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert "lindqvist" not in str([opening.value for opening in events[-1].opened]).lower()


def test_support_books_for_somebody_on_the_phone_and_they_get_the_invite(
    browser: Browser, sam: Person, grace: Person
) -> None:
    page = browser.get(f"/support/calls/new?person={grace.id}").text
    start = re.search(r'name="start" id="([^"]+)"', page)
    assert start is not None
    fields = hidden_fields_in(page) | {"start": start[1], "phone": "+1 212 555 0111"}

    made = send(browser, f"/support/calls/new/{grace.id}/book", fields)
    again = send(browser, f"/support/calls/new/{grace.id}/book", fields)

    booking = session.scalars(select(Booking)).one()
    assert (booking.person, booking.booked_by, booking.phone) == (grace, sam, "+12125550111")
    assert "Booked by Sam Support" in words_of(made.text)
    assert "Call with Grace Lindqvist" in words_of(again.text)
    assert session.scalars(select(Message.kind)).all() == [Kind.BOOKING_CONFIRMED]
    assert "They have a call to come" in words_of(browser.get(f"/support/calls/new?person={grace.id}").text)


def test_a_booking_without_a_time_or_a_number_is_refused_in_words(browser: Browser, grace: Person, sam: Person) -> None:
    fields = hidden_fields_in(browser.get(f"/support/calls/new?person={grace.id}").text)

    answer = browser.open(f"/support/calls/new/{grace.id}/book", method="POST", data=fields | {"phone": ""})

    assert answer.status_code == 422
    assert "Choose a time." in words_of(answer.text)
    assert "Write the number to call." in words_of(answer.text)


def test_a_time_that_has_just_gone_is_told_with_the_nearest_and_the_form_is_kept(
    browser: Browser, booked: Booking, app: Flask
) -> None:
    with transaction():
        other = an_investor(name="Hugo Martins")
    page = browser.get(f"/support/calls/new?person={other.id}").text
    gone = booked.starts_at.isoformat().replace("+00:00", "Z")
    fields = hidden_fields_in(page) | {"start": gone, "phone": "+1 212 555 0111", "help_text": "A relay."}

    answer = browser.open(f"/support/calls/new/{other.id}/book", method="POST", data=fields)

    assert answer.status_code == 409
    assert "The nearest times that are free" in words_of(answer.text)
    assert "A relay." in answer.text


def test_a_call_that_nobody_booked_is_put_on_the_record(browser: Browser, sam: Person, grace: Person) -> None:
    page = browser.get(f"/support/calls/new?person={grace.id}").text
    began = (clock.now() - timedelta(hours=1)).astimezone(scheduling.get_zone(sam.time_zone))
    typed = {"began": f"{began:%Y-%m-%dT%H:%M}", "minutes": "12", "phone": "+1 212 555 0111", "case": ""}
    typed |= {"outcome": "reached", "notes": "Asked about the sum."}
    fields = hidden_fields_in(page) | {f"record-{name}": value for name, value in typed.items()}

    answer = send(browser, f"/support/calls/new/{grace.id}/record", fields)

    assert "The call is on the record." in words_of(answer.text)
    booking = session.scalars(select(Booking)).one()
    assert (booking.status, booking.notes) == (BookingStatus.DONE, "Asked about the sum.")
    assert booking.starts_at == began.replace(second=0, microsecond=0)
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_call_is_moved_and_the_change_is_mailed(browser: Browser, booked: Booking) -> None:
    page = browser.get(f"/support/calls/{booked.id}/move").text
    start = re.findall(r'name="start" id="([^"]+)"', page)[-1]

    answer = send(browser, f"/support/calls/{booked.id}/move", hidden_fields_in(page) | {"start": start})

    assert "The call is moved, and the investor is told." in words_of(answer.text)
    assert booked.starts_at.isoformat().replace("+00:00", "Z") == start
    assert session.scalars(select(Message.kind).order_by(Message.id)).all()[-1] == Kind.BOOKING_MOVED


def test_two_people_who_move_one_call_at_once_are_told(browser: Browser, booked: Booking) -> None:
    page = browser.get(f"/support/calls/{booked.id}/move").text
    first, *_, last = re.findall(r'name="start" id="([^"]+)"', page)
    form = hidden_fields_in(page)
    browser.open(f"/support/calls/{booked.id}/move", method="POST", data=form | {"start": last})

    second = browser.open(f"/support/calls/{booked.id}/move", method="POST", data=form | {"start": first})

    assert second.status_code == 409
    assert "This call was changed after you opened it." in words_of(second.text)


def test_a_call_given_to_somebody_who_has_one_shows_both(browser: Browser, booked: Booking, app: Flask) -> None:
    with transaction():
        nia = an_agent(name="Nia Support", days=tuple(range(7)), windows=(Window(0, 1440),))
        other = a_call(an_investor(name="Hugo Martins"), starts_at=booked.starts_at, at=clock.now(), incident="")
    page = f"/support/calls/{booked.id}/reassign"
    form = hidden_fields_in(browser.get(page).text) | {"agent": str(nia.id)}

    refused = browser.open(page, method="POST", data=form)

    assert refused.status_code == 409
    words = words_of(refused.text)
    assert "This call Grace Lindqvist" in words
    assert "Their call at that time Hugo Martins" in words
    with transaction():
        scheduling.cancel(booking=other, by=nia, reason="", desk=DESK, at=clock.now())
    assert "Nia Support makes this call now." in words_of(send(browser, page, form).text)
    assert booked.agent == nia


def test_notes_are_kept_while_they_are_typed(browser: Browser, booked: Booking) -> None:
    form = hidden_fields_in(browser.get(f"/support/calls/{booked.id}").text)
    typing = {"headers": {"HX-Request": "true"}, "method": "POST"}

    first = browser.open(f"/support/calls/{booked.id}/notes", data=form | {"notes": "One"}, **typing)
    stale = browser.open(f"/support/calls/{booked.id}/notes", data=form | {"notes": "Another"}, **typing)

    assert "Saved at" in first.text
    assert 'hx-swap-oob="true"' in first.text
    assert "Not saved." in stale.text
    assert booked.notes == "One"
    both = browser.open(f"/support/calls/{booked.id}/notes", method="POST", data=form | {"notes": "Another"})
    assert both.status_code == 409
    assert "What is stored now One" in words_of(both.text)
    assert ">Another</textarea>" in both.text


def test_two_tries_without_an_answer_are_told_by_mail(browser: Browser, booked: Booking) -> None:
    page, says = f"/support/calls/{booked.id}", "We emailed that we could not reach them."
    texts = []
    for _ in range(2):
        form = hidden_fields_in(browser.get(page).text) | {"outcome": "no-answer", "notes": ""}
        texts.append(words_of(send(browser, page, form).text))

    assert [says in text for text in texts] == [False, True]
    assert session.scalars(select(Message.kind).order_by(Message.id)).all()[-1] == Kind.MISSED_CALL


def test_a_request_to_be_called_is_taken_over_and_closed_from_todays_page(
    browser: Browser, sam: Person, grace: Person
) -> None:
    with transaction():
        wanted = scheduling.ask_for_call(
            person=grace,
            incident_reference="",
            phone="+1 212 555 0177",
            zone="America/New_York",
            best_times="Mornings",
            help_text="An interpreter",
            idempotency_key="k",
            near=DESK.phone,
            at=clock.now() - timedelta(minutes=5),
        )
    page = browser.get("/support/").text
    assert "1 person asks to be called" in words_of(page)
    assert "Best times, New York time: Mornings What would help: An interpreter" in words_of(page)

    taken = send(browser, f"/support/requests/{wanted.id}/take", hidden_fields_in(page))
    assert "Taken by Sam Support" in words_of(taken.text)
    fields = hidden_fields_in(taken.text) | {"outcome": "reached", "notes": "Done.", "version": "1"}
    done = send(browser, f"/support/requests/{wanted.id}/outcome", fields)

    assert "The call is on the record." in words_of(done.text)
    assert "asks to be called" not in words_of(done.text)
    assert session.scalars(select(Booking)).one().notes == "Done."


def test_a_delay_is_told_to_the_next_callers_and_taken_back(browser: Browser, sam: Person, grace: Person) -> None:
    now = clock.now()
    with transaction():
        free = scheduling.nearest_slots(person=grace, call_type=scheduling.get_call_type(), wanted=now, at=now)
        a_call(grace, starts_at=free[0].start, at=now, incident="")
    token = hidden_fields_in(browser.get("/support/").text)

    late = send(browser, "/support/late", token | {"minutes": "15", "hours": "8"})
    assert "We are telling 1 caller by email." in words_of(late.text)
    assert "You said that you run about 15 minutes late" in words_of(late.text)
    on_time = send(browser, "/support/on-time", token)

    assert "You are on time again." in words_of(on_time.text)
    assert "You said that you run" not in words_of(on_time.text)


def test_the_day_can_be_seen_by_person_and_narrowed(browser: Browser, sam: Person, booked: Booking) -> None:
    on = booked.starts_at.astimezone(scheduling.get_zone(sam.time_zone)).date()

    grid = words_of(browser.get(f"/support/?on={on}&view=grid").text)
    nobody = words_of(browser.get(f"/support/?on={on}&agent=4711").text)
    week = words_of(browser.get(f"/support/week?on={on}").text)

    assert "Grace Lindqvist" in grid
    assert "Free" in grid
    assert "Nobody is to be called on this day, as far as you asked to see." in nobody
    assert "1 call. All times are New York time." in week
    assert "Nobody is to be called in this week." in words_of(browser.get("/support/week?on=2001-01-01").text)


def test_staff_see_the_investors_page_to_read_only_and_the_log_says_so(
    browser: Browser, sam: Person, grace: Person
) -> None:
    page = f"/support/people/{grace.id}/as-seen"
    asked = browser.get(page)
    before = len(actions_about(grace))

    shown = browser.open(page, method="POST", data=hidden_fields_in(asked.text) | {"case": ""})

    assert "You see the page of Grace Lindqvist." in words_of(shown.text)
    assert "Nothing of yours is affected" in words_of(shown.text)
    assert actions_about(grace)[before:] == ["page.shown_as_seen"]
    inert = shown.text.split("</aside>")[-1]
    assert re.findall(r'(?:action|formaction|hx-[a-z]+)="|href="/', inert) == []
    assert shown.text.count("<form") - inert.count("<form") == 1
    assert all("disabled" in button for button in re.findall(r"<(?:button|input|select|textarea)[^>]*>", inert))
    assert "Signed in as Grace Lindqvist" in words_of(shown.text)


def test_a_case_that_is_not_theirs_is_not_shown_and_not_logged(browser: Browser, sam: Person, grace: Person) -> None:
    page = f"/support/people/{grace.id}/as-seen"
    token = hidden_fields_in(browser.get(page).text)

    assert browser.open(page, method="POST", data=token | {"case": "INC-2020-001"}).status_code == 404


def test_the_private_feed_is_shown_once_read_without_signing_in_and_ends(
    app: Flask, browser: Browser, booked: Booking
) -> None:
    token = hidden_fields_in(browser.get("/support/availability/feed").text)
    made = browser.open("/support/availability/feed", method="POST", data=token)
    address = re.search(r"http://localhost(/feeds/[a-z2-7]{52}\.ics)", made.text)
    assert address is not None
    assert address[1] not in browser.get("/support/availability/feed").text

    calendar = Browser(app)
    feed = calendar.get(address[1])
    (event,) = icalendar.Calendar.from_ical(feed.text).walk("VEVENT")
    assert feed.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert "Lindqvist" not in feed.text
    assert event.decoded("DTSTART") == booked.starts_at
    tag = {"If-None-Match": feed.headers["ETag"]}
    assert calendar.get(address[1], headers=tag).status_code == 304
    cancel = f"/support/calls/{booked.id}/cancel"
    browser.open(cancel, method="POST", data=hidden_fields_in(browser.get(cancel).text) | {"reason": "Closed."})
    changed = calendar.get(address[1], headers=tag)
    assert (changed.status_code, "STATUS:CANCELLED" in changed.text) == (200, True)
    browser.open("/support/availability/feed/end", method="POST", data=token)
    assert calendar.get(address[1]).status_code == 404
    assert calendar.get("/feeds/" + "a" * 52 + ".ics").status_code == 404


PAGES = (
    *("/support/week", "/support/search", "/support/calls/new", "/support/availability/feed"),
    *("/support/people/{person}", "/support/people/{person}/as-seen", "/support/calls/new?person={person}"),
    *("/support/calls/{call}/move", "/support/calls/{call}/reassign"),
)


@pytest.mark.parametrize("page", PAGES)
def test_only_support_opens_these_pages(app: Flask, browser: Browser, booked: Booking, page: str) -> None:
    path = page.format(person=booked.person_id, call=booked.id)
    with transaction():
        others = [a_member_of_staff(roles=(role,)) for role in Role if role is not Role.SUPPORT]

    assert browser.get(path).status_code == 200
    assert Browser(app).get(path).headers["Location"].startswith("/staff/sign-in")
    assert {a_browser(app, each, SessionKind.STAFF).get(path).status_code for each in others} == {403}
    assert a_browser(app, booked.person, SessionKind.INVESTOR).get(path).status_code == 302


@pytest.mark.parametrize("path", ["", "/as-seen"])
def test_staff_are_no_investors(browser: Browser, sam: Person, path: str) -> None:
    assert browser.get(f"/support/people/{sam.id}{path}").status_code == 404
    assert browser.get(f"/support/people/4711{path}").status_code == 404
