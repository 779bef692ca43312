"""Flask-Mail 0.10, hardened: certificates checked, time limits, our own bytes, and the server's real answer.

Flask-Mail gives the settings and `record_messages()`; the message itself is written by `app.notices.mime`, because
Flask-Mail lets line breaks into extra headers and wraps nothing. Its debug level is never set: it prints passwords.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from types import TracebackType
from typing import Self, TypeVar

import flask_mail
from flask import current_app

from app.notices import Deferred, NotSent, Outgoing, Refused, Uncertain, Unreachable
from app.web.mail_host import Clock, connect

STEP_SECONDS = 10
TRY_SECONDS = 25
WANTS_LOGIN = 530
CLOSES_NOW = 421
Reply = tuple[int, bytes]
T = TypeVar("T")


class ConnectionEnded(Deferred):
    """The server had ended the connection before it heard of this message."""


class Dropped(Exception):
    """The connection broke, timed out or was closed; what that means depends on when."""


class SealedMessage(flask_mail.Message):
    """A finished message as `record_messages()` shows it; its bytes are those given."""

    def __init__(self, outgoing: Outgoing) -> None:
        words = outgoing.words
        super().__init__(
            subject=words.subject,
            recipients=[outgoing.to],
            body=words.text,
            html=words.html,
            sender=outgoing.envelope_from,
        )
        self.outgoing = outgoing

    def as_bytes(self) -> bytes:
        """The bytes that are sent."""
        return self.outgoing.raw


class Connection(flask_mail.Connection):
    """One connection to the mail server; every step answers within its time or counts as failed."""

    def __init__(self, mail: flask_mail.Mail, *, clock: Clock, context: ssl.SSLContext) -> None:
        super().__init__(mail)
        self._clock = clock
        self._context = context
        self._is_broken = False

    def __enter__(self) -> Self:
        self.start_clock()
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.hang_up()

    def start_clock(self) -> None:
        """Give what follows, connecting included, 25 seconds in all."""
        self._clock.start()

    def open(self) -> None:
        """Connect, unless mail is suppressed as in tests. Raises Unreachable."""
        if not (self.mail.suppress or current_app.testing):
            self.host = self.configure_host()

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt with certificate checks, log in. Raises Unreachable."""
        mail = self.mail
        tls = self._context if mail.use_ssl else None
        try:
            host = connect(mail.server, mail.port or 0, clock=self._clock, tls=tls)
        except (OSError, smtplib.SMTPException) as problem:
            raise Unreachable(_in_words(problem)) from problem
        if host.sock is not None:  # without this the final dot waits 40 ms for the server's ACK
            host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._introduce(host)
        except Dropped as problem:
            host.close()
            raise Unreachable(str(problem)) from problem
        return host

    def _introduce(self, host: smtplib.SMTP) -> None:
        mail = self.mail
        if mail.use_tls:
            self._ask(host, lambda: host.starttls(context=self._context))
        self._ask(host, host.ehlo_or_helo_if_needed)
        if mail.username and mail.password:
            user, password = mail.username, mail.password
            self._ask(host, lambda: host.login(user, password))

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Return once the server has accepted the message. Raises NotSent; TypeError for what is not sealed."""
        if not isinstance(message, SealedMessage):
            raise TypeError("only messages written by app.notices.mime are sent")
        if self.host is not None:
            self._hand_over(self.host, message.outgoing)
        flask_mail.email_dispatched.send(current_app, message=message)

    @property
    def is_broken(self) -> bool:
        """Whether the last step left the connection unusable."""
        return self._is_broken

    def hang_up(self) -> None:
        """Say goodbye and close; whatever goes wrong with that hides nothing."""
        host, self.host = self.host, None
        if host is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            if not self._is_broken:
                host.quit()
        host.close()

    def _hand_over(self, host: smtplib.SMTP, outgoing: Outgoing) -> None:
        """The SMTP conversation. A failure before the final dot defers; after it nobody knows."""
        try:
            self._expect(host, lambda: host.mail(outgoing.envelope_from))
        except (Dropped, Deferred) as problem:
            raise ConnectionEnded(str(problem)) if self._is_broken else problem from problem
        try:
            self._expect(host, lambda: host.rcpt(outgoing.to))
            self._expect(host, lambda: host.docmd("DATA"), wanted=3)
            self._ask(host, lambda: _send_body(host, outgoing.raw))
        except Dropped as problem:
            raise Deferred(str(problem)) from problem
        try:
            self._expect(host, lambda: host.docmd("."))
        except Dropped as problem:
            raise Uncertain(str(problem)) from problem

    def _expect(self, host: smtplib.SMTP, step: Callable[[], Reply], wanted: int = 2) -> None:
        """Return after a reply of the wanted hundred. Raises Dropped, Unreachable, Deferred or Refused."""
        code, says = self._ask(host, step)
        if code // 100 == wanted:
            return
        reply = f"{code} {says.decode(errors='replace')}"
        if code < 400:  # what it says is good, but not here: nobody knows what it would take the rest for
            self._is_broken = True
            raise Dropped(f"The mail server answered out of turn: {reply}")
        self._is_broken = code in (WANTS_LOGIN, CLOSES_NOW)
        if code == WANTS_LOGIN:
            raise Unreachable(reply)
        with suppress(Dropped):  # the reply stands, whatever comes of the reset
            self._ask(host, host.rset)
        raise Refused(reply) if code >= 500 else Deferred(reply)

    def _ask(self, host: smtplib.SMTP, step: Callable[[], T]) -> T:
        left = self._clock.left()
        if not left or host.sock is None:
            self._is_broken = True
            raise Dropped("The mail server took too long." if host.sock else "The mail server ended the connection.")
        host.sock.settimeout(left)
        try:
            return step()
        except (OSError, smtplib.SMTPException) as problem:
            self._is_broken = True
            raise Dropped(_in_words(problem)) from problem


@cache
def _known_authorities() -> ssl.SSLContext:
    """The machine's own list, which takes long to read: once a process."""
    return ssl.create_default_context()


class Mail(flask_mail.Mail):
    """Flask-Mail with hardened connections. `context` replaces the machine's own list of certificate authorities."""

    def __init__(
        self,
        *,
        step_seconds: int = STEP_SECONDS,
        try_seconds: int = TRY_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__()
        self._step_seconds, self._try_seconds = step_seconds, try_seconds
        self._context = context or _known_authorities()

    def connect(self) -> Connection:
        """A connection that is not open yet."""
        state = current_app.extensions["mail"]
        clock = Clock(step_seconds=self._step_seconds, try_seconds=self._try_seconds)
        return Connection(state, clock=clock, context=self._context)

    def send(self, message: flask_mail.Message) -> None:
        """Send one sealed message over a connection of its own."""
        with self.connect() as connection:
            connection.send(message)


class Courier:
    """The outbox's sender: one connection a thread, opened when it is needed and kept until `close`."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._held = threading.local()

    def send(self, mail: Outgoing) -> None:
        """As `notices.Sender` promises. A connection that had ended meanwhile is replaced once, without a word."""
        was_open = self._connection() is not None
        try:
            self._send(mail)
        except ConnectionEnded:
            if not was_open:
                raise
            self._send(mail)

    def _send(self, mail: Outgoing) -> None:
        connection = self._connection()
        is_new = connection is None
        connection = connection or self._mail.connect()
        connection.start_clock()
        if is_new:
            connection.open()
            self._held.connection = connection
        try:
            connection.send(SealedMessage(mail))
        except NotSent:
            if connection.is_broken:
                self.close()
            raise

    def close(self) -> None:
        """End this thread's connection, if there is one."""
        connection = self._connection()
        if connection is not None:
            connection.hang_up()
        self._held.connection = None

    def _connection(self) -> Connection | None:
        found: Connection | None = getattr(self._held, "connection", None)
        return found


def _send_body(host: smtplib.SMTP, raw: bytes) -> Reply:
    """Everything but the final dot; lines that begin with a dot get another (RFC 5321 4.5.2)."""
    host.send(re.sub(rb"(?m)^\.", b"..", raw))
    return 250, b""


def _in_words(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(problem, smtplib.SMTPResponseException):
        says = problem.smtp_error
        return f"{problem.smtp_code} {says.decode(errors='replace') if isinstance(says, bytes) else says}"
    return f"{type(problem).__name__}: {problem}"
