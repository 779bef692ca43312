"""Messages that could not leave within 72 hours, for staff to act on. Callers own the transaction."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.core.db import session
from app.core.text import plural
from app.notices.letter_models import Letter
from app.notices.letter_queue import UNDER_WAY
from app.notices.models import WAITING, Attempt, Message, Outcome, Outlet, State

log = logging.getLogger(__name__)
MOST_SHOWN = 100


def note_overdue(*, at: datetime) -> int:
    """Count them for the alarm that staff see, and say in the log when there are more than before."""
    outlet, found = session.get_one(Outlet, 1, with_for_update=True, populate_existing=True), count_overdue(at=at)
    if found > outlet.overdue:
        log.critical("%s could not leave within 72 hours", plural(found, "message"))
    outlet.overdue = found
    return found


def find_alarm() -> int:
    """How many there were when the worker last counted."""
    return session.scalar(select(Outlet.overdue).where(Outlet.id == 1)) or 0


def count_overdue(*, at: datetime) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Message).where(is_overdue(at))) or 0


def list_overdue(*, at: datetime) -> Sequence[Message]:
    """The oldest MOST_SHOWN of them, with their persons."""
    oldest = select(Message).where(is_overdue(at)).order_by(Message.id).limit(MOST_SHOWN)
    return session.scalars(oldest.options(joinedload(Message.person))).all()


def is_overdue(at: datetime) -> ColumnElement[bool]:
    """Still waiting after its time, or given up without a server having refused it; not where a letter is under way."""
    waits = and_(Message.state.in_(WAITING), Message.give_up_at <= at)
    tried_in_vain = exists().where(
        Attempt.message_id == Message.id, Attempt.fence == Message.fence, Attempt.outcome != Outcome.REFUSED
    )
    is_written = exists().where(Letter.message_id == Message.id, Letter.state.in_(UNDER_WAY))
    gave_up = and_(Message.state == State.FAILED, tried_in_vain)
    return and_(Message.is_rehearsal.is_(False), or_(waits, gave_up), ~is_written)
