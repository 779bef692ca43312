"""The red switch, and giving up messages another chance. Callers own the transaction; see `app.core.db`."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app import audit
from app.core import signals
from app.core.db import ring, session
from app.core.errors import DomainError
from app.notices.gate import lock_outlet
from app.notices.models import Message, State
from app.notices.suppression import is_stopped

KEEP_TRYING = timedelta(hours=72)


class AlreadySwitched(DomainError):
    """The switch is where it was asked to be."""


def stop_all(*, by: audit.Subject | str, reason: str, at: datetime, as_email: str | None = None) -> None:
    """Stop all delivery within one message. Raises AlreadySwitched."""
    outlet = lock_outlet()
    if outlet.stopped_at is not None:
        raise AlreadySwitched("Mail is stopped already.")
    outlet.stopped_at, outlet.stopped_by = at, by if isinstance(by, str) else by.audit_name
    session.flush()
    audit.record(action="mail.stopped", actor=by, subject=outlet, at=at, reason=reason, as_email=as_email)


def let_go(*, by: audit.Subject | str, reason: str, at: datetime, as_email: str | None = None) -> None:
    """Let delivery go on, and end a pause. Raises AlreadySwitched."""
    outlet = lock_outlet()
    if outlet.stopped_at is None:
        raise AlreadySwitched("Mail is not stopped.")
    outlet.stopped_at = outlet.stopped_by = outlet.paused_until = None
    session.flush()
    audit.record(action="mail.started", actor=by, subject=outlet, at=at, reason=reason, as_email=as_email)
    ring(signals.outbox_filled)


def retry_failed(*, by: audit.Subject | str, reason: str, at: datetime, as_email: str | None = None) -> int:
    """Try failed messages for another 72 hours and deferred ones at once; answers how many. Suppressed ones stay."""
    outlet = lock_outlet()
    again = select(Message).where(Message.state.in_([State.FAILED, State.DEFERRED, State.UNCERTAIN]))
    messages = session.scalars(again.with_for_update()).all()
    for message in messages:
        message.state = State.DEFERRED if message.state is State.FAILED else message.state
        message.due_at, message.give_up_at = at, at + KEEP_TRYING
    session.flush()
    parts: dict[str, str | int | None] = {"messages": len(messages), "reason": reason, "as_email": as_email}
    audit.record(action="mail.retried", actor=by, subject=outlet, at=at, **parts)
    ring(signals.outbox_filled)
    return len(messages)


def release_held_back(*, subject_key: str, by: audit.Subject | str, reason: str, at: datetime) -> int:
    """Queue again what was held back about a subject, since its address may be written to now; answers how many."""
    outlet = lock_outlet()
    held = select(Message).where(
        Message.subject_key == subject_key,
        Message.state == State.SUPPRESSED,
        Message.is_rehearsal.is_(False),
        ~is_stopped(Message.address),
    )
    messages = session.scalars(held.with_for_update()).all()
    for message in messages:
        message.state, message.reason = State.QUEUED, ""
        message.due_at, message.give_up_at = at, at + KEEP_TRYING
    session.flush()
    parts: dict[str, str | int | None] = {"messages": len(messages), "reason": reason, "as_email": None}
    audit.record(action="mail.retried", actor=by, subject=outlet, at=at, **parts)
    ring(signals.outbox_filled)
    return len(messages)
