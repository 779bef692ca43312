"""One's own figure from the published rate: the engine's, but for a left-over unit, and clear about bad input."""

from fractions import Fraction

import pytest
from hypothesis import given

from app.allocations.own_figure import BadFigure, OwnFigure, read_basis, read_currency, read_rate, read_request
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Rule
from tests.allocations.builders import amounts, requests


@given(amounts, requests)
def test_it_is_the_share_of_the_engine_or_one_unit_less_where_it_says_so(available: int, wanted: list[Asked]) -> None:
    outcome = prorate(available, wanted, Rule())
    if outcome.rate is None:
        return
    for i, (requested, basis) in enumerate(wanted):
        figure = OwnFigure(outcome.rate, Fraction(basis), requested, "USD")
        gained = outcome.shares[i] - figure.allocated_cents
        assert 0 <= gained <= figure.may_gain_one


def test_a_rate_of_averages_over_many_numbers_of_investments_can_be_used() -> None:
    asked = [Asked(9_000_000_00, Fraction(41_000_00 + over, over)) for over in range(2, 100)]
    rate = prorate(100_000_00, asked, Rule()).rate

    assert rate is not None
    assert len(str(rate.denominator)) > 30
    assert read_rate(f"{rate.numerator:,} ÷ {rate.denominator:,}") == rate


@pytest.mark.parametrize(
    ("typed", "rate"),
    [
        ("90/43", Fraction(90, 43)),
        (" 90 ÷ 43 ", Fraction(90, 43)),
        ("1,090 ÷ 2,043", Fraction(1090, 2043)),
        ("3", Fraction(3)),
        ("0/7", Fraction(0)),
    ],
)
def test_a_rate_is_read_as_it_is_printed(typed: str, rate: Fraction) -> None:
    assert read_rate(typed) == rate


@pytest.mark.parametrize(
    ("typed", "currency", "cents"),
    [
        ("41000", "USD", Fraction(4_100_000)),
        ("$41,000.00", "USD", Fraction(4_100_000)),
        ("$100.00 ÷ 3", "USD", Fraction(10_000, 3)),
        ("95.3333", "USD", Fraction(953_333, 100)),
        ("¥1,250", "JPY", Fraction(1250)),
        ("KWD 1.234", "KWD", Fraction(1234)),
        ("0", "USD", Fraction(0)),
    ],
)
def test_an_average_is_read_exactly_as_pages_print_it(typed: str, currency: str, cents: Fraction) -> None:
    assert read_basis(typed, currency) == cents


def test_a_request_has_the_digits_of_its_currency() -> None:
    assert read_request("$100,000.5", "USD") == 10_000_050
    assert read_request("100000", "JPY") == 100_000
    assert read_request("1.250", "KWD") == 1_250
    assert read_currency(" jpy ") == "JPY"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2.09", "Rate: “2.09” cannot be used. Write the published fraction as two whole numbers, such as 90/43."),
        ("", "Rate: nothing is written."),
        ("-90/43", "“-90/43” cannot be used"),
        ("90/0", "“90/0” divides by zero"),
        ("1" * 301 + "/7", "has more than 300 digits"),
        ("9,0/43", "cannot be used"),
        ("٣/٤", "cannot be used"),
    ],
)
def test_a_bad_rate_is_named_with_the_remedy(typed: str, words: str) -> None:
    with pytest.raises(BadFigure, match=r"^Rate: ") as refused:
        read_rate(typed)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", "“-1” cannot be used. Write an amount of zero or more"),
        ("NaN", "“NaN” cannot be used"),
        ("1e9", "“1e9” cannot be used"),
        ("Infinity", "“Infinity” cannot be used"),
        ("9" * 16, "more than 15 digits before the point"),
        ("9" * 5000, "more than 15 digits before the point"),
    ],
)
def test_a_bad_amount_is_named_with_the_remedy_and_never_echoed_whole(typed: str, words: str) -> None:
    for read, field in ((read_basis, "Your average"), (read_request, "What you asked for")):
        with pytest.raises(BadFigure, match=f"^{field}: ") as refused:
            read(typed, "USD")
        assert words in str(refused.value)
        assert len(str(refused.value)) < 150


def test_a_part_of_a_cent_a_division_and_an_unknown_currency_are_refused() -> None:
    with pytest.raises(BadFigure, match=r"“1\.005” has more than the 2 digits after the point that USD has"):
        read_request("1.005", "USD")
    with pytest.raises(BadFigure, match="cannot be used"):
        read_request("100/3", "USD")
    with pytest.raises(BadFigure, match="divides by zero"):
        read_basis("100/0", "USD")
    with pytest.raises(BadFigure, match="“XYZ” is no currency"):
        read_currency("XYZ")
