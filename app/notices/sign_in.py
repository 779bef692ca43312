"""Mail for signing in, and what its use says about a notice. Callers own the transaction; see `app.core.db`."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app import audit, identity
from app.core.db import session
from app.identity import LinkKind, SignInLink
from app.notices.asked_for import SignIn
from app.notices.models import Message
from app.notices.operations import queue


def answer_sign_in_requests(*, lives: timedelta, at: datetime) -> int:
    """Turn the requests made at `/sign-in` into links and mail; the number of links. For the worker."""
    links = identity.open_asked_links(lives=lives, at=at)
    for link in links:
        queue_sign_in(link=link, lives=lives, at=at)
    return len(links)


def queue_sign_in(*, link: SignInLink, lives: timedelta, at: datetime) -> Message:
    """Send a link that was asked for to its person."""
    content = SignIn(minutes=int(lives.total_seconds()) // 60)
    return queue(content=content, person=link.person, subject_key=link.audit_name, version=1, at=at, link=link)


def record_opening(*, link: SignInLink, at: datetime) -> None:
    """Note that somebody signed in from a notice: the only evidence that it was opened. Other links say nothing."""
    if link.kind is not LinkKind.NOTICE:
        return
    notice = session.scalar(select(Message).where(Message.pseudonym == link.message_pseudonym))
    if notice is None:
        return
    audit.record(
        action="notice.opened",
        actor=link.person,
        subject=notice,
        at=at,
        kind=notice.kind,
        version=notice.version,
        notice_number=notice.notice_number,
    )
