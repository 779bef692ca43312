"""Making one proposal over an incident's cases from the right rule's runs. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import allocations, audit, settlement
from app.allocations import Run
from app.core.db import session
from app.core.errors import DomainError
from app.core.money import plain_money
from app.core.text import plain_fraction
from app.identity import Person
from app.incidents.binding import check_bound
from app.incidents.canonical import canonical, digest
from app.incidents.coverage import find_coverage
from app.incidents.decisions import INTEREST_POLICY, Decision
from app.incidents.models import Case, Incident, StatementKind
from app.incidents.parts import Decided, Terms, decide
from app.incidents.proposal_lines import Policy
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart
from app.incidents.replacing import replace_published
from app.incidents.stating import contained_rules
from app.incidents.unpaid import Unpaid
from app.incidents.voiding import void_unpublished
from app.incidents.workflow import ProposalState, check_open

SHORTEST_LOOK = timedelta(days=10)
DEFAULT_POLICY: Policy = {
    "may_decline": True,
    "unpaid_offer": Unpaid.ENDS.value,
    "unpaid_obliged": Unpaid.ENDS.value,
    "interest": INTEREST_POLICY,
    "is_bridged": True,
}


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

    def check_begin(self, today: date) -> None:
        """Raises CannotPropose where the day of the notice has passed in every time zone; `today` is UTC's."""
        if self.notice_on < today - timedelta(days=1):
            raise CannotPropose("The day of the notice has passed. Choose today or a later day.")

    def weekends(self) -> list[date]:
        """The dates that fall on a Saturday or a Sunday."""
        return [day for day in (self.look_by, self.pay_by, self.remind_on, self.due_by) if day.weekday() >= 5]


def propose(
    *,
    incident: Incident,
    decision: Decision,
    dates: KeyDates,
    pay_to: str,
    reason: str,
    texts: Mapping[str, str],
    by: Person,
    at: datetime,
) -> Proposal:
    """What was decided for each case, from the newest run of each agreement's rule; voids an unpublished proposal.

    Raises what `draft` raises.
    """
    dates.check_begin(at.date())
    session.refresh(incident, with_for_update=True)
    check_open(incident.state)
    proposal = draft(incident=incident, decision=decision, dates=dates, pay_to=pay_to, reason=reason, texts=texts)
    void_unpublished(incident, by=by, at=at)
    proposal.proposed_by_id, proposal.proposed_at = by.id, at
    session.add(proposal)
    session.flush()
    audit.record(
        action="proposal.made", actor=by, subject=proposal, at=at, digest=proposal.digest, version=proposal.version
    )
    return proposal


def draft(
    *, incident: Incident, decision: Decision, dates: KeyDates, pay_to: str, reason: str, texts: Mapping[str, str]
) -> Proposal:
    """The proposal as it would be made now; it is not stored.

    `texts` names each notice template by the SHA-256 of its bytes: what no text says cannot be proposed. Raises
    CannotPropose, CannotReplace or, in words as well, whatever is missing of the decision.
    """
    dates.check()
    decision.check({case.deal.external_id: case.deal.currency for case in incident.cases})
    if not pay_to.strip():
        raise CannotPropose("Say where an offer is paid to; legal approves it.")
    _check_none_is_leaving(incident)
    check_bound(incident)
    terms = Terms(texts, decision, dates.pay_by)
    covered = [case for case in incident.cases if decision.is_about(case.deal.external_id)]
    decided = [decide(case, _run(case), decision.of(case.deal.external_id), terms) for case in covered]
    proposal = _new_version(incident, decision, dates, decided)
    for each in decided:
        replace_published(each.part, each.adjustments, each.moved)
    proposal.pay_to, proposal.reason = pay_to, reason
    proposal.canonical = canonical_form(incident, proposal, texts)
    proposal.digest = digest(proposal.canonical)
    return proposal


def _new_version(incident: Incident, decision: Decision, dates: KeyDates, decided: Sequence[Decided]) -> Proposal:
    policy = DEFAULT_POLICY.copy()
    policy["interest"] = decision.interest_policy
    policy["unpaid_offer"], policy["unpaid_obliged"] = decision.unpaid_offer.value, decision.unpaid_obliged.value
    policy["may_decline"] = not any(each.part.obliged_by for each in decided)
    table = settlement.list_rates(policy["interest"])
    policy["rates"] = [[rate.valid_from.isoformat(), rate.rate, rate.version] for rate in table if rate.rate]
    return Proposal(
        incident=incident,
        version=len(list_proposals(incident)) + 1,
        **asdict(dates),
        policy=policy,
        thresholds=dict(decision.threshold.cents),
        threshold_waives=decision.threshold.waives,
        threshold_reason=decision.threshold.reason,
        assumptions=list(decision.assumptions),
        parts=[each.part for each in decided],
        adjustments=[adjustment for each in decided for adjustment in each.adjustments],
    )


def list_proposals(incident: Incident) -> Sequence[Proposal]:
    """Every proposal of the incident, oldest first."""
    return session.scalars(select(Proposal).where(Proposal.incident_id == incident.id).order_by(Proposal.version)).all()


def _check_none_is_leaving(incident: Incident) -> None:
    for proposal in list_proposals(incident):
        if proposal.state is ProposalState.PUBLISHING:
            raise CannotPropose(f"Version {proposal.version} is publishing. Propose another once everybody has theirs.")


def _run(case: Case) -> Run:
    """The newest run of the agreement's rule, if its figures may be proposed."""
    deal = case.deal
    run = allocations.find_newest_run(deal, deal.rule, basis_kind=case.incident.binding)
    if run is None:
        kind = case.incident.binding
        raise CannotPropose(f"{deal.name}: first run {deal.rule}, the rule of the agreement, on the {kind} bases.")
    if deal.rule in contained_rules():
        raise CannotPropose(f"{deal.name}: {deal.rule} is a contained rule and can never be proposed.")
    if not run.is_certified:
        raise CannotPropose(f"{deal.name}: the certificate of the run {run.certificate}.")
    return run


def canonical_form(incident: Incident, proposal: Proposal, texts: Mapping[str, str]) -> str:
    """What people sign: everything that decides who gets what, when, and in which words."""
    fixed, coverage = incident.statement(StatementKind.FIXED), find_coverage(incident)
    return canonical(
        {
            "v": 4,
            "incident": incident.reference,
            "version": proposal.version,
            "cause": incident.cause,
            "fixed": [fixed.release.name, fixed.done_on.isoformat()] if fixed else None,
            "binding": incident.binding.value,
            "coverage": asdict(coverage) if coverage else None,
            "contact": [incident.contact_name, incident.contact_phone, incident.contact_hours, incident.zone],
            "dates": {
                name: getattr(proposal, name).isoformat()
                for name in ("notice_on", "look_by", "pay_by", "remind_on", "due_by")
            },
            "pay_to": proposal.pay_to,
            "policy": dict(proposal.policy),
            "threshold": _canonical_threshold(proposal),
            "assumptions": [[each["doubt"], each["resolved"]] for each in proposal.assumptions],
            "reason": proposal.reason,
            "texts": dict(texts),
            "deals": _canonical_parts(proposal),
        }
    )


def _canonical_parts(proposal: Proposal) -> list[dict[str, object]]:
    """The requests are read all at once: asked for one by one, thousands hold a page up for minutes."""
    theirs = select(Adjustment).where(Adjustment.proposal_id == proposal.id)
    session.scalars(theirs.options(selectinload(Adjustment.request))).all()
    return [_canonical_part(part, proposal.adjustments) for part in proposal.parts]


def _canonical_threshold(proposal: Proposal) -> dict[str, object]:
    """Amounts as decimals, so that the redline reads as money."""
    return {
        "below": {currency: plain_money(cents, currency) for currency, cents in proposal.thresholds.items()},
        "waives": proposal.threshold_waives.value,
        "reason": proposal.threshold_reason,
    }


def _canonical_part(part: ProposalPart, adjustments: Sequence[Adjustment]) -> dict[str, object]:
    run: Run = part.run
    return {
        "deal": part.case.deal.external_id,
        "remedy": part.remedy.value,
        "reason": part.reason,
        "risk": [part.risk.value, part.risk_reason],
        "multiple": part.multiple_text,
        "distributions": [part.distributions.value, part.distributions_reason],
        "obliged_by": part.obliged_by,
        "held": part.held,
        "replaces": [part.replaces.version, part.replaces.digest] if part.replaces else None,
        "run": run.audit_name,
        "rule": run.rule.value,
        "rate": plain_fraction(part.rate) if part.rate is not None else None,
        "adjustments": [figures_signed(each) for each in adjustments if each.case is part.case],
    }


def figures_signed(each: Adjustment) -> list[object]:
    """What a signature binds of one adjustment: its place in the file, then every amount in minor units."""
    return [
        each.request.position,
        each.recorded_cents,
        each.corrected_cents,
        each.collected_cents,
        each.change_cents,
        each.refund_cents,
        each.interest_cents,
        each.offer_cents,
        each.cash_cents,
        each.distribution_cents,
        each.is_held,
        each.waived.value,
        each.is_kept,
        each.is_lapsed,
        each.repaid_cents,
        each.taken_cents,
        each.left_cents,
    ]
