"""From the outbox through a real SMTP server that misbehaves: nothing is lost, and what is repeated is flagged."""

import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core.db import database_now, session, transaction
from app.notices import WAITING, Message, State, deliver_due, queue
from tests.notices.builders import a_link, a_reader, an_office
from tests.notices.contents import CONFIRMED, FIRST
from tests.notices.smtp import Postman, a_courier, a_server

FAULTS = ["250 OK", "451 later", "250 OK", "lose the answer", "554 never", "250 OK", "drop", "250 OK"]


def put(count: int) -> None:
    with transaction():
        now = database_now()
        for number in range(count):
            person = a_reader(f'Ana "{number}" O\'Brien\r\nBcc: thief@example.com 株', f"reader{number}@example.com")
            link = a_link(person, now)
            queue(content=FIRST, person=person, subject_key="first", version=1, at=now, link=link)


def still_waiting() -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Message.state.in_(WAITING))) or 0


def let_time_pass() -> None:
    with transaction():
        past = database_now() - timedelta(seconds=1)
        session.execute(update(Message).where(Message.state.in_(WAITING)).values(due_at=past))


@pytest.mark.both_databases
def test_faults_of_the_server_lose_nothing_and_flag_what_is_repeated(app: Flask) -> None:
    put(24)
    postman = Postman(at_data=FAULTS * 3, at_rcpt=["250 OK", "450 greylisted"])
    with a_server(postman) as port:
        office = an_office(app, a_courier(app, port))
        while still_waiting():
            let_time_pass()
            deliver_due(office, at_most=100)

    messages = session.scalars(select(Message)).all()
    copies = Counter(message_from_bytes(raw, policy=SMTP)["Message-ID"] for raw in postman.accepted)
    failed = [message for message in messages if message.state is State.FAILED]
    assert len(failed) == 3
    assert sum(copies.values()) - len(copies) <= 3
    for message in messages:
        count = copies[f"<ob-{message.pseudonym}@portal.example>"]
        assert count == 0 if message in failed else count >= 1
        assert count <= 1 or message.may_be_repeated


def test_what_the_reader_gets_parses_and_holds_no_smuggled_header(app: Flask) -> None:
    put(1)
    postman = Postman()
    with a_server(postman) as port:
        deliver_due(an_office(app, a_courier(app, port)), at_most=10)

    mail = message_from_bytes(postman.accepted[0], policy=SMTP)
    assert "Bcc" not in mail
    assert postman.recipients == ["reader0@example.com"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert 'Hello Ana "0" O\'Brien' in text.get_content()


def test_an_invite_arrives_as_it_was_queued(app: Flask) -> None:
    with transaction():
        person = a_reader()
        queue(content=CONFIRMED, person=person, subject_key="booking:1", version=0, at=database_now())
    postman = Postman()
    with a_server(postman) as port:
        deliver_due(an_office(app, a_courier(app, port)), at_most=10)

    mail = message_from_bytes(postman.accepted[0], policy=SMTP)
    (invite,) = mail.iter_attachments()
    assert invite.get_content() == CONFIRMED.invite.encode()
    assert "method=" in next(part["Content-Type"] for part in mail.walk() if part.get_content_type() == "text/calendar")


def test_a_server_that_is_away_loses_nothing(app: Flask) -> None:
    put(2)
    with a_server(Postman()) as port:
        pass

    done = deliver_due(an_office(app, a_courier(app, port)), at_most=100)

    assert (done.tries, still_waiting()) == (5, 2)


@pytest.mark.both_databases
def test_a_delivering_process_that_is_killed_loses_nothing_and_repeats_at_most_one(
    app: Flask, database_url: str
) -> None:
    put(8)
    postman = Postman()
    with a_server(postman) as port:
        victim = subprocess.Popen([sys.executable, "-m", "tests.notices.deliverer", database_url, str(port)])
        postman.on_kept = lambda: victim.kill() if len(postman.accepted) == 4 else None
        assert victim.wait() == -signal.SIGKILL
        assert still_waiting() == 5
        let_time_pass()
        deliver_due(an_office(app, a_courier(app, port)), at_most=100)

    session.rollback()
    copies = Counter(message_from_bytes(raw, policy=SMTP)["Message-ID"] for raw in postman.accepted)
    flagged = session.scalars(select(Message.pseudonym).where(Message.may_be_repeated)).all()
    assert session.scalars(select(Message.state).distinct()).all() == [State.SENT]
    assert sorted(copies.values()) == [1] * 7 + [2]
    assert [f"<ob-{name}@portal.example>" for name in flagged] == [key for key, count in copies.items() if count == 2]
