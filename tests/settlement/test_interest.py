"""Interest by the published vectors, the demo's example, and worked lines that add up."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settlement.interest import Interest, in_whole_cents, interest
from app.settlement.interest_policies import INTEREST_POLICIES, CannotCalculate, get_policy

EIGHT = {date(2024, 1, 1): Fraction("0.08")}
SEVEN = {date(2024, 1, 1): Fraction("0.07")}
DEMO = EIGHT | {date(2025, 1, 1): Fraction("0.07")}


TWO_YEARS, TWO_WEEKS, PAID_BACK = date(2024, 11, 20), date(2026, 11, 6), date(2026, 11, 20)
FLAT = {date(2020, 1, 1): Fraction("0.07")}


@pytest.mark.parametrize(
    ("from_on", "policy", "rates", "cents"),
    [
        (TWO_YEARS, "simple-act/365f", EIGHT, 1_600_00),
        (TWO_YEARS, "simple-act/360", EIGHT, 1_622_22),
        (TWO_YEARS, "simple-act/365f", SEVEN, 1_400_00),
        (TWO_WEEKS, "simple-act/365f", EIGHT, 30_68),
        (TWO_WEEKS, "simple-act/365f", SEVEN, 26_85),
        (TWO_YEARS, "quarterly-irs-underpayment", SEVEN, 1_424_08),
        (TWO_WEEKS, "quarterly-irs-underpayment", SEVEN, 0),
    ],
)
def test_the_published_vectors_hold(from_on: date, policy: str, rates: dict[date, Fraction], cents: int) -> None:
    assert _owed(policy, from_on, rates).cents == cents


@pytest.mark.parametrize(
    ("policy", "cents"),
    [
        ("simple-30/360", 1_600_00),  # 720 of 360 days
        ("simple-act/act", 1_599_75),  # 42 of 366 days, then 688 of 365
        ("quarterly-act/365f", 1_717_75),
        ("quarterly-30/360", 1_717_73),
    ],
)
def test_the_other_policies_give_what_a_spreadsheet_gives(policy: str, cents: int) -> None:
    assert _owed(policy, TWO_YEARS, EIGHT).cents == cents


def test_compounding_reckons_each_quarter_on_what_the_earlier_ones_left() -> None:
    owed = _owed("quarterly-irs-underpayment", TWO_YEARS, SEVEN)

    assert [line.from_on for line in owed.lines] == [
        date(2024, 12, 1),
        *(date(2025, month, 1) for month in (1, 4, 7, 10)),
        *(date(2026, month, 1) for month in (1, 4, 7, 10)),
    ]
    assert [(line.days, line.year_days) for line in owed.lines[:2]] == [(31, 366), (90, 365)]
    assert owed.lines[-1].to_on == date(2026, 11, 1)
    for before, after in pairwise(owed.lines):
        assert after.base == before.base + before.exact


def test_a_rate_that_changes_within_a_quarter_does_not_compound() -> None:
    rates = SEVEN | {date(2025, 2, 1): Fraction("0.06")}
    january, february, april = interest(
        10_000_00, from_on=date(2025, 1, 1), to_on=date(2025, 5, 1), policy="quarterly-act/365f", rates=rates
    ).lines

    assert january.base == february.base == 10_000_00
    assert april.base == 10_000_00 + january.exact + february.exact


@pytest.mark.parametrize("name", INTEREST_POLICIES)
def test_each_line_is_its_own_worked_arithmetic_whatever_the_policy(name: str) -> None:
    owed = _owed(name, TWO_YEARS, DEMO)

    assert get_policy(name).name == name
    assert [line.base * line.rate * line.days / line.year_days for line in owed.lines] == [
        line.exact for line in owed.lines
    ]
    assert in_whole_cents([line.exact for line in owed.lines]) == owed.cents
    assert all(before.to_on == after.from_on for before, after in pairwise(owed.lines))


def test_the_cap_ends_the_interest_in_the_line_that_reaches_it() -> None:
    owed = _owed("simple-act/365f, at most 10%", TWO_YEARS, DEMO)

    assert owed.cents == 1_000_00
    assert [line.is_limited for line in owed.lines] == [False, True]
    assert owed.lines[1].exact == 1_000_00 - owed.lines[0].exact
    assert _owed("simple-act/365f, at most 0.5%", TWO_YEARS, DEMO).lines[0].exact == 50_00
    assert len(_owed("simple-act/365f, at most 0.5%", TWO_YEARS, DEMO).lines) == 1
    assert _owed("simple-act/365f, at most 25%", TWO_YEARS, DEMO) == _owed("simple-act/365f", TWO_YEARS, DEMO)


def test_a_cap_of_nothing_leaves_no_interest() -> None:
    assert _owed("simple-act/365f, at most 0%", TWO_YEARS, DEMO) == Interest(0, ())


def test_thirty_day_months_count_the_thirty_first_as_the_thirtieth() -> None:
    def days(from_on: date, to_on: date) -> int:
        return sum(
            line.days for line in interest(1, from_on=from_on, to_on=to_on, policy="simple-30/360", rates=FLAT).lines
        )

    assert days(date(2026, 1, 31), date(2026, 3, 31)) == 60
    assert days(date(2026, 1, 30), date(2026, 1, 31)) == 0
    assert days(date(2026, 2, 28), date(2026, 3, 1)) == 3


def _owed(policy: str, from_on: date, rates: dict[date, Fraction]) -> Interest:
    return interest(10_000_00, from_on=from_on, to_on=PAID_BACK, policy=policy, rates=rates)


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


@given(
    st.sampled_from([name for name in INTEREST_POLICIES if name.startswith("simple")]),
    st.integers(0, 10**12),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.integers(0, 2000),
    st.integers(0, 2000),
)
def test_a_period_cut_in_two_bears_the_same_exactly(
    policy: str, principal: int, start: date, first: int, second: int
) -> None:
    def exact(from_on: date, days: int) -> Fraction:
        end = from_on + timedelta(days)
        lines = interest(principal, from_on=from_on, to_on=end, policy=policy, rates=DEMO).lines
        return sum((line.exact for line in lines), Fraction(0))

    assert exact(start, first) + exact(start + timedelta(first), second) == exact(start, first + second)


@pytest.mark.parametrize(
    ("principal", "from_on", "policy", "words"),
    [
        (1, date(2023, 12, 31), "simple-act/365f", "say nothing about 2023-12-31"),
        (1, date(2026, 11, 21), "simple-act/365f", "not before its start"),
        (-1, date(2026, 11, 1), "simple-act/365f", "at least 0"),
        (1, date(2026, 11, 1), "usury", "no interest policy 'usury'"),
        (1, date(2026, 11, 1), "simple-act/365f, at most lots", "no interest policy"),
        (1, date(2023, 11, 30), "quarterly-irs-underpayment", "say nothing about 2023-12-01"),
    ],
)
def test_what_has_no_defined_value_is_refused(principal: int, from_on: date, policy: str, words: str) -> None:
    with pytest.raises(CannotCalculate, match=words):
        interest(principal, from_on=from_on, to_on=date(2026, 11, 20), policy=policy, rates=DEMO)
