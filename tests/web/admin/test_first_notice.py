"""The first notice: promised and proposed, rehearsed, decided by legal, sent."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import worker
from app.core import clock
from app.core.db import session, transaction
from app.notices import Message
from tests.incidents.builders import accept_all
from tests.web.admin.office import CASE, Office, an_office
from tests.web.words import words_of

PAGE = f"{CASE}/first-notice"
PROMISE = {"propose-promised_on": "2999-12-04"}


def messages(*, rehearsed: bool) -> int:
    return session.scalar(select(func.count()).where(Message.is_rehearsal.is_(rehearsed))) or 0


def digest_on(page: str) -> str:
    return page.split('name="decide-digest_seen"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def decide(office: Office, decision: str, note: str = "True as far as we know.") -> str:
    seen = digest_on(office.legal.get(PAGE).text)
    fields = {"decide-digest_seen": seen, "decide-decision": decision, "decide-note": note}
    return office.legal.post(PAGE, **fields).text


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app, stage="contained")


def test_the_words_are_shown_before_anything_is_proposed(office: Office) -> None:
    words = words_of(office.legal.get(PAGE).text)

    assert "Tell 11 people that we made a mistake" in words
    assert "We made a mistake when we divided" in words
    assert "[link]" in words
    assert "[code]" in words


def test_it_goes_from_promise_to_the_outbox(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **PROMISE)
    assert "A legal approver, who did not propose it" in words_of(office.admin.get(PAGE).text)

    decide(office, "approve")
    office.admin.post(f"{CASE}/ask-live", on=CASE)
    office.legal.post(CASE)
    office.admin.post(f"{PAGE}/send", on=PAGE)
    leaving = office.auditor.get(PAGE)
    worker.publish()

    assert "The first notice is leaving" in words_of(leaving.text)
    assert "0 of 11 The first messages are being made." in words_of(leaving.text)
    assert f'hx-get="{PAGE}/progress"' in leaving.text
    waits = office.admin.get(PAGE)
    assert "5 messages not accepted by the mail server yet. Then you can continue." in words_of(waits.text)
    assert "Continue with the rest" not in waits.text
    refused = office.admin.post(f"{PAGE}/move", on=PAGE, to="sending")
    assert refused.status_code == 422
    assert "5 of the first messages are not accepted by the mail server yet." in words_of(refused.text)
    with transaction():
        accept_all(clock.now())
    assert "The first five have the first notice" in words_of(office.auditor.get(PAGE).text)
    office.admin.post(f"{PAGE}/move", on=PAGE, to="sending")
    worker.publish()

    assert messages(rehearsed=False) == 11
    assert "The first notice was sent" in words_of(office.auditor.get(PAGE).text)
    assert office.auditor.get(f"{PAGE}/progress").headers["HX-Refresh"] == "true"
    assert "hx-get" not in office.auditor.get(PAGE).text


def test_a_rehearsal_goes_to_whoever_pressed_and_to_nobody_else(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **PROMISE)

    office.legal.post(f"{PAGE}/rehearse", on=PAGE)

    assert set(session.scalars(select(Message.address))) == {office.staff.legal.email}
    assert (messages(rehearsed=True), messages(rehearsed=False)) == (11, 0)


def test_what_legal_rejects_comes_back_with_the_reason(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **PROMISE)

    decide(office, "reject", note="The promised date is too far away.")

    words = words_of(office.admin.get(PAGE).text)
    assert "Legal rejected the first notice" in words
    assert "The promised date is too far away." in words
    assert "Propose it anew" in words


def test_a_decision_needs_a_reason_and_says_so_on_the_page(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **PROMISE)

    assert "There is a problem Write the reason" in words_of(decide(office, "approve", note=""))
    assert "The first notice waits for legal" in words_of(office.admin.get(PAGE).text)


def test_a_decision_on_another_digest_than_the_newest_is_refused_and_its_words_are_kept(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **PROMISE)
    old = digest_on(office.legal.get(PAGE).text)
    office.admin.post(f"{PAGE}/propose", on=PAGE, **{"propose-promised_on": "2999-12-11"})

    fields = {"decide-digest_seen": old, "decide-decision": "approve", "decide-note": "Fine by me."}
    answer = office.legal.post(PAGE, **fields)

    assert answer.status_code == 422
    assert "The notice changed after you opened it. Read it again." in words_of(answer.text)
    assert "Fine by me." in answer.text
    assert digest_on(answer.text) == digest_on(office.legal.get(PAGE).text) != old


def test_a_date_in_the_past_is_refused_on_the_page(office: Office) -> None:
    answer = office.admin.post(f"{PAGE}/propose", on=PAGE, **{"propose-promised_on": "2020-01-01"})

    assert answer.status_code == 422
    assert "The promised date must lie in the future." in words_of(answer.text)
    assert 'value="2020-01-01"' in answer.text


def test_proposing_anew_says_beforehand_what_it_voids(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **PROMISE)
    decide(office, "approve")

    words = words_of(office.admin.get(PAGE).text)

    assert "This voids the notice above and legal’s approval of it." in words
    assert "The incident is in rehearsal. Go live first" in words
