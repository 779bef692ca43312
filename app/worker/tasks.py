"""What is done when something rings, and every minute besides."""

import threading
from datetime import timedelta

from flask import current_app

from app import identity, incidents, notices, scheduling
from app.core import clock
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.jobs import beat, has_waiting_jobs, run_waiting
from app.incidents import reminders
from app.settings import Settings
from app.worker.log_keeping import mail_checkpoint, sign
from app.worker.works import WORKS

MOST_AT_ONCE = 200

_at_a_job = threading.Lock()


def deliver() -> None:
    """Turn requests for a sign-in link into messages, then send every message that is due."""
    settings: Settings = current_app.extensions["settings"]
    with transaction():
        notices.answer_sign_in_requests(lives=timedelta(minutes=settings.sign_in_minutes), at=clock.now())
    done = notices.deliver_due(current_app.extensions["office"], at_most=MOST_AT_ONCE)
    if done.again_at is not None:
        current_app.extensions["worker"].deliver_at(done.again_at)


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


def remind() -> None:
    """Queue the reminders of calls that are due."""
    with transaction():
        scheduling.queue_due_reminders(at=clock.now())


def refresh_calendars() -> None:
    """Fetch the agents' calendars whose turn it is. Nobody waits for it, so it is a task of its own."""
    while due := _take_calendar():
        try:
            times = scheduling.read_due(due, scheduling.fetch(due.address), at=clock.now())
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
    deliver()
    sign()
    mail_checkpoint()
    with transaction():
        identity.forget_old_counts(at=clock.now())
    session.remove()
