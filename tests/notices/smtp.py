"""A real SMTP server that misbehaves as it is told, and an application whose mailer talks to it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import socket
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from app.web.mailer import Courier, Mail


@dataclass
class Postman:
    """Answers each step with the next of its prepared replies, else accepts; keeps what it accepted.

    A reply is an SMTP reply line, or `drop` to cut the connection, or `hang` to say nothing until the client leaves;
    after the final dot also `lose the answer`: the message is kept, and then the connection is cut.
    """

    at_mail: list[str] = field(default_factory=list)
    at_rcpt: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    on_kept: Callable[[], None] = lambda: None

    async def greet(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def take_sender(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = await self._answer(server, self.at_mail)
        envelope.mail_from = address if reply.startswith("2") else None
        return reply

    async def take_recipient(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = await self._answer(server, self.at_rcpt)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def take_content(self, server: Any, session: Any, envelope: Any) -> str:
        is_kept = self.at_data[:1] == ["lose the answer"]
        reply = await self._answer(server, self.at_data)
        if reply.startswith("2") or is_kept:
            self.accepted.append(envelope.original_content)
            self.recipients.extend(envelope.rcpt_tos)
            self.on_kept()
        return reply

    handle_EHLO, handle_MAIL = greet, take_sender  # noqa: N815 - the names that aiosmtpd calls
    handle_RCPT, handle_DATA = take_recipient, take_content  # noqa: N815

    async def _answer(self, server: Any, replies: list[str]) -> str:
        reply = replies.pop(0) if replies else "250 OK"
        if reply == "hang":
            while not server.transport.is_closing():
                await asyncio.sleep(0.01)
        if reply in ("hang", "drop", "lose the answer"):
            server.transport.abort()
            return "421 gone"
        return reply


def free_port() -> int:
    """A port that nobody listens on."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def a_server(postman: Postman, **options: Any) -> Iterator[int]:
    """The port of a running server."""
    controller = Controller(postman, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def a_courier(app: Flask, port: int, *, step_seconds: int = 10, **config: Any) -> Courier:
    """A courier of the hardened mailer that really connects."""
    app.testing = False
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_SUPPRESS_SEND=False, **config)
    mail = Mail(step_seconds=step_seconds)
    mail.init_app(app)
    return Courier(mail)
