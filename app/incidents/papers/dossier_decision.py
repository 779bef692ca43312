"""What a dossier says of the decision: the remedies side by side, what was chosen and why, signatures and interest."""

from collections.abc import Sequence

from app.incidents.asides import list_parties
from app.incidents.comparing import Option
from app.incidents.deciding import CaseComparison, WhatIf, compare
from app.incidents.interest_due import worked_lines
from app.incidents.models import Incident
from app.incidents.papers.dossier_facts import (
    BindingFact,
    InterestFact,
    OptionFact,
    PartFact,
    PartyFact,
    ProposalFact,
    SignatureFact,
    WorkedLine,
)
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart

DATES = ("notice_on", "look_by", "pay_by", "remind_on", "due_by")


def describe_binding(incident: Incident) -> BindingFact:
    """Which bases bind."""
    by = incident.binding_by.full_name if incident.binding_by else None
    return BindingFact(incident.binding, incident.binding_reason, by, incident.binding_at)


def describe_parties(incident: Incident) -> list[PartyFact]:
    """Everybody else who may have to be told, in the order of the checklist."""
    return [
        PartyFact(party.label, line.told_on if line else None, line.because if line else "")
        for party, line in list_parties(incident).items()
    ]


def describe_options(incident: Incident, proposal: Proposal) -> list[OptionFact]:
    """The four remedies of each deal as they compare on the dates, multiples and decliners of this proposal."""
    parts = {part.case_id: part for part in proposal.parts}
    own = {part.case.deal.external_id: part for part in proposal.parts}
    assumed = WhatIf(
        pay_by=proposal.pay_by,
        due_by=proposal.due_by,
        interest_policy=proposal.policy["interest"],
        multiples={name: part.multiple for name, part in own.items() if part.multiple is not None},
        declining={name: part.held for name, part in own.items()},
    )
    return [
        _option(comparison, option, parts.get(comparison.case.id))
        for comparison in compare(incident, assumed)
        for option in comparison.options.values()
    ]


def _option(comparison: CaseComparison, option: Option, part: ProposalPart | None) -> OptionFact:
    deal = comparison.deal
    return OptionFact(
        deal_id=deal.external_id,
        deal_name=deal.name,
        currency=deal.currency,
        remedy=option.remedy.label,
        is_chosen=part is not None and part.remedy is option.remedy,
        missing=option.missing,
        involved=option.involved,
        received_cents=option.received_cents,
        offer_cents=option.offer_cents,
        new_capital_cents=option.new_capital_cents,
        dilution=option.dilution,
        cost_cents=option.cost_cents,
        left_wrong=option.left_wrong,
        above_request=len(option.above_request),
        risk=option.assessment.level,
        risk_reason=option.assessment.reason,
    )


def describe_proposal(proposal: Proposal) -> ProposalFact:
    """One version, with what it decides for each deal and who signed it."""
    return ProposalFact(
        version=proposal.version,
        state=proposal.state,
        digest=proposal.digest,
        proposed_by=proposal.proposed_by.full_name,
        proposed_at=proposal.proposed_at,
        reason=proposal.reason,
        dates={name: getattr(proposal, name) for name in DATES},
        policy=dict(proposal.policy),
        parts=[_part(part) for part in proposal.parts],
        threshold=[dict(proposal.thresholds), proposal.threshold_waives.value, proposal.threshold_reason],
        assumptions=[{"doubt": each["doubt"], "resolved": each["resolved"]} for each in proposal.assumptions],
        signatures=[
            SignatureFact(each.role, each.signed_by, each.digest, each.note, each.at) for each in proposal.approvals
        ],
        rejection=proposal.rejection,
        rejected_by=proposal.rejected_by.full_name if proposal.rejected_by else None,
    )


def _part(part: ProposalPart) -> PartFact:
    return PartFact(
        deal_id=part.case.deal.external_id,
        deal_name=part.case.deal.name,
        remedy=part.remedy.label,
        reason=part.reason,
        risk=part.risk,
        risk_reason=part.risk_reason,
        multiple=part.multiple,
        distributions=part.distributions.says,
        distributions_reason=part.distributions_reason,
        obliged_by=part.obliged_by,
        held=part.held,
    )


def describe_interest(proposal: Proposal) -> Sequence[InterestFact]:
    """Every adjustment that bears interest, line by line."""
    return [_interest(each) for each in proposal.adjustments if each.interest_cents]


def _interest(adjustment: Adjustment) -> InterestFact:
    deal = adjustment.case.deal
    return InterestFact(
        deal_id=deal.external_id,
        deal_name=deal.name,
        account_id=adjustment.account.external_id,
        account_name=adjustment.account.name,
        currency=deal.currency,
        interest_cents=adjustment.interest_cents,
        lines=[
            WorkedLine(
                line.from_on,
                line.to_on,
                line.days,
                line.year_days,
                line.rate,
                line.percent,
                line.base,
                line.exact,
                line.is_limited,
            )
            for line in worked_lines(adjustment.interest_lines)
        ],
    )
