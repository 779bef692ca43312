"""`flask worker` in several processes against one database and one queue, on both databases: nothing leaves twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from threading import Semaphore

import pytest
from sqlalchemy import func, select

from app.core.db import database_now, db, session, transaction
from app.core.queue import create_queue
from app.factory import create_app
from app.notices import Attempt, Message, State, queue
from app.settings import ROOT, Settings
from tests.notices.builders import a_link, a_reader
from tests.notices.contents import FIRST
from tests.notices.smtp import Postman, a_server

WORKERS, WAVES, OF_EACH = 3, 6, 10
"""More waves than workers: each sends one at most as it starts, so the others leave by a bell."""
SECONDS = 240


def environment(settings: Settings, port: int) -> dict[str, str]:
    """Of a worker over the test's own database and queue."""
    return {
        "PATH": os.environ["PATH"],
        "FLASK_APP": "wsgi.py",
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_BASE_URL": settings.public_base_url,
        "MAIL_DEFAULT_SENDER": settings.mail_default_sender,
        "MAIL_TO": "everyone",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(port),
        "MAIL_RATE_PER_SECOND": "1000",
        "DATABASE_URL": settings.database_url,
        "QUEUE_URL": settings.queue_url,
        "FILES_DIR": str(settings.files_dir),
        "AUDIT_ANCHORS": str(settings.audit_anchors),
        "AUDIT_ORIGIN": settings.audit_origin,
    }


@contextmanager
def running(settings: Settings, port: int, folder: Path) -> Iterator[None]:
    """So many workers until the block ends; one that works ends by itself when it is asked to."""
    workers = []
    for number in range(WORKERS):
        with (folder / f"worker{number}.log").open("wb") as output:
            command = [sys.executable, "-m", "flask", "worker"]
            env = environment(settings, port)
            workers.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT))
    try:
        yield
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        ended = [worker.wait(SECONDS) for worker in workers]
    assert 0 in ended
    assert set(ended) <= {0, -signal.SIGTERM}  # the latter was still starting


def put(first: int, count: int) -> None:
    with transaction():
        now = database_now()
        for number in range(first, first + count):
            person = a_reader("Ana", f"reader{number}@example.com")
            queue(content=FIRST, person=person, subject_key="first", version=1, at=now, link=a_link(person, now))


@pytest.mark.both_databases
def test_several_workers_send_each_message_once(settings: Settings, tmp_path: Path) -> None:
    on_postgresql = settings.database_url.startswith("postgresql")
    settings = replace(settings, queue_url=settings.database_url if on_postgresql else settings.queue_url)
    create_queue(settings.queue_url)
    postman, arrived = Postman(), Semaphore(0)
    postman.on_kept = arrived.release
    app = create_app(settings)
    bell = closing(app.extensions["worker"].huey.storage)

    with bell, app.app_context(), a_server(postman) as port:
        with running(settings, port, tmp_path):
            for wave in range(WAVES):
                put(wave * OF_EACH, OF_EACH)
                for _ in range(OF_EACH):
                    assert arrived.acquire(timeout=SECONDS)
        session.rollback()
        copies = Counter(message_from_bytes(raw, policy=SMTP)["Message-ID"] for raw in postman.accepted)
        assert sorted(copies.values()) == [1] * WAVES * OF_EACH
        assert session.scalars(select(Message.state).distinct()).all() == [State.SENT]
        assert session.scalar(select(func.count()).select_from(Attempt)) == WAVES * OF_EACH
        session.remove()
        db.engine.dispose()
