"""Processes that work on the outbox or a publication until they are killed, begun quickly from a server of forks."""

import multiprocessing
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import Flask

from app import audit, incidents, notices
from app.core import clock
from app.core.db import db, session, transaction
from app.core.queue import create_queue
from app.factory import create_app
from app.incidents import batches
from app.settings import read_settings
from app.web.mailer import Courier, Mail

ORIGIN = "portal.example/audit/1"
NO_LIMIT = 1_000_000
SMALL_BATCH = 50
"""So that a kill falls into one of many batches."""


def begin(work: Callable[..., None], *given: str) -> BaseProcess:
    """A process of its own that does the work, with the application imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=work, args=given, daemon=True)
    process.start()
    return process


def finish(process: BaseProcess) -> None:
    """Wait until it has done everything. Raises RuntimeError when it ended in any other way."""
    process.join()
    if process.exitcode:
        raise RuntimeError(f"a process that nobody killed ended with {process.exitcode}")


@contextmanager
def a_portal(url: str, folder: Path) -> Iterator[Flask]:
    """The application on that database."""
    given = {
        "SECRET_KEY": "an-unguessable-key-for-the-faults-0123456789",
        "PUBLIC_BASE_URL": "http://localhost",
        "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
        "MAIL_TO": "everyone",
        "DATABASE_URL": url,
        "QUEUE_URL": str(folder / "queue.db"),
        "AUDIT_ORIGIN": ORIGIN,
    }
    create_queue(given["QUEUE_URL"])
    app = create_app(read_settings(given, Path("/nonexistent")))
    with app.app_context():
        yield app
        session.remove()
        db.engine.dispose()


def deliver(url: str, folder: str, port: str) -> None:
    """Deliver what is due, again and again; a message that must wait, waits a second."""
    with a_portal(url, Path(folder)) as app:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=int(port))
        mail = Mail(step_seconds=1)
        mail.init_app(app)
        office = replace(app.extensions["office"], sender=Courier(mail), rate=NO_LIMIT, jitter=lambda _: 0)
        while notices.deliver_due(office, at_most=200).again_at is not None:
            pass


def publish(url: str, folder: str) -> None:
    """Commit batch after batch of every publication that waits."""
    batches.BATCH = SMALL_BATCH
    with a_portal(url, Path(folder)):
        while waiting := incidents.list_waiting():
            with transaction():
                incidents.publish_batch(publication=waiting[0], at=clock.now())


def some(numbers: random.Random, most: int) -> int:
    """A number from 1 to `most`."""
    return numbers.randrange(most) + 1


def sign_and_verify(folder: Path) -> audit.Finding:
    """Sign what there is with a new key, then examine it all."""
    path, anchor = folder / "key", audit.FileAnchor(folder / "anchors")
    verifier = audit.make_key_file(path=path, origin=ORIGIN)
    audit.sign_checkpoint(key=audit.read_key_file(path=path, origin=ORIGIN), anchor=anchor, at=clock.now())
    return audit.verify(key=verifier, anchor=anchor, at=clock.now()).finding
