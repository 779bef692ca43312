"""Checking a notice number that somebody typed: did we send a message with it? Callers own the transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from app.core.db import session
from app.identity.limits import CLIENT_LIMITS, count
from app.notices.letter_models import Letter, LetterBatch
from app.notices.models import Message, State


class Channel(StrEnum):
    """How a notice was sent."""

    EMAIL = "email"
    POST = "post"


@dataclass(frozen=True)
class Genuine:
    """A notice that we sent: what is told of it to anybody who has its number, and nothing of whom it went to."""

    number: str
    channel: Channel
    sent_on: date
    subject: str


def check_number(*, number: str, client: str, at: datetime) -> Genuine | None:
    """What was sent with that number, typed in any case and spacing; never a rehearsal's.

    Counted for the client's network address, so that nobody tries numbers until one fits. Raises TooManyRequests.
    """
    count(purpose="check-notice", subject=client, limits=CLIENT_LIMITS, at=at)
    message = find_by_notice_number(number)
    if message is None:
        return _find_letter(_written(number))
    sent_on = (message.sent_at or message.queued_at).date()
    return Genuine(message.notice_number, Channel.EMAIL, sent_on, message.subject or "")


def _find_letter(number: str) -> Genuine | None:
    """A letter counts as sent once it is printed: it may be on its way before anybody says so."""
    printed = select(Letter, LetterBatch).join(Letter.batch).where(Letter.notice_number == number)
    found = session.execute(printed).one_or_none()
    if found is None:
        return None
    letter, batch = found
    return Genuine(letter.notice_number, Channel.POST, batch.posted_on or batch.made_at.date(), letter.subject)


def _written(number: str) -> str:
    """As it is printed, however it was typed."""
    letters = "".join(number.upper().replace("-", "").split())
    return f"{letters[:4]}-{letters[4:]}"


def find_by_notice_number(number: str) -> Message | None:
    """The message that was sent with that number, for staff: typed in any case and spacing; never a rehearsal's."""
    sent = select(Message).where(
        Message.notice_number == _written(number),
        Message.state.in_((State.SENT, State.BOUNCED)),
        Message.is_rehearsal.is_(False),
    )
    return session.scalar(sent)
