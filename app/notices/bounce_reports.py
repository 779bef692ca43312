"""Reading a report of a mail server about a message of ours (RFC 3464, RFC 6533). Pure; reports may be hostile.

Headers are read with the old policy of the standard library: it takes them as they are and parses none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.policy import compat32
from enum import StrEnum

from app.core.errors import DomainError
from app.notices.verp import find_return_paths

LARGEST_BYTES = 10_000_000
MOST_PARTS = 100
LONGEST_REPLY = 300
SENT_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RcptTo", "To")
STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")


class NoReport(DomainError):
    """This mail marks nothing: it is no report, not one about a message of ours, or cannot be read."""


class Action(StrEnum):
    """What became of the message, in the words of RFC 3464 2.3.3."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True)
class DeliveryReport:
    """What a report says. `return_paths`: whom it was sent to, each as pseudonym and unchecked seal.

    `status` is the enhanced code, "" where none was given; `says` the server's own words on one line.
    """

    return_paths: tuple[tuple[str, str], ...]
    action: Action
    status: str
    says: str


def read_report(raw: bytes) -> DeliveryReport:
    """The report in one mail. Raises NoReport with the reason in one line."""
    if len(raw) > LARGEST_BYTES:
        raise NoReport(f"It is larger than {LARGEST_BYTES:,} bytes, so it was not read.")
    try:
        mail = message_from_string(raw.decode(errors="replace"), policy=compat32)
        blocks = list(_status_blocks(mail))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoReport(f"It cannot be read as mail ({type(error).__name__}).") from error
    paths = dict.fromkeys(path for name in SENT_TO for text in _all(mail, name) for path in find_return_paths(text))
    if not blocks:
        raise NoReport("It is no report about a delivery.")
    if not paths:
        raise NoReport("It was not sent to a return path of ours, so it names no message. Leave it where it is.")
    told = _worst(blocks)
    status = _STATUS.search(_first(told, "Status"))
    says = _first(told, "Diagnostic-Code") or _first(told, "Status")
    return DeliveryReport(tuple(paths), _action(told), status[0] if status else "", says[:LONGEST_REPLY])


def _status_blocks(mail: Message) -> Iterator[Message]:
    """Each group of fields about one recipient; the parts' own structure is not believed, only their text."""
    for number, part in enumerate(mail.walk()):
        if number >= MOST_PARTS:
            raise ValueError("too many parts")
        if part.get_content_type() in STATUS_PARTS:
            yield from (block for block in _blocks(part.get_payload()) if block["Action"] is not None)


def _blocks(inside: object) -> Iterator[Message]:
    """The parser has made groups of fields already; of RFC 6533 it made one mail, whose text holds the others."""
    if isinstance(inside, list):
        for each in inside:
            yield each
            yield from _blocks(each.get_payload())
    elif isinstance(inside, str):
        for group in re.split(r"\n[ \t]*\n", inside.replace("\r\n", "\n")):
            yield message_from_string(group.lstrip("\n"), policy=compat32)


def _worst(blocks: list[Message]) -> Message:
    """A message of ours has one recipient; where a report names several, a failure counts."""
    failed = (each for each in blocks if _first(each, "Action").lower() == Action.FAILED)
    return next(failed, blocks[0])


def _action(block: Message) -> Action:
    word = _first(block, "Action").lower()
    if word not in set(Action):
        raise NoReport("It says nothing about what became of the message.")
    return Action(word)


def _first(block: Message, name: str) -> str:
    return next(iter(_all(block, name)), "")


def _all(mail: Message, name: str) -> list[str]:
    """The header's values, each on one line without anything a terminal or a log would obey."""
    return [_BLANKS.sub(" ", str(value)).strip() for value in mail.get_all(name, [])]
