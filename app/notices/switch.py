"""The red switch, and giving up messages another chance. Callers own the transaction; see `app.core.db`."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select

from app import audit
from app.core import signals
from app.core.db import ring, session
from app.core.errors import DomainError
from app.notices.gate import lock_outlet
from app.notices.kinds import Lane
from app.notices.models import Message, Outlet, State
from app.notices.overdue import is_overdue
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


def hold_lane(*, lane: Lane, by: audit.Subject, reason: str, at: datetime) -> None:
    """Let nothing leave in one lane; the others go on. Raises AlreadySwitched."""
    outlet = lock_outlet()
    if lane in outlet.held:
        raise AlreadySwitched(f"The lane {lane} is held already.")
    _set_held(outlet, outlet.held | {lane})
    audit.record(action="lane.held", actor=by, subject=outlet, at=at, lane=lane, reason=reason)


def free_lane(*, lane: Lane, by: audit.Subject, reason: str, at: datetime) -> None:
    """Let mail leave in a lane again. Raises AlreadySwitched."""
    outlet = lock_outlet()
    if lane not in outlet.held:
        raise AlreadySwitched(f"The lane {lane} is not held.")
    _set_held(outlet, outlet.held - {lane})
    audit.record(action="lane.freed", actor=by, subject=outlet, at=at, lane=lane, reason=reason)
    ring(signals.outbox_filled)


def _set_held(outlet: Outlet, held: frozenset[Lane]) -> None:
    outlet.held_lanes = " ".join(lane for lane in Lane if lane in held)
    session.flush()


def retry_overdue(*, by: audit.Subject, reason: str, at: datetime) -> int:
    """Try what could not leave within 72 hours for another 72; answers how many."""
    return _queue_again(is_overdue(at), by=by, reason=reason, at=at)


def retry_failed_about(*, subject_key: str, by: audit.Subject | str, reason: str, at: datetime) -> int:
    """Try the failed messages about a subject for another 72 hours, and nothing else; answers how many.

    Those to an address that is not written to any more stay as they are.
    """
    return _queue_again(_ended(subject_key, State.FAILED), by=by, reason=reason, at=at)


def release_held_back(*, subject_key: str, by: audit.Subject | str, reason: str, at: datetime) -> int:
    """Queue again what was held back about a subject, since its address may be written to now; answers how many."""
    return _queue_again(_ended(subject_key, State.SUPPRESSED), by=by, reason=reason, at=at)


def _ended(subject_key: str, state: State) -> ColumnElement[bool]:
    about = and_(Message.subject_key == subject_key, Message.state == state)
    return and_(about, Message.is_rehearsal.is_(False), ~is_stopped(Message.address))


def _queue_again(such: ColumnElement[bool], *, by: audit.Subject | str, reason: str, at: datetime) -> int:
    outlet = lock_outlet()
    messages = session.scalars(select(Message).where(such).with_for_update()).all()
    if not messages:
        return 0
    for message in messages:
        message.state, message.reason = State.QUEUED, ""
        message.due_at, message.give_up_at = at, at + KEEP_TRYING
    session.flush()
    parts: dict[str, str | int | None] = {"messages": len(messages), "reason": reason, "as_email": None}
    audit.record(action="mail.retried", actor=by, subject=outlet, at=at, **parts)
    ring(signals.outbox_filled)
    return len(messages)
