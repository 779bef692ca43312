"""Signing a proposal. Callers own the transaction; see `app.core.db`."""

from datetime import datetime

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.identity import Person, Role
from app.incidents.proposal_models import Approval, Proposal
from app.incidents.workflow import PROPOSAL, ProposalState, step

SIGNATURES_NEEDED = frozenset({Role.MANAGEMENT, Role.LEGAL})


class CannotApprove(DomainError):
    """This person may not approve or reject this proposal now."""


def approve(*, proposal: Proposal, digest_seen: str, approver: Person, role: Role, note: str, at: datetime) -> None:
    """Sign a proposal for management or for legal; both signatures approve it. Raises CannotApprove."""
    _check(proposal, digest_seen, approver, role)
    if any(approval.approver_id == approver.id for approval in proposal.approvals):
        raise CannotApprove("You have already approved this correction.")
    if any(approval.role is role for approval in proposal.approvals):
        raise CannotApprove(f"{role.label} has already approved this correction.")

    proposal.approvals.append(Approval(approver_id=approver.id, role=role, digest=digest_seen, note=note, at=at))
    if {approval.role for approval in proposal.approvals} >= SIGNATURES_NEEDED:
        proposal.state = step(PROPOSAL, proposal.state, ProposalState.APPROVED)
    session.flush()  # let the constraints speak here, not at commit
    audit.record(
        action="proposal.approved",
        actor=approver,
        subject=proposal,
        at=at,
        role=role.value,
        digest=digest_seen,
        note=note,
    )


def reject(*, proposal: Proposal, digest_seen: str, approver: Person, role: Role, reason: str, at: datetime) -> None:
    """Refuse a proposal with a reason; a new one may be made. Raises CannotApprove."""
    _check(proposal, digest_seen, approver, role)
    if not reason.strip():
        raise CannotApprove("Write the reason, so that the next proposal can be better.")
    proposal.state = step(PROPOSAL, proposal.state, ProposalState.REJECTED)
    proposal.rejected_by_id, proposal.rejected_at, proposal.rejection = approver.id, at, reason
    session.flush()
    audit.record(action="proposal.rejected", actor=approver, subject=proposal, at=at, role=role.value, reason=reason)


def _check(proposal: Proposal, digest_seen: str, approver: Person, role: Role) -> None:
    session.refresh(proposal, with_for_update=True)  # two approvers may sign at the same moment
    if role not in SIGNATURES_NEEDED or role not in approver.roles:
        raise CannotApprove("Only a management or a legal approver may decide on a correction.")
    if proposal.state is not ProposalState.PROPOSED:
        raise CannotApprove(f"This proposal is {proposal.state}, not waiting for approval.")
    if proposal.digest != digest_seen:
        raise CannotApprove("The proposal changed after you opened it. Read it again.")
    if approver.id == proposal.proposed_by_id:
        raise CannotApprove("You proposed this correction, so someone else must approve it.")
