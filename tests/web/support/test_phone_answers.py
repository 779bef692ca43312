"""The page on which support records what somebody answered on a call, and what the investor reads of it."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, Role, SessionKind
from app.incidents.answering import Choice, Dispute, Election, PhoneAnswer
from app.scheduling import Booking, CallOutcome
from tests.identity.builders import a_member_of_staff
from tests.incidents.answers import a_supporter, the_figures, the_person
from tests.incidents.builders import an_incident, the_staff
from tests.web.browsers import a_browser, hidden_fields_in
from tests.web.browsing import Browser
from tests.web.words import words_of
from tests.worlds import this_hour

CASE = "/corrections/INC-2026-001"
REASON = "He has no internet at home."


@pytest.fixture
def priya(app: Flask) -> Person:
    with transaction():
        an_incident(the_staff(), at=this_hour(), stage="published")
        return a_supporter()


@pytest.fixture
def browser(app: Flask, priya: Person) -> Browser:
    return a_browser(app, priya, SessionKind.STAFF)


@pytest.fixture
def hugo(app: Flask, priya: Person) -> Browser:
    return a_browser(app, the_person("hugo"), SessionKind.INVESTOR)


def a_call_with(name: str, by: Person, outcome: CallOutcome = CallOutcome.REACHED) -> Booking:
    with transaction():
        return scheduling.record_unbooked(
            person=the_person(name),
            starts_at=clock.now() - timedelta(minutes=10),
            minutes=10,
            phone="+12125550106",
            near="+12125550106",
            zone="America/New_York",
            incident_reference="INC-2026-001",
            outcome=outcome,
            notes="",
            idempotency_key=f"call-{outcome}",
            by=by,
            at=clock.now(),
        )


@pytest.fixture
def page(priya: Person) -> str:
    return f"/support/calls/{a_call_with('hugo', priya).id}/answers"


def the_offer(kind: str) -> str:
    return f"{kind}-{the_figures('Hugo Martins', 'tidewater').id}"


def record(browser: Browser, page: str, **typed: str) -> str:
    """Record an answer; the words of the page that follows."""
    sent = browser.open(page, method="POST", data=hidden_fields_in(browser.get(page).text) | typed)
    return words_of(browser.get(sent.headers["Location"]).text if sent.status_code == 303 else sent.text)


def test_a_choice_and_the_reading_taken_by_phone_stand_on_the_call_and_on_the_investors_pages(
    browser: Browser, hugo: Browser, page: str
) -> None:
    read = next(each for each in browser.get(page).text.split('"') if each.startswith("read-"))

    record(browser, page, answer=read, reason=REASON)
    call = record(browser, page, answer=the_offer("leave"), reason=REASON)

    assert "Leaves the offer, case INC-2026-001, taken on" in call
    assert f"Why by phone: {REASON}" in call
    mine = words_of(hugo.get(CASE).text)
    assert "by Priya Nair of support. You can change your mind until" in mine
    assert mine.count("by Priya Nair of support.") == mine.count("Taken by phone on") == 2
    receipts = [each.election or each.acknowledgment for each in session.scalars(select(PhoneAnswer))]
    for receipt in receipts:
        assert receipt is not None
        assert "by Priya Nair of support." in words_of(hugo.get(f"/receipts/{receipt.number}").text)


def test_a_dispute_taken_by_phone_says_so_to_both_sides(browser: Browser, hugo: Browser, page: str) -> None:
    typed = {"answer": the_offer("dispute"), "wrong": "average", "words": "I held more then.", "reason": REASON}

    record(browser, page, **typed)

    dispute = session.scalars(select(Dispute)).one()
    for who, path in ((browser, f"/support/disputes/{dispute.id}"), (hugo, f"{CASE}/disputes/{dispute.pseudonym}")):
        words = words_of(who.get(path).text)
        assert "I held more then." in words
        assert "by Priya Nair of support." in words
    assert "by Priya Nair of support. We answer by" in words_of(hugo.get(CASE).text)


def test_a_dispute_by_phone_has_the_part_in_question_and_the_file_that_they_sent(
    app: Flask, browser: Browser, priya: Person
) -> None:
    page = f"/support/calls/{a_call_with('grace', priya).id}/answers"
    about = f"dispute-{the_figures('Grace Lindqvist', 'orbit').id}"
    typed = {"answer": about, "wrong": "paid", "words": "I paid less.", "amount": "$1,000.00", "reason": REASON}
    fields = hidden_fields_in(browser.get(page).text) | typed

    refused = browser.open(page, method="POST", data=fields | {"file": (BytesIO(b"PK"), "bank.pdf")})
    wrong = browser.open(page, method="POST", data=fields | {"amount": "all"})
    taken = browser.open(page, method="POST", data=fields | {"file": (BytesIO(b"%PDF-1.7 bank"), "bank.pdf")})

    assert "The file is no PDF, PNG or JPEG." in words_of(refused.text)
    assert "is not an amount. Write one such as 1250.00" in words_of(wrong.text)
    assert taken.status_code == 303
    dispute = session.scalars(select(Dispute)).one()
    assert (dispute.in_question_cents, dispute.file_name) == (1_000_00, "bank.pdf")


def test_a_dispute_taken_back_by_phone_says_so_to_both_sides(browser: Browser, hugo: Browser, page: str) -> None:
    record(browser, page, answer=the_offer("dispute"), wrong="average", words="I held more then.", reason=REASON)
    dispute = session.scalars(select(Dispute)).one()

    call = record(browser, page, answer=f"withdraw-{dispute.id}", reason=REASON)

    assert "Takes back what looked wrong, case INC-2026-001, taken on" in call
    mine = words_of(hugo.get(f"{CASE}/disputes/{dispute.pseudonym}").text)
    assert "You took it back on a call. Taken by phone on" in mine
    assert "Taken back. Taken by phone on" in words_of(browser.get(f"/support/disputes/{dispute.id}").text)


def test_what_is_missing_is_said_and_nothing_is_recorded(browser: Browser, page: str) -> None:
    nothing = record(browser, page)
    no_words = record(browser, page, answer=the_offer("dispute"), reason=REASON)
    not_theirs = record(browser, page, answer="leave-999999", reason=REASON)

    assert "Choose what they said." in nothing
    assert "Write why you take this answer by phone." in nothing
    assert "Write a few words" in no_words
    assert "Not a valid choice" in not_theirs
    assert session.scalars(select(PhoneAnswer)).all() == []


def test_a_second_press_changes_nothing(browser: Browser, page: str) -> None:
    fields = hidden_fields_in(browser.get(page).text) | {"answer": the_offer("take"), "reason": REASON}

    sent = [browser.open(page, method="POST", data=fields).status_code for _ in range(2)]

    assert sent == [303, 303]
    assert [each.choice for each in session.scalars(select(Election))] == [Choice.TAKE]


def test_a_call_that_nobody_took_offers_no_answer(browser: Browser, priya: Person) -> None:
    call = a_call_with("hugo", priya, CallOutcome.NO_ANSWER)
    page = f"/support/calls/{call.id}/answers"

    assert "This call has not taken place" in words_of(browser.get(page).text)
    assert f'href="{page}"' not in browser.get(f"/support/calls/{call.id}").text
    assert "only on a call that took place" in record(browser, page, answer=the_offer("take"), reason=REASON)
    assert session.scalars(select(Election)).all() == []


def test_who_has_nothing_to_answer_is_said_to_have_nothing(app: Flask, browser: Browser, priya: Person) -> None:
    with transaction():
        person = a_member_of_staff(roles=[Role.AUDITOR], full_name="Nobody Concerned")
        person.email = "nobody@example.com"

    call = a_call_with("nobody", priya)

    assert "Nothing to answer" in words_of(browser.get(f"/support/calls/{call.id}/answers").text)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_only_support_takes_answers(app: Flask, page: str, role: Role) -> None:
    with transaction():
        other = a_member_of_staff(roles=[role], full_name="Somebody Else")

    assert a_browser(app, other, SessionKind.STAFF).open(page).status_code == 403
