"""Filing, adding to and withdrawing a dispute: the investor's side. Callers own the transaction; see `app.core.db`."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app import audit, identity
from app.core.db import session
from app.core.errors import DomainError
from app.core.money import format_money
from app.core.text import format_date
from app.identity import Person
from app.incidents.answering.deadlines import after
from app.incidents.answering.dispute_models import Dispute, DisputeEntry
from app.incidents.answering.mailing import tell_others
from app.incidents.answering.pausing import list_payouts, list_settlements_of, pause, resume, today_in
from app.incidents.answering.states import DISPUTE, STANDING, ContactBy, DisputeState, EntryKind, Reason
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment
from app.incidents.stating import Proof
from app.incidents.workflow import step
from app.notices import Done

LONGEST_WORDS = 5000
WITHDRAWN = "The investor withdrew what they had said."


class CannotDispute(DomainError):
    """This cannot be disputed like this, or not by this person."""


class DisputedAlready(CannotDispute):
    """A dispute of these figures stands; whatever is to be added belongs there."""

    def __init__(self, dispute: Dispute) -> None:
        self.dispute = dispute
        super().__init__(
            f"You told us about these figures on {format_date(dispute.filed_on)}, and we still work on it. Add what"
            " else there is to say on its page."
        )


@dataclass(frozen=True)
class Promise:
    """By when we read and answer what is filed on a day."""

    filed_on: date
    read_by_on: date
    answer_by_on: date


def promised(incident: Incident, *, at: datetime) -> Promise:
    """What somebody is promised who disputes now."""
    today = today_in(incident, at)
    return Promise(today, after(today, incident.read_within_days), after(today, incident.answer_within_days))


@dataclass(frozen=True)
class Complaint:
    """What looks wrong. `in_question_cents` is how much of what we pay they doubt, None where they do not say."""

    reason: Reason
    words: str
    in_question_cents: int | None = None
    contact_by: ContactBy = ContactBy.PAGE
    file: Proof | None = None


def file_dispute(
    *,
    adjustment: Adjustment,
    complaint: Complaint,
    person: Person,
    key: str,
    at: datetime,
    taken_by: Person | None = None,
) -> Dispute:
    """Take it down, hold the money in question, and tell the account's other people; after the close, too.

    A second time with the same key answers the same dispute. `taken_by` is who of us took it by phone. Raises
    CannotDispute, DisputedAlready.
    """
    session.refresh(adjustment, with_for_update=True)
    known = session.scalar(select(Dispute).where(Dispute.filed_by_id == person.id, Dispute.key == key))
    if known is not None:
        return known
    _check(adjustment, person, at)
    dispute = _dispute(adjustment, complaint, person, key, at)
    settlements = list_settlements_of({(adjustment.case_id, adjustment.account_id)})
    open_cents = sum(each.open_cents for each in list_payouts(settlements))
    _check_amount(complaint, open_cents, adjustment.case.deal.currency)
    session.add(dispute)
    session.flush()
    _record_filing(dispute, taken_by or person, at)
    if not adjustment.case.incident.is_over:  # after the close no money moves, so none can wait
        pause(dispute, settlements, at=at)
    tell_others(dispute=dispute, done=Done.DISPUTED, by=person, taken_by=taken_by, at=at)
    return dispute


def _check(adjustment: Adjustment, person: Person, at: datetime) -> None:
    check_answers_for(adjustment.account_id, adjustment, person, at)
    if adjustment.published_at is None:
        raise CannotDispute("We have not published these figures yet.")
    standing = select(Dispute).where(
        Dispute.case_id == adjustment.case_id,
        Dispute.account_id == adjustment.account_id,
        Dispute.state.in_(STANDING),
    )
    if (stands := session.scalar(standing)) is not None:
        raise DisputedAlready(stands)


def check_answers_for(account_id: int, about: Adjustment, person: Person, at: datetime) -> None:
    """Raises CannotDispute unless the person answers for the account now."""
    today = today_in(about.case.incident, at)
    if account_id not in identity.list_answered_for(person=person, on=today):
        raise CannotDispute("Only the owner of the account, or somebody who acts for it, can answer.")


def _dispute(adjustment: Adjustment, complaint: Complaint, person: Person, key: str, at: datetime) -> Dispute:
    promise = promised(adjustment.case.incident, at=at)
    return Dispute(
        case=adjustment.case,
        account=adjustment.account,
        adjustment=adjustment,
        filed_by=person,
        key=key,
        reason=complaint.reason,
        words=checked_words(complaint.words),
        in_question_cents=complaint.in_question_cents,
        contact_by=complaint.contact_by,
        file_name=complaint.file.name if complaint.file else None,
        file_sha256=complaint.file.sha256 if complaint.file else None,
        filed_at=at,
        filed_on=promise.filed_on,
        read_by_on=promise.read_by_on,
        answer_by_on=promise.answer_by_on,
    )


def _check_amount(complaint: Complaint, open_cents: int, currency: str) -> None:
    in_question = complaint.in_question_cents
    if in_question is None:
        return
    if not open_cents:
        raise CannotDispute("We pay you nothing for these figures, so leave the part in question empty.")
    if not 0 < in_question <= open_cents:
        raise CannotDispute(
            f"The part in question is above zero, and at most {format_money(open_cents, currency)}, which we still have"
            " to pay you. Leave it empty if you do not know."
        )


def checked_words(words: str) -> str:
    """What somebody wrote, without blanks around it. Raises CannotDispute for nothing, or too much."""
    words = words.strip()
    if not words:
        raise CannotDispute("Write a few words, so that we know what to look at.")
    if len(words) > LONGEST_WORDS:
        raise CannotDispute(f"This has {len(words)} characters. Write at most {LONGEST_WORDS}, or add a file.")
    return words


def _record_filing(dispute: Dispute, actor: Person, at: datetime) -> None:
    audit.record(
        action="dispute.filed",
        actor=actor,
        subject=dispute,
        at=at,
        account=dispute.account.audit_name,
        deal=dispute.case.deal.audit_name,
        version=dispute.adjustment.proposal.version,
        reason=dispute.reason.value,
        words=dispute.words,
        in_question_cents=dispute.in_question_cents,
        file=dispute.file_sha256,
        read_by_on=dispute.read_by_on.isoformat(),
        answer_by_on=dispute.answer_by_on.isoformat(),
    )


def add_words(*, dispute: Dispute, words: str, by: Person, at: datetime) -> DisputeEntry:
    """The investor adds to what they said. Raises CannotDispute."""
    session.refresh(dispute, with_for_update=True)
    check_answers_for(dispute.account_id, dispute.adjustment, by, at)
    if not dispute.is_standing:
        raise CannotDispute("This is over. Tell us anew if something still looks wrong.")
    return write(dispute, EntryKind.INVESTOR, words, by=by, at=at)


def ask_for_review(*, dispute: Dispute, words: str, by: Person, at: datetime) -> None:
    """The investor disagrees, and somebody who did not work on it looks again. Raises CannotDispute."""
    session.refresh(dispute, with_for_update=True)
    check_answers_for(dispute.account_id, dispute.adjustment, by, at)
    today = today_in(dispute.case.incident, at)
    if not dispute.is_reviewable or dispute.review_until_on is None:
        raise CannotDispute("There is no answer that could be looked at again.")
    if today > dispute.review_until_on:
        raise CannotDispute(
            f"A second look could be asked for through {format_date(dispute.review_until_on)}. Please call us."
        )
    dispute.state = step(DISPUTE, dispute.state, DisputeState.REVIEWING)
    dispute.review_by_on = after(today, dispute.case.incident.answer_within_days)
    write(dispute, EntryKind.REVIEW_WANTED, words, by=by, at=at)
    parts = {"review_by_on": dispute.review_by_on.isoformat()}
    audit.record(action="dispute.review_asked", actor=by, subject=dispute, at=at, **parts)


def withdraw(*, dispute: Dispute, by: Person, at: datetime, taken_by: Person | None = None) -> None:
    """Take it back: the money goes its way again. A second time changes nothing.

    `taken_by` is who of us took it by phone. Raises CannotDispute.
    """
    session.refresh(dispute, with_for_update=True)
    check_answers_for(dispute.account_id, dispute.adjustment, by, at)
    if dispute.state is DisputeState.WITHDRAWN:
        return
    if not dispute.is_standing:
        raise CannotDispute("This is over already, so there is nothing to take back.")
    dispute.state, dispute.ended_at = step(DISPUTE, dispute.state, DisputeState.WITHDRAWN), at
    session.flush()
    actor = taken_by or by
    audit.record(action="dispute.withdrawn", actor=actor, subject=dispute, at=at)
    resume(dispute, because=WITHDRAWN, by=actor, at=at)
    tell_others(dispute=dispute, done=Done.WITHDREW, by=by, taken_by=taken_by, at=at)


def write(dispute: Dispute, kind: EntryKind, words: str, *, by: Person, at: datetime) -> DisputeEntry:
    """One more entry of the thread, recorded. Raises CannotDispute."""
    entry = DisputeEntry(dispute=dispute, kind=kind, author=by, words=checked_words(words), at=at)
    session.add(entry)
    session.flush()
    audit.record(action="dispute.noted", actor=by, subject=dispute, at=at, kind=kind.value, words=entry.words)
    return entry
