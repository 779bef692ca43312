"""Mail for signing in, and what its use says about a notice. Callers own the transaction; see `app.core.db`."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from app import audit, identity
from app.core.db import session
from app.identity import Authority, LinkKind, Person, Role, Scope, SignInLink
from app.notices.about_access import AccessChange, AccessChanged
from app.notices.asked_for import Confirm, Named, SignIn
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


def queue_confirmation(*, link: SignInLink, lives: timedelta, at: datetime) -> Message:
    """Send the code with which somebody who is signed in confirms what they do."""
    content = Confirm(minutes=int(lives.total_seconds()) // 60)
    return queue(content=content, person=link.person, subject_key=link.audit_name, version=1, at=at, link=link)


def queue_named(*, authority: Authority, named_by: Person, at: datetime) -> Message:
    """Tell somebody that the owner of an account named them."""
    content = Named(
        account=authority.account.name,
        named_by=named_by.full_name,
        answers=authority.scope is not Scope.SEES,
        ends_on=authority.ends_on or at.date(),
    )
    key = f"{authority.account.audit_name} {at.isoformat()}"
    return queue(content=content, person=authority.person, subject_key=key, version=1, at=at)


def queue_access_changed(*, person: Person, change: AccessChange, at: datetime) -> Message:
    """Tell a member of staff that how they sign in was changed; each change is a message of its own."""
    content = AccessChanged(change=change, changed_at=at, zone=person.time_zone)
    return _queue_access(content, person, at)


def queue_role_changed(*, person: Person, change: AccessChange, role: Role, at: datetime) -> Message:
    """Tell a member of staff that a role was given to them or taken away."""
    content = AccessChanged(change=change, changed_at=at, zone=person.time_zone, role=role.label.lower())
    return _queue_access(content, person, at)


def _queue_access(content: AccessChanged, person: Person, at: datetime) -> Message:
    return queue(content=content, person=person, subject_key=f"access {uuid4()}", version=1, at=at)


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
