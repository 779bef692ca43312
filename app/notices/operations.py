"""Putting a message into the outbox. Callers own the transaction; see `app.core.db`."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from app.core import signals
from app.core.db import ring, session
from app.identity import Person, SignInLink
from app.notices.encoding import encode
from app.notices.kinds import Content, Kind
from app.notices.models import Message
from app.notices.numbers import new_numbers

KEEP_TRYING = timedelta(hours=72)
ANSWERS_THE_FIRST = frozenset({Kind.UPDATE, Kind.CORRECTION, Kind.ALL_CLEAR, Kind.REMINDER})
ASKED_FOR = frozenset({Kind.SIGN_IN, Kind.CONFIRM})
NEED_A_LINK = ANSWERS_THE_FIRST | ASKED_FOR | {Kind.FIRST, Kind.MISSED_CALL, Kind.REPLIED}


def queue(
    *,
    content: Content,
    person: Person,
    subject_key: str,
    version: int,
    at: datetime,
    link: SignInLink | None = None,
    rehearsed_by: Person | None = None,
) -> Message:
    """Put one message for `person` into the outbox; it leaves after the commit, at their address of now.

    (kind, subject_key, person, version) is queued once: a second time raises IntegrityError. Messages of one
    subject_key to one person leave in the order they were queued. A notice takes the pseudonym that its link was
    opened for. With `rehearsed_by` it goes to that person instead, marked as a rehearsal, and the real one can still
    be queued; its `link` may be left out. Raises ValueError when a link is missing.
    """
    if link is None and content.kind in NEED_A_LINK and rehearsed_by is None:
        raise ValueError(f"a {content.kind} message carries a sign-in link")
    message = _message(content, person, link)
    message.subject_key, message.version = subject_key, version
    message.is_rehearsal = rehearsed_by is not None
    message.address = (rehearsed_by or person).email
    message.answers_id = _first_notice(message)
    message.queued_at = message.due_at = at
    message.give_up_at = at + KEEP_TRYING
    session.add(message)
    session.flush()
    ring(signals.outbox_filled)
    return message


def _message(content: Content, person: Person, link: SignInLink | None) -> Message:
    return Message(
        pseudonym=_pseudonym(content, link),
        notice_number=new_numbers(1)[0],
        kind=content.kind,
        lane=content.lane,
        person_id=person.id,
        incident_reference=content.reference,
        context=encode(content),
        link_id=link.id if link is not None else None,
    )


def _pseudonym(content: Content, link: SignInLink | None) -> str:
    is_notice = link is not None and content.kind not in ASKED_FOR  # a renewed link names the notice it renews
    return (link.message_pseudonym if link is not None and is_notice else None) or str(uuid4())


def _first_notice(message: Message) -> int | None:
    if message.kind not in ANSWERS_THE_FIRST:
        return None
    return session.scalar(
        select(Message.id)
        .where(
            Message.person_id == message.person_id,
            Message.incident_reference == message.incident_reference,
            Message.kind == Kind.FIRST,
            Message.is_rehearsal == message.is_rehearsal,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
