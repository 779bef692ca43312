"""What a change voids: every proposal that was not published yet. Callers own the transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app import audit
from app.core.db import session
from app.identity import Person
from app.incidents.models import Incident
from app.incidents.proposal_models import Proposal
from app.incidents.workflow import PROPOSAL, ProposalState, step

VOIDABLE = frozenset(state for state, following in PROPOSAL.items() if ProposalState.VOID in following)


def list_voidable(incident: Incident) -> Sequence[Proposal]:
    """The proposals of the incident that any change of what they rest on voids, oldest first; for a word beforehand."""
    theirs = select(Proposal).where(Proposal.incident_id == incident.id, Proposal.state.in_(VOIDABLE))
    return session.scalars(theirs.order_by(Proposal.version)).all()


def void_unpublished(incident: Incident, *, by: Person, at: datetime) -> Sequence[Proposal]:
    """Void them, approvals included, and answer which."""
    voided = list_voidable(incident)
    for proposal in voided:
        proposal.state = step(PROPOSAL, proposal.state, ProposalState.VOID)
        audit.record(action="proposal.voided", actor=by, subject=proposal, at=at, approvals=len(proposal.approvals))
    session.flush()
    return voided
