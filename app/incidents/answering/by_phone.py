"""Answers taken by phone: only with a call that took place and a reason. Callers own the transaction.

The ordinary operation records the answer for the person; the log names whoever took it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from app import audit, identity
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.incidents.answering.dispute_models import Dispute
from app.incidents.answering.disputing import Complaint, DisputedAlready, file_dispute, withdraw
from app.incidents.answering.electing import elect, list_options
from app.incidents.answering.election_models import Choice, Election
from app.incidents.answering.mailing import tell_of_reading
from app.incidents.answering.pausing import today_in
from app.incidents.answering.phone_models import PhoneAnswer, PhoneKind
from app.incidents.answering.queries import list_disputes_of
from app.incidents.answers import acknowledge, find_acknowledgment
from app.incidents.audience import find_concerned
from app.incidents.current import list_current
from app.incidents.models import Incident
from app.incidents.proposal_models import Acknowledgment, Adjustment, Proposal
from app.incidents.queries import find_published, list_told
from app.scheduling import Booking

LONGEST_REASON = 500
Answered = Acknowledgment | Election | Dispute


class CannotTake(DomainError):
    """An answer cannot be taken on this call, or not this one."""


@dataclass(frozen=True)
class _Taking:
    """One press: on which call, by whom of us and why."""

    booking: Booking
    by: Person
    reason: str
    key: str
    at: datetime

    @property
    def person(self) -> Person:
        """Who says it."""
        return self.booking.person

    @property
    def answer_key(self) -> str:
        """The key of what is recorded by it."""
        return f"phone-{self.booking.id}-{self.key}"


@dataclass(frozen=True)
class Opening:
    """One answer that a person can give now: to a version, to one of their figures, or to what they disputed."""

    kind: PhoneKind
    about: Proposal | Adjustment | Dispute

    @property
    def incident(self) -> Incident:
        """The incident that it belongs to."""
        return self.about.incident if isinstance(self.about, Proposal) else self.about.case.incident


def list_openings(person: Person, *, at: datetime) -> list[Opening]:
    """Everything that the person can answer now, incident by incident."""
    found: list[Opening] = []
    for incident in list_told(person, at.date()):
        found += _to_read(incident, person, at)
        answered_for = identity.list_answered_for(person=person, on=today_in(incident, at))
        figures = list_current(incident, frozenset(answered_for))
        found += _to_choose(incident, figures, at)
        found += _to_dispute(incident, figures)
    return found


def _to_read(incident: Incident, person: Person, at: datetime) -> list[Opening]:
    concerned = find_concerned(incident, person, at.date())
    proposal = find_published(incident, concerned.account_ids) if concerned else None
    if proposal is None or find_acknowledgment(proposal, person) is not None:
        return []
    return [Opening(PhoneKind.READ, proposal)]


def _to_choose(incident: Incident, figures: Sequence[Adjustment], at: datetime) -> list[Opening]:
    return [
        Opening(PhoneKind(choice.value), option.adjustment)
        for option in list_options(figures, on=today_in(incident, at))
        if option.is_open
        for choice in Choice
        if option.chosen is None or option.chosen.choice is not choice
    ]


def _to_dispute(incident: Incident, figures: Sequence[Adjustment]) -> list[Opening]:
    disputes = list_disputes_of(incident, {each.account_id for each in figures})
    standing = {(each.case_id, each.account_id): each for each in disputes if each.is_standing}
    return [
        Opening(PhoneKind.WITHDRAW, stands)
        if (stands := standing.get((each.case_id, each.account_id)))
        else Opening(PhoneKind.DISPUTE, each)
        for each in figures
    ]


def take_by_phone(
    *,
    booking: Booking,
    opening: Opening,
    complaint: Complaint | None,
    reason: str,
    by: Person,
    key: str,
    at: datetime,
) -> PhoneAnswer:
    """Record what the person of the call said, and tell them and the account's other people.

    The same key again answers what is recorded. A dispute needs a complaint. Raises CannotTake, and what the ordinary
    operation raises.
    """
    session.refresh(booking, with_for_update=True)
    known = find_taken(booking, key)
    if known is not None:
        return known
    taking = _Taking(booking, by, reason.strip(), key, at)
    _check(taking)
    answer = _write(opening, _answer(opening, complaint, taking), taking)
    session.add(answer)
    session.flush()
    _record(answer)
    return answer


def _check(taking: _Taking) -> None:
    if not taking.booking.took_place(taking.at):
        raise CannotTake(
            "An answer is taken only on a call that took place. Call them, say that you reached them, then record it."
        )
    if taking.by.id == taking.booking.person_id:
        raise CannotTake("This is a call with yourself. Somebody else of support must take your answer.")
    if not taking.reason:
        raise CannotTake("Write why you take this answer by phone.")
    if len(taking.reason) > LONGEST_REASON:
        raise CannotTake(f"The reason has {len(taking.reason)} characters. Write at most {LONGEST_REASON}.")


def _answer(opening: Opening, complaint: Complaint | None, taking: _Taking) -> Answered:
    about = opening.about
    if isinstance(about, Proposal):
        return _read(about, taking)
    if isinstance(about, Dispute):
        return _take_back(about, taking)
    if opening.kind is PhoneKind.DISPUTE:
        return _dispute(about, complaint, taking)
    return _choose(about, Choice(opening.kind.value), taking)


def _read(proposal: Proposal, taking: _Taking) -> Acknowledgment:
    session.refresh(proposal, with_for_update=True)
    known = find_acknowledgment(proposal, taking.person)
    if known is not None:
        raise CannotTake(f"{taking.person.full_name} told us already that they read this: receipt {known.number}.")
    read = acknowledge(proposal=proposal, person=taking.person, at=taking.at, taken_by=taking.by)
    tell_of_reading(acknowledgment=read, taken_by=taking.by, at=taking.at)
    return read


def _choose(adjustment: Adjustment, choice: Choice, taking: _Taking) -> Election:
    election = elect(
        adjustment=adjustment,
        choice=choice,
        person=taking.person,
        key=taking.answer_key,
        at=taking.at,
        taken_by=taking.by,
    )
    if election.key != taking.answer_key:
        raise CannotTake(f"The last answer to this offer says so already: receipt {election.number}.")
    return election


def _dispute(adjustment: Adjustment, complaint: Complaint | None, taking: _Taking) -> Dispute:
    if complaint is None:
        raise CannotTake("Write what looks wrong to them, in their words.")
    try:
        return file_dispute(
            adjustment=adjustment,
            complaint=complaint,
            person=taking.person,
            key=taking.answer_key,
            at=taking.at,
            taken_by=taking.by,
        )
    except DisputedAlready as stands:
        raise CannotTake("A dispute of these figures stands. Write on its page what they add.") from stands


def _take_back(dispute: Dispute, taking: _Taking) -> Dispute:
    if not dispute.is_standing:
        raise CannotTake("This is over already, so there is nothing to take back.")
    withdraw(dispute=dispute, by=taking.person, taken_by=taking.by, at=taking.at)
    return dispute


def _write(opening: Opening, answered: Answered, taking: _Taking) -> PhoneAnswer:
    return PhoneAnswer(
        incident=opening.incident,
        person=taking.person,
        booking=taking.booking,
        taken_by=taking.by,
        kind=opening.kind,
        reason=taking.reason,
        key=taking.key,
        acknowledgment=answered if isinstance(answered, Acknowledgment) else None,
        election=answered if isinstance(answered, Election) else None,
        dispute=answered if isinstance(answered, Dispute) else None,
        at=taking.at,
    )


def _record(answer: PhoneAnswer) -> None:
    answered = answer.acknowledgment or answer.election or answer.dispute
    audit.record(
        action="call.answer_taken",
        actor=answer.taken_by,
        subject=answer,
        at=answer.at,
        call=answer.booking.audit_name,
        person=answer.person.audit_name,
        kind=answer.kind.value,
        answered=answered.audit_name if answered else None,
        reason=answer.reason,
    )


def find_taken(booking: Booking, key: str) -> PhoneAnswer | None:
    """What this press recorded on the call, if it did."""
    return session.scalar(_taken().where(PhoneAnswer.booking_id == booking.id, PhoneAnswer.key == key))


def find_taken_as(answered: Answered) -> PhoneAnswer | None:
    """How this answer was taken by phone, if it was; of a dispute how it was filed."""
    recorded = {
        Acknowledgment: PhoneAnswer.acknowledgment_id,
        Election: PhoneAnswer.election_id,
        Dispute: PhoneAnswer.dispute_id,
    }[type(answered)]
    return session.scalar(_taken().where(recorded == answered.id, PhoneAnswer.kind != PhoneKind.WITHDRAW))


def find_taken_back(dispute: Dispute) -> PhoneAnswer | None:
    """How it was taken back by phone, if it was."""
    taken = _taken().where(PhoneAnswer.dispute_id == dispute.id, PhoneAnswer.kind == PhoneKind.WITHDRAW)
    return session.scalar(taken)


def list_taken_on(booking: Booking) -> Sequence[PhoneAnswer]:
    """What was taken on the call, in order."""
    return session.scalars(_taken().where(PhoneAnswer.booking_id == booking.id).order_by(PhoneAnswer.id)).all()


def list_taken_of(incident: Incident, person: Person, account_ids: Collection[int]) -> Sequence[PhoneAnswer]:
    """What we took by phone of the incident: that this person read it, and the answers for these accounts."""
    theirs = _taken().outerjoin(PhoneAnswer.election).outerjoin(Election.adjustment).outerjoin(PhoneAnswer.dispute)
    is_read = and_(PhoneAnswer.acknowledgment_id.is_not(None), PhoneAnswer.person_id == person.id)
    is_for = or_(Adjustment.account_id.in_(account_ids), Dispute.account_id.in_(account_ids))
    return session.scalars(
        theirs.where(PhoneAnswer.incident_id == incident.id, or_(is_read, is_for)).order_by(PhoneAnswer.id)
    ).all()


def _taken() -> Select[PhoneAnswer]:
    return select(PhoneAnswer).options(joinedload(PhoneAnswer.taken_by), joinedload(PhoneAnswer.person))
