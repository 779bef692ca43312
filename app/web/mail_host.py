"""smtplib, but no reply outlasts its time: not one that drips, has no end, or is no SMTP.

The standard library gives each read of a socket the full time anew, so a server that sends a byte now and then, or one
line of a reply after the other, would hold a worker for ever.
"""

import re
import smtplib
import time
from collections.abc import Callable
from typing import Any

MOST_LINES = 100
LONGEST_LINE = 1000
"""RFC 5321 4.5.3.1.5 allows 512 octets."""
_CODE = re.compile(rb"[2-5]\d\d(?=[ -]|\r?\n)")


class Clock:
    """How long is left for a try, and for its next step."""

    def __init__(self, *, step_seconds: int, try_seconds: int) -> None:
        self._step_seconds, self._try_seconds = step_seconds, try_seconds
        self._ends_at = 0

    def start(self) -> None:
        """A try begins."""
        self._ends_at = int(time.monotonic()) + self._try_seconds

    def left(self) -> int:
        """Whole seconds for the next step; 0 when the try is over."""
        return max(0, min(self._step_seconds, self._ends_at - int(time.monotonic())))


class Host(smtplib.SMTP):
    """A connection whose replies are read against the clock."""

    def __init__(self, server: str, port: int, *, clock: Clock, **given: Any) -> None:
        self._clock = clock
        super().__init__(server, port, timeout=clock.left() or 1, **given)

    def getreply(self) -> tuple[int, bytes]:
        """One reply of at most 100 lines. Raises SMTPServerDisconnected, the connection closed, for anything else."""
        says = []
        for _ in range(MOST_LINES):
            line = self._line()
            if not _CODE.match(line):
                raise self._ended("The mail server answered with what is no SMTP.")
            says.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(says)
        raise self._ended("The mail server’s answer has no end.")

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            if len(line) > LONGEST_LINE:
                raise self._ended("The mail server’s answer has no end.")
            line += self._piece()
        return line

    def _piece(self) -> bytes:
        """What has arrived of the line, one read of the socket at most."""
        left = self._clock.left()
        if not left or self.sock is None:
            raise self._ended("The mail server took too long.")
        self.sock.settimeout(left)
        self.file = self.file or self.sock.makefile("rb")
        try:
            arrived = self.file.peek(1)
        except OSError as problem:
            raise self._ended(f"Connection unexpectedly closed: {problem}") from problem
        if not arrived:
            raise self._ended("Connection unexpectedly closed")
        piece: bytes = self.file.read(arrived.find(b"\n") + 1 or len(arrived))
        return piece

    def _ended(self, words: str) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(words)


class TlsHost(Host, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def connect(server: str, port: int, *, clock: Clock, tls: Any | None = None) -> Host:
    """Connect and read the greeting; with a context `tls`, encrypted. Raises OSError and SMTPException."""
    make: Callable[..., Host] = Host if tls is None else TlsHost
    return make(server, port, clock=clock, **({} if tls is None else {"context": tls}))
