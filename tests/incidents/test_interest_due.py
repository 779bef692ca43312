"""What was collected in excess, and since when."""

from datetime import date

from app.incidents.interest_due import Collected, Excess, excess_of

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
