"""What is done when something rings, and every minute besides."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app

from app import identity, incidents, notices, scheduling
from app.core import clock
from app.core.db import database_now, session, take_in_writes, transaction
from app.core.errors import DomainError
from app.core.jobs import beat, has_waiting_jobs, run_waiting
from app.incidents import answering, by_post, ending, reminders
from app.settings import Settings
from app.worker.log_keeping import mail_checkpoint, sign
from app.worker.works import WORKS

MOST_AT_ONCE = 200
LONGEST_WAIT = 2
"""In seconds: what is due later than that is not due now, and the rate lets something go every second."""
MOST_IDLE = 2
"""Deliveries in a row that tried nothing, though something is due: it waits for another message, or somebody has it."""

log = logging.getLogger(__name__)

_at_a_job = threading.Lock()


def deliver() -> None:
    """Send what is due, a batch at most, and call for the next delivery, unless one comes no later anyway."""
    again_at = _deliver_batch().again_at
    if again_at is not None and _must_call_back(again_at):
        current_app.extensions["worker"].deliver_at(again_at)


def deliver_all() -> None:
    """Send all that is due now, as fast as the rate lets it go; the switch or a pause after failures ends it."""
    idle = 0
    while idle < MOST_IDLE:
        done = _deliver_batch()
        wait = (done.again_at - database_now()).total_seconds() if done.again_at is not None else None
        if wait is None or wait > LONGEST_WAIT:
            return
        idle = 0 if done.tries else idle + 1
        time.sleep(max(0, wait))


def _deliver_batch() -> notices.Delivered:
    """Turn requests for a sign-in link into messages, then send what is due."""
    settings: Settings = current_app.extensions["settings"]
    with transaction():
        notices.arrive()
        notices.answer_sign_in_requests(lives=timedelta(minutes=settings.sign_in_minutes), at=clock.now())
    return notices.deliver_due(current_app.extensions["office"], at_most=MOST_AT_ONCE)


def _must_call_back(again_at: datetime) -> bool:
    with transaction():
        return notices.call_back(at=again_at)


def publish() -> None:
    """Commit one batch of every publication and every notice that waits; each batch rings for the next."""
    for publication in incidents.list_waiting():
        with transaction():
            incidents.publish_batch(publication=publication, at=clock.now())
    for notice in incidents.list_sending():
        with transaction():
            incidents.send_batch(notice=notice, at=clock.now())


def remind_of_corrections() -> None:
    """Queue every reminder that is due: of a correction that was not seen, or of an offer that is left."""
    for publication in reminders.list_remindable(at=clock.now()):
        left = 1
        while left:
            with transaction():
                left = reminders.remind_batch(publication=publication, at=clock.now())
    session.remove()


def write_by_post() -> None:
    """Queue a letter to everybody of whom nothing was heard in 30 days and whose postal address is known."""
    for incident in by_post.list_open():
        left = 1
        while left:
            with transaction():
                left = by_post.write_batch(incident=incident, at=clock.now())
    session.remove()


def close_disputes() -> None:
    """Close the answered disputes of which nobody asked for a second look in time."""
    for dispute in answering.list_lapsed(at=clock.now()):
        try:
            with transaction():
                answering.close(dispute=dispute, reason=answering.NOT_ASKED_AGAIN, by=None, at=clock.now())
        except answering.CannotReply as refusal:
            log.info("a dispute was closed otherwise: %s", refusal)
    session.remove()


def end_offers() -> None:
    """End every offer that nobody took by its last day, as its version says."""
    for incident in ending.list_with_offers(at=clock.now()):
        left = 1
        while left:
            with transaction():
                left = ending.end_batch(incident=incident, at=clock.now())
    session.remove()


def do_jobs() -> None:
    """Do the jobs that wait, one at a time in this process, so that mail is never kept waiting by them."""
    if not _at_a_job.acquire(blocking=False):
        return
    try:
        run_waiting(WORKS)
    finally:
        _at_a_job.release()
        session.remove()


def sweep() -> None:
    """What lost bells left behind; jobs are only called for, since they may take long."""
    do_all_but_jobs()
    if has_waiting_jobs():
        current_app.extensions["worker"].do_jobs()
    session.remove()
    take_in_writes()


def remind() -> None:
    """Queue the reminders of calls that are due."""
    with transaction():
        scheduling.queue_due_reminders(at=clock.now())


def refresh_calendars(fetch: Callable[[str], bytes] = scheduling.fetch) -> None:
    """Fetch the agents' calendars whose turn it is. Nobody waits for it, so it is a task of its own."""
    while due := _take_calendar():
        try:
            times = scheduling.read_due(due, fetch(due.address), at=clock.now())
        except DomainError as problem:
            with transaction():
                scheduling.keep_problem(due, str(problem), at=clock.now())
            continue
        with transaction():
            scheduling.keep_busy_times(due, times, at=clock.now())
    session.remove()


def _take_calendar() -> scheduling.Due | None:
    with transaction():
        return scheduling.take_due_calendar(at=clock.now())


def do_all_but_jobs() -> None:
    """Everything that waits and is soon done, in order."""
    beat("worker")
    while incidents.list_waiting() or incidents.list_sending():
        publish()
    remind()
    close_disputes()
    deliver()
    sign()
    mail_checkpoint()
    with transaction():
        notices.note_overdue(at=database_now())
        identity.forget_old_counts(at=clock.now())
    session.remove()
