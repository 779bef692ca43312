"""Mail about answers: to an account's other people that somebody answered, and to all that we replied.

Neither says what was written. Callers own the transaction; see `app.core.db`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import identity, notices
from app.core.db import session
from app.identity import Account, Authority, Person, Scope
from app.incidents.answering.dispute_models import Dispute, DisputeEntry
from app.incidents.answering.election_models import Choice, Election
from app.incidents.answering.pausing import today_in
from app.incidents.facts import contact_facts
from app.incidents.models import Case
from app.incidents.proposal_models import Acknowledgment
from app.incidents.sending import link_expires_at
from app.notices import AnswerGiven, Done, Replied

VERSIONS = {Done.DISPUTED: 1, Done.WITHDREW: 2}
"""Each is told once of a dispute."""
CHOSE = {Choice.TAKE: Done.TOOK, Choice.LEAVE: Done.LEFT, Choice.TALK: Done.TALKS}


def tell_others(*, dispute: Dispute, done: Done, by: Person, at: datetime, taken_by: Person | None = None) -> None:
    """Tell the account's other people, at once, what one of them did; themselves as well where we took it by phone."""
    content = _taken(_given(dispute.case, dispute.account, done, by, at), taken_by)
    key = dispute.audit_name
    for each in _people_of(dispute.case, dispute.account, at):
        if taken_by or each.person_id != by.id:
            notices.queue(content=content, person=each.person, subject_key=key, version=VERSIONS[done], at=at)


def tell_of_election(*, election: Election, taken_by: Person | None, at: datetime) -> None:
    """Tell the account's other people, at once, what one of them chose; as `tell_others` themselves as well."""
    case, account = election.adjustment.case, election.adjustment.account
    content = _taken(_given(case, account, CHOSE[election.choice], election.person, at), taken_by)
    for each in _people_of(case, account, at):
        if taken_by or each.person_id != election.person_id:
            notices.queue(content=content, person=each.person, subject_key=election.audit_name, version=1, at=at)


def tell_of_reading(*, acknowledgment: Acknowledgment, taken_by: Person, at: datetime) -> None:
    """Tell the person that we wrote down by phone that they have read it."""
    incident, person = acknowledgment.proposal.incident, acknowledgment.person
    content = AnswerGiven(
        reference=incident.reference,
        contact=contact_facts(incident),
        account="",
        deal_name="",
        done=Done.READ,
        by_name=person.full_name,
        given_at=at,
        zone=incident.zone,
        taken_by=taken_by.full_name,
    )
    notices.queue(content=content, person=person, subject_key=acknowledgment.audit_name, version=1, at=at)


def _given(case: Case, account: Account, done: Done, by: Person, at: datetime) -> AnswerGiven:
    incident = case.incident
    return AnswerGiven(
        reference=incident.reference,
        contact=contact_facts(incident),
        account=account.name,
        deal_name=case.deal.name,
        done=done,
        by_name=by.full_name,
        given_at=at,
        zone=incident.zone,
    )


def _taken(content: AnswerGiven, taken_by: Person | None) -> AnswerGiven:
    return replace(content, taken_by=taken_by.full_name) if taken_by else content


def tell_of_reply(*, dispute: Dispute, entry: DisputeEntry, at: datetime) -> None:
    """Tell everybody of the account that there is something to read on their page."""
    incident = dispute.case.incident
    last_date = dispute.review_until_on or dispute.answer_by_on
    for each in _people_of(dispute.case, dispute.account, at):
        content = Replied(
            reference=incident.reference,
            contact=contact_facts(incident),
            asked_on=dispute.filed_on,
            is_copy=each.scope is Scope.SEES,
        )
        link = identity.open_notice_link(
            person=each.person,
            message_pseudonym=str(uuid4()),
            opens=f"/corrections/{incident.reference}/disputes/{dispute.pseudonym}",
            expires_at=link_expires_at(incident, last_date, at),
            at=at,
        )
        notices.queue(
            content=content, person=each.person, subject_key=dispute.audit_name, version=entry.id, link=link, at=at
        )


def _people_of(case: Case, account: Account, at: datetime) -> Sequence[Authority]:
    theirs = select(Authority).where(Authority.account_id == account.id, identity.in_force(today_in(case.incident, at)))
    return session.scalars(theirs.options(joinedload(Authority.person)).order_by(Authority.id)).all()
