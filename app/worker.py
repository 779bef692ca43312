"""The worker: everything that happens without somebody asking. Rows say what is to be done; bells only make it prompt.

huey runs a task at most once and forgets a killed one, so no task carries work: each looks for what is due.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey import Huey, crontab

from app import audit, deals, identity, incidents, notices
from app.core import clock, signals
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.jobs import Job, Progress, Work, beat, has_waiting_jobs, release_lease, run_waiting, take_lease
from app.core.queue import open_queue
from app.settings import Settings

log = logging.getLogger(__name__)
LEASE_SECONDS = 120
VERIFY_SECONDS = 600
"""Long enough that the clocks of several hosts agree on who verifies this night."""
MOST_AT_ONCE = 200

_at_a_job = threading.Lock()


class NoKey(DomainError):
    """There is no key to verify the log with."""


@dataclass(frozen=True)
class Worker:
    """The queue and its tasks; calling a task rings its bell."""

    huey: Huey
    deliver: Callable[[], Any]
    deliver_at: Callable[[datetime], Any]
    publish: Callable[[], Any]
    sign: Callable[[], Any]
    do_jobs: Callable[[], Any]
    verify_log: Callable[[], Any]


def init_app(app: Flask) -> None:
    """Register the tasks on the queue of the settings, and the `worker` command."""
    huey = open_queue(app.extensions["settings"].queue_url)

    def task(work: Callable[[], None]) -> Callable[[], Any]:
        return huey.task(name=work.__name__)(_in_app(app, work))  # type: ignore[no-any-return]

    huey.periodic_task(crontab(minute="*"), name="sweep")(_in_app(app, sweep))
    huey.periodic_task(crontab(hour="3", minute="17"), name="verify_nightly")(_in_app(app, verify_log))
    delivering: Any = task(deliver)
    app.extensions["worker"] = Worker(
        huey=huey,
        deliver=delivering,
        deliver_at=lambda at: delivering.schedule(eta=at),
        publish=task(publish),
        sign=task(sign),
        do_jobs=task(do_jobs),
        verify_log=task(verify_log),
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
        audit.refuse_after_bad_verdict()
        key = audit.read_key_file(path=settings.audit_key_file, origin=settings.audit_origin)
        audit.sign_checkpoint(key=key, anchor=audit.FileAnchor(settings.audit_anchors), at=clock.now())
        audit.keep_signing(at=clock.now())
    except audit.AnchorBusy as refusal:
        log.warning("no checkpoint was signed: %s", refusal)
    except DomainError as refusal:
        log.critical("no checkpoint was signed: %s", refusal)
        _keep_refusal(settings, refusal)
    finally:
        release_lease("sign", fence)


def _keep_refusal(settings: Settings, refusal: DomainError) -> None:
    """Staff see it on every page, with the verdict where there is a key to come to one."""
    try:
        verdict = _verify(settings)
    except DomainError:
        verdict = None
    audit.keep_refusal(verdict or audit.Verdict(audit.Finding.UNREADABLE), refusal=str(refusal), at=clock.now())


def mail_checkpoint() -> None:
    """Mail the newest checkpoint to counsel, who keeps it where nobody here can reach it: once a day at most."""
    settings: Settings = current_app.extensions["settings"]
    if settings.counsel_address is not None:
        office = current_app.extensions["office"]
        notices.mail_checkpoint(office, address=settings.counsel_address, origin=settings.audit_origin, at=clock.now())


def verify_log() -> None:
    """Examine the whole log and write down what was found; whoever of several workers comes first."""
    if take_lease("verify", VERIFY_SECONDS) is None:
        return
    try:
        verdict = _verify(current_app.extensions["settings"])
    except DomainError as problem:
        verdict = audit.Verdict(audit.Finding.UNREADABLE, (), str(problem))
    if verdict is not None:
        _keep_verdict(verdict)
    session.remove()


def verify_for(_: Job, progress: Progress) -> Mapping[str, Any]:
    """The job of somebody who pressed Verify."""
    total = audit.log_size()
    says = "Every entry is read again, from its bytes."
    verdict = _verify(current_app.extensions["settings"], lambda done: progress(done, max(done, total), says))
    if verdict is None:
        raise NoKey("AUDIT_VKEY is not set, so nobody here can tell what was signed.")
    _keep_verdict(verdict)
    return {"line": verdict.line, "says": verdict.says}


def _keep_verdict(verdict: audit.Verdict) -> None:
    if verdict.finding is not audit.Finding.OK:
        log.critical("the audit log does not verify: %s %s", verdict.line, verdict.says)
    audit.keep_verdict(verdict, at=clock.now())


def _verify(settings: Settings, watch: Callable[[int], None] = lambda _: None) -> audit.Verdict | None:
    """None where no key is known to verify with."""
    key = audit.find_verifier(vkey=settings.audit_vkey, key_file=settings.audit_key_file, origin=settings.audit_origin)
    anchor = audit.FileAnchor(settings.audit_anchors)
    return audit.verify(key=key, anchor=anchor, at=clock.now(), watch=watch) if key else None


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
    mail_checkpoint()
    with transaction():
        identity.forget_old_counts(at=clock.now())
    session.remove()


def replay(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Replay every deal in range of an incident, for whoever asked."""
    return incidents.carry_out_replay(job, progress, at=clock.now())


def check_upload(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Check files that somebody sent, and keep what importing them would do."""
    return deals.check_upload(job, progress, folder=_files() / deals.FOLDER, resting=incidents.list_resting)


def import_upload(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Import files that somebody sent and confirmed."""
    resting = incidents.list_resting
    return deals.import_upload(job, progress, folder=_files() / deals.FOLDER, resting=resting, at=clock.now())


def _files() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.files_dir


def draw_paper(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Draw the paper of every variant of what is signed, and keep it."""
    office: notices.Office = current_app.extensions["office"]
    return incidents.carry_out_paper(job, progress, office=office, folder=_files(), at=clock.now())


def papers(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Print papers about an incident and keep them."""
    return incidents.make_papers(job, progress, press=current_app.extensions["press"], at=clock.now())


WORKS: Mapping[str, Work] = {
    incidents.REPLAY: replay,
    incidents.PAPERS: papers,
    deals.CHECK: check_upload,
    deals.IMPORT: import_upload,
    incidents.VARIANTS: draw_paper,
    "verify-log": verify_for,
}
"""Who does a job, by its kind."""


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
        current_app.extensions["worker"].verify_log()
        current_app.extensions["worker"].huey.create_consumer(
            workers=2, max_delay=1, graceful_signal="TERM", check_worker_health=True
        ).run()
