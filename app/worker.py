"""The worker: everything that happens without somebody asking. Rows say what is to be done; bells only make it prompt.

huey runs a task at most once and forgets a killed one, so no task carries work: each looks for what is due.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey import Huey, crontab

from app import audit, identity, incidents, notices
from app.core import clock, signals
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.jobs import Job, Progress, Work, beat, has_waiting_jobs, release_lease, run_waiting, take_lease
from app.core.queue import open_queue
from app.settings import Settings

log = logging.getLogger(__name__)
LEASE_SECONDS = 120
MOST_AT_ONCE = 200


def replay(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Replay every deal in range of an incident, for whoever asked."""
    return incidents.carry_out_replay(job, progress, at=clock.now())


WORKS: Mapping[str, Work] = {incidents.REPLAY: replay}
"""Who does a job, by its kind."""

_at_a_job = threading.Lock()


@dataclass(frozen=True)
class Worker:
    """The queue and its tasks; calling a task rings its bell."""

    huey: Huey
    deliver: Callable[[], Any]
    deliver_at: Callable[[datetime], Any]
    publish: Callable[[], Any]
    sign: Callable[[], Any]
    do_jobs: Callable[[], Any]


def init_app(app: Flask) -> None:
    """Register the tasks on the queue of the settings, and the `worker` command."""
    huey = open_queue(app.extensions["settings"].queue_url)

    def task(work: Callable[[], None]) -> Callable[[], Any]:
        return huey.task(name=work.__name__)(_in_app(app, work))  # type: ignore[no-any-return]

    huey.periodic_task(crontab(minute="*"), name="sweep")(_in_app(app, sweep))
    delivering: Any = task(deliver)
    app.extensions["worker"] = Worker(
        huey=huey,
        deliver=delivering,
        deliver_at=lambda at: delivering.schedule(eta=at),
        publish=task(publish),
        sign=task(sign),
        do_jobs=task(do_jobs),
    )
    app.cli.add_command(worker)


def _in_app(app: Flask, work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with app.app_context():
            work()

    return run


@signals.outbox_filled.connect
def _deliver_soon(_: object) -> None:
    current_app.extensions["worker"].deliver()


@signals.publication_waits.connect
def _publish_soon(_: object) -> None:
    current_app.extensions["worker"].publish()


@signals.checkpoint_wanted.connect
def _sign_soon(_: object) -> None:
    current_app.extensions["worker"].sign()


@signals.job_waits.connect
def _do_jobs_soon(_: object) -> None:
    current_app.extensions["worker"].do_jobs()


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


def sign() -> None:
    """Sign a checkpoint over what was committed, where this host holds the key; one signer at a time."""
    settings: Settings = current_app.extensions["settings"]
    if settings.audit_key_file is None or not settings.audit_key_file.exists():
        return
    fence = take_lease("sign", LEASE_SECONDS)
    if fence is None:
        return
    try:
        key = audit.read_key_file(path=settings.audit_key_file, origin=settings.audit_origin)
        audit.sign_checkpoint(key=key, anchor=audit.FileAnchor(settings.audit_anchors), at=clock.now())
    except DomainError as refusal:
        log.critical("no checkpoint was signed: %s", refusal)
    finally:
        release_lease("sign", fence)


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


def do_all_but_jobs() -> None:
    """Everything that waits and is soon done, in order."""
    beat("worker")
    while incidents.list_waiting() or incidents.list_sending():
        publish()
    deliver()
    sign()
    with transaction():
        identity.forget_old_counts(at=clock.now())
    session.remove()


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due and end.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Deliver messages, publish batches, do long jobs and sign checkpoints until stopped."""
    if once:
        do_all_but_jobs()
        do_jobs()
        do_all_but_jobs()
    else:
        sweep()
        current_app.extensions["worker"].huey.create_consumer(
            workers=2, max_delay=1, graceful_signal="TERM", check_worker_health=True
        ).run()
