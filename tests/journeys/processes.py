"""The portal as it runs: web and worker as processes of their own, over a folder that holds everything they keep."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server, socket

from app.settings import ROOT, setting_fields

ENDS_WITHIN_SECONDS = 30


@dataclass(frozen=True)
class Installation:
    """One portal: its folder, the port it is reached at and the one its mail goes to."""

    folder: Path
    port: int
    mail_port: int

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        """The settings of every process, and where programs are; the rest is empty, whatever `instance` holds."""
        unset = {each.name.upper(): "" for each in setting_fields()}
        return unset | {
            "PATH": os.environ["PATH"],
            "FLASK_APP": "wsgi.py",
            "SECRET_KEY": "an-unguessable-key-for-the-journeys-0123456789",
            "PUBLIC_BASE_URL": self.url,
            "MAIL_DEFAULT_SENDER": "Example Platform Support <support@platform.example>",
            "DATABASE_URL": f"sqlite:///{self.folder}/portal.db",
            "QUEUE_URL": f"{self.folder}/queue.db",
            "FILES_DIR": f"{self.folder}/files",
            "AUDIT_ANCHORS": f"{self.folder}/anchors",
            "AUDIT_KEY_FILE": f"{self.folder}/audit.key",
            "AUDIT_ORIGIN": "portal.example/audit/1",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(self.mail_port),
            "MAIL_RATE_PER_SECOND": "100",
            "MAIL_TO": "everyone",
            "LOG_FORMAT": "text",
        }

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one `flask …` command to its end."""
        command = [sys.executable, "-m", "flask", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False, timeout=300
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Web and worker, until the block ends. Nothing has to be waited for: the port listens before gunicorn does."""
        with create_server(("127.0.0.1", self.port)) as listener:
            web = self._started("web", _gunicorn(listener), listener)
        worker = self._started("worker", ["flask", "worker"])
        try:
            yield
        finally:
            for process in (web, worker):
                _stop(process)

    def _started(self, name: str, module: Sequence[str], *sockets: socket) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=self.environment() | {"DEMO": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[each.fileno() for each in sockets],
            )


def _gunicorn(listener: socket) -> list[str]:
    return ["gunicorn", "--bind", f"fd://{listener.fileno()}", "-w", "1", "--threads", "4", "wsgi:app"]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
