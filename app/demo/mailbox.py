"""`python -m app.demo.mailbox`: a local SMTP server that keeps every message in a Maildir. For the demo only."""

import signal
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from app.demo.bouncing import Bouncing
from app.demo.setting_up import MAILBOX
from app.settings import read_settings


def a_server(folder: Path, port: int) -> Controller:
    """A server on loopback, not started yet, that keeps what it takes in `folder`, and reports beside it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    keeper = Bouncing(Mailbox(folder), folder.parent / "bounces")
    return Controller(keeper, hostname="127.0.0.1", port=port)


def main() -> None:
    """Take mail on loopback until TERM or Ctrl-C."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    controller = a_server(MAILBOX, read_settings().mail_port)
    controller.start()
    stopped.wait()
    controller.stop()


if __name__ == "__main__":
    main()
