"""Signing a proposal. Callers own the transaction; see `app.core.db`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app import allocations, audit, identity
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import format_datetime
from app.identity import Person, Role
from app.incidents.canonical import digest
from app.incidents.proposal_models import Approval, Proposal
from app.incidents.proposing import canonical_form
from app.incidents.workflow import PROPOSAL, ProposalState, step

SIGNATURES_NEEDED = frozenset({Role.MANAGEMENT, Role.LEGAL})


class CannotApprove(DomainError):
    """This person may not approve or reject this proposal now."""


@dataclass(frozen=True)
class Capacity:
    """How somebody may sign: their own role, or `absent`'s as their deputy.

    `since` is when that role was given, or the factors of who signs were reset, whichever came later.
    """

    role: Role
    since: datetime
    absent: Person | None = None


def list_capacities(person: Person, *, at: datetime) -> list[Capacity]:
    """Every way in which the person could sign now, their own roles first."""
    own = [Capacity(role, since) for role in sorted(SIGNATURES_NEEDED) if (since := identity.signs_since(person, role))]
    for each in identity.list_deputised(deputy=person, on=at.date()):
        since = identity.signs_since(each.approver, each.role, deputy=person)
        if since is not None:
            own.append(Capacity(each.role, since, each.approver))
    return own


def list_signers(proposal: Proposal, *, on: date) -> list[tuple[Person, Capacity]]:
    """Everybody who could still give a missing signature on that day, deputies named with the absent approver."""
    missing = SIGNATURES_NEEDED - {approval.role for approval in proposal.approvals}
    own = [
        (person, Capacity(role, since))
        for role in sorted(missing)
        for person in identity.list_people_with_role(role)
        if (since := identity.signs_since(person, role))
    ]
    deputies = [
        (each.deputy, Capacity(each.role, since, each.approver))
        for each in identity.list_delegations(on=on)
        if each.role in missing
        and each.is_in_force(on)
        and (since := identity.signs_since(each.approver, each.role, deputy=each.deputy))
    ]
    return own + deputies


def choose_capacity(proposal: Proposal, person: Person, *, at: datetime, role: Role | None = None) -> Capacity:
    """In which the person may sign this proposal now, as `role` if one is wanted. Raises CannotApprove."""
    if proposal.state is not ProposalState.PROPOSED:
        raise CannotApprove(f"This proposal is {proposal.state}, not waiting for approval.")
    if person.id == proposal.proposed_by_id:
        raise CannotApprove("You proposed this correction, so someone else must approve it.")
    if any(approval.approver_id == person.id for approval in proposal.approvals):
        raise CannotApprove("You have already approved this correction.")
    capacities = [each for each in list_capacities(person, at=at) if role in (None, each.role)]
    if not capacities:
        raise CannotApprove("Only a management or a legal approver may decide on a correction.")
    refusals = {each: _why_not(proposal, each) for each in capacities}
    fit = next((each for each, refusal in refusals.items() if refusal is None), None)
    if fit is None:
        raise CannotApprove(next(iter(refusals.values())) or "")
    return fit


def _why_not(proposal: Proposal, capacity: Capacity) -> str | None:
    """The reason why nobody may sign this proposal in that capacity, or None."""
    role, absent = capacity.role, capacity.absent
    if any(approval.role is role for approval in proposal.approvals):
        return f"{role.label} has already approved this correction."
    if capacity.since > proposal.proposed_at:
        since = format_datetime(capacity.since, proposal.incident.zone)
        whose = f"You sign for {absent.full_name}" if absent else "You sign"
        return (
            f"{whose} as {role.label} only since {since}, after this was proposed. "
            "Somebody who held the role then signs."
        )
    if absent and absent.id == proposal.proposed_by_id:
        return f"{absent.full_name} proposed this correction, so nobody signs it for them."
    if absent and any(approval.approver_id == absent.id for approval in proposal.approvals):
        return f"{absent.full_name} has already approved this correction."
    return None


def _check_certificates(proposal: Proposal) -> None:
    for part in proposal.parts:
        if fault := allocations.recheck(part.run):
            raise CannotApprove(
                f"{part.case.deal.name}: the certificate no longer holds: {fault}. Run the rule and propose again."
            )


def approve(
    *,
    proposal: Proposal,
    digest_seen: str,
    approver: Person,
    role: Role,
    note: str,
    texts: Mapping[str, str],
    at: datetime,
) -> None:
    """Sign a proposal for management or for legal; both signatures approve it. Raises CannotApprove.

    `texts` names each notice template of now by the SHA-256 of its bytes: what changed since is not signed.
    """
    capacity = _check(proposal, digest_seen, approver, role, at)
    if digest(canonical_form(proposal.incident, proposal, texts)) != proposal.digest:
        raise CannotApprove(
            "Figures, facts or notice texts changed after this was proposed. It is proposed again first."
        )
    _check_certificates(proposal)
    absent = capacity.absent
    signed_for_id = absent.id if absent else None
    proposal.approvals.append(
        Approval(approver_id=approver.id, signed_for_id=signed_for_id, role=role, digest=digest_seen, note=note, at=at)
    )
    if {approval.role for approval in proposal.approvals} >= SIGNATURES_NEEDED:
        proposal.state = step(PROPOSAL, proposal.state, ProposalState.APPROVED)
    session.flush()  # let the constraints speak here, not at commit
    parts = _signed_for(capacity) | {"role": role.value, "digest": digest_seen, "note": note}
    audit.record(action="proposal.approved", actor=approver, subject=proposal, at=at, **parts)


def reject(*, proposal: Proposal, digest_seen: str, approver: Person, role: Role, reason: str, at: datetime) -> None:
    """Refuse a proposal with a reason; a new one may be made. Raises CannotApprove."""
    capacity = _check(proposal, digest_seen, approver, role, at)
    if not reason.strip():
        raise CannotApprove("Write the reason, so that the next proposal can be better.")
    proposal.state = step(PROPOSAL, proposal.state, ProposalState.REJECTED)
    proposal.rejected_by_id, proposal.rejected_at, proposal.rejection = approver.id, at, reason
    session.flush()
    parts = _signed_for(capacity) | {"role": role.value, "reason": reason}
    audit.record(action="proposal.rejected", actor=approver, subject=proposal, at=at, **parts)


def _signed_for(capacity: Capacity) -> dict[str, str]:
    return {"signed_for": capacity.absent.audit_name} if capacity.absent else {}


def _check(proposal: Proposal, digest_seen: str, approver: Person, role: Role, at: datetime) -> Capacity:
    session.refresh(proposal, with_for_update=True)  # two approvers may sign at the same moment
    capacity = choose_capacity(proposal, approver, at=at, role=role)
    if proposal.digest != digest_seen:
        raise CannotApprove("The proposal changed after you opened it. Read it again.")
    return capacity
