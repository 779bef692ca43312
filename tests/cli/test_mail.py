"""`flask mail` at the shell."""

import getpass
import json
from datetime import datetime

import pytest
from click.testing import Result
from flask import Flask

from app import audit, notices
from app.core.db import session, transaction
from app.identity import Role
from app.notices import Message, Refused, State, Uncertain, Unreachable, deliver_due
from app.settings import MailTo
from tests.identity.builders import a_member_of_staff
from tests.notices.builders import Recorder, a_link, a_reader, an_office
from tests.notices.contents import FIRST

ADMIN = "ada@platform.example"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["mail", *arguments])


def a_message(at: datetime) -> Message:
    with transaction():
        person = a_reader()
        return notices.queue(content=FIRST, person=person, subject_key="k", version=1, at=at, link=a_link(person, at))


def test_status_counts_every_state_and_names_no_address(app: Flask, at: datetime) -> None:
    number = a_message(at).notice_number
    deliver_due(an_office(app, Recorder(says=[Refused("550 no such user")])), at_most=1)

    result = run(app, "status")

    assert result.exit_code == 0
    assert "failed            1" in result.stdout
    assert "queued            0" in result.stdout
    assert f"failed: {number} first: 550 no such user" in result.stdout
    assert "hugo@example.com" not in result.stdout


def test_status_says_what_holds_mail_up(app: Flask, at: datetime) -> None:
    a_message(at)
    deliver_due(an_office(app, Recorder(says=[Unreachable("refused")] * 5)), at_most=9)
    run(app, "stop")

    result = run(app, "status")

    assert "Stopped by shell:" in result.stdout
    assert "The mail server cannot be reached. Next try:" in result.stdout
    assert "The oldest waits since 2026-11-22 15:00 UTC" in result.stdout


def test_status_for_programs(app: Flask, at: datetime) -> None:
    a_message(at)

    found = json.loads(run(app, "status", "--json").stdout)

    assert found["counts"] == {str(state): int(state is State.QUEUED) for state in State}
    assert found["oldest_queued_at"] == at.isoformat()
    assert (found["stopped_at"], found["failed"]) == (None, [])


def test_stop_and_go_are_logged_with_the_shell_and_who_asked(app: Flask) -> None:
    with transaction():
        a_member_of_staff(roles=[Role.ADMIN], email=ADMIN)

    assert run(app, "stop", "--reason", "wrong text", "--as", ADMIN).exit_code == 0
    again = run(app, "stop")
    assert run(app, "go").exit_code == 0

    assert (again.exit_code, again.stderr.strip()) == (2, "Error: Mail is stopped already.")
    (stopped,) = audit.list_events(action="mail.stopped")
    assert stopped.event.entry["actor"] == f"shell:{getpass.getuser()}"
    assert stopped.event.said == {"reason": "wrong text", "as_email": ADMIN}
    assert len(audit.list_events(action="mail.started")) == 1


def test_only_staff_can_be_named(app: Flask) -> None:
    result = run(app, "stop", "--as", "hugo@example.com")

    assert result.exit_code == 2
    assert "no member of staff has this address" in result.stderr
    assert notices.status().stopped_at is None


def test_retry_gives_a_failed_message_another_chance(app: Flask, at: datetime) -> None:
    message_id = a_message(at).id
    deliver_due(an_office(app, Recorder(says=[Refused("550 no")])), at_most=1)

    result = run(app, "retry", "--reason", "mailbox is back")

    assert result.stdout.strip() == "1 message will be tried again."
    session.rollback()
    assert session.get_one(Message, message_id).state is State.DEFERRED
    (event,) = audit.list_events(action="mail.retried")
    assert event.event.said == {"messages": 1, "reason": "mailbox is back", "as_email": None}


def test_a_test_message_is_sent_past_the_outbox(app: Flask) -> None:
    sender = Recorder()
    app.extensions["office"] = an_office(app, sender)

    result = run(app, "send-test", "ops@portal.example")

    assert result.stdout.strip() == "The mail server accepted a test message to ops@portal.example."
    assert [(mail.to, mail.words.subject) for mail in sender.sent] == [("ops@portal.example", "A test of our mail")]
    assert sender.closed == 1


@pytest.mark.parametrize("mail_to", [MailTo.NOBODY, MailTo.STAFF])
def test_a_test_message_goes_where_mail_may_go(app: Flask, mail_to: MailTo) -> None:
    sender = Recorder()
    app.extensions["office"] = an_office(app, sender, mail_to=mail_to)

    result = run(app, "send-test", "hugo@example.com")

    assert result.exit_code == 2
    assert f"MAIL_TO is {mail_to}" in result.stderr
    assert sender.sent == []


def test_what_the_server_answers_to_a_test_message_is_said(app: Flask) -> None:
    app.extensions["office"] = an_office(app, Recorder(says=[Refused("550 no such user")]))

    result = run(app, "send-test", "hugo@example.com")

    assert (result.exit_code, result.stderr.strip()) == (1, "Error: The mail server did not take it: 550 no such user")


def test_where_nobody_knows_whether_a_test_message_was_taken_that_is_said(app: Flask) -> None:
    app.extensions["office"] = an_office(app, Recorder(says=[Uncertain("the connection ended")]))

    result = run(app, "send-test", "hugo@example.com")

    assert result.exit_code == 1
    assert result.stderr.strip() == "Error: The mail server may have taken it, or not: the connection ended"


def test_what_is_no_address_is_refused(app: Flask) -> None:
    app.extensions["office"] = an_office(app, Recorder())

    result = run(app, "send-test", "nobody")

    assert result.exit_code == 2
    assert "Write one address" in result.stderr
