"""Requests to be called, and word that an agent runs late. Callers own the transaction; see `app.core.db`."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.care_models import CallRequest, LateNote, RequestState
from app.scheduling.models import Booking
from app.scheduling.phones import parse_phone
from app.scheduling.slots import get_zone

LATEST = timedelta(hours=4)
"""Who is later than that cancels."""


class AlreadyClosed(DomainError):
    """Somebody closed this request before."""


class BadDelay(DomainError):
    """Nobody can be that late."""


def ask_for_call(
    *,
    person: Person,
    incident_reference: str,
    phone: str,
    zone: str,
    best_times: str,
    help_text: str,
    idempotency_key: str,
    near: str,
    at: datetime,
) -> CallRequest:
    """Ask support to call; one open request for a person and incident, to which the same form again adds nothing.

    `near` is our number: without a country code theirs is read as of the same country. Raises BadPhone, UnknownZone.
    """
    get_zone(zone)
    number = parse_phone(phone, near=near)
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    if open_one := find_call_request(person=person, incident_reference=incident_reference):
        return open_one
    if again := session.scalar(_of(person).where(CallRequest.idempotency_key == idempotency_key)):
        return again
    request = CallRequest(
        person_id=person.id,
        incident_reference=incident_reference,
        phone=number,
        zone=zone,
        best_times=best_times,
        help_text=help_text,
        idempotency_key=idempotency_key,
        asked_at=at,
    )
    session.add(request)
    session.flush()
    audit.record(action="call.requested", actor=person, subject=request, at=at, best_times=best_times, zone=zone)
    return request


def close_call_request(
    *, request: CallRequest, state: RequestState, booking: Booking | None, by: Person, at: datetime
) -> None:
    """Close an open request as answered (by a booking, where there is one) or withdrawn. Raises AlreadyClosed."""
    still_open = (CallRequest.id == request.id, CallRequest.state == RequestState.OPEN)
    closing = (
        update(CallRequest)
        .where(*still_open)
        .values(state=state, closed_at=at, closed_by_id=by.id, booking_id=booking.id if booking else None)
    )
    closed = session.scalar(closing.returning(CallRequest.id), execution_options={"synchronize_session": False})
    session.refresh(request)
    if closed is None:
        raise AlreadyClosed("This request was closed before. Nothing was changed.")
    audit.record(action="call.request_closed", actor=by, subject=request, at=at, state=state.value)


def find_call_request(*, person: Person, incident_reference: str) -> CallRequest | None:
    """The open request of this investor about the incident."""
    mine = _of(person).where(CallRequest.incident_reference == incident_reference)
    return session.scalar(mine.where(CallRequest.state == RequestState.OPEN))


def list_call_requests() -> list[CallRequest]:
    """Every open request, the oldest first."""
    wanted = select(CallRequest).where(CallRequest.state == RequestState.OPEN)
    return list(session.scalars(wanted.options(joinedload(CallRequest.person)).order_by(CallRequest.asked_at)))


def get_call_request(request_id: int) -> CallRequest:
    """Any request, for staff."""
    return session.get_one(CallRequest, request_id)


def say_late(*, agent: Person, minutes: int, until: datetime, by: Person, at: datetime) -> LateNote:
    """Note that the agent's calls begin late until then; 0 minutes take an earlier word back. Raises BadDelay."""
    if not timedelta(0) <= timedelta(minutes=minutes) <= LATEST:
        raise BadDelay(f"{minutes} minutes cannot be said. Use 0 to 240, or cancel the calls.")
    note = LateNote(agent_id=agent.id, minutes=minutes, said_at=at, until=until)
    session.add(note)
    session.flush()
    audit.record(
        action="delay.announced", actor=by, subject=agent, at=at, minutes=str(minutes), until=until.isoformat()
    )
    return note


def find_late_note(*, agent: Person, at: datetime) -> LateNote | None:
    """What the agent said last, while it lasts and if they are late at all."""
    last = select(LateNote).where(LateNote.agent_id == agent.id, LateNote.said_at <= at)
    note = session.scalars(last.order_by(LateNote.said_at.desc(), LateNote.id.desc()).limit(1)).first()
    return note if note is not None and note.minutes and at < note.until else None


def _of(person: Person) -> Select[CallRequest]:
    return select(CallRequest).where(CallRequest.person_id == person.id)
