"""The front page and the check of a notice: for anyone, and above all for who fears a fraud."""

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import session, transaction
from app.deals import Release, RuleName
from app.incidents import Incident, IncidentState, Statement, StatementKind
from app.notices import Kind, Lane, Message, State
from tests.identity.builders import a_person
from tests.web.browsing import Browser
from tests.web.words import words_of

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
CAUSE = "Our software did not stop at the amount each investor had asked for."


def _an_incident(state: IncidentState, *, live_at: datetime | None = AT, stopped_on: date | None = None) -> None:
    with transaction():
        owner, legal = a_person(), a_person()
        release = Release(name="2024.08", deployed_on=date(2024, 8, 5), rule=RuleName.SINGLE_PASS, note="")
        session.add(release)
        session.flush()
        incident = Incident(
            reference="INC-2026-003",
            title="Cap not checked again",
            state=state,
            rule=RuleName.SINGLE_PASS,
            faulty_release_id=release.id,
            detected_on=date(2026, 11, 17),
            cause=CAUSE,
            contact_name="Maya Brooks",
            contact_phone="+12125550155",
            contact_hours="weekdays, 9 am to 5 pm",
            zone="America/New_York",
            owner_id=owner.id,
            opened_at=AT,
            live_asked_by_id=owner.id,
            live_confirmed_by_id=legal.id,
            live_confirmed_at=live_at,
        )
        session.add(incident)
        session.flush()
        if stopped_on:
            incident.statements.append(_stopped(release.id, owner.id, stopped_on))
            session.flush()


def _stopped(release_id: int, person_id: int, on: date) -> Statement:
    return Statement(
        kind=StatementKind.STOPPED,
        release_id=release_id,
        done_by="Release team",
        done_on=on,
        note="",
        evidence_name="log.txt",
        evidence_sha256="0" * 64,
        recorded_by_id=person_id,
        recorded_at=AT,
    )


def _a_message(*, state: State = State.SENT, is_rehearsal: bool = False) -> None:
    with transaction():
        session.add(
            Message(
                notice_number="N7K4-2QWD",
                kind=Kind.FIRST,
                lane=Lane.NOTICE,
                subject_key="incident:1",
                person_id=a_person().id,
                version=1,
                is_rehearsal=is_rehearsal,
                address="hugo@example.com",
                incident_reference="INC-2026-003",
                context="{}",
                queued_at=AT,
                give_up_at=AT,
                state=state,
                due_at=None if state is State.SENT else AT,
                sent_at=AT,
                sha256=b"0" * 32,
                subject="We made a mistake that may affect your investment (INC-2026-003)",
            )
        )
        session.flush()


def _front(client: FlaskClient) -> str:
    return words_of(client.get("/").text)


def test_the_front_page_offers_the_three_ways_in(client: FlaskClient) -> None:
    answer = client.get("/")

    assert "Did we write to you about a mistake in one of your deals?" in words_of(answer.text)
    assert [link in answer.text for link in ('href="/sign-in"', 'href="/check-notice"', 'href="tel:+1')] == [True] * 3


def test_without_an_open_incident_a_message_is_suspicious(client: FlaskClient) -> None:
    assert "We have no open corrections." in _front(client)


def test_an_open_incident_is_told_without_its_deals_and_its_cause(client: FlaskClient) -> None:
    _an_incident(IncidentState.TOLD)

    words = _front(client)

    assert "Some investors were given more than their agreement allows, and some were given less." in words
    assert "stopped using" not in words
    assert CAUSE not in words


def test_that_the_fault_was_stopped_is_said_once_it_is_recorded(client: FlaskClient) -> None:
    _an_incident(IncidentState.INVESTIGATING, stopped_on=date(2026, 11, 18))

    assert "On November 18, 2026, we stopped using the faulty part of our software." in _front(client)


def test_the_cause_is_public_once_its_words_were_approved_and_published(client: FlaskClient) -> None:
    _an_incident(IncidentState.PUBLISHED)

    assert CAUSE in _front(client)


@pytest.mark.parametrize(
    ("state", "live_at"),
    [(IncidentState.CONTAINED, AT), (IncidentState.TOLD, None), (IncidentState.CLOSED, AT)],
)
def test_nothing_is_public_before_people_are_told_or_after_the_end(
    client: FlaskClient, state: IncidentState, live_at: datetime | None
) -> None:
    _an_incident(state, live_at=live_at)

    assert "INC-2026-003" not in _front(client)


def _check(app: Flask, number: str) -> str:
    return words_of(Browser(app).post("/check-notice", number=number).text)


@pytest.mark.parametrize("typed", ["N7K4-2QWD", "n7k42qwd", " n7k4 2qwd "])
def test_a_number_that_we_sent_is_known_however_it_is_typed(app: Flask, typed: str) -> None:
    _a_message()

    words = _check(app, typed)

    assert "sent by email on November 22, 2026." in words
    assert "“We made a mistake that may affect your investment (INC-2026-003)”" in words
    assert "hugo@example.com" not in words


def test_an_unknown_number_is_a_warning(app: Flask) -> None:
    words = _check(app, "<b>AAAA")

    assert "We have sent no notice with this number" in words
    assert "You typed <b>AAAA." in words


def test_right_and_wrong_numbers_are_answered_in_the_same_shape(app: Flask) -> None:
    _a_message()

    right, wrong = (Browser(app).post("/check-notice", number=each).text for each in ("N7K4-2QWD", "N7K4-2QWE"))

    tags = [re.findall(r"<(\w+)", page.partition("<main")[2].partition("<form")[0]) for page in (right, wrong)]
    assert tags[0] == tags[1]
    for page in (right, wrong):
        assert "A number can be copied. It does not prove that the message in your hand is ours." in words_of(page)


def test_numbers_cannot_be_tried_one_after_the_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    _a_message()
    monkeypatch.setattr("app.core.clock.now", lambda: AT)
    visitor = Browser(app)

    answers = [visitor.post("/check-notice", number=f"AAAA-AAA{n}").status_code for n in range(2, 12)]
    late = visitor.post("/check-notice", number="N7K4-2QWD")

    assert answers == [200] * 10
    assert late.status_code == 429
    assert "That was asked for too often" in words_of(late.text)
    assert "sent by email" not in words_of(late.text)


@pytest.mark.parametrize(("state", "is_rehearsal"), [(State.QUEUED, False), (State.SENT, True)])
def test_a_message_that_was_not_sent_to_an_investor_is_unknown(app: Flask, state: State, *, is_rehearsal: bool) -> None:
    _a_message(state=state, is_rehearsal=is_rehearsal)

    assert "We have sent no notice" in _check(app, "N7K4-2QWD")


def test_checking_asks_for_a_number_first(app: Flask, client: FlaskClient) -> None:
    words = words_of(client.get("/check-notice?number=N7K4-2QWD").text)

    assert "Every message and letter of ours carries its own number" in words
    assert "We have sent" not in words
    assert "Type the number near the end of your message." in _check(app, "  ")


def test_a_page_that_is_missing_tells_how_to_reach_us(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "We cannot find this page" in answer.text
    assert "Need help?" in answer.text
