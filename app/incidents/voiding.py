"""What a change takes away: signatures given or asked for on what it changes. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person
from app.incidents.models import FirstNotice, Incident, Update
from app.incidents.proposal_models import Proposal
from app.incidents.workflow import LEAVING, NOTICE, PROPOSAL, NoticeState, ProposalState, step

VOIDABLE = frozenset(state for state, following in PROPOSAL.items() if ProposalState.VOID in following)
OUT = (ProposalState.PUBLISHING, ProposalState.PUBLISHED)
UNSENT = (NoticeState.PROPOSED, NoticeState.APPROVED)


class CannotChange(DomainError):
    """What was published, or is on its way, is no longer changed like this."""


def list_voidable(incident: Incident) -> Sequence[Proposal]:
    """The proposals of the incident that any change of what they rest on voids, oldest first; for a word beforehand."""
    theirs = select(Proposal).where(Proposal.incident_id == incident.id, Proposal.state.in_(VOIDABLE))
    return session.scalars(theirs.order_by(Proposal.version)).all()


def void_unpublished(incident: Incident, *, by: Person | str, at: datetime) -> Sequence[Proposal]:
    """Void them, approvals included, and answer which."""
    voided = list_voidable(incident)
    for proposal in voided:
        proposal.state = step(PROPOSAL, proposal.state, ProposalState.VOID)
        audit.record(action="proposal.voided", actor=by, subject=proposal, at=at, approvals=len(proposal.approvals))
    session.flush()
    return voided


@dataclass(frozen=True)
class AtStake:
    """What a change to the facts of an incident voids; page and operation read the same."""

    proposals: Sequence[Proposal]
    notices: Sequence[FirstNotice | Update]

    @property
    def signers(self) -> list[str]:
        """Whose signatures are lost."""
        signed = [approval.signed_by for each in self.proposals for approval in each.approvals]
        return signed + [each.approved_by.full_name for each in self.notices if each.approved_by]

    @property
    def figures(self) -> "AtStake":
        """Without the notices: for a change that none of them tells."""
        return AtStake(self.proposals, ())

    @property
    def words(self) -> "AtStake":
        """Without the proposals: for a change that only the notices tell."""
        return AtStake((), self.notices)

    def __bool__(self) -> bool:
        return bool(self.proposals or self.notices)


def list_notices(incident: Incident) -> list[FirstNotice | Update]:
    """First notices and updates, each in the order of their making."""
    return [*incident.first_notices, *incident.updates]


def find_at_stake(incident: Incident) -> AtStake:
    """What waits for signatures or has them, and has not left yet."""
    return AtStake(list_voidable(incident), [each for each in list_notices(incident) if each.state in UNSENT])


def void(incident: Incident, stake: AtStake, *, by: Person, at: datetime) -> AtStake:
    """Void what of it belongs to the incident now, and answer it."""
    if stake.proposals:
        void_unpublished(incident, by=by, at=at)
    void_notices(stake.notices, by=by, at=at)
    return stake


def void_notices(notices: Sequence[FirstNotice | Update], *, by: Person, at: datetime) -> None:
    """They can no longer be approved or sent."""
    for notice in notices:
        was, notice.state = notice.state, step(NOTICE, notice.state, NoticeState.VOID)
        session.flush()
        audit.record(action="notice.voided", actor=by, subject=notice, at=at, was=was.value)


def check_nothing_is_out(incident: Incident) -> None:
    """Raises CannotChange when people read, or are about to read, what a change would alter behind their backs."""
    out = session.scalar(
        select(Proposal.version).where(Proposal.incident_id == incident.id, Proposal.state.in_(OUT)).limit(1)
    )
    if out is not None:
        raise CannotChange(
            f"Version {out} was published with it. What people were told is not changed behind their backs."
        )
    if any(each.state in LEAVING for each in list_notices(incident)):
        raise CannotChange("A notice is leaving just now. Change it once everybody has theirs.")
