"""Interest by the published vectors, the demo's example, and worked lines that add up."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settlement.interest import CannotCalculate, interest

EIGHT = {date(2024, 1, 1): Fraction("0.08")}
SEVEN = {date(2024, 1, 1): Fraction("0.07")}
DEMO = EIGHT | {date(2025, 1, 1): Fraction("0.07")}


@pytest.mark.parametrize(
    ("from_on", "policy", "rates", "cents"),
    [
        (date(2024, 11, 20), "simple-act/365f", EIGHT, 1_600_00),
        (date(2024, 11, 20), "simple-act/360", EIGHT, 1_622_22),
        (date(2024, 11, 20), "simple-act/365f", SEVEN, 1_400_00),
        (date(2026, 11, 6), "simple-act/365f", EIGHT, 30_68),
        (date(2026, 11, 6), "simple-act/365f", SEVEN, 26_85),
    ],
)
def test_the_published_vectors_hold(from_on: date, policy: str, rates: dict[date, Fraction], cents: int) -> None:
    owed = interest(10_000_00, from_on=from_on, to_on=date(2026, 11, 20), policy=policy, rates=rates)

    assert owed.cents == cents


def test_grace_is_paid_two_years_of_interest_at_two_rates() -> None:
    owed = interest(
        29_366_20, from_on=date(2024, 11, 26), to_on=date(2026, 12, 10), policy="simple-act/365f", rates=DEMO
    )

    assert owed.cents == 4_219_08
    assert [(line.from_on, line.to_on, line.days, line.rate) for line in owed.lines] == [
        (date(2024, 11, 26), date(2025, 1, 1), 36, Fraction("0.08")),
        (date(2025, 1, 1), date(2026, 12, 10), 708, Fraction("0.07")),
    ]
    assert sum(line.exact for line in owed.lines) == Fraction(2936620 * (36 * 8 + 708 * 7), 36500)


def test_money_paid_back_the_same_day_bears_nothing() -> None:
    owed = interest(5, from_on=date(2020, 1, 1), to_on=date(2020, 1, 1), policy="simple-act/365f", rates={})

    assert (owed.cents, owed.lines) == (0, ())


def test_half_a_cent_is_rounded_up_once_at_the_end() -> None:
    day = date(2024, 1, 1)
    rates = {day: Fraction("0.01"), date(2025, 1, 1): Fraction("0.01")}

    def over(days: int, cents: int) -> int:
        end = day + timedelta(days)
        return interest(cents, from_on=day, to_on=end, policy="simple-act/365f", rates=rates).cents

    assert (over(365, 50), over(365, 49), over(730, 50), over(730, 25)) == (1, 0, 1, 1)


@given(st.integers(0, 10**12), st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 2000), st.integers(0, 2000))
def test_a_period_cut_in_two_bears_the_same_exactly(principal: int, start: date, first: int, second: int) -> None:
    def exact(from_on: date, days: int) -> Fraction:
        end = from_on + timedelta(days)
        lines = interest(principal, from_on=from_on, to_on=end, policy="simple-act/365f", rates=DEMO).lines
        return sum((line.exact for line in lines), Fraction(0))

    assert exact(start, first) + exact(start + timedelta(first), second) == exact(start, first + second)


@pytest.mark.parametrize(
    ("principal", "from_on", "policy", "words"),
    [
        (1, date(2023, 12, 31), "simple-act/365f", "say nothing about 2023-12-31"),
        (1, date(2026, 11, 21), "simple-act/365f", "not before its start"),
        (-1, date(2026, 11, 1), "simple-act/365f", "at least 0"),
        (1, date(2026, 11, 1), "usury", "no interest policy 'usury'"),
    ],
)
def test_what_has_no_defined_value_is_refused(principal: int, from_on: date, policy: str, words: str) -> None:
    with pytest.raises(CannotCalculate, match=words):
        interest(principal, from_on=from_on, to_on=date(2026, 11, 20), policy=policy, rates=DEMO)
