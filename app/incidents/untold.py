"""Whom a proposal still has to tell, as the rows say: concerned, and no message about it to them yet."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_

from app import identity
from app.identity import Authority, Person
from app.incidents.audience import Concerned, list_concerned_where
from app.incidents.proposal_models import Adjustment, Proposal
from app.incidents.remedies import Waiver
from app.incidents.replacing import is_a_first
from app.notices import Message


def list_untold(proposal: Proposal, on: date, *, after: int, at_most: int) -> Sequence[Concerned]:
    """A page of the people concerned whose batch is not committed, by id, `after` an id."""
    untold = ~exists().where(
        Message.person_id == Person.id,
        Message.subject_key == proposal.audit_name,
        Message.is_rehearsal.is_(False),
    )
    is_left = untold if is_a_first(proposal) else and_(untold, _is_addressed(proposal, on))
    if proposal.threshold_waives.waives_notice:
        is_left = and_(is_left, ~_is_done_in_silence(proposal))
    return list_concerned_where(proposal.incident, on, is_left, after=after, at_most=at_most)


def _is_addressed(proposal: Proposal, on: date) -> ColumnElement[bool]:
    """Whether the version says something new of an account of theirs."""
    return exists().where(
        Authority.person_id == Person.id,
        identity.in_force(on),
        Adjustment.account_id == Authority.account_id,
        Adjustment.proposal_id == proposal.id,
        Adjustment.is_kept.is_(False),
    )


def _is_done_in_silence(proposal: Proposal) -> ColumnElement[bool]:
    """Everything of theirs is published, and the threshold waives the notice (`making_due.is_notice_waived`)."""
    of_theirs = exists().where(
        Authority.person_id == Person.id,
        Adjustment.account_id == Authority.account_id,
        Adjustment.proposal_id == proposal.id,
        Adjustment.is_kept.is_(False),
    )
    changed = or_(
        Adjustment.recorded_cents != Adjustment.corrected_cents,
        Adjustment.is_held,
        Adjustment.distribution_cents != 0,
        Adjustment.replaces_id.is_not(None),
    )
    written_of = Adjustment.waived.in_([waiver for waiver in Waiver if not waiver.waives_notice])
    return and_(
        of_theirs.where(changed),
        ~of_theirs.where(changed, written_of),
        ~of_theirs.where(Adjustment.published_at.is_(None)),
    )
