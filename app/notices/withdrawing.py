"""Taking back what has not left and is no longer true. Callers own the transaction; see `app.core.db`."""

from datetime import datetime

from sqlalchemy import select

from app.core.db import session
from app.notices.gate import lock_outlet
from app.notices.kinds import Kind
from app.notices.leases import drop
from app.notices.models import WAITING, Message, State


def withdraw(*, kind: Kind, subject_key: str, reason: str, at: datetime) -> int:
    """Keep every message of a kind about a subject from leaving, if it still waits; answers how many were kept.

    One that is being sent at this very moment can no longer be stopped.
    """
    waiting = select(Message).where(
        Message.kind == kind,
        Message.subject_key == subject_key,
        Message.state.in_(WAITING - {State.SENDING}),
    )
    if session.scalar(waiting.with_only_columns(Message.id).limit(1)) is None:
        return 0  # the outlet, which all delivery passes, is not held up for nothing
    lock_outlet()
    messages = session.scalars(waiting.order_by(Message.id).with_for_update()).all()
    for message in messages:
        drop(message, reason, at)
        session.expire(message)
    return len(messages)
