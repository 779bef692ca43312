"""Amounts as readers see them."""

from fractions import Fraction

import pytest

from app.core.money import format_worked


@pytest.mark.parametrize(
    ("cents", "currency", "words"),
    [
        (Fraction(160000), "USD", "$1,600.00"),
        (Fraction(-5), "USD", "\u2212$0.05"),
        (Fraction(100, 3), "USD", "about $0.3333"),
        (Fraction(-200, 3), "USD", "about \u2212$0.6667"),
        (Fraction(1, 200), "USD", "about $0.0001"),
        (Fraction(12345, 10), "JPY", "about \u00a51,234.5"),
        (Fraction(1, 8), "KWD", "about KWD0.00013"),
    ],
)
def test_an_exact_amount_is_whole_or_said_to_be_about(cents: Fraction, currency: str, words: str) -> None:
    assert format_worked(cents, currency) == words
