"""From the adjustments of a published proposal to what the pages show of each account in each deal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app import incidents, settlement
from app.incidents import Adjustment, Outcomes, Proposal, ProposalPart, Remedy, worked_lines
from app.settlement import Direction
from app.web.investor.deal_section import DealSection, PayTo, Worth
from app.web.investor.payments import Payment, payment_of


@dataclass(frozen=True)
class Invoices:
    """What the invoices of one adjustment are called, where they are paid, and the last day of the last of them.

    `payments` is how far each of its payments has come, invoices and others.
    """

    offer: PayTo | None
    claim: PayTo | None
    due_on: date | None
    payments: tuple[Payment, ...]


def sections_by_version(adjustments: Sequence[Adjustment]) -> tuple[DealSection, ...]:
    """One section for each adjustment of one reader, whatever the version it is of, in the same order."""
    versions = list(dict.fromkeys(each.proposal for each in adjustments))
    made = {
        id_: section
        for proposal in versions
        for id_, section in zip(
            [each.id for each in adjustments if each.proposal is proposal],
            sections_of(proposal, [each for each in adjustments if each.proposal is proposal]),
            strict=True,
        )
    }
    return tuple(made[each.id] for each in adjustments)


def sections_of(proposal: Proposal, adjustments: Sequence[Adjustment]) -> tuple[DealSection, ...]:
    """One section for each adjustment of one reader in one version, in the same order."""
    parts = {part.case_id: part for part in proposal.parts}
    signed_on = max((approval.at.date() for approval in proposal.approvals), default=proposal.notice_on)
    made = settlement.settlements_by_adjustment([each.id for each in adjustments])
    accounts = {each.account_id for each in adjustments}
    return tuple(
        _section(parts[each.case_id], each, _invoices(proposal, made.get(each.id, {}), signed_on), accounts)
        for each in adjustments
    )


def _invoices(proposal: Proposal, made: Mapping[Direction, settlement.Settlement], signed_on: date) -> Invoices:
    def pay_to(direction: Direction) -> PayTo | None:
        found = made.get(direction)
        return PayTo(proposal.pay_to, signed_on, found.number) if found and found.number else None

    due_on = max((each.due_on for each in made.values() if each.direction.is_invoice), default=None)
    payments = tuple(payment_of(each) for each in made.values())
    return Invoices(pay_to(Direction.OFFER), pay_to(Direction.CLAIM), due_on, payments)


def _section(part: ProposalPart, each: Adjustment, invoices: Invoices, accounts: Collection[int]) -> DealSection:
    section = _with_outcome(_figures(part, each), incidents.tell_apart(part.proposal, [each], accounts=accounts))
    due_by = invoices.due_on or part.proposal.due_by
    settle_on = due_by if section.asks else part.proposal.pay_by if section.is_touched else None
    return replace(
        section,
        settle_on=settle_on,
        refund_cents=each.refund_cents,
        interest_cents=each.interest_cents,
        interest=tuple(worked_lines(each.interest_lines)),
        interest_policy=part.proposal.policy["interest"],
        repaid_cents=each.repaid_cents,
        taken_cents=each.taken_cents,
        is_held=each.is_held,
        is_lapsed=each.is_lapsed,
        payment_last4=each.account.payment_last4,
        pay_to=invoices.offer,
        claim_pay_to=invoices.claim,
        payments=invoices.payments,
        worth=_worth(part, each),
        paid_in_another_year=section.closed_on.year != part.proposal.pay_by.year,
    )


def _with_outcome(section: DealSection, told: Outcomes) -> DealSection:
    return replace(
        section,
        offer=next(iter(told.offers), None),
        cash=next(iter(told.payments), None),
        no_action=next(iter(told.no_actions), None),
        waived=next(iter(told.waived), None),
        distribution=next(iter(told.distributions), None),
        claim=next(iter(told.claims), None),
        knock_on=told.knock_on,
    )


def _figures(part: ProposalPart, each: Adjustment) -> DealSection:
    deal, request = each.case.deal, each.request
    new_average = incidents.find_new_average(part, request)
    return DealSection(
        account_name=each.account.name,
        deal_name=deal.name,
        currency=deal.currency,
        available_cents=deal.available_cents,
        recorded_cents=each.recorded_cents,
        corrected_cents=each.corrected_cents,
        requested_cents=request.requested_cents,
        basis=new_average.recomputed if new_average else request.basis_fraction,
        rate=part.rate,
        level=part.run.level,
        is_capped=each.is_capped,
        clause=deal.agreement.clause,
        clause_text=deal.agreement.clause_text,
        agreement_version=deal.agreement.version,
        agreement_signed_on=request.agreement_signed_on,
        closed_on=deal.closed_on,
        remedy=part.remedy,
        new_average=new_average,
        rounds=incidents.rounds_without_names(part),
    )


def _worth(part: ProposalPart, each: Adjustment) -> Worth | None:
    marks = each.case.deal.marks
    is_shown = marks and each.difference_cents and part.remedy is Remedy.REDISTRIBUTION
    return Worth(marks[-1].multiple_fraction, marks[-1].as_of) if is_shown else None
