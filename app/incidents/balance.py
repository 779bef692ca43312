"""The conservation panel: what a proposal changes sums to nothing per deal, and the totals add up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.incidents.proposal_models import Adjustment, Proposal


@dataclass(frozen=True)
class DealBalance:
    """One deal of a proposal; amounts in minor units of `currency`. `excess_cents` is what was allocated too much."""

    deal_name: str
    currency: str
    rate: Fraction | None
    over: int
    under: int
    unaffected: int
    excess_cents: int
    missing_cents: int
    refund_cents: int
    interest_cents: int

    @property
    def change_cents(self) -> int:
        """The changes of all allocations together; redistribution leaves 0."""
        return self.missing_cents - self.excess_cents


@dataclass(frozen=True)
class Totals:
    """All deals of one currency. The platform pays the interest, and bridges the refunds until offers are taken."""

    currency: str
    change_cents: int
    refund_cents: int
    interest_cents: int
    offer_cents: int

    @property
    def paid_out_cents(self) -> int:
        """What leaves the platform: refunds and interest."""
        return self.refund_cents + self.interest_cents

    @property
    def platform_cents(self) -> int:
        """What the platform pays itself if every offer is taken."""
        return self.paid_out_cents - self.offer_cents


@dataclass(frozen=True)
class Balance:
    """Every deal of a proposal, and the totals by currency."""

    deals: Sequence[DealBalance]
    totals: Sequence[Totals]

    @property
    def is_conserved(self) -> bool:
        """Whether the changes sum to 0 in every single deal."""
        return all(deal.change_cents == 0 for deal in self.deals)


def balance_of(proposal: Proposal) -> Balance:
    """The panel of one proposal, deals in the order of its cases."""
    by_case: dict[int, list[Adjustment]] = {}
    for adjustment in proposal.adjustments:
        by_case.setdefault(adjustment.case_id, []).append(adjustment)
    deals = [
        _deal(part.case.deal.name, part.case.deal.currency, part.run.rate, by_case.get(part.case_id, []))
        for part in proposal.parts
    ]
    by_currency: dict[str, list[DealBalance]] = {}
    for deal in deals:
        by_currency.setdefault(deal.currency, []).append(deal)
    return Balance(deals, [_totals(currency, theirs) for currency, theirs in by_currency.items()])


def _deal(name: str, currency: str, rate: Fraction | None, adjustments: Sequence[Adjustment]) -> DealBalance:
    over = [each for each in adjustments if each.difference_cents < 0]
    under = [each for each in adjustments if each.difference_cents > 0]
    return DealBalance(
        deal_name=name,
        currency=currency,
        rate=rate,
        over=len(over),
        under=len(under),
        unaffected=len(adjustments) - len(over) - len(under),
        excess_cents=-sum(each.difference_cents for each in over),
        missing_cents=sum(each.difference_cents for each in under),
        refund_cents=sum(each.refund_cents for each in over),
        interest_cents=sum(each.interest_cents for each in over),
    )


def _totals(currency: str, deals: Sequence[DealBalance]) -> Totals:
    return Totals(
        currency=currency,
        change_cents=sum(deal.change_cents for deal in deals),
        refund_cents=sum(deal.refund_cents for deal in deals),
        interest_cents=sum(deal.interest_cents for deal in deals),
        offer_cents=sum(deal.missing_cents for deal in deals),
    )
