"""From the text of one cell to its value. Pure; every refusal says what is wrong and what to do instead."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache

import phonenumbers

from app.core.money import BadAmount, minor_digits
from app.core.text import plain_fraction, zone_names
from app.deals.rule_names import RuleName
from app.identity import is_email

MOST_MINOR_UNITS = 10**15
MOST_DIGITS = 4  # no currency has more after the point
NUMERIC = frozenset({"allocation_available", "minimum_allocation", "requested", "basis", "basis_count"}) | frozenset(
    {"recorded_allocation", "paid_amount", "multiple", "total", "rate"}
)
"""Columns in which a workbook may hold numbers with a point; elsewhere a number would have lost its zeros."""

_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")
_ROUGH_AMOUNT = re.compile(r"[0-9][0-9 ,.'_\u00a0\u202f]*")
_RATIO = re.compile(r"([0-9]+)/([0-9]+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
UNSAFE = ("=", "+", "-", "@")
_NEGATIVE = re.compile(r"-[0-9][0-9.,]*")


class BadCell(Exception):
    """The cell holds no such value: the reason, and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy


class Unreadable(str):
    """The text of a cell whose value has none that is exact, with the reason. It is equal to no other text."""

    reason: str
    remedy: str
    __hash__ = object.__hash__

    def __new__(cls, text: str, reason: str, remedy: str) -> "Unreadable":
        made = super().__new__(cls, text)
        made.reason, made.remedy = reason, remedy
        return made

    def __eq__(self, other: object) -> bool:
        return self is other


def refuse_unsafe(text: str) -> None:
    """Refuse what a spreadsheet would compute, or is damaged; a phone number or a negative amount is no formula."""
    if "\0" in text:
        raise BadCell("It holds a NUL byte.", "The file is damaged, or is no text. Save it again as CSV UTF-8.")
    if text.startswith(UNSAFE) and not (_E164.fullmatch(text) or _NEGATIVE.fullmatch(text)):
        raise BadCell("It starts like a formula.", "Write the value itself, without =, +, - or @ in front.")


def words(longest: int) -> Callable[[str], str]:
    """One line of at most `longest` characters."""

    def parse(text: str) -> str:
        if not text.isprintable():
            raise BadCell("It holds a line break or a control character.", "Write it on one line.")
        return paragraph(longest)(text)

    return parse


def paragraph(longest: int) -> Callable[[str], str]:
    """Several lines of at most `longest` characters in all."""

    def parse(text: str) -> str:
        if not text.replace("\n", "").replace("\t", "").isprintable():
            raise BadCell("It holds a control character.", "Type the text again, or paste it without formatting.")
        if len(text) > longest:
            raise BadCell(f"It has {len(text):,} characters.", f"Shorten it to {longest:,}.")
        return text

    return parse


def identifier(text: str) -> str:
    """A name for files: at most 64 characters, no spaces."""
    if any(character.isspace() for character in text):
        raise BadCell("It contains a space.", "Write the identifier without spaces.")
    return words(64)(text)


def one_of(*choices: str) -> Callable[[str], str]:
    """Exactly one of the given words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise BadCell("It is not one of the known values.", f"Write one of: {', '.join(choices)}.")
        return text

    return parse


def release_rule(text: str) -> RuleName:
    """The rule that a release ran, right or faulty."""
    return RuleName(one_of(*RuleName)(text))


def agreed_rule(text: str) -> RuleName:
    """The rule that an agreement names; a defect is none."""
    rule = release_rule(text)
    if rule.is_defect:
        remedy = f"Write {RuleName.PRO_RATA_1}; the rule that really ran stands in releases."
        raise BadCell("This rule is a known fault; no agreement names it.", remedy)
    return rule


def currency(text: str) -> str:
    """An ISO 4217 code."""
    try:
        minor_digits(text)
    except BadAmount as error:
        raise BadCell("It is not a currency code.", "Write an ISO 4217 code such as USD.") from error
    return text


def _digits(code: str) -> int:
    """Digits after the point; the most there are for "", a deal whose currency is itself a bad cell."""
    return minor_digits(code) if code else MOST_DIGITS


def _minor_units(text: str, digits: int) -> int | None:
    """Of an amount as almost every file writes it, with all digits after the point; None for any other text."""
    whole, _, rest = text.partition(".")
    if len(rest) != digits or len(whole) > 12 or not text.isascii() or not (whole + rest).isdigit() or not whole:
        return None
    return int(whole + rest)


@cache
def amount(code: str) -> Callable[[str], int]:
    """Whole minor units of the currency `code`, never negative."""
    digits = _digits(code)
    example = "1250" if digits == 0 else "1250." + "0" * digits

    def parse(text: str) -> int:
        if (quick := _minor_units(text, digits)) is not None:
            return quick
        plain_decimal(text, example)
        whole, _, rest = text.partition(".")
        if len(rest.rstrip("0")) > digits:
            raise BadCell(
                f"{code or 'A currency'} has {digits} digits after the point.",
                f"Write an exact amount such as {example}.",
            )
        if len(whole) > 16 or (minor := int(whole + rest[:digits].ljust(digits, "0"))) > MOST_MINOR_UNITS:
            raise BadCell("The amount is too large.", "Check that the digits and the currency are right.")
        return minor

    return parse


@cache
def positive_amount(code: str) -> Callable[[str], int]:
    """Whole minor units of the currency `code`, more than nothing."""

    def parse(text: str) -> int:
        if (minor := amount(code)(text)) == 0:
            raise BadCell("The amount is zero.", "Write the amount, or take the row out.")
        return minor

    return parse


def plain_decimal(text: str, example: str = "1250.00") -> str:
    """Digits with at most one point, no sign and no separators: the text itself."""
    if _AMOUNT.fullmatch(text):
        return text
    if text[:1] in "-\u2212(":
        raise BadCell("It is negative.", f"Write an amount of zero or more, such as {example}.")
    if _ROUGH_AMOUNT.fullmatch(text):
        raise BadCell("It has separators.", f"Write digits with a point only, such as {example}.")
    raise BadCell("It is not a number.", f"Write digits with a point, such as {example}.")


@cache
def basis(code: str) -> Callable[[str], str]:
    """An average in minor units as the text of an exact fraction. Any number of digits, or p/q, in whole units."""
    digits = _digits(code)
    factor = 10**digits

    def parse(text: str) -> str:
        if len(text) > 400:
            raise BadCell("It has more than 400 characters.", "Write it as a fraction p/q in lowest terms.")
        if (quick := _minor_units(text, digits)) is not None:
            return str(quick)
        ratio = _RATIO.fullmatch(text)
        if ratio and int(ratio[2]) == 0:
            raise BadCell("It divides by zero.", "Write the average, or 0 if there is none.")
        value = Fraction(text) if ratio else Fraction(plain_decimal(text))
        return plain_fraction(value * factor)

    return parse


def count(text: str) -> int:
    """A whole number from 1 to 100,000."""
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= 100_000:
        raise BadCell("It is not a whole number from 1 to 100,000.", "Write how many investments the average covers.")
    return int(text)


def day(text: str) -> date:
    """A calendar date, year first."""
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise BadCell("It is not a date.", "Write year, month and day, such as 2026-11-22.") from error


def moment(text: str) -> datetime:
    """A point in time in UTC; the offset must be written."""
    try:
        return datetime.fromisoformat(text if _MOMENT.fullmatch(text) else "").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        remedy = "Write date, time and offset, such as 2026-11-22T17:04:11Z."
        raise BadCell("It is not a time with an offset.", remedy) from error


def email(text: str) -> str:
    """An address in lower case; one address is one person."""
    if not is_email(text):
        raise BadCell("It is not an email address.", "Write one address such as name@example.com.")
    return text.lower()


def phone(text: str) -> str:
    """A number in E.164."""
    remedy = "Write it with + and the country code and no spaces, such as +12125550100."
    if not _E164.fullmatch(text):
        raise BadCell("It is not an international number.", remedy)
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        raise BadCell("No country has such a number.", remedy)
    return text


def zone(text: str) -> str:
    """A time zone's name in the IANA database."""
    if text not in zone_names():
        raise BadCell("It is not the name of a time zone.", "Write a name such as America/New_York.")
    return text


def last_four(text: str) -> str:
    """The last four digits of an account number, never more."""
    if not (len(text) == 4 and text.isascii() and text.isdigit()):
        remedy = "Write the last four digits only; full account numbers are never stored."
        raise BadCell("It is not four digits.", remedy)
    return text


def multiple(text: str) -> str:
    """An exact factor such as 1.40, zero or more."""
    if len(text) > 20:
        raise BadCell("It has more than 20 characters.", "Write a factor such as 1.40.")
    return plain_fraction(Fraction(plain_decimal(text, "1.40")))


def yearly_rate(text: str) -> str:
    """A rate below one: 0.08 is eight percent."""
    rate = multiple(text)
    if Fraction(rate) >= 1:
        raise BadCell("It is a rate of 100 percent or more.", "Write eight percent as 0.08.")
    return rate
