"""The page on which an investor takes or leaves an offer, and the receipt for it."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from app import audit, worker
from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession, Person, SessionKind
from app.incidents import get_incident, get_proposal
from app.incidents.answering import Choice, Election
from app.settings import Settings
from app.web.investor.own_pages import find_page
from tests.incidents.answers import a_dispute, the_figures, the_person
from tests.incidents.builders import an_incident, the_staff
from tests.web.browsers import a_browser, hidden_fields_in
from tests.web.browsing import Browser
from tests.web.words import words_of
from tests.worlds import this_hour

CASE = "/corrections/INC-2026-001"


@pytest.fixture(autouse=True)
def _published(app: Flask) -> None:
    with transaction():
        an_incident(the_staff(), at=this_hour(), stage="published")


def browser_of(app: Flask, person: Person) -> Browser:
    return a_browser(app, person, SessionKind.INVESTOR)


@pytest.fixture
def hugo(app: Flask) -> Browser:
    return browser_of(app, the_person("hugo"))


def confirm() -> None:
    """As if everybody had just typed a mailed code."""
    with transaction():
        for login in session.scalars(select(LoginSession)):
            login.confirmed_at = clock.now()


def choose(browser: Browser, choice: str) -> str:
    """Save a choice; the words of the page that follows."""
    fields = hidden_fields_in(browser.get(f"{CASE}/elect").text)
    sent = browser.open(f"{CASE}/elect", method="POST", data=fields | {"choice": choice})
    return words_of(browser.get(sent.headers["Location"]).text if sent.status_code == 303 else sent.text)


def test_choosing_asks_for_a_mailed_code_first(hugo: Browser) -> None:
    fields = hidden_fields_in(hugo.get(f"{CASE}/elect").text)

    asked = hugo.open(f"{CASE}/elect", method="POST", data=fields | {"choice": "take"})

    assert (asked.status_code, asked.headers["Location"].partition("?")[0]) == (307, "/confirm")
    assert session.scalars(select(Election)).all() == []


def test_every_choice_has_its_words_and_the_page_follows_it(hugo: Browser) -> None:
    confirm()
    assert "You have not chosen yet. If you say nothing, you keep what you have." in words_of(hugo.get(CASE).text)

    left = choose(hugo, "leave")
    assert "We have recorded that you leave it." in left
    assert "you owe us nothing. The invoice is void." in left
    assert "How to take the missing part" not in words_of(hugo.get(CASE).text)
    assert "leave it" in words_of(hugo.get(CASE).text)
    talk = choose(hugo, "talk")
    assert "Nothing happens until you choose." in talk
    taken = choose(hugo, "take")
    assert "To get it, pay $4,235.28 by" in taken

    assert "How to take the missing part" in words_of(hugo.get(CASE).text)


def test_an_older_receipt_says_that_it_is_not_the_last_answer_and_its_proof_still_counts(
    hugo: Browser, settings: Settings
) -> None:
    assert settings.audit_key_file is not None
    audit.make_key_file(path=settings.audit_key_file, origin=settings.audit_origin)
    confirm()
    choose(hugo, "leave")
    choose(hugo, "take")
    first, last = (each.number for each in session.scalars(select(Election).order_by(Election.id)))
    worker.sign()

    older = hugo.get(f"/receipts/{first}")
    assert "This is not the last answer." in words_of(older.text)
    assert "This is not the last answer." not in words_of(hugo.get(f"/receipts/{last}").text)
    assert f"/receipts/{first}.tlog-proof" in older.text
    assert hugo.get(f"/receipts/{first}.tlog-proof").text.startswith("c2sp.org/tlog-proof@v1")


def test_somebody_elses_receipt_or_offer_is_not_found(app: Flask, hugo: Browser) -> None:
    confirm()
    choose(hugo, "take")
    number = session.scalars(select(Election.number)).one()
    chen = browser_of(app, the_person("chen"))
    confirm()
    fields = hidden_fields_in(chen.get(f"{CASE}/elect").text)
    fields["figures"] = str(the_figures("Hugo Martins", "tidewater").id)

    assert chen.get(f"/receipts/{number}").status_code == 404
    assert chen.get(f"/receipts/{number}.tlog-proof").status_code == 404
    assert chen.open(f"{CASE}/elect", method="POST", data=fields | {"choice": "leave"}).status_code == 404


def test_who_was_offered_nothing_has_no_such_page(app: Flask) -> None:
    assert browser_of(app, the_person("grace")).get(f"{CASE}/elect").status_code == 404
    assert browser_of(app, the_person("lars")).get(f"{CASE}/elect").status_code == 404


def test_each_of_several_offers_is_chosen_by_itself(app: Flask) -> None:
    chen = browser_of(app, the_person("chen"))
    confirm()
    page = chen.get(f"{CASE}/elect").text
    orbit = the_figures("Chen Wei", "orbit").id
    fields = hidden_fields_in(page) | {"figures": str(orbit)}

    nothing = chen.open(f"{CASE}/elect", method="POST", data=fields)
    chen.open(f"{CASE}/elect", method="POST", data=fields | {"choice": "leave"})

    assert page.count("Save my choice") == 2
    assert "Choose what you would like to do." in words_of(nothing.text)
    (only,) = session.scalars(select(Election)).all()
    assert (only.adjustment_id, only.choice) == (orbit, Choice.LEAVE)


def test_a_disputed_offer_can_still_be_chosen(hugo: Browser) -> None:
    confirm()
    with transaction():
        a_dispute(the_figures("Hugo Martins", "tidewater"), the_person("hugo"), at=clock.now())

    assert "We have recorded that you leave it." in choose(hugo, "leave")


def test_until_the_last_evening_where_the_contact_is_the_page_leads_to_the_choice() -> None:
    incident = get_incident("INC-2026-001")
    due_by = get_proposal(incident).due_by
    evening = datetime.combine(due_by, time(23, 59), ZoneInfo(incident.zone)).astimezone(UTC)

    open_then = [
        [option.is_open for option in page.options]
        for at in (evening, evening + timedelta(minutes=1))
        if (page := find_page(incident, the_person("hugo"), at)) is not None
    ]

    assert evening.date() > due_by
    assert open_then == [[True], [False]]
