"""The page of the outbox: the red switch, held lanes, and the alarm of what could not leave within 72 hours."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import audit, notices, worker
from app.core.db import database_now, session, transaction
from app.notices import Lane, Message, State
from tests.notices.builders import a_link, a_reader
from tests.notices.contents import FIRST
from tests.web.admin.office import Office, a_supporter, an_office
from tests.web.words import words_of

PAGE = "/admin/mail"


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app)


def a_message(*, days_ago: int = 0) -> int:
    """A notice that waits since then, and no mail server takes it."""
    with transaction():
        queued_at = database_now() - timedelta(days=days_ago)
        person = a_reader()
        link = a_link(person, queued_at)
        message = notices.queue(content=FIRST, person=person, subject_key="first", version=1, at=queued_at, link=link)
        return message.id


def test_legal_stops_all_mail_and_an_admin_lets_it_go_on_each_with_a_reason(office: Office) -> None:
    assert "Write why" in words_of(office.legal.post(f"{PAGE}/stop", on=PAGE, **{"stop-reason": ""}).text)
    office.legal.post(f"{PAGE}/stop", on=PAGE, **{"stop-reason": "Wrong figures"})

    assert notices.status().stopped_by == office.staff.legal.audit_name
    assert "Mail is stopped" in words_of(office.auditor.get(PAGE).text)
    assert office.legal.post(PAGE, **{"move-reason": "Fine again", "move-to": "go"}).status_code == 403

    office.admin.post(PAGE, **{"move-reason": "Fine again", "move-to": "go"})

    assert notices.status().stopped_at is None
    reasons = [
        event.event.said["reason"]
        for action in ("mail.stopped", "mail.started")
        for event in audit.list_events(action=action)
    ]
    assert reasons == ["Wrong figures", "Fine again"]


def test_one_lane_is_held_while_the_others_go_on(office: Office) -> None:
    answer = office.admin.post(PAGE, **{"move-reason": "Look at the words", "move-to": "hold notice"})
    assert answer.status_code == 302

    assert notices.status().held == {Lane.NOTICE}
    page = words_of(office.auditor.get(PAGE).text)
    assert "Notices none waiting Held" in page
    assert "Sign-in none waiting Leaves" in page
    again = office.admin.post(PAGE, **{"move-reason": "Twice", "move-to": "hold notice"})
    assert "The lane notice is held already." in words_of(again.text)

    office.admin.post(PAGE, **{"move-reason": "They are right", "move-to": "free notice"})

    assert notices.status().held == frozenset()


def test_whoever_only_reads_changes_nothing(office: Office) -> None:
    for path in (PAGE, f"{PAGE}/stop", f"{PAGE}/retry"):
        assert office.auditor.post(path, on=PAGE, **{"stop-reason": "x", "move-reason": "x"}).status_code == 403

    assert notices.status().stopped_at is None


def test_what_could_not_leave_for_72_hours_is_an_alarm_on_every_page_of_staff(app: Flask, office: Office) -> None:
    message_id = a_message(days_ago=4)
    assert "No server was reached." in words_of(office.admin.get(PAGE).text)
    with transaction():
        assert notices.note_overdue(at=database_now()) == 1

    assert "1 message could not leave within 72 hours. See which, and why" in words_of(office.admin.get("/admin/").text)
    assert "Tell an admin." in words_of(a_supporter(app).get("/support/").text)

    office.admin.post(f"{PAGE}/retry", on=PAGE)

    assert session.get_one(Message, message_id).give_up_at > database_now() + timedelta(hours=71)
    assert "could not leave" not in words_of(office.admin.get("/admin/").text)


def test_the_worker_counts_them_every_minute(office: Office) -> None:
    with transaction():
        notices.hold_lane(lane=Lane.NOTICE, by=office.staff.admin, reason="", at=database_now())
    a_message(days_ago=4)

    worker.sweep()

    assert notices.find_mail_alarm() == 1
    assert session.scalars(select(Message.state)).all() == [State.QUEUED]
