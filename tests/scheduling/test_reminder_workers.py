"""Reminders with several workers, one of which dies in the middle of queueing: each is queued exactly once."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import scheduling
from app.core import clock
from app.core.db import session, transaction
from app.notices import Kind, Message
from app.scheduling import Booking, CallReminder, Window
from app.scheduling.offers import list_offers
from app.settings import ROOT, Settings
from tests.scheduling.builders import DESK, a_call, an_agent, an_investor

pytestmark = pytest.mark.both_databases
CALLS = 9
DIES_BEFORE_THE_COMMIT = """
import os
from app import scheduling
from app.core import clock
from app.core.db import transaction
from wsgi import app
with app.app_context(), transaction():
    assert scheduling.queue_due_reminders(at=clock.now()) > 0
    os._exit(9)
"""


def environment(settings: Settings) -> dict[str, str]:
    """Of a process over the test's own database; no address may be written to, so that no mail server is needed."""
    return {
        "PATH": os.environ["PATH"],
        "FLASK_APP": "wsgi.py",
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_BASE_URL": settings.public_base_url,
        "MAIL_DEFAULT_SENDER": settings.mail_default_sender,
        "MAIL_TO": "nobody",
        "DATABASE_URL": settings.database_url,
        "QUEUE_URL": settings.queue_url,
        "FILES_DIR": str(settings.files_dir),
        "AUDIT_ANCHORS": str(settings.audit_anchors),
        "AUDIT_ORIGIN": settings.audit_origin,
    }


def started(settings: Settings, *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def book_long_ago() -> list[Booking]:
    """Calls of the next day, booked three days ago: the reminder of a day before is due, that of an hour is not."""
    now = clock.now()
    for name in ("Sam Support", "Nia Support", "Tom Support"):
        an_agent(name=name, days=tuple(range(7)), windows=(Window(0, 1440),))
    first, last, then = now + timedelta(hours=3), now + timedelta(hours=23), now - timedelta(days=3)
    booked: list[Booking] = []
    for _ in range(CALLS):
        person, call_type = an_investor(), scheduling.get_call_type()
        offers = list_offers(person=person, call_type=call_type, since=first, until=last, at=then)
        booked.append(a_call(person, starts_at=offers[len(booked)].slot.start, at=then))
    return booked


def test_two_workers_and_a_crash_queue_each_reminder_once_and_none_of_a_call_that_is_off(
    app: Flask, settings: Settings
) -> None:
    with transaction():
        calls = book_long_ago()
        off, moved, *_ = calls
        scheduling.cancel(booking=off, by=off.agent, reason="", desk=DESK, at=clock.now())
        later = scheduling.nearest_slots(
            person=moved.person, call_type=moved.call_type, wanted=clock.now() + timedelta(days=4), at=clock.now()
        )[0]
        scheduling.move(
            booking=moved,
            slot_start=later.start,
            zone=moved.zone,
            version_seen=moved.version,
            by=moved.agent,
            desk=DESK,
            at=clock.now(),
        )

    assert started(settings, "-c", DIES_BEFORE_THE_COMMIT).wait(120) == 9
    workers = [started(settings, "-m", "flask", "worker", "--once") for _ in range(2)]
    assert [worker.wait(240) for worker in workers] == [0, 0]

    session.rollback()
    counted = select(Message.subject_key, func.count()).where(Message.kind == Kind.CALL_REMINDER)
    expected = {call.pseudonym: 1 for call in calls if call not in (off, moved)}
    assert dict(session.execute(counted.group_by(Message.subject_key)).all()) == expected
    waiting = session.execute(
        select(CallReminder.booking_id, func.count())
        .where(CallReminder.queued_at.is_(None))
        .group_by(CallReminder.booking_id)
    ).all()
    assert dict(waiting) == {call.id: 2 if call is moved else 1 for call in calls if call is not off}
