"""The private calendar feed of an agent: made, renewed, ended, read. Callers own the transaction."""

import base64
import secrets
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import joinedload

from app import audit
from app.core.db import session
from app.identity import Person
from app.identity.links import hash_token, read_token
from app.scheduling.desk_models import CalendarFeed
from app.scheduling.models import Booking, BookingStatus

KEPT_BACK = timedelta(days=30)
"""How long what is over or cancelled stays in a feed, so that every calendar has read it."""


def renew_feed(*, agent: Person, at: datetime) -> str:
    """Give the agent a new secret address, whose last part is answered and kept nowhere; an older one ends."""
    session.execute(select(Person.id).where(Person.id == agent.id).with_for_update(key_share=True))
    _end(agent, at)
    secret = base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=").lower()
    feed = CalendarFeed(agent_id=agent.id, secret_hash=hash_token(secret), made_at=at)
    session.add(feed)
    session.flush()
    audit.record(action="feed.made", actor=agent, subject=feed, at=at)
    return secret


def end_feed(*, agent: Person, at: datetime) -> None:
    """Let the agent's address lead nowhere; where there is none, nothing changes."""
    feed = find_feed(agent)
    if feed is not None:
        _end(agent, at)
        audit.record(action="feed.ended", actor=agent, subject=feed, at=at)


def find_feed(agent: Person) -> CalendarFeed | None:
    """The agent's feed, if they have one."""
    return session.scalar(
        select(CalendarFeed).where(CalendarFeed.agent_id == agent.id, CalendarFeed.ended_at.is_(None))
    )


def get_feed_agent(secret: str) -> Person:
    """Whose feed is read at this address. Raises NoResultFound for an ended one too."""
    token = read_token(secret) or ""
    theirs = select(Person).join(CalendarFeed, CalendarFeed.agent_id == Person.id)
    return session.scalars(
        theirs.where(CalendarFeed.secret_hash == hash_token(token), CalendarFeed.ended_at.is_(None))
    ).one()


def list_feed_calls(agent: Person, *, at: datetime) -> list[Booking]:
    """The agent's calls of the last 30 days and all to come; cancelled ones for 30 days after they were."""
    since = at - KEPT_BACK
    is_called_off = and_(Booking.status == BookingStatus.CANCELLED, Booking.changed_at >= since)
    stands = and_(Booking.status.not_in((BookingStatus.CANCELLED, BookingStatus.HELD)), Booking.ends_at >= since)
    theirs = select(Booking).where(Booking.agent_id == agent.id, or_(is_called_off, stands))
    return list(session.scalars(theirs.order_by(Booking.starts_at, Booking.id).options(joinedload(Booking.agent))))


def _end(agent: Person, at: datetime) -> None:
    open_one = (CalendarFeed.agent_id == agent.id, CalendarFeed.ended_at.is_(None))
    session.execute(update(CalendarFeed).where(*open_one).values(ended_at=at))
