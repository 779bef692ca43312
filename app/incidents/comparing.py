"""The remedies of one deal side by side: who is involved, what moves, what it costs and what it leaves. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from app.incidents.remedies import Effect, Holding, Remedy, cash_for
from app.incidents.risks import Assessment, assess

SCENARIOS = tuple(Fraction(each, 4) for each in (0, 1, 2, 3, 4, 5, 6, 8, 12))
"""Multiples that C is shown for, from nothing to three times the price paid."""


@dataclass(frozen=True)
class Option:
    """One remedy on one deal, over all its holdings; minor units. `missing` names the input it cannot do without.

    Money is seen from the investors: they receive and they pay. An option that misses something has no effects.
    """

    remedy: Remedy
    available_cents: int
    effects: Sequence[Effect]
    missing: str = ""

    @cached_property
    def involved(self) -> int:
        """For how many holdings it does anything."""
        return sum(each.is_involved for each in self.effects)

    @cached_property
    def refund_cents(self) -> int:
        """What is paid back of what was collected too much; bridged by the platform until offers are taken."""
        return sum(each.refund_cents for each in self.effects)

    @cached_property
    def interest_cents(self) -> int:
        """Interest on refunds, paid by the platform."""
        return sum(each.interest_cents for each in self.effects)

    @cached_property
    def cash_cents(self) -> int:
        """What the error cost, paid by the platform."""
        return sum(each.cash_cents for each in self.effects)

    @cached_property
    def distribution_cents(self) -> int:
        """What was missed of distributions, paid by the platform unless legal decides that others owe it back."""
        return sum(max(0, each.distribution_cents) for each in self.effects)

    @cached_property
    def offer_cents(self) -> int:
        """What investors may pay for what they were not given, at the original price, without interest or fee."""
        return sum(each.offer_cents for each in self.effects)

    @property
    def received_cents(self) -> int:
        """All that investors receive."""
        return self.refund_cents + self.interest_cents + self.cash_cents + self.distribution_cents

    @cached_property
    def change_cents(self) -> int:
        """By how much all allocations together change if every offer is taken."""
        return sum(each.change_cents for each in self.effects)

    @property
    def new_capital_cents(self) -> int:
        """What the startup must accept in addition, at the original price."""
        return max(0, self.change_cents)

    @property
    def dilution(self) -> Fraction:
        """The part of the deal that would belong to the new capital: that much less for everybody in it."""
        recorded = sum(each.holding.recorded_cents for each in self.effects)
        return (
            Fraction(self.new_capital_cents, recorded + self.new_capital_cents)
            if self.new_capital_cents
            else Fraction(0)
        )

    @property
    def cost_cents(self) -> int:
        """What the platform pays itself: interest, cash, distributions, and units that rounding gave away."""
        return self.interest_cents + self.cash_cents + self.distribution_cents + max(0, -self.change_cents)

    @property
    def unpaid_risk_cents(self) -> int:
        """What stays with the platform (B) or missing at the startup (A) if nobody takes an offer."""
        return self.offer_cents

    @cached_property
    def largest(self) -> Effect | None:
        """The holding that most is done to."""
        involved = [each for each in self.effects if each.is_involved]
        return max(involved, key=_weight) if involved else None

    @property
    def largest_cents(self) -> int:
        """The largest amount that one holding changes by, receives or may pay."""
        return _weight(self.largest) if self.largest else 0

    @cached_property
    def above_request(self) -> Sequence[Effect]:
        """Who still holds more than they asked for."""
        return [each for each in self.effects if each.stays_above_request]

    @cached_property
    def left_wrong(self) -> int:
        """How many hold something else than their agreement gives them, even if every offer is taken."""
        return sum(each.is_left_wrong for each in self.effects)

    @property
    def assessment(self) -> Assessment:
        """The usual risk, with its reason."""
        return assess(self.remedy, cost_cents=self.cost_cents, available_cents=self.available_cents)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What C costs at one multiple, and how many are paid."""

    multiple: Fraction
    cost_cents: int
    paid: int


@dataclass(frozen=True, slots=True)
class Bin:
    """How many holdings change by at least `low_cents` and less than `high_cents`; both 0 for no change at all."""

    low_cents: int
    high_cents: int
    count: int


def scenarios(holdings: Sequence[Holding], multiples: Iterable[Fraction]) -> list[Scenario]:
    """C at each of these multiples, lowest first; distributions are the same in all and not counted here."""
    paid = {each: [cash_for(holding, each) for holding in holdings] for each in sorted(set(multiples))}
    return [Scenario(multiple, sum(cents), sum(1 for each in cents if each)) for multiple, cents in paid.items()]


def histogram(changes: Sequence[int], most_bins: int = 12) -> list[Bin]:
    """Changes counted in bins of one width, a round one, lowest first; those of exactly 0 in a bin of their own.

    Empty when nothing changes.
    """
    moved = [each for each in changes if each]
    if not moved:
        return []
    width = _round_width(max(moved) - min(0, *moved) if max(moved) > 0 else -min(moved), most_bins)
    counts: dict[int, int] = {}
    for each in moved:
        counts[each // width] = counts.get(each // width, 0) + 1
    places = range(min(counts), max(counts) + 1)
    bins = [Bin(place * width, (place + 1) * width, counts.get(place, 0)) for place in places]
    unchanged = [Bin(0, 0, len(changes) - len(moved))] if len(moved) < len(changes) else []
    below = [each for each in bins if each.low_cents < 0]
    return below + unchanged + [each for each in bins if each.low_cents >= 0]


def _round_width(span: int, most_bins: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that covers the span in so many bins."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if span // (factor * power) + 2 <= most_bins:
                return factor * power
        power *= 10


def _weight(effect: Effect) -> int:
    return max(abs(effect.change_cents), effect.received_cents, effect.offer_cents)
