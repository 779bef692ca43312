"""What came of calls: tries, notes, calls nobody booked, mail when nobody answers. Callers own the transaction."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from app import audit, identity, notices
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.scheduling.changing import STATUS_AFTER, compare_and_swap, record_outcome
from app.scheduling.desk_models import CallTry
from app.scheduling.models import Booking, CallOutcome
from app.scheduling.phones import parse_phone
from app.scheduling.queries import get_call_type
from app.scheduling.slots import get_zone

TRIES_BEFORE_MAIL = 2
LONGEST_CALL_MINUTES = 240


class NotesChanged(DomainError):
    """Somebody else changed the notes meanwhile; nothing was stored."""


class CannotRecordCall(DomainError):
    """This was no call that could have been."""


def record_try(
    *,
    booking: Booking,
    outcome: CallOutcome,
    notes: str,
    version_seen: int,
    by: Person,
    contact: notices.Contact,
    at: datetime,
) -> bool:
    """Put on the record what came of one try; answers whether the missed-call mail left: at the second without answer.

    Raises CannotRecord.
    """
    record_outcome(booking=booking, outcome=outcome, notes=notes, version_seen=version_seen, by=by, at=at)
    session.add(CallTry(booking_id=booking.id, outcome=outcome, by_id=by.id, at=at))
    session.flush()
    unanswered = [each.at for each in list_tries(booking) if each.outcome is CallOutcome.NO_ANSWER]
    if outcome is not CallOutcome.NO_ANSWER or len(unanswered) != TRIES_BEFORE_MAIL:
        return False
    mail_missed(booking, tuple(unanswered), contact, at)
    return True


def save_notes(*, booking: Booking, notes: str, version_seen: int, by: Person, at: datetime) -> None:
    """Keep the notes as they are being typed. Raises NotesChanged."""
    if booking.notes == notes:
        return
    if not compare_and_swap(booking, Booking.version == version_seen, notes=notes):
        raise NotesChanged("Somebody changed this call after you opened it. Both texts are below.")
    audit.record(action="call.noted", actor=by, subject=booking, at=at)


def record_unbooked(
    *,
    person: Person,
    starts_at: datetime,
    minutes: int,
    phone: str,
    near: str,
    zone: str,
    incident_reference: str,
    outcome: CallOutcome,
    notes: str,
    idempotency_key: str,
    by: Person,
    at: datetime,
) -> Booking:
    """Put a call on the record that nobody booked: `by` took or made it. It claims no time; nothing is mailed.

    The same key again gives the same call. `zone` is the investor's. Raises BadPhone, UnknownZone and CannotRecordCall.
    """
    again = select(Booking).where(Booking.person_id == person.id, Booking.idempotency_key == idempotency_key)
    if known := session.scalar(again):
        return known
    _check(starts_at, minutes, at)
    booking = _draft(person, starts_at, starts_at + timedelta(minutes=minutes))
    booking.zone, booking.phone = get_zone(zone).key, parse_phone(phone, near=near)
    booking.agent = booking.booked_by = by
    booking.booked_at = booking.changed_at = at
    booking.status, booking.outcome, booking.notes = STATUS_AFTER[outcome], outcome, notes
    booking.incident_reference, booking.idempotency_key = incident_reference, idempotency_key
    session.add(booking)
    session.flush()
    session.add(CallTry(booking_id=booking.id, outcome=outcome, by_id=by.id, at=starts_at))
    session.flush()
    _say_recorded(booking, outcome, by, at)
    return booking


def mail_missed(booking: Booking, tries: tuple[datetime, ...], contact: notices.Contact, at: datetime) -> None:
    """Tell them that we tried, with a link of its own to choose another time."""
    case = f"?case={booking.incident_reference}" if booking.incident_reference else ""
    link = identity.open_notice_link(
        person=booking.person,
        message_pseudonym=str(uuid4()),
        opens=f"/calls/new{case}",
        expires_at=identity.notice_link_expires_at(last_named_at=at, at=at),
        at=at,
    )
    content = notices.MissedCall(
        reference=booking.incident_reference,
        tries=tries,
        zone=booking.zone,
        phone_end=booking.phone_end,
        contact=contact,
    )
    notices.queue(
        content=content, person=booking.person, subject_key=booking.pseudonym, version=len(tries), at=at, link=link
    )


def list_tries(booking: Booking) -> list[CallTry]:
    """Every try of a call, in order."""
    return list(session.scalars(select(CallTry).where(CallTry.booking_id == booking.id).order_by(CallTry.id)))


def _check(starts_at: datetime, minutes: int, at: datetime) -> None:
    if not 1 <= minutes <= LONGEST_CALL_MINUTES:
        raise CannotRecordCall(f"A call of {minutes} minutes cannot be recorded. Use 1 to {LONGEST_CALL_MINUTES}.")
    if starts_at > at:
        raise CannotRecordCall("This call has not begun yet. Book it instead.")


def _draft(person: Person, starts_at: datetime, ends_at: datetime) -> Booking:
    """A call that claims nobody's time and was told to nobody beforehand."""
    return Booking(
        person=person,
        call_type=get_call_type(),
        starts_at=starts_at,
        ends_at=ends_at,
        claimed_from=starts_at,
        claimed_until=ends_at,
        help_text="",
        call_words="",
    )


def _say_recorded(booking: Booking, outcome: CallOutcome, by: Person, at: datetime) -> None:
    audit.record(
        action="call.recorded",
        actor=by,
        subject=booking,
        at=at,
        starts_at=booking.starts_at.isoformat(),
        outcome=outcome.value,
        note=booking.notes,
        agent=by.audit_name,
    )
