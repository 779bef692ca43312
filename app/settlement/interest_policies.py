"""Interest policies by name: how days count, whether interest bears interest, from when to when, how much. Pure."""

import re
from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from app.core.errors import DomainError
from app.core.text import plain_fraction

_CAPPED = re.compile(r"(?P<base>[^,]+), at most (?P<percent>[0-9]{1,4}(\.[0-9]{1,4})?)%")


class CannotCalculate(DomainError):
    """The interest has no defined value: policy, dates or rates are missing or contradict each other."""


class DayCount(StrEnum):
    """Which days count, and of how many a year has. `30/360` counts 30 in every month, the 31st as the 30th."""

    ACT_365F = "act/365f"
    ACT_360 = "act/360"
    ACT_ACT = "act/act"
    THIRTY_360 = "30/360"

    def days(self, from_on: date, to_on: date) -> int:
        """The days that bear interest: the first counts, the last does not."""
        if self is DayCount.THIRTY_360:
            return _in_months_of_thirty(to_on) - _in_months_of_thirty(from_on)
        return (to_on - from_on).days

    def year_days(self, day: date) -> int:
        """The days of the year that `day` belongs to."""
        if self is DayCount.ACT_ACT:
            return 366 if isleap(day.year) else 365
        return 365 if self is DayCount.ACT_365F else 360


class Compounding(StrEnum):
    """Whether interest bears interest: never, or from the first day of the calendar quarter after it accrued."""

    SIMPLE = "simple"
    QUARTERLY = "quarterly"


class Period(StrEnum):
    """From when to when: the day the money came to the day it goes back, or only the whole months between them."""

    DAYS = "days"
    WHOLE_MONTHS = "whole-months"

    def bounds(self, from_on: date, to_on: date) -> tuple[date, date]:
        """The first day that bears interest, and the first that no longer does (no interest if not later)."""
        if self is Period.DAYS:
            return from_on, to_on
        return (from_on.replace(day=1) + timedelta(31)).replace(day=1), to_on.replace(day=1)


@dataclass(frozen=True, slots=True)
class InterestPolicy:
    """One way of reckoning interest; its rates are the table called `table`. Rounded half up, once, at the end.

    `cap` limits the interest to that part of what it is reckoned on; None for no limit.
    """

    table: str
    day_count: DayCount
    compounding: Compounding = Compounding.SIMPLE
    period: Period = Period.DAYS
    cap: Fraction | None = None

    @property
    def name(self) -> str:
        """The name by which `get_policy` finds it."""
        return self.table if self.cap is None else f"{self.table}, at most {plain_fraction(self.cap * 100)}%"

    @property
    def is_compound(self) -> bool:
        """Whether interest bears interest."""
        return self.compounding is not Compounding.SIMPLE

    @property
    def is_by_whole_months(self) -> bool:
        """Whether only whole months bear interest."""
        return self.period is Period.WHOLE_MONTHS

    def cuts(self, day: date) -> bool:
        """Whether a line of the reckoning ends before `day` and another begins on it, whatever the rates."""
        is_new_year = day.day == day.month == 1
        is_new_quarter = day.day == 1 and day.month % 3 == 1
        return (is_new_year and self.day_count is DayCount.ACT_ACT) or (
            is_new_quarter and self.compounding is Compounding.QUARTERLY
        )


def _named() -> Mapping[str, InterestPolicy]:
    each = [
        InterestPolicy(f"{compounding}-{count}", count, compounding)
        for compounding in Compounding
        for count in DayCount
    ]
    # The method of 17 CFR 201.600: from the first day of the month after the event to the last day of the month
    # before payment, compounded each quarter. Whether it applies is for counsel.
    irs = InterestPolicy(
        "quarterly-irs-underpayment", DayCount.ACT_ACT, Compounding.QUARTERLY, period=Period.WHOLE_MONTHS
    )
    return MappingProxyType({policy.name: policy for policy in [*each, irs]})


INTEREST_POLICIES: Mapping[str, InterestPolicy] = _named()
"""Every policy without a cap, by name."""


def get_policy(name: str) -> InterestPolicy:
    """The policy of that name, which may end in a cap: `simple-act/365f, at most 25%`. Raises CannotCalculate."""
    capped = _CAPPED.fullmatch(name)
    base = INTEREST_POLICIES.get(capped["base"] if capped else name)
    if base is None:
        known = ", ".join(INTEREST_POLICIES)
        raise CannotCalculate(
            f"There is no interest policy {name!r}. Use one of: {known}; or one with “, at most 25%”."
        )
    return replace(base, cap=Fraction(capped["percent"]) / 100) if capped else base


def _in_months_of_thirty(day: date) -> int:
    return 360 * day.year + 30 * day.month + min(day.day, 30)
