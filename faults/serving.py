"""The portal under gunicorn on a database of its own, and a client that sends exactly what it is told."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server
from types import MappingProxyType
from urllib.parse import urlencode

from flask import Flask

from app.core import schema
from app.core.db import db, session
from app.core.queue import create_queue
from app.factory import create_app
from app.settings import ROOT, read_settings, setting_fields

ENDS_WITHIN_SECONDS = 60
ANSWERS_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Served:
    """A portal that answers on loopback, and the same application in this process to look into its database."""

    app: Flask
    port: int
    folder: Path
    environment: Mapping[str, str]
    process_id: int

    @property
    def workers(self) -> list[int]:
        """The web processes that answer, by their ids; the one that begins them is not among them."""
        children = Path(f"/proc/{self.process_id}/task/{self.process_id}/children")
        return [int(child) for child in children.read_text().split()]

    @property
    def log(self) -> Path:
        """What the web processes write, access lines too."""
        return self.folder / "web.log"

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://localhost:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies it sets, by name."""
        given = (value.split(";")[0] for name, value in self.headers if name.lower() == "set-cookie")
        return dict(pair.split("=", 1) for pair in given)

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@contextmanager
def a_served_portal(
    folder: Path,
    database_url: str,
    *,
    workers: int = 2,
    threads: int = 8,
    mail_port: int = 25,
    serves: str = "wsgi:app",
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Served]:
    """Web processes over an empty database, until the block ends; the port listens before gunicorn does.

    `environment` is what they, and nobody else, are given besides their settings.
    """
    with create_server(("127.0.0.1", 0), backlog=256) as listener:
        port = listener.getsockname()[1]
        given = {
            "PATH": os.environ["PATH"],
            "FLASK_APP": "wsgi.py",
            "PYTHONFAULTHANDLER": "1",
            **settings_for(folder, database_url, port, mail_port),
        }
        schema.upgrade(database_url)
        create_queue(given["QUEUE_URL"])
        size = ("--workers", str(workers), "--threads", str(threads))
        process = _gunicorn(folder, {**given, **environment}, listener.fileno(), (*size, serves))
    app = create_app(read_settings(given, Path("/nonexistent")))
    try:
        with app.app_context():
            yield Served(app, port, folder, given, process.pid)
            session.remove()
            db.engine.dispose()
    finally:
        process.terminate()
        process.wait(ENDS_WITHIN_SECONDS)


@contextmanager
def a_worker(served: Served) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of the same installation, until the block ends; what it writes is in `worker.log`."""
    with (served.folder / "worker.log").open("wb") as output:
        command = [sys.executable, "-m", "flask", "worker"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(served.environment), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(ENDS_WITHIN_SECONDS)


def settings_for(folder: Path, database_url: str, port: int, mail_port: int) -> dict[str, str]:
    """The environment of one installation that keeps everything in `folder`; the rest is empty, as if nowhere set."""
    unset = {each.name.upper(): "" for each in setting_fields()}
    return unset | {
        "SECRET_KEY": "an-unguessable-key-for-the-faults-0123456789",
        "PUBLIC_BASE_URL": f"http://localhost:{port}",
        "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
        "MAIL_TO": "everyone",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(mail_port),
        "MAIL_RATE_PER_SECOND": "100",
        "DATABASE_URL": database_url,
        "QUEUE_URL": str(folder / "queue.db"),
        "FILES_DIR": str(folder / "files"),
        "AUDIT_ANCHORS": str(folder / "anchors"),
        "AUDIT_KEY_FILE": str(folder / "audit.key"),
        "AUDIT_ORIGIN": "portal.example/audit/1",
    }


def _gunicorn(folder: Path, given: Mapping[str, str], fd: int, more: Sequence[str]) -> subprocess.Popen[bytes]:
    command = ["gunicorn", "--bind", f"fd://{fd}", "--access-logfile", "-", *more]
    with (folder / "web.log").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=dict(given),
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[fd],
        )


class Client:
    """A program at an address of the loopback net. Cookies are kept only as far as the caller sends them back."""

    def __init__(self, port: int, *, address: str = "127.0.0.1", agent: str = "scanner/1") -> None:
        self._port, self._address, self._agent = port, address, agent

    def send(
        self, method: str, path: str, *, cookies: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own; redirects are answers like any other."""
        headers = {"Host": f"localhost:{self._port}", "User-Agent": self._agent}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection(
            "127.0.0.1", self._port, timeout=ANSWERS_WITHIN_SECONDS, source_address=(self._address, 0)
        )
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            response = connection.getresponse()
            return Answer(response.status, tuple(response.getheaders()), response.read())
        finally:
            connection.close()


def address_of(number: int) -> str:
    """A loopback address of one's own: another client to the portal."""
    return f"127.{1 + number // 60_000 % 200}.{number // 250 % 240}.{1 + number % 250}"
