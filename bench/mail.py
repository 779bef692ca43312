"""`mail`: notices rendered and delivered to a local SMTP server, each with its own commit, against bare `smtplib`.

`mail-first`: how long a sign-in mail takes that is queued while 2,000 notices leave, against one in an empty outbox.

The peer of `mail` sends the very bytes that we sent, over one connection to the same server, and does nothing else. The
server is a process of its own that accepts everything.
"""

import multiprocessing
import resource
import smtplib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socket
from time import perf_counter
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import func, select

from app import identity, notices
from app.core import clock, schema
from app.core.db import db, session, transaction
from app.core.queue import create_queue
from app.factory import create_app
from app.identity import Person
from app.identity.asking import open_confirming_link
from app.notices import Content, Message, Office, Outgoing, Sender, SignIn, State
from app.settings import read_settings
from bench.result import Result
from tests.notices.contents import BOTH, CLEAR, OFFER, REFUND

NOTICES = 10_000
NO_LIMIT = 1_000_000
CONTENTS: Sequence[Content] = (REFUND, OFFER, CLEAR, BOTH)
LEAST_PERCENT = 15
AHEAD, INTERRUPTED_AFTER = 2_000, 100
MOST_SECONDS = 2
SOMEBODY = "waits@example.com"


class Accepting:
    """A server that accepts everything and keeps nothing."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - what aiosmtpd calls
        return "250 OK"


@dataclass
class Copying:
    """Passes messages on, and keeps their bytes in a file for the peer."""

    sender: Sender
    path: Path
    sizes: list[int] = field(default_factory=list)

    def send(self, mail: Outgoing) -> None:
        self.sender.send(mail)
        with self.path.open("ab") as kept:
            self.sizes.append(kept.write(mail.raw))

    def close(self) -> None:
        self.sender.close()

    def bodies(self) -> Iterator[bytes]:
        """The bytes of every message, in the order they were sent."""
        with self.path.open("rb") as kept:
            for size in self.sizes:
                yield kept.read(size)


@dataclass
class Interrupted:
    """Passes messages on; after some of them somebody asks to sign in, and it notes when that mail was accepted."""

    sender: Sender
    after: int
    sent: int = 0
    asked: float = 0.0
    waited: float = 0.0

    def send(self, mail: Outgoing) -> None:
        self.sender.send(mail)
        self.sent += 1
        if mail.to == SOMEBODY:
            self.waited = perf_counter() - self.asked
        elif self.sent == self.after:
            self.asked = perf_counter()
            _ask_to_sign_in(version=3)

    def close(self) -> None:
        self.sender.close()


def measure() -> list[Result]:
    """How fast notices leave, and how soon a sign-in mail does among them."""
    return [*_measure_all(), *_measure_first()]


def _measure_first() -> list[Result]:
    with tempfile.TemporaryDirectory() as name, _server() as port, _portal(Path(name), port) as app:
        office = replace(app.extensions["office"], rate=NO_LIMIT)
        for version in (1, 2):  # the first time templates are read
            start = perf_counter()
            _ask_to_sign_in(version=version)
            notices.deliver_due(office, at_most=1)
            alone = perf_counter() - start
        _queue(AHEAD)
        interrupted = Interrupted(office.sender, INTERRUPTED_AFTER)
        notices.deliver_due(replace(office, sender=interrupted), at_most=AHEAD)
    waited = interrupted.waited
    return [
        Result(
            name="mail-first",
            work=f"a sign-in mail asked for while {AHEAD:,} notices leave, until the server took it, SQLite",
            against="the same with an empty outbox",
            ours=waited,
            other=alone,
            ratio=f"{waited / alone:.1f} x as long",
            goal=f"<= {MOST_SECONDS} s",
            reached=0 < waited <= MOST_SECONDS,
            peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        )
    ]


def _ask_to_sign_in(*, version: int) -> None:
    with transaction():
        at = clock.now()
        person = identity.find_person_by_email(SOMEBODY)
        if person is None:
            person = Person(full_name="Somebody", email=SOMEBODY, time_zone="UTC")
            session.add(person)
            session.flush()
        link = open_confirming_link(person=person, lives=timedelta(minutes=10))
        notices.queue(
            content=SignIn(minutes=10), person=person, subject_key="sign-in", version=version, at=at, link=link
        )


def _measure_all() -> list[Result]:
    with tempfile.TemporaryDirectory() as name, _server() as port:
        folder = Path(name)
        with _portal(folder, port) as app:
            _queue(NOTICES)
            copying = Copying(app.extensions["office"].sender, folder / "sent")
            ours = _deliver(replace(app.extensions["office"], sender=copying, rate=NO_LIMIT))
            other = _send(copying.bodies(), port)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [
        Result(
            name="mail",
            work=f"{NOTICES:,} notices rendered and delivered, one commit each, SQLite",
            against="bare smtplib, one connection, the same bytes",
            ours=ours,
            other=other,
            ratio=f"{other / ours:.2f} x as fast",
            goal=f">= {LEAST_PERCENT / 100} x",
            reached=other * 100 >= ours * LEAST_PERCENT,
            peak_megabytes=megabytes,
        )
    ]


@contextmanager
def _server() -> Iterator[int]:
    """The port of a server in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(tell: Connection) -> None:
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    controller = Controller(Accepting(), hostname="127.0.0.1", port=port)
    controller.start()
    tell.send(port)
    tell.recv()


@contextmanager
def _portal(folder: Path, port: int) -> Iterator[Flask]:
    url = f"sqlite:///{folder}/portal.db"
    schema.upgrade(url)
    create_queue(str(folder / "queue.db"))
    given = {
        "SECRET_KEY": "an-unguessable-key-for-the-bench-0123456789",
        "PUBLIC_BASE_URL": "http://localhost",
        "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(port),
        "MAIL_TO": "everyone",
        "DATABASE_URL": url,
        "QUEUE_URL": str(folder / "queue.db"),
    }
    app = create_app(read_settings(given, Path("/nonexistent")))
    with app.app_context():
        yield app
        session.remove()
        db.engine.dispose()


def _queue(count: int) -> None:
    """So many notices to as many people."""
    with transaction():
        at = clock.now()
        for number in range(count):
            content = CONTENTS[number % len(CONTENTS)]
            person = Person(full_name=f"Reader {number}", email=f"r{number}@example.com", time_zone="UTC")
            session.add(person)
            session.flush()
            link = identity.open_notice_link(
                person=person,
                message_pseudonym=f"5f0c1b0e-0000-4000-8000-{number:012d}",
                opens="/corrections/INC-2026-003",
                expires_at=identity.notice_link_expires_at(last_named_at=at, at=at),
                at=at,
            )
            notices.queue(content=content, person=person, subject_key="proposal", version=1, at=at, link=link)


def _deliver(office: Office) -> float:
    start = perf_counter()
    while notices.deliver_due(office, at_most=200).tries:
        pass
    seconds = perf_counter() - start
    sent = session.scalar(select(func.count()).where(Message.state == State.SENT))
    if sent != NOTICES:
        raise RuntimeError(f"{sent} of {NOTICES} left")
    return seconds


def _send(bodies: Iterator[bytes], port: int) -> float:
    start = perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as host:
        for number, body in enumerate(bodies):
            host.sendmail("support@portal.example", [f"r{number}@example.com"], body)
    return perf_counter() - start
