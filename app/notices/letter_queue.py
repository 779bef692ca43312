"""Queueing letters and what becomes of them. Callers own the transaction; see `app.core.db`."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.notices.kinds import Kind, Lane
from app.notices.letter_models import Letter, LetterBatch, LetterCause, LetterState
from app.notices.models import Message
from app.notices.numbers import new_numbers
from app.tlog.encoding import JSON

UNDER_WAY = (LetterState.WANTED, LetterState.PRINTED, LetterState.POSTED)


class CannotPost(DomainError):
    """Letters cannot be marked like this."""


def queue_letter(*, message: Message, cause: LetterCause, by: audit.Subject | str, at: datetime) -> Letter | None:
    """Write by post what the message says; None where it goes by mail alone, or no postal address is known.

    Notices go by post, and the word to an old address that another took its place. A letter about the same message that
    is under way stays alone. An older notice to this person about the incident that was not printed yet is withdrawn:
    the newest says all that counts.
    """
    message = _told_in(message)
    address = (message.person.postal_address or "").strip()
    if not _goes_by_post(message) or not address or _is_under_way(message):
        return None
    _withdraw_older(message)
    letter = Letter(
        notice_number=new_numbers(1)[0],
        message_id=message.id,
        person_id=message.person_id,
        incident_reference=message.incident_reference,
        cause=cause,
        postal_address=address,
        queued_at=at,
    )
    session.add(letter)
    session.flush()
    number = letter.notice_number
    audit.record(action="letter.queued", actor=by, subject=letter, at=at, cause=cause, notice_number=number)
    return letter


def _told_in(message: Message) -> Message:
    """A reminder says little by itself, so what it reminds of is written by post."""
    if message.kind is not Kind.REMINDER:
        return message
    told = select(Message).where(
        Message.kind == Kind.CORRECTION,
        Message.subject_key == message.subject_key,
        Message.person_id == message.person_id,
        Message.is_rehearsal == message.is_rehearsal,
    )
    return session.scalars(told.order_by(Message.id.desc()).limit(1)).first() or message


def _goes_by_post(message: Message) -> bool:
    return not message.is_rehearsal and (message.lane is Lane.NOTICE or message.kind is Kind.ADDRESS_CHANGED)


def _is_under_way(message: Message) -> bool:
    same = select(Letter.id).where(Letter.message_id == message.id, Letter.state.in_(UNDER_WAY))
    return session.scalar(same.limit(1)) is not None


def _withdraw_older(message: Message) -> None:
    """Notices take the place of older ones; what is no notice neither does that nor loses its place."""
    if message.lane is not Lane.NOTICE:
        return
    older = select(Letter).where(
        Letter.person_id == message.person_id,
        Letter.incident_reference == message.incident_reference,
        Letter.message_id < message.id,
        Letter.state == LetterState.WANTED,
        Letter.message.has(Message.lane == Lane.NOTICE),
    )
    for letter in session.scalars(older):
        letter.state = LetterState.WITHDRAWN
    session.flush()


def mark_posted(*, batch: LetterBatch, on: date, by: Person, at: datetime) -> None:
    """All letters of a batch were handed to the post on that day. Raises CannotPost."""
    session.refresh(batch, with_for_update=True)
    if batch.posted_on is not None:
        raise CannotPost("This batch was marked as posted already.")
    if not batch.made_at.date() <= on <= at.date():
        raise CannotPost("The day lies between that of printing and today.")
    batch.posted_on, batch.posted_by_id = on, by.id
    for letter in batch.letters:
        letter.state = LetterState.POSTED
    session.flush()
    parts: dict[str, JSON] = {"posted_on": on.isoformat(), "letters": len(batch.letters)}
    audit.record(action="letters.posted", actor=by, subject=batch, at=at, **parts)


def mark_returned(*, letter: Letter, on: date, note: str, by: Person, at: datetime) -> None:
    """The post brought a letter back on that day. Raises CannotPost."""
    session.refresh(letter, with_for_update=True)
    if letter.state is not LetterState.POSTED or letter.batch is None or letter.batch.posted_on is None:
        raise CannotPost("Only a posted letter can come back.")
    if not letter.batch.posted_on <= on <= at.date():
        raise CannotPost("The day lies between that of posting and today.")
    letter.state, letter.returned_on, letter.return_note = LetterState.RETURNED, on, note.strip()
    session.flush()
    audit.record(action="letter.returned", actor=by, subject=letter, at=at, returned_on=on.isoformat(), note=note)


def get_letter(pseudonym: str, *, incident_reference: str) -> Letter:
    """The letter of that pseudonym. Raises NoResultFound, also for that of another incident."""
    theirs = select(Letter).where(Letter.pseudonym == pseudonym, Letter.incident_reference == incident_reference)
    return session.scalars(theirs.options(joinedload(Letter.message), joinedload(Letter.person))).one()


def get_batch(pseudonym: str, *, incident_reference: str) -> LetterBatch:
    """The batch of that pseudonym. Raises NoResultFound, also for that of another incident."""
    theirs = select(LetterBatch).where(
        LetterBatch.pseudonym == pseudonym, LetterBatch.incident_reference == incident_reference
    )
    return session.scalars(theirs).one()


def list_batches(incident_reference: str) -> list[LetterBatch]:
    """Every batch of the incident with its letters, newest first."""
    theirs = select(LetterBatch).where(LetterBatch.incident_reference == incident_reference)
    whole = selectinload(LetterBatch.letters).joinedload(Letter.person)
    return list(session.scalars(theirs.order_by(LetterBatch.id.desc()).options(whole)))


def list_wanted(incident_reference: str, *, at_most: int) -> list[Letter]:
    """The letters that wait to be printed, oldest first."""
    waiting = select(Letter).where(Letter.incident_reference == incident_reference, Letter.state == LetterState.WANTED)
    ordered = waiting.order_by(Letter.id).limit(at_most)
    return list(session.scalars(ordered.options(joinedload(Letter.message), joinedload(Letter.person))))


def count_letters(incident_reference: str) -> dict[LetterState, int]:
    """Letters by state; every state is counted, 0 included."""
    rows = session.execute(
        select(Letter.state, func.count()).where(Letter.incident_reference == incident_reference).group_by(Letter.state)
    )
    found = dict(rows.all())
    return {state: found.get(state, 0) for state in LetterState}


def newest_letters(person_ids: Sequence[int], incident_reference: str) -> dict[int, Letter]:
    """The newest letter to each of these people in place of a notice of the incident, but for withdrawn ones."""
    theirs = select(Letter).where(
        Letter.person_id.in_(person_ids),
        Letter.incident_reference == incident_reference,
        Letter.state != LetterState.WITHDRAWN,
        Letter.message.has(Message.lane == Lane.NOTICE),
    )
    return {each.person_id: each for each in session.scalars(theirs.order_by(Letter.id))}
