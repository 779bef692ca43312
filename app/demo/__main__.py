"""`make demo`: set the demo up once, then run web, worker and mailbox together until Ctrl-C."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from app.demo.setting_up import LOADED, demo_environment, mail_port
from app.settings import ROOT, demo_port

STARTS_WITHIN_SECONDS = 60
ENDS_WITHIN_SECONDS = 15


class Stopped(Exception):
    """Ctrl-C or TERM."""


def main() -> int:
    """Run the demo; 0 after Ctrl-C, 1 when one of its processes ended by itself."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    port = demo_port()
    if not _is_free(port) or not _is_free(mail_port(port)):
        click.echo(f"Port {port} or {mail_port(port)} is taken. Choose another: PORT=8001 make demo", err=True)
        return 2
    environment = demo_environment(port)
    try:
        with _running("mailbox", ["-m", "app.demo.mailbox"], environment) as mailbox:
            _wait_for(mail_port(port))
            _prepare(environment)
            with (
                _running("worker", ["-m", "flask", "worker"], environment) as worker,
                _running("web", _gunicorn(port), environment) as web,
            ):
                _wait_for(port)
                click.echo(_welcome(port))
                _until_one_ends([mailbox, worker, web])
                return 1
    except Stopped:
        click.echo("The demo has stopped. `make demo` goes on where it was.")
        return 0


def _until_one_ends(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    click.echo("One part of the demo ended by itself, so the others are stopped.", err=True)


def _gunicorn(port: str) -> list[str]:
    return [
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--timeout",
        "300",
        "--log-level",
        "warning",
        "wsgi:app",
    ]


def _prepare(environment: Mapping[str, str]) -> None:
    """Database and story at the first start; a story that was cut off is told anew, a finished one stays."""
    steps = [["upgrade"]] if LOADED.exists() else [["upgrade"], ["demo", "clear"], ["demo", "load"]]
    for step in steps:
        subprocess.run([sys.executable, "-m", "flask", *step], cwd=ROOT, env=dict(environment), check=True)


@contextmanager
def _running(name: str, arguments: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the demo in a group of its own, so that one Ctrl-C stops all in order."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=dict(environment), start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            click.echo(f"{name} did not stop by itself and was ended.", err=True)
            process.kill()
            process.wait()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _is_free(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) != 0


def _wait_for(port: str | int) -> None:
    """Until something listens there. Raises TimeoutError."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while _is_free(str(port)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on port {port}")
        time.sleep(0.1)


def _welcome(port: str) -> str:
    here = f"http://localhost:{port}"
    return (
        f"\n  Makewhole is running.\n\n"
        f"    {here}/demo           who is who, how to sign in, start over at any stage\n"
        f"    {here}/demo/mailbox   the mail that was sent\n"
        f"    {here}/               what an investor sees first\n\n"
        f"  Ctrl-C stops everything; the next `make demo` keeps what is there.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
