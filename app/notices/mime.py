"""A message as bytes (RFC 5322, MIME, RFC 6047 for invites). Pure: the same facts give the same bytes.

Quoted-printable throughout and no line over 76 characters. The standard library refuses line breaks in headers.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cached_property

POLICY = SMTP.clone(max_line_length=76)


@dataclass(frozen=True)
class Words:
    """What a message says: one line, plain text, HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Invite:
    """An iCalendar object and its method, which equals the one inside (RFC 6047)."""

    ics: str
    method: str


@dataclass(frozen=True)
class Envelope:
    """From whom, to whom, when, and which message it answers. `name` is the message's pseudonym, `list_id` bare.

    Reports about its delivery go to `return_path`, or to the sender where it has none.
    """

    mail_from: str
    to: str
    name: str
    made_at: datetime
    answers: str | None = None
    list_id: str | None = None
    return_path: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """A finished message: its bytes, and what those who look at it in passing want to know."""

    envelope_from: str
    to: str
    words: Words
    raw: bytes

    @cached_property
    def sha256(self) -> bytes:
        """Of the very bytes."""
        return hashlib.sha256(self.raw).digest()


def seal(words: Words, envelope: Envelope, invite: Invite | None = None) -> Outgoing:
    """The finished message. Raises ValueError for an address that cannot be written in a header."""
    mail = EmailMessage(policy=POLICY)
    _write_headers(mail, words.subject, envelope)
    mail.set_content(words.text, cte="quoted-printable")
    mail.add_alternative(words.html, subtype="html", cte="quoted-printable")
    if invite is not None:
        _attach(mail, invite)
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{envelope.name}_{number}")
    return Outgoing(
        envelope_from=envelope.return_path or parseaddr(envelope.mail_from)[1],
        to=ascii_address(envelope.to),
        words=words,
        raw=mail.as_bytes(),
    )


def ascii_address(address: str) -> str:
    """The address with its domain in IDNA. Raises ValueError when the part before the @ is not ASCII."""
    local, _, domain = address.rpartition("@")
    if not local.isascii() or not local or not domain:
        raise ValueError("the address cannot be written to without SMTPUTF8")
    return f"{local}@{domain.encode('idna').decode()}"


def message_id(name: str, mail_from: str) -> str:
    """The Message-ID of the message of that pseudonym; the same at every try."""
    return f"<ob-{name}@{parseaddr(mail_from)[1].rpartition('@')[2]}>"


def _write_headers(mail: EmailMessage, subject: str, envelope: Envelope) -> None:
    name, address = parseaddr(envelope.mail_from)
    sender = Address(display_name=name, addr_spec=address)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=ascii_address(envelope.to))
    mail["Reply-To"] = sender
    mail["Subject"] = subject
    mail["Date"] = format_datetime(envelope.made_at)
    mail["Message-ID"] = message_id(envelope.name, envelope.mail_from)
    if envelope.answers is not None:
        mail["In-Reply-To"] = mail["References"] = message_id(envelope.answers, envelope.mail_from)
    mail["Auto-Submitted"] = "auto-generated"
    if envelope.list_id is not None:
        mail["List-Id"] = f"<{envelope.list_id}>"


def _attach(mail: EmailMessage, invite: Invite) -> None:
    """mixed{alternative{plain, html, calendar}, invite.ics}: what mail programs and calendars look for."""
    mail.add_alternative(invite.ics, subtype="calendar", params={"method": invite.method}, cte="quoted-printable")
    mail.add_attachment(
        invite.ics.encode(), maintype="application", subtype="ics", filename="invite.ics", params={"name": "invite.ics"}
    )
