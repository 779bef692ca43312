"""A real SMTP server in the test process that keeps what it takes, and what a reader finds in a message."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller

from tests.notices.smtp import free_port

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Mail:
    """One message as it arrived."""

    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """As the reader's program shows it."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain part."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def link(self) -> str:
        """The address that signs its reader in."""
        return self._found(r"http://localhost:\d+/s/\S+")

    @property
    def code(self) -> str:
        """The digits to type behind the link."""
        return self._found(r"(?<=code: )[\d ]+\d")

    @property
    def invite(self) -> str:
        """The text/calendar part that calendars act on, unfolded, with the parameters of its Content-Type in front."""
        part = next(part for part in self.message.walk() if part.get_content_type() == "text/calendar")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return str(part["Content-Type"]) + "\n" + payload.decode().replace("\r\n ", "").replace("\r\n", "\n")

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.text)
        assert found is not None, self.text
        return found.group()


@dataclass
class Postbox:
    """Every message that was taken, oldest first."""

    port: int
    mails: list[Mail] = field(default_factory=list)
    arrival: Condition = field(default_factory=Condition)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        message = message_from_bytes(envelope.original_content, policy=SMTP)
        with self.arrival:
            self.mails.extend(Mail(to, message) for to in envelope.rcpt_tos)
            self.arrival.notify_all()
        return "250 kept"

    def get(self, to: str, subject: str) -> Mail:
        """The newest message to somebody whose subject begins so; waits for the first one."""
        with self.arrival:
            assert self.arrival.wait_for(lambda: self._find(to, subject), PATIENCE_SECONDS), (
                f"no {subject!r} for {to} among {[(mail.to, mail.subject) for mail in self.mails]}"
            )
            return self._find(to, subject)[-1]

    def _find(self, to: str, subject: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == to and mail.subject.startswith(subject)]


@contextmanager
def an_open_postbox() -> Iterator[Postbox]:
    """A postbox that takes mail on loopback."""
    postbox = Postbox(free_port())
    controller = Controller(postbox, hostname="127.0.0.1", port=postbox.port)
    controller.start()
    try:
        yield postbox
    finally:
        controller.stop()
