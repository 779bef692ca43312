"""Putting messages into the outbox."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import identity
from app.core.db import session, transaction
from app.core.queue import create_queue
from app.core.signals import outbox_filled
from app.notices import Lane, Message, State, check_number, queue
from app.settings import Settings
from tests.notices.builders import a_link, a_reader
from tests.notices.contents import CLEAR, CONFIRMED, FIRST, REFUND, SIGN_IN

pytestmark = pytest.mark.both_databases


def queue_first(at: datetime, email: str = "hugo@example.com") -> Message:
    person = a_reader(email=email)
    return queue(content=FIRST, person=person, subject_key="incident:1", version=1, at=at, link=a_link(person, at))


def test_a_message_waits_for_its_person_from_the_moment_it_is_queued(tx: None, at: datetime) -> None:
    message = queue_first(at)

    assert (message.state, message.lane, message.due_at) == (State.QUEUED, Lane.NOTICE, at)
    assert message.address == "hugo@example.com"
    assert message.incident_reference == "INC-2026-003"
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", message.notice_number)


def test_the_outbox_holds_neither_link_nor_code(tx: None, at: datetime) -> None:
    message = queue_first(at)

    assert message.link is not None
    secrets = identity.secrets_of(message.link)
    columns = " ".join(str(getattr(message, column.key)) for column in Message.__table__.columns)
    assert secrets.token not in columns
    assert secrets.code not in columns
    assert secrets.printed_code not in columns


def test_the_same_message_is_queued_once(app: Flask, at: datetime) -> None:
    with transaction():
        person = a_reader()
        link = a_link(person, at)
        queue(content=FIRST, person=person, subject_key="incident:1", version=1, at=at, link=link)

    with pytest.raises(IntegrityError), transaction():
        queue(content=FIRST, person=link.person, subject_key="incident:1", version=1, at=at, link=link)

    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_rehearsal_goes_to_who_pressed_and_leaves_room_for_the_real_one(tx: None, at: datetime) -> None:
    investor, admin = a_reader(), a_reader("Ada Admin", "ada@portal.example")
    rehearsed = queue(content=FIRST, person=investor, subject_key="incident:1", version=1, at=at, rehearsed_by=admin)
    real = queue(content=FIRST, person=investor, subject_key="incident:1", version=1, at=at, link=a_link(investor, at))

    assert (rehearsed.address, rehearsed.is_rehearsal) == ("ada@portal.example", True)
    assert (real.address, real.is_rehearsal) == ("hugo@example.com", False)


def test_a_notice_without_a_link_is_refused(tx: None, at: datetime) -> None:
    for content in (FIRST, REFUND, CLEAR, SIGN_IN):
        with pytest.raises(ValueError, match="carries a sign-in link"):
            queue(
                content=content, person=a_reader(email=f"{content.kind}@example.com"), subject_key="x", version=1, at=at
            )


def test_a_notice_takes_the_name_its_link_was_opened_for_but_a_sign_in_mail_does_not(tx: None, at: datetime) -> None:
    person = a_reader()
    link = a_link(person, at)
    link.message_pseudonym = "5f0c1b0e-0000-4000-8000-000000000001"

    renewal = queue(content=SIGN_IN, person=person, subject_key="link:1", version=1, at=at, link=link)
    notice = queue(content=FIRST, person=person, subject_key="incident:1", version=1, at=at, link=link)

    assert notice.pseudonym == link.message_pseudonym
    assert renewal.pseudonym != link.message_pseudonym


def test_a_correction_answers_the_newest_first_notice_of_its_incident(tx: None, at: datetime) -> None:
    first = queue_first(at)
    link = a_link(first.person, at)
    correction = queue(content=REFUND, person=first.person, subject_key="proposal:1", version=1, at=at, link=link)
    elsewhere = replace(REFUND, reference="INC-2026-004")
    other = queue(content=elsewhere, person=first.person, subject_key="proposal:2", version=1, at=at, link=link)

    assert correction.answers_id == first.id
    assert other.answers_id is None


def test_the_worker_hears_of_a_message_after_the_commit(app: Flask, settings: Settings, at: datetime) -> None:
    create_queue(settings.queue_url)
    heard: list[int] = []

    def listen(_: object) -> None:
        heard.append(session.scalar(select(func.count()).select_from(Message)) or 0)

    with outbox_filled.connected_to(listen), transaction():
        queue(content=CONFIRMED, person=a_reader(), subject_key="booking:1", version=0, at=at)
        assert heard == []

    assert heard == [1]


def test_only_a_message_that_left_is_found_by_its_number(tx: None, at: datetime) -> None:
    message = queue_first(at)
    assert check_number(number=message.notice_number, client="c", at=at) is None

    message.state, message.due_at, message.sent_at, message.sha256 = State.SENT, None, at, b"." * 32
    session.flush()

    typed = f" {message.notice_number.lower().replace('-', ' ')} "
    found = check_number(number=typed, client="c", at=at)
    assert found is not None
    assert (found.number, found.channel, found.sent_on) == (message.notice_number, "email", at.date())
    message.state = State.BOUNCED
    session.flush()
    assert check_number(number=typed, client="c", at=at) == found
    message.is_rehearsal = True
    session.flush()
    assert check_number(number=typed, client="c", at=at) is None
