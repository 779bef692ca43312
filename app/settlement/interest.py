"""Interest on money that was collected in excess, by a named policy and a table of rates. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import floor
from types import MappingProxyType

from app.core.errors import DomainError

DAYS_A_YEAR: Mapping[str, int] = MappingProxyType({"simple-act/365f": 365, "simple-act/360": 360})
"""The policies: simple interest for actual days, over a year of so many days."""


class CannotCalculate(DomainError):
    """The interest has no defined value: policy, dates or rates are missing or contradict each other."""


@dataclass(frozen=True, slots=True)
class Line:
    """One period at one yearly rate, as worked: the first day counts, the last does not; `exact` in minor units."""

    from_on: date
    to_on: date
    days: int
    rate: Fraction
    exact: Fraction


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
    if policy not in DAYS_A_YEAR:
        raise CannotCalculate(f"There is no interest policy {policy!r}. Use one of: {', '.join(DAYS_A_YEAR)}.")
    if principal_cents < 0 or to_on < from_on:
        raise CannotCalculate("Interest needs an amount of at least 0 and an end that is not before its start.")
    starts = sorted(day for day in rates if day < to_on)
    if from_on < to_on and (not starts or starts[0] > from_on):
        raise CannotCalculate(f"The rates of {policy} say nothing about {from_on}. Import the rate of that day.")
    edges = [from_on, *(day for day in starts if day > from_on), to_on]
    lines = tuple(
        _line(principal_cents, start, end, rates[max(day for day in starts if day <= start)], DAYS_A_YEAR[policy])
        for start, end in pairwise(edges)
        if start < end
    )
    return Interest(floor(sum((line.exact for line in lines), Fraction(1, 2))), lines)


def _line(principal_cents: int, from_on: date, to_on: date, rate: Fraction, days_a_year: int) -> Line:
    days = (to_on - from_on).days
    return Line(from_on, to_on, days, rate, principal_cents * rate * days / days_a_year)
