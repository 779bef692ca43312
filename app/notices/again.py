"""Sending a notice again, to its person's address of now. Callers own the transaction; see `app.core.db`."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select

from app import identity
from app.core.db import session
from app.notices.encoding import read_content
from app.notices.kinds import Lane
from app.notices.models import Message
from app.notices.operations import queue


def send_again(*, message: Message, at: datetime) -> Message:
    """Queue what a notice says once more, with a new link; links of earlier copies stay as they are.

    Raises ValueError for anything but a notice with a link.
    """
    if message.lane is not Lane.NOTICE or message.link is None or message.is_rehearsal:
        raise ValueError("only a notice is sent again")
    link = identity.open_notice_link(
        person=message.person,
        message_pseudonym=str(uuid4()),
        opens=message.link.opens,
        expires_at=max(message.link.expires_at, at + identity.SHORTEST_LIFE),
        at=at,
    )
    return queue(
        content=read_content(message),
        person=message.person,
        subject_key=message.subject_key,
        version=_newest_version(message) + 1,
        at=at,
        link=link,
    )


def _newest_version(message: Message) -> int:
    alike = select(func.max(Message.version)).where(
        Message.kind == message.kind,
        Message.subject_key == message.subject_key,
        Message.person_id == message.person_id,
        Message.is_rehearsal.is_(False),
    )
    return session.scalars(alike).one() or 0
