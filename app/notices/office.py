"""What delivery is given by the composition root: a sender, a renderer, addresses and limits."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from app.notices.mime import Outgoing
from app.settings import MailTo

Render = Callable[[str, Mapping[str, object]], str]
"""A template's name and its facts to text; `.html` escapes, `.txt` does not."""


class NotSent(Exception):
    """The mail server has not accepted the message; the text is what it said."""


class Deferred(NotSent):
    """Not now: a 4xx reply, a time-out or a drop before the final dot. Worth another try."""


class Refused(NotSent):
    """Never: a 5xx reply."""


class Uncertain(NotSent):
    """The connection ended after the final dot: it may have been accepted."""


class Unreachable(NotSent):
    """No connection, no encryption or no login: says nothing about the message."""


class Sender(Protocol):
    """Hands messages to a mail server, over one connection until `close`."""

    def send(self, mail: Outgoing) -> None:
        """Return once the server has accepted it. Raises one of the NotSent family within 25 seconds."""

    def close(self) -> None:
        """End the connection, if there is one. Never raises."""


class Brand(Protocol):
    """The platform as its readers know it; `site` is what they type into a browser."""

    @property
    def name(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True)
class Office:
    """Everything that turns rows of the outbox into mail.

    `mail_from` is an address, with or without a name; replies go there. `build_url` makes an absolute address of a
    path. `rate` is in messages a second. `jitter(n)` is a random whole number from 0 to n - 1.
    """

    sender: Sender
    render: Render
    build_url: Callable[[str], str]
    brand: Brand
    mail_from: str
    mail_to: MailTo
    rate: int
    jitter: Callable[[int], int] = secrets.randbelow
