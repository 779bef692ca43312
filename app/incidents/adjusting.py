"""From the shares of a run to adjustments: what each holder had, and what the decided remedy does about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import TypedDict

from app import settlement
from app.deals import Deal, Request
from app.incidents.decisions import Threshold
from app.incidents.distributions import Distributions, true_up
from app.incidents.interest_due import Collected, interest_lines, interest_of
from app.incidents.moved import NOTHING_MOVED, Moved
from app.incidents.proposal_lines import DistributionLine, InterestLine
from app.incidents.proposal_models import Adjustment, ProposalPart
from app.incidents.remedies import Effect, Holding, effects_of


@dataclass(frozen=True)
class Corrected:
    """What one request would get by the right rule, and whether its own amount decided that."""

    request: Request
    corrected_cents: int
    is_capped: bool
    is_held: bool = False


@dataclass(frozen=True)
class InterestTerms:
    """By which policy and rates interest is worked out, and to which day."""

    policy: str
    rates: Mapping[date, Fraction]
    to_on: date


@dataclass(frozen=True)
class Worked:
    """One request with everything that its adjustment shows, before the remedy is applied."""

    corrected: Corrected
    holding: Holding
    interest_lines: Sequence[InterestLine]
    distribution_lines: Sequence[DistributionLine]


def work_out(
    deal: Deal,
    corrected: Sequence[Corrected],
    *,
    pay_by: date,
    policy: str | None,
    moved: Mapping[int, Moved] = MappingProxyType({}),
) -> list[Worked]:
    """The holdings of a deal with the interest that each refund would bear and what each missed of distributions.

    `moved` is what earlier versions moved, by account. Without a policy, without interest. Raises CannotCalculate when
    its rates say nothing about a day that is needed.
    """
    terms = InterestTerms(policy, settlement.rates_of(policy), pay_by) if policy else None
    missed = _distribution_lines(deal, corrected)
    return [
        _worked(each, lines, terms, moved.get(each.request.account_id, NOTHING_MOVED))
        for each, lines in zip(corrected, missed, strict=True)
    ]


def adjust(
    part: ProposalPart, worked: Sequence[Worked], *, threshold: Threshold, distributions: Distributions
) -> list[Adjustment]:
    """One adjustment for each holding, by the remedy of the part. Raises CannotCompute."""
    effects = effects_of(part.remedy, [each.holding for each in worked], part.multiple)
    moves = distributions in (Distributions.TRUED_UP, Distributions.CLAIMED)
    return [
        _adjustment(part, each, effect, threshold, effect.distribution_cents if moves else 0)
        for each, effect in zip(worked, effects, strict=True)
    ]


def _worked(
    corrected: Corrected, lines: Sequence[DistributionLine], terms: InterestTerms | None, moved: Moved
) -> Worked:
    request = corrected.request
    payments = [Collected(payment.amount_cents, payment.paid_on) for payment in request.payments]
    is_over = corrected.corrected_cents < request.recorded_cents
    interest = _interest(payments, corrected.corrected_cents, terms, moved) if is_over and terms else []
    holding = Holding(
        position=request.position,
        requested_cents=request.requested_cents,
        recorded_cents=request.recorded_cents,
        corrected_cents=corrected.corrected_cents,
        collected_cents=sum(payment.amount_cents for payment in payments) - moved.repaid_cents,
        interest_cents=interest_of(interest),
        distribution_cents=sum(line["cents"] for line in lines),
        is_held=corrected.is_held,
        repaid_cents=moved.repaid_cents,
        taken_cents=moved.taken_cents,
        cash_paid_cents=moved.cash_cents,
        distributed_cents=moved.distributed_cents,
    )
    return Worked(corrected, holding, interest, lines)


def _interest(
    payments: Sequence[Collected], corrected_cents: int, terms: InterestTerms, moved: Moved
) -> list[InterestLine]:
    return interest_lines(
        payments,
        corrected_cents,
        repaid_cents=moved.repaid_cents,
        to_on=terms.to_on,
        policy=terms.policy,
        rates=terms.rates,
    )


def _distribution_lines(deal: Deal, corrected: Sequence[Corrected]) -> list[list[DistributionLine]]:
    lines: list[list[DistributionLine]] = [[] for _ in corrected]
    recorded = [each.request.recorded_cents for each in corrected]
    right = [each.corrected_cents for each in corrected]
    for paid in deal.distributions:
        day, total = paid.paid_on.isoformat(), paid.total_cents
        for mine, cents in zip(lines, true_up(total, recorded, right), strict=True):
            if cents:
                mine.append(DistributionLine(paid_on=day, total_cents=total, cents=cents))
    return lines


def _adjustment(
    part: ProposalPart, worked: Worked, effect: Effect, threshold: Threshold, distribution_cents: int
) -> Adjustment:
    request, holding = worked.corrected.request, worked.holding
    paid = effect.refund_cents + effect.interest_cents
    amounts = (effect.change_cents, paid, effect.offer_cents, effect.cash_cents, distribution_cents)
    waived = threshold.waiver_for(part.case.deal.currency, *amounts)
    return Adjustment(
        case=part.case,
        account_id=request.account_id,
        request=request,
        recorded_cents=holding.recorded_cents,
        corrected_cents=holding.corrected_cents,
        collected_cents=holding.collected_cents,
        is_capped=worked.corrected.is_capped,
        is_held=holding.is_held,
        change_cents=effect.change_cents,
        refund_cents=effect.refund_cents,
        interest_cents=effect.interest_cents,
        interest_lines=list(worked.interest_lines) if effect.interest_cents else [],
        offer_cents=effect.offer_cents,
        cash_cents=effect.cash_cents,
        **_moved_before(holding, effect),
        distribution_cents=distribution_cents,
        distribution_lines=list(worked.distribution_lines) if distribution_cents else [],
        waived=waived,
    )


class MovedBefore(TypedDict):
    """What earlier versions moved, as an adjustment keeps it; whether it only repeats them is seen later."""

    repaid_cents: int
    taken_cents: int
    left_cents: int
    is_kept: bool
    is_lapsed: bool


def _moved_before(holding: Holding, effect: Effect) -> MovedBefore:
    return MovedBefore(
        repaid_cents=holding.repaid_cents + holding.cash_paid_cents,
        taken_cents=holding.taken_cents,
        left_cents=effect.left_cents,
        is_kept=False,
        is_lapsed=False,
    )
