"""Interest on money that was collected in excess, by a named policy and a table of rates. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import floor

from app.core.text import plain_fraction
from app.settlement.interest_policies import CannotCalculate, Compounding, InterestPolicy, get_policy


@dataclass(frozen=True, slots=True)
class Line:
    """One period at one yearly rate, as worked: `base * rate * days / year_days` is `exact`, in minor units.

    The first day counts, the last does not. `base` is the principal, and with compounding the interest of earlier
    quarters too. `is_limited` where the policy's cap leaves less than the product: then `exact` is what is left.
    """

    from_on: date
    to_on: date
    days: int
    rate: Fraction
    exact: Fraction
    year_days: int
    base: Fraction
    is_limited: bool = False

    @property
    def percent(self) -> str:
        """The yearly rate without needless zeros: `8%`, `7.25%`."""
        return f"{plain_fraction(self.rate * 100)}%"


@dataclass(frozen=True, slots=True)
class Interest:
    """The interest in whole minor units, and the lines whose exact sum it is, rounded half up once."""

    cents: int
    lines: tuple[Line, ...]


def interest(
    principal_cents: int, *, from_on: date, to_on: date, policy: str, rates: Mapping[date, Fraction]
) -> Interest:
    """Interest on what was paid, from the day it was paid to the day it is paid back.

    `rates` are yearly and keyed by the first day they hold: 0.08 is eight percent. Raises CannotCalculate.
    """
    chosen = get_policy(policy)
    if principal_cents < 0 or to_on < from_on:
        raise CannotCalculate("Interest needs an amount of at least 0 and an end that is not before its start.")
    first, end = chosen.period.bounds(from_on, to_on)
    if first >= end:
        return Interest(0, ())
    if not any(day <= first for day in rates):
        raise CannotCalculate(f"The rates of {chosen.table} say nothing about {first}. Import the rate of that day.")
    lines = tuple(_limited(_accrued(principal_cents, _edges(chosen, first, end, rates), chosen, rates), chosen.cap))
    return Interest(in_whole_cents([line.exact for line in lines]), lines)


def in_whole_cents(exact: Sequence[Fraction]) -> int:
    """The sum of exact amounts in whole minor units: rounded half up, once."""
    return floor(sum(exact, Fraction(1, 2)))


def _edges(policy: InterestPolicy, first: date, end: date, rates: Mapping[date, Fraction]) -> list[date]:
    """The days on which a line begins or ends: a new rate, and where the policy cuts."""
    months = (date(year, month, 1) for year in range(first.year, end.year + 1) for month in (1, 4, 7, 10))
    inside = {day for day in (*rates, *(day for day in months if policy.cuts(day))) if first < day < end}
    return sorted({first, end} | inside)


def _accrued(
    principal_cents: int, edges: Sequence[date], policy: InterestPolicy, rates: Mapping[date, Fraction]
) -> Iterator[Line]:
    base, waiting = Fraction(principal_cents), Fraction(0)
    for from_on, to_on in pairwise(edges):
        if policy.compounding is Compounding.QUARTERLY and policy.cuts(from_on):
            base, waiting = base + waiting, Fraction(0)
        rate = rates[max(day for day in rates if day <= from_on)]
        days, year_days = policy.day_count.days(from_on, to_on), policy.day_count.year_days(from_on)
        exact = base * rate * days / year_days
        waiting += exact
        yield Line(from_on, to_on, days, rate, exact, year_days, base)


def _limited(lines: Iterator[Line], cap: Fraction | None) -> Iterator[Line]:
    """The lines until the cap is reached; it is a part of the first line's base, the principal."""
    left: Fraction | None = None
    for line in lines:
        if cap is None:
            yield line
            continue
        left = line.base * cap if left is None else left
        if left > 0:
            yield line if line.exact <= left else replace(line, exact=left, is_limited=True)
        left -= line.exact
