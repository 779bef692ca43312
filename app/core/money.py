"""Whole minor units to text and back. Pure; how many digits a currency has comes from CLDR through Babel."""

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from math import floor

from babel.numbers import format_currency, get_currency_precision, list_currencies

from app.core.errors import DomainError

MINUS = "\u2212"
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")


class BadAmount(DomainError):
    """The text is no amount of this currency."""


@cache
def minor_digits(currency: str) -> int:
    """Digits after the point: USD 2, JPY 0, KWD 3. Raises BadAmount for a code that CLDR does not know."""
    if currency not in list_currencies():
        raise BadAmount(f"{currency!r} is not a currency code. Use an ISO 4217 code such as USD.")
    return get_currency_precision(currency)


def parse_money(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as `1250.00`: no sign, separator or exponent. Raises BadAmount."""
    digits = minor_digits(currency)
    if not _AMOUNT.fullmatch(text):
        raise BadAmount(f"{text!r} is not an amount. Write digits with a point, such as 1250.00.")
    whole, _, fraction = text.partition(".")
    if len(fraction.rstrip("0")) > digits:
        example = plain_money(1250 * 10**digits, currency)
        raise BadAmount(
            f"{text!r} has more than the {digits} digits after the point that {currency} has."
            f" Write an exact amount such as {example}."
        )
    return int(whole + fraction[:digits].ljust(digits, "0"))


def plain_money(cents: int, currency: str) -> str:
    """Minor units as a plain decimal for files and programs: `1250.00`."""
    digits = minor_digits(currency)
    text = str(abs(cents)).rjust(digits + 1, "0")
    return ("-" if cents < 0 else "") + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def format_worked(cents: Fraction, currency: str) -> str:
    """An exact amount for readers: `$1,250.00`, or to a hundredth of the minor unit, `about $78.9041`."""
    if cents.denominator == 1:
        return format_money(int(cents), currency)
    amount = Decimal(floor(abs(cents) * 100 + Fraction(1, 2))).scaleb(-minor_digits(currency) - 2)
    text = format_currency(amount, currency, locale="en_US", decimal_quantization=False)
    return f"about {MINUS if cents < 0 else ''}{text}"


@lru_cache(maxsize=4096)
def format_money(cents: int, currency: str = "USD") -> str:
    """Minor units for readers: `$1,250.00`, with the true minus sign."""
    amount = Decimal(abs(cents)).scaleb(-minor_digits(currency))
    return (MINUS if cents < 0 else "") + format_currency(amount, currency, locale="en_US")
