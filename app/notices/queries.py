"""Reading the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.db import session
from app.identity import Person
from app.notices.kinds import Lane
from app.notices.models import WAITING, Message, Outlet, State


@dataclass(frozen=True)
class OutboxStatus:
    """How the outbox stands: messages by state, waiting ones by lane, the longest waiting, and what holds it up."""

    counts: dict[State, int]
    oldest_queued_at: datetime | None
    stopped_at: datetime | None
    stopped_by: str | None
    paused_until: datetime | None
    held: frozenset[Lane]
    waiting: dict[Lane, int]


def status() -> OutboxStatus:
    """The outbox now; every state and lane is counted, 0 included."""
    outlet = session.get_one(Outlet, 1)
    counted = session.execute(select(Message.state, func.count()).group_by(Message.state))
    found = dict(counted.all())
    lanes = select(Message.lane, func.count()).where(Message.state.in_(WAITING)).group_by(Message.lane)
    waiting = dict(session.execute(lanes).all())
    oldest = session.scalar(select(func.min(Message.queued_at)).where(Message.state.in_(WAITING)))
    return OutboxStatus(
        counts={state: found.get(state, 0) for state in State},
        oldest_queued_at=oldest,
        stopped_at=outlet.stopped_at,
        stopped_by=outlet.stopped_by,
        paused_until=outlet.paused_until,
        held=outlet.held,
        waiting={lane: waiting.get(lane, 0) for lane in Lane},
    )


def get_message(pseudonym: str) -> Message:
    """The message of that pseudonym. Raises NoResultFound."""
    return session.execute(select(Message).where(Message.pseudonym == pseudonym)).scalar_one()


def find_newest_notice(*, person: Person, incident_reference: str) -> Message | None:
    """The last notice about an incident that the mail server took for this person, its text kept; never a rehearsal."""
    return session.scalars(
        select(Message)
        .where(
            Message.person_id == person.id,
            Message.incident_reference == incident_reference,
            Message.lane == Lane.NOTICE,
            Message.state == State.SENT,
            Message.is_rehearsal.is_(False),
        )
        .order_by(Message.id.desc())
        .limit(1)
    ).first()


def list_messages(
    *,
    person: Person | None = None,
    incident_reference: str | None = None,
    state: State | None = None,
    is_rehearsal: bool | None = None,
    at_most: int = 200,
) -> Sequence[Message]:
    """Messages, the newest first, with their persons; each given thing narrows them."""
    wanted = select(Message).options(joinedload(Message.person)).order_by(Message.id.desc()).limit(at_most)
    if person is not None:
        wanted = wanted.where(Message.person_id == person.id)
    if incident_reference is not None:
        wanted = wanted.where(Message.incident_reference == incident_reference)
    if state is not None:
        wanted = wanted.where(Message.state == state)
    if is_rehearsal is not None:
        wanted = wanted.where(Message.is_rehearsal.is_(is_rehearsal))
    return session.scalars(wanted).all()
