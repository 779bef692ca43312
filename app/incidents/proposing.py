"""Making one proposal over an incident's cases from the right rule's runs. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor

from sqlalchemy import select

from app import allocations, audit, settlement
from app.allocations import Run, RunShare
from app.core.db import session
from app.core.errors import DomainError
from app.core.text import plain_fraction
from app.identity import Person
from app.incidents.canonical import canonical, digest
from app.incidents.interest_due import Collected, excess_of
from app.incidents.models import Case, Incident, StatementKind
from app.incidents.proposal_models import Adjustment, InterestLine, Policy, Proposal, ProposalPart, Remedy
from app.incidents.voiding import void_unpublished
from app.incidents.workflow import ProposalState

INTEREST_POLICY = "simple-act/365f"
SHORTEST_LOOK = timedelta(days=10)
DEFAULT_POLICY: Policy = {"may_decline": True, "unpaid_offer": "ends", "interest": INTEREST_POLICY}


class CannotPropose(DomainError):
    """The proposal cannot be made like this."""


@dataclass(frozen=True)
class KeyDates:
    """In order: notice < look-by (at least 10 days apart) < pay-by; look-by < due-by; remind-on before due-by."""

    notice_on: date
    look_by: date
    pay_by: date
    remind_on: date
    due_by: date

    def check(self) -> None:
        """Raises CannotPropose with the first rule that is broken."""
        if self.look_by - self.notice_on < SHORTEST_LOOK:
            raise CannotPropose("Give people at least 10 days between the notice and the day to look by.")
        if self.pay_by <= self.look_by:
            raise CannotPropose("Refunds are paid after the day to look by.")
        if self.due_by <= self.look_by:
            raise CannotPropose("Offers end after the day to look by.")
        if not self.look_by < self.remind_on <= self.due_by:
            raise CannotPropose("The reminder comes after the day to look by and no later than the offers' end.")

    def weekends(self) -> list[date]:
        """The dates that fall on a Saturday or a Sunday."""
        return [day for day in (self.look_by, self.pay_by, self.remind_on, self.due_by) if day.weekday() >= 5]


def propose(
    *, incident: Incident, dates: KeyDates, pay_to: str, reason: str, texts: Mapping[str, str], by: Person, at: datetime
) -> Proposal:
    """One redistribution over all cases, from the newest run of each agreement's rule; voids an unpublished one.

    `texts` names each notice template by the SHA-256 of its bytes. Raises CannotPropose.
    """
    session.refresh(incident, with_for_update=True)
    dates.check()
    if not pay_to.strip():
        raise CannotPropose("Say where an offer is paid to; legal approves it.")
    proposal = _new_version(incident, dates, by, at)
    proposal.pay_to, proposal.reason = pay_to, reason
    proposal.canonical = canonical_form(incident, proposal, texts)
    proposal.digest = digest(proposal.canonical)
    session.add(proposal)
    session.flush()
    audit.record(
        action="proposal.made", actor=by, subject=proposal, at=at, digest=proposal.digest, version=proposal.version
    )
    return proposal


def _new_version(incident: Incident, dates: KeyDates, by: Person, at: datetime) -> Proposal:
    earlier = list_proposals(incident)
    _make_room(incident, earlier, by, at)
    parts = [_part(case) for case in incident.cases]
    return Proposal(
        incident=incident,
        version=len(earlier) + 1,
        notice_on=dates.notice_on,
        look_by=dates.look_by,
        pay_by=dates.pay_by,
        remind_on=dates.remind_on,
        due_by=dates.due_by,
        policy=DEFAULT_POLICY,
        parts=parts,
        proposed_by_id=by.id,
        proposed_at=at,
        adjustments=[each for part in parts for each in _adjustments(part, dates.pay_by)],
    )


def list_proposals(incident: Incident) -> Sequence[Proposal]:
    """Every proposal of the incident, oldest first."""
    return session.scalars(select(Proposal).where(Proposal.incident_id == incident.id).order_by(Proposal.version)).all()


def _make_room(incident: Incident, earlier: Sequence[Proposal], by: Person, at: datetime) -> None:
    for proposal in earlier:
        if proposal.state in (ProposalState.PUBLISHING, ProposalState.PUBLISHED):
            raise CannotPropose(f"Version {proposal.version} is {proposal.state} already.")
    void_unpublished(incident, by=by, at=at)


def _part(case: Case) -> ProposalPart:
    """The case with the newest run of its agreement's rule, if that may be proposed."""
    deal = case.deal
    run = allocations.find_newest_run(deal, deal.rule, basis_kind=case.incident.binding)
    if run is None:
        kind = case.incident.binding
        raise CannotPropose(f"{deal.name}: first run {deal.rule}, the rule of the agreement, on the {kind} bases.")
    if deal.rule.is_defect or deal.rule is case.incident.rule:
        raise CannotPropose(f"{deal.name}: {deal.rule} is a contained rule and can never be proposed.")
    if not run.is_certified:
        raise CannotPropose(f"{deal.name}: the certificate of the run {run.certificate}.")
    return ProposalPart(case=case, case_id=case.id, remedy=Remedy.REDISTRIBUTION, run=run)


def _adjustments(part: ProposalPart, pay_by: date) -> list[Adjustment]:
    schedule = settlement.rates_of(INTEREST_POLICY)
    return [_adjustment(part, share, schedule, pay_by) for share in part.run.shares]


def _adjustment(part: ProposalPart, share: RunShare, schedule: Mapping[date, Fraction], pay_by: date) -> Adjustment:
    request = share.request
    payments = [Collected(payment.amount_cents, payment.paid_on) for payment in request.payments]
    is_over = share.allocated_cents < request.recorded_cents
    lines = _interest(payments, share.allocated_cents, schedule, pay_by) if is_over else []
    return Adjustment(
        case=part.case,
        account_id=request.account_id,
        request=request,
        recorded_cents=request.recorded_cents,
        corrected_cents=share.allocated_cents,
        collected_cents=sum(payment.amount_cents for payment in payments),
        is_capped=share.is_capped,
        interest_lines=lines,
        interest_cents=floor(sum((Fraction(line["exact"]) for line in lines), Fraction(1, 2))),
    )


def _interest(
    payments: Sequence[Collected], corrected_cents: int, schedule: Mapping[date, Fraction], pay_by: date
) -> list[InterestLine]:
    return [
        InterestLine(
            principal_cents=excess.principal_cents,
            from_on=line.from_on.isoformat(),
            to_on=line.to_on.isoformat(),
            days=line.days,
            rate=plain_fraction(line.rate),
            exact=plain_fraction(line.exact),
        )
        for excess in excess_of(payments, corrected_cents)
        for line in settlement.interest(
            excess.principal_cents, from_on=excess.since, to_on=pay_by, policy=INTEREST_POLICY, rates=schedule
        ).lines
    ]


def canonical_form(incident: Incident, proposal: Proposal, texts: Mapping[str, str]) -> str:
    """What people sign: everything that decides who gets what, when, and in which words."""
    fixed = incident.statement(StatementKind.FIXED)
    return canonical(
        {
            "v": 1,
            "incident": incident.reference,
            "version": proposal.version,
            "cause": incident.cause,
            "fixed": [fixed.release.name, fixed.done_on.isoformat()] if fixed else None,
            "contact": [incident.contact_name, incident.contact_phone, incident.contact_hours, incident.zone],
            "dates": {
                name: getattr(proposal, name).isoformat()
                for name in ("notice_on", "look_by", "pay_by", "remind_on", "due_by")
            },
            "pay_to": proposal.pay_to,
            "policy": dict(proposal.policy),
            "reason": proposal.reason,
            "texts": dict(texts),
            "deals": [_canonical_part(part, proposal.adjustments) for part in proposal.parts],
        }
    )


def _canonical_part(part: ProposalPart, adjustments: Sequence[Adjustment]) -> dict[str, object]:
    run: Run = part.run
    return {
        "deal": part.case.deal.external_id,
        "remedy": part.remedy.value,
        "run": run.audit_name,
        "rule": run.rule.value,
        "rate": plain_fraction(run.rate) if run.rate is not None else None,
        "adjustments": [
            [
                each.request.position,
                each.recorded_cents,
                each.corrected_cents,
                each.collected_cents,
                each.interest_cents,
            ]
            for each in adjustments
            if each.case is part.case
        ],
    }
