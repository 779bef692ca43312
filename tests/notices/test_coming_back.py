"""The worker comes back once, however many bells rang; at once after a full batch, and never to a held lane."""

from datetime import timedelta

import pytest
from flask import Flask

from app import worker
from app.core import clock
from app.core.db import database_now, transaction
from app.core.queue import create_queue
from app.notices import Deferred, Lane, State, deliver_due, hold_lane, queue, status
from app.settings import Settings
from tests.identity.builders import a_member_of_staff
from tests.notices.builders import Recorder, a_link, a_reader, an_office
from tests.notices.contents import CONFIRMED, FIRST

pytestmark = pytest.mark.both_databases


def put(count: int) -> None:
    with transaction():
        now = database_now()
        for number in range(count):
            person = a_reader("Ana", f"reader{number}@example.com")
            queue(content=FIRST, person=person, subject_key="first", version=1, at=now, link=a_link(person, now))


def test_many_bells_call_for_one_delivery_later(app: Flask, settings: Settings) -> None:
    create_queue(settings.queue_url)
    app.extensions["office"] = an_office(app, Recorder(says=[Deferred("450 greylisted")]))
    put(1)
    queued = app.extensions["worker"].huey.pending_count()

    for _ in range(4):
        worker.deliver()

    assert status().counts[State.DEFERRED] == 1
    assert app.extensions["worker"].huey.pending_count() == queued + 1


def test_after_a_full_batch_there_is_more_to_do_at_once(app: Flask) -> None:
    put(3)
    office = an_office(app, Recorder())

    done = deliver_due(office, at_most=2)

    assert done.again_at is not None
    assert done.again_at - database_now() < timedelta(milliseconds=500)
    assert deliver_due(office, at_most=2).again_at is None


def test_all_that_is_due_leaves_although_the_rate_lets_only_some_go(app: Flask) -> None:
    app.extensions["office"] = an_office(app, Recorder(), rate=4)
    put(7)

    worker.deliver_all()

    assert status().counts[State.SENT] == 7


def test_nothing_leaves_in_a_held_lane_and_the_worker_does_not_come_back_for_it(app: Flask) -> None:
    put(1)
    with transaction():
        person = a_reader("Bo", "bo@example.com")
        queue(content=CONFIRMED, person=person, subject_key="booking:1", version=0, at=database_now())
        hold_lane(lane=Lane.NOTICE, by=a_member_of_staff(), reason="Look at the words", at=clock.now())

    done = deliver_due(an_office(app, Recorder()), at_most=10)

    assert (done.tries, done.again_at) == (1, None)
    assert status().waiting == {Lane.SIGN_IN: 0, Lane.BOOKING: 0, Lane.NOTICE: 1}


def test_a_signature_waits_for_no_delivery_that_rang_before_it(app: Flask, settings: Settings) -> None:
    create_queue(settings.queue_url)
    bell = app.extensions["worker"]
    bell.huey.flush()
    for _ in range(3):
        bell.deliver()

    bell.sign()

    assert [bell.huey.dequeue().name for _ in range(4)] == ["sign", "deliver", "deliver", "deliver"]
