"""We need more time: on its page, on the incident's, and on what investors wait at."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, SessionKind
from app.incidents import Incident
from app.notices import Kind, Message, State
from tests.web.admin.office import CASE, Office, an_office, send_all
from tests.web.browsers import a_browser
from tests.web.words import words_of

PAGE = f"{CASE}/update"
LEFT = "We still have to check the averages of two accounts"


def proposal(days: int = 26, left: str = LEFT) -> dict[str, str]:
    day = clock.now().date() + timedelta(days=days)
    return {"propose-left_to_do": left, "propose-promised_on": day.isoformat()}


def approve(office: Office) -> str:
    page = office.legal.get(PAGE).text
    seen = page.split('name="decide-digest_seen"')[1].split('value="')[1].split('"', maxsplit=1)[0]
    fields = {"decide-digest_seen": seen, "decide-decision": "approve", "decide-note": "True."}
    return office.legal.post(PAGE, **fields).headers["Location"]


def promise(office: Office, *, days: int) -> None:
    with transaction():
        incident = session.scalars(select(Incident)).one()
        incident.promised_on = clock.now().date() + timedelta(days=days)


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app, stage="told")


def test_an_update_goes_from_a_sentence_to_the_outbox_and_to_the_page_people_wait_at(
    office: Office, app: Flask
) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **proposal())
    waits = words_of(office.management.get(PAGE).text)
    assert "The update waits for legal" in waits
    assert f"What is left to do. {LEFT}." in waits

    assert approve(office) == PAGE
    send_all(office, PAGE)

    assert len(session.scalars(select(Message).where(Message.kind == Kind.UPDATE)).all()) == 11
    person = session.scalars(select(Person).where(Person.email == "grace@example.com")).one()
    reader = a_browser(app, person, SessionKind.INVESTOR)
    waiting = words_of(reader.get("/corrections/INC-2026-001").text)
    assert f"What is left to do {LEFT}." in waiting
    assert "We are not ready, and we are sorry to keep you waiting. We will write to you again by" in waiting


def test_messages_of_an_update_that_were_held_back_are_let_go_from_its_page(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **proposal())
    approve(office)
    send_all(office, PAGE)
    updates = Message.kind == Kind.UPDATE
    with transaction():
        session.execute(update(Message).where(updates).values(state=State.SUPPRESSED, due_at=None))
    assert "11 messages held back" in words_of(office.admin.get(PAGE).text)
    assert "Send what was held back" not in office.legal.get(PAGE).text

    office.admin.post(f"{PAGE}/release", on=PAGE)

    assert set(session.scalars(select(Message.state).where(updates))) == {State.QUEUED}
    assert "11 messages held back" not in words_of(office.admin.get(PAGE).text)


def test_the_page_says_what_proposing_again_voids_and_refuses_an_earlier_date(office: Office) -> None:
    office.admin.post(f"{PAGE}/propose", on=PAGE, **proposal())
    approve(office)

    assert "This voids the update above and legal’s approval of it." in words_of(office.admin.get(PAGE).text)
    refused = office.admin.post(f"{PAGE}/propose", on=PAGE, **proposal(days=3))
    assert refused.status_code == 422
    assert "The new date comes after the one that was promised" in words_of(refused.text)
    assert LEFT in refused.text


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (3, "3 days left until the promised date. Nora Weiss must publish the figures before it, or tell people"),
        (0, "The promised date is today. Nora Weiss must publish the figures, or tell people"),
        (-2, "The promised date passed 2 days ago."),
    ],
)
def test_the_owner_reads_in_words_what_the_promise_asks(office: Office, days: int, says: str) -> None:
    promise(office, days=days)

    assert says in words_of(office.auditor.get(CASE).text)
    assert "Publish, or send an update" in words_of(office.auditor.get("/admin/").text)


def test_long_before_the_promised_date_nobody_is_pressed(office: Office) -> None:
    assert "must publish the figures" not in words_of(office.admin.get(CASE).text)


def test_an_old_date_is_never_shown_to_those_who_wait(office: Office, app: Flask) -> None:
    promise(office, days=-1)
    person = session.scalars(select(Person).where(Person.email == "grace@example.com")).one()

    waiting = words_of(a_browser(app, person, SessionKind.INVESTOR).get("/corrections/INC-2026-001").text)

    assert "We are not ready, and we are sorry to keep you waiting. We will email you a new date." in waiting
    assert "no later than" not in waiting
