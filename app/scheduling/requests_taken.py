"""Requests to be called: taken over by somebody of support, and what came of it. Callers own the transaction."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from app import audit, notices
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.care import close_call_request
from app.scheduling.care_models import CallRequest, RequestState
from app.scheduling.models import Booking, CallOutcome
from app.scheduling.outcomes import LONGEST_CALL_MINUTES, TRIES_BEFORE_MAIL, mail_missed, record_unbooked

SPOKE = frozenset({CallOutcome.REACHED, CallOutcome.NEEDS_FOLLOW_UP})


class TakenAlready(DomainError):
    """Somebody else is about to call, or the request is closed."""


def take_request(*, request: CallRequest, by: Person, at: datetime) -> None:
    """Take a request over, so that nobody else calls meanwhile. Raises TakenAlready."""
    free = or_(CallRequest.taken_by_id.is_(None), CallRequest.taken_by_id == by.id)
    mine = update(CallRequest).where(CallRequest.id == request.id, CallRequest.state == RequestState.OPEN, free)
    taken = session.scalar(
        mine.values(taken_by_id=by.id, taken_at=at).returning(CallRequest.id),
        execution_options={"synchronize_session": False},
    )
    session.refresh(request)
    if taken is None:
        who = request.taken_by.full_name if request.taken_by else "Somebody"
        raise TakenAlready(f"{who} has taken this request. Nothing was changed.")
    audit.record(action="call.request_taken", actor=by, subject=request, at=at)


def answer_request(
    *, request: CallRequest, outcome: CallOutcome, notes: str, by: Person, contact: notices.Contact, at: datetime
) -> bool:
    """Put the call that was asked for on the record. Whoever spoke closes the request; else it waits for another try.

    The second try without an answer closes it too and sends the missed-call mail: whether it did is the answer.
    Raises TakenAlready unless `by` has taken it, and AlreadyClosed.
    """
    session.refresh(request, with_for_update=True)
    if request.taken_by_id != by.id or request.taken_at is None:
        raise TakenAlready("Take this request over first, so that nobody else calls meanwhile.")
    booking = _record(request, outcome=outcome, notes=notes, by=by, at=at)
    unanswered = _list_unanswered(request)
    is_last = outcome is CallOutcome.NO_ANSWER and len(unanswered) >= TRIES_BEFORE_MAIL
    if outcome in SPOKE or is_last:
        close_call_request(request=request, state=RequestState.ANSWERED, booking=booking, by=by, at=at)
    request.taken_by_id = request.taken_at = None
    session.flush()
    if is_last:
        mail_missed(booking, tuple(each.starts_at for each in unanswered), contact, at)
    return is_last


def _record(request: CallRequest, *, outcome: CallOutcome, notes: str, by: Person, at: datetime) -> Booking:
    """The call as lasting from when the request was taken over."""
    began_at = request.taken_at or at
    minutes = -(-(at - began_at) // timedelta(minutes=1))
    return record_unbooked(
        person=request.person,
        starts_at=began_at,
        minutes=min(max(minutes, 1), LONGEST_CALL_MINUTES),
        phone=request.phone,
        near=request.phone,
        zone=request.zone,
        incident_reference=request.incident_reference,
        outcome=outcome,
        notes=notes,
        idempotency_key=f"{request.pseudonym}-{began_at:%y%m%dT%H%M%S}",
        by=by,
        at=at,
    )


def _list_unanswered(request: CallRequest) -> list[Booking]:
    """Calls to this person about the incident since they asked, which nobody answered."""
    theirs = select(Booking).where(
        Booking.person_id == request.person_id, Booking.incident_reference == request.incident_reference
    )
    since = (Booking.starts_at >= request.asked_at, Booking.outcome == CallOutcome.NO_ANSWER)
    return list(session.scalars(theirs.where(*since).order_by(Booking.starts_at)))
