"""What the investor's pages show of one account in one deal, and what follows from it. Facts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app import settlement
from app.allocations import Passage
from app.core.money import minor_digits
from app.incidents import NewAverage, Remedy
from app.notices import Cash, Claim, Distribution, KnockOn, NoAction, Offer, Waived
from app.web.investor.payments import Payment


class Direction(StrEnum):
    """Which way one account's allocation in one deal was wrong."""

    OVER = "over"
    UNDER = "under"
    NONE = "none"


class Outcome(StrEnum):
    """What comes of one account's allocation in one deal."""

    REFUND = "refund"
    OFFER = "offer"
    BUY = "buy"
    KEEP = "keep"
    CASH = "cash"
    NO_CASH = "no-cash"
    NO_ACTION = "no-action"
    WAIVED = "waived"
    HELD = "held"
    RIGHT = "right"


@dataclass(frozen=True)
class PayTo:
    """Where an offer is paid, as legal approved it."""

    instructions: str
    approved_on: date
    reference: str


@dataclass(frozen=True)
class Worth:
    """Today's price over the price then, and the day of that price."""

    multiple: Fraction
    as_of: date


@dataclass(frozen=True)
class DealSection:
    """One account in one deal. Amounts in minor units; `basis` too, exactly; `rate` is None when nobody was cut.

    `refund_cents` is what was collected in excess. `settle_on` is when we pay at the latest (over) or until when the
    offer stands (under). `level` is the equal share of those without a basis. `payment_last4` is None where payment
    details are missing. Under an earlier version `repaid_cents` were paid back, and `taken_cents` paid for a part.
    """

    account_name: str
    deal_name: str
    currency: str
    available_cents: int
    recorded_cents: int
    corrected_cents: int
    requested_cents: int
    basis: Fraction
    rate: Fraction | None
    is_capped: bool
    clause: str
    clause_text: str
    agreement_version: str
    agreement_signed_on: date
    closed_on: date
    level: Fraction | None = None
    settle_on: date | None = None
    remedy: Remedy = Remedy.REDISTRIBUTION
    refund_cents: int = 0
    interest_cents: int = 0
    interest: tuple[settlement.Line, ...] = ()
    interest_policy: str = "simple-act/365f"
    payment_last4: str | None = None
    pay_to: PayTo | None = None
    offer: Offer | None = None
    repaid_cents: int = 0
    taken_cents: int = 0
    is_held: bool = False
    is_lapsed: bool = False
    worth: Worth | None = None
    cash: Cash | None = None
    no_action: NoAction | None = None
    waived: Waived | None = None
    distribution: Distribution | None = None
    claim: Claim | None = None
    claim_pay_to: PayTo | None = None
    knock_on: KnockOn | None = None
    new_average: NewAverage | None = None
    rounds: tuple[Passage, ...] = ()
    paid_in_another_year: bool = False
    is_disputed: bool = False
    is_left: bool = False
    payments: tuple[Payment, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What comes of the allocation, by the remedy of the deal; distributions stand beside it."""
        if self.waived is not None:
            return Outcome.WAIVED
        if self.direction is Direction.NONE:
            return Outcome.HELD if self.is_held else Outcome.RIGHT
        is_over = self.direction is Direction.OVER
        match self.remedy:
            case Remedy.REDISTRIBUTION:
                return Outcome.REFUND if is_over else Outcome.OFFER
            case Remedy.NEW_ROUND:
                return Outcome.KEEP if is_over else Outcome.BUY
            case Remedy.CASH:
                return Outcome.CASH if self.cash and self.cash.cash_cents else Outcome.NO_CASH
            case Remedy.NONE:
                return Outcome.NO_ACTION

    @property
    def payout(self) -> Payment | None:
        """What we pay for the allocation itself: a refund, or cash."""
        return self._payment(settlement.Direction.REFUND, settlement.Direction.CASH)

    @property
    def offered(self) -> Payment | None:
        """What the investor may pay for the missing part."""
        return self._payment(settlement.Direction.OFFER)

    @property
    def missed(self) -> Payment | None:
        """What we pay of distributions."""
        return self._payment(settlement.Direction.DISTRIBUTION)

    @property
    def claimed(self) -> Payment | None:
        """What the investor pays back of distributions."""
        return self._payment(settlement.Direction.CLAIM)

    def _payment(self, *directions: settlement.Direction) -> Payment | None:
        return next((each for each in self.payments if each.direction in directions), None)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is paid or can be chosen any more for the allocation itself."""
        payment = self.payout or self.offered
        return payment is not None and payment.is_done

    @property
    def is_obliged(self) -> bool:
        """Whether the agreement asks the investor to take the missing part."""
        return self.offer is not None and self.offer.obliged_by is not None

    @property
    def is_touched(self) -> bool:
        """Whether the mistake reached this account in this deal, whatever is done about it."""
        beside = self.distribution or self.claim
        return beside is not None or self.outcome not in (Outcome.RIGHT, Outcome.HELD)

    @property
    def pays(self) -> bool:
        """Whether we send any money for it."""
        is_paid = self.outcome in (Outcome.REFUND, Outcome.CASH) and self.total_cents > 0
        return is_paid or (self.distribution is not None and self.distribution.cents > 0)

    @property
    def asks(self) -> bool:
        """Whether the investor may or must pay anything for it."""
        return self.outcome in (Outcome.OFFER, Outcome.BUY) or self.claim is not None

    @property
    def is_correcting(self) -> bool:
        """Whether the allocation itself is put right, or may be by the investor's choice."""
        if self.waived is not None:
            return self.waived.is_corrected
        return self.outcome in (Outcome.REFUND, Outcome.OFFER, Outcome.BUY)

    @property
    def direction(self) -> Direction:
        """Over = we pay back; under = the investor may take the missing part."""
        if self.recorded_cents == self.corrected_cents:
            return Direction.NONE
        return Direction.OVER if self.recorded_cents > self.corrected_cents else Direction.UNDER

    @property
    def difference_cents(self) -> int:
        """How much the record was off, without a sign."""
        return abs(self.recorded_cents - self.corrected_cents)

    @property
    def total_cents(self) -> int:
        """What we pay back with interest or in cash, or what the missing part costs; 0 where no money moves."""
        match self.outcome:
            case Outcome.REFUND:
                return self.refund_cents + self.interest_cents
            case Outcome.OFFER | Outcome.BUY:
                return self.difference_cents - self.taken_cents
            case Outcome.CASH if self.cash:
                return self.cash.cash_cents
        return 0

    @property
    def share_before(self) -> Fraction:
        """The recorded allocation's share of the deal."""
        return Fraction(self.recorded_cents, self.available_cents)

    @property
    def share_after(self) -> Fraction:
        """The correct allocation's share of the deal."""
        return Fraction(self.corrected_cents, self.available_cents)

    @property
    def by_rate_cents(self) -> int:
        """Average times rate, or the equal share of those without an average, cut to whole minor units."""
        return int(self.basis * self.rate) if self.basis and self.rate else int(self.level or 0)

    @property
    def unit_cents(self) -> int:
        """One whole unit of the currency."""
        return int(10 ** minor_digits(self.currency))

    @property
    def rate_about_cents(self) -> int:
        """The rate as minor units per whole unit of average, rounded: only ever shown as "about"."""
        return int((self.rate or 0) * self.unit_cents + Fraction(1, 2))

    @property
    def gets_last_coin(self) -> bool:
        """Whether one left-over minor unit went to this account by largest remainder."""
        return not self.is_capped and self.corrected_cents == self.by_rate_cents + 1

    @property
    def worth_cents(self) -> int | None:
        """What the difference would be worth at the mark, cut to whole minor units."""
        return None if self.worth is None else int(self.difference_cents * self.worth.multiple)

    @property
    def interest_days(self) -> int:
        """Days from the first to the last for which interest is paid, as the policy counts them."""
        if not self.interest:
            return 0
        first, last = min(line.from_on for line in self.interest), max(line.to_on for line in self.interest)
        return self.policy.day_count.days(first, last)

    @property
    def policy(self) -> settlement.InterestPolicy:
        """How the interest is reckoned."""
        return settlement.get_policy(self.interest_policy)

    @property
    def interest_percents(self) -> Sequence[str]:
        """The yearly rates in order, each once: `8%`, `7%`."""
        return list(dict.fromkeys(line.percent for line in sorted(self.interest, key=lambda line: line.from_on)))
