"""A message as bytes (RFC 5322, MIME, RFC 6047 for invites). Pure: the same facts give the same bytes.

Quoted-printable throughout and no line over 76 characters. The standard library refuses line breaks in headers.
"""

import hashlib
import re
import unicodedata
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cached_property, lru_cache

LONGEST_LINE = 76
LONGEST_LOCAL = 64
NEWLINE = "\r\n"
UNWRITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters: controls, half characters, separators of lines and paragraphs."""
POLICY = SMTP.clone(max_line_length=LONGEST_LINE)
WORDS = frozenset({"From", "Reply-To", "Subject", "List-Id"})
_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PLAIN = re.compile(r"[!-~]+( [!-~]+)*")


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
    boundary = f"=_{envelope.name}_"
    alternatives = [_text("plain", words.text), _text("html", words.html)]
    if invite is None:
        body = _several("alternative", boundary + "0", alternatives)
    else:
        alternatives.append(_text("calendar", invite.ics, method=invite.method))
        body = _several("mixed", boundary + "0", [_several("alternative", boundary + "1", alternatives), _file(invite)])
    return Outgoing(
        envelope_from=envelope.return_path or parseaddr(envelope.mail_from)[1],
        to=ascii_address(envelope.to),
        words=words,
        raw=_head(words.subject, envelope) + body,
    )


def ascii_address(address: str) -> str:
    """The address with its domain in IDNA. Raises ValueError when the part before the @ is not ASCII or too long."""
    local, _, domain = address.rpartition("@")
    if not local or not domain:
        raise ValueError("there is nothing before or after an @")
    if not local.isascii() or len(local) > LONGEST_LOCAL:
        raise ValueError("the address cannot be written to without SMTPUTF8")
    return f"{local}@{domain.encode('idna').decode()}"


def message_id(name: str, mail_from: str) -> str:
    """The Message-ID of the message of that pseudonym; the same at every try."""
    return f"<ob-{name}@{parseaddr(mail_from)[1].rpartition('@')[2]}>"


def _head(subject: str, envelope: Envelope) -> bytes:
    headers = {
        "From": envelope.mail_from,
        "To": ascii_address(envelope.to),
        "Reply-To": envelope.mail_from,
        "Subject": subject,
        "Date": format_datetime(envelope.made_at),
        "Message-ID": message_id(envelope.name, envelope.mail_from),
    }
    if envelope.answers is not None:
        headers["In-Reply-To"] = headers["References"] = message_id(envelope.answers, envelope.mail_from)
    headers["Auto-Submitted"] = "auto-generated"
    if envelope.list_id is not None:
        headers["List-Id"] = f"<{envelope.list_id}>"
    headers["MIME-Version"] = "1.0"
    return b"".join([_header(name, value) for name, value in headers.items()])


def _header(name: str, value: str) -> bytes:
    """One header: as it is where nothing has to be said about it, else written and folded by the standard library."""
    is_short = len(name) + len(value) <= LONGEST_LINE - 2
    if is_short and name not in WORDS and (_ADDRESS if name == "To" else _PLAIN).fullmatch(value):
        return f"{name}: {value}\r\n".encode()
    return _folded(name, value)


@lru_cache(maxsize=1000)
def _folded(name: str, value: str) -> bytes:
    """Most headers are the same in all messages of a batch. Raises ValueError for line breaks."""
    if any(unicodedata.category(each) in UNWRITABLE for each in value):
        raise ValueError(f"{name} holds a character that no header may")
    if "=?" in value and name == "To":
        raise ValueError("To is no address that can be written")
    if "=?" in value:  # the policy would decode it, line breaks and all, and write what it found
        return f"{name}: {Header(value, 'utf-8', LONGEST_LINE, name).encode(linesep=NEWLINE)}{NEWLINE}".encode()
    given: str | Address = value
    try:
        if name in ("From", "Reply-To"):
            shown, address = parseaddr(value)
            given = Address(shown, addr_spec=address)
        elif name == "To":
            given = Address(addr_spec=value)
            if given.addr_spec != value:
                raise ValueError("To is no address that can be written")
    except (IndexError, HeaderParseError) as problem:
        raise ValueError(f"{name} is no address that can be written") from problem
    return POLICY.fold_binary(*POLICY.header_store_parse(name, given))


def _several(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """A multipart: its header, an empty line and its parts."""
    line = f"--{boundary}"
    inside = f"\r\n{line}\r\n".encode().join(parts)
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n{line}\r\n'
    return head.encode() + inside + f"\r\n{line}--\r\n".encode()


def _text(subtype: str, text: str, **params: str) -> bytes:
    given = "".join(f'; {name}="{value}"' for name, value in params.items())
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"{given}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    )
    lines = [*text.encode().splitlines(), b""]
    return head.encode() + b2a_qp(b"\r\n".join(lines), istext=True)


def _file(invite: Invite) -> bytes:
    head = (
        'Content-Type: application/ics; name="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\n\r\n'
    )
    return head.encode() + encodebytes(invite.ics.encode()).replace(b"\n", b"\r\n")
