"""Giving a call to another agent, and telling callers that theirs runs late. Callers own the transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import audit, notices
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.notices import Kind
from app.scheduling import claims
from app.scheduling.announcements import announce_late
from app.scheduling.care import say_late
from app.scheduling.models import Booking, BookingStatus
from app.scheduling.offers import keeps_its_time, list_agents


class CannotReassign(DomainError):
    """The call stays with its agent."""


class AgentIsBusy(CannotReassign):
    """The other agent has a call at that time: `other`."""

    def __init__(self, agent: Person, other: Booking | None) -> None:
        super().__init__(f"{agent.full_name} has another call at that time. Both are below; nothing was changed.")
        self.other = other


def reassign(*, booking: Booking, agent: Person, version_seen: int, by: Person, at: datetime) -> None:
    """Let another agent make the call, at the same time. Nothing is mailed: the time and the call words stay.

    Raises CannotReassign, and AgentIsBusy with the call that is in the way.
    """
    claims.lock(booking.person)
    claims.lock_booking(booking)  # somebody may cancel it at this moment
    claims.lock(booking.agent, agent)
    was = booking.agent
    _refuse(booking, agent, version_seen)
    if other := find_clash(agent=agent, booking=booking, at=at):
        raise AgentIsBusy(agent, other)
    try:
        with claims.exclusive():
            booking.agent_id, booking.version = agent.id, booking.version + 1
            claims.take(booking, at=at)
    except claims.TimeClaimedError as error:
        raise AgentIsBusy(agent, None) from error
    session.refresh(booking)
    audit.record(action="call.reassigned", actor=by, subject=booking, at=at, agent=agent.audit_name, was=was.audit_name)


def find_clash(*, agent: Person, booking: Booking, at: datetime) -> Booking | None:
    """A call of the agent's that overlaps this one, buffers included."""
    overlaps = (Booking.claimed_from < booking.claimed_until, Booking.claimed_until > booking.claimed_from)
    theirs = select(Booking).where(Booking.agent_id == agent.id, Booking.id != booking.id, *overlaps)
    return session.scalars(theirs.where(keeps_its_time(at)).order_by(Booking.starts_at)).first()


def run_late(*, agent: Person, minutes: int, until: datetime, by: Person, at: datetime) -> int:
    """Note that the agent runs late, and tell everybody whose call with them begins before `until`; how many.

    0 minutes take it back, and mail that still waits with it. Raises BadDelay.
    """
    note = say_late(agent=agent, minutes=minutes, until=until, by=by, at=at)
    upcoming = (
        select(Booking)
        .where(
            Booking.agent_id == agent.id,
            Booking.status == BookingStatus.BOOKED,
            Booking.starts_at > at,
            Booking.starts_at < until,
        )
        .options(joinedload(Booking.person), joinedload(Booking.agent))
    )
    calls = list(session.scalars(upcoming.order_by(Booking.starts_at)))
    for booking in calls:
        reason = "The delay was taken back or changed."
        notices.withdraw(kind=Kind.CALL_LATE, subject_key=booking.pseudonym, reason=reason, at=at)
        if minutes:
            announce_late(booking, minutes=minutes, note_id=note.id, at=at)
    return len(calls) if minutes else 0


def _refuse(booking: Booking, agent: Person, version_seen: int) -> None:
    if booking.status is not BookingStatus.BOOKED:
        raise CannotReassign("This call was cancelled or is over. Nothing was changed.")
    if booking.version != version_seen:
        raise CannotReassign("This call was changed after you opened it. Read it again before you give it away.")
    if agent.id == booking.agent_id:
        raise CannotReassign(f"{agent.full_name} makes this call already.")
    if agent.id not in {each.id for each in list_agents()}:
        raise CannotReassign(f"{agent.full_name} is not in support.")
