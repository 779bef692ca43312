"""What is no longer true does not leave."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.core.db import database_now, session, transaction
from app.identity import Person
from app.notices import Content, Kind, Message, State, deliver_due, queue, withdraw
from tests.notices.builders import Recorder, a_reader, an_office
from tests.notices.contents import CALL_REMINDER, CONFIRMED

pytestmark = pytest.mark.both_databases


@pytest.fixture
def reader(app: Flask) -> Person:
    with transaction():
        return a_reader()


def put(reader: Person, content: Content, *, key: str = "call", version: int = 1) -> Message:
    with transaction():
        return queue(content=content, person=reader, subject_key=key, version=version, at=database_now())


def starting_in(**delta: int) -> Content:
    return replace(CALL_REMINDER, starts_at=database_now() + timedelta(**delta))


def test_a_reminder_that_was_taken_back_never_leaves_and_the_rest_does(app: Flask, reader: Person) -> None:
    confirmed, reminder = put(reader, CONFIRMED), put(reader, starting_in(hours=1))
    other = put(reader, starting_in(hours=1), key="another call")
    server = Recorder()

    with transaction():
        taken_back = withdraw(kind=Kind.CALL_REMINDER, subject_key="call", reason="Moved.", at=database_now())
    deliver_due(an_office(app, server), at_most=9)

    session.rollback()
    assert taken_back == 1
    assert (reminder.state, reminder.reason) == (State.SUPPRESSED, "Moved.")
    assert (confirmed.state, other.state) == (State.SENT, State.SENT)
    assert len(server.sent) == 2


def test_what_has_left_is_not_taken_back(app: Flask, reader: Person) -> None:
    reminder = put(reader, starting_in(hours=1))
    deliver_due(an_office(app, Recorder()), at_most=9)

    with transaction():
        assert withdraw(kind=Kind.CALL_REMINDER, subject_key="call", reason="Moved.", at=database_now()) == 0

    assert reminder.state is State.SENT


def test_a_reminder_that_could_not_leave_before_the_call_is_dropped(app: Flask, reader: Person) -> None:
    late, in_time = put(reader, starting_in(minutes=-1)), put(reader, starting_in(minutes=5), key="another call")
    server = Recorder()

    deliver_due(an_office(app, server), at_most=9)

    session.rollback()
    assert (late.state, late.reason) == (State.SUPPRESSED, "The call had begun before it could leave.")
    assert in_time.state is State.SENT
    assert len(server.sent) == 1
