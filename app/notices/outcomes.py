"""What a correction says of one account in one deal: one class for each thing that can come of it. Pure.

Facts only, in whole minor units of the `currency` beside them; None where nothing was recorded. `account_name` is None
where the reader has only one account.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.core.text import plain_fraction


@dataclass(frozen=True, kw_only=True)
class InDeal:
    """One account in one deal."""

    deal_name: str
    account_name: str | None = None
    currency: str = "USD"

    @property
    def has_account(self) -> bool:
        """Whether the account is named."""
        return self.account_name is not None


@dataclass(frozen=True, kw_only=True)
class Allocated(InDeal):
    """What was recorded, and what the agreement gives."""

    recorded_cents: int
    correct_cents: int

    @property
    def missing_cents(self) -> int:
        """How much less was recorded than the agreement gives, or 0."""
        return max(0, self.correct_cents - self.recorded_cents)

    @property
    def excess_cents(self) -> int:
        """How much more was recorded than the agreement gives, or 0."""
        return max(0, self.recorded_cents - self.correct_cents)


@dataclass(frozen=True, kw_only=True)
class KnockOn:
    """Why an allocation changes that the mistake did not touch by itself.

    `was_in_the_mistake`: another deal of the reader is one in which the mistake was made. `has_new_average`: it is the
    reader's own average that changes, and not only the averages of others.
    """

    was_in_the_mistake: bool
    has_new_average: bool


@dataclass(frozen=True, kw_only=True)
class InterestTerms:
    """How interest was reckoned, as far as a reader must be told.

    `day_count` is a name such as `act/365f`. `limit` is the part of the principal at which it ended, None where it
    stayed below or has no limit.
    """

    day_count: str = "act/365f"
    is_compound: bool = False
    is_by_whole_months: bool = False
    limit: Fraction | None = None


@dataclass(frozen=True, kw_only=True)
class Refund(Allocated):
    """An allocation that was too large and is corrected. `collected_cents`: what was paid of the excess, None for all,
    less `repaid_cents`, what was paid back before.

    `interest_rates` are yearly, in order (8/100); `share_*` are parts of the deal.
    """

    requested_cents: int
    signed_on: date
    clause: str
    collected_cents: int | None = None
    repaid_cents: int = 0
    interest_cents: int
    interest_rates: tuple[Fraction, ...] = ()
    interest_days: int | None = None
    interest_terms: InterestTerms | None = None
    share_before: Fraction | None = None
    share_after: Fraction | None = None
    has_mark: bool = False
    knock_on: KnockOn | None = None

    @property
    def principal_cents(self) -> int:
        """What was paid above the correct allocation, and so is paid back."""
        return self.excess_cents if self.collected_cents is None else self.collected_cents

    @property
    def less_to_pay_cents(self) -> int:
        """The part of the excess that was not paid yet, and never needs to be."""
        return max(0, self.excess_cents - self.principal_cents - self.repaid_cents)

    @property
    def total_cents(self) -> int:
        """What is paid back: principal and interest."""
        return self.principal_cents + self.interest_cents

    @property
    def rates_in_words(self) -> str:
        """`8% then 7%`: the yearly rates in order, each once in a row."""
        rates = [f"{plain_fraction(rate * 100)}%" for rate in self.interest_rates]
        return " then ".join(rate for rate, before in zip(rates, ["", *rates], strict=False) if rate != before)

    @property
    def is_above_request(self) -> bool:
        """Whether the reader was given more than they had asked for."""
        return self.recorded_cents > self.requested_cents


@dataclass(frozen=True, kw_only=True)
class Offer(Allocated):
    """An allocation that was too small; the rest may be taken. `obliged_by` is the clause that asks for it, if any.

    When it is unpaid on its last day it ends, unless it `stays_due`; `is_offered_again` to the others of the deal then.
    `taken_cents` were paid for a part of it before.
    """

    obliged_by: str | None = None
    taken_cents: int = 0
    is_offered_again: bool = False
    stays_due: bool = False
    knock_on: KnockOn | None = None

    @property
    def missing_cents(self) -> int:
        """How much is left to take."""
        return super().missing_cents - self.taken_cents


@dataclass(frozen=True, kw_only=True)
class NewRound(Allocated):
    """A deal put right by a new round: who missed a part may buy `offered_cents`; the others keep what they hold.

    `price_year` is the year in which the deal closed, at whose price the part is sold.
    """

    requested_cents: int
    offered_cents: int
    price_year: int

    @property
    def is_above_request(self) -> bool:
        """Whether the reader holds more than they had asked for."""
        return self.recorded_cents > self.requested_cents


class WhyNothing(StrEnum):
    """Why a deal put right in cash pays nothing: by price, by what was asked for, or for want of a whole unit."""

    NOT_RISEN = "not-risen"
    NOT_FALLEN = "not-fallen"
    NOT_ABOVE = "not-above"
    TOO_SMALL = "too-small"


@dataclass(frozen=True, kw_only=True)
class Cash(Allocated):
    """A deal in which holdings stay and the platform pays `cash_cents`, 0 where the mistake cost the reader nothing.

    `multiple` is the price now by the price paid, and `priced_on` the day of that price, None where it has none.
    """

    requested_cents: int
    cash_cents: int
    multiple: Fraction
    priced_on: date | None

    @property
    def is_above_request(self) -> bool:
        """Whether the reader holds more than they had asked for."""
        return self.recorded_cents > self.requested_cents

    @property
    def has_risen(self) -> bool:
        """Whether the price is at least what was paid."""
        return self.multiple >= 1

    @property
    def multiple_in_words(self) -> str:
        """`1.4`, or `4 ÷ 3` where no decimal is exact."""
        return plain_fraction(self.multiple).replace("/", " ÷ ")

    @property
    def why_nothing(self) -> WhyNothing:
        """Why `cash_cents` is 0."""
        if self.missing_cents:
            return WhyNothing.TOO_SMALL if self.multiple > 1 else WhyNothing.NOT_RISEN
        if self.has_risen:
            return WhyNothing.NOT_FALLEN
        return WhyNothing.TOO_SMALL if self.is_above_request else WhyNothing.NOT_ABOVE

    @property
    def is_rounded(self) -> bool:
        """Whether the sum does not come to whole minor units by itself."""
        by = self.multiple - 1
        return (self.missing_cents * by if self.has_risen else self.excess_cents * -by) != self.cash_cents


@dataclass(frozen=True, kw_only=True)
class NoAction(Allocated):
    """A deal that is left as it is, and the recorded reason why."""

    requested_cents: int
    reason: str

    @property
    def is_above_request(self) -> bool:
        """Whether the reader holds more than they had asked for."""
        return self.recorded_cents > self.requested_cents


@dataclass(frozen=True, kw_only=True)
class Waived(Allocated):
    """An amount below a limit, for which no money moves, and the recorded reason. `is_corrected`: the allocation is."""

    limit_cents: int
    reason: str
    is_corrected: bool


@dataclass(frozen=True, kw_only=True)
class Distribution(InDeal):
    """What the deal paid out on `paid_on` by wrong allocations: `cents` were missed, or below 0 paid too much.

    What was paid too much is not asked back.
    """

    cents: int
    paid_on: tuple[date, ...]


@dataclass(frozen=True, kw_only=True)
class Claim(InDeal):
    """What the deal paid out too much, `cents`, and legal decided to ask back, by that clause and for that reason."""

    cents: int
    paid_on: tuple[date, ...]
    clause: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Held(InDeal):
    """An allocation that stays as recorded, since its holder left the missing part: told us so, or let it lapse."""

    recorded_cents: int
    is_lapsed: bool = False


@dataclass(frozen=True, kw_only=True)
class Unchanged(InDeal):
    """An allocation that was checked and was right. `has_new_round`: others may buy, so its share may get smaller."""

    correct_cents: int
    has_new_round: bool = False
