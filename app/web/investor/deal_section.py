"""What the investor's pages show of one account in one deal, and what follows from it. Facts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app import settlement
from app.core.money import minor_digits


class Direction(StrEnum):
    """Which way one account's allocation in one deal was wrong."""

    OVER = "over"
    UNDER = "under"
    NONE = "none"


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
    details are missing.
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
    refund_cents: int = 0
    interest_cents: int = 0
    interest: tuple[settlement.Line, ...] = ()
    payment_last4: str | None = None
    pay_to: PayTo | None = None
    is_obliged: bool = False
    is_knock_on: bool = False
    worth: Worth | None = None

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
        """What we pay back with interest, or what the missing part costs."""
        return self.difference_cents if self.direction is Direction.UNDER else self.refund_cents + self.interest_cents

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
        """Days from the first to the last for which interest is paid."""
        if not self.interest:
            return 0
        return (max(line.to_on for line in self.interest) - min(line.from_on for line in self.interest)).days

    @property
    def interest_percents(self) -> Sequence[str]:
        """The yearly rates in order, each once: `8%`, `7%`."""
        return list(dict.fromkeys(line.percent for line in sorted(self.interest, key=lambda line: line.from_on)))
