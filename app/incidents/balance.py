"""The conservation panel: what a proposal changes and pays, per deal and in all, by each deal's remedy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.incidents.making_due import payables_of
from app.incidents.proposal_models import Adjustment, Proposal, ProposalPart
from app.incidents.remedies import Remedy, Waiver
from app.settlement import Direction


@dataclass(frozen=True)
class DealBalance:
    """One deal of a proposal; minor units of `currency`. Its remedy decides whose allocation becomes another.

    `taken_cents` and `given_cents` are by how much allocations shrink and grow if every offer is taken, and
    `change_cents` is their sum. The payments are those that become due, so without what a threshold waives.
    """

    deal_name: str
    currency: str
    remedy: Remedy
    rate: Fraction | None
    over: int
    under: int
    unaffected: int
    waived: int
    taken_cents: int
    given_cents: int
    interest_cents: int
    cents: Counter[Direction]

    @property
    def change_cents(self) -> int:
        """By how much the allocations of all together change."""
        return self.given_cents - self.taken_cents

    @property
    def refund_cents(self) -> int:
        """What is paid back of what was collected too much."""
        return self.cents[Direction.REFUND]

    @property
    def is_conserved(self) -> bool:
        """Whether redistribution leaves the deal as large as it was; the other remedies do not move what is held."""
        return self.change_cents == 0 or self.remedy is not Remedy.REDISTRIBUTION


@dataclass(frozen=True)
class Totals:
    """All deals of one currency. `new_capital_cents` goes to startups; other offers and claims come to the platform.

    The platform pays interest, cash and distributions itself, and bridges refunds until offers are taken.
    """

    currency: str
    change_cents: int
    refund_cents: int
    interest_cents: int
    cash_cents: int
    distribution_cents: int
    offer_cents: int
    claim_cents: int
    new_capital_cents: int

    @property
    def paid_out_cents(self) -> int:
        """What leaves the platform."""
        return self.refund_cents + self.interest_cents + self.cash_cents + self.distribution_cents

    @property
    def paid_in_cents(self) -> int:
        """What comes back if every offer is taken and every claim paid."""
        return self.offer_cents + self.claim_cents

    @property
    def platform_cents(self) -> int:
        """What the platform pays itself in the end."""
        return self.paid_out_cents - self.paid_in_cents

    @property
    def remainder_cents(self) -> int:
        """What it pays beyond interest, cash and distributions: amounts never collected, waived or rounded."""
        return self.refund_cents - self.offer_cents


@dataclass(frozen=True)
class Balance:
    """Every deal of a proposal, and the totals by currency."""

    deals: Sequence[DealBalance]
    totals: Sequence[Totals]

    @property
    def is_conserved(self) -> bool:
        """Whether the changes sum to 0 in every deal that is redistributed."""
        return all(deal.is_conserved for deal in self.deals)


def balance_of(proposal: Proposal) -> Balance:
    """The panel of one proposal, deals in the order of its cases."""
    by_case: dict[int, list[Adjustment]] = {}
    for adjustment in proposal.adjustments:
        by_case.setdefault(adjustment.case_id, []).append(adjustment)
    deals = [_deal(part, by_case.get(part.case_id, [])) for part in proposal.parts]
    by_currency: dict[str, list[DealBalance]] = {}
    for deal in deals:
        by_currency.setdefault(deal.currency, []).append(deal)
    return Balance(deals, [_totals(currency, theirs) for currency, theirs in by_currency.items()])


def _deal(part: ProposalPart, adjustments: Sequence[Adjustment]) -> DealBalance:
    moves = part.remedy is Remedy.REDISTRIBUTION
    over = [each for each in adjustments if each.difference_cents < 0]
    under = [each for each in adjustments if each.difference_cents > 0]
    changes = [each.difference_cents if moves else each.change_cents for each in adjustments]
    payables = [payable for each in adjustments for payable in payables_of(part, each)]
    cents: Counter[Direction] = Counter()
    for payable in payables:
        cents[payable.direction] += payable.principal_cents
    return DealBalance(
        deal_name=part.case.deal.name,
        currency=part.case.deal.currency,
        remedy=part.remedy,
        rate=part.rate,
        over=len(over),
        under=len(under),
        unaffected=len(adjustments) - len(over) - len(under),
        waived=sum(each.waived is not Waiver.NOTHING for each in adjustments),
        taken_cents=-sum(change for change in changes if change < 0),
        given_cents=sum(change for change in changes if change > 0),
        interest_cents=sum(payable.interest_cents for payable in payables),
        cents=cents,
    )


def _totals(currency: str, deals: Sequence[DealBalance]) -> Totals:
    cents: Counter[Direction] = sum((deal.cents for deal in deals), Counter())
    new_capital = sum(deal.cents[Direction.OFFER] for deal in deals if deal.remedy is Remedy.NEW_ROUND)
    return Totals(
        currency=currency,
        change_cents=sum(deal.change_cents for deal in deals),
        refund_cents=cents[Direction.REFUND],
        interest_cents=sum(deal.interest_cents for deal in deals),
        cash_cents=cents[Direction.CASH],
        distribution_cents=cents[Direction.DISTRIBUTION],
        offer_cents=cents[Direction.OFFER] - new_capital,
        claim_cents=cents[Direction.CLAIM],
        new_capital_cents=new_capital,
    )
