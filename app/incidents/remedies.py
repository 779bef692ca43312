"""The four remedies on one deal: what each does to one investor and to all of them. Pure; exact, minor units.

Amounts of C are worked out exactly and rounded half up to the minor unit, once for each investor and deal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

from app.core.errors import DomainError


class CannotCompute(DomainError):
    """A remedy has no figures: the sentence names the input that is missing."""


class Remedy(StrEnum):
    """How a deal is put right."""

    NEW_ROUND = "new-round"
    REDISTRIBUTION = "redistribution"
    CASH = "cash"
    NONE = "none"

    @property
    def label(self) -> str:
        """With its letter: `B redistribution`."""
        return {
            Remedy.NEW_ROUND: "A new round",
            Remedy.REDISTRIBUTION: "B redistribution",
            Remedy.CASH: "C cash make-whole",
            Remedy.NONE: "D no action",
        }[self]


class Waiver(StrEnum):
    """What a threshold waives for amounts below it. Never the correction itself."""

    NOTHING = "nothing"
    NOTICE = "notice"
    PAYMENT = "payment"
    BOTH = "notice and payment"

    @property
    def waives_notice(self) -> bool:
        """Whether nobody is written to about such an amount alone."""
        return self in (Waiver.NOTICE, Waiver.BOTH)

    @property
    def waives_payment(self) -> bool:
        """Whether no money moves for such an amount."""
        return self in (Waiver.PAYMENT, Waiver.BOTH)


@dataclass(frozen=True, slots=True)
class Holding:
    """One request as it was recorded, what the agreement gives it, and what was collected for it.

    `interest_cents` is what a refund would bear. `distribution_cents` is what the holder missed of the deal's
    distributions, below 0 what they got too much. Someone who `is_held` declined an offer and keeps what they have.

    By earlier versions `repaid_cents` was paid back, `taken_cents` paid by the investor for an offer, `cash_paid_cents`
    paid for what the error cost, and `distributed_cents` paid of distributions, less what was claimed of them.
    """

    position: int
    requested_cents: int
    recorded_cents: int
    corrected_cents: int
    collected_cents: int
    interest_cents: int = 0
    distribution_cents: int = 0
    is_held: bool = False
    repaid_cents: int = 0
    taken_cents: int = 0
    cash_paid_cents: int = 0
    distributed_cents: int = 0

    @property
    def excess_cents(self) -> int:
        """Recorded above what the agreement gives."""
        return max(0, self.recorded_cents - self.corrected_cents)

    @property
    def shortfall_cents(self) -> int:
        """Recorded below what the agreement gives."""
        return max(0, self.corrected_cents - self.recorded_cents)

    @property
    def is_above_request(self) -> bool:
        """Whether more was recorded than was asked for."""
        return self.recorded_cents > self.requested_cents


@dataclass(frozen=True, slots=True)
class Effect:
    """What one remedy does to one holding. No amount is below 0 but the distribution; offers bear nothing.

    `left_cents` is what earlier versions paid too much: it is not asked back.
    """

    holding: Holding
    remedy: Remedy
    refund_cents: int = 0
    interest_cents: int = 0
    offer_cents: int = 0
    cash_cents: int = 0
    distribution_cents: int = 0
    left_cents: int = 0

    @property
    def change_cents(self) -> int:
        """How the allocation changes if an offer is taken, and by what was taken before."""
        is_moved = self.remedy is Remedy.REDISTRIBUTION
        bought = self.offer_cents + self.holding.taken_cents
        return self.holding.corrected_cents - self.holding.recorded_cents if is_moved else bought

    @property
    def received_cents(self) -> int:
        """All that the platform pays to this investor."""
        return self.refund_cents + self.interest_cents + self.cash_cents + max(0, self.distribution_cents)

    @property
    def is_involved(self) -> bool:
        """Whether the remedy changes anything for this investor."""
        return bool(self.change_cents or self.received_cents or self.offer_cents or self.distribution_cents)

    @property
    def stays_above_request(self) -> bool:
        """Whether more than was asked for is held after it."""
        return self.holding.recorded_cents + self.change_cents > self.holding.requested_cents

    @property
    def is_left_wrong(self) -> bool:
        """Whether something other than what the agreement gives is held after it, even if an offer is taken."""
        return self.holding.recorded_cents + self.change_cents != self.holding.corrected_cents


def effects_of(remedy: Remedy, holdings: Sequence[Holding], multiple: Fraction | None = None) -> list[Effect]:
    """What the remedy does to each holding of a deal; C needs the multiple: the price now by the price paid.

    Raises CannotCompute.
    """
    match remedy:
        case Remedy.REDISTRIBUTION:
            return [_moved(each) for each in holdings]
        case Remedy.NEW_ROUND:
            return [_offered(each) for each in holdings]
        case Remedy.CASH:
            if multiple is None:
                raise CannotCompute("The multiple is missing: import a mark of this deal, or give a multiple.")
            return [_paid(each, multiple) for each in holdings]
        case Remedy.NONE:
            return [Effect(each, remedy) for each in holdings]


def cash_for(holding: Holding, multiple: Fraction) -> int:
    """What the error cost this investor at that multiple.

    `shortfall * (multiple - 1)` if the stake rose, `excess * (1 - multiple)` to those held above their request if it
    fell; rounded half up once.
    """
    if multiple >= 1:
        exact = holding.shortfall_cents * (multiple - 1)
    else:
        exact = holding.excess_cents * (1 - multiple) if holding.is_above_request else Fraction(0)
    return floor(exact + Fraction(1, 2))


def is_in_another_tax_year(closed_year: int, paid_year: int) -> bool:
    """Whether a payment falls into another (calendar) tax year than its deal."""
    return closed_year != paid_year


def _moved(holding: Holding) -> Effect:
    paid = holding.collected_cents + holding.repaid_cents
    too_much = max(0, paid - holding.corrected_cents) if holding.excess_cents else 0
    refund = max(0, too_much - holding.repaid_cents)
    return Effect(
        holding,
        Remedy.REDISTRIBUTION,
        refund_cents=refund,
        interest_cents=holding.interest_cents if refund else 0,
        offer_cents=_still_offered(holding),
        distribution_cents=_still_distributed(holding, holding.distribution_cents),
        left_cents=max(0, holding.repaid_cents - too_much) + _distributed_too_much(holding),
    )


def _offered(holding: Holding) -> Effect:
    missed = max(0, holding.distribution_cents)  # the others keep what they hold, and what it paid
    return Effect(
        holding,
        Remedy.NEW_ROUND,
        offer_cents=_still_offered(holding),
        distribution_cents=_still_distributed(holding, missed),
        left_cents=_distributed_too_much(holding),
    )


def _paid(holding: Holding, multiple: Fraction) -> Effect:
    cost = cash_for(holding, multiple)
    return Effect(
        holding,
        Remedy.CASH,
        cash_cents=max(0, cost - holding.cash_paid_cents),
        distribution_cents=_still_distributed(holding, max(0, holding.distribution_cents)),
        left_cents=max(0, holding.cash_paid_cents - cost) + _distributed_too_much(holding),
    )


def _still_offered(holding: Holding) -> int:
    return max(0, holding.shortfall_cents - holding.taken_cents)


def _still_distributed(holding: Holding, missed: int) -> int:
    """What is missing of a distribution after what was paid; below 0 what it paid too much, less what was claimed."""
    if holding.distributed_cents > 0:
        return max(0, missed - holding.distributed_cents) if missed >= 0 else missed
    return missed - holding.distributed_cents


def _distributed_too_much(holding: Holding) -> int:
    return max(0, holding.distributed_cents - max(0, holding.distribution_cents))
