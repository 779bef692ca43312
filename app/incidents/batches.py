"""Committing a publication batch by batch: who is left is asked of the rows, and each batch is one transaction.

The cursor only saves asking the rows about everybody again and again. Callers own the transaction.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select

from app import audit, identity, notices
from app.core import signals
from app.core.db import ring, session
from app.incidents.audience import Concerned
from app.incidents.current import list_uncovered
from app.incidents.facts import common_facts, list_adjustments, list_unpublished, tell
from app.incidents.making_due import WORKER, is_written_to, keep_the_rest, publish_adjustments
from app.incidents.models import Incident
from app.incidents.proposal_models import Adjustment, Proposal, Publication
from app.incidents.sending import CANARY, link_expires_at
from app.incidents.untold import list_untold
from app.incidents.workflow import INCIDENT, PROPOSAL, PUBLICATION, IncidentState, ProposalState, PublicationState, step
from app.notices import AllClear, Correction

BATCH = 500
Told = Correction | AllClear


def list_waiting() -> Sequence[Publication]:
    """Publications that have a batch to commit."""
    states = (PublicationState.CANARY, PublicationState.RUNNING)
    return session.scalars(select(Publication).where(Publication.state.in_(states)).order_by(Publication.id)).all()


def publish_batch(*, publication: Publication, at: datetime) -> int:
    """Commit-sized: tell the next people, their settlements due and their figures visible. Answers how many."""
    session.refresh(publication, with_for_update=True)
    if publication.state not in (PublicationState.CANARY, PublicationState.RUNNING):
        return 0
    is_canary = publication.state is PublicationState.CANARY
    concerned = _next_people(publication, CANARY - publication.done if is_canary else BATCH)
    publication.done += _publish_to(publication.proposal, concerned, at)
    publication.total = max(publication.total, publication.done)  # somebody may have been given authority meanwhile
    if concerned:
        publication.cursor = max(publication.cursor, concerned[-1].person.id)
    if not _next_people(publication, 1):
        _finish(publication, at)
    elif is_canary and publication.done >= CANARY:
        publication.state = step(PUBLICATION, publication.state, PublicationState.WAITING)
    else:
        ring(signals.publication_waits)
    session.flush()
    return len(concerned)


def _next_people(publication: Publication, at_most: int) -> Sequence[Concerned]:
    """Who is told next: those beyond the cursor, and at the end whoever has joined before it meanwhile."""
    proposal, on = publication.proposal, publication.started_at.date()
    beyond = list_untold(proposal, on, after=publication.cursor, at_most=at_most)
    return beyond or list_untold(proposal, on, after=0, at_most=at_most)


def _publish_to(proposal: Proposal, concerned: Sequence[Concerned], at: datetime) -> int:
    """Answers how many of them are written to."""
    accounts = frozenset[int]().union(*(each.account_ids for each in concerned))
    adjustments = list_adjustments(proposal, accounts)
    publish_adjustments(proposal, adjustments, at)
    return _tell_all(proposal, _told(proposal, _sorted_to(concerned, adjustments)), at)


def list_corrections(proposal: Proposal, people: Sequence[Concerned]) -> Sequence[tuple[Concerned, Told]]:
    """Who of these is written to by a proposal, and what; the database is asked once for all of them."""
    accounts = frozenset[int]().union(*(each.account_ids for each in people))
    return _told(proposal, _sorted_to(people, list_adjustments(proposal, accounts)))


def _sorted_to(
    people: Sequence[Concerned], adjustments: Sequence[Adjustment]
) -> Sequence[tuple[Concerned, Sequence[Adjustment]]]:
    by_account: defaultdict[int, list[Adjustment]] = defaultdict(list)
    for adjustment in adjustments:
        by_account[adjustment.account_id].append(adjustment)
    return [(each, _theirs(by_account, each)) for each in people]


def _theirs(by_account: Mapping[int, list[Adjustment]], concerned: Concerned) -> Sequence[Adjustment]:
    """One person's adjustments, oldest deal first."""
    found = [adjustment for account_id in concerned.account_ids for adjustment in by_account[account_id]]
    return sorted(found, key=lambda each: (each.case.deal.closed_on, each.account_id)) if len(found) > 1 else found


def _told(
    proposal: Proposal, theirs: Sequence[tuple[Concerned, Sequence[Adjustment]]]
) -> Sequence[tuple[Concerned, Told]]:
    """What each is told, but for those to whom nothing is new or whose notice the threshold waives."""
    common = common_facts(proposal)
    return [(to, tell(proposal, to, adjustments, common)) for to, adjustments in theirs if is_written_to(adjustments)]


def _tell_all(proposal: Proposal, contents: Sequence[tuple[Concerned, Told]], at: datetime) -> int:
    """Queue one notice each; answers how many."""
    told = [(to, str(uuid4()), content) for to, content in contents]
    opens = page_of(proposal)
    links = identity.open_notice_links(
        [
            identity.NoticeLink(
                person_id=to.person.id,
                message_pseudonym=name,
                opens=opens,
                expires_at=link_expires_at(proposal.incident, last_date(proposal, content), at),
            )
            for to, name, content in told
        ],
        at=at,
    )
    posts = [notices.Post(content, to.person.id, to.person.email, name, links[name]) for to, name, content in told]
    notices.queue_all(posts, subject_key=proposal.audit_name, at=at)
    return len(posts)


def page_of(proposal: Proposal) -> str:
    """The page that the links of its notices open."""
    return f"/corrections/{proposal.incident.reference}"


def last_date(proposal: Proposal, content: Correction | AllClear) -> date:
    """The last date that the notice names."""
    if isinstance(content, AllClear):
        return proposal.notice_on
    return max(day for day in (content.look_by, content.pay_by, content.due_by) if day is not None)


def _finish(publication: Publication, at: datetime) -> None:
    """Nobody is left to tell; an account that nobody acts for any more still falls due."""
    proposal = publication.proposal
    keep_the_rest(proposal, at)
    publish_adjustments(proposal, list_unpublished(proposal), at)
    publication.state = step(PUBLICATION, publication.state, PublicationState.DONE)
    publication.total, publication.finished_at = publication.done, at
    proposal.state = step(PROPOSAL, proposal.state, ProposalState.PUBLISHED)
    session.flush()
    _count_as_published(proposal.incident)
    audit.record(action="publication.finished", actor=WORKER, subject=proposal, at=at, people=publication.done)


def _count_as_published(incident: Incident) -> None:
    """It stands where the least advanced of its cases stands."""
    if incident.state is IncidentState.INVESTIGATING and not list_uncovered(incident):
        incident.state = step(INCIDENT, incident.state, IncidentState.PUBLISHED)
