"""Where a deal is put right by a new round, the investor reads that they buy, and what becomes of their money."""

import pytest
from flask import Flask

from app import incidents
from app.core import clock
from app.core.db import session, transaction
from app.identity import LoginSession, SessionKind
from app.incidents import CaseDecision, Decision, Remedy
from app.web.admin.texts import notice_texts
from tests.incidents.answers import the_person
from tests.incidents.builders import PAY_TO, an_incident, approve, key_dates, publish, the_staff
from tests.web.browsers import a_browser, hidden_fields_in
from tests.web.browsing import Browser
from tests.web.words import words_of
from tests.worlds import this_hour

CASE = "/corrections/INC-2026-001"
COMES_BACK = "what you paid for it comes back to you in full."


@pytest.fixture
def hugo(app: Flask) -> Browser:
    """Hugo was given too little of Tidewater, and may buy the rest in a new round."""
    with transaction():
        staff, at = the_staff(), this_hour()
        incident = an_incident(staff, at=at, stage="investigating")
        incidents.propose(
            incident=incident,
            decision=Decision({"tidewater": CaseDecision(remedy=Remedy.NEW_ROUND, reason="It takes new money.")}),
            dates=key_dates(at.date()),
            pay_to=PAY_TO,
            reason="As decided.",
            texts=notice_texts(),
            by=staff.admin,
            at=at,
        )
        approve(incident, staff, at)
        publish(incident, staff, at)
    browser = a_browser(app, the_person("hugo"), SessionKind.INVESTOR)
    with transaction():
        for login in session.query(LoginSession):
            login.confirmed_at = clock.now()
    return browser


def test_who_chooses_in_a_new_round_buys_and_reads_what_becomes_of_their_money(hugo: Browser) -> None:
    form = hugo.get(f"{CASE}/elect").text
    sent = hugo.open(f"{CASE}/elect", method="POST", data=hidden_fields_in(form) | {"choice": "take"})
    receipt, page = words_of(hugo.get(sent.headers["Location"]).text), words_of(hugo.get(CASE).text)
    statement = words_of(hugo.get("/statement").text)

    assert "Buy the part you were not offered Leave it I want to talk first" in words_of(form)
    assert COMES_BACK in words_of(form)
    assert "We have recorded that you buy the part you were not offered." in receipt
    assert COMES_BACK in receipt
    assert "The part you were not offered $4,235.28" in receipt
    assert "buy the part" in page
    assert "You may buy the part you were not offered for $4,235.28" in statement
    for words in (words_of(form), receipt, statement):
        assert "missing part" not in words


def test_a_choice_that_was_not_made_is_asked_for_in_the_same_words(hugo: Browser) -> None:
    form = hugo.get(f"{CASE}/elect").text

    again = hugo.open(f"{CASE}/elect", method="POST", data=hidden_fields_in(form))

    assert again.status_code == 422
    assert "Buy the part you were not offered" in words_of(again.text)
