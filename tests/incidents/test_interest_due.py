"""What was collected in excess, since when, and what is owed on it."""

import json
from datetime import date
from fractions import Fraction

import pytest

from app.incidents.interest_due import (
    Collected,
    Excess,
    excess_of,
    interest_lines,
    interest_of,
    still_there,
    worked_lines,
)
from app.incidents.proposal_lines import InterestLine
from app.settlement import INTEREST_POLICIES, Line, interest

FIRST, SECOND = date(2024, 11, 26), date(2025, 2, 1)


def test_one_payment_above_the_correct_amount_is_an_excess_from_its_day() -> None:
    assert list(excess_of([Collected(7436620, FIRST)], 4500000)) == [Excess(2936620, FIRST)]


def test_the_excess_begins_with_the_payment_that_went_above() -> None:
    payments = [Collected(3000, SECOND), Collected(2000, FIRST)]

    assert list(excess_of(payments, 4000)) == [Excess(1000, SECOND)]


def test_a_later_payment_adds_only_its_own_part() -> None:
    payments = [Collected(5000, FIRST), Collected(700, SECOND)]

    assert list(excess_of(payments, 4000)) == [Excess(1000, FIRST), Excess(700, SECOND)]


def test_nothing_collected_too_much_is_no_excess() -> None:
    assert list(excess_of([Collected(4000, FIRST)], 4000)) == []
    assert list(excess_of([], 4000)) == []


@pytest.mark.parametrize("policy", INTEREST_POLICIES)
def test_stored_lines_give_the_same_cents_again_by_whatever_policy(policy: str) -> None:
    rates = {date(2024, 1, 1): Fraction("0.08"), date(2025, 1, 1): Fraction("0.07")}
    stored = interest_lines([Collected(1_000_000, FIRST)], 0, to_on=date(2026, 12, 10), policy=policy, rates=rates)
    read_back = json.loads(json.dumps(stored))

    owed = interest(1_000_000, from_on=FIRST, to_on=date(2026, 12, 10), policy=policy, rates=rates)
    assert interest_of(read_back) == owed.cents
    assert tuple(worked_lines(read_back)) == owed.lines


def test_the_interest_of_several_payments_is_rounded_once() -> None:
    day, rates = date(2025, 1, 1), {date(2025, 1, 1): Fraction("0.01")}
    payments = [Collected(25, day), Collected(25, day)]

    lines = interest_lines(payments, 0, to_on=date(2026, 1, 1), policy="simple-act/365f", rates=rates)

    assert [line["exact"] for line in lines] == ["0.25", "0.25"]
    assert interest_of(lines) == 1


def test_a_line_of_the_first_release_ran_on_its_principal_by_years_of_365_days() -> None:
    old: InterestLine = {
        "principal_cents": 100,
        "from_on": "2024-11-26",
        "to_on": "2025-01-01",
        "days": 36,
        "rate": "0.08",
        "exact": "288/365",
    }

    assert worked_lines([old]) == [
        Line(FIRST, date(2025, 1, 1), 36, Fraction("0.08"), Fraction(288, 365), year_days=365, base=Fraction(100))
    ]


def test_interest_runs_only_on_what_was_not_paid_back_the_oldest_first() -> None:
    excess = [Excess(100, date(2024, 1, 1)), Excess(50, date(2024, 2, 1))]

    assert list(still_there(excess, 0)) == excess
    assert list(still_there(excess, 30)) == [Excess(70, date(2024, 1, 1)), Excess(50, date(2024, 2, 1))]
    assert list(still_there(excess, 120)) == [Excess(30, date(2024, 2, 1))]
    assert list(still_there(excess, 150)) == []
