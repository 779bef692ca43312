"""The worker: everything that happens without somebody asking. Rows say what is to be done; bells only make it prompt.

huey runs a task at most once and forgets a killed one, so no task carries work: each looks for what is due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey import Huey, crontab

from app.core import signals
from app.core.queue import open_queue
from app.worker.log_keeping import mail_checkpoint, sign, verify_log
from app.worker.tasks import (
    deliver,
    deliver_all,
    do_all_but_jobs,
    do_jobs,
    end_offers,
    publish,
    refresh_calendars,
    remind_of_corrections,
    sweep,
    write_by_post,
)

__all__ = [
    "Worker",
    "deliver",
    "deliver_all",
    "do_all_but_jobs",
    "do_jobs",
    "end_offers",
    "init_app",
    "mail_checkpoint",
    "publish",
    "refresh_calendars",
    "remind_of_corrections",
    "sign",
    "sweep",
    "verify_log",
    "worker",
    "write_by_post",
]


BEFORE_MAIL = 1
"""The priority of what somebody watches for, a receipt's proof: mail to many rings for itself again and again."""


@dataclass(frozen=True)
class Worker:
    """The queue and its tasks; calling a task rings its bell."""

    huey: Huey
    sweep: Callable[[], Any]
    deliver: Callable[[], Any]
    deliver_at: Callable[[datetime], Any]
    publish: Callable[[], Any]
    sign: Callable[[], Any]
    do_jobs: Callable[[], Any]
    verify_log: Callable[[], Any]
    refresh_calendars: Callable[[], Any]


def init_app(app: Flask) -> None:
    """Register the tasks on the queue of the settings, and the `worker` command."""
    huey = open_queue(app.extensions["settings"].queue_url)

    def task(work: Callable[[], None], priority: int = 0) -> Callable[[], Any]:
        made = huey.task(name=work.__name__, priority=priority)
        return made(_in_app(app, work))  # type: ignore[no-any-return]

    delivering: Any = task(deliver)
    app.extensions["worker"] = Worker(
        huey=huey,
        sweep=_register_by_the_clock(app, huey),
        deliver=delivering,
        deliver_at=lambda at: delivering.schedule(eta=at),
        publish=task(publish),
        sign=task(sign, BEFORE_MAIL),
        do_jobs=task(do_jobs),
        verify_log=task(verify_log),
        refresh_calendars=task(refresh_calendars),
    )
    app.cli.add_command(worker)


def _register_by_the_clock(app: Flask, huey: Huey) -> Callable[[], Any]:
    """What is done again and again; answers the sweep, which is called for at the start as well."""
    sweeping: Callable[[], Any] = huey.periodic_task(crontab(minute="*"), name="sweep")(_in_app(app, sweep))
    huey.periodic_task(crontab(hour="3", minute="17"), name="verify_nightly")(_in_app(app, verify_log))
    huey.periodic_task(crontab(minute="*/5"), name="refresh_in_turn")(_in_app(app, refresh_calendars))
    huey.periodic_task(crontab(minute="7"), name="remind_hourly")(_in_app(app, remind_of_corrections))
    huey.periodic_task(crontab(minute="37"), name="write_hourly")(_in_app(app, write_by_post))
    huey.periodic_task(crontab(minute="11"), name="end_offers_hourly")(_in_app(app, end_offers))
    return sweeping


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


@signals.calendar_added.connect
def _fetch_soon(_: object) -> None:
    current_app.extensions["worker"].refresh_calendars()


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due and end.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Deliver messages, publish batches, do long jobs and sign checkpoints until stopped."""
    remind_of_corrections()
    write_by_post()
    end_offers()
    if once:
        do_all_but_jobs()
        do_jobs()
        refresh_calendars()
        do_all_but_jobs()
        deliver_all()
    else:
        waiting: Worker = current_app.extensions["worker"]
        waiting.sweep()  # not here: only the consumer finishes what it does when it is asked to end
        waiting.verify_log()
        waiting.huey.create_consumer(workers=2, max_delay=1, graceful_signal="TERM", check_worker_health=True).run()
